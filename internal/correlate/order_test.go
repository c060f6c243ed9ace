// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// TestBatchEnds: the messages of a transaction end when its send returns, in their order,
// also where none of them asked for an ACK; what they caused ends before.
func TestBatchEnds(t *testing.T) {
	e := newEnds(t)
	e.sees = capture.Describe(capture.SourceFentry).Sees
	body := []byte{2, 0, 0, 10}
	msg := func(typ uint16, seq uint32) []byte { return nltest.Message(typ, 1, seq, 0, body) }
	const newTable, end = 10 << 8, 17
	f := request(100)
	f.Change(func(o *capture.Origin) { o.Protocol = capture.NETLINK_NETFILTER })
	id := e.send(f, msg(batchBegin, 1), msg(newTable, 2), msg(newTable, 3), msg(newTable, 4), msg(end, 5))
	e.send(capture.Frame{Cause: id, Cast: 1, Origin: &capture.Origin{Protocol: capture.NETLINK_NETFILTER, Dir: capture.DirEvent, Group: 7, Proc: capture.Proc{PID: 42, TID: 42}}}, msg(newTable, 2))
	if len(e.got) > 0 {
		t.Fatalf("%d have ended before the send returns", len(e.got))
	}
	e.completion(id, ms)
	var got []uint32
	for i, o := range e.got {
		if (o.End == EndEvent) != (i == 0) {
			t.Errorf("end %d is of an event: %v", i, o.End == EndEvent)
		}
		if o.End == EndExchange {
			if got = append(got, o.Exchange.Request.Header.Seq); o.Exchange.Outcome != Accepted {
				t.Errorf("seq %d: %s", o.Exchange.Request.Header.Seq, o.Exchange.Outcome)
			}
		}
	}
	if !slices.Equal(got, []uint32{1, 2, 3, 4, 5}) {
		t.Errorf("ended in the order %v", got)
	}
	// Where answers are told when they are read, an error may still come.
	e = newEnds(t)
	e.sees = capture.SeesRequests | capture.SeesCompletions
	id = e.send(f, msg(batchBegin, 1), msg(newTable, 2), msg(end, 3))
	e.completion(id, ms)
	if len(e.got) > 0 {
		t.Errorf("%d have ended, whose error may lie in a queue", len(e.got))
	}
}
