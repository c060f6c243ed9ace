// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

// originAt is where the constant part of an event begins: struct nl_event in
// bpf/events.h has what makes its Origin at its end.
const originAt = int(unsafe.Offsetof(nlEvent{}.Inode))

// originBytes is that part. Events of which it is the same have equal Origins.
type originBytes [eventSize - originAt]byte

// origins are those of the last events: mostly the next one of a task and its socket
// in this direction is of the same. What is no longer in it is found, or made, by its
// value.
type origins struct {
	last [256]struct {
		from   originBytes
		origin *capture.Origin
	}
	all capture.Origins
}

// event returns the Origin of an event, which rec begins with.
func (a *assembler) event(ev *nlEvent, rec []byte) *capture.Origin {
	kind := uint32(ev.Dir)
	if ev.Kind != 0 {
		kind = 4 + uint32(ev.Kind)
	}
	o := &a.origins
	at := &o.last[((ev.Task.Tid^uint32(ev.Inode)*31)<<3^kind)%uint32(len(o.last))]
	from := (*originBytes)(rec[originAt:eventSize])
	if at.origin == nil || at.from != *from {
		at.from, at.origin = *from, o.all.Of(a.originOf(ev))
	}
	return at.origin
}

// forget lets the next frame of a process have another Origin, as more is known of it.
func (a *assembler) forget(tgid uint32) {
	for i := range a.origins.last {
		at := &a.origins.last[i]
		if o := at.origin; o != nil && (o.Proc.PID == tgid || o.Socket.Owner.PID == tgid) {
			at.origin = nil
		}
	}
	for _, s := range a.abouts {
		if s != nil && s.told.Task.Tgid == tgid {
			clear(s.origins[:])
		}
	}
}

func (a *assembler) originOf(ev *nlEvent) *capture.Origin {
	return &capture.Origin{
		Source:   a.source,
		Kind:     capture.Kind(ev.Kind),
		Dir:      capture.Dir(ev.Dir),
		Inferred: ev.Flags&uint8(fentryNlFlagNL_FLAG_INFERRED) != 0,
		Verdict:  capture.Verdict(ev.Verdict),
		Errno:    ev.Err,
		Protocol: ev.Protocol,
		NetNS:    uint64(ev.Netns),
		Proc:     a.proc(&ev.Task),
		Socket:   capture.Socket{PortID: ev.OwnPort, Inode: ev.Inode, Owner: a.proc(&ev.Owner), RcvBuf: ev.Rcvbuf},
		SrcPort:  ev.SrcPort,
		DstPort:  ev.DstPort,
		Group:    ev.Group,
	}
}

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
