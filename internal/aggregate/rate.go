// SPDX-License-Identifier: Apache-2.0

package aggregate

import "time"

// Rates are per second, over the last two seconds of frame time.
type Rates struct {
	OutRate     float64 `json:"out_rate"` // messages
	InRate      float64 `json:"in_rate"`
	OutByteRate float64 `json:"out_byte_rate"`
	InByteRate  float64 `json:"in_byte_rate"`
}

// Rate is messages both ways.
func (r *Rates) Rate() float64 { return r.OutRate + r.InRate }

// ByteRate is bytes both ways.
func (r *Rates) ByteRate() float64 { return r.OutByteRate + r.InByteRate }

func (r *Rates) add(d *Rates) {
	r.OutRate += d.OutRate
	r.InRate += d.InRate
	r.OutByteRate += d.OutByteRate
	r.InByteRate += d.InByteRate
}

// A rate is the sum of the last rateWindow whole buckets. The one that is
// being filled does not count, or every rate would sag as a bucket begins.
const (
	bucketWidth = 250 * time.Millisecond
	rateWindow  = 8
	rateSlots   = rateWindow + 1
)

// bucketOf numbers time in buckets. Times of a hostile file may lie anywhere;
// the number wraps then, and nothing else happens.
func bucketOf(t time.Time) int64 { return t.UnixMilli() / bucketWidth.Milliseconds() }

type bucket struct {
	n                 int64 // what bucketOf returned
	outBytes, inBytes uint64
	out, in           uint32
}

// rateRing holds the newest buckets, each in the slot of its number.
type rateRing [rateSlots]bucket

// slot returns the bucket for n, or nil if n is older than the window.
func (r *rateRing) slot(n int64) *bucket {
	b := &r[uint64(n)%rateSlots]
	switch {
	case b.n == n:
	case b.n < n:
		*b = bucket{n: n}
	default:
		return nil
	}
	return b
}

// rates sums the whole buckets before now. They are spread over as many
// buckets as there were since start, so that a rate is right from the first
// second on.
func (r *rateRing) rates(now, start int64) Rates {
	span := min(now-start, rateWindow)
	if span <= 0 {
		return Rates{}
	}
	var out, in, outBytes, inBytes uint64
	for i := range r {
		if b := &r[i]; b.n < now && b.n >= now-span {
			out += uint64(b.out)
			in += uint64(b.in)
			outBytes += b.outBytes
			inBytes += b.inBytes
		}
	}
	s := (time.Duration(span) * bucketWidth).Seconds()
	return Rates{float64(out) / s, float64(in) / s, float64(outBytes) / s, float64(inBytes) / s}
}

// fold adds the buckets of d.
func (r *rateRing) fold(d *rateRing) {
	for i := range d {
		s := &d[i]
		if s.out|s.in == 0 {
			continue
		}
		if b := r.slot(s.n); b != nil {
			b.out += s.out
			b.in += s.in
			b.outBytes += s.outBytes
			b.inBytes += s.inBytes
		}
	}
}

// HistorySeconds is how far Snapshot.History goes back.
const HistorySeconds = 120

// history counts all messages by the second, for a line over time.
type history struct {
	secs [HistorySeconds + 1]struct {
		n     int64
		count uint32
	}
}

func (h *history) count(t time.Time, messages uint64) {
	n := t.Unix()
	s := &h.secs[uint64(n)%uint64(len(h.secs))]
	if s.n != n {
		if s.n > n {
			return
		}
		s.n, s.count = n, 0
	}
	s.count += uint32(messages)
}

// last returns the seconds before now, oldest first.
func (h *history) last(now time.Time) []uint32 {
	out := make([]uint32, HistorySeconds)
	end := now.Unix()
	for i := range out {
		n := end - int64(len(out)-i)
		if s := &h.secs[uint64(n)%uint64(len(h.secs))]; s.n == n {
			out[i] = s.count
		}
	}
	return out
}
