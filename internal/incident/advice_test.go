// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// queue is a socket's as the kernel has it: a message that finds more than rcvbuf is
// lost, and so are all until the reader has emptied it (NETLINK_S_CONGESTED).
type queue struct {
	rcvbuf    int
	held      []int // sizes
	rmem      int
	congested bool
	lost      uint32
	most      int // that it held
	read      time.Time
	waiting   time.Time
	log       *Log
}

func (q *queue) arrive(now time.Time, size int) {
	full := q.congested || q.rmem > q.rcvbuf
	f := &capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirEvent, Verdict: capture.VerdictDelivered, Socket: capture.Socket{Inode: 7, RcvBuf: uint32(q.rcvbuf)},
			Sees: capture.SeesLosses | capture.SeesQueues | capture.SeesNobufs,
		},
		Time: now, TrueSize: uint32(size), OrigLen: size / 2,
	}
	since := q.waiting
	if q.read.After(since) {
		since = q.read
	}
	if full {
		q.congested = true
		q.lost++
		f.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictOverrun })
	} else {
		if len(q.held) == 0 {
			q.waiting, since = now, q.read
		}
		q.held = append(q.held, size)
		q.rmem += size
		q.most = max(q.most, q.rmem)
	}
	if !since.IsZero() {
		f.Queue.Idle = now.Sub(since)
	}
	f.Queue.Drops, f.Queue.RMem = q.lost, uint32(q.rmem)
	q.log.Observe(&correlate.Observation{Frame: f, Family: "route", Type: "RTM_NEWLINK"})
}

// take reads at most n messages; less: all that there are.
func (q *queue) take(now time.Time, n int) {
	for ; n > 0 && len(q.held) > 0; n-- {
		q.rmem -= q.held[0]
		q.held = q.held[1:]
		q.read = now
	}
	if len(q.held) == 0 {
		q.congested = false
	}
}

// scenario is what happens to a queue, told in milliseconds.
type scenario struct {
	name string
	// sends and reads say how many messages are sent and read in a millisecond.
	sends, reads func(ms int) int
	ms           int
	rcvbuf       int
	stalled      bool
}

func (s *scenario) play(rcvbuf int) (*queue, Incident) {
	q := &queue{rcvbuf: rcvbuf, log: New(), read: epoch}
	for ms := range s.ms {
		now := at(ms)
		for i := range s.sends(ms) {
			q.arrive(now.Add(time.Duration(i)*time.Microsecond), 1000+ms%7*100)
		}
		q.take(now.Add(900*time.Microsecond), s.reads(ms))
	}
	q.log.Flush()
	var in Incident
	for _, x := range q.log.Ended() {
		if x.Need >= in.Need {
			in = x
		}
	}
	return q, in
}

// Whoever follows the advice loses nothing, and has no more than twice what was needed.
func TestAdviceFollowed(t *testing.T) {
	const all = 1 << 30
	if1 := func(yes bool, n int) int {
		if yes {
			return n
		}
		return 0
	}
	never := func(int) int { return 0 }
	first := func(ms int) func(int) int { return func(at int) int { return if1(at < ms, 10) } }
	for _, s := range []scenario{
		{name: "a burst, read afterwards", ms: 900, rcvbuf: 50_000, sends: first(100), reads: func(ms int) int { return if1(ms > 500, all) }},
		{name: "a reader that reads a little", ms: 900, rcvbuf: 131_072, sends: first(100), reads: func(ms int) int { return if1(ms%20 == 19, 3) }},
		{name: "a reader that reads a little, small buffer", ms: 900, rcvbuf: 4608, sends: first(50), reads: func(ms int) int { return if1(ms%20 == 19, 3) }},
		{name: "a reader that reads a queueful now and then", ms: 900, rcvbuf: 20_000, sends: first(100), reads: func(ms int) int { return if1(ms%50 == 49, 20) }},
		{name: "bursts, all read in between", ms: 900, rcvbuf: 20_000, sends: func(ms int) int { return if1(ms%300 < 5, 40) }, reads: func(ms int) int { return if1(ms%300 > 50, 40) }},
		{name: "a reader that is slower", ms: 900, rcvbuf: 20_000, sends: func(int) int { return 3 }, reads: func(int) int { return 2 }},
		{name: "a reader that wakes up late", ms: 3900, rcvbuf: 20_000, sends: func(ms int) int { return if1(ms < 2500, 1) }, reads: func(ms int) int { return if1(ms > 2000, all) }},
		{name: "a reader that never reads", ms: 3900, rcvbuf: 20_000, sends: func(int) int { return 1 }, reads: never, stalled: true},
	} {
		t.Run(s.name, func(t *testing.T) {
			q, in := s.play(s.rcvbuf)
			if q.lost == 0 {
				t.Fatal("not put to the test: nothing is lost")
			}
			text := strings.Join(in.Advice(Limits{RMemMax: 212_992}), "\n")
			if s.stalled {
				if in.RcvBuf() != 0 || !in.Stalled() || strings.Contains(text, "SO_RCVBUF") || !strings.Contains(text, "no buffer helps") {
					t.Errorf("%+v\n%s", in, text)
				}
				return
			}
			if !strings.Contains(text, "SO_RCVBUF") {
				t.Errorf("no advice:\n%s", text)
			}
			v := int(in.RcvBuf())
			if q, _ := s.play(2 * v); q.lost != 0 {
				t.Errorf("with SO_RCVBUF %d still %d are lost (of %d)", v, q.lost, q.lost)
			}
			whole, _ := s.play(1 << 30)
			if 2*v > 2*whole.most {
				t.Errorf("told %d, of which the kernel makes %d; %d was needed", v, 2*v, whole.most)
			}
		})
	}
}

// What a loss means depends on whose messages they were.
func TestOwn(t *testing.T) {
	echo, answer := loss(10, 1, "ip", "RTM_NEWLINK"), loss(10, 1, "ip", "RTM_NEWLINK")
	echo.Self = true
	answer.Frame.Change(func(o *capture.Origin) { o.Dir = capture.DirReply })
	for _, tc := range []struct {
		name string
		lost []*correlate.Observation
		want string // "": nothing is said
	}{
		{"echoes alone", []*correlate.Observation{echo, echo}, "echoes that it may know already"},
		{"answers alone", []*correlate.Observation{answer}, "their answers"},
		{"both", []*correlate.Observation{answer, echo}, "1 answer and 1 echo"},
		{"and one of another", []*correlate.Observation{echo, loss(10, 1, "ip", "RTM_NEWLINK")}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := New()
			for i, o := range tc.lost {
				c, f := *o, *o.Frame
				f.Queue.Drops, c.Frame = uint32(i+1), &f
				l.Observe(&c)
			}
			l.Flush()
			text := strings.Join(l.Ended()[0].Advice(Limits{}), "\n")
			if strings.Contains(text, "reader's own requests") != (tc.want != "") || !strings.Contains(text, tc.want) {
				t.Errorf("want %q:\n%s", tc.want, text)
			}
		})
	}
}
