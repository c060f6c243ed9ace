// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"slices"

	"github.com/nltop/nltop/internal/capture"
)

// scope applies a capture.Filter in user space, for sources without a hook in
// the kernel: files, nlmon, listen.
type scope struct {
	f    capture.Filter
	pids map[uint32]bool
}

func newScope(f capture.Filter) *scope {
	s := &scope{f: f, pids: make(map[uint32]bool, len(f.PIDs))}
	for _, pid := range f.PIDs {
		s.pids[pid] = true
	}
	return s
}

// passes follows the meaning of capture.Filter: process criteria match the
// sender of a request, the owner of a receiving socket, or either end of a
// message between users.
func (s *scope) passes(f *capture.Frame) bool {
	if len(s.f.Protocols) > 0 && f.Kind != capture.KindExtack && !slices.Contains(s.f.Protocols, f.Protocol) {
		return false
	}
	if len(s.f.NetNS) > 0 && !slices.Contains(s.f.NetNS, f.NetNS) {
		return false
	}
	if len(s.f.PIDs) == 0 && len(s.f.Comms) == 0 {
		return true
	}
	if s.proc(f.Account()) {
		return true
	}
	return f.Dir == capture.DirPeer && s.proc(f.Proc)
}

func (s *scope) proc(p capture.Proc) bool {
	if len(s.f.Comms) > 0 && !slices.ContainsFunc(s.f.Comms, p.Called) {
		return false
	}
	if len(s.f.PIDs) == 0 || s.pids[p.PID] && !p.Outside {
		return true
	}
	if s.f.Children && p.PID != 0 && !p.Outside && s.pids[p.PPID] {
		s.pids[p.PID] = true
		return true
	}
	return false
}
