// SPDX-License-Identifier: Apache-2.0

package schema

// messageIndex finds a message by its ID. It is asked once per message of the
// traffic, so IDs that lie close together (all families but a few) are found
// without hashing.
type messageIndex struct {
	base  uint16
	dense []*Message
	rest  map[uint16]*Message
}

func newMessageIndex(msgs []Message) *messageIndex {
	x := &messageIndex{}
	if len(msgs) == 0 {
		return x
	}
	low := msgs[0].ID
	for i := range msgs {
		low = min(low, msgs[i].ID)
	}
	top := 0
	for i := range msgs {
		if d := int(msgs[i].ID - low); d < denseMax {
			top = max(top, d+1)
		}
	}
	x.base, x.dense = low, make([]*Message, top)
	return x
}

// add enters a message; the first of an ID wins.
func (x *messageIndex) add(m *Message) {
	if d := int(m.ID) - int(x.base); d >= 0 && d < len(x.dense) {
		if x.dense[d] == nil {
			x.dense[d] = m
		}
		return
	}
	if x.rest == nil {
		x.rest = make(map[uint16]*Message)
	}
	if x.rest[m.ID] == nil {
		x.rest[m.ID] = m
	}
}

func (x *messageIndex) lookup(id uint16) *Message {
	if x == nil {
		return nil
	}
	if d := int(id) - int(x.base); d >= 0 && d < len(x.dense) {
		return x.dense[d]
	}
	return x.rest[id]
}
