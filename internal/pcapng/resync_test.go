// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng/hostile"
)

// plainFrames are n requests of one process.
func plainFrames(n int) []*capture.Frame {
	o := capture.Origin{Source: capture.SourceFentry, Dir: capture.DirRequest, NetNS: 7, Sees: testOptions.Info.Sees,
		Proc: capture.Proc{PID: 4711, TID: 4711, Comm: "ip", Name: "ip", Identity: capture.Identity{Exe: "/bin/ip"}}}
	var fs []*capture.Frame
	for i := range n {
		data := bytes.Repeat([]byte{byte(i)}, 20+8*i)
		fs = append(fs, &capture.Frame{Origin: &o, ID: uint64(i + 1), Time: time.Unix(int64(i+1), 0), Data: data, OrigLen: len(data)})
	}
	return fs
}

// blockStarts are the offsets of the blocks of a file, and its end.
func blockStarts(file []byte) (at []int) {
	for n := 0; n < len(file); n += int(native.Uint32(file[n+4:])) {
		at = append(at, n)
	}
	return append(at, len(file))
}

// without are the frames but for one; i < 0: all.
func without(frames []*capture.Frame, i int) []*capture.Frame {
	if i < 0 {
		return frames
	}
	out := append([]*capture.Frame{}, frames[:i]...)
	return append(out, frames[i+1:]...)
}

// TestBehindDamage: whichever of a block's two lengths is damaged, and how, the frames in
// front of it and behind it are read, and the damage is told with its offset.
func TestBehindDamage(t *testing.T) {
	frames := plainFrames(6)
	file := record(t, testOptions, nil, frames)
	starts := blockStarts(file)
	packet := -1 // number of the packet that is damaged
	for k, start := range starts[:len(starts)-1] {
		end := starts[k+1]
		kind := native.Uint32(file[start:])
		if kind == blockEPB {
			packet++
		}
		if k == 0 {
			continue // TestFirstHeaderDamaged
		}
		for name, edit := range map[string]func(b []byte){
			"its beginning 0":        func(b []byte) { native.PutUint32(b[start+4:], 0) },
			"its beginning odd":      func(b []byte) { b[start+4]++ },
			"its beginning short":    func(b []byte) { native.PutUint32(b[start+4:], uint32(end-start-4)) },
			"its beginning long":     func(b []byte) { native.PutUint32(b[start+4:], uint32(end-start+16)) },
			"its beginning to end":   func(b []byte) { native.PutUint32(b[start+4:], 1<<20) },
			"its beginning too long": func(b []byte) { native.PutUint32(b[start+4:], 1<<30) },
			"its end":                func(b []byte) { b[end-4] ^= 4 },
			"its end high":           func(b []byte) { b[end-1] ^= 0x40 },
		} {
			for _, whole := range []bool{true, false} { // with random access, and without
				t.Run(fmt.Sprintf("block %d of type %#x, %s, %v", k, kind, name, whole), func(t *testing.T) {
					bad := bytes.Clone(file)
					edit(bad)
					src := io.Reader(bytes.NewReader(bad))
					if !whole {
						src = io.MultiReader(src)
					}
					r, err := NewReader(src)
					if err != nil {
						t.Fatal(err)
					}
					var got []*capture.Frame
					for err == nil {
						var rec Record
						if rec, err = r.Next(); err == nil {
							got = append(got, rec.Frame)
						}
					}
					var e *Error
					if !errors.As(err, &e) || e.Offset != int64(start) {
						t.Errorf("%v, want damage at %d", err, start)
					}
					want := frames
					// Where the first length holds, the block is read.
					if kind == blockEPB && name != "its end" && name != "its end high" {
						want = without(frames, packet)
					}
					if len(got) != len(want) {
						t.Fatalf("%d frames, want %d", len(got), len(want))
					}
					for i := range got {
						if got[i].ID != want[i].ID || !got[i].Time.Equal(want[i].Time) || !bytes.Equal(got[i].Data, want[i].Data) || got[i].Proc.PID != 4711 {
							t.Errorf("frame %d: %+v, want %+v", i, got[i], want[i])
						}
					}
					a := r.Account()
					if last := k == len(starts)-2; a.Damaged != 1 && !last || a.Bytes != int64(len(bad)) {
						t.Errorf("%d damages, %v, %d bytes", a.Damaged, a.Damage, a.Bytes)
					}
					for _, e := range a.Damage {
						if e.Offset != int64(start) {
							t.Errorf("damage at %d, want %d", e.Offset, start)
						}
					}
				})
			}
		}
	}
}

// TestFirstHeaderDamaged: what is behind a section header of no length is read, as what
// another program wrote; a file that has nothing behind it is refused.
func TestFirstHeaderDamaged(t *testing.T) {
	file := record(t, testOptions, nil, plainFrames(3))
	native.PutUint32(file[4:], 0)
	r, got, _, err := play(file)
	var e *Error
	if len(got) != 3 || !errors.As(err, &e) || e.Offset != 0 || got[2].Proc.PID != 4711 {
		t.Errorf("%d frames, %v", len(got), err)
	}
	if a := r.Account(); a.Sections != 1 || a.Damaged != 1 {
		t.Errorf("%d sections, %d damages", a.Sections, a.Damaged)
	}
	if info := r.Info(); len(info.Recorded) != 1 || info.Recorded[0].Name != capture.SourceFentry || info.Recorded[0].Sees != testOptions.Info.Sees&^capture.InReports {
		t.Errorf("recorded are %+v", info.Recorded)
	}
	if _, _, _, err := play(file[:blockStarts(record(t, testOptions, nil, nil))[1]]); err == nil {
		t.Error("a header without anything is no error")
	}
}

// TestLaterHeaderDamaged: a section whose header is damaged is one all the same, also of
// another byte order: its interfaces and IDs are its own.
func TestLaterHeaderDamaged(t *testing.T) {
	for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
		opt := testOptions
		opt.ByteOrder = bo
		second := record(t, opt, nil, plainFrames(3))
		bo.PutUint32(second[4:], 13)
		first := record(t, testOptions, nil, plainFrames(2))
		r, got, _, err := play(append(bytes.Clone(first), second...))
		var e *Error
		if len(got) != 5 || !errors.As(err, &e) || e.Offset != int64(len(first)) {
			t.Fatalf("%d frames, %v", len(got), err)
		}
		ids := map[uint64]bool{}
		for _, f := range got {
			ids[f.ID] = true
		}
		if len(ids) != 5 || got[4].Proc.PID != 4711 || !got[4].Time.Equal(time.Unix(3, 0)) {
			t.Errorf("%d IDs, last %+v", len(ids), got[4])
		}
		if a := r.Account(); a.Sections != 2 {
			t.Errorf("%d sections", a.Sections)
		}
	}
}

// TestBitFlips: whatever single bit of a file is another, reading ends, and of the frames
// no more are lost than the block and what refers to it: those behind are read.
func TestBitFlips(t *testing.T) {
	frames := plainFrames(4)
	file := record(t, testOptions, nil, frames)
	starts := blockStarts(file)
	reach := map[uint32]int{blockEPB: 1} // how many frames a block may cost
	for k, start := range starts[:len(starts)-1] {
		kind := native.Uint32(file[start:])
		if kind == blockSHB || kind == blockIDB {
			continue // what packets refer to: the next loop
		}
		for at := start; at < starts[k+1]; at++ {
			for bit := range 8 {
				bad := bytes.Clone(file)
				bad[at] ^= 1 << bit
				_, got, _, err := play(bad)
				got = slices.DeleteFunc(got, func(f *capture.Frame) bool { return f.Kind != capture.KindDatagram })
				var e *Error
				if err != nil && !errors.As(err, &e) {
					t.Fatalf("byte %d bit %d: %v", at, bit, err)
				}
				if len(got) < len(frames)-reach[kind] || len(got) > len(frames) {
					t.Errorf("byte %d bit %d, of a block of type %#x at %d: %d of %d frames, %v", at, bit, kind, start, len(got), len(frames), err)
				}
			}
		}
	}
	for at := range starts[3] {
		for bit := range 8 {
			bad := bytes.Clone(file)
			bad[at] ^= 1 << bit
			if r, _, _, _ := play(bad); r != nil {
				_, _, _ = r.Info(), r.Stats(), r.Account()
			}
		}
	}
}

// TestPcapBehindDamage: of a damaged pcap file the packets behind the damage are read; at
// most the next one to the damaged one is lost with it.
func TestPcapBehindDamage(t *testing.T) {
	var packets [][]byte
	for i := range 6 {
		packets = append(packets, cooked(0, append(getLink(native), make([]byte, 4*i)...)))
	}
	for _, magic := range []uint32{pcapMicros, pcapNanos, pcapModified} {
		file := pcapFile(sectionOrder(nil), magic, linkNetlink, packets...)
		_, whole, _, err := play(file)
		if err != nil || len(whole) != len(packets) {
			t.Fatalf("%d packets, %v", len(whole), err)
		}
		at := pcapHeaderLen
		for i, p := range packets {
			for _, captured := range []uint32{0, 5, uint32(len(p) - 1), uint32(len(p) + 1), 99, 1 << 20, 1 << 30, 1<<32 - 1} {
				bad := bytes.Clone(file)
				native.PutUint32(bad[at+8:], captured)
				_, got, _, err := play(bad)
				if len(got) < len(packets)-2 {
					t.Errorf("%#x: packet %d of length %d: %d of %d are read, %v", magic, i, captured, len(got), len(packets), err)
					continue
				}
				if last := len(got) - 1; i < 4 && !bytes.Equal(got[last].Data, whole[5].Data) {
					t.Errorf("%#x: packet %d of length %d: the last is another: %v", magic, i, captured, err)
				}
				if i < 4 && err == nil {
					t.Errorf("%#x: packet %d of length %d: nothing is told", magic, i, captured)
				}
			}
			at += recordHeader(magic) + len(p)
		}
	}
}

// TestMuchDamage: a file that is damaged in many places loses what is damaged, and nothing
// between, whether bytes are others or are missing.
func TestMuchDamage(t *testing.T) {
	const n = 3000
	o := plainFrames(1)[0].Origin
	var frames []*capture.Frame
	for i := range n {
		frames = append(frames, &capture.Frame{Origin: o, ID: uint64(i + 1), Time: time.Unix(int64(i+1), 0), Data: make([]byte, 100), OrigLen: 100})
	}
	file := record(t, testOptions, nil, frames)
	starts := blockStarts(file)
	first := len(starts) - 2 - n // the packets stand in front of the statistics
	for name, edit := range map[string]func(b []byte, at int) []byte{
		"a length of 1 MiB more": func(b []byte, at int) []byte { b[at+6] ^= 0x10; return b },
		"a length of 2 GiB more": func(b []byte, at int) []byte { b[at+7] ^= 0x80; return b },
		"an odd length":          func(b []byte, at int) []byte { b[at+4] ^= 1; return b },
		"a type and a length":    func(b []byte, at int) []byte { b[at], b[at+4] = 9, b[at+4]^8; return b },
		"some bytes missing":     func(b []byte, at int) []byte { return append(b[:at+50], b[at+57:]...) },
		"some bytes more":        func(b []byte, at int) []byte { return slices.Insert(b, at+50, 1, 2, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			if native.Uint16([]byte{1, 0}) != 1 {
				t.Skip("offsets in numbers are those of little-endian")
			}
			bad, lost := bytes.Clone(file), 0
			for i := n - 5; i >= 0; i -= 10 {
				bad = edit(bad, starts[first+i])
				lost++
			}
			r, got, _, err := play(bad)
			if err == nil || len(got) != n-lost {
				t.Errorf("%d frames, want %d: %v", len(got), n-lost, err)
			}
			if a := r.Account(); a.Damaged != uint64(lost) || a.Bytes != int64(len(bad)) {
				t.Errorf("%d damages, want %d; %d bytes of %d", a.Damaged, lost, a.Bytes, len(bad))
			}
		})
	}
}

// TestManyTears: a file that is torn everywhere is read in linear time and memory; what
// is read again is bounded, and so is what is told.
func TestManyTears(t *testing.T) {
	head := record(t, testOptions, nil, nil)
	tear := native.AppendUint32(native.AppendUint32(nil, blockEPB), 4<<20) // 4 MiB, and no end
	tear = append(tear, make([]byte, 24)...)
	file := bytes.Clone(head)
	for range 1 << 18 {
		file = append(file, tear...)
	}
	r, err := NewReader(bytes.NewReader(file))
	for err == nil {
		_, err = r.Next()
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if most := int64(againFree + len(file)); r.reread > most+maxBlock {
		t.Errorf("%d bytes are read again, of a file of %d", r.reread, len(file))
	}
	if a := r.Account(); len(a.Damage) > maxDamage {
		t.Errorf("%d damages are kept", len(a.Damage))
	}
}

// TestTornHostile: hostile files whose middle is damaged are read to their end.
func TestTornHostile(t *testing.T) {
	for _, f := range hostile.Files() {
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			if err := f.Write(&b, max(f.Small()/8, 1)); err != nil {
				t.Fatal(err)
			}
			file := b.Bytes()
			for i := len(file) / 2; i < len(file)/2+64 && i < len(file); i++ {
				file[i] ^= 0xff
			}
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			err = r.Run(t.Context(), func(*capture.Frame) error { return nil })
			var e *Error
			if err != nil && !errors.As(err, &e) {
				t.Error(err)
			}
			if a := r.Account(); a.Bytes > int64(len(file)) {
				t.Errorf("%d bytes of %d", a.Bytes, len(file))
			}
		})
	}
}
