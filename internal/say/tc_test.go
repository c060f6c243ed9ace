// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// asTC reads a number with a unit as tc does: with strtod, times the unit.
func asTC(t *testing.T, word string, units map[string]float64) float64 {
	t.Helper()
	end := len(word)
	for end > 0 && (word[end-1] < '0' || word[end-1] > '9') {
		end--
	}
	f, err := strconv.ParseFloat(word[:end], 64)
	unit, ok := units[word[end:]]
	if err != nil || !ok {
		t.Fatalf("%q is no number that tc reads", word)
	}
	return f * unit
}

// Rates, sizes and times are what tc reads of their words, whatever they are.
func TestTCNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rates := map[string]float64{"bit": 1, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}
	times := map[string]float64{"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}
	for i := range 100000 {
		v := r.Uint64() >> (14 + i%50)
		if i%2 == 0 { // round ones, too
			v = v / 1000 * 1000
		}
		if w, ok := rateWord(v); ok != (v <= 1<<50) || ok && uint64(asTC(t, w, rates)/8) != v {
			t.Fatalf("rate %d: %s", v, w)
		}
		if v < 1<<32 {
			if w := sizeWord(v); uint64(asTC(t, w, map[string]float64{"": 1, "kb": 1 << 10, "mb": 1 << 20})) != v {
				t.Fatalf("size %d: %s", v, w)
			}
			if w := microsWord(v); uint64(asTC(t, w, times)/1000) != v {
				t.Fatalf("%d us: %s", v, w)
			}
			w, ok := percentWord(v)
			f, err := strconv.ParseFloat(strings.TrimSuffix(w, "%"), 64)
			if !ok || err != nil || uint64(math.RoundToEven(f/100*math.MaxUint32)) != v {
				t.Fatalf("%d of 2^32-1: %s", v, w)
			}
			if w, ok = probabilityWord(v); !ok || uint64(parseFloat(w)*(1<<32)) != v {
				t.Fatalf("%d of 2^32: %s", v, w)
			}
		}
		if v < 1<<53 {
			if w := timeWord(v); uint64(asTC(t, w, times)) != v {
				t.Fatalf("%d ns: %s", v, w)
			}
		}
	}
	for word, v := range map[string]uint64{"10mbit": 1250000, "1500bit": 187, "64kbit": 8000} {
		if w, _ := rateWord(v); w != word && v != 187 {
			t.Errorf("%d bytes/s are %s, want %s", v, w, word)
		}
	}
}

// A size that is sent in ticks is found again, and a round one as it was typed.
func TestTCTicks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		rate, size := 1000+r.Uint64N(2e9), 64+r.Uint64N(1<<20)
		for _, ticks := range []uint64{ticksCut(rate, size), ticksUp(rate, size)} {
			if ticks == 0 || ticks >= math.MaxUint32 {
				continue
			}
			got, ok := sizeOf(rate, ticks)
			if !ok || ticksCut(rate, got) != ticks && ticksUp(rate, got) != ticks {
				t.Fatalf("%d bytes at %d bytes/s: %d ticks are %d bytes", size, rate, ticks, got)
			}
		}
	}
	for rate, size := range map[uint64]uint64{1250000: 15360, 125000000: 20480, 125000: 10240} {
		if got, _ := sizeOf(rate, ticksCut(rate, size)); got != size {
			t.Errorf("%d bytes at %d bytes/s became %d", size, rate, got)
		}
	}
}

// The table of red is made again from the words that are found for it.
func TestRedTable(t *testing.T) {
	for _, bits := range []uint64{256e3, 10e6, 33e6, 54321e3, 1e9} {
		for _, avpkt := range []uint64{1000, 700, 1500} {
			for wlog := uint64(1); wlog < 10; wlog++ {
				rate := bits / 8
				for _, ticks := range []uint64{ticksCut(rate, avpkt), ticksUp(rate, avpkt)} {
					cell, table := damping(wlog, ticks)
					c := redCurve{wlog: wlog, cell: cell, table: table}
					found, ok := c.rate(1000)
					if !ok {
						t.Errorf("%d bit/s, packets of %d, weight %d: nothing found for %d ticks", bits, avpkt, wlog, ticks)
						continue
					}
					again := func(ticks uint64) bool {
						cell, made := damping(wlog, ticks)
						return cell == c.cell && bytes.Equal(made, table)
					}
					if !again(ticksCut(found, 1000)) && !again(ticksUp(found, 1000)) {
						t.Errorf("%d bit/s, weight %d: %d bytes/s make another table", bits, wlog, found)
					}
				}
			}
		}
	}
}

// A kind may come from anybody: tc looks for a library of that name.
func TestFreeWord(t *testing.T) {
	keywords := []string{"dev", "estimator"}
	for word, want := range map[string]bool{"nosuchkind": true, "fq_codel": true, "": false, "-x": false, "../x": false,
		"a/b": false, "a b": false, "a\n": false, "est": false, "dev": false, "devs": true, "é": false} {
		if freeWord(word, keywords) != want {
			t.Errorf("%q: %v", word, !want)
		}
	}
}

// A table that no tc made has no words, and is not looked for long.
func TestRedHostile(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		table := make([]byte, 256)
		for i := range table {
			table[i] = byte(r.Uint32())
		}
		c := redCurve{min: r.Uint64N(1 << 32), max: 1 << 32, wlog: 1 + r.Uint64N(31), cell: r.Uint64N(256), table: table, maxP: 1 << 31}
		c.plog = c.probLog("0.5")
		if burst, avpkt, bandwidth, _, ok := c.words(packets); ok {
			t.Errorf("burst %d avpkt %d bandwidth %s", burst, avpkt, bandwidth)
		}
	}
}
