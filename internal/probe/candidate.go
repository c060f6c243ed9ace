// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"slices"

	"github.com/nltop/nltop/internal/capture"
)

// What of a filter can be told at fixed offsets of records: see KeepOptions.Among.

// passes says whether a candidate may be of this protocol and network namespace.
func (k *Keeper) passes(protocol uint16, netns uint32) bool {
	f := &k.o.Among
	return (len(f.Protocols) == 0 || slices.Contains(f.Protocols, protocol)) &&
		(len(f.NetNS) == 0 || slices.Contains(f.NetNS, uint64(netns)))
}

// wants says whether a candidate may be a process's; q is what is known of it, or nil.
func (k *Keeper) wants(p, q *capture.Proc) bool {
	f := &k.o.Among
	if len(f.PIDs) > 0 && !slices.Contains(f.PIDs, p.PID) {
		return false
	}
	// Threads may have other names than the one that was seen first.
	return len(f.Comms) == 0 || slices.Contains(f.Comms, p.Comm) || q == nil || slices.Contains(f.Comms, q.Name)
}

// anyone: candidates are not chosen by process.
func (k *Keeper) anyone() bool { return len(k.o.Among.PIDs) == 0 && len(k.o.Among.Comms) == 0 }
