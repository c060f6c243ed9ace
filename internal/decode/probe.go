// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"slices"

	"github.com/nltop/nltop/internal/decode/schema"
)

// IsProbe says whether an NLMSG_ERROR is the answer "no" to a question that a tool asks in
// the form of a request, after the table of the request's family (schema.Probe). request is
// what it answers, nil if that is unknown: it tells the command of a generic family where
// the error does not quote it.
func (m *Message) IsProbe(request *Message) bool {
	if m == nil || m.Header.Type != typeError || m.Err == nil || m.dec == nil {
		return false
	}
	o := m.order()
	v := view{data: m.Data, ord: o}
	l := v.errLayout(m.Header, HeaderLen, len(m.Data))
	if l.quotedEnd-l.quoted < HeaderLen {
		return false
	}
	quoted := m.Data[l.quoted:l.quotedEnd]
	q := Message{Frame: m.Frame, Data: quoted, Header: header(o, quoted), dec: m.dec, def: m.quoted}
	if q.def == nil && request != nil && request.Header.Type == q.Header.Type {
		q.def = request.def
	}
	if q.def == nil || q.def.Probe == nil || !slices.Contains(q.def.Probe.Errnos, m.Err.Errno) {
		return false
	}
	p := q.def.Probe
	dump := q.Header.Flags&flagDump == flagDump
	return (p.Asks == schema.AsksAny || dump == (p.Asks == schema.AsksDump)) && (p.Unset == "" || q.leavesUnset(p.Unset))
}

// leavesUnset says whether a request ends behind its fixed header, in which a field is 0.
// What is not quoted may be anything.
func (m *Message) leavesUnset(field string) bool {
	st := m.def.Header
	at := st.Offset(field)
	if at < 0 || int(m.Header.Len) != HeaderLen+st.Size() || len(m.Data) < HeaderLen+st.Size() {
		return false
	}
	for i := range st.Fields {
		if st.Fields[i].Name == field {
			b := m.Data[HeaderLen+at:]
			return !slices.ContainsFunc(b[:st.Fields[i].Type.Width()], func(c byte) bool { return c != 0 })
		}
	}
	return false
}

// ProbesDevice says of a request of generic netlink, of which no more is known than a Head,
// whether ENODEV is the answer "no" where it asks for no dump.
func (m *Message) ProbesDevice() bool {
	return m.def != nil && m.def.Probe != nil && m.def.Probe.Asks == schema.AsksOne && slices.Contains(m.def.Probe.Errnos, enodev)
}

const enodev = 19 // asm-generic/errno-base.h
