// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// seconds is a recording with a frame each millisecond; every hundredth one names a link.
func seconds(t testing.TB, frames int) []byte {
	t.Helper()
	asks := &capture.Origin{Source: capture.SourceFentry, Dir: capture.DirRequest, Proc: capture.Proc{PID: 7, Comm: "ip", Name: "ip", Identity: capture.Identity{Exe: "/sbin/ip"}}}
	done := asks.Completion()
	var list []*capture.Frame
	for i := range frames {
		typ := uint16(unix.RTM_NEWROUTE)
		if i%100 == 0 {
			typ = unix.RTM_NEWLINK
		}
		data := nltest.Native.Message(typ, 0, 0, 0, make([]byte, 104))
		at := time.Unix(1000, int64(i)*1e6)
		id := uint64(2*i + 1)
		list = append(list, &capture.Frame{Origin: asks, ID: id, Time: at, Data: data, OrigLen: len(data)},
			&capture.Frame{Origin: &done, ID: id + 1, Of: id, Time: at.Add(1000), Elapsed: 1000})
	}
	return record(t, testOptions, nil, list)
}

// What is earlier is passed over, but for what later messages are read with; what follows
// is as it is when all is read, and all counts.
func TestSkipBefore(t *testing.T) {
	file := seconds(t, 3000)
	at := time.Unix(1002, 0)
	_, all, _, err := play(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r.SkipBefore(at)
	var early, late int
	for {
		rec, err := r.Next()
		if err != nil {
			break
		}
		f := rec.Frame
		if f.Time.Before(at) {
			if early++; early > 1 && binary.NativeEndian.Uint16(f.Data[4:]) != 16 {
				t.Fatalf("a frame of %v", f.Time)
			}
			continue
		}
		want := all[4000+late]
		if f.ID != want.ID || *f.Origin != *want.Origin || !bytes.Equal(f.Data, want.Data) {
			t.Fatalf("frame %d after the time: %+v, want %+v", late, f, want)
		}
		late++
	}
	if early != 20 || late != 2000 || r.Stats().Frames != 3000 || r.Stats().Bytes != 3000*120 || r.Stats().LostTotal() != 0 {
		t.Errorf("%d earlier frames, %d later, %+v", early, late, r.Stats())
	}
	// Of a pcap file likewise.
	var packets [][]byte
	for i := range 50 {
		packets = append(packets, cooked(0, all[2*(i+1)].Data))
	}
	pcap, err := NewReader(bytes.NewReader(pcapFile(binary.NativeEndian, pcapMicros, linkNetlink, packets...)))
	if err != nil {
		t.Fatal(err)
	}
	pcap.SkipBefore(time.Unix(1<<32, 0))
	if _, err := pcap.Next(); err == nil || pcap.Stats().Frames != 50 {
		t.Errorf("%v, %+v", err, pcap.Stats())
	}
}

// FuzzSkip: whatever a file holds, passing over it neither panics nor finds what reading
// it all does not.
func FuzzSkip(f *testing.F) {
	f.Add(seconds(f, 20), int64(1000_005_000_000))
	f.Add(pcapFile(binary.LittleEndian, pcapMicros, linkNetlink, cooked(0, make([]byte, 40))), int64(5))
	f.Fuzz(func(t *testing.T, file []byte, ns int64) {
		read := func(skip bool) (frames int) {
			r, err := NewReader(bytes.NewReader(file))
			if err != nil {
				return 0
			}
			if skip {
				r.SkipBefore(time.Unix(0, ns))
			}
			for {
				rec, err := r.Next()
				if err != nil {
					return frames
				}
				if !rec.Preamble {
					frames++
				}
			}
		}
		if all, some := read(false), read(true); some > all {
			t.Fatalf("%d frames of %d", some, all)
		}
	})
}

func BenchmarkSkip(b *testing.B) {
	file := seconds(b, 50_000)
	for _, skip := range []bool{false, true} {
		name := map[bool]string{false: "read", true: "skip"}[skip]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for range b.N {
				r, err := NewReader(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				if skip {
					r.SkipBefore(time.Unix(5000, 0))
				}
				for err == nil {
					_, err = r.Next()
				}
			}
		})
	}
}
