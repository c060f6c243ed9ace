// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"slices"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// A request that the kernel works on for minutes goes on causing events.
func TestLongRequest(t *testing.T) {
	quiet, busy := 5*time.Minute, 20*time.Second
	for _, tc := range []struct {
		name  string
		sees  capture.Sees
		step  time.Duration // between its events
		other bool          // another thread sends meanwhile
		again bool          // the same thread sends again, before the last event
		want  bool
	}{
		{"in the send, nothing else happens", seesSends, quiet, false, false, true},
		{"in the send, others go on", seesSends, quiet, true, false, true},
		{"its completion was lost", seesSends, quiet, true, true, false},
		{"the source cannot tell, events all the while", seesQueues, busy, true, false, true},
		{"the source cannot tell, silence", seesQueues, quiet, true, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = tc.sees
			by := func(port, tid uint32) capture.Frame {
				f := request(port)
				f.Change(func(o *capture.Origin) { o.Proc.TID = tid })
				return f
			}
			id := s.send(by(100, 42), nltest.Message(16, 0x05, 7, 0, make([]byte, 16)))
			var last Cause
			for i := range 12 {
				s.now = s.now.Add(tc.step)
				if tc.other {
					q := getLink(0x05, uint32(i))
					done := s.send(by(200, 43), q)
					s.send(reply(200), nltest.Error(0, uint32(i), 0, q))
					s.completion(done, ms)
				}
				if tc.again && i == 11 {
					s.send(by(100, 42), getLink(0x05, 8))
				}
				f := delivery(5, 50, 0, 0)
				f.Change(func(o *capture.Origin) { o.Sees = 0 })
				if tc.sees.Has(capture.SeesCompletions) {
					f = delivery(5, 50, uint64(i+1), id)
				}
				last = s.frame(f, nltest.Message(16, 0, 7, 100, []byte{byte(i)}))[0].Event.Cause
			}
			if got := last.Exchange != nil; got != tc.want {
				t.Errorf("the last event has a cause: %t", got)
			}
			if tc.want && tc.sees.Has(capture.SeesCompletions) {
				if open := s.tr.Open(s.now, nil); len(open) != 1 || open[0].Age(s.now) < time.Hour-ms {
					t.Errorf("waits: %+v", open)
				}
				s.send(reply(100), nltest.Error(0, 7, 0, getLink(0x05, 7)))
				s.completion(id, time.Hour)
			}
			s.flush()
			if s.tr.Pending() != 0 {
				t.Errorf("%d wait at the end", s.tr.Pending())
			}
			s.now = s.now.Add(2 * maxAge)
			s.send(by(300, 44), getLink(0x05, 8))
			if n := len(s.tr.stuck) + s.tr.frames.n; n > 2 {
				t.Errorf("%d are remembered", n)
			}
		})
	}
}

// One datagram announces a transaction: each event has the message that made it.
func TestEventsOfTransaction(t *testing.T) {
	gen := []byte{0, 0, 0, 10}
	body := append(gen, make([]byte, 16)...)
	for _, tc := range []struct {
		name  string
		sees  capture.Sees
		cast  uint64
		cause bool
	}{
		{"seen", capture.SeesCompletions, 9, true},
		{"inferred", seesQueues, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = tc.sees
			nf := func(o *capture.Origin) { o.Protocol = capture.NETLINK_NETFILTER }
			q := request(100)
			q.Change(nf)
			id := s.send(q, nltest.Message(16, 1, 1, 0, gen), nltest.Message(10<<8, 0x401, 2, 0, body),
				nltest.Message(10<<8|3, 0x401, 3, 0, body), nltest.Message(17, 1, 4, 0, gen))
			// NEWTABLE of message 2, two NEWCHAINs of message 3, NEWGEN of the transaction.
			for _, port := range []uint32{5, 6, 5} {
				f := delivery(port, 10*port, tc.cast, 0)
				if port == 5 && len(s.tr.events.open) > 0 {
					f.Cast += 1 // the second transaction of one listener
				}
				f.Change(nf)
				if tc.cause {
					f.Cause = id
				} else {
					f.Cast = 0
					f.Change(func(o *capture.Origin) { o.Sees = 0 })
				}
				os := s.frame(f, nltest.Message(10<<8, 0, 2, 100, body), nltest.Message(10<<8|3, 0, 3, 100, body),
					nltest.Message(10<<8|3, 0, 3, 100, body), nltest.Message(10<<8|15, 0, 1, 100, gen))
				os = slices.DeleteFunc(os, func(o Observation) bool { return o.End != EndNone })
				for i, seq := range []uint32{2, 3, 3, 1} {
					if c := os[i].Event.Cause; c.Exchange == nil || c.Exchange.Request.Header.Seq != seq {
						t.Fatalf("message %d is caused by %+v, want seq %d", i, c, seq)
					}
				}
				if os[1].Event != os[2].Event || os[0].Event == os[1].Event {
					t.Error("events are not by the message that made them")
				}
			}
			for _, x := range s.exchanges() {
				want := [3]int{2, 3, 2} // 2 events, 3 deliveries to 2 listeners
				if x.Request.Header.Seq == 4 {
					want = [3]int{}
				}
				if got := [3]int{x.Events, x.Deliveries, x.Listeners}; got != want {
					t.Errorf("seq %d: events, deliveries, listeners %v, want %v", x.Request.Header.Seq, got, want)
				}
			}
		})
	}
}

// At the system call an event may be read before the send that caused it is told.
func TestCauseComesLater(t *testing.T) {
	for _, tc := range []struct {
		name  string
		begun time.Duration // of the send, before the event
		seq   uint32
		want  bool
	}{
		{"the send was under way", time.Second, 7, true},
		{"the send began later", -time.Second, 7, false},
		{"another request", time.Second, 8, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = seesAtRead
			f := delivery(5, 50, 0, 0)
			f.Change(func(o *capture.Origin) { o.Sees = 0 })
			s.send(f, nltest.Message(17, 0, 7, 100, make([]byte, 16)))
			q := request(100)
			q.Elapsed = tc.begun
			at := s.now
			s.now = at.Add(-tc.begun)
			s.send(q, nltest.Message(17, 0x05, tc.seq, 0, make([]byte, 16)))
			s.now = at.Add(2 * grace)
			if e := one(t, s.events()); (e.Cause.Exchange != nil) != tc.want || tc.want && !e.Cause.Inferred {
				t.Errorf("caused by %+v", e.Cause)
			}
			if len(s.tr.events.owed) != 0 {
				t.Error("something is still owed")
			}
		})
	}
}

// All that is said of who caused something says the same.
func TestCausedBy(t *testing.T) {
	s := newEnds(t)
	s.sees = seesAtRead
	s.send(request(100), nltest.Message(16, 0x05, 7, 0, make([]byte, 16)))
	reader := capture.Proc{PID: 50, Comm: "listener"}
	read := func(dir capture.Dir, data []byte) Observation {
		return s.frame(capture.Frame{Origin: &capture.Origin{
			Dir: dir, Proc: reader, Socket: capture.Socket{PortID: 5, Owner: reader},
		}}, data)[0]
	}
	for _, tc := range []struct {
		name string
		o    Observation
		pid  uint32
	}{
		{"event with a port and number", read(capture.DirEvent, nltest.Message(16, 0, 7, 100, []byte{1})), 42},
		{"event without", read(capture.DirEvent, nltest.Message(16, 0, 0, 0, []byte{1})), 0},
		{"reply", read(capture.DirReply, nltest.Message(16, 0, 1, 5, []byte{1})), 0},
	} {
		if c := tc.o.CausedBy(); c.Proc.PID != tc.pid {
			t.Errorf("%s: caused by %+v, want process %d", tc.name, c.Proc, tc.pid)
		}
	}
}

// An event that nobody got is one of its request's, and no delivery.
func TestUnheard(t *testing.T) {
	s := newEnds(t)
	id := s.send(request(100), nltest.Message(16, 0x05, 7, 0, make([]byte, 16)))
	f := delivery(0, 0, 9, id)
	f.Change(func(o *capture.Origin) { o.Verdict, o.Socket = capture.VerdictUnheard, capture.Socket{} })
	o := s.frame(f, nltest.Message(16, 0, 7, 100, []byte{1}))[0]
	if o.Event == nil || o.Event.Delivered+o.Event.Lost != 0 || o.Event.Cause.Exchange == nil || o.Outcome == Lost {
		t.Fatalf("%+v", o)
	}
	if x := o.Event.Cause.Exchange; x.Events != 1 || x.Deliveries != 0 || x.Listeners != 0 || x.Lost != 0 {
		t.Errorf("%+v", x)
	}
}
