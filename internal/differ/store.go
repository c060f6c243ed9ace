// SPDX-License-Identifier: Apache-2.0

package differ

import (
	"encoding/binary"
	"slices"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Bounds of a Store, for each kind of thing: so that a flood of neighbours takes no link
// out.
const (
	maxThings  = 4096
	maxBytes   = 4 << 20  // of their messages
	maxMessage = 64 << 10 // a longer one is not kept
)

// Store keeps the last message about each thing. It is not safe for concurrent use. The
// zero value is ready.
type Store struct {
	kinds map[*schema.Thing]*kind
	key   []byte
}

// kind keeps those of one kind of thing, in the order in which they were last told of.
type kind struct {
	byKey          map[string]*told
	oldest, newest *told
	bytes          int
}

type told struct {
	key        string
	m          *decode.Message
	prev, next *told
}

// Wants says whether a message tells the state of something: one of the kernel's, whole,
// that is an event, or an answer that has all that an event has.
func Wants(m *decode.Message, answer bool) bool {
	t := m.Thing()
	return t != nil && (!answer || t.Answers && !m.Gone()) && !m.NoHeader && m.Problem == nil && len(m.Data) <= maxMessage
}

// Next takes a message that Wants wants, and returns the last one about the same thing;
// nil: it is the first, or tells that the thing is gone. The store keeps it: m is one
// that nobody writes to.
func (s *Store) Next(m *decode.Message) *decode.Message {
	t := m.Thing()
	for _, name := range t.Other {
		if _, has := m.Lookup(name); has {
			return nil
		}
	}
	if !s.keyOf(m, t) {
		return nil
	}
	k := s.kinds[t]
	if k == nil {
		if s.kinds == nil {
			s.kinds = make(map[*schema.Thing]*kind)
		}
		k = &kind{byKey: make(map[string]*told)}
		s.kinds[t] = k
	}
	old := k.byKey[string(s.key)]
	if m.Gone() {
		if old != nil {
			k.drop(old)
		}
		return nil
	}
	if old == nil {
		k.push(&told{key: string(s.key), m: m})
		k.trim()
		return nil
	}
	before := old.m
	k.unlink(old)
	old.m = m
	k.push(old)
	k.trim()
	return before
}

// keyOf makes the key of a message's thing in s.key; false: of such no key is made.
func (s *Store) keyOf(m *decode.Message, t *schema.Thing) bool {
	if len(m.Data) <= decode.HeaderLen || t.Families != nil && !slices.Contains(t.Families, m.Data[decode.HeaderLen]) {
		return false
	}
	f := m.Frame
	s.key = binary.LittleEndian.AppendUint64(s.key[:0], f.NetNS)
	if f.Sees.AtRead() {
		// Told when it is read: a slow reader's is older than what others had before. Each
		// has them in their order.
		s.key = binary.LittleEndian.AppendUint64(s.key, f.Socket.Inode)
		s.key = binary.LittleEndian.AppendUint32(s.key, f.Socket.PortID)
	}
	for _, name := range t.Key {
		n, ok := m.Lookup(name)
		if !ok {
			s.key = append(s.key, 0xff)
			continue
		}
		s.key = append(append(s.key, byte(min(len(n.Raw), 0xfe))), n.Raw...)
	}
	return true
}

func (k *kind) push(x *told) {
	k.byKey[x.key] = x
	k.bytes += len(x.m.Data)
	x.prev, x.next = k.newest, nil
	if k.newest != nil {
		k.newest.next = x
	} else {
		k.oldest = x
	}
	k.newest = x
}

// unlink takes x out of the order, and its message out of the sum.
func (k *kind) unlink(x *told) {
	k.bytes -= len(x.m.Data)
	if x.prev != nil {
		x.prev.next = x.next
	} else {
		k.oldest = x.next
	}
	if x.next != nil {
		x.next.prev = x.prev
	} else {
		k.newest = x.prev
	}
}

func (k *kind) drop(x *told) {
	k.unlink(x)
	delete(k.byKey, x.key)
}

func (k *kind) trim() {
	for len(k.byKey) > maxThings || k.bytes > maxBytes && k.oldest != k.newest {
		k.drop(k.oldest)
	}
}
