// SPDX-License-Identifier: Apache-2.0

package histogram

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestNumberBounds(t *testing.T) {
	for n := range uint16(Buckets) {
		low, above := Bounds(n)
		if Number(low) != n || Number(above-1) != n {
			t.Fatalf("bucket %d is [%d, %d), whose ends are in %d and %d", n, low, above, Number(low), Number(above-1))
		}
	}
	if Number(1<<63) != Buckets-1 {
		t.Error("no last bucket")
	}
}

// TestError: every quantile is within 1/64 of the sample of its rank, for
// distributions with and without a tail; sums and maxima are exact.
func TestError(t *testing.T) {
	shapes := map[string]func(r *rand.Rand) time.Duration{
		"uniform":   func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(1e6)) },
		"small":     func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(40)) },
		"lognormal": func(r *rand.Rand) time.Duration { return time.Duration(math.Exp(10 + 3*r.NormFloat64())) },
		"bimodal": func(r *rand.Rand) time.Duration {
			if r.IntN(100) == 0 {
				return time.Second + time.Duration(r.Int64N(1e9))
			}
			return time.Duration(1000 + r.Int64N(100))
		},
		"constant": func(*rand.Rand) time.Duration { return 12345 },
	}
	for name, draw := range shapes {
		for seed := range uint64(5) {
			rng := rand.New(rand.NewPCG(seed, 3))
			var h, part H
			var xs []time.Duration
			var sum time.Duration
			for range 1 + rng.IntN(5000) {
				d := min(draw(rng), 1<<41-1)
				xs = append(xs, d)
				sum += d
				if rng.IntN(2) == 0 {
					h.Add(d)
				} else {
					part.Add(d)
				}
			}
			h.Merge(&part)
			slices.Sort(xs)
			if h.Count() != uint64(len(xs)) || h.Sum() != sum || h.Max() != xs[len(xs)-1] {
				t.Fatalf("%s: count, sum or max are wrong", name)
			}
			for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999, 1} {
				rank := max(int(math.Ceil(q*float64(len(xs)))), 1)
				want, got := float64(xs[rank-1]), float64(h.Quantile(q))
				if math.Abs(got-want) > want/64 {
					t.Errorf("%s, seed %d: quantile %v is %v, of the samples %v", name, seed, q, got, want)
				}
			}
		}
	}
	var h H
	c := h.Copy()
	if h.Quantile(0.5) != 0 || c.Count() != 0 {
		t.Error("an empty histogram is not 0")
	}
	h.Add(-5)
	if h.Quantile(1) != 0 || h.Count() != 1 {
		t.Error("a negative duration")
	}
	c = h.Copy()
	if c.Add(3); h.Count() != 1 || h.Quantile(1) != 0 || c.Count() != 2 {
		t.Error("a copy is not its own")
	}
}

func BenchmarkAdd(b *testing.B) {
	var h H
	for i := range b.N {
		h.Add(time.Duration(i&0xfffff) * 17)
	}
}
