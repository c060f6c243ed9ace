// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

// likes are frames that are filled again and again. Each keeps what it was filled
// from: mostly the next event of the same kind differs in little.
type likes struct {
	slots [capture.Likes]struct {
		frame capture.Frame
		from  nlEvent
	}
	last uint64 // Frame.Like, less its remainder
}

// alike returns the frame for an event, with its constant fields.
func (a *assembler) alike(ev *nlEvent) *capture.Frame {
	kind := uint32(ev.Dir)
	if ev.Kind != 0 {
		kind = 4 + uint32(ev.Kind)
	}
	l := &a.likes
	n := ((ev.Task.Tid^uint32(ev.Inode)*31)<<3 ^ kind) % capture.Likes
	s := &l.slots[n]
	if s.frame.Like == 0 || !alike(&s.from, ev) {
		s.from = *ev
		a.constant(&s.frame, ev)
		s.frame.Like = l.next(uint64(n))
	}
	return &s.frame
}

// next makes a Frame.Like for the place n of whoever keeps something by it.
func (l *likes) next(n uint64) uint64 {
	l.last += capture.Likes
	return l.last + n%capture.Likes
}

// alike says whether assembler.constant makes the same of two events.
func alike(a, b *nlEvent) bool {
	return a.Inode == b.Inode && a.Netns == b.Netns && a.SrcPort == b.SrcPort && a.DstPort == b.DstPort &&
		a.Group == b.Group && a.OwnPort == b.OwnPort && a.Err == b.Err && a.Rcvbuf == b.Rcvbuf &&
		a.Protocol == b.Protocol && a.Kind == b.Kind && a.Dir == b.Dir && a.Verdict == b.Verdict && a.Flags == b.Flags &&
		sameTask(&a.Task, &b.Task) && sameTask(&a.Owner, &b.Owner) && a.Blocker.Tid == b.Blocker.Tid &&
		a.Blocker.Tgid == b.Blocker.Tgid && a.Blocker.Comm == b.Blocker.Comm
}

// sameTask compares words: == would call a function for each field.
func sameTask(a, b *nlTask) bool {
	x, y := (*[5]uint64)(unsafe.Pointer(a)), (*[5]uint64)(unsafe.Pointer(b))
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3] && x[4] == y[4]
}

// The number of words.
const _ = -(unsafe.Sizeof(nlTask{}) ^ 5*8)

// proc translates a task; one that is all zero is unknown.
func proc(t *nlTask) capture.Proc {
	return capture.Proc{
		PID:      t.Tgid,
		TID:      t.Tid,
		Life:     t.Life,
		Comm:     comm(t.Comm[:]),
		CgroupID: t.Cgroup,
	}
}

// comm ends at the first NUL.
func comm(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// numbers translates the kernel's ids of datagrams for which a completion may come
// into the numbers of their frames.
type numbers struct {
	// recent holds the newest ids, each in a place of its own: mostly one is asked
	// for, and forgotten, before the next one comes.
	recent [64]struct{ id, number uint64 }
	// The others. Two generations bound the memory when completions are lost.
	known, older map[uint64]uint64
}

func place(id uint64) uint64 { return (id>>20 ^ id>>4 ^ id) % 64 }

// put keeps the number of a frame.
func (n *numbers) put(id, number uint64) {
	r := &n.recent[place(id)]
	if r.number != 0 && r.id != id {
		if n.known == nil || len(n.known) >= maxRequests {
			n.older, n.known = n.known, make(map[uint64]uint64)
		}
		n.known[r.id] = r.number
	}
	r.id, r.number = id, number
}

// take returns and forgets the number of a frame; 0: not known (any more).
func (n *numbers) take(id uint64) uint64 {
	if r := &n.recent[place(id)]; r.id == id && r.number != 0 {
		number := r.number
		r.number = 0
		return number
	}
	for _, m := range []map[uint64]uint64{n.known, n.older} {
		if number, ok := m[id]; ok {
			delete(m, id)
			return number
		}
	}
	return 0
}

// get returns the number of a frame; 0: not known (any more).
func (n *numbers) get(id uint64) uint64 {
	if id == 0 {
		return 0
	}
	if r := &n.recent[place(id)]; r.id == id && r.number != 0 {
		return r.number
	}
	if number, ok := n.known[id]; ok {
		return number
	}
	return n.older[id]
}
