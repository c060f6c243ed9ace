// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// caught is one observation of an event, and the event with it.
type caught struct {
	event   *correlate.Event
	verdict capture.Verdict
	index   int
	data    int // bytes of the message; 0: lost without
}

func (c caught) observation() correlate.Observation {
	f := &capture.Frame{
		Origin: &capture.Origin{Dir: capture.DirEvent, Group: 1, Verdict: c.verdict, Sees: capture.SeesCauses},
		Time:   time.Unix(1, 0), OrigLen: 200, Data: make([]byte, 200),
	}
	o := correlate.Observation{Frame: f, Event: c.event, Family: "route", Type: "RTM_NEWLINK"}
	if c.data > 0 {
		o.Message = &decode.Message{Frame: f, Index: c.index, Data: f.Data[:c.data], Family: "route", Type: "RTM_NEWLINK"}
	}
	return o
}

// request makes a cause: the first message of a datagram decides, whichever of them the
// event names.
func request(proc capture.Proc, first, named string) correlate.Cause {
	c := correlate.Cause{Proc: proc}
	if first != "" {
		m := func(typ string) *decode.Message {
			return &decode.Message{Frame: &capture.Frame{Origin: &capture.Origin{}}, Family: "route", Type: typ}
		}
		c.Datagram, c.Exchange = m(first), &correlate.Exchange{Request: m(named)}
	}
	return c
}

func TestCauses(t *testing.T) {
	ip, kworker := capture.Proc{PID: 5, Comm: "ip"}, capture.Proc{PID: 12, Comm: "kworker/0:1"}
	event := func(id uint64, c correlate.Cause) *correlate.Event { return &correlate.Event{ID: id, Cause: c} }
	one := event(1, request(ip, "RTM_NEWLINK", "RTM_NEWADDR"))
	two := event(2, request(ip, "RTM_NEWLINK", "RTM_NEWLINK"))
	three := event(3, request(kworker, "", ""))
	const delivered, overrun = capture.VerdictDelivered, capture.VerdictOverrun
	tab := New(Options{})
	for _, c := range []caught{
		{one, delivered, 0, 80}, {one, delivered, 1, 40}, // two messages
		{one, overrun, 0, 80}, {one, overrun, 1, 40}, // are one loss
		{two, delivered, 0, 100},
		{three, overrun, 0, 0}, {three, delivered, 0, 60},
		{three, capture.VerdictNone, 0, 60}, // a listener of its own, of which no source with causes tells
		{one, delivered, 0, 80},             // once more, after others
	} {
		tab.Observe(c.observation())
	}
	raised := correlate.Observation{
		Frame:  &capture.Frame{Origin: &capture.Origin{Kind: capture.KindSocketError, Verdict: capture.VerdictNobufsRaised, Sees: capture.SeesCauses, Proc: ip}},
		Raised: &correlate.Cause{Proc: ip, Datagram: one.Cause.Datagram, Exchange: one.Cause.Exchange},
	}
	tab.Observe(raised)
	raised.Raised = nil
	tab.Observe(raised)

	got := map[string]Caused{}
	for _, c := range tab.Snapshot(time.Unix(2, 0)).Causes {
		got[c.Comm+" "+c.Request.Name] = c.Caused
	}
	for who, want := range map[string]Caused{
		"ip RTM_NEWLINK": {Events: 2, Deliveries: 4, Lost: 1, Messages: 4, Bytes: 300, Nobufs: 1},
		"kworker/0:1 ":   {Events: 1, Deliveries: 2, Lost: 1, Messages: 1, Bytes: 60},
		"ip ":            {Nobufs: 1},
	} {
		if got[who] != want {
			t.Errorf("%s: %+v, want %+v", who, got[who], want)
		}
		delete(got, who)
	}
	if len(got) > 0 {
		t.Errorf("more: %+v", got)
	}
}

// However many causes there are, the sums stay, and who floods keeps its row.
func TestCausesBounded(t *testing.T) {
	const most, many, flood = 64, 10_000, 50
	tab := New(Options{MaxCauses: most})
	for i := range uint32(many) {
		if i%100 == 0 {
			tab.CountCause(&capture.Count{Of: capture.CountCause, Proc: capture.Proc{PID: 1, Comm: "flood"}, Events: flood, Deliveries: flood, Messages: flood, Bytes: flood}, nil)
		}
		tab.CountCause(&capture.Count{Of: capture.CountCause, Proc: capture.Proc{PID: 100 + i, Comm: "x"}, Events: 1, Deliveries: 2, Messages: 1, Bytes: 60,
			Tally: capture.Tally{Drops: 1, NobufsRaised: 1}}, nil)
	}
	tab.CountRestCause(&capture.Count{Events: 1, Deliveries: 1, Messages: 1, Bytes: 1})
	s := tab.Snapshot(time.Unix(1, 0))
	sum := s.OtherCauses
	for _, c := range s.Causes {
		sum.Add(&c.Caused)
		if c.Comm == "flood" && c.Deliveries != many/100*flood {
			t.Errorf("of the flood %+v are in its row", c.Caused)
		}
	}
	want := Caused{
		Events: many + many/100*flood + 1, Deliveries: 2*many + many/100*flood + 1, Lost: many,
		Messages: many + many/100*flood + 1, Bytes: 60*many + many/100*flood + 1, Nobufs: many,
	}
	if sum != want || len(s.Causes) > most {
		t.Errorf("%d causes, in all %+v, want %+v", len(s.Causes), sum, want)
	}
	tab.Clear()
	if s := tab.Snapshot(time.Unix(1, 0)); len(s.Causes) != 0 || s.OtherCauses != (Caused{}) {
		t.Errorf("cleared: %+v", s.Causes)
	}
}
