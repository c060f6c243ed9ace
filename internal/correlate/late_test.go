// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// TestLateAnswers: the audit system answers from threads that wait for the ACK. A list
// ends at NLMSG_DONE, one message ends itself.
func TestLateAnswers(t *testing.T) {
	const list, get = 1013, 1000
	audit := func(f capture.Frame) capture.Frame {
		o := *f.Origin
		o.Protocol = capture.NETLINK_AUDIT
		f.Origin = &o
		return f
	}
	rule := nltest.Message(list, 2, 7, 100, make([]byte, 1040))
	done := nltest.Message(3, 2, 7, 100, nltest.U32(0))
	status := nltest.Message(get, 0, 7, 100, make([]byte, 44))
	for name, c := range map[string]struct {
		typ     uint16
		answers [][]byte
		open    int // how many of them leave the exchange open
		outcome Outcome
	}{
		"list":            {list, [][]byte{nltest.Error(0, 7, 100, nltest.Message(list, 5, 7, 0)), rule, rule, done}, 3, Answered},
		"empty list":      {list, [][]byte{nltest.Error(0, 7, 100, nltest.Message(list, 5, 7, 0)), done}, 1, Answered},
		"refused":         {list, [][]byte{nltest.Error(1, 7, 100, nltest.Message(list, 5, 7, 0))}, 0, Failed},
		"one behind":      {get, [][]byte{nltest.Error(0, 7, 100, nltest.Message(get, 5, 7, 0)), status}, 1, Answered},
		"one in front":    {get, [][]byte{status, nltest.Error(0, 7, 100, nltest.Message(get, 5, 7, 0))}, 1, Acked},
		"another request": {1001, [][]byte{nltest.Error(0, 7, 100, nltest.Message(1001, 5, 7, 0))}, 0, Acked},
	} {
		t.Run(name, func(t *testing.T) {
			s := newEnds(t)
			s.send(audit(request(100)), nltest.Message(c.typ, 5, 7, 0))
			for i, a := range c.answers {
				s.send(audit(reply(100)), a)
				if ended := len(s.got) == 1; ended == (i < c.open) {
					t.Errorf("after answer %d: ended %t", i+1, ended)
				}
			}
			if x := one(t, s.exchanges()); x.Outcome != c.outcome || x.Replies != len(c.answers) {
				t.Errorf("%v, %d replies", x.Outcome, x.Replies)
			}
		})
	}
}
