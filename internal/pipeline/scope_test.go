// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// An ID that is asked for is one of the PID namespace of the capture.
func TestScopeOutside(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    capture.Proc
		want bool
	}{
		{"inside", capture.Proc{PID: 7}, true},
		{"same number outside", capture.Proc{PID: 7, Outside: true}, false},
		{"child", capture.Proc{PID: 8, PPID: 7}, true},
		{"child outside", capture.Proc{PID: 9, PPID: 7, Outside: true}, false},
		{"child of that one", capture.Proc{PID: 10, PPID: 9}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScope(capture.Filter{PIDs: []uint32{7}, Children: true})
			f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Proc: tt.p}}
			if got := s.passes(f); got != tt.want {
				t.Errorf("passes: %v, want %v", got, tt.want)
			}
		})
	}
}
