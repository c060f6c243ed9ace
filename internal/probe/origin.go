// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

// originAt is where the constant part of a full record begins: struct nl_full in
// bpf/records.h has what makes its Origin at its end.
const originAt = int(unsafe.Offsetof(nlFull{}.Inode))

// originBytes is that part. Records of which it is the same have equal Origins.
type originBytes [fullSize - originAt]byte

// origins are those of the last full records: mostly the next one of a task and its socket
// in this direction is of the same. What is no longer in it is found, or made, by its
// value.
type origins struct {
	last [256]struct {
		from   originBytes
		of     uint64 // what is said of the trigger
		origin *capture.Origin
	}
	all capture.Origins
}

// fullOrigin returns the Origin of a full record, which rec begins with.
func (a *assembler) fullOrigin(r *nlFull, rec []byte) *capture.Origin {
	kind := uint32(r.Dir)
	if r.Kind != 0 {
		kind = 4 + uint32(r.Kind)
	}
	o := &a.origins
	at := &o.last[((r.Task.Tid^uint32(r.Inode)*31)<<3^kind)%uint32(len(o.last))]
	from := (*originBytes)(rec[originAt:fullSize])
	var of uint64
	if r.Trigger != 0 {
		of = r.Of
	}
	if at.origin == nil || at.from != *from || at.of != of {
		at.from, at.of, at.origin = *from, of, o.all.Of(a.originOf(r))
	}
	return at.origin
}

// forget lets the next frame of a process have another Origin, as more is known of it.
func (a *assembler) forget(pid uint32) {
	for i := range a.origins.last {
		at := &a.origins.last[i]
		if o := at.origin; o != nil && (o.Proc.PID == pid || o.Socket.Owner.PID == pid) {
			at.origin = nil
		}
	}
	for _, s := range a.abouts {
		if s != nil && s.told.Task.Tgid&^outside == pid {
			clear(s.origins[:])
		}
	}
}

func (a *assembler) originOf(r *nlFull) *capture.Origin {
	return &capture.Origin{
		Source:   a.source,
		Sees:     a.sees,
		Kind:     capture.Kind(r.Kind),
		Dir:      capture.Dir(r.Dir),
		Inferred: r.Flags&uint8(fentryNlFlagNL_FLAG_INFERRED) != 0,
		Verdict:  capture.Verdict(r.Verdict),
		Errno:    r.Err,
		Protocol: r.Protocol,
		NetNS:    uint64(r.Netns),
		Proc:     a.proc(&r.Task),
		Socket:   capture.Socket{PortID: r.OwnPort, Inode: r.Inode, Owner: a.proc(&r.Owner), RcvBuf: r.Rcvbuf},
		SrcPort:  r.SrcPort,
		DstPort:  r.DstPort,
		Group:    r.Group,
		Trigger:  a.trigger(r),
	}
}

// proc translates a task; one that is all zero is unknown.
func proc(t *nlTask) capture.Proc {
	p := capture.Proc{Life: t.Life, Comm: comm(t.Comm[:]), CgroupID: t.Cgroup}
	p.PID, p.Outside = number(t.Tgid)
	p.TID, _ = number(t.Tid)
	return p
}

// comm ends at the first NUL.
func comm(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}
