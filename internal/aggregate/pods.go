// SPDX-License-Identifier: Apache-2.0

package aggregate

import "sync"

// podNames joins the names of pods and containers once each: a key is made for
// every message.
var podNames pods

type pods struct {
	mu    sync.Mutex
	names map[[2]string]string
}

// maxPods bounds what is kept; a full table begins anew.
const maxPods = 4096

func (p *pods) of(pod, container string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := [2]string{pod, container}
	name, ok := p.names[k]
	if !ok {
		if p.names == nil || len(p.names) >= maxPods {
			p.names = make(map[[2]string]string)
		}
		name = pod + "/" + container
		p.names[k] = name
	}
	return name
}
