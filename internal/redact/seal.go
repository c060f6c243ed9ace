// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"hash/maphash"
	"slices"

	"github.com/nltop/nltop/internal/decode"
)

// sealed is what became of a part of the last frame.
type sealed struct {
	in  int // where its message begins in the frame's data
	at  int // where it begins there
	sum uint64
}

// seal keeps of each part a number in place of its bytes. The seed lasts as long as nltop
// runs, and goes nowhere: a number tells that a key changed, and not which it is.
func (r *Redactor) seal(data []byte) {
	r.seals = r.seals[:0]
	for _, p := range r.parts {
		if !p.done {
			r.seals = append(r.seals, sealed{p.in, p.lo, maphash.Bytes(r.seed, data[p.lo:p.hi])})
		}
	}
}

// Mark gives the messages of the last frame the seals of what was overwritten in them.
func (r *Redactor) Mark(ms []decode.Message) {
	if len(r.seals) == 0 {
		return
	}
	for i := range ms {
		m := &ms[i]
		at, _ := slices.BinarySearchFunc(r.seals, m.Offset, func(s sealed, off int) int { return s.in - off })
		for ; at < len(r.seals) && r.seals[at].in == m.Offset; at++ {
			m.Seals = append(m.Seals, decode.Seal{Off: r.seals[at].at - m.Offset, Sum: r.seals[at].sum})
		}
	}
}
