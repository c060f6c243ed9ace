// SPDX-License-Identifier: Apache-2.0

package decode

// Siblings returns the messages of m's datagram in order, m among them. It
// names them as Decoder.Frame did but learns nothing, so it is safe from any
// goroutine.
func (m *Message) Siblings() []Message {
	if m.dec == nil || m.NoHeader || m.Frame == nil {
		return []Message{*m}
	}
	var all []Message
	o := m.order()
	for off := 0; off < len(m.Frame.Data); {
		if off > 0 && onlyZeros(m.Frame, off) {
			break
		}
		all = append(all, Message{Frame: m.Frame, Index: len(all), Offset: off, dec: m.dec})
		s := &all[len(all)-1]
		off = s.split(o)
		if s.NoHeader {
			s.Family = m.dec.protocolFamily(m.Frame.Protocol).Name
			continue
		}
		m.dec.name(s, s.toKernel())
	}
	return all
}

// IfName returns the name of an interface in the network namespace of the
// message, as far as the traffic has told it; "" is unknown.
func (m *Message) IfName(index int32) string {
	if m.dec == nil || m.Frame == nil {
		return ""
	}
	return m.dec.IfName(m.Frame.NetNS, index)
}
