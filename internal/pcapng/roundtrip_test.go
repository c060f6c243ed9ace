// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

var testOptions = Options{
	Kernel: "6.1.0-18-amd64", Hardware: "x86_64", Version: "0.1-test", Filter: `family == "route"`,
	Info: capture.Info{
		Name: capture.SourceFentry, Scope: "all network namespaces", Snap: 65536,
		Blind: []string{"what comes before the start", ""}, Notes: []string{"netlink_create by kprobe"},
		Sees: capture.SeesRequests | capture.SeesLosses | capture.SeesLocks, RMemMax: 212992, Pseudonyms: "0123456789abcdef",
	},
}

// randomFrame fills every field of a frame that a recording can hold, with
// extremes more often than chance would have it. A field of a new type fails.
func randomFrame(t testing.TB, rng *rand.Rand) *capture.Frame {
	f := &capture.Frame{Origin: &capture.Origin{}}
	fill(t, rng, reflect.ValueOf(f).Elem())
	f.Change(func(o *capture.Origin) {
		kinds := []capture.Kind{capture.KindRefused}
		for k := range capture.KindFlushed + 1 {
			kinds = append(kinds, k)
		}
		o.Kind = kinds[rng.IntN(len(kinds))]
		o.Dir = capture.Dir(rng.IntN(int(capture.DirPeer) + 1))
		o.Trigger.Kind = capture.TriggerKind(rng.IntN(int(capture.TriggerExit) + 1))
		o.Verdict = capture.Verdict(rng.IntN(int(capture.VerdictUnheard) + 1))
	})
	f.OrigLen = len(f.Data) + []int{0, 1, 1 << 20, -1, math.MaxUint32, -len(f.Data)}[rng.IntN(6)]
	return f
}

func fill(t testing.TB, rng *rand.Rand, v reflect.Value) {
	if !v.CanSet() {
		t.Fatalf("a field cannot be set: %v", v.Type())
	}
	number := func() uint64 {
		edge := []uint64{0, 1, 127, 128, math.MaxUint32, math.MaxUint64, rng.Uint64()}
		return edge[rng.IntN(len(edge))]
	}
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = []time.Time{{}, time.Unix(0, 0), time.Unix(1767319445, 678901234), time.Unix(-1, 1),
			time.Unix(math.MaxInt64/1_000_000_000+5, 999), time.Unix(0, math.MaxInt64)}[rng.IntN(6)]
		return
	case *capture.CmdLine:
		*x = []capture.CmdLine{"", "ip\x00link\x00", "cut", "a\n\xff\x00", capture.CmdLine(strings.Repeat("x", capture.MaxCmdLine) + "\x00")}[rng.IntN(5)]
		return
	case *string:
		*x = []string{"", "ip", "swapper/0", "a\x00\x1b[31m\xff", "/user.slice/ü", strings.Repeat("x", maxString)}[rng.IntN(6)]
		return
	case **capture.LocalNames:
		return // they are those of the interface: TestLocalNames
	case *[]byte:
		if n := rng.IntN(70); n > 0 {
			*x = make([]byte, n)
			for i := range *x {
				(*x)[i] = byte(rng.Uint32())
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, rng, v.Field(i))
		}
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*capture.Proc]() && rng.IntN(2) == 0 {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, rng, v.Elem())
	case reflect.Bool:
		v.SetBool(rng.IntN(2) == 1)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(number()) >> (64 - v.Type().Bits()))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(number() >> (64 - v.Type().Bits()))
	default:
		t.Fatalf("no rule to fill a %v: does the writer know it?", v.Type())
	}
}

func record(t testing.TB, opt Options, preamble, frames []*capture.Frame, stats ...capture.Stats) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, opt)
	if err != nil {
		t.Fatal(err)
	}
	if preamble != nil {
		if err := w.WritePreamble(preamble); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range frames {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range stats {
		if err := w.WriteStats(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// buffers are read through again and again: NewReader takes a bufio.Reader that is
// large enough as it is, and a new one for each of some ten thousand small files
// costs more than reading them.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}

// play reads a whole file.
func play(file []byte) (r *Reader, frames, preamble []*capture.Frame, err error) {
	br := buffers.Get().(*bufio.Reader)
	defer buffers.Put(br)
	br.Reset(bytes.NewReader(file))
	r, err = NewReader(br)
	if err != nil {
		return nil, nil, nil, err
	}
	for {
		rec, err := r.Next()
		switch {
		case err == io.EOF:
			return r, frames, preamble, nil
		case err != nil:
			return r, frames, preamble, err
		case rec.Preamble:
			preamble = append(preamble, rec.Frame)
		default:
			frames = append(frames, rec.Frame)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, bo := range []binary.ByteOrder{nil, binary.LittleEndian, binary.BigEndian} {
		t.Run(fmt.Sprint(bo), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			var frames []*capture.Frame
			for range 5000 {
				frames = append(frames, randomFrame(t, rng))
			}
			opt := testOptions
			opt.ByteOrder = bo
			_, got, _, err := play(record(t, opt, nil, frames))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(frames, got); diff != "" {
				t.Errorf("what was read differs from what was written (-want +got):\n%s", diff[:min(len(diff), 4000)])
			}
		})
	}
}

// Sizes around the limits that make the writer split a packet.
func TestRoundTripSizes(t *testing.T) {
	limit := maxShown - cookedLen
	var frames []*capture.Frame
	for i, n := range []int{0, 1, 3, 4, limit - 1, limit, limit + 1, limit + 65520, limit + 65521, 476 << 10, 3 << 20} {
		data := bytes.Repeat([]byte{byte(i), 2, 3, 5, 7}, n/5+1)[:n]
		if n == 0 {
			data = nil
		}
		frames = append(frames, &capture.Frame{
			Origin: &capture.Origin{
				Source: capture.SourceFentry,
			},
			ID: uint64(i + 1), Time: time.Unix(1, int64(i)), Data: data, OrigLen: n + i%2,
		})
	}
	_, got, _, err := play(record(t, testOptions, nil, frames))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(frames, got, cmp.Comparer(bytes.Equal)); diff != "" {
		t.Errorf("what was read differs from what was written (-want +got):\n%s", diff[:min(len(diff), 4000)])
	}
}

func TestLongStringsAreCut(t *testing.T) {
	f := &capture.Frame{
		Origin: &capture.Origin{
			Proc:   capture.Proc{PID: 1, Comm: "c", Cgroup: strings.Repeat("y", maxString+1)},
			Source: capture.SourceFentry,
		},
		Time: time.Unix(1, 0),
	}
	_, got, _, err := play(record(t, testOptions, nil, []*capture.Frame{f}))
	if err != nil {
		t.Fatal(err)
	}
	want := *f
	want.Change(func(o *capture.Origin) { o.Proc.Cgroup = want.Proc.Cgroup[:maxString] })
	if diff := cmp.Diff([]*capture.Frame{&want}, got); diff != "" {
		t.Error(diff)
	}
}

func TestMetaAndStats(t *testing.T) {
	frames := []*capture.Frame{
		{
			Origin: &capture.Origin{
				Source: capture.SourceFentry, Sees: testOptions.Info.Sees,
			},
			ID: 1, Time: time.Unix(5, 6), Data: make([]byte, 20), OrigLen: 30,
		},
		{
			Origin: &capture.Origin{
				Source: capture.SourceFentry, Sees: testOptions.Info.Sees,
			},
			ID: 2, Time: time.Unix(6, 6), Data: make([]byte, 20), OrigLen: 20,
		},
		{
			Origin: &capture.Origin{
				Kind: capture.KindCompletion, Source: capture.SourceFentry, Sees: testOptions.Info.Sees,
			},
			ID: 3, Of: 1, Time: time.Unix(7, 6),
		},
	}
	preamble := []*capture.Frame{{
		Origin: &capture.Origin{
			Protocol: capture.NETLINK_GENERIC, Source: capture.SourceFentry, Sees: testOptions.Info.Sees,
		},
		Time: time.Unix(4, 0), Data: make([]byte, 16), OrigLen: 16,
	}}
	early := capture.Stats{Frames: 1, Bytes: 30, Cut: 1, Lost: []capture.Loss{{Reason: "ring buffer full", Count: 1}}}
	late := capture.Stats{Frames: 2, Bytes: 50, Cut: 1, Lost: []capture.Loss{{Reason: "ring buffer full", Count: 4}, {Reason: "hook recursion"}}, LostReports: 2}
	file := record(t, testOptions, preamble, frames, early, late)

	r, got, gotPreamble, err := play(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(preamble, gotPreamble); diff != "" {
		t.Errorf("preamble differs (-want +got):\n%s", diff)
	}
	if len(got) != 3 {
		t.Errorf("got %d frames, want 3", len(got))
	}
	wantMeta := Meta{
		Format: "pcapng", BigEndian: sectionOrder(nil) == order(binary.BigEndian), Hardware: "x86_64",
		OS: "Linux 6.1.0-18-amd64", Application: "nltop 0.1-test", Interfaces: []string{"fentry"},
		Filter: `family == "route"`, Version: "0.1-test", Source: testOptions.Info,
	}
	if diff := cmp.Diff(wantMeta, r.Meta()); diff != "" {
		t.Errorf("meta differs (-want +got):\n%s", diff)
	}
	wantStats := capture.Stats{Frames: 2, Bytes: 50, Cut: 1, Lost: []capture.Loss{
		{Reason: "ring buffer full", Count: 4}, {Reason: "hook recursion"}, {Reason: lostLinkType}, {Reason: lostMalformed}}, LostReports: 2}
	if diff := cmp.Diff(wantStats, r.Stats()); diff != "" {
		t.Errorf("stats differ (-want +got):\n%s", diff)
	}
	info := r.Info()
	if info.Name != capture.SourceFile || info.Scope != testOptions.Info.Scope || !slices.Equal(info.Blind, testOptions.Info.Blind) || info.Snap != 65536 {
		t.Errorf("info is %+v", info)
	}

	// The same file twice is two sections: losses add up, IDs stay apart.
	r, got, _, err = play(append(slices.Clone(file), file...))
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Stats(); s.LostTotal() != 8 || s.LostReports != 4 {
		t.Errorf("two sections lost %d frames and %d reports, want 8 and 4", s.LostTotal(), s.LostReports)
	}
	var ids []uint64
	for _, f := range got {
		ids = append(ids, f.ID, f.Of)
	}
	if want := []uint64{1, 0, 2, 0, 3, 1, 4, 0, 5, 0, 6, 4}; !slices.Equal(ids, want) {
		t.Errorf("IDs and Ofs of two sections are %v, want %v", ids, want)
	}
}

// blockChecker fails a Write that is not a whole number of blocks.
type blockChecker struct {
	t      *testing.T
	writes int
	err    error
}

func (c *blockChecker) Write(p []byte) (int, error) {
	c.writes++
	for rest := p; len(rest) > 0; {
		if len(rest) < 12 {
			c.t.Fatalf("write %d ends with %d bytes of a block", c.writes, len(rest))
		}
		n := binary.NativeEndian.Uint32(rest[4:])
		if int(n) > len(rest) || n < 12 || n%4 != 0 || binary.NativeEndian.Uint32(rest[n-4:]) != n {
			c.t.Fatalf("write %d has a block of %d bytes, %d left", c.writes, n, len(rest))
		}
		rest = rest[n:]
	}
	return len(p), c.err
}

func TestWholeBlocksReachTheFile(t *testing.T) {
	c := &blockChecker{t: t}
	w, err := NewWriter(c, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	if c.writes != 1 {
		t.Errorf("the header took %d writes, want 1 at once", c.writes)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 3000 {
		f := randomFrame(t, rng)
		f.Data = make([]byte, rng.IntN(2000))
		if i%500 == 0 {
			f.Data = make([]byte, 700_000)
		}
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
		if i%700 == 0 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c.writes < 10 {
		t.Errorf("%d writes for some 7 MB", c.writes)
	}
	before := c.writes
	for range 2 { // the first has something to flush, the second has not
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if c.writes > before+1 {
		t.Error("a flush with nothing to say wrote")
	}
	c.err = errors.New("disk full")
	if err := w.WriteStats(capture.Stats{}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Flush(); !errors.Is(err, c.err) {
			t.Errorf("flush to a full disk says %v", err)
		}
	}
	if err := w.WriteFrame(&capture.Frame{Origin: &capture.Origin{}}); !errors.Is(err, c.err) {
		t.Errorf("write after a failed flush says %v", err)
	}
	if err := w.Close(); !errors.Is(err, c.err) {
		t.Errorf("close after a failed flush says %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("second close says %v", err)
	}
}

// What was flushed before a kill -9 reads without a complaint.
func TestReadableAfterFlush(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	if _, frames, _, err := play(out.Bytes()); err != nil || len(frames) != 0 {
		t.Errorf("a recording of nothing yet: %d frames, %v", len(frames), err)
	}
	f := &capture.Frame{Origin: &capture.Origin{}, Time: time.Unix(1, 0), Data: make([]byte, 16), OrigLen: 16}
	for range 3 {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFrame(f); err != nil {
		t.Fatal(err)
	}
	if _, frames, _, err := play(out.Bytes()); err != nil || len(frames) != 3 {
		t.Errorf("killed after a flush of 3 frames: %d frames, %v", len(frames), err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFrame(f); !errors.Is(err, errClosed) {
		t.Errorf("write after close says %v", err)
	}
}

func TestComment(t *testing.T) {
	ip := capture.Proc{PID: 4711, TID: 4711, Comm: "ip"}
	for _, tt := range []struct {
		want string
		f    capture.Frame
	}{
		{"pid=4711 name=ip dir=request netns=4026531840", capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Proc: ip, NetNS: 4026531840}}},
		{"pid=4711 name=ip dir=reply", capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: capture.Socket{Owner: ip},
			},
		}},
		{"pid=7 name=zebra dir=event group=1 verdict=overrun cause=ip[4711]", capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirEvent, Group: 1, Proc: ip, Verdict: capture.VerdictOverrun,
				Socket: capture.Socket{Owner: capture.Proc{PID: 7, Comm: "zebra"}},
			},
		}},
		{"port=99 dir=reply errno=17", capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Errno: 17, Socket: capture.Socket{PortID: 99},
			},
		}},
		{`pid=1 name="e\x1b\xffl" dir=unknown`, capture.Frame{
			Origin: &capture.Origin{
				Socket: capture.Socket{Owner: capture.Proc{PID: 1, Comm: "e\x1b\xffl"}},
			},
		}},
		{`pid=2 name="a \"b\\c" outside=yes dir=event verdict="no listener" cause="my prog[3 outside]"`, capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirEvent, Verdict: capture.VerdictUnheard, Proc: capture.Proc{PID: 3, Comm: "x", Name: "my prog", Outside: true},
				Socket: capture.Socket{Owner: capture.Proc{PID: 2, Comm: `a "b\c`, Outside: true}},
			},
		}},
	} {
		if got := string(appendComment(nil, tt.f.Origin, false)); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// A writer keeps comments and processes from frame to frame: each must be that
// of its own frame all the same.
func TestWriterKeepsNothingStale(t *testing.T) {
	frame := func(change func(f *capture.Frame)) *capture.Frame {
		f := benchFrame()
		f.Data, f.OrigLen = f.Data[:16], 16
		change(f)
		return f
	}
	ip := capture.Proc{PID: 1, TID: 1, Comm: "ip"}
	kinds := []*capture.Frame{
		frame(func(f *capture.Frame) {}),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Dir = capture.DirRequest }) }),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Dir = capture.DirPeer + 1 }) }),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Proc = ip }) }),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Socket.Owner = ip }) }),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Proc = ip; o.Socket.Owner = ip }) }),
		frame(func(f *capture.Frame) {
			f.Change(func(o *capture.Origin) { o.Proc = capture.Proc{}; o.Socket.Owner = capture.Proc{} })
		}),
		frame(func(f *capture.Frame) {
			f.Change(func(o *capture.Origin) { o.Proc = capture.Proc{}; o.Socket.Owner = capture.Proc{}; o.Socket.PortID = 7 })
		}),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.NetNS = 1 }) }),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Group = 1 }) }),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Errno = 1 }) }),
		frame(func(f *capture.Frame) { f.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictFailed }) }),
	}
	alone := func(f *capture.Frame) []byte {
		w, err := NewWriter(io.Discard, testOptions)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
		return w.buf
	}
	for i, first := range kinds {
		for j, second := range kinds {
			w, err := NewWriter(io.Discard, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []*capture.Frame{first, second} {
				if err := w.WriteFrame(f); err != nil {
					t.Fatal(err)
				}
			}
			if want := append(alone(first), alone(second)...); !bytes.Equal(w.buf, want) {
				t.Errorf("frame %d behind frame %d is\n%q, not\n%q", j, i, w.buf, want)
			}
		}
	}
	report := frame(func(f *capture.Frame) {
		f.Change(func(o *capture.Origin) { o.Kind = capture.KindCompletion })
		f.Lock.Blocker = &ip
	})
	if _, frames, _, err := play(record(t, testOptions, nil, []*capture.Frame{kinds[0], report, kinds[3]})); err != nil ||
		len(frames) != 3 || frames[1].Lock.Behind() != ip || frames[2].Proc != ip || frames[2].Lock.Blocker != nil {
		t.Errorf("a report between two packets: %+v, %v", frames, err)
	}
}

func benchFrame() *capture.Frame {
	p := capture.Proc{PID: 4711, TID: 4711, PPID: 1, Comm: "ip", CgroupID: 12345, Cgroup: "/user.slice/user-0.slice/session-1.scope"}
	return &capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirReply, Verdict: capture.VerdictDelivered, NetNS: 4026531840, Proc: p,
			Socket: capture.Socket{PortID: 4711, Inode: 99999, Owner: p, RcvBuf: 212992}, DstPort: 4711,
			Source: capture.SourceFentry, Sees: testOptions.Info.Sees,
		},
		ID: 1 << 20, Time: time.Unix(1767319445, 678901234), Data: make([]byte, 1024), OrigLen: 1024,
	}
}

func BenchmarkWrite(b *testing.B) {
	w, err := NewWriter(io.Discard, testOptions)
	if err != nil {
		b.Fatal(err)
	}
	f := benchFrame()
	b.SetBytes(int64(len(f.Data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := w.WriteFrame(f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	const n = 1000
	frames := slices.Repeat([]*capture.Frame{benchFrame()}, n)
	file := record(b, testOptions, nil, frames)
	b.SetBytes(n * int64(len(frames[0].Data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, got, _, err := play(file); err != nil || len(got) != n {
			b.Fatal(len(got), err)
		}
	}
}
