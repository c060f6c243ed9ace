// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// sock is what is known of a socket that sent requests.
type sock struct {
	newest *entry // the rest by entry.prev
	dump   *entry // the newest dump
}

// maxBack bounds how many requests of a socket are looked at, from the newest back.
const maxBack = 4096

// link files an entry under its socket.
func (t *Tracker) link(f *capture.Frame, e *entry) {
	e.on = t.socks.at(socketKey(f))
	s := &e.on.of
	e.prev = s.newest
	for e.prev != nil && e.prev.Ended {
		e.prev = e.prev.prev
	}
	if s.newest = e; e.prev != nil {
		e.prev.after = e
	}
	if e.dump {
		s.dump = e
	}
}

// leave is the end of link: e is forgotten.
func (t *Tracker) leave(e *entry) {
	if e.after != nil && e.after.prev == e {
		e.after.prev = nil
	}
	e.prev = nil
	if e.on == nil || e.on.of.newest != e && e.on.of.dump != e {
		return
	}
	s := &e.on.of
	if s.newest == e {
		s.newest = nil
	}
	if s.dump == e {
		s.dump = nil
	}
	if *s == (sock{}) {
		t.socks.remove(e.on)
	}
}

// readOn ends the requests of a socket that were handled before the one whose answer
// was just read: a socket's queue keeps the order of the answers, so theirs are not
// there. Other parts of a dump may come between the answers to others.
func (t *Tracker) readOn(e *entry) {
	if !e.sees.AtRead() {
		return // answers are told when they are queued
	}
	n := 0
	before := e
	for at := &e.prev; *at != nil && n < maxSameKey; n++ {
		p := *at
		if !p.Ended && !p.answered && p.head() != e.head() && (!p.dump || e.dump) && !otherEntry(p, e) &&
			!p.Time.Add(p.head().Kernel).After(e.Time) {
			t.end(p)
		}
		if p.Ended {
			if *at = p.prev; p.prev != nil {
				p.prev.after = before
			}
			continue
		}
		before, at = p, &p.prev
	}
}

// askedSince returns the newest request of a socket, if the thread that reads an answer to
// e has sent it since: a program that goes by turns takes this answer for that to it.
func (t *Tracker) askedSince(e *entry, f *capture.Frame) *decode.Message {
	n := t.socks.get(socketKey(f)).newest
	if n == nil || !e.sees.AtRead() || e.dump || n.head() == e.head() || n.answered || otherEntry(n, e) ||
		n.Request.Header.Flags&(flagAck|flagDump) == 0 || n.Why != "" ||
		n.Proc.TID != f.Proc.TID || n.Proc.TID != e.Proc.TID || n.Time.Add(n.head().Kernel).After(f.Time) {
		return nil
	}
	e.Asked = n.Request
	return n.Request
}

// nobufs notes for the requests of a socket that some of what it was sent is lost. What
// was queued before is still read.
func (t *Tracker) nobufs(f *capture.Frame) {
	n := 0
	for e := t.socks.get(socketKey(f)).newest; e != nil && n < maxBack; e, n = e.prev, n+1 {
		if !e.Ended && !e.answered && !otherSocket(e, f) {
			e.nobufs = true
		}
	}
}

func otherEntry(a, b *entry) bool {
	return a.Socket.Inode != 0 && b.Socket.Inode != 0 && a.Socket.Inode != b.Socket.Inode
}
