// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// More of factsFrame: capture.Frame.Waits.
const (
	tagModule = iota + 50
	tagModules
	tagLoading
	tagRCU
	tagLocks
	tagOffCPU
)

func (f facts) waits(w *capture.Waits) facts {
	// The first of them always: it says that there are some.
	return f.put(tagModules, uint64(w.Modules)).string(tagModule, w.Module).int(tagLoading, int64(w.Loading)).
		int(tagRCU, int64(w.RCU)).int(tagLocks, int64(w.Locks)).int(tagOffCPU, int64(w.OffCPU))
}

func (n *names) setWaits(w *capture.Waits, tag, num uint64, value []byte) {
	switch tag {
	case tagModule:
		w.Module = n.of(value)
	case tagModules:
		w.Modules = uint32(num)
	case tagLoading:
		w.Loading = time.Duration(unzigzag(num))
	case tagRCU:
		w.RCU = time.Duration(unzigzag(num))
	case tagLocks:
		w.Locks = time.Duration(unzigzag(num))
	case tagOffCPU:
		w.OffCPU = time.Duration(unzigzag(num))
	}
}
