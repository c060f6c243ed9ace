// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"cmp"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Bounds of a Log.
const (
	maxSockets = 4096 // whose sk_drops are remembered
	maxEnded   = 256  // incidents that are kept
	maxKinds   = 256  // types, and senders, that one incident tells apart
	// sweep is how often, in frame time, incidents are looked at that may have
	// ended.
	sweep = 100 * time.Millisecond
)

// socket is what is known of one that lost something, or may.
type socket struct {
	// Of sk_drops: where counting began, the highest seen since, and how many
	// losses were seen. What is missing between them was not seen.
	base, top uint32
	known     bool
	backlog   // goes on from one incident to the next
	seen      uint64
	used      time.Time
	cur       *story // open, or nil
	last      *story // the newest, open or not
}

// unseen is how many losses sk_drops knows of and no frame says.
func (s *socket) unseen() uint64 {
	if total := uint64(s.top - s.base); total > s.seen {
		return total - s.seen
	}
	return 0
}

// story is an incident while it is being written.
type story struct {
	Incident
	sock    *socket
	wanted  bool   // by Log.Wanted, some loss of it
	before  uint64 // unseen losses of the socket before it began
	seen    uint64
	what    map[whatKey]uint64
	senders map[capture.Proc]*sender
	crowds  map[crowdKey]*crowd
	sizes   uint64 // sum of TrueSize of what was lost
	sized   uint64
}

type whatKey struct {
	family, name string
	group        uint32
}

// Log writes incidents. The zero value is not usable: call New. It is not safe
// for concurrent use.
type Log struct {
	// Wanted says whether a loss is what was asked for (a filter): an incident none of
	// whose losses is, is not told of. nil: all are.
	Wanted func(*correlate.Observation) bool

	sockets map[capture.SocketKey]*socket
	open    []*story
	done    []*story // newest last
	fresh   []*story // that ended since Ended was asked
	began   []*story // that began since Began was asked
	number  int      // of the newest
	swept   time.Time
}

// New returns an empty Log.
func New() *Log { return &Log{sockets: map[capture.SocketKey]*socket{}} }

// Observe takes every observation, in order.
func (l *Log) Observe(o *correlate.Observation) {
	f := o.Frame
	if f == nil || o.End != correlate.EndNone || o.Message != nil && o.Message.Index > 0 || f.Kind == capture.KindLock {
		return
	}
	if f.Time.Sub(l.swept).Abs() >= sweep {
		l.expire(f.Time)
	}
	overrun := f.Verdict == capture.VerdictOverrun
	dump := f.Verdict == capture.VerdictDropped && f.Dir == capture.DirReply
	switch {
	case overrun, dump:
		l.lost(o, overrun)
	case f.Kind == capture.KindSocketError:
		l.nobufs(f)
	case f.Kind == capture.KindDatagram && f.Socket.RcvBuf != 0:
		l.delivered(o)
	}
}

// want notes that an incident is asked for, from the first loss on that is.
func (l *Log) want(r *story, o *correlate.Observation) {
	if r.wanted || l.Wanted != nil && !l.Wanted(o) {
		return
	}
	r.wanted = true
	l.began = append(l.began, r)
	if len(l.began) > maxEnded {
		l.began = slices.Delete(l.began, 0, len(l.began)-maxEnded)
	}
}

// socket returns the one of a frame; without create nil if it is unknown.
func (l *Log) socket(f *capture.Frame, create bool) *socket {
	k := f.SocketKey()
	s := l.sockets[k]
	if s == nil && create {
		l.makeRoom()
		s = new(socket)
		l.sockets[k] = s
	}
	if s != nil {
		s.used = f.Time
	}
	return s
}

// makeRoom forgets the half of the sockets that was idle longest; a socket with
// an open incident stays.
func (l *Log) makeRoom() {
	if len(l.sockets) < maxSockets {
		return
	}
	times := make([]time.Time, 0, len(l.sockets))
	for _, s := range l.sockets {
		times = append(times, s.used)
	}
	slices.SortFunc(times, time.Time.Compare)
	middle := times[len(times)/2]
	for k, s := range l.sockets {
		if s.used.After(middle) {
			continue
		}
		if s.cur != nil {
			l.close(s.cur)
		}
		delete(l.sockets, k)
	}
}

// delivered looks whether sk_drops grew unseen.
func (l *Log) delivered(o *correlate.Observation) {
	f := o.Frame
	s := l.socket(f, true)
	s.sync(f.Queue.Drops)
	if r := s.last; r != nil {
		r.Read = r.Read || r.reads(f)
		s.queued(f)
	}
	if r := s.cur; r != nil {
		r.Need = max(r.Need, s.peak)
		r.sum()
	} else if s.last == nil && s.unseen() > 0 || s.last != nil && s.unseen() > s.last.before+s.last.LostUnseen {
		r := l.begin(s, f)
		r.sum()
		l.want(r, o)
	}
}

// sync takes a value of sk_drops. It wraps, and frames of two CPUs may come in
// another order; the kernel sets it to 0 by itself never.
func (s *socket) sync(drops uint32) {
	switch {
	case !s.known:
		s.base, s.top, s.known = drops, drops, true
	case drops-s.top < 1<<31:
		s.top = drops
	}
}

// lost takes one loss. sk_drops counts it only if it was an overrun.
func (l *Log) lost(o *correlate.Observation, overrun bool) {
	f := o.Frame
	s := l.socket(f, true)
	if overrun {
		if !s.known && f.Socket.RcvBuf != 0 {
			s.sync(f.Queue.Drops - 1)
		}
	}
	r := s.cur
	if r == nil {
		r = l.begin(s, f)
	}
	l.want(r, o)
	r.End = f.Time
	r.Socket, r.Queue = f.Socket, f.Queue
	r.RMem = max(r.RMem, f.Queue.RMem)
	r.Idle = max(r.Idle, f.Queue.Idle)
	r.Read = r.Read || r.reads(f)
	if f.NetNSName != "" {
		r.NetNSName = f.NetNSName
	}
	if !overrun {
		r.Dumps++
		r.sum()
		return
	}
	if f.Socket.RcvBuf != 0 {
		s.seen++
		s.sync(f.Queue.Drops)
	}
	r.seen++
	switch {
	case o.Self:
		r.Echoes++
	case f.Dir == capture.DirReply:
		r.Answers++
	}
	r.Bytes += uint64(max(f.OrigLen, 0))
	r.name(o)
	r.measure(f)
	r.sum()
}

// sum brings the sums up to date.
func (r *story) sum() {
	if u := r.sock.unseen(); u > r.before {
		r.LostUnseen = u - r.before
	} else {
		r.LostUnseen = 0
	}
	r.Lost = r.seen + r.LostUnseen
}

// name counts what was lost, and who sent it.
func (r *story) name(o *correlate.Observation) {
	k := whatKey{o.Family, o.Type, o.Frame.Group}
	if _, known := r.what[k]; known || len(r.what) < maxKinds {
		r.what[k]++
	} else {
		r.Others++
	}
	proc, inferred, asked := o.Frame.Causer(), false, o.Exchange
	if o.Event != nil && o.Event.Cause.Proc.Known() {
		proc, inferred, asked = o.Event.Cause.Proc, o.Event.Cause.Inferred, o.Event.Cause.Exchange
	}
	proc.TID = 0 // a process, not its threads
	r.sent(proc, inferred, asked)
}

// overhead is about what an skb takes beside its payload (SKB_TRUESIZE).
const overhead = 768

// measure works out what buffer would have held what came.
func (r *story) measure(f *capture.Frame) {
	size := uint64(f.TrueSize)
	if size == 0 {
		size = uint64(max(f.OrigLen, 0)) + overhead
		r.Estimated = "the buffer that was needed: this source does not tell what a message takes of it"
	} else {
		r.sizes += size
		r.sized++
	}
	r.sock.backlog.lost(f, size)
	r.Need = max(r.Need, r.sock.peak)
	if r.sized > 0 && f.Socket.RcvBuf > 0 {
		r.Holds = uint64(f.Socket.RcvBuf) * r.sized / r.sizes
	}
}

// nobufs counts an ENOBUFS for the incident that it tells the reader of, which
// may be over by then.
func (l *Log) nobufs(f *capture.Frame) {
	s := l.socket(f, false)
	if s == nil || s.last == nil {
		return
	}
	switch f.Verdict {
	case capture.VerdictNobufsRaised:
		s.last.NobufsRaised++
	case capture.VerdictNobufsRead:
		s.last.NobufsRead++
	}
}

func (l *Log) begin(s *socket, f *capture.Frame) *story {
	l.number++
	r := &story{
		Incident: Incident{
			Number:   l.number,
			Protocol: f.Protocol, NetNS: f.NetNS, NetNSName: f.NetNSName, Socket: f.Socket, Queue: f.Queue,
			Begin: f.Time, End: f.Time, Open: true, Sees: f.Sees,
		},
		sock: s, what: map[whatKey]uint64{}, senders: map[capture.Proc]*sender{}, crowds: map[crowdKey]*crowd{},
	}
	s.peak = 0
	if s.last != nil {
		r.before = s.last.before + s.last.LostUnseen
	}
	s.cur, s.last = r, r
	l.open = append(l.open, r)
	return r
}

func (l *Log) expire(now time.Time) {
	l.swept = now
	for _, r := range slices.Clone(l.open) {
		if now.Sub(r.End) >= Quiet {
			l.close(r)
		}
	}
}

func (l *Log) close(r *story) {
	r.rank(&r.Incident)
	r.Open, r.sock.cur, r.what, r.senders, r.crowds = false, nil, nil, nil, nil
	l.open = slices.DeleteFunc(l.open, func(o *story) bool { return o == r })
	if !r.wanted {
		return
	}
	l.done = append(l.done, r)
	l.fresh = append(l.fresh, r)
	for _, list := range []*[]*story{&l.done, &l.fresh} {
		if len(*list) > maxEnded {
			*list = slices.Delete(*list, 0, len(*list)-maxEnded)
		}
	}
}

// Flush ends all that are open: nothing more will come.
func (l *Log) Flush() {
	for len(l.open) > 0 {
		l.close(l.open[0])
	}
}

// Began returns the incidents that began since it was asked last, and Ended
// those that ended, oldest first.
func (l *Log) Began() []Incident { return take(&l.began) }

// Ended is described at Began.
func (l *Log) Ended() []Incident { return take(&l.fresh) }

// Quiet says whether Began and Ended have nothing to tell.
func (l *Log) Quiet() bool { return len(l.began)+len(l.fresh) == 0 }

func take(from *[]*story) []Incident {
	var out []Incident
	for _, r := range *from {
		out = append(out, r.copy())
	}
	*from = nil
	return out
}

// Snapshot returns copies of all that are known: open ones first, then the
// newest. now ends those that have been quiet since.
func (l *Log) Snapshot(now time.Time) []Incident {
	if now.After(l.swept) {
		l.expire(now)
	}
	out := make([]Incident, 0, len(l.open)+len(l.done))
	for _, list := range [][]*story{l.open, l.done} {
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].wanted {
				out = append(out, list[i].copy())
			}
		}
	}
	return out
}

// copy returns one that nobody will write to.
func (r *story) copy() Incident {
	in := r.Incident
	if r.Open {
		r.rank(&in)
	}
	if in.LostUnseen > 0 && r.sized > 0 {
		in.Need += in.LostUnseen * (r.sizes / r.sized)
		in.Estimated = "the buffer that was needed: what was lost unseen is taken for as large as the rest"
	}
	return in
}

// rank lists in in what was counted, most first.
func (r *story) rank(in *Incident) {
	for k, n := range r.what {
		in.What = append(in.What, What{k.family, k.name, k.group, n})
	}
	slices.SortFunc(in.What, func(a, b What) int {
		return cmp.Or(cmp.Compare(b.Lost, a.Lost), cmp.Compare(a.Family, b.Family), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Group, b.Group))
	})
	for len(in.What) > MaxRanked {
		in.Others += in.What[len(in.What)-1].Lost
		in.What = in.What[:len(in.What)-1]
	}
	r.rankSenders(in)
}
