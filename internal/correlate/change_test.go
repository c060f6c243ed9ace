// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nltest"
)

// TestChange: a request that modifies is a change where it succeeded, as far as that is
// known; what only asks is none, however it ends.
func TestChange(t *testing.T) {
	const sets, asks = 16, 18 // RTM_NEWLINK, RTM_GETLINK
	for _, tt := range []struct {
		what    string
		typ     uint16
		outcome Outcome
		want    decode.Answer
	}{
		{"acknowledged", sets, Acked, decode.Yes},
		{"answered", sets, Answered, decode.Yes},
		{"nothing to answer", sets, Accepted, decode.Yes},
		{"failed", sets, Failed, decode.No},
		{"rolled back", sets, RolledBack, decode.No},
		{"ignored", sets, Ignored, decode.No},
		{"no answer", sets, Unanswered, decode.Unknown},
		{"answer lost", sets, Lost, decode.Unknown},
		{"answer not read", sets, Unread, decode.Unknown},
		{"not over", sets, Pending, decode.Unknown},
		{"asked", asks, Answered, decode.No},
		{"asked and acknowledged", asks, Acked, decode.No},
		{"asked in vain", asks, Failed, decode.No},
		{"asked without an answer", asks, Unanswered, decode.No},
	} {
		e := newEnds(t)
		f := request(100)
		e.send(f, nltest.Message(tt.typ, 5, 7, 0, make([]byte, 16)))
		x := one(t, e.exchanges())
		x.Outcome = tt.outcome
		if o := ended(x); o.Change() != tt.want || x.Change() != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, o.Change(), tt.want)
		}
	}
}

// TestChangeOfMessages: a request counts until it is known to have failed; its answer does
// not count a second time.
func TestChangeOfMessages(t *testing.T) {
	s := newStream(t)
	for _, tt := range []struct {
		what string
		f    capture.Frame
		data []byte
		want decode.Answer
	}{
		{"a request", request(100), nltest.Message(16, 5, 7, 0, make([]byte, 16)), decode.Yes},
		{"its answer", reply(100), nltest.Error(0, 7, 100, nltest.Message(16, 5, 7, 0, make([]byte, 16))), decode.No},
		{"a send that fails", func() capture.Frame {
			f := request(100)
			f.Verdict, f.Errno = capture.VerdictFailed, 1
			return f
		}(), nltest.Message(16, 5, 8, 0, make([]byte, 16)), decode.No},
		{"a question", request(100), getLink(5, 9), decode.No},
	} {
		o := s.frame(tt.f, tt.data)
		if len(o) != 1 || o[0].Change() != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, o[0].Change(), tt.want)
		}
	}
}

// TestChangeOfEvents: what a request that was seen changes is told once; what nobody asked
// for, and what came of a request that only asks (a module that it loads), by the event.
func TestChangeOfEvents(t *testing.T) {
	link := func(seq, port uint32) []byte { return nltest.Message(16, 0, seq, port, make([]byte, 16)) }
	for _, tt := range []struct {
		what  string
		asked uint16
		data  []byte
		want  decode.Answer
	}{
		{"of a request that sets", 16, link(7, 100), decode.No},
		{"of one that asks", 18, link(7, 100), decode.Yes},
		{"of nobody", 16, link(0, 0), decode.Yes},
		{"of a request that was not seen", 16, link(7, 101), decode.Yes},
		{"a router's prefix", 16, nltest.Message(52, 0, 0, 0, make([]byte, 16)), decode.No},
	} {
		e := newEnds(t)
		e.send(request(100), nltest.Message(tt.asked, 5, 7, 0, make([]byte, 16)))
		e.send(capture.Frame{Origin: &capture.Origin{Dir: capture.DirEvent, Group: 1, Socket: capture.Socket{PortID: 5}}}, tt.data)
		var o *Observation
		for _, end := range e.flush() {
			if end.End == EndEvent {
				o = &end
			}
		}
		if o == nil || o.Change() != tt.want {
			t.Errorf("%s: %+v, want %s", tt.what, o, tt.want)
		}
	}
}
