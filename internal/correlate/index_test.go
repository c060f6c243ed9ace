// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"math/rand/v2"
	"testing"
)

// TestIndex does at random to an index what it does to a map.
func TestIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var x index[int]
	want, places := map[key]int{}, map[key]*place[int]{}
	for i := range 100_000 {
		k := key{netns: uint64(r.IntN(40)), protocol: uint16(r.IntN(3)), port: uint32(r.IntN(5)), seq: uint32(r.IntN(8))}
		switch r.IntN(3) {
		case 0:
			p := x.at(k)
			if old, known := places[k]; known && old != p {
				t.Fatalf("%v has moved", k)
			}
			p.of = i
			want[k], places[k] = i, p
		case 1:
			if p := places[k]; p != nil {
				x.remove(p)
				delete(want, k)
				delete(places, k)
			}
		default:
			if got := x.get(k); got != want[k] {
				t.Fatalf("%v has %d, want %d", k, got, want[k])
			}
		}
		if x.n != len(want) {
			t.Fatalf("%d places, want %d", x.n, len(want))
		}
	}
	if len(want) < 1000 {
		t.Errorf("only %d keys at the end", len(want))
	}
}

// TestNothingStays has requests end in every way, and looks for what is left of them.
func TestNothingStays(t *testing.T) {
	s := newStream(t)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 3 * tidyAbove {
		f := request(uint32(r.IntN(50)))
		f.ID = uint64(i + 1)
		seq := uint32(r.IntN(20))
		s.frame(f, getLink(0x05, seq), getLink(0x301, seq+1))
		if r.IntN(2) == 0 {
			s.frame(reply(uint32(r.IntN(50))), getLink(0x05, seq))
		}
	}
	s.now = s.now.Add(2 * maxAge)
	s.frame(reply(1), getLink(0, 1))
	if keys, frames, socks := s.tr.keys.n, s.tr.frames.n, s.tr.socks.n; keys+frames+socks != 0 {
		t.Errorf("%d keys, %d datagrams and %d sockets are remembered", keys, frames, socks)
	}
}
