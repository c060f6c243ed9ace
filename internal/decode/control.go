// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"fmt"

	"github.com/nltop/nltop/internal/capture"
)

// errLayout says where the parts of an NLMSG_ERROR or NLMSG_DONE lie, as
// netlink_ack and netlink_dump_done write them:
//
//	struct nlmsgerr {
//		int		error;
//		struct nlmsghdr msg;
//		// the rest of the quoted message, unless NLM_F_CAPPED
//		// attributes, if NLM_F_ACK_TLVS
//	};
//
// NLMSG_DONE has an int and the attributes. An empty part ends where it begins.
type errLayout struct {
	hasStatus         bool
	quoted, quotedEnd int
	tlvs, tlvsEnd     int
	rest              int // bytes behind it all
	problem           string
}

func (v *view) errLayout(h Header, lo, hi int) errLayout {
	l := errLayout{rest: hi, quoted: hi, quotedEnd: hi, tlvs: hi, tlvsEnd: hi}
	if hi-lo < 4 {
		l.rest = lo
		if hi > lo || h.Type == typeError {
			l.problem = fmt.Sprintf("%d bytes at offset %d are too short for an error", hi-lo, lo)
		}
		return l
	}
	l.hasStatus = true
	next := lo + 4
	if h.Type == typeError {
		next = v.quotedLayout(&l, h, next, hi)
	}
	if h.Flags&flagAckTLVs != 0 && l.problem == "" {
		l.tlvs = min(next, hi)
	} else {
		l.rest = min(next, hi)
	}
	return l
}

// quotedLayout places the quoted message and returns where it ends, padded.
func (v *view) quotedLayout(l *errLayout, h Header, lo, hi int) int {
	l.quoted, l.quotedEnd = lo, hi
	if hi-lo < HeaderLen {
		l.problem = fmt.Sprintf("%d bytes at offset %d are too short for the quoted header", hi-lo, lo)
		return hi
	}
	l.quotedEnd = lo + HeaderLen
	if h.Flags&flagCapped != 0 || l.quotedEnd == hi {
		return l.quotedEnd
	}
	size := v.ord.u32(v.data[lo:])
	switch {
	case size < HeaderLen:
		l.problem = fmt.Sprintf("quoted message at offset %d: length %d is less than %d", lo, size, HeaderLen)
	case uint64(size) > uint64(hi-lo):
		l.quotedEnd = hi
		l.problem = fmt.Sprintf("quoted message at offset %d: length %d is beyond the end (%d bytes left)", lo, size, hi-lo)
	default:
		l.quotedEnd = lo + int(size)
	}
	return lo + align4(l.quotedEnd-lo)
}

// The IDs of enum nlmsgerr_attrs.
const (
	nlmsgerrMsg      = 1
	nlmsgerrOffs     = 2
	nlmsgerrCookie   = 3
	nlmsgerrPolicy   = 4
	nlmsgerrMissType = 5
	nlmsgerrMissNest = 6
)

// setError sets m.Err of an NLMSG_ERROR, and of an NLMSG_DONE that says more
// than that a dump is complete.
func (d *Decoder) setError(m *Message, o order) {
	if m.Header.Type != typeError && m.Header.Type != typeDone || !isControl(m.Frame.Protocol, m.Header.Type) {
		return
	}
	if m.Header.Len < HeaderLen {
		return
	}
	v := &view{data: m.Data, ord: o}
	l := v.errLayout(m.Header, HeaderLen, len(m.Data))
	if !l.hasStatus {
		return
	}
	status := int64(int32(o.u32(m.Data[HeaderLen:])))
	if m.Header.Type == typeDone && status >= 0 && l.tlvs == l.tlvsEnd {
		return
	}
	e := d.newError()
	if status < 0 {
		status = -status
	} else if m.Header.Type == typeDone {
		status = 0
	}
	e.Errno = int32(min(status, 1<<31-1))
	e.Name = ErrnoName(e.Errno)
	e.readTLVs(v, l.tlvs, l.tlvsEnd)
	m.Err = e
	if l.quotedEnd-l.quoted < HeaderLen {
		return
	}
	quoted := m.Data[l.quoted:l.quotedEnd:l.quotedEnd]
	sub := Message{Frame: m.Frame, Data: quoted, Header: header(o, quoted), dec: d}
	d.name(&sub, true)
	e.Request, e.RequestFamily, e.RequestType = sub.Header, sub.Family, sub.Type
	m.quoted = sub.def
	if e.Name == "" && sub.family != nil && sub.family.Errnos != nil {
		e.Name, _ = sub.family.Errnos.Lookup(uint64(e.Errno))
	}
	if multiplexed(m.Frame.Protocol) && sub.Family != "" {
		m.Family = sub.Family
	}
	if e.HasOff && len(quoted) > HeaderLen {
		e.Attr = attrPath(sub, e.Offset)
	}
}

// attrPath keeps the message that a body is built of off the caller's stack.
func attrPath(m Message, off uint32) string { return m.PathAt(off) }

// multiplexed protocols carry many families, and an error is about one of them.
func multiplexed(p uint16) bool {
	return p == capture.NETLINK_GENERIC || p == capture.NETLINK_NETFILTER
}

// newError takes an ErrorInfo off the slab.
func (d *Decoder) newError() *ErrorInfo {
	if len(d.errs) == 0 {
		d.errs = make([]ErrorInfo, 32)
	}
	e := &d.errs[0]
	d.errs = d.errs[1:]
	return e
}

func (e *ErrorInfo) readTLVs(v *view, lo, hi int) {
	for lo < hi {
		a, ok := v.ord.attrAt(v.data, lo, hi)
		if !ok {
			return
		}
		lo = a.next
		b := v.data[a.lo:a.hi:a.hi]
		switch {
		case a.id == nlmsgerrMsg:
			e.Msg = string(cString(b))
		case a.id == nlmsgerrCookie:
			e.Cookie = b
		case a.id == nlmsgerrPolicy:
			r := v.ord.rule(v.data, 0, a)
			e.Policy = r.Must()
		case len(b) != 4:
		case a.id == nlmsgerrOffs:
			e.Offset, e.HasOff = v.ord.u32(b), true
		case a.id == nlmsgerrMissType:
			e.MissType, e.HasMissType = v.ord.u32(b), true
		case a.id == nlmsgerrMissNest:
			e.MissNest, e.HasMissNest = v.ord.u32(b), true
		}
	}
}

// control decodes the payload of a message of type NLMSG_NOOP … NLMSG_OVERRUN.
func (w *walker) control(m *Message, lo, hi, depth int) part {
	if m.Header.Type != typeError && m.Header.Type != typeDone {
		return part{rest: lo}
	}
	l := w.errLayout(m.Header, lo, hi)
	p := part{rest: l.rest}
	if l.problem != "" {
		w.note(l.problem)
	}
	if !l.hasStatus {
		return p
	}
	p.fields = append(w.take(3), Node{Name: "error", Off: lo, Raw: w.data[lo : lo+4 : lo+4]})
	w.value(&p.fields[0], &w.d.control.errnoType, noScope, depth)
	if n := &p.fields[0]; n.Text == "" && m.Err != nil && m.Err.Name != "" && !w.plain {
		n.Text = fmt.Sprintf("%v (%s)", n.Value, m.Err.Name)
	}
	if l.quoted < l.quotedEnd {
		p.fields = append(p.fields, w.quoted(l.quoted, l.quotedEnd, depth))
		p.fields = w.padding(p.fields, l.quotedEnd, min(l.tlvs, l.rest))
	}
	p.attrs = w.attrs(w.take(w.ord.countAttrs(w.data, l.tlvs, l.tlvsEnd)), l.tlvs, l.tlvsEnd,
		w.d.control.errSet, nil, noScope, depth)
	if n := len(p.attrs); n > 0 && !p.attrs[n-1].Attr {
		p.attrs, p.rest = cutRest(p.attrs, hi)
	}
	return p
}
