// SPDX-License-Identifier: Apache-2.0

package decode

import "iter"

// Siblings returns the messages of m's datagram in order, m among them, each for the
// time of one step. It names them as Decoder.Frame did but learns nothing, so it is safe
// from any goroutine.
func (m *Message) Siblings() iter.Seq[*Message] {
	return func(yield func(*Message) bool) {
		if m.dec == nil || m.NoHeader || m.Frame == nil {
			yield(m)
			return
		}
		o := m.order()
		for off, index := 0, 0; off < len(m.Frame.Data); index++ {
			if off > 0 && onlyZeros(m.Frame, off) {
				return
			}
			s := Message{Frame: m.Frame, Index: index, Offset: off, dec: m.dec}
			if off = s.split(o); s.NoHeader {
				s.Family = m.dec.protocolFamily(m.Frame.Protocol).Name
			} else {
				m.dec.name(&s, s.toKernel())
			}
			if !yield(&s) {
				return
			}
		}
	}
}

// IfName returns the name that an interface in the network namespace of the
// message had when it was sent, as far as the traffic had told it; "" is unknown.
func (m *Message) IfName(index int32) string {
	if m.dec == nil || m.Frame == nil {
		return ""
	}
	return m.dec.ifNameAt(m.Frame.NetNS, index, m.Frame.ID, false)
}
