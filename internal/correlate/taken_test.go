// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// newTimed is newEnds for a source that tells what requests spend their time on.
func newTimed(t *testing.T) *ends {
	e := newEnds(t)
	e.sees = capture.SeesCompletions | capture.SeesTimes | capture.SeesTaken
	return e
}

// read is the report that the reader of a socket has taken data out of its queue.
func (e *ends) read(port uint32, data []byte) {
	f := reply(port)
	f.Change(func(o *capture.Origin) { o.Kind, o.Sees = capture.KindRead, e.sees })
	f.Data = data[:min(len(data), 20)]
	e.send(f)
}

func (e *ends) spent(of uint64, elapsed time.Duration, lock capture.Lock, w *capture.Waits) {
	e.send(capture.Frame{
		Origin: &capture.Origin{Kind: capture.KindCompletion, Verdict: capture.VerdictDelivered, Proc: capture.Proc{PID: 42, TID: 42}},
		Of:     of, Elapsed: elapsed, Lock: lock, Waits: w,
	})
}

// clock sets the time of the next frame, in ms.
func (e *ends) clock() func(at time.Duration) {
	begin := e.now
	return func(at time.Duration) { e.now = begin.Add(at*ms - ms) } // stream.frame adds it
}

// An exchange ends when its last answer has been read, and all its time has a name: a
// request is asked at 0, answered after 80 ms, returns after 100 and is read at 300.
func TestTimesOfRequest(t *testing.T) {
	s := newTimed(t)
	ack := nltest.Message(2, 0, 7, 42, nltest.U32(0), nltest.Message(16, 5, 7, 0)[:16])
	at := s.clock()
	at(0)
	id := s.send(request(42), nltest.Message(16, 5, 7, 0, make([]byte, 16)))
	at(80)
	s.send(reply(42), ack)
	at(100)
	s.spent(id, 100*ms, capture.Lock{Wait: 10 * ms}, &capture.Waits{Module: "sch_tbf", Modules: 1, Loading: 60 * ms, OffCPU: 75 * ms})
	if n := len(s.got); n != 0 {
		t.Fatalf("%d have ended before their answer was read", n)
	}
	at(300)
	s.read(43, ack) // of another socket
	if n := len(s.got); n != 0 {
		t.Fatalf("%d have ended when somebody else read", n)
	}
	at(300)
	s.read(42, ack)
	if n := len(s.got); n != 1 {
		t.Fatalf("%d have ended when the answer was read", n)
	}
	x := s.got[0].Exchange
	p, ok := x.Parts()
	if want := (capture.Parts{Module: 60 * ms, RTNL: 10 * ms, Rest: 5 * ms, Own: 25 * ms}); !ok || p != want {
		t.Errorf("%v %+v, want %+v", ok, p, want)
	}
	if x.Queue != 200*ms || x.Whole != 300*ms || p.Sum()+x.Later()+x.Reader+x.Queue != x.Whole || x.Outcome != Acked {
		t.Errorf("%+v", x)
	}
	s.read(42, ack) // once more, of another answer that was lost to us
	if n := len(s.flush()); n != 1 {
		t.Errorf("%d have ended", n)
	}
}

// Of a dump, what later reads have the kernel do and what the reader takes between are
// parts of the whole, too.
func TestTimesOfDump(t *testing.T) {
	s := newTimed(t)
	at := s.clock()
	at(0)
	id := s.send(request(42), getLink(0x301, 7))
	first, done := nltest.Message(16, 2, 7, 42), nltest.Message(3, 2, 7, 42, nltest.U32(0))
	part := reply(42)
	part.Cause, part.Elapsed = id, ms
	at(0)
	s.send(part, first)
	at(0)
	s.spent(id, 0, capture.Lock{}, nil) // in no time, so that the sum is exact
	at(30)
	s.read(42, first)
	at(50)
	last := reply(42)
	last.Elapsed = 20 * ms
	s.send(last, done)
	if n := len(s.got); n != 0 {
		t.Fatalf("%d have ended before their answer was read", n)
	}
	at(90)
	s.read(42, done)
	x := one(t, s.exchanges())
	if x.Later()+x.Reader+x.Queue != x.Whole {
		t.Errorf("%v is not the sum of the parts", x.Whole)
	}
	if x.Later() != 20*ms || x.Reader != 30*ms || x.Queue != 40*ms || x.Whole != 90*ms || x.Outcome != Answered {
		t.Errorf("later %v, reader %v, queue %v, whole %v, %v", x.Later(), x.Reader, x.Queue, x.Whole, x.Outcome)
	}
}

// An answer that nobody reads, or of which the report was lost, ends in the end.
func TestTimesUnread(t *testing.T) {
	s := newTimed(t)
	id := s.send(request(42), nltest.Message(16, 5, 7, 0, make([]byte, 16)))
	s.send(reply(42), nltest.Message(2, 0, 7, 42, nltest.U32(0), nltest.Message(16, 5, 7, 0)[:16]))
	s.spent(id, ms, capture.Lock{}, nil)
	s.now = s.now.Add(2 * grace)
	s.send(request(43), getLink(5, 8))
	if n := len(s.got); n != 0 {
		t.Fatalf("%d have ended, while a slow reader may come", n)
	}
	s.now = s.now.Add(maxAge)
	s.send(request(44), getLink(5, 9))
	if len(s.got) == 0 || s.got[0].Exchange.Outcome != Acked || s.got[0].Exchange.Queue != 0 || s.got[0].Exchange.Whole != 0 {
		t.Errorf("%+v", s.got)
	}
}

// The times of a batch stand on what begins it, once.
func TestTimesOfBatch(t *testing.T) {
	s := newTimed(t)
	f := request(42)
	f.Change(func(o *capture.Origin) { o.Protocol = capture.NETLINK_NETFILTER })
	id := s.send(f, nltest.Message(batchBegin, 1, 1, 0, nltest.U32(0)), nltest.Message(10<<8, 1, 2, 0, nltest.U32(0)),
		nltest.Message(10<<8, 1, 3, 0, nltest.U32(0)), nltest.Message(17, 1, 4, 0, nltest.U32(0)))
	s.spent(id, 700*ms, capture.Lock{Wait: ms}, &capture.Waits{RCU: 600 * ms, OffCPU: 650 * ms})
	n := 0
	for _, x := range s.exchanges() {
		n++
		p, ok := x.Parts()
		if x.Leads != (x.Request.Header.Type == batchBegin) || ok != x.Leads {
			t.Errorf("seq %d leads: %v, has parts: %v", x.Request.Header.Seq, x.Leads, ok)
		}
		if x.Leads && (x.Kernel != 700*ms || p.RCU != 600*ms || p.Sum() != 700*ms || x.Shared != 4) {
			t.Errorf("%v %+v of %d", x.Kernel, p, x.Shared)
		}
		if !x.Leads && (x.Kernel != 0 || x.Lock.Wait != 0 || x.Waits != nil) {
			t.Errorf("seq %d has the time of the batch again: %v", x.Request.Header.Seq, x.Kernel)
		}
	}
	if n != 4 {
		t.Errorf("%d exchanges", n)
	}
}
