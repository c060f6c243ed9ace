// SPDX-License-Identifier: Apache-2.0

package segment

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// fill puts n pieces of size bytes into a store, a millisecond apart, the number of each
// in its first bytes.
func fill(s *Store[int], from, n, size int) {
	for i := from; i < from+n; i++ {
		at := time.Unix(0, 0).Add(time.Duration(i+1) * time.Millisecond).UnixNano()
		g := s.Current()
		if g == nil || !s.Room(g, size, at) {
			g = s.Next(at)
		}
		piece := make([]byte, size)
		copy(piece, fmt.Sprintf("%08d", i))
		g.Bytes = append(g.Bytes, piece...)
		g.Datagrams++
		g.Seen(at)
	}
}

func pieces(t *testing.T, taken *Taken[int], size int) (list []int) {
	t.Helper()
	err := taken.Each(func(g *Segment[int]) error {
		for b := range slices.Chunk(g.Bytes, size) {
			var n int
			if _, err := fmt.Sscanf(string(b[:8]), "%d", &n); err != nil {
				return err
			}
			list = append(list, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What is held is the newest, in order, without a gap, within the bound of bytes; the
// rest is counted.
func TestNewestIsHeld(t *testing.T) {
	const size = 1000
	for _, n := range []int{0, 1, 200, 1000, 5000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s, err := New[int](Options{Bytes: MinBytes})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			fill(s, 0, n, size)
			taken := s.Take()
			list := pieces(t, taken, size)
			for i := range list {
				if list[i] != n-len(list)+i {
					t.Fatalf("piece %d of %d is %d", i, len(list), list[i])
				}
			}
			if uint64(len(list)) != taken.Datagrams || taken.Datagrams+taken.Evicted != uint64(n) {
				t.Errorf("%d were read, %d held and %d evicted, of %d", len(list), taken.Datagrams, taken.Evicted, n)
			}
			if taken.Bytes > MinBytes {
				t.Errorf("%d bytes are held", taken.Bytes)
			}
			if want := min(n, MinBytes/size*2/3); len(list) < want {
				t.Errorf("%d pieces are held, which leaves much of the memory unused", len(list))
			}
			if n > 0 && !taken.To.Equal(time.Unix(0, 0).Add(time.Duration(n)*time.Millisecond)) {
				t.Errorf("held until %v", taken.To)
			}
		})
	}
}

// What stands beside the bytes is part of the bound.
func TestBesideCounts(t *testing.T) {
	s, err := New[int](Options{Bytes: MinBytes})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 1000 {
		g := s.Current()
		if g == nil || !s.Room(g, 8, int64(i)) {
			g = s.Next(int64(i))
		}
		g.Bytes = append(g.Bytes, 1, 2, 3, 4, 5, 6, 7, 8)
		g.Extra += 64 << 10
	}
	if e := s.Extent(); e.Bytes > MinBytes+64<<10 {
		t.Errorf("%d bytes are held", e.Bytes)
	}
}

// With a span, what is older makes room though there is enough of it, and what is older
// than that in the oldest segment is said not to be shown.
func TestSpan(t *testing.T) {
	s, err := New[int](Options{Bytes: MinBytes, Span: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fill(s, 0, 10_000, 16)
	taken := s.Take()
	list := pieces(t, taken, 16)
	if len(list) < 1000 || len(list) > 1600 { // four segments
		t.Errorf("%d pieces are held of 1,000 in a second", len(list))
	}
	if want := taken.To.Add(-time.Second); !taken.Since.Equal(want) || !taken.From.Equal(want) {
		t.Errorf("since %v, from %v, want %v", taken.Since, taken.From, want)
	}
}

// What is being read stays as it is, whatever comes meanwhile, and who fills waits for it.
func TestTakenStays(t *testing.T) {
	const size = 1000
	s, err := New[int](Options{Bytes: MinBytes})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fill(s, 0, 3000, size)
	taken := s.Take()
	var filler sync.WaitGroup
	filler.Go(func() { fill(s, 3000, 3000, size) })
	list := pieces(t, taken, size)
	filler.Wait()
	for i := range list {
		if list[i] != 3000-len(list)+i {
			t.Fatalf("piece %d of %d is %d", i, len(list), list[i])
		}
	}
	if last := pieces(t, s.Take(), size); last[len(last)-1] != 5999 {
		t.Errorf("the last piece is %d", last[len(last)-1])
	}
}

// An error ends the reading, and lets go of everything.
func TestEachFails(t *testing.T) {
	s, err := New[int](Options{Bytes: MinBytes})
	if err != nil {
		t.Fatal(err)
	}
	fill(s, 0, 3000, 1000)
	calls := 0
	if err := s.Take().Each(func(*Segment[int]) error { calls++; return os.ErrClosed }); err != os.ErrClosed || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	fill(s, 3000, 3000, 1000) // it would wait for ever
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// The memory is not in core dumps: "dd" of VmFlags in /proc/PID/smaps (proc(5)).
func TestNotDumped(t *testing.T) {
	s, err := New[int](Options{Bytes: MinBytes})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fill(s, 0, 1, 1000)
	at := uintptr(unsafe.Pointer(&s.Current().Bytes[0]))
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	head := regexp.MustCompile(`^([0-9a-f]+)-([0-9a-f]+) `)
	inside := false
	for line := range strings.Lines(string(maps)) {
		if m := head.FindStringSubmatch(line); m != nil {
			var from, to uintptr
			if _, err := fmt.Sscanf(m[1]+" "+m[2], "%x %x", &from, &to); err != nil {
				t.Fatal(err)
			}
			inside = from <= at && at < to
		}
		if inside && strings.HasPrefix(line, "VmFlags:") {
			if !slices.Contains(strings.Fields(line), "dd") {
				t.Errorf("it is dumped: %s", line)
			}
			return
		}
	}
	t.Error("the memory is in no mapping")
}

// What cannot be held is refused.
func TestBounds(t *testing.T) {
	for _, n := range []int64{-1, 0, MinBytes - 1, MaxBytes + 1} {
		if s, err := New[int](Options{Bytes: n}); err == nil {
			t.Errorf("%d bytes are held", n)
			_ = s.Close()
		}
	}
}

func FuzzStore(f *testing.F) {
	f.Add([]byte("\x00\x10\x20"), uint16(0))
	f.Add(bytes.Repeat([]byte{255}, 600), uint16(3))
	f.Fuzz(func(t *testing.T, sizes []byte, span uint16) {
		s, err := New[int](Options{Bytes: MinBytes, Span: time.Duration(span) * time.Microsecond})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var datagrams uint64
		for i, b := range sizes {
			n := int(b) * 128
			at := int64(i) * 1000
			g := s.Current()
			if g == nil || !s.Room(g, n, at) {
				g = s.Next(at)
			}
			g.Bytes = append(g.Bytes, make([]byte, n)...)
			g.Extra += int(b) * 512
			g.Datagrams++
			datagrams++
			g.Seen(at + 1)
			if b == 7 {
				if err := s.Take().Each(func(*Segment[int]) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
		}
		e := s.Extent()
		if e.Datagrams+e.Evicted != datagrams {
			t.Errorf("%d held and %d evicted of %d", e.Datagrams, e.Evicted, datagrams)
		}
		if e.Bytes > MinBytes+256<<10 {
			t.Errorf("%d bytes", e.Bytes)
		}
	})
}
