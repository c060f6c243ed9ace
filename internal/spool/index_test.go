// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// indexed is a spool of a recording with a place every so many frames, of cells at random.
func indexed(places, each int, cells uint64) (*Spool, map[uint32]uint64) {
	s := New(Options{})
	s.inPlace = true
	rnd := rand.New(rand.NewPCG(1, 2))
	counted := map[uint32]uint64{}
	f := &capture.Frame{Origin: &capture.Origin{}}
	x := &correlate.Observation{Frame: f, Message: &decode.Message{Frame: f}}
	for i := range places {
		s.note(capture.Place{Frames: uint64(i * each), Offset: int64(i) * chunkBytes})
		for range each {
			f.Time = time.Unix(0, int64(i))
			_ = s.KeepFrame(f, true)
			cell := rnd.Uint64N(cells)
			s.Message(cell, x)
			counted[uint32(cell)]++
		}
	}
	s.End()
	return s, counted
}

// However long a recording, its index has a bound, and the counts in it stay right.
func TestIndexBound(t *testing.T) {
	s, counted := indexed(5*maxChunks, 2, 5)
	if len(s.chunks) > maxChunks+1 || len(s.chunks) < maxChunks/2 {
		t.Errorf("%d chunks", len(s.chunks))
	}
	var frames, messages uint64
	for i := range s.chunks {
		c := &s.chunks[i]
		if c.first != frames || c.from > c.to || i > 0 && c.place.Offset <= s.chunks[i-1].place.Offset {
			t.Fatalf("chunk %d: %+v, behind %d frames", i, c, frames)
		}
		frames, messages = frames+c.frames, messages+c.messages
		for _, of := range c.counts {
			counted[of.cell] -= uint64(of.n)
		}
	}
	if frames != 10*maxChunks || messages != frames {
		t.Errorf("%d frames, %d messages", frames, messages)
	}
	for cell, n := range counted {
		if n != 0 {
			t.Errorf("cell %d: %d are missing", cell, int64(n))
		}
	}
	// Of cells that are too many the chunks do not tell, and whoever looks reads them.
	many, _ := indexed(maxCells/200, 256, 1<<40)
	unknowns := 0
	for i := range many.chunks {
		if many.chunks[i].counts == nil {
			unknowns++
		}
	}
	if many.cells > maxCells || unknowns == 0 {
		t.Errorf("%d cells are kept, of %d chunks nothing", many.cells, unknowns)
	}
}

// FuzzIndex: whatever order frames, places, messages, gaps and evictions come in, the index
// has every frame once and in order.
func FuzzIndex(f *testing.F) {
	f.Add([]byte{0, 1, 1, 2, 2, 3, 4, 1, 5, 1, 0, 1}, true)
	f.Add([]byte{1, 1, 2, 2, 3, 1, 4, 4, 1, 5, 6, 1}, false)
	f.Fuzz(func(t *testing.T, does []byte, inPlace bool) {
		s := New(Options{Bytes: 8 << 10, Memory: 4 << 10, Dir: "/proc/nowhere"})
		s.inPlace = inPlace
		if inPlace {
			s.note(capture.Place{})
		}
		frame := &capture.Frame{Origin: &capture.Origin{Source: "fentry"}, Data: make([]byte, 100), OrigLen: 100}
		x := &correlate.Observation{Frame: frame, Message: &decode.Message{Frame: frame}}
		placed := uint64(0)
		for i, b := range does {
			switch b % 7 {
			case 0:
				if inPlace && s.frames+uint64(b/7) >= placed {
					placed = s.frames + uint64(b/7)
					s.note(capture.Place{Frames: placed, Offset: int64(i) * chunkBytes})
				}
			case 1, 2:
				frame.ID, frame.Time = uint64(i+1), time.Unix(int64(b), 0)
				if err := s.KeepFrame(frame, true); err != nil {
					t.Fatal(err)
				}
			case 3:
				s.Message(uint64(b), x)
			case 4:
				s.Gap(Gap{Messages: 1})
			case 5:
				s.Unsure(b > 100)
			case 6:
				s.Retell()
			}
		}
		next, held := uint64(0), int64(0)
		for i := range s.chunks {
			c := &s.chunks[i]
			if i > 0 && c.first != next || c.first+c.frames > s.frames {
				t.Fatalf("chunk %d begins with frame %d, want %d", i, c.first, next)
			}
			next = c.first + c.frames
			if c.data != nil {
				held += c.size
			}
		}
		if len(s.chunks) > 0 && next != s.frames || held != s.mem {
			t.Fatalf("%d of %d frames, %d of %d bytes", next, s.frames, held, s.mem)
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	for range b.N {
		indexed(1000, 256, 50)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/256_000, "ns/frame")
}
