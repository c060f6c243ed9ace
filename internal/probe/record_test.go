// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// full makes a full record with the payload inline, or with none if
// it is to follow in chunks.
func full(r nlFull, inline []byte) []byte {
	r.Record = uint32(fentryNlRecordNL_RECORD_FULL)
	r.InlineLen = uint32(len(inline))
	return append(bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), fullSize)), inline...)
}

func chunk(id, off uint64, data []byte) []byte {
	c := nlChunk{Record: uint32(fentryNlRecordNL_RECORD_CHUNK), Len: uint32(len(data)), Id: id, Off: off}
	return append(bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&c)), chunkSize)), data...)
}

func testAssembler(out *[]*capture.Frame) *assembler {
	return newAssembler("test", capture.Describe("test").Always(), new(atomic.Int64),
		func(f *capture.Frame) error { *out = append(*out, f); return nil })
}

func mustAdd(t *testing.T, a *assembler, recs ...[]byte) {
	t.Helper()
	for _, r := range recs {
		if err := a.add(r); err != nil {
			t.Fatal(err)
		}
	}
}

// The numbers that C and Go share (bpf/records.h).
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		name   string
		c, go_ int
	}{
		{"kind datagram", int(fentryNlKindNL_KIND_DATAGRAM), int(capture.KindDatagram)},
		{"kind completion", int(fentryNlKindNL_KIND_COMPLETION), int(capture.KindCompletion)},
		{"kind extack", int(fentryNlKindNL_KIND_EXTACK), int(capture.KindExtack)},
		{"kind socket error", int(fentryNlKindNL_KIND_SOCKET_ERROR), int(capture.KindSocketError)},
		{"kind lock", int(fentryNlKindNL_KIND_LOCK), int(capture.KindLock)},
		{"kind truncated", int(fentryNlKindNL_KIND_TRUNCATED), int(capture.KindTruncated)},
		{"kind read", int(fentryNlKindNL_KIND_READ), int(capture.KindRead)},
		{"size of waits", waitsSize, 104},
		{"kind flushed", int(fentryNlKindNL_KIND_FLUSHED), int(capture.KindFlushed)},
		{"size of a route", routeSize, 52},
		{"kind refused", int(fentryNlKindNL_KIND_REFUSED), int(capture.KindRefused)},
		{"dir unknown", int(fentryNlDirNL_DIR_UNKNOWN), int(capture.DirUnknown)},
		{"dir request", int(fentryNlDirNL_DIR_REQUEST), int(capture.DirRequest)},
		{"dir reply", int(fentryNlDirNL_DIR_REPLY), int(capture.DirReply)},
		{"dir event", int(fentryNlDirNL_DIR_EVENT), int(capture.DirEvent)},
		{"dir peer", int(fentryNlDirNL_DIR_PEER), int(capture.DirPeer)},
		{"verdict none", int(fentryNlVerdictNL_VERDICT_NONE), int(capture.VerdictNone)},
		{"verdict delivered", int(fentryNlVerdictNL_VERDICT_DELIVERED), int(capture.VerdictDelivered)},
		{"verdict overrun", int(fentryNlVerdictNL_VERDICT_OVERRUN), int(capture.VerdictOverrun)},
		{"verdict dropped", int(fentryNlVerdictNL_VERDICT_DROPPED), int(capture.VerdictDropped)},
		{"verdict failed", int(fentryNlVerdictNL_VERDICT_FAILED), int(capture.VerdictFailed)},
		{"verdict raised", int(fentryNlVerdictNL_VERDICT_NOBUFS_RAISED), int(capture.VerdictNobufsRaised)},
		{"verdict unheard", int(fentryNlVerdictNL_VERDICT_UNHEARD), int(capture.VerdictUnheard)},
		{"verdict read", int(fentryNlVerdictNL_VERDICT_NOBUFS_READ), int(capture.VerdictNobufsRead)},
		{"trigger syscall", int(fentryNlTriggerNL_TRIGGER_SYSCALL), int(capture.TriggerSyscall)},
		{"trigger ioctl", int(fentryNlTriggerNL_TRIGGER_IOCTL), int(capture.TriggerIoctl)},
		{"trigger write", int(fentryNlTriggerNL_TRIGGER_WRITE), int(capture.TriggerWrite)},
		{"trigger kworker", int(fentryNlTriggerNL_TRIGGER_KWORKER), int(capture.TriggerKworker)},
		{"trigger kthread", int(fentryNlTriggerNL_TRIGGER_KTHREAD), int(capture.TriggerKthread)},
		{"trigger interrupt", int(fentryNlTriggerNL_TRIGGER_INTERRUPT), int(capture.TriggerInterrupt)},
		{"trigger exit", int(fentryNlTriggerNL_TRIGGER_EXIT), int(capture.TriggerExit)},
		{"size of a name", namedSize, 272},
		{"size of a task", int(unsafe.Sizeof(nlTask{})), 40},
		{"size of a full record", fullSize, 256},
		{"size of a chunk", chunkSize, 24},
		{"size of an about", aboutSize, 80},
		{"size of a brief", briefSize, 104},
	} {
		if c.c != c.go_ {
			t.Errorf("%s: %d in C, %d in Go", c.name, c.c, c.go_)
		}
	}
}

// A completion has what its send waited for as its payload, or nothing.
func TestWaits(t *testing.T) {
	w := nlWaits{OffCpu: 9, ModuleNs: 5, ModuleMost: 4, RcuNs: 3, LocksNs: 2, Modules: 2}
	copy(w.Module[:], "net-sch-tbf\x00rest of another")
	bytesOf := unsafe.Slice((*byte)(unsafe.Pointer(&w)), waitsSize)
	size := uint32(waitsSize)
	var out []*capture.Frame
	a := testAssembler(&out)
	for id := range uint64(3) {
		mustAdd(t, a, full(nlFull{Id: id + 1, Dir: uint8(capture.DirRequest)}, nil))
	}
	done := nlFull{Kind: uint8(capture.KindCompletion), Of: 1, OrigLen: size, CapLen: size}
	mustAdd(t, a, full(done, bytesOf))
	done.Of, done.CapLen = 2, 0 // it could not be read
	mustAdd(t, a, full(done, nil))
	mustAdd(t, a, full(nlFull{Kind: uint8(capture.KindCompletion), Of: 3}, nil))
	want := capture.Waits{Module: "net-sch-tbf", Modules: 2, Loading: 5, RCU: 3, Locks: 2, OffCPU: 9}
	for i, f := range out[3:] {
		if i == 0 && (f.Waits == nil || *f.Waits != want) || i > 0 && f.Waits != nil || f.OrigLen != 0 || f.Data != nil {
			t.Errorf("completion %d: %+v, %d bytes", i, f.Waits, f.OrigLen)
		}
	}
	if len(out) != 6 {
		t.Errorf("%d frames", len(out))
	}
}

func TestEvent(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	r := nlFull{
		Id: 77, Ktime: 5, Inode: 9, Netns: 4026531840, OrigLen: 8, CapLen: 4,
		SrcPort: 1, DstPort: 2, Group: 3, OwnPort: 4, Err: 5, Drops: 6, Rcvbuf: 7, Rmem: 8,
		Protocol: 16, Dir: uint8(capture.DirPeer), Verdict: uint8(capture.VerdictDelivered),
		Task:  nlTask{Tgid: 10, Tid: 11, Cgroup: 13, Comm: [16]byte{'i', 'p'}},
		Owner: nlTask{Tgid: 20, Comm: [16]byte{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'}},
	}
	rec := full(r, []byte("abcd"))
	mustAdd(t, a, append(rec, 0xee, 0xee)) // the size class of emit_small() leaves a tail
	clear(rec)                             // the frame owns its bytes
	mustAdd(t, a, full(nlFull{Kind: uint8(capture.KindCompletion), Of: 77, Elapsed: 99}, nil))
	mustAdd(t, a, full(nlFull{Kind: uint8(capture.KindCompletion), Of: 77}, nil))

	f := out[0]
	if f.ID != 1 || f.Source != "test" || !f.Time.Equal(time.Unix(0, 5)) || string(f.Data) != "abcd" || !f.Cut() || f.NetNS != 4026531840 {
		t.Errorf("%+v", f)
	}
	if f.Proc != (capture.Proc{PID: 10, TID: 11, CgroupID: 13, Comm: "ip"}) || f.Socket.Owner.Comm != "0123456789abcdef" {
		t.Errorf("%+v", f)
	}
	if f.Queue.Drops != 6 || f.Socket.RcvBuf != 7 || f.Queue.RMem != 8 || f.Socket.PortID != 4 || f.Group != 3 || f.Errno != 5 {
		t.Errorf("%+v", f)
	}
	if out[1].Of != 1 || out[1].Elapsed != 99 || out[1].ID != 2 {
		t.Errorf("%+v", out[1])
	}
	if len(out) != 2 || a.orphans.Load() != 1 {
		t.Errorf("%d frames, %d orphans: a second completion found its datagram", len(out), a.orphans.Load())
	}
}

// Two datagrams in chunks, interleaved with each other and with a small one.
func TestChunks(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	big := bytes.Repeat([]byte("0123456789abcdef"), 10)
	mustAdd(t, a,
		full(nlFull{Id: 1, OrigLen: 160, CapLen: 160}, nil),
		chunk(1, 0, big[:100]),
		full(nlFull{Id: 2, OrigLen: 200, CapLen: 160}, nil),
		full(nlFull{Id: 3, OrigLen: 1, CapLen: 1}, big[:1]),
		chunk(2, 0, big[:1]),
		chunk(1, 100, big[100:]),
		chunk(2, 1, big[1:]),
	)
	if len(out) != 3 || out[0].ID != 3 || out[1].ID != 1 || out[2].ID != 2 {
		t.Fatalf("%d frames: %+v", len(out), out)
	}
	for _, f := range out[1:] {
		if !bytes.Equal(f.Data, big) || f.Cut() != (f.ID == 2) {
			t.Errorf("frame %d: %d of %d bytes", f.ID, len(f.Data), f.OrigLen)
		}
	}
	if len(a.open) != 0 || a.openBytes != 0 {
		t.Errorf("%d datagrams with %d bytes are left open", len(a.open), a.openBytes)
	}
}

func TestMalformedRecords(t *testing.T) {
	whole := full(nlFull{OrigLen: 4, CapLen: 4}, []byte("abcd"))
	open := full(nlFull{Id: 1, OrigLen: 8, CapLen: 8}, nil)
	for name, recs := range map[string][][]byte{
		"empty":               {nil},
		"no type":             {{1, 0, 0}},
		"unknown type":        {{3, 0, 0, 0}},
		"short full one":      {whole[:fullSize-1]},
		"short payload":       {whole[:len(whole)-1]},
		"more than original":  {full(nlFull{OrigLen: 3, CapLen: 4}, []byte("abcd"))},
		"inline in part":      {full(nlFull{OrigLen: 8, CapLen: 8}, []byte("abcd"))},
		"inline over capture": {full(nlFull{OrigLen: 8, CapLen: 2}, []byte("abcd"))},
		"huge":                {full(nlFull{OrigLen: 1<<32 - 1, CapLen: 1<<32 - 1}, nil)},
		"short chunk":         {open, chunk(1, 0, nil)[:chunkSize-1]},
		"lying chunk":         {open, chunk(1, 0, []byte("abcd"))[:chunkSize+3]},
		"stray chunk":         {open, chunk(2, 0, []byte("abcd"))},
		"empty chunk":         {open, chunk(1, 0, nil)},
		"gap":                 {open, chunk(1, 4, []byte("abcd"))},
		"too long":            {open, chunk(1, 0, []byte("abcdefghi"))},
		"twice":               {open, chunk(1, 0, []byte("abcd")), chunk(1, 0, []byte("abcd"))},
	} {
		var out []*capture.Frame
		a := testAssembler(&out)
		last := len(recs) - 1
		mustAdd(t, a, recs[:last]...)
		var bad *recordError
		if err := a.add(recs[last]); !errors.As(err, &bad) {
			t.Errorf("%s: error %v", name, err)
		}
		// Whatever happened, what was begun comes out.
		if err := a.flush(); err != nil || len(out) != last && last > 0 && len(out) != 1 {
			t.Errorf("%s: %d frames, %v", name, len(out), err)
		}
	}
}

// Datagrams whose chunks never come are bounded in number and bytes, and the
// oldest is given up first.
func TestOpenIsBounded(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	for i := range uint64(maxOpen + 10) {
		mustAdd(t, a, full(nlFull{Id: i, OrigLen: 16, CapLen: 16}, nil))
	}
	if len(out) != 10 || out[0].ID != 1 || len(a.open) != maxOpen {
		t.Fatalf("%d frames given up, %d open", len(out), len(a.open))
	}
	for i := range uint64(100) {
		mustAdd(t, a, full(nlFull{Id: 1<<40 + i, OrigLen: 4 << 20, CapLen: 4 << 20}, nil))
		if a.openBytes > maxOpenBytes {
			t.Fatalf("%d bytes are open", a.openBytes)
		}
	}
	// The same id again closes what had it.
	mustAdd(t, a, full(nlFull{Id: 1<<40 + 99, OrigLen: 16, CapLen: 16}, nil))
	if err := a.flush(); err != nil {
		t.Fatal(err)
	}
	if len(out) != maxOpen+10+100+1 || a.openBytes != 0 {
		t.Errorf("%d frames of %d, %d bytes still open", len(out), maxOpen+10+100+1, a.openBytes)
	}
}

// Sends whose completion was lost do not pile up.
func TestNumbersAreBounded(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	rec := nlFull{Dir: uint8(capture.DirRequest)}
	for i := range uint64(5 * maxRequests) {
		rec.Id = i + 1
		mustAdd(t, a, full(rec, nil))
		out = out[:0]
	}
	if n := len(a.numbers.known) + len(a.numbers.older); n > 2*maxRequests {
		t.Errorf("%d numbers are remembered", n)
	}
	if got := a.numbers.take(5 * maxRequests); got != 5*maxRequests {
		t.Errorf("the last request is number %d", got)
	}
}

// An error of emit is not taken for a malformed record.
func TestEmitError(t *testing.T) {
	stop := errors.New("stop")
	a := newAssembler("test", capture.Describe("test").Always(), new(atomic.Int64), func(*capture.Frame) error { return stop })
	mustAdd(t, a, full(nlFull{Id: 1, OrigLen: 8, CapLen: 8}, nil))
	for _, rec := range [][]byte{full(nlFull{}, nil), chunk(1, 4, []byte("gap"))} {
		if err := a.add(rec); !errors.Is(err, stop) {
			t.Errorf("error %v", err)
		}
	}
}

// FuzzRecords feeds the assembler with a sequence of records: each begins
// with its length in two bytes.
func FuzzRecords(f *testing.F) {
	join := func(recs ...[]byte) []byte {
		var b []byte
		for _, r := range recs {
			b = append(append(b, byte(len(r)), byte(len(r)>>8)), r...)
		}
		return b
	}
	open := full(nlFull{Id: 1, OrigLen: 8, CapLen: 8}, nil)
	whole := full(nlFull{OrigLen: 4, CapLen: 4, Kind: 1, Of: 1}, []byte("abcd"))
	f.Add(join(whole))
	f.Add(join(whole[:20]))
	f.Add(join(open, chunk(1, 0, []byte("abcd")), chunk(1, 4, []byte("efgh"))))
	f.Add(join(open, chunk(1, 4, []byte("efgh")), chunk(1, 0, []byte("abcd"))))
	f.Add(join(open, open, chunk(1, 0, []byte("abcdefgh")), chunk(1, 0, []byte("abcdefgh"))))
	brief, _ := briefly()
	f.Add(join(brief...))
	f.Add(join(brief[1:]...))
	f.Add(join(brief[0], brief[3], brief[1], brief[1][:40]))
	f.Add(join(full(nlFull{Id: 1, OrigLen: 1<<32 - 1, CapLen: 1<<32 - 1}, nil), chunk(1, 1<<63, []byte("x"))))
	f.Fuzz(func(t *testing.T, in []byte) {
		begun, frames, bytesOut := 0, 0, 0
		a := newAssembler("fuzz", capture.Describe("fuzz").Always(), new(atomic.Int64), func(f *capture.Frame) error {
			frames++
			bytesOut += len(f.Data)
			if len(f.Data) > f.OrigLen {
				t.Fatalf("frame %d has %d of %d bytes", f.ID, len(f.Data), f.OrigLen)
			}
			return nil
		})
		for len(in) >= 2 {
			n := min(int(in[0])|int(in[1])<<8, len(in)-2)
			rec := in[2 : 2+n]
			in = in[2+n:]
			was := a.lastID
			err := a.add(rec)
			var bad *recordError
			if err != nil && !errors.As(err, &bad) {
				t.Fatal(err)
			}
			begun += int(a.lastID - was)
			if a.openBytes > maxOpenBytes {
				t.Fatalf("%d bytes are open", a.openBytes)
			}
		}
		if err := a.flush(); err != nil {
			t.Fatal(err)
		}
		if frames != begun || a.openBytes != 0 {
			t.Fatalf("%d records began, %d frames came out, %d bytes are left open", begun, frames, a.openBytes)
		}
	})
}

// poisoned is a frame with something in every field.
func poisoned() capture.Frame {
	var f capture.Frame
	var poison func(v reflect.Value)
	poison = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				v.Set(reflect.ValueOf(time.Unix(9, 9)))
				return
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() { // what is not is its package's
					poison(v.Field(i))
				}
			}
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			poison(v.Elem())
		case reflect.String:
			v.SetString("poison")
		case reflect.Slice:
			v.SetBytes([]byte("poison"))
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int, reflect.Int32, reflect.Int64:
			v.SetInt(99)
		default:
			v.SetUint(99)
		}
	}
	poison(reflect.ValueOf(&f).Elem())
	return f
}

// lendingAssembler keeps copies of what is lent, three at a time, and spoils it.
func lendingAssembler(to *[]*capture.Frame) *assembler {
	a := newAssembler("test", capture.Describe("test").Always(), new(atomic.Int64), nil)
	a.lend(func(fs []capture.Frame) error {
		for i := range fs {
			f := fs[i]
			f.Data = bytes.Clone(f.Data)
			*to = append(*to, &f)
			fs[i] = poisoned()
		}
		return nil
	})
	a.loan = a.loan[:3]
	return a
}

// A frame that is lent is that which would be given, whatever the last consumer
// left in it.
func TestLent(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 10)
	recs := [][]byte{
		full(nlFull{Id: 1 << 20, Dir: uint8(capture.DirRequest), OrigLen: 4, CapLen: 4, Task: nlTask{Tgid: 1, Comm: [16]byte{'a'}}}, big[:4]),
		full(nlFull{Id: 2 << 20, Cause: 1 << 20, OrigLen: 160, CapLen: 160, Owner: nlTask{Tgid: 1, Comm: [16]byte{'b'}}}, nil),
		full(nlFull{Kind: uint8(capture.KindCompletion), Of: 1 << 20, Elapsed: 9, LockWait: 3}, nil),
		chunk(2<<20, 0, big[:100]),
		full(nlFull{Id: 3 << 20, Task: nlTask{Tgid: 1, Comm: [16]byte{'c'}}}, nil),
		chunk(2<<20, 100, big[100:]),
		full(nlFull{Id: 4 << 20, OrigLen: 100, CapLen: 100, Rmem: 7, Netns: 8}, nil),
		chunk(4<<20, 0, big[60:]),
		full(nlFull{Id: 5 << 20, OrigLen: 200, CapLen: 150, Flags: 2}, nil),
		chunk(5<<20, 0, big[:150]),
		full(nlFull{Kind: uint8(capture.KindSocketError), Err: 105}, nil),
	}
	var given, lent []*capture.Frame
	a := lendingAssembler(&lent)
	for i := range 4 {
		recs = append(recs,
			full(nlFull{Id: 6 << 20, Dir: uint8(capture.DirRequest), OrigLen: 4, CapLen: 4, Verdict: uint8(i / 2)}, big[:4]),
			full(nlFull{Kind: uint8(capture.KindCompletion), Of: 6 << 20, Task: nlTask{Comm: [16]byte{'a', 0, 0, byte(i / 2)}}}, nil))
	}
	mustAdd(t, testAssembler(&given), recs...)
	mustAdd(t, a, recs...)
	if err := a.flush(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(given, lent); diff != "" {
		t.Errorf("lent frames differ from given ones:\n%s", diff)
	}
	if n := testing.AllocsPerRun(100, func() {
		a.lendTo = func([]capture.Frame) error { return nil }
		mustAdd(t, a, recs[0], recs[2])
	}); n > 0 {
		t.Errorf("%v allocations for a request and its completion", n)
	}
}

// What sent an event without a request is named by records before it; the name may be
// another's by the next.
func TestTriggerNames(t *testing.T) {
	named := func(of uint64, text string) []byte {
		r := fentryNlNamed{Record: uint32(fentryNlRecordNL_RECORD_NAMED), Len: uint32(len(text)), Of: of}
		copy(r.Text[:], text)
		return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), namedSize))
	}
	event := func(kind capture.TriggerKind, of uint64) []byte {
		return full(nlFull{Dir: uint8(capture.DirEvent), Trigger: uint8(kind), Of: of, OrigLen: 1, CapLen: 1}, []byte("x"))
	}
	var out []*capture.Frame
	a := testAssembler(&out)
	mustAdd(t, a,
		event(capture.TriggerWrite, 7), // what it was told with was lost
		named(7, "mtu\x00d0\x00net\x00class\x00sys\x00"), event(capture.TriggerWrite, 7), event(capture.TriggerWrite, 7),
		named(7, "ip_forward\x00ipv4\x00"), event(capture.TriggerWrite, 7),
		named(9, "linkwatch_event"), event(capture.TriggerKworker, 9), event(capture.TriggerKworker, 8),
		event(capture.TriggerIoctl, 0x8914), event(capture.TriggerSyscall, 1<<64-1), event(capture.TriggerSyscall, 1<<20),
		event(capture.TriggerInterrupt, 0), event(capture.TriggerInterrupt, 1), event(capture.TriggerNone, 5),
	)
	var got []capture.Trigger
	for _, f := range out {
		got = append(got, f.Trigger)
	}
	want := []capture.Trigger{
		{Kind: capture.TriggerSyscall},
		{Kind: capture.TriggerWrite, Name: "/sys/class/net/d0/mtu"}, {Kind: capture.TriggerWrite, Name: "/sys/class/net/d0/mtu"},
		{Kind: capture.TriggerWrite, Name: "/ipv4/ip_forward"},
		{Kind: capture.TriggerKworker, Name: "linkwatch_event"}, {Kind: capture.TriggerKworker},
		{Kind: capture.TriggerIoctl, Number: 0x8914, Name: "SIOCSIFFLAGS"}, {Kind: capture.TriggerSyscall}, {Kind: capture.TriggerSyscall, Number: 1 << 20},
		{Kind: capture.TriggerInterrupt, Name: "softirq"}, {Kind: capture.TriggerInterrupt, Name: "hardirq"}, {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var bad *recordError
	long := named(7, "x")
	long[4], long[5] = 0xff, 0xff
	for name, rec := range map[string][]byte{"short": named(7, "x")[:namedSize-1], "too long a name": long, "of nothing": named(0, "x")} {
		if err := a.add(rec); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
