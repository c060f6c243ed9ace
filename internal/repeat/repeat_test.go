// SPDX-License-Identifier: Apache-2.0

package repeat

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// stream feeds made-up datagrams to a tracker, and what it makes of them to a Log.
type stream struct {
	t   *testing.T
	dec *decode.Decoder
	tr  *correlate.Tracker
	log Log
	now time.Time
	id  uint64
	seq uint32
}

func newStream(t *testing.T) *stream {
	return &stream{
		t: t, dec: decode.New(families.All(), decode.Options{}),
		tr: correlate.NewWith(correlate.Options{Ends: true}), now: epoch,
	}
}

func (s *stream) frame(dir capture.Dir, proc capture.Proc, port uint32, cut int, data ...[]byte) {
	s.id++
	f := &capture.Frame{
		ID: s.id, Time: s.now,
		Origin: &capture.Origin{
			Dir: dir, Socket: capture.Socket{PortID: port, Owner: proc}, Proc: proc,
			Sees: capture.SeesRequests | capture.SeesProcesses,
		},
		Data: nltest.Cat(data...),
	}
	f.OrigLen = len(f.Data)
	f.Data = f.Data[:len(f.Data)-cut]
	s.observe(s.tr.Frame(f, s.dec.Frame(f, nil), nil))
}

func (s *stream) observe(obs []correlate.Observation) {
	s.t.Helper()
	for i := range obs {
		if err := s.log.Observe(&obs[i]); err != nil {
			s.t.Fatal(err)
		}
	}
}

// rows ends everything.
func (s *stream) rows(order string) []Row {
	s.t.Helper()
	s.observe(s.tr.Flush(nil))
	return s.log.Rows(order)
}

const dump = unix.NLM_F_REQUEST | unix.NLM_F_DUMP

// how a dump ends.
type how struct {
	flags uint16 // of all its parts
	cut   int    // bytes that the capture has not
	stop  bool   // its reader goes away behind the first part
	tail  string // what is last in it
}

// dump asks for the links of an address family and answers with two datagrams.
func (s *stream) dump(proc capture.Proc, family byte, h how) {
	s.seq++
	port := proc.PID
	s.frame(capture.DirRequest, proc, port, 0, nltest.Message(unix.RTM_GETLINK, dump, s.seq, port, append([]byte{family}, make([]byte, 15)...)))
	part := func(name string) []byte {
		return nltest.Message(unix.RTM_NEWLINK, unix.NLM_F_MULTI|h.flags, s.seq, port, make([]byte, 16), nltest.Attr(unix.IFLA_IFNAME, nltest.Str(name)))
	}
	s.frame(capture.DirReply, proc, port, 0, part("lo"), part("d0"))
	if h.stop {
		return
	}
	s.frame(capture.DirReply, proc, port, h.cut, part(h.tail), nltest.Message(unix.NLMSG_DONE, unix.NLM_F_MULTI|h.flags, s.seq, port, make([]byte, 4)))
}

func daemon(pid uint32) capture.Proc { return capture.Proc{PID: pid, TID: pid, Comm: "birdd"} }

func (s *stream) one(order string) Row {
	s.t.Helper()
	rows := s.rows(order)
	if len(rows) != 1 {
		s.t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	return rows[0]
}

// A daemon that asks every second is one row that says so.
func TestDaemon(t *testing.T) {
	s := newStream(t)
	for i := range 61 {
		tail := "d1"
		if i == 30 { // a link of another name came and went
			tail = "d2"
		}
		s.dump(daemon(310), 0, how{tail: tail})
		s.now = s.now.Add(time.Second)
	}
	r := s.one("bytes")
	if r.Type != "RTM_GETLINK" || !r.Dump || r.Proc.PID != 310 || r.Processes != 1 {
		t.Errorf("%+v", r)
	}
	if r.Times != 61 || r.Replies != 4*61 || r.Compared != 60 || r.Same != 58 {
		t.Errorf("%+v", r.Counts)
	}
	if d := r.Interval - time.Second; d.Abs() > 20*time.Millisecond || r.Low > r.Interval || r.High < r.Interval {
		t.Errorf("every %v (%v to %v)", r.Interval, r.Low, r.High)
	}
	if r.First != epoch || r.Last != epoch.Add(time.Minute) {
		t.Errorf("%v to %v", r.First, r.Last)
	}
}

// What is compared, and what is not.
func TestSame(t *testing.T) {
	whole := how{tail: "d1"}
	for _, tt := range []struct {
		name                                               string
		dumps                                              []how
		compared, same, interrupted, abandoned, begunAgain uint64
	}{
		{"equal", []how{whole, whole, whole}, 2, 2, 0, 0, 0},
		{"another answer", []how{whole, {tail: "d2"}, {tail: "d2"}}, 2, 1, 0, 0, 0},
		{"there and back", []how{whole, {tail: "d2"}, whole}, 2, 0, 0, 0, 0},
		{"cut by the capture", []how{whole, {tail: "d1", cut: 30}, whole, whole}, 1, 1, 0, 0, 0},
		{"interrupted, and begun anew", []how{whole, {tail: "d1", flags: unix.NLM_F_DUMP_INTR}, whole}, 1, 1, 1, 0, 1},
		{"abandoned, and begun anew", []how{whole, {stop: true}, whole}, 1, 1, 0, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStream(t)
			for _, h := range tt.dumps {
				s.dump(daemon(310), 0, h)
				s.now = s.now.Add(time.Millisecond)
				if h.stop {
					s.now = s.now.Add(2 * time.Minute) // nothing comes any more
				}
			}
			r := s.one("times")
			got := [...]uint64{r.Times, r.Compared, r.Same, r.Interrupted, r.Abandoned, r.Restarted}
			if want := [...]uint64{uint64(len(tt.dumps)), tt.compared, tt.same, tt.interrupted, tt.abandoned, tt.begunAgain}; got != want {
				t.Errorf("times, compared, same, interrupted, abandoned, begun anew: %d, want %d", got, want)
			}
		})
	}
}

// Another filter is another question, another process another asker.
func TestQuestions(t *testing.T) {
	s := newStream(t)
	for range 3 {
		s.dump(daemon(310), 0, how{tail: "d1"})
		s.dump(daemon(310), unix.AF_BRIDGE, how{tail: "d1"})
		s.dump(daemon(311), 0, how{tail: "d1"})
		s.now = s.now.Add(time.Second)
	}
	rows := s.rows("times")
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows {
		if r.Times != 3 || r.Same != 2 {
			t.Errorf("%+v", r)
		}
	}
}

// Polls count like dumps; what changes something does not, though its flags have the bits
// of a dump.
func TestPolls(t *testing.T) {
	s := newStream(t)
	p := daemon(310)
	replace := uint16(unix.NLM_F_REQUEST | unix.NLM_F_REPLACE | unix.NLM_F_EXCL | unix.NLM_F_ACK)
	for range 4 {
		s.seq++
		get := nltest.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, s.seq, 310, make([]byte, 16), nltest.Attr(unix.IFLA_IFNAME, nltest.Str("d0")))
		s.frame(capture.DirRequest, p, 310, 0, get)
		s.frame(capture.DirReply, p, 310, 0, nltest.Error(-int32(unix.ENODEV), s.seq, 310, get))
		s.seq++
		set := nltest.Message(unix.RTM_NEWROUTE, replace, s.seq, 310, make([]byte, 12))
		s.frame(capture.DirRequest, p, 310, 0, set)
		s.frame(capture.DirReply, p, 310, 0, nltest.Error(0, s.seq, 310, set))
		s.now = s.now.Add(time.Second)
	}
	if r := s.one("time"); r.Dump || r.Times != 4 || r.Failed != 4 {
		t.Errorf("%+v", r)
	}
}

// Processes that a script starts, one for each question, are one row.
func TestScriptsAsk(t *testing.T) {
	s := newStream(t)
	for i := range uint32(20) {
		s.dump(capture.Proc{PID: 1000 + i, TID: 1000 + i, Comm: "ip"}, 0, how{tail: "d1"})
		s.now = s.now.Add(2 * time.Second)
	}
	r := s.one("bytes")
	if r.Processes != 20 || r.Proc.PID != 0 || r.Proc.Comm != "ip" || r.Times != 20 || r.Compared != 19 || r.Same != 19 {
		t.Errorf("%+v", r)
	}
	if d := r.Interval - 2*time.Second; d.Abs() > 40*time.Millisecond {
		t.Errorf("every %v", r.Interval)
	}
}

// What was asked often enough, for long enough and lately enough is a poll.
func TestPollsOfLog(t *testing.T) {
	s := newStream(t)
	for i := range uint32(8) {
		s.dump(daemon(310), 0, how{tail: "d1"})
		s.dump(capture.Proc{PID: 1000 + i, TID: 1000 + i, Comm: "ip"}, 0, how{tail: "d1"})
		s.now = s.now.Add(time.Second)
		if i < PollTimes-1 { // too few
			s.dump(daemon(320), 0, how{tail: "d1"})
		}
	}
	for range 8 { // too fast
		s.dump(daemon(330), 0, how{tail: "d1"})
		s.now = s.now.Add(time.Second / 10)
	}
	for i := range 8 { // now and then
		s.dump(daemon(340), 0, how{tail: "d1"})
		s.now = s.now.Add(time.Second << i / 16)
	}
	rows := s.log.Polls(epoch, 64)
	if len(rows) != 2 || rows[0].Times != 8 || rows[1].Times != 8 || rows[0].Proc.PID != 310 || rows[1].Processes != 8 {
		t.Fatalf("%+v", rows)
	}
	for _, r := range rows {
		if !r.Even() || (r.Interval-time.Second).Abs() > time.Second/50 {
			t.Errorf("every %v (%v to %v)", r.Interval, r.Low, r.High)
		}
	}
	if rows = s.log.Polls(epoch, 1); len(rows) != 1 {
		t.Errorf("%d of at most one", len(rows))
	}
	if rows = s.log.Polls(s.now.Add(-time.Second/2), 64); len(rows) != 0 {
		t.Errorf("of long ago: %+v", rows)
	}
}

// A brief Log keeps fewer questions, and no requests.
func TestBrief(t *testing.T) {
	s := newStream(t)
	s.log.Brief = true
	for i := range uint32(maxBrief + 10) {
		s.dump(daemon(1+i), 0, how{tail: "d1"})
	}
	rows := s.rows("bytes")
	if len(rows) != 1 || rows[0].Processes != maxBrief || s.log.Rest().Questions != 10 {
		t.Errorf("%d rows, rest %+v", len(rows), s.log.Rest())
	}
	if rows[0].Request != nil {
		t.Error("a request is kept")
	}
}

// What is kept is bounded, and what had to make room is counted.
func TestBounds(t *testing.T) {
	s := newStream(t)
	const n = maxRows + 500
	for i := range uint32(n) {
		s.dump(daemon(1+i), 0, how{tail: "d1"})
		s.now = s.now.Add(time.Millisecond)
	}
	rows := s.rows("bytes")
	var times uint64
	for _, r := range rows {
		times += r.Times
	}
	rest := s.log.Rest()
	if len(s.log.rows) != maxRows || rest.Questions != 500 || times+rest.Times != n || rest.Replies != 4*500 {
		t.Errorf("%d kept, %d times, rest %+v", len(s.log.rows), times, rest)
	}
	if len(s.log.open) != 0 {
		t.Errorf("%d answers are open", len(s.log.open))
	}
}
