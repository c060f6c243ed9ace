// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// ends feeds made-up datagrams to a tracker that reports ends.
type ends struct {
	*stream
	got []Observation
}

func newEnds(t *testing.T) *ends {
	s := newStream(t)
	s.tr = NewWith(Options{Ends: true})
	return &ends{stream: s}
}

// newReported is newEnds for a source that reports what became of sends.
func newReported(t *testing.T) *ends {
	e := newEnds(t)
	e.sees = capture.SeesCompletions
	return e
}

func (e *ends) send(f capture.Frame, data ...[]byte) uint64 {
	e.t.Helper()
	for _, o := range e.frame(f, data...) {
		if o.End != EndNone {
			o.Own()
			e.got = append(e.got, o)
		}
	}
	return e.id
}

func (e *ends) completion(of uint64, elapsed time.Duration) {
	e.send(capture.Frame{
		Origin: &capture.Origin{
			Kind: capture.KindCompletion, Verdict: capture.VerdictDelivered,
			Proc: capture.Proc{PID: 42, TID: 42},
		},
		Of: of, Elapsed: elapsed,
	})
}

func (e *ends) flush() []Observation {
	for _, o := range e.tr.Flush(nil) {
		o.Own()
		e.got = append(e.got, o)
	}
	return e.got
}

// exchanges returns what has ended, flushed.
func (e *ends) exchanges() []*Exchange {
	var xs []*Exchange
	for _, o := range e.flush() {
		if o.End == EndExchange {
			xs = append(xs, o.Exchange)
		}
	}
	return xs
}

func (e *ends) events() []*Event {
	var es []*Event
	for _, o := range e.flush() {
		if o.End == EndEvent {
			es = append(es, o.Event)
		}
	}
	return es
}

func one[T any](t *testing.T, xs []T) T {
	t.Helper()
	if len(xs) != 1 {
		t.Fatalf("%d have ended, want 1", len(xs))
	}
	return xs[0]
}

const ms = time.Millisecond

// course is one request on its way, and a step what happens to it.
type course struct {
	*ends
	request []byte
	id      uint64
}

type step func(c *course)

func ask(c *course)      { c.id = c.send(request(100), c.request) }
func returned(c *course) { c.completion(c.id, 300*time.Microsecond) }
func stray(c *course)    { c.completion(999, 0) } // of a request that was lost
func unseen(c *course)   { c.sees = 0 }           // another source, which reports no completions
func later(c *course) {
	c.now = c.now.Add(2 * grace)
	c.send(request(200), getLink(0x05, 1)) // time comes from frames
}

func answered(data []byte) step { return func(c *course) { c.send(reply(100), data) } }

// haveEnded is that so many exchanges have ended so far.
func haveEnded(n int) step {
	return func(c *course) {
		c.t.Helper()
		if len(c.got) != n {
			c.t.Fatalf("%d have ended, want %d: %+v", len(c.got), n, c.got)
		}
	}
}

// fate is what a test asks of an Exchange.
type fate struct {
	Outcome             Outcome
	Errno               int32
	First, Last, Kernel time.Duration
	Replies             int
}

// TestExchangeEnds: what a request ends with, and not before.
func TestExchangeEnds(t *testing.T) {
	req := getLink(0x05, 7)
	ack, refusal := answered(nltest.Error(0, 7, 0, req)), answered(nltest.Error(1, 7, 0, req))
	question, silent := getLink(0x01, 7), nltest.Message(16, 0x01, 7, 0, make([]byte, 16))
	news := answered(nltest.Message(16, 0, 7, 100, make([]byte, 16)))
	const kernel = 300 * time.Microsecond
	for _, tt := range []struct {
		name    string
		request []byte
		steps   []step
		want    fate // of the last
	}{
		{"acked, then the send returns", req, []step{ask, ack, haveEnded(0), returned, haveEnded(1)},
			fate{Outcome: Acked, First: ms, Last: ms, Replies: 1, Kernel: kernel}},
		{"refused, then the send returns", req, []step{ask, refusal, haveEnded(0), returned, haveEnded(1)},
			fate{Outcome: Failed, Errno: 1, First: ms, Last: ms, Replies: 1, Kernel: kernel}},
		{"behind the return of a lost one", req, []step{stray, ask, refusal, haveEnded(0), returned, haveEnded(1)},
			fate{Outcome: Failed, Errno: 1, First: ms, Last: ms, Replies: 1, Kernel: kernel}},
		{"acked where returns are not seen", req, []step{unseen, ask, ack, haveEnded(1)},
			fate{Outcome: Acked, First: ms, Last: ms, Replies: 1}},
		{"the same among others whose returns are", req, []step{ask, ack, returned, haveEnded(1), unseen, ask, ack, haveEnded(2)},
			fate{Outcome: Acked, First: ms, Last: ms, Replies: 1}},
		{"no ack asked for", silent, []step{ask, returned, haveEnded(0), later, haveEnded(1)},
			fate{Outcome: Accepted, Kernel: kernel}},
		{"no ack asked for, and returns are not seen", silent, []step{unseen, ask, haveEnded(0), later, haveEnded(1)},
			fate{Outcome: Accepted}},
		{"answered behind the return (audit)", question, []step{ask, returned, news},
			fate{Outcome: Answered, First: 2 * ms, Last: 2 * ms, Replies: 1, Kernel: kernel}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := course{ends: newReported(t), request: tt.request}
			for _, do := range tt.steps {
				do(&c)
			}
			if len(c.got) == 0 {
				c.flush()
			}
			x := c.got[len(c.got)-1].Exchange
			got := fate{x.Outcome, x.Errno, x.First, x.Last, x.Kernel, x.Replies}
			if got != tt.want || !x.Ended {
				t.Errorf("got  %+v, ended %v\nwant %+v", got, x.Ended, tt.want)
			}
		})
	}
}

// Several requests with sequence number 0 are answered in their order.
func TestSameSequence(t *testing.T) {
	s := newEnds(t)
	var ids []uint64
	for range 3 {
		ids = append(ids, s.send(request(100), getLink(0x05, 0)))
	}
	for i, errno := range []int32{0, 17, 2} {
		o := s.frame(reply(100), nltest.Error(errno, 0, 0, getLink(0x05, 0)))[0]
		if o.Exchange == nil || o.Exchange.Request.Frame.ID != ids[i] {
			t.Errorf("answer %d is paired with %+v", i, o.Exchange)
		}
	}
	for i := range 3 * maxSameKey {
		s.send(request(100), getLink(0x05, 0))
		if n := s.tr.Pending(); n > maxSameKey+1 {
			t.Fatalf("%d wait after %d", n, i)
		}
	}
}

// TestPortReuse: sockets are told apart that have had the same port ID.
func TestPortReuse(t *testing.T) {
	const first, second = 1, 2 // inodes
	of := func(f capture.Frame, inode uint64) capture.Frame {
		f.Change(func(o *capture.Origin) { o.Socket.Inode = inode })
		return f
	}
	for _, tt := range []struct {
		name     string
		asked    []uint64 // by these sockets, in turn
		answered uint64
		paired   uint64   // with the request of this socket; 0: with none
		left     []uint64 // without an answer
	}{
		{"the answer to the second", []uint64{first, second}, second, second, []uint64{first}},
		{"a late answer to the first", []uint64{second}, first, 0, nil}, // it may still come
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newEnds(t)
			for _, inode := range tt.asked {
				s.send(of(request(100), inode), getLink(0x05, 1))
			}
			paired := uint64(0)
			if x := s.frame(of(reply(100), tt.answered), nltest.Error(0, 1, 0, getLink(0x05, 1)))[0].Exchange; x != nil {
				paired = x.Request.Frame.Socket.Inode
			}
			if paired != tt.paired {
				t.Errorf("paired with the request of socket %d, not %d", paired, tt.paired)
			}
			var left []uint64
			for _, x := range s.exchanges() {
				if x.Outcome == Unanswered {
					left = append(left, x.Socket.Inode)
				}
			}
			if !slices.Equal(left, tt.left) {
				t.Errorf("sockets %v are left without an answer, want %v", left, tt.left)
			}
		})
	}
}

func TestWrapAround(t *testing.T) {
	s := newEnds(t)
	for _, seq := range []uint32{0xffffffff, 0, 1} {
		s.send(request(100), getLink(0x05, seq))
	}
	for _, seq := range []uint32{0, 0xffffffff, 1} {
		if o := s.frame(reply(100), nltest.Error(0, seq, 0, getLink(0x05, seq)))[0]; o.Exchange == nil || o.Exchange.Request.Header.Seq != seq {
			t.Errorf("%#x is paired with %+v", seq, o.Exchange)
		}
	}
}

// A dump of three parts: the first inside the send, the others in the reads.
func TestDumpTimes(t *testing.T) {
	s := newReported(t)
	id := s.send(request(100), getLink(0x301, 9))
	part := nltest.Message(16, 2, 9, 100, make([]byte, 16))
	inside := reply(100)
	inside.Cause, inside.Elapsed = id, 400*time.Microsecond
	s.send(inside, part)
	s.completion(id, 700*time.Microsecond)
	later := reply(100)
	later.Elapsed = 200 * time.Microsecond
	s.now = s.now.Add(5 * ms) // the reader sleeps
	s.send(later, part, part)
	s.send(later, nltest.Message(3, 2, 9, 100, make([]byte, 4)))
	x := one(t, s.exchanges())
	// 0.7 of the send and twice 0.2; from the end of the send to the next part 6 ms, and
	// 1 ms, less that.
	if x.Outcome != Answered || x.Rounds != 3 || x.Replies != 4 || x.Kernel != 1100*time.Microsecond || x.Reader != 7*ms-400*time.Microsecond {
		t.Errorf("%v, %d rounds, %d replies, kernel %v, reader %v", x.Outcome, x.Rounds, x.Replies, x.Kernel, x.Reader)
	}
}

func TestDumpInterrupted(t *testing.T) {
	s := newEnds(t)
	s.send(request(100), getLink(0x301, 9))
	s.send(reply(100), nltest.Message(16, 2, 9, 100, make([]byte, 16)))
	churner := request(200)
	churner.Change(func(o *capture.Origin) { o.Proc = capture.Proc{PID: 77, Comm: "churn"} })
	other := request(300)
	other.Change(func(o *capture.Origin) { o.Proc = capture.Proc{PID: 78, Comm: "addr"} })
	link := s.send(churner, nltest.Message(16, 0x05, 3, 0, make([]byte, 16))) // RTM_NEWLINK
	s.send(other, nltest.Message(20, 0x05, 3, 0, make([]byte, 8)))            // RTM_NEWADDR, later
	s.send(request(400), getLink(0x01, 3))                                    // a question changes nothing
	s.send(reply(100), nltest.Message(16, 2|0x10, 9, 100, make([]byte, 16)))
	s.send(reply(100), nltest.Message(3, 2|0x10, 9, 100, make([]byte, 4)))
	for _, o := range s.got {
		if x := o.Exchange; o.End == EndExchange && x.Outcome == Interrupted {
			if x.InterruptedBy == nil || x.InterruptedBy.Proc.PID != 77 || x.InterruptedBy.Exchange.Request.Frame.ID != link {
				t.Errorf("interrupted by %+v", x.InterruptedBy)
			}
			return
		}
	}
	t.Errorf("nothing was interrupted: %+v", s.got)
}

func TestDumpLost(t *testing.T) {
	s := newEnds(t)
	s.send(request(100), getLink(0x301, 9))
	drop := reply(100)
	drop.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictDropped; o.Errno = 105 })
	if o := s.frame(drop)[0]; o.Exchange == nil {
		t.Error("the dropped part belongs to no dump")
	}
	s.send(reply(100), nltest.Message(3, 2, 9, 100, make([]byte, 4)))
	if x := one(t, s.exchanges()); x.Outcome != Lost {
		t.Errorf("%v", x.Outcome)
	}
}

// A batch of which one message fails: nothing of it was done.
func TestRolledBack(t *testing.T) {
	s := newReported(t)
	batch := func(f capture.Frame) capture.Frame {
		f.Change(func(o *capture.Origin) { o.Protocol = capture.NETLINK_NETFILTER })
		return f
	}
	gen := []byte{0, 0, 0, 10}
	a := nltest.Message(10<<8|6, 0x401, 2, 0, gen, make([]byte, 16))
	b := nltest.Message(10<<8|6, 0x401, 3, 0, gen, make([]byte, 16))
	id := s.send(batch(request(100)), nltest.Message(16, 1, 1, 0, gen), a, b, nltest.Message(17, 1, 4, 0, gen))
	s.send(batch(reply(100)), nltest.Error(2, 3, 0, b))
	c := capture.Frame{
		Origin: &capture.Origin{
			Kind: capture.KindCompletion, Protocol: capture.NETLINK_NETFILTER,
		},
		Of: id, Elapsed: 9 * ms,
	}
	s.send(c)
	got := map[Outcome]int{}
	for _, x := range s.exchanges() {
		got[x.Outcome]++
		if x.Shared != 4 {
			t.Errorf("seq %d shares its send with %d", x.Request.Header.Seq, x.Shared)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(map[Outcome]int{Failed: 1, RolledBack: 3}) {
		t.Errorf("%v", got)
	}
}

func delivery(port uint32, pid uint32, cast, cause uint64) capture.Frame {
	return capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirEvent, Group: 1, Sees: capture.SeesCauses,
			Proc:   capture.Proc{PID: 42, TID: 42, Comm: "ip"},
			Socket: capture.Socket{PortID: port, Inode: uint64(port), Owner: capture.Proc{PID: pid, Comm: fmt.Sprint("p", pid)}},
		},
		Cast: cast, Cause: cause,
	}
}

func TestEventCause(t *testing.T) {
	s := newReported(t)
	q := request(100)
	q.Change(func(o *capture.Origin) { o.Proc.TID = 42 })
	id := s.send(q, nltest.Message(16, 0x05, 7, 0, make([]byte, 16)))
	news := nltest.Message(16, 0, 7, 100, make([]byte, 16))
	o := s.frame(delivery(5, 50, 9, id), news)[0]
	if c := o.Event.Cause; c.Exchange == nil || c.Exchange.Request.Frame.ID != id || c.Proc.PID != 42 || c.Inferred || o.Self {
		t.Errorf("cause %+v", c)
	}
	lost := delivery(6, 60, 9, id)
	lost.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictOverrun })
	s.send(lost, news)
	if o := s.frame(delivery(7, 42, 9, id), news)[0]; !o.Self {
		t.Error("its own echo is none")
	}
	s.completion(id, ms)
	e := one(t, s.events())
	if e.Delivered != 2 || e.Lost != 1 || len(e.Losers) != 1 || e.Losers[0].PID != 60 {
		t.Errorf("%+v", e)
	}
	if x := e.Cause.Exchange; x.Events != 1 || x.Listeners != 3 || x.Lost != 1 || x.LostBy[0].PID != 60 {
		t.Errorf("%+v", x)
	}
}

// Without a cast an event is told by its bytes, its cause by port and sequence.
func TestEventInferred(t *testing.T) {
	s := newEnds(t)
	s.send(request(100), nltest.Message(16, 0x05, 7, 0, make([]byte, 16)))
	news := nltest.Message(16, 0, 7, 100, make([]byte, 16))
	for _, tt := range []struct { // one behind the other
		name      string
		socket    uint32
		netns     uint64
		delivered int // of the event so far
		caused    bool
	}{
		{"to one socket", 5, 0, 1, true},
		{"to a second", 6, 0, 2, true},
		{"to a third", 7, 0, 3, true},
		{"said again to the first: another event", 5, 0, 1, true},
		{"in another namespace: of another request", 5, 77, 1, false},
	} {
		f := delivery(tt.socket, 50, 0, 0)
		f.Change(func(o *capture.Origin) { o.Sees, o.Proc, o.NetNS = 0, capture.Proc{}, tt.netns })
		e := s.frame(f, news)[0].Event
		if c := e.Cause; (c.Exchange != nil) != tt.caused || tt.caused && (!c.Inferred || c.Proc.PID != 42) || e.Delivered != tt.delivered {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
}

// TestRandomExchanges interleaves exchanges of many sockets and loses frames:
// no answer is ever paired with another's request, and every request ends once.
func TestRandomExchanges(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		s := newEnds(t)
		type sent struct {
			port  uint32
			inode uint64
			seq   uint32
			errno int32
		}
		var open []sent
		requests := 0
		for range 2000 {
			switch {
			case len(open) == 0 || rng.IntN(2) == 0:
				q := sent{port: uint32(rng.IntN(8) + 1), seq: uint32(requests), errno: int32(requests%100 + 1)}
				q.inode = uint64(q.port)*10 + uint64(rng.IntN(2))
				f := request(q.port)
				f.Change(func(o *capture.Origin) { o.Socket.Inode = q.inode })
				if rng.IntN(10) > 0 { // else the request is lost on its way to us
					s.send(f, getLink(0x05, q.seq))
					requests++
				} else {
					q.seq += 1 << 30
				}
				open = append(open, q)
			default:
				i := rng.IntN(len(open))
				q := open[i]
				open = append(open[:i], open[i+1:]...)
				if rng.IntN(10) == 0 {
					continue // the answer is lost
				}
				f := reply(q.port)
				f.Change(func(o *capture.Origin) { o.Socket.Inode = q.inode })
				s.send(f, nltest.Error(q.errno, q.seq, 0, getLink(0x05, q.seq)))
			}
		}
		xs := s.exchanges()
		if len(xs) != requests {
			t.Fatalf("seed %d: %d of %d requests have ended", seed, len(xs), requests)
		}
		for _, x := range xs {
			if seq := x.Request.Header.Seq; x.Outcome == Failed && x.Errno != int32(seq%100+1) {
				t.Fatalf("seed %d: request %d got the answer of another: %d", seed, seq, x.Errno)
			}
		}
	}
}

// TestManyEvents bounds what is remembered of events that nobody ends.
func TestManyEvents(t *testing.T) {
	s := newEnds(t)
	for i := range uint64(5 * maxEvents) {
		f := delivery(5, 50, 1+i, 0)
		f.Change(func(o *capture.Origin) { o.Proc.TID = uint32(i) })
		s.frame(f, nltest.Message(16, 0, uint32(i), 0, make([]byte, 16)))
		f.Cast = 0
		s.frame(f, nltest.Message(16, 0, uint32(i)<<1, 0, make([]byte, 16)))
	}
	es := &s.tr.events
	if n := len(es.open) + len(es.byID) + len(es.bySum); n > 3*(maxEvents+2) {
		t.Errorf("%d are remembered", n)
	}
	s.flush()
	if n := len(es.open) + len(es.byID) + len(es.bySum); n != 0 {
		t.Errorf("%d are left at the end", n)
	}
}

// A datagram of two messages is one delivery of one event, whatever tells it.
func TestEventOfTwoMessages(t *testing.T) {
	for _, cast := range []uint64{0, 9} {
		s := newEnds(t)
		m := nltest.Message(16, 0, 0, 0, make([]byte, 16))
		os := s.frame(delivery(5, 50, cast, 0), m, m)
		if len(os) != 2 || os[0].Event != os[1].Event || os[0].Event.Delivered != 1 {
			t.Errorf("cast %d: %+v", cast, os)
		}
		if n := len(s.events()); n != 1 {
			t.Errorf("cast %d: %d events", cast, n)
		}
	}
}

// A source that sees a send when it returns tells its time with the request,
// before there is an answer.
func TestKernelOfRequest(t *testing.T) {
	s := newEnds(t)
	send := func(took time.Duration, ms ...[]byte) {
		f := request(42)
		f.Change(func(o *capture.Origin) { o.Sees = 0 })
		f.Elapsed = took
		s.send(f, ms...)
	}
	send(300*time.Microsecond, nltest.Message(16, 5, 1, 0), nltest.Message(16, 5, 2, 0))
	send(0, nltest.Message(16, 5, 3, 0)) // behind the first of a sendmmsg()
	xs := s.exchanges()
	if len(xs) != 3 {
		t.Fatalf("%d exchanges", len(xs))
	}
	for i, x := range xs {
		want := time.Duration(0)
		if x.Request.Header.Seq == 1 { // it stands on the first of a datagram
			want = 300 * time.Microsecond
		}
		if x.Kernel != want || x.Leads != (x.Request.Header.Seq != 2) {
			t.Errorf("exchange %d: %v, leads %v, want %v", i, x.Kernel, x.Leads, want)
		}
	}
}
