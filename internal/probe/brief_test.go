// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

func aboutRecord(r nlAbout) []byte {
	r.Record = uint32(fentryNlRecordNL_RECORD_ABOUT)
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), aboutSize))
}

func briefRecord(r nlBrief, inline string) []byte {
	r.Record, r.InlineLen = uint32(fentryNlRecordNL_RECORD_BRIEF), uint32(len(inline))
	if r.OrigLen == 0 {
		r.OrigLen = r.InlineLen
	}
	return append(bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), briefSize)), inline...)
}

var (
	briefTask  = nlTask{Tgid: 10, Tid: 11, Cgroup: 13, Comm: [16]byte{'i', 'p'}}
	briefAbout = nlAbout{Slot: 5, About: 77, Inode: 9, Netns: 4026531840, Port: 10, Protocol: 16, Task: briefTask}
)

// briefly returns records of two requests, their answers and completions, in brief
// and as the full records that say the same.
func briefly() (brief, fulls [][]byte) {
	brief = append(brief, aboutRecord(briefAbout))
	for i := range uint64(2) {
		id := i << 20
		common := nlBrief{Slot: 5, About: 77, Drops: 1, Rcvbuf: 2 + uint32(i/2), Rmem: 3}
		request, reply, done := common, common, common
		request.Id, request.Ktime, request.Dir = id+1, 100+i, uint8(capture.DirRequest)
		reply.Id, reply.Of, reply.Ktime, reply.Dir = id+2, id+1, 200+i, uint8(capture.DirReply)
		reply.Truesize, reply.High, reply.Idle, reply.OrigLen = 768, 4, 5, 99
		done.Id, done.Of, done.Ktime, done.Kind = id+3, id+1, 300+i, uint8(capture.KindCompletion)
		done.Elapsed, done.LockWait, done.LockHold = 6, 7, 8
		brief = append(brief, briefRecord(request, "ask"), briefRecord(reply, "answer"), briefRecord(done, ""))

		rec := nlFull{
			Inode: 9, Netns: 4026531840, OwnPort: 10, Protocol: 16, Task: briefTask, Owner: briefTask,
			Drops: 1, Rcvbuf: common.Rcvbuf, Rmem: 3, Verdict: uint8(capture.VerdictDelivered),
		}
		q, a, d := rec, rec, rec
		q.Id, q.Ktime, q.Dir, q.SrcPort, q.OrigLen, q.CapLen = id+1, 100+i, uint8(capture.DirRequest), 10, 3, 3
		a.Id, a.Cause, a.Ktime, a.Dir, a.DstPort, a.OrigLen, a.CapLen = id+2, id+1, 200+i, uint8(capture.DirReply), 10, 99, 6
		a.Truesize, a.High, a.Idle = 768, 4, 5
		d.Id, d.Of, d.Ktime, d.Kind, d.SrcPort = id+3, id+1, 300+i, uint8(capture.KindCompletion), 10
		d.Elapsed, d.LockWait, d.LockHold = 6, 7, 8
		fulls = append(fulls, full(q, []byte("ask")), full(a, []byte("answer")), full(d, nil))
	}
	return brief, fulls
}

// Brief records make the frames that full ones would, given or lent.
func TestBrief(t *testing.T) {
	brief, fulls := briefly()
	var want, given []*capture.Frame
	mustAdd(t, testAssembler(&want), fulls...)
	mustAdd(t, testAssembler(&given), brief...)
	if len(want) != 6 {
		t.Fatalf("%d frames", len(want))
	}
	if diff := cmp.Diff(want, given); diff != "" {
		t.Errorf("brief records differ from full ones:\n%s", diff)
	}
	var lent []*capture.Frame
	a := lendingAssembler(&lent)
	mustAdd(t, a, brief...)
	if err := a.flush(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, lent); diff != "" {
		t.Errorf("lent frames differ:\n%s", diff)
	}
	a.lendTo = func([]capture.Frame) error { return nil }
	if n := testing.AllocsPerRun(100, func() { mustAdd(t, a, brief[1:4]...) }); n > 0 {
		t.Errorf("%v allocations for an exchange", n)
	}
}

func TestMalformedBrief(t *testing.T) {
	ok := nlBrief{Slot: 5, About: 77, Dir: uint8(capture.DirRequest)}
	with := func(change func(*nlBrief)) []byte {
		r := ok
		change(&r)
		return briefRecord(r, "x")
	}
	long := briefRecord(ok, "x")
	(*nlBrief)(unsafe.Pointer(&long[0])).InlineLen = 2
	for name, rec := range map[string][]byte{
		"short":           briefRecord(ok, "")[:briefSize-1],
		"about, short":    aboutRecord(briefAbout)[:aboutSize-1],
		"about nobody":    aboutRecord(nlAbout{Slot: 1}),
		"about nowhere":   aboutRecord(nlAbout{Slot: 1 << 31, About: 1}),
		"payload missing": briefRecord(ok, "x")[:briefSize],
		"payload longer":  long,
		"unknown slot":    with(func(r *nlBrief) { r.Slot = 6 }),
		"slot far away":   with(func(r *nlBrief) { r.Slot = 1 << 31 }),
		"old number":      with(func(r *nlBrief) { r.About = 76 }),
		"an event":        with(func(r *nlBrief) { r.Dir = uint8(capture.DirEvent) }),
		"no kind":         with(func(r *nlBrief) { r.Kind = 99 }),
	} {
		var out []*capture.Frame
		a := testAssembler(&out)
		mustAdd(t, a, aboutRecord(briefAbout))
		var bad *recordError
		if err := a.add(rec); !errors.As(err, &bad) || len(out) != 0 {
			t.Errorf("%s: %v, %d frames", name, err, len(out))
		}
	}
}

// A completion whose request was lost is counted.
func TestBriefOrphan(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	mustAdd(t, a, aboutRecord(briefAbout), briefRecord(nlBrief{Slot: 5, About: 77, Of: 1, Kind: uint8(capture.KindCompletion)}, ""))
	if len(out) != 0 || a.orphans.Load() != 1 {
		t.Errorf("%d frames, %d orphans", len(out), a.orphans.Load())
	}
}

// The part of a full record that its Origin is looked up by is all that its Origin is made
// of, but for what is said of a trigger: a change of any byte in front of it makes no other
// one.
func TestOriginBytesAreComplete(t *testing.T) {
	a := testAssembler(nil)
	var base nlFull
	for i := range unsafe.Slice((*byte)(unsafe.Pointer(&base)), fullSize) {
		unsafe.Slice((*byte)(unsafe.Pointer(&base)), fullSize)[i] = 1
	}
	base.Trigger = 0
	for i := range originAt {
		for _, b := range []byte{0, 2, 3} {
			rec := base
			unsafe.Slice((*byte)(unsafe.Pointer(&rec)), fullSize)[i] = b
			if *a.originOf(&base) != *a.originOf(&rec) {
				t.Errorf("records that differ in byte %d have different Origins", i)
			}
		}
	}
}

// A ring's brief records are lent as they would be if each were looked at by itself,
// whatever is between them or wrong with them.
func TestBriefsOfARing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var recs [][]byte
	r := &traffic{rng: rng, told: map[uint32]bool{}}
	r.put = func(rec []byte) { recs = append(recs, bytes.Clone(rec)) }
	r.run(300)
	// Now with ids that nest, or that nobody knows, from sockets that change.
	var open []uint64
	for range 3000 {
		b := nlBrief{
			Slot: uint32(rng.IntN(11)), Rcvbuf: 212992, Drops: uint32(rng.IntN(2)), Idle: uint64(rng.IntN(2)), Rmem: 3, High: 4,
			Truesize: 5, LockHold: uint64(rng.IntN(2)), LockWait: uint64(rng.IntN(2)), OrigLen: 50, Dir: uint8(rng.IntN(4)), Ktime: r.tick(),
		}
		b.About = uint64(b.Slot) + 1
		if rng.IntN(50) == 0 {
			b.Rcvbuf++
		}
		if rng.IntN(100) == 0 {
			r.now += uint64(rng.IntN(3e9)) - 1e9
		}
		if rng.IntN(100) == 0 {
			b.About++
		}
		switch of := rng.IntN(8); {
		case b.Dir == uint8(capture.DirRequest):
			b.Id = r.next() | uint64(rng.IntN(4))
			open = append(open, b.Id)
		case of == 0:
		case of == 1:
			b.Of = rng.Uint64()
		case len(open) > 0:
			at := max(0, len(open)-1-rng.IntN(1+rng.IntN(100)))
			b.Of = open[at]
			if b.Dir == uint8(capture.DirUnknown) {
				b.Kind, b.Elapsed = uint8(capture.KindCompletion), 6
				open = slices.Delete(open, at, at+1)
			}
		}
		rec := briefRecord(b, strings.Repeat("x", rng.IntN(50)))
		if rng.IntN(100) == 0 {
			rec = rec[:rng.IntN(len(rec))]
		}
		recs = append(recs, rec)
	}
	var want, got []capture.Frame
	keep := func(to *[]capture.Frame) func(fs []capture.Frame) error {
		return func(fs []capture.Frame) error {
			for _, f := range fs {
				f.Data = bytes.Clone(f.Data)
				*to = append(*to, f)
			}
			return nil
		}
	}
	s := &Source{name: "test", att: &attached{}, processes: newProcesses("")}
	each := newAssembler("test", 0, &s.offset, nil)
	each.lend(keep(&want))
	malformed := uint64(0)
	ring := newFakeRing(t, 1<<20, 12*8)
	s.ring = ring.ring
	asm := newAssembler("test", 0, &s.offset, nil)
	asm.lend(keep(&got))
	for i, rec := range recs {
		if err := each.add(rec); errors.As(err, new(*recordError)) {
			malformed++
		} else if err != nil {
			t.Fatal(err)
		}
		if !ring.commit(rec) || rng.IntN(20) == 0 && !ring.put(ringDiscard|40, make([]byte, 40)) {
			t.Fatal("there is no room")
		}
		if i%100 == 0 || i == len(recs)-1 {
			if err := each.handOver(); err != nil {
				t.Fatal(err)
			}
			if err := s.drain(asm); err != errRingEmpty {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) < 2000 {
		t.Errorf("%d frames and %d, of one by one and of a ring:\n%s", len(want), len(got), diff)
	}
	if a, b := each.orphans.Load(), asm.orphans.Load(); a != b || a == 0 || s.malformed.Load() != malformed || malformed == 0 {
		t.Errorf("%d and %d have no request, %d and %d are malformed", a, b, malformed, s.malformed.Load())
	}
}
