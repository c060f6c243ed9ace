// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"fmt"
	"time"
)

// Tags of factsSection that say where a recording of the flight recorder begins.
const (
	tagHeldReason  = 70
	tagHeldAt      = 71 // Unix ns
	tagHeldFrom    = 72 // Unix ns
	tagHeldEvicted = 73
	tagHeldAgain   = 74
)

// Held is what a recording says that was held in memory until something happened.
type Held struct {
	Reason string    // one word
	At     time.Time // when it happened
	Again  uint64    // how often more it did until the recording was written
	// From is the time of the oldest that was held. Evicted are the datagrams that had
	// made room for what came later.
	From    time.Time
	Evicted uint64
}

// String is that in a clause.
func (h *Held) String() string {
	s := fmt.Sprintf("flight recorder, written because of: %s at %s", h.Reason, h.At.UTC().Format(time.RFC3339Nano))
	if h.Again > 0 {
		s += fmt.Sprintf(" and %d times more", h.Again)
	}
	if !h.From.IsZero() {
		s += fmt.Sprintf(", held from %s on", h.From.UTC().Format(time.RFC3339Nano))
	}
	if h.Evicted > 0 {
		s += fmt.Sprintf(", %d datagrams before that were not held any more", h.Evicted)
	}
	return s
}

// held appends what a recording says of that; nil: nothing.
func (f facts) held(h *Held) facts {
	if h == nil {
		return f
	}
	at, _ := stamp(h.At)
	from, _ := stamp(h.From)
	return f.putString(tagHeldReason, h.Reason).uint(tagHeldAt, at).uint(tagHeldFrom, from).
		uint(tagHeldEvicted, h.Evicted).uint(tagHeldAgain, h.Again)
}

// set takes one of its facts, if it is one; h is nil until the first.
func (h *Held) set(tag, num uint64, v []byte) *Held {
	if tag < tagHeldReason || tag > tagHeldAgain {
		return h
	}
	if h == nil {
		h = new(Held)
	}
	switch tag {
	case tagHeldReason:
		h.Reason = text(v)
	case tagHeldAt:
		h.At = time.Unix(0, int64(num))
	case tagHeldFrom:
		h.From = time.Unix(0, int64(num))
	case tagHeldEvicted:
		h.Evicted = num
	case tagHeldAgain:
		h.Again = num
	}
	return h
}
