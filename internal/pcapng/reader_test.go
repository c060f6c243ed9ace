// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/compressed"
	"github.com/nltop/nltop/internal/nltest"
)

// getLink is an RTM_GETLINK dump request, byte for byte what
// "ip link" of iproute2 6.1 sends first: strace -e sendto -xx ip link
func getLink(bo order) []byte {
	return nltest.Order{AppendByteOrder: bo}.Message(18, 0x301, 1767319445, 0, []byte{17, 0, 0, 0})
}

// cooked puts the header before data that tcpdump -i nlmon0 writes: packet type
// 4, and garbage for an address.
func cooked(protocol uint16, data []byte) []byte {
	b := []byte{0, 4, 3, 56, 0, 0, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4}
	return append(binary.BigEndian.AppendUint16(b, protocol), data...)
}

// pcapFile is the layout of tcpdump -w with a given magic.
func pcapFile(bo order, magic uint32, link uint32, packets ...[]byte) []byte {
	b := bo.AppendUint32(nil, magic)
	b = bo.AppendUint16(b, 2)
	b = bo.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = bo.AppendUint32(b, 262144)
	b = bo.AppendUint32(b, link)
	for i, p := range packets {
		b = bo.AppendUint32(b, 1767319445)
		b = bo.AppendUint32(b, uint32(678901+i))
		b = bo.AppendUint32(b, uint32(len(p)))
		b = bo.AppendUint32(b, uint32(len(p)+8*i))
		if magic == pcapModified {
			b = append(b, 1, 2, 3, 4, 5, 6, 7, 8)
		}
		b = append(b, p...)
	}
	return b
}

func recordHeader(magic uint32) int {
	if magic == pcapModified {
		return 24
	}
	return 16
}

// wantDamage: reading went to the end, and the file is damaged first at offset at.
func wantDamage(t *testing.T, err error, at int64) {
	t.Helper()
	var bad *Error
	if !errors.As(err, &bad) || bad.Offset != at || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want damage at byte %d", err, at)
	}
}

func TestPcap(t *testing.T) {
	for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
		for _, magic := range []uint32{pcapMicros, pcapNanos, pcapModified} {
			file := pcapFile(bo, magic, linkNetlink, cooked(0, getLink(bo)), cooked(16, getLink(bo)), []byte("short"))
			r, got, _, err := play(file)
			wantDamage(t, err, int64(len(file)-len("short")-recordHeader(magic)))
			unit := time.Microsecond
			if magic == pcapNanos {
				unit = time.Nanosecond
			}
			big := bo == order(binary.BigEndian)
			frame := func(i int, protocol uint16) *capture.Frame {
				return &capture.Frame{
					Origin: &capture.Origin{
						Dir: capture.DirRequest, Inferred: true, Protocol: protocol, BigEndian: big,
						Source: capture.SourceFile, Sees: capture.Describe(capture.SourceNlmon).Sees,
					},
					Time: time.Unix(1767319445, 0).Add(time.Duration(678901+i) * unit), OrigLen: 20 + 8*i,
					Data: getLink(bo),
				}
			}
			if diff := cmp.Diff([]*capture.Frame{frame(0, 0), frame(1, 16)}, got); diff != "" {
				t.Errorf("%v %x (-want +got):\n%s", bo, magic, diff)
			}
			want := capture.Stats{Frames: 2, Bytes: 48, Cut: 1, Lost: []capture.Loss{{Reason: lostLinkType}, {Reason: lostMalformed, Count: 1}}}
			if diff := cmp.Diff(want, r.Stats()); diff != "" {
				t.Errorf("stats (-want +got):\n%s", diff)
			}
			if m := r.Meta(); m.Format != "pcap" || m.BigEndian != big || m.Source.Snap != 262144-cookedLen {
				t.Errorf("meta is %+v", m)
			}
		}
	}
}

// A file that a tool rewrote on a machine of the other byte order.
func TestPcapRewritten(t *testing.T) {
	_, got, _, err := play(pcapFile(binary.LittleEndian, pcapMicros, linkNetlink, cooked(0, getLink(binary.BigEndian))))
	if err != nil || len(got) != 1 || !got[0].BigEndian || got[0].Dir != capture.DirRequest {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"", "file is empty"},
		{"\x0a\x0d", "neither pcapng nor pcap"},
		{"hello", "neither pcapng nor pcap"},
		{"\x1f\x8b\x08\x00", "gzip ends in the middle"},
		{"\x28\xb5\x2f\xfd", "zstd ends in the middle"},
		{"\xfd7zXZ\x00\x00", "packed by xz"},
		{string(pcapFile(binary.LittleEndian, pcapMicros, 1)), "link type 1,"},
		{string(pcapFile(binary.LittleEndian, pcapMicros, linkNetlink)[:20]), "file is truncated"},
		{"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1b" + strings.Repeat("\x00", 16), "byte-order magic"},
		{"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a\x02\x00" + strings.Repeat("\x00", 10) + "\x1c\x00\x00\x00", "version 2.0"},
		{"\x0a\x0d\x0d\x0a\x18\x00\x00\x00\x4d\x3c\x2b\x1a", "impossible length"},
	} {
		_, err := NewReader(strings.NewReader(tt.file))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.12q: got %v, want %q", tt.file, err, tt.want)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that does not exist: %v", err)
	}
}

// ng builds pcapng files that nltop would not write.
type ng struct {
	bo  order
	out []byte
}

func (n *ng) block(typ uint32, body ...[]byte) *ng {
	b := bytes.Join(body, nil)
	b = append(b, make([]byte, pad4(len(b)))...)
	n.out = n.bo.AppendUint32(n.out, typ)
	n.out = n.bo.AppendUint32(n.out, uint32(len(b)+12))
	n.out = append(n.out, b...)
	n.out = n.bo.AppendUint32(n.out, uint32(len(b)+12))
	return n
}

func (n *ng) nums(v ...any) []byte {
	var b []byte
	for _, x := range v {
		switch x := x.(type) {
		case int:
			b = n.bo.AppendUint32(b, uint32(x))
		case uint16:
			b = n.bo.AppendUint16(b, x)
		case uint64:
			b = n.bo.AppendUint64(b, x)
		}
	}
	return b
}

func (n *ng) opt(code uint16, v []byte) []byte {
	b := append(n.nums(code, uint16(len(v))), v...)
	return append(b, make([]byte, pad4(len(v)))...)
}

func (n *ng) shb(opts ...[]byte) *ng {
	return n.block(blockSHB, n.nums(byteOrderMagic, uint16(1), uint16(2), uint64(math.MaxUint64)), bytes.Join(opts, nil))
}

func (n *ng) idb(link uint16, snap int, opts ...[]byte) *ng {
	return n.block(blockIDB, n.nums(link, uint16(0), snap), bytes.Join(opts, nil))
}

func (n *ng) epb(i int, ts uint64, data []byte, opts ...[]byte) *ng {
	padded := append(bytes.Clone(data), make([]byte, pad4(len(data)))...)
	return n.block(blockEPB, n.nums(i, int(ts>>32), int(uint32(ts)), len(data), len(data)), padded, bytes.Join(opts, nil))
}

// Everything that dumpcap, mergecap and others may put into a file.
func TestForeignPcapng(t *testing.T) {
	var want []*capture.Frame
	expect := func(bo order, at time.Time, id uint64, proc capture.Proc) {
		want = append(want, &capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Inferred: true, BigEndian: bo == order(binary.BigEndian), Proc: proc,
				Source: capture.SourceFile, Sees: capture.Describe(capture.SourceNlmon).Sees,
			},
			ID: id, Time: at, OrigLen: 20, Data: getLink(bo),
		})
	}
	var file []byte
	damaged := int64(0)
	for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
		n := &ng{bo: bo}
		data := cooked(0, getLink(bo))
		n.shb(n.opt(shbHardware, []byte("x86")), n.opt(shbOS, []byte("Linux 5.10")), n.opt(shbUserAppl, []byte("Dumpcap\n4.0")))
		n.block(4, []byte("names")).block(0x0BAD, n.nums(42), []byte("custom")).block(blockReport, []byte("not ours"))
		n.idb(linkNetlink, 0, n.opt(ifName, []byte("nlmon0")), n.opt(ifFilter, []byte("\x00len > 1")))
		n.epb(0, 1767319445_000001, data, n.opt(99, []byte("what")), n.opt(epbPacketID, n.nums(uint64(7))), n.opt(optCustom, n.nums(pen, 1)),
			n.opt(optCustom, n.nums(42)), n.opt(epbPIDTID, n.nums(11, 12)))
		expect(bo, time.UnixMicro(1767319445_000001), 7, capture.Proc{PID: 11, TID: 12})
		n.idb(1, 0)
		n.epb(1, 1, []byte("an Ethernet frame"))
		n.idb(linkNetlink, 0, n.opt(ifTSResol, []byte{0x80 | 10}), n.opt(ifTSOffset, n.nums(uint64(1000))))
		n.epb(2, 5<<10|512, data, n.opt(epbDropCount, n.nums(uint64(3))))
		expect(bo, time.Unix(1005, 5e8), 0, capture.Proc{})
		n.block(blockPB, n.nums(uint16(0), uint16(2), 0, 1_500_000, len(data), len(data)), data)
		expect(bo, time.Unix(1, 5e8), 0, capture.Proc{})
		n.block(blockSPB, n.nums(len(data)), data)
		expect(bo, time.Time{}, 0, capture.Proc{})
		if damaged == 0 {
			damaged = int64(len(file) + len(n.out))
		}
		n.epb(9, 1, data)                // an interface that was never described
		n.epb(0, 1, []byte("no header")) // nor is this a cooked one
		n.block(blockISB, n.nums(0, 0, 0), n.opt(isbIfDrop, n.nums(uint64(5))), n.opt(isbOSDrop, n.nums(uint64(6))))
		n.block(blockISB, n.nums(1, 0, 0), n.opt(isbIfRecv, n.nums(uint64(5))))
		file = append(file, n.out...)
	}
	// IDs of the second section follow those of the first.
	want[4].ID = 14
	r, got, _, err := play(file)
	wantDamage(t, err, damaged)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	wantMeta := Meta{Format: "pcapng", BigEndian: true, Hardware: "x86", OS: "Linux 5.10", Application: `Dumpcap\n4.0`,
		Interfaces: []string{"nlmon0"}, Filter: "len > 1"}
	if diff := cmp.Diff(wantMeta, r.Meta()); diff != "" {
		t.Errorf("meta (-want +got):\n%s", diff)
	}
	wantLost := []capture.Loss{{Reason: lostElsewhere, Count: 2 * (5 + 6 + 3)}, {Reason: lostLinkType, Count: 2}, {Reason: lostMalformed, Count: 4}}
	if diff := cmp.Diff(wantLost, r.Stats().Lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
}

func TestTimestamps(t *testing.T) {
	for _, tt := range []struct {
		resol  uint8
		offset int64
		ts     uint64
		want   time.Time
	}{
		{6, 0, 1_500_001, time.Unix(1, 500_001_000)},
		{9, -1, 1_500_000_001, time.Unix(0, 500_000_001)},
		{0, 0, 77, time.Unix(77, 0)},
		{12, 0, 3_500_000_000_999, time.Unix(3, 500_000_000)},
		{19, 0, 15_000_000_000_000_000_000, time.Unix(1, 500_000_000)},
		{20, 0, 15_000_000_000_000_000_000, time.Unix(0, 150_000_000)},
		{28, 0, 15_000_000_000_000_000_000, time.Unix(0, 1)},
		{29, 0, math.MaxUint64, time.Unix(0, 0)},
		{127, 5, math.MaxUint64, time.Unix(5, 0)},
		{0x80, 0, 77, time.Unix(77, 0)},
		{0x80 | 1, 0, 3, time.Unix(1, 500_000_000)},
		{0x80 | 32, 0, 7<<32 | 1<<31, time.Unix(7, 500_000_000)},
		{0x80 | 63, 0, 1<<63 | 1<<62, time.Unix(1, 500_000_000)},
		{0x80 | 64, 0, 1 << 63, time.Unix(0, 500_000_000)},
		{0x80 | 65, 0, 1 << 63, time.Unix(0, 250_000_000)},
		{0xFF, 0, math.MaxUint64, time.Unix(0, 0)},
	} {
		i := iface{tsresol: tt.resol, tsoffset: tt.offset}
		if got := i.time(tt.ts); !got.Equal(tt.want) {
			t.Errorf("%d at resolution %#x + %d s is %v, want %v", tt.ts, tt.resol, tt.offset, got, tt.want)
		}
	}
}

// samples are small files of every kind, for truncation, corruption and fuzzing.
func samples(t testing.TB) map[string][]byte {
	rng := rand.New(rand.NewPCG(5, 6))
	var frames []*capture.Frame
	for range 3 {
		f := randomFrame(t, rng)
		// Few bytes: what follows is quadratic.
		f.Change(func(o *capture.Origin) {
			o.Proc.Comm = "ip"
			o.Proc.Cgroup = "/a"
			o.Socket.Owner = capture.Proc{PID: 1}
		})
		shorten(reflect.ValueOf(f).Elem())
		frames = append(frames, f)
	}
	frames[1].Change(func(o *capture.Origin) { o.Kind = capture.KindCompletion })
	frames[0].Change(func(o *capture.Origin) { o.Kind = 0 })
	frames[2].Change(func(o *capture.Origin) { o.Kind = 0 })
	big := testOptions
	big.ByteOrder = binary.BigEndian
	n := &ng{bo: binary.LittleEndian}
	data := cooked(0, getLink(n.bo))
	n.shb().idb(linkNetlink, 0).block(blockSPB, n.nums(len(data)), data)
	n.block(blockPB, n.nums(uint16(0), uint16(2), 0, 1_500_000, len(data), len(data)), data)
	stats := capture.Stats{Frames: 3, Lost: []capture.Loss{{Reason: "ring buffer full", Count: 1}}}
	return map[string][]byte{
		"nltop":        record(t, testOptions, frames[:1], frames, stats),
		"nltop big":    record(t, big, nil, frames, stats),
		"foreign":      n.out,
		"pcap":         pcapFile(binary.LittleEndian, pcapMicros, linkNetlink, data, data),
		"pcap big ns":  pcapFile(binary.BigEndian, pcapNanos, linkNetlink, data, data),
		"pcap rewrite": pcapFile(binary.BigEndian, pcapModified, linkNetlink, data),
	}
}

// shorten cuts the strings of a value: their lengths matter to a reader, their
// bytes do not.
func shorten(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String()[:min(v.Len(), 8)])
	case reflect.Pointer:
		if !v.IsNil() {
			shorten(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				shorten(v.Field(i))
			}
		}
	}
}

func TestTruncatedEverywhere(t *testing.T) {
	for name, file := range samples(t) {
		_, whole, _, err := play(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		ends := 0 // lengths that are a whole file
		last := 0
		for n := range file {
			_, got, _, err := play(file[:n])
			if len(got) < last || len(got) > len(whole) {
				t.Fatalf("%s cut to %d: %d frames, %d when it was shorter", name, n, len(got), last)
			}
			last = len(got)
			if diff := cmp.Diff(whole[:len(got)], got); diff != "" && len(got) > 0 {
				t.Fatalf("%s cut to %d: frames before the cut differ:\n%s", name, n, diff)
			}
			var e *Error
			switch {
			case err == nil:
				ends++
			case !errors.As(err, &e) || e.Offset > int64(n):
				t.Fatalf("%s cut to %d: %v", name, n, err)
			case n >= 4 && !errors.Is(err, io.ErrUnexpectedEOF):
				t.Fatalf("%s cut to %d: %v is no unexpected end", name, n, err)
			}
		}
		processes := bytes.Count(file, []byte{'n', 'l', 't', 'o', 'p', factsVersion, factsProcess})
		if ends == 0 || ends > 12+processes {
			t.Errorf("%s: %d cuts went unnoticed, want one per block", name, ends)
		}
	}
}

// Every 16-bit and 32-bit field of a file set to what hurts most. The reader
// ends, and allocates in proportion to the file and not to the field.
func TestHostileFields(t *testing.T) {
	for name, file := range samples(t) {
		evils := []uint32{0, 1, 4, 12, 28, 0x7FFFFFFC, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF, 0x09FFFFFC}
		for at := 0; at+4 <= len(file); at += 2 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for _, evil := range evils {
				bad := bytes.Clone(file)
				binary.LittleEndian.PutUint32(bad[at:], evil)
				r, frames, _, _ := play(bad)
				if r != nil {
					_, _ = r.Info(), r.Stats()
				}
				for _, f := range frames {
					if len(f.Data) > len(file) {
						t.Fatalf("%s with %#x at %d: a frame of %d bytes", name, evil, at, len(f.Data))
					}
				}
			}
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
				t.Fatalf("%s with evil at %d: %d bytes allocated for %d files of %d", name, at, n, len(evils), len(file))
			}
		}
	}
}

// A block of a type that nobody knows may be longer than any that we hold.
func TestHugeUnknownBlock(t *testing.T) {
	n := &ng{bo: binary.LittleEndian}
	n.shb().idb(linkNetlink, 0)
	const size = maxBlock + 1<<20
	head := append(bytes.Clone(n.out), n.nums(0x12345678, size)...)
	zeros := io.LimitReader(zeroReader{}, size-12)
	tail := &ng{bo: n.bo}
	tail.epb(0, 1, cooked(0, getLink(n.bo)))
	r, err := NewReader(io.MultiReader(bytes.NewReader(head), zeros, bytes.NewReader(append(n.nums(size), tail.out...))))
	if err != nil {
		t.Fatal(err)
	}
	if rec, err := r.Next(); err != nil || rec.Frame.OrigLen != 20 {
		t.Errorf("behind the block: %+v, %v", rec.Frame, err)
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestRun(t *testing.T) {
	frames := []*capture.Frame{{Origin: &capture.Origin{}, ID: 1, Time: time.Unix(1, 0)}, {Origin: &capture.Origin{}, ID: 2, Time: time.Unix(2, 0)}}
	preamble := []*capture.Frame{{Origin: &capture.Origin{}, Time: time.Unix(0, 5)}}
	file := record(t, testOptions, preamble, frames)
	path := filepath.Join(t.TempDir(), "f.pcapng")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	var src capture.Source
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	src = r
	var order []string
	r.OnPreamble(func(*capture.Frame) error { order = append(order, "families"); return nil })
	err = src.Run(context.Background(), func(f *capture.Frame) error { order = append(order, "frame"); return nil })
	if err != nil || strings.Join(order, " ") != "families frame frame" {
		t.Errorf("got %v, %v", order, err)
	}
	for range 2 {
		if err := src.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}

	stop := errors.New("stop")
	r, _ = NewReader(bytes.NewReader(file))
	if err := r.Run(context.Background(), func(*capture.Frame) error { return stop }); err != stop {
		t.Errorf("emit's error came back as %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, _ = NewReader(bytes.NewReader(file))
	n := 0
	if err := r.Run(ctx, func(*capture.Frame) error { n++; cancel(); return nil }); err != nil || n != 1 {
		t.Errorf("cancelled in the first frame: %d frames, %v", n, err)
	}
	var e *Error
	r, _ = NewReader(bytes.NewReader(file[:len(file)-1]))
	if err := r.Run(context.Background(), func(*capture.Frame) error { return nil }); !errors.As(err, &e) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a truncated file ends with %v", err)
	}
}

// A pipe that nothing comes through does not hold up the end.
func TestRunCancelledInRead(t *testing.T) {
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pw.Close()
	file := record(t, testOptions, nil, []*capture.Frame{{Origin: &capture.Origin{}, ID: 1, Time: time.Unix(1, 0)}})
	if _, err := pw.Write(file); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := NewReader(&secondRead{File: pr, then: cancel})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Run(ctx, func(*capture.Frame) error { return nil }); err != nil {
		t.Errorf("a cancelled read says %v", err)
	}
}

// secondRead calls then when it is read from again, which is when a reader has had
// all that there is.
type secondRead struct {
	*os.File
	reads int
	then  func()
}

func (s *secondRead) Read(b []byte) (int, error) {
	if s.reads++; s.reads == 2 {
		s.then()
	}
	return s.File.Read(b)
}

func FuzzReader(f *testing.F) {
	for _, file := range samples(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if packing, err := compressed.ByMagic(file); packing != compressed.None || err != nil {
			return // a few bytes may be millions of frames, all of which are kept here
		}
		r, frames, preamble, _ := play(file)
		if r == nil {
			return
		}
		if n := r.Stats().Frames; n > uint64(len(frames)) {
			t.Errorf("counted %d datagrams, emitted %d frames", n, len(frames))
		}
		_ = r.Info()
		// What was read can be written, and reads the same again: at least
		// in number, for strings are cut and kinds may be new.
		var out bytes.Buffer
		w, err := NewWriter(&out, Options{Info: r.Info()})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WritePreamble(preamble); err != nil {
			t.Fatal(err)
		}
		for _, fr := range frames {
			if err := w.WriteFrame(fr); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		_, again, preambleAgain, err := play(out.Bytes())
		if err != nil || len(again) != len(frames) || len(preambleAgain) != len(preamble) {
			t.Errorf("%d frames read, %d after writing them: %v", len(frames), len(again), err)
		}
		for i := range again {
			if !bytes.Equal(again[i].Data, frames[i].Data) || again[i].OrigLen != frames[i].OrigLen || !again[i].Time.Equal(frames[i].Time) {
				t.Errorf("frame %d changed: %+v, was %+v", i, again[i], frames[i])
			}
		}
	})
}
