// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"runtime"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// stream feeds made-up datagrams to a tracker.
type stream struct {
	t   *testing.T
	dec *decode.Decoder
	tr  *Tracker
	now time.Time
	id  uint64
	// What the source of all frames sees, beside what they say.
	sees capture.Sees
}

func newStream(t *testing.T) *stream {
	return &stream{t: t, dec: decode.New(families.All(), decode.Options{}), tr: New(), now: epoch}
}

func (s *stream) frame(f capture.Frame, data ...[]byte) []Observation {
	s.t.Helper()
	s.id++
	s.now = s.now.Add(time.Millisecond)
	f.ID, f.Time = s.id, s.now
	if s.sees != 0 {
		f.Change(func(o *capture.Origin) { o.Sees |= s.sees })
	}
	for _, d := range data {
		f.Data = append(f.Data, d...)
	}
	f.OrigLen = len(f.Data)
	return s.tr.Frame(&f, s.dec.Frame(&f, nil), nil)
}

func request(port uint32) capture.Frame {
	return capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirRequest, Proc: capture.Proc{PID: 42, Comm: "ip"},
			Socket: capture.Socket{PortID: port}, SrcPort: port,
		},
	}
}

func reply(port uint32) capture.Frame {
	return capture.Frame{
		Origin: &capture.Origin{
			Dir:    capture.DirReply,
			Socket: capture.Socket{PortID: port, Owner: capture.Proc{PID: 42, Comm: "ip"}}, DstPort: port,
		},
	}
}

// getLink is RTM_GETLINK: a request with a struct ifinfomsg.
func getLink(flags uint16, seq uint32) []byte {
	return nltest.Message(18, flags, seq, 0, make([]byte, 16))
}

func TestAckAndError(t *testing.T) {
	for _, tc := range []struct {
		errno int32
		want  Outcome
	}{{0, Acked}, {17, Failed}} {
		s := newStream(t)
		req := getLink(0x05, 7)
		if o := s.frame(request(100), req)[0]; o.Outcome != Pending || o.Account.PID != 42 {
			t.Errorf("request: %v of %d", o.Outcome, o.Account.PID)
		}
		o := s.frame(reply(100), nltest.Error(tc.errno, 7, 0, req))[0]
		if o.Outcome != tc.want || o.Errno != tc.errno || o.Type != "RTM_GETLINK" || o.Family != "route" {
			t.Errorf("errno %d: %v, errno %d, counted as %s %s", tc.errno, o.Outcome, o.Errno, o.Family, o.Type)
		}
		if o.Latency != time.Millisecond || o.Exchange == nil {
			t.Errorf("latency %v", o.Latency)
		}
		if s.tr.Pending() != 0 {
			t.Error("the answered request still waits")
		}
		// The same answer again.
		o = s.frame(reply(100), nltest.Error(tc.errno, 7, 0, req))[0]
		if o.Exchange == nil || !o.Again || o.Latency != 0 || o.Type != "RTM_GETLINK" {
			t.Errorf("second answer: %+v", o)
		}
	}
}

func TestDump(t *testing.T) {
	const multi, intr = 0x02, 0x10
	for _, tc := range []struct {
		flags uint16
		want  Outcome
	}{{multi, Answered}, {multi | intr, Interrupted}} {
		s := newStream(t)
		s.frame(request(100), getLink(0x301, 9))
		part := nltest.Message(16, multi, 9, 100, make([]byte, 16))
		for range 3 {
			for _, o := range s.frame(reply(100), part, part) {
				if o.Outcome != Partial || o.Type != "RTM_NEWLINK" {
					t.Errorf("part: %v %s", o.Outcome, o.Type)
				}
			}
		}
		o := s.frame(reply(100), nltest.Message(3, tc.flags, 9, 100, make([]byte, 4)))[0]
		if o.Outcome != tc.want || o.Type != "RTM_GETLINK" || o.Exchange.Replies != 7 {
			t.Errorf("done: %v of %s after %d replies", o.Outcome, o.Type, o.Exchange.Replies)
		}
		if o.Exchange.First != time.Millisecond || o.Latency != 4*time.Millisecond {
			t.Errorf("first reply after %v, last after %v", o.Exchange.First, o.Latency)
		}
	}
}

// TestKeys keeps sockets, protocols and namespaces apart.
func TestKeys(t *testing.T) {
	with := func(f capture.Frame, change func(*capture.Origin)) capture.Frame {
		f.Change(change)
		return f
	}
	req := getLink(0x05, 7)
	for _, tt := range []struct {
		name   string
		answer capture.Frame
		seq    uint32
		paired bool
	}{
		{"its answer", reply(100), 7, true},
		{"another port", reply(101), 7, false},
		{"another sequence number", reply(100), 8, false},
		{"another namespace", with(reply(100), func(o *capture.Origin) { o.NetNS = 5 }), 7, false},
		{"another protocol", with(reply(100), func(o *capture.Origin) { o.Protocol = capture.NETLINK_XFRM }), 7, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStream(t)
			s.frame(request(100), req)
			if o := s.frame(tt.answer, nltest.Error(0, tt.seq, 0, req))[0]; (o.Exchange != nil) != tt.paired {
				t.Errorf("paired with %+v", o.Exchange)
			}
		})
	}
}

// TestBatch answers several requests of one datagram in another order.
func TestBatch(t *testing.T) {
	s := newStream(t)
	a, b := getLink(0x05, 1), nltest.Message(20 /* RTM_NEWADDR */, 0x05, 2, 0, make([]byte, 8))
	if got := len(s.frame(request(100), a, b)); got != 2 {
		t.Fatalf("%d observations", got)
	}
	if o := s.frame(reply(100), nltest.Error(22, 2, 0, b))[0]; o.Type != "RTM_NEWADDR" || o.Outcome != Failed {
		t.Errorf("second: %s %v", o.Type, o.Outcome)
	}
	if o := s.frame(reply(100), nltest.Error(0, 1, 0, a))[0]; o.Type != "RTM_GETLINK" || o.Outcome != Acked {
		t.Errorf("first: %s %v", o.Type, o.Outcome)
	}
}

// TestCompletion names a report by the datagram that it is about.
func TestCompletion(t *testing.T) {
	s := newStream(t)
	s.frame(request(100), getLink(0x05, 1))
	o := s.frame(capture.Frame{
		Origin: &capture.Origin{
			Kind: capture.KindCompletion, Verdict: capture.VerdictFailed, Errno: 111,
		},
		Of: s.id,
	})
	if len(o) != 1 || o[0].Type != "RTM_GETLINK" || o[0].Outcome != Failed || o[0].Errno != 111 || o[0].Account.PID != 42 {
		t.Errorf("%+v", o)
	}
	o = s.frame(capture.Frame{Origin: &capture.Origin{Kind: capture.KindCompletion}, Of: 999})
	if len(o) != 1 || o[0].Exchange != nil {
		t.Errorf("completion of an unknown datagram: %+v", o)
	}
}

func TestLost(t *testing.T) {
	part := reply(100)
	part.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictDropped })
	event := capture.Frame{Origin: &capture.Origin{
		Dir: capture.DirEvent, Verdict: capture.VerdictOverrun, Socket: capture.Socket{PortID: 5},
	}}
	for _, tt := range []struct {
		name  string
		frame capture.Frame
		data  []byte
	}{
		{"a part of a dump", part, nltest.Message(16, 2, 9, 100, make([]byte, 16))},
		{"an event", event, nltest.Message(16, 0, 0, 0, make([]byte, 16))},
		{"an event, without its bytes", event, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStream(t)
			s.frame(request(100), getLink(0x301, 9))
			o := s.frame(tt.frame, tt.data)
			if len(o) != 1 || o[0].Outcome != Lost || (o[0].Message != nil) != (tt.data != nil) {
				t.Errorf("%+v", o)
			}
		})
	}
}

// TestBounds sends many requests that nobody answers.
func TestBounds(t *testing.T) {
	s := newStream(t)
	const n = 3 * maxPending
	for i := range n {
		s.frame(request(uint32(i)), getLink(0x05, uint32(i)))
	}
	if p := s.tr.Pending(); p > maxPending+1 {
		t.Errorf("%d requests wait", p)
	}
	if got := s.tr.Pending() + int(s.tr.Unanswered()); got != n {
		t.Errorf("%d wait or left unanswered, %d were sent", got, n)
	}
	if s.tr.frames.n > maxKept+1 || len(s.tr.queue) > maxKept+1 {
		t.Errorf("%d frames, %d queued", s.tr.frames.n, len(s.tr.queue))
	}
	s.now = s.now.Add(2 * maxAge)
	s.frame(request(1), getLink(0x05, 1))
	if p := s.tr.Pending(); p != 1 {
		t.Errorf("%d requests wait after their time", p)
	}
	if s.tr.bytes > 1024 || s.tr.bytes <= 0 {
		t.Errorf("%d bytes noted for one request", s.tr.bytes)
	}
}

// TestKeepsSmall does not hold a batch of half a megabyte for one request.
func TestKeepsSmall(t *testing.T) {
	s := newStream(t)
	big := nltest.Message(1 /* NLMSG_NOOP */, 0, 0, 0, make([]byte, 400<<10))
	o := s.frame(request(100), getLink(0x05, 1), big)
	if got := cap(o[0].Exchange.Request.Frame.Data); got > 4096 {
		t.Errorf("the pending request holds %d bytes", got)
	}
}

// A frame costs no more because many requests ended a moment ago: at 20,000 a
// second the queue holds as many, behind a dump that waits. Without completions,
// as source syscall reports them.
func TestSteadyRate(t *testing.T) {
	s := newStream(t)
	s.tr = NewWith(Options{Ends: true})
	port := request(7)
	pair := func(seq uint32) {
		q := getLink(flagAck, seq)
		s.now = s.now.Add(-2*time.Millisecond + 50*time.Microsecond) // stream.frame adds them
		s.frame(port, q)
		s.frame(reply(7), nltest.Error(0, seq, 0, q))
	}
	s.frame(port, getLink(flagDump, 1<<31))
	const rate = 20_000
	for i := range uint32(2 * rate) {
		pair(i)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range uint32(rate) {
		pair(2*rate + i)
	}
	runtime.ReadMemStats(&after)
	if per := (after.TotalAlloc - before.TotalAlloc) / (2 * rate); per > 8<<10 {
		t.Errorf("a frame allocates %d bytes", per)
	}
	if n := len(s.tr.queue); n > 4*rate {
		t.Errorf("the queue holds %d requests of a second", n)
	}
}
