// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"slices"

	"github.com/nltop/nltop/internal/decode/schema"
)

// legacy returns the layout that a dump request of an old program has in place of the
// right one at [lo, hi); nil: it has the right one, as far as can be seen.
func (w *view) legacy(m *Message, lo, hi int) *schema.Legacy {
	if m.def == nil || len(m.def.Legacy) == 0 || m.Header.Flags&flagDump != flagDump || !m.toKernel() || lo >= hi {
		return nil
	}
	right := m.def.Header
	if right == nil {
		right = m.family.Header
	}
	for i := range m.def.Legacy {
		l := &m.def.Legacy[i]
		switch {
		case l.Family != 0 && w.data[lo] != l.Family:
		case l.Lens != nil:
			if slices.Contains(l.Lens, hi-lo) {
				return l
			}
		case l.Right != nil:
			if !slices.Contains(l.Right, hi-lo) {
				return l
			}
		case !w.holds(right, lo, hi) && w.holds(l.Header, lo, hi) && !nonzero(w.data[lo+l.Zero[0]:lo+l.Zero[1]]):
			return l
		}
	}
	return nil
}

// nonzero says whether a byte is not zero.
func nonzero(b []byte) bool { return len(b) > 0 && !zero(b) }

// holds says whether a payload is a whole struct and attributes to its last byte.
func (w *view) holds(st *schema.StructType, lo, hi int) bool {
	if st == nil || hi-lo < st.Size() {
		return false
	}
	attrs := min(lo+align4(st.Size()), hi)
	return attrs == hi || w.ord.parses(w.data, attrs, hi, true)
}

// Note says what is unusual about a message and no mistake; "" is nothing.
func (m *Message) Note() string {
	if m.def == nil || len(m.def.Legacy) == 0 || m.NoHeader || m.headerBroken() {
		return ""
	}
	v := view{data: m.Data, ord: m.order()}
	if l := v.legacy(m, min(HeaderLen, len(m.Data)), len(m.Data)); l != nil {
		return l.Note
	}
	return ""
}

// LateReply says whether one message comes behind the ACK of this request.
func (m *Message) LateReply() bool { return m.def != nil && m.def.Late == schema.LateReply }

// LateList says whether a list comes there, with NLMSG_DONE behind the last.
func (m *Message) LateList() bool { return m.def != nil && m.def.Late == schema.LateList }
