// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

const (
	seesAtRead = capture.SeesRequests                         // as source syscall
	seesQueues = capture.SeesRequests | capture.SeesListeners // as source nlmon
	seesSends  = seesQueues | capture.SeesCompletions         // as source fentry
)

// What an exchange is called when nothing has ended it, by what its source can see.
func TestSilence(t *testing.T) {
	part := nltest.Message(16, 2, 7, 100, make([]byte, 16))
	const wait, end = 2 * maxAge, 2 * grace
	for _, tc := range []struct {
		name  string
		sees  capture.Sees
		flags uint16
		sent  bool // its completion came
		parts int
		wait  time.Duration // then another request follows, more than end, or the capture ends
		want  Outcome
	}{
		{"ack that never came", seesSends, 0x05, true, 0, wait, Unanswered},
		{"ack that never came, capture ends", seesSends, 0x05, true, 0, end, Unanswered},
		{"send that has not returned, capture ends", seesSends, 0x05, false, 0, end, Pending},
		{"send without ack that has not returned, capture ends", seesSends, 0x01, false, 0, end, Pending},
		{"send without ack that has returned", seesSends, 0x01, true, 0, end, Accepted},
		{"dump that nobody reads on", seesSends, 0x301, true, 2, wait, Abandoned},
		{"dump that is being read, capture ends", seesSends, 0x301, true, 2, end, Pending},
		{"dump that never began", seesSends, 0x301, true, 0, wait, Unanswered},
		{"nlmon: capture ends", seesQueues, 0x05, false, 0, end, Pending},
		{"nlmon: never answered", seesQueues, 0x05, false, 0, wait, Unanswered},
		{"nlmon: asks for nothing", seesQueues, 0x01, false, 0, end, Accepted},
		{"syscall: answer was not read", seesAtRead, 0x05, false, 0, wait, Unread},
		{"syscall: answer was not read, capture ends", seesAtRead, 0x05, false, 0, end, Unread},
		{"syscall: capture ends at once", seesAtRead, 0x05, false, 0, 0, Pending},
		{"syscall: dump that nobody reads on", seesAtRead, 0x301, false, 1, wait, Abandoned},
		{"syscall: asks for nothing", seesAtRead, 0x01, false, 0, 0, Accepted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = tc.sees
			id := s.send(request(100), getLink(tc.flags, 7))
			if tc.sent {
				s.completion(id, ms)
			}
			for range tc.parts {
				s.send(reply(100), part)
			}
			s.now = s.now.Add(tc.wait)
			s.tr.now = s.now
			if tc.wait == wait {
				s.send(reply(999), part) // time goes on
			}
			if x := one(t, s.exchanges()); x.Outcome != tc.want {
				t.Errorf("%v, want %v", x.Outcome, tc.want)
			}
		})
	}
}

// What waits is what the kernel may still answer.
func TestOpen(t *testing.T) {
	for _, tc := range []struct {
		name  string
		sees  capture.Sees
		flags uint16
		sent  bool
		after time.Duration
		waits bool
	}{
		{"fentry: in the kernel", seesSends, 0x05, false, 53 * time.Second, true},
		{"fentry: in the kernel, asks for nothing", seesSends, 0x01, false, 53 * time.Second, true},
		{"fentry: answer comes later", seesSends, 0x05, true, 53 * time.Second, true},
		{"fentry: asks for nothing", seesSends, 0x01, true, 53 * time.Second, false},
		{"nlmon: asks for an answer", seesQueues, 0x05, false, 53 * time.Second, true},
		{"nlmon: asks for nothing", seesQueues, 0x01, false, 53 * time.Second, false},
		{"syscall: a moment ago", seesAtRead, 0x05, false, 0, true},
		{"syscall: asks for nothing", seesAtRead, 0x01, false, 53 * time.Second, false},
		{"syscall: socket was closed, or is not read", seesAtRead, 0x05, false, 53 * time.Second, false},
		{"syscall: dump that is not read", seesAtRead, 0x301, false, 53 * time.Second, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = tc.sees
			id := s.send(request(100), getLink(tc.flags, 7))
			if tc.sent {
				s.completion(id, ms)
			}
			if got := len(s.tr.Open(s.now.Add(tc.after), nil)) > 0; got != tc.waits {
				t.Errorf("waits: %t", got)
			}
		})
	}
}

// A reader that has read the answer to a later request has read past those before.
func TestReadOn(t *testing.T) {
	for _, tc := range []struct {
		name string
		sees capture.Sees
		took time.Duration // of the first send
		want Outcome
	}{
		{"syscall", seesAtRead, 0, Unread},
		{"syscall, sends that overlap", seesAtRead, time.Hour, Pending},
		{"answers are told when they are queued", seesQueues, 0, Pending},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = tc.sees
			first := request(100)
			first.Elapsed = tc.took
			s.send(first, getLink(0x05, 1))
			s.send(request(100), getLink(0x05, 2))
			s.send(reply(100), nltest.Error(0, 2, 0, getLink(0x05, 2)))
			for _, x := range s.exchanges() {
				if x.Request.Header.Seq == 1 && x.Outcome != tc.want {
					t.Errorf("%v, want %v", x.Outcome, tc.want)
				}
			}
		})
	}
	// It was there all the same: the message finds its request.
	s := newEnds(t)
	s.sees = seesAtRead
	s.send(request(100), getLink(0x05, 1))
	s.send(request(100), getLink(0x05, 2))
	s.send(reply(100), nltest.Error(0, 2, 0, getLink(0x05, 2)))
	if o := s.frame(reply(100), nltest.Error(0, 1, 0, getLink(0x05, 1)))[0]; o.Exchange == nil || o.Exchange.Request.Header.Seq != 1 || o.Again || o.Latency == 0 {
		t.Errorf("late answer: %+v", o)
	}
	if xs := s.exchanges(); len(xs) != 2 {
		t.Errorf("%d have ended", len(xs))
	}
}

// What a reader's buffer had no room for is told of the exchange.
func TestTruncatedAnswer(t *testing.T) {
	s := newEnds(t)
	s.send(request(100), getLink(0x301, 1))
	part := nltest.Message(16, 2, 1, 100, make([]byte, 16))
	f := reply(100)
	f.Taken = 40
	s.send(f, part, part) // 64 bytes
	s.send(reply(100), nltest.Message(3, 2, 1, 100, make([]byte, 4)))
	if x := one(t, s.exchanges()); x.Truncated != 24 || x.Outcome != Answered {
		t.Errorf("%+v", x)
	}
}

// A report on a reader's buffer is told of the exchange, also behind its end.
func TestTruncatedReport(t *testing.T) {
	s := newEnds(t)
	s.send(request(100), getLink(0x01, 7))
	answer := nltest.Message(16, 0, 7, 100, make([]byte, 84))
	s.send(reply(100), answer)
	f := reply(100)
	f.Kind, f.Dir, f.Verdict = capture.KindTruncated, capture.DirUnknown, capture.VerdictNone
	f.Data, f.Taken, f.OrigLen = answer[:40], 40, 100
	s.tr.Frame(&f, nil, nil)
	got := s.tr.Frame(&f, nil, nil)
	if len(got) != 1 || got[0].Exchange == nil || got[0].Exchange.Truncated != 120 || got[0].Exchange.Request.Header.Seq != 7 {
		t.Errorf("%+v", got)
	}
	f.Data = answer[:8]
	if got := s.tr.Frame(&f, nil, nil); len(got) != 1 || got[0].Exchange != nil {
		t.Errorf("without a header: %+v", got)
	}
}

// What comes to a socket unasked is no late answer.
func TestUnasked(t *testing.T) {
	s := newEnds(t)
	s.send(request(100), getLink(0x05, 0))
	s.send(reply(100), nltest.Error(0, 0, 0, getLink(0x05, 0)))
	if o := s.frame(reply(100), nltest.Message(16, 0, 0, 0, make([]byte, 16)))[0]; o.Exchange != nil {
		t.Errorf("answers %+v", o.Exchange)
	}
}

// An ENOBUFS says what became of the answers that were not read.
func TestNobufs(t *testing.T) {
	s := newEnds(t)
	s.sees = seesAtRead
	for seq := range uint32(3) {
		s.send(request(100), getLink(0x05, seq+1))
	}
	other := request(200)
	s.send(other, getLink(0x05, 9))
	s.send(capture.Frame{Origin: &capture.Origin{
		Kind: capture.KindSocketError, Verdict: capture.VerdictNobufsRead, Errno: enobufs, Socket: capture.Socket{PortID: 100},
	}})
	s.send(reply(100), nltest.Error(0, 1, 0, getLink(0x05, 1)))
	s.now = s.now.Add(2 * maxAge)
	s.send(reply(300), nltest.Error(0, 1, 0, getLink(0x05, 1)))
	want := map[uint32]Outcome{1: Acked, 2: Lost, 3: Lost, 9: Unread}
	for _, x := range s.exchanges() {
		seq := x.Request.Header.Seq
		if x.Outcome != want[seq] || (x.Errno == enobufs) != (x.Outcome == Lost) {
			t.Errorf("seq %d: %v, errno %d", seq, x.Outcome, x.Errno)
		}
	}
}

// What the kernel skips without a word.
func TestIgnored(t *testing.T) {
	body := make([]byte, 16)
	long, short := nltest.Message(18, 1, 7, 0, body), nltest.Message(18, 1, 7, 0, body)
	binary.NativeEndian.PutUint32(long, 200)
	binary.NativeEndian.PutUint32(short, 12)
	for _, tc := range []struct {
		name     string
		protocol uint16
		data     []byte
		acked    bool
		want     Outcome
		why      string
	}{
		{"no NLM_F_REQUEST", 0, nltest.Message(18, 0, 7, 0, body), false, Ignored, "it lacks NLM_F_REQUEST"},
		{"no NLM_F_REQUEST, acknowledged", 0, nltest.Message(18, 4, 7, 0, body), true, Ignored, "it lacks NLM_F_REQUEST"},
		{"no body", 0, nltest.Message(18, 1, 7, 0), false, Ignored, "its body is too short to have an address family"},
		{"dump without body", 0, nltest.Message(18, 0x301, 7, 0), false, Ignored, "its body is too short to have an address family"},
		{"body of one byte", 0, nltest.Message(18, 1, 7, 0, []byte{0}), false, Accepted, ""},
		{"length beyond the datagram", 0, long, false, Ignored, "nlmsg_len 200 goes beyond the datagram, 32 bytes"},
		{"length below the header", 0, short, false, Ignored, "nlmsg_len 12 is less than the header"},
		{"no header", 0, []byte{1, 2, 3}, false, Ignored, "3 bytes are too short for a header"},
		{"control message", 0, nltest.Message(1, 1, 7, 0), false, Ignored, "its type 1 is below NLMSG_MIN_TYPE"},
		{"XFRM without a body is refused, not skipped", capture.NETLINK_XFRM, nltest.Message(18, 1, 7, 0), false, Accepted, ""},
		{"nfnetlink without nfgenmsg", capture.NETLINK_NETFILTER, nltest.Message(1<<8, 1, 7, 0), false, Ignored, "its body is too short to have an address family"},
		{"audit looks at neither flag nor type", capture.NETLINK_AUDIT, nltest.Message(1000, 0, 7, 0), false, Accepted, ""},
		{"audit, length beyond the datagram", capture.NETLINK_AUDIT, long, false, Ignored, "nlmsg_len 200 goes beyond the datagram, 32 bytes"},
		{"user socket", capture.NETLINK_USERSOCK, []byte{1, 2, 3}, false, Accepted, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			on := func(f capture.Frame) capture.Frame {
				f.Change(func(o *capture.Origin) { o.Protocol = tc.protocol })
				return f
			}
			s.sees = seesQueues
			s.send(on(request(100)), tc.data)
			if tc.acked {
				s.send(on(reply(100)), nltest.Error(0, 7, 0, tc.data))
			}
			if x := one(t, s.exchanges()); x.Outcome != tc.want || x.Why != tc.why {
				t.Errorf("%v %q, want %v %q", x.Outcome, x.Why, tc.want, tc.why)
			}
		})
	}
}

// A transaction of nftables of which a part failed was not done, whatever was
// acknowledged, and whoever tells it.
func TestTransactionFails(t *testing.T) {
	gen := []byte{0, 0, 0, 10}
	a := nltest.Message(10<<8, 0x405, 2, 0, append(gen, make([]byte, 16)...))
	b := nltest.Message(10<<8, 0x405, 3, 0, append(gen, make([]byte, 16)...))
	begin, end := nltest.Message(16, 1, 1, 0, gen), nltest.Message(17, 1, 4, 0, gen)
	for _, tc := range []struct {
		name    string
		sees    capture.Sees
		answers [][]byte
		want    map[uint32]Outcome // by seq
	}{
		{"done", seesQueues, [][]byte{nltest.Error(0, 2, 0, a), nltest.Error(0, 3, 0, b)}, map[uint32]Outcome{1: Accepted, 2: Acked, 3: Acked, 4: Accepted}},
		{"second fails", seesQueues, [][]byte{nltest.Error(0, 2, 0, a), nltest.Error(17, 3, 0, b)}, map[uint32]Outcome{1: RolledBack, 2: RolledBack, 3: Failed, 4: RolledBack}},
		{"second fails, sends reported", seesSends, [][]byte{nltest.Error(0, 2, 0, a), nltest.Error(17, 3, 0, b)}, map[uint32]Outcome{1: RolledBack, 2: RolledBack, 3: Failed, 4: RolledBack}},
		{"commit fails", seesQueues, [][]byte{nltest.Error(0, 2, 0, a), nltest.Error(0, 3, 0, b), nltest.Error(17, 1, 0, begin)}, map[uint32]Outcome{1: Failed, 2: RolledBack, 3: RolledBack, 4: RolledBack}},
		{"second answer", seesQueues, [][]byte{nltest.Error(0, 2, 0, a), nltest.Error(0, 3, 0, b), nltest.Error(17, 3, 0, b)}, map[uint32]Outcome{1: RolledBack, 2: RolledBack, 3: Failed, 4: RolledBack}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = tc.sees
			on := func(f capture.Frame) capture.Frame {
				f.Change(func(o *capture.Origin) { o.Protocol = capture.NETLINK_NETFILTER })
				return f
			}
			id := s.send(on(request(100)), begin, a, b, end)
			for _, m := range tc.answers {
				s.send(on(reply(100)), m)
			}
			if tc.sees.Has(capture.SeesCompletions) {
				s.completion(id, ms)
			}
			for _, x := range s.exchanges() {
				if seq := x.Request.Header.Seq; x.Outcome != tc.want[seq] {
					t.Errorf("seq %d: %v, want %v", seq, x.Outcome, tc.want[seq])
				}
			}
		})
	}
}

// A program that forgot an answer reads it in place of the next.
func TestOutOfStep(t *testing.T) {
	by := func(tid uint32, dir capture.Dir) capture.Frame {
		f := request(100)
		if dir == capture.DirReply {
			f = reply(100)
		}
		f.Change(func(o *capture.Origin) { o.Proc.TID = tid })
		return f
	}
	for _, tc := range []struct {
		name   string
		sees   capture.Sees
		thread uint32 // that sends the second
		flags  uint16 // of the second
		batch  bool   // both in one datagram
		want   bool
	}{
		{"forgotten", seesAtRead, 1, 0x05, false, true},
		{"another thread asked", seesAtRead, 2, 0x05, false, false},
		{"it asked for no answer", seesAtRead, 1, 0x01, false, false},
		{"asked at once", seesAtRead, 1, 0x05, true, false},
		{"answers are told when they are queued", seesQueues, 1, 0x05, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.sees = tc.sees
			one, two := getLink(0x05, 1), getLink(tc.flags, 2)
			if tc.batch {
				s.send(by(1, capture.DirRequest), one, two)
			} else {
				s.send(by(1, capture.DirRequest), one)
				s.send(by(tc.thread, capture.DirRequest), two)
			}
			o := s.frame(by(1, capture.DirReply), nltest.Error(0, 1, 0, one))[0]
			if (o.Asked != nil) != tc.want || tc.want && o.Asked.Header.Seq != 2 {
				t.Errorf("asked since: %+v", o.Asked)
			}
			if o := s.frame(by(1, capture.DirReply), nltest.Error(0, 2, 0, two))[0]; o.Asked != nil {
				t.Error("the newest is out of step with itself")
			}
		})
	}
}
