// SPDX-License-Identifier: Apache-2.0

package main

import "github.com/nltop/nltop/internal/capture"

// quiet is up to how many messages a second the live view keeps the last ones
// although nobody looks at messages: so little costs nothing worth saving, and
// who opens a row wants to see what just happened. Above, the kernel counts and
// sends nothing but losses, until somebody looks; half of it turns messages on
// again.
const quiet = 1000.0

// watcher turns the messages of a session that the kernel counts on and off.
type watcher struct {
	looking bool // at messages
	off     bool
}

// want says what is to be watched at a rate of messages.
func (w *watcher) want(rate float64) capture.Watch {
	most := quiet
	if w.off {
		most = quiet / 2
	}
	if w.looking || rate < most {
		return capture.WatchAll
	}
	return capture.WatchLosses
}

// Watch implements ui.Source.
func (v *viewSource) Watch(messages bool) { v.watcher.looking = messages }

// steer decides whether messages are sent at this rate, and returns whether they
// are not.
func (v *viewSource) steer(rate float64) (off bool) {
	if !v.s.counted {
		return false
	}
	w := v.watcher.want(rate)
	if v.filter != v.base {
		w = capture.WatchAll // which only user space can apply
	}
	if err := v.s.pipe.Watch(w); err == nil {
		v.watcher.off = w != capture.WatchAll
	}
	return v.watcher.off
}
