// SPDX-License-Identifier: Apache-2.0

package live

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/sockets"
)

const (
	// socketsEvery is how old the list of sockets in a snapshot may be.
	socketsEvery = time.Second
	// listenersEvery is likewise where it only names who listens: looking through the files
	// of all processes, which it takes, is most of what an idle home does.
	listenersEvery = 10 * time.Second
	// sampleEvery is how often queues are looked at where no hook tells.
	sampleEvery = 100 * time.Millisecond
)

// socketList is what the kernel said of sockets, and what happened on them since it was
// asked first. Model.mu guards it; others belongs to the list that is being made.
type socketList struct {
	busy   bool // a list is being made
	others sockets.Others
	at     time.Time // of the newest list
	first  []sockets.Socket
	since  time.Time         // of the first list
	high   map[uint64]uint32 // most bytes in a queue so far, by inode
	now    Sockets
}

// listed returns the newest list, and has another one made if it is older than that.
func (m *Model) listed(old time.Duration) Sockets {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.socks.busy && time.Since(m.socks.at) > old {
		m.socks.busy = true
		go func() {
			defer m.o.Guard()
			_ = m.list(context.Background()) // which is among what is missing
		}()
	}
	now := m.socks.now
	now.List, now.Gone = slices.Clone(now.List), slices.Clone(now.Gone)
	return now
}

// ListSockets asks the kernel for all sockets. What happens on them counts from the
// first list on.
func (m *Model) ListSockets(ctx context.Context) error {
	m.mu.Lock()
	m.socks.busy = true
	m.mu.Unlock()
	return m.list(ctx)
}

func (m *Model) list(ctx context.Context) error {
	l, err := AllSockets(ctx, m.o.Places, &m.socks.others)
	var readers []capture.Reader
	var rerr error
	w, reads := m.now().src.(capture.ReaderWatcher)
	if reads && err == nil {
		readers, _, rerr = w.Readers()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := &m.socks
	k.busy, k.at = false, time.Now()
	if err != nil {
		k.now.Missing = []string{err.Error()}
		return err
	}
	k.compare(l.Sockets)
	k.now = Sockets{List: l.Sockets, Gone: k.gone(l.Sockets), Missing: l.Partial, Reads: readers != nil}
	if rerr != nil {
		k.now.Missing = append(k.now.Missing, "how sockets are read: "+rerr.Error())
	}
	sockets.Read(l.Sockets, readers)
	sockets.ByTrouble(l.Sockets)
	return rerr
}

// readers fills in how the sockets of a recording were read, as it says at its end.
func (m *Model) readers(s *Sockets) {
	from := m.now().src
	w, ok := from.(capture.ReaderWatcher)
	if info := from.Info(); !ok || !info.Sees.Has(capture.SeesReads) {
		return
	}
	rows, span, err := w.Readers()
	if err != nil {
		s.Missing = append(s.Missing, "how sockets were read: "+err.Error())
		return
	}
	sockets.Read(s.List, rows)
	for i := range s.List {
		s.List[i].Live.For = span
	}
	s.Reads = true
}

// compare fills in what happened on the sockets since the first list.
func (k *socketList) compare(now []sockets.Socket) {
	if k.first == nil {
		k.first, k.since = slices.Clone(now), k.at
	}
	high := make(map[uint64]uint32, len(now)) // of those that are still there
	for i := range now {
		high[now[i].Inode] = max(k.high[now[i].Inode], now[i].RMem)
	}
	k.high = high
	sockets.Compare(k.first, now, high, k.at.Sub(k.since))
}

// gone are those of the first list that are not there any more.
func (k *socketList) gone(now []sockets.Socket) (gone []sockets.Socket) {
	there := make(map[uint64]bool, len(now))
	for i := range now {
		there[now[i].Inode] = true
	}
	for i := range k.first {
		if s := &k.first[i]; !s.Kernel && !there[s.Inode] {
			gone = append(gone, *s)
		}
	}
	return gone
}

// SampleSockets looks at the queues until ctx is done, to find how full they get. It
// looks into the network namespaces of processes and mounts alone, to be cheap.
func (m *Model) SampleSockets(ctx context.Context) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		if l, err := sockets.List(ctx, sockets.Options{NoDiag: true, NoOwners: true}); err == nil {
			m.mu.Lock()
			if m.socks.high == nil {
				m.socks.high = make(map[uint64]uint32, len(l.Sockets))
			}
			for i := range l.Sockets {
				s := &l.Sockets[i]
				m.socks.high[s.Inode] = max(m.socks.high[s.Inode], s.RMem)
			}
			m.mu.Unlock()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// withClosed adds to the list of the kernel those that the stream saw losing something
// and that are not there any more.
func withClosed(now Sockets, seen []sockets.Socket) Sockets {
	open := make(map[uint64]bool, len(now.List))
	for i := range now.List {
		open[now.List[i].Inode] = true
	}
	n := len(now.List)
	for _, s := range seen {
		if s.Inode != 0 && !open[s.Inode] && s.Live.Drops+s.Live.NobufsRaised > 0 {
			s.Closed = true
			now.List = append(now.List, s)
		}
	}
	if len(now.List) > n {
		sockets.ByTrouble(now.List)
	}
	return now
}

// AllSockets lists all sockets, and where their owners run, as the kernel says now.
func AllSockets(ctx context.Context, places *place.Names, others *sockets.Others) (*sockets.Listing, error) {
	l, err := sockets.List(ctx, sockets.Options{Others: others})
	if err != nil {
		return nil, err
	}
	for i := range l.Sockets {
		if places != nil {
			places.Fill(&l.Sockets[i].Owner)
		}
	}
	return l, nil
}

// seenSockets are those of a recording, as far as it tells of them.
type seenSockets struct {
	by map[capture.SocketKey]*seenSocket
}

type seenSocket struct {
	sockets.Socket
	base uint32 // sk_drops in front of the first look
}

// maxSeenSockets bounds what a file can make it remember.
const maxSeenSockets = 65536

func (k *seenSockets) observe(o *correlate.Observation) {
	f := o.Frame
	if f == nil {
		return
	}
	s := &f.Socket
	if o.End != correlate.EndNone || s.PortID == 0 && s.Inode == 0 || o.Message != nil && o.Message.Index > 0 {
		return
	}
	id := f.SocketKey()
	d := k.by[id]
	if d == nil {
		if len(k.by) >= maxSeenSockets {
			return
		}
		if k.by == nil {
			k.by = make(map[capture.SocketKey]*seenSocket)
		}
		d = &seenSocket{Socket: sockets.Socket{Protocol: f.Protocol, NetNS: f.NetNS, Inode: s.Inode, Live: &sockets.Live{}}}
		k.by[id] = d
	}
	d.PortID, d.NetNSName = cmp.Or(s.PortID, d.PortID), cmp.Or(f.NetNSName, d.NetNSName)
	if s.Owner.Known() {
		d.Owner = s.Owner
	}
	if q := &f.Queue; s.RcvBuf != 0 {
		if d.RcvBuf == 0 {
			d.base = q.Drops
			if f.Verdict == capture.VerdictOverrun {
				d.base = q.Drops - min(q.Drops, 1) // which counts it
			}
		}
		d.Seen, d.RcvBuf, d.RMem, d.Drops = f.Time, s.RcvBuf, q.RMem, q.Drops
		d.Live.HighWater = max(d.Live.HighWater, q.HighWater, q.RMem)
	}
	switch {
	case f.Verdict == capture.VerdictOverrun:
		d.Live.Drops++
	case f.Verdict == capture.VerdictNobufsRaised:
		d.Live.NobufsRaised++
	case f.Verdict == capture.VerdictNobufsRead:
		d.Live.NobufsRead++
	case f.Kind == capture.KindDatagram && f.Dir != capture.DirRequest:
		d.Live.Received++
		d.Live.Bytes += uint64(max(f.OrigLen, 0))
	}
	if s.RcvBuf != 0 && d.Drops >= d.base {
		all := uint64(d.Drops - d.base)
		d.Live.Unseen = max(all, d.Live.Drops) - d.Live.Drops
	}
	if f.Group != 0 && !slices.Contains(d.Groups, f.Group) && len(d.Groups) < 64 {
		d.Groups = append(d.Groups, f.Group)
	}
}

// list returns copies, in the order of what identifies them, those in trouble first.
func (k *seenSockets) list() []sockets.Socket {
	out := make([]sockets.Socket, 0, len(k.by))
	for _, s := range k.by {
		c := s.Socket
		kept := *s.Live
		c.Live, c.Groups = &kept, slices.Clone(s.Groups)
		slices.Sort(c.Groups)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b sockets.Socket) int {
		return cmp.Or(cmp.Compare(a.NetNS, b.NetNS), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.PortID, b.PortID), cmp.Compare(a.Inode, b.Inode))
	})
	sockets.ByTrouble(out)
	return out
}
