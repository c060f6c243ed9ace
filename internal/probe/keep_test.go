// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/segment"
)

// traffic makes records as the kernel would: who is told, tasks with their sockets, brief
// and full records, chunks, events that are settled, names.
type traffic struct {
	rng  *rand.Rand
	put  func(rec []byte)
	now  uint64
	id   uint64
	told map[uint32]bool
}

func (r *traffic) tick() uint64 { r.now += 1000; return r.now }

func (r *traffic) next() uint64 { r.id++; return r.id << 20 }

// process is one of n, which has executed another program after a while.
func (r *traffic) process(n uint32) nlTask {
	t := nlTask{Tgid: 1000 + n, Tid: 1000 + n, Life: uint64(n)<<12 + 1 + r.now/5e6, Cgroup: 13, Comm: [16]byte{'p'}}
	key := n<<16 ^ uint32(t.Life)
	if !r.told[key] {
		p := aProcess()
		p.Tgid, p.Life = t.Tgid, t.Life
		setArgs(&p.Args, fmt.Sprintf("p%d\x00--life\x00%d\x00", n, t.Life))
		r.put(processRecord(p))
		r.told[key] = true
	}
	return t
}

// send is a request of a task that was told long ago, its answer and completion.
func (r *traffic) send(slot uint32, about uint64) {
	common := nlBrief{Slot: slot, About: about, Rcvbuf: 212992}
	q, a, d := common, common, common
	q.Id, q.Ktime, q.Dir = r.next(), r.tick(), uint8(capture.DirRequest)
	a.Id, a.Of, a.Ktime, a.Dir = r.next(), q.Id, r.tick(), uint8(capture.DirReply)
	d.Id, d.Of, d.Ktime, d.Kind, d.Elapsed = r.next(), q.Id, r.tick(), uint8(capture.KindCompletion), 7
	r.put(briefRecord(q, fmt.Sprint("ask", r.id)))
	r.put(briefRecord(a, fmt.Sprint("answer", r.id)))
	r.put(briefRecord(d, ""))
}

// big is a datagram in chunks.
func (r *traffic) big(t nlTask) {
	q := nlFull{Id: r.next(), Ktime: r.tick(), Dir: uint8(capture.DirRequest), Task: t, Owner: t, OrigLen: 50_000, CapLen: 50_000}
	r.put(full(q, nil))
	for off := uint64(0); off < 50_000; off += 25_000 {
		r.put(chunk(q.Id, off, bytes.Repeat([]byte{byte(r.id)}, 25_000)))
	}
}

// event is one that nobody listens to, or somebody after all, made by a write to a file.
func (r *traffic) event(t nlTask, heard uint32) {
	of := 0xffff0000 + uint64(r.rng.IntN(3))
	r.put(namedRecord(of, fmt.Sprintf("value\x00file%d\x00", of%7)))
	e := nlFull{Id: r.next(), Of: of, Ktime: r.tick(), Dir: uint8(capture.DirEvent), Task: t, OrigLen: 4, CapLen: 4,
		Flags: uint8(fentryNlFlagNL_FLAG_UNSETTLED), Verdict: uint8(capture.VerdictUnheard), Trigger: uint8(fentryNlTriggerNL_TRIGGER_WRITE)}
	r.put(full(e, []byte("even")))
	r.put(settledRecord(e.Id, heard))
}

// run makes n steps.
func (r *traffic) run(n int) {
	// Ten tasks are told at the beginning and never again.
	for slot := range uint32(10) {
		r.put(aboutRecord(nlAbout{Slot: slot, About: uint64(slot) + 1, Inode: 9, Port: 100 + slot, Protocol: 16, Netns: 7, Task: r.process(slot)}))
	}
	for i := range n {
		switch k := r.rng.IntN(40); {
		case k == 0:
			r.big(r.process(20 + uint32(i%3)))
		case k == 1:
			r.event(r.process(30+uint32(i%3)), uint32(r.rng.IntN(2)))
		case k == 2: // of a slot that is used over and over
			about := 100 + uint64(i)
			r.put(aboutRecord(nlAbout{Slot: 11, About: about, Inode: 8, Port: 5, Protocol: 16, Netns: 7, Task: r.process(40 + uint32(i%5))}))
			r.send(11, about)
		case k < 8:
			t, o := r.process(50+uint32(i%7)), r.process(60)
			r.put(full(nlFull{Id: r.next(), Ktime: r.tick(), Dir: uint8(capture.DirEvent), Task: t, Owner: o, Inode: 77, Group: 1, OrigLen: 5, CapLen: 5}, []byte("event")))
		default:
			slot := r.rng.IntN(10)
			r.send(uint32(slot), uint64(slot)+1)
		}
	}
}

// keeping is a source that is fed by hand, and its keeper.
type keeping struct {
	*Keeper
	ring *fakeRing
	t    *testing.T
}

func newKeeping(t *testing.T, o KeepOptions) *keeping {
	t.Helper()
	ring := newFakeRing(t, 128<<10, 1<<30+8)
	s := &Source{name: "test", att: &attached{}, ring: ring.ring, processes: newProcesses(""), opts: Options{Log: func(s string) { t.Error(s) }}}
	k, err := s.Keep(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return &keeping{k, ring, t}
}

func (k *keeping) put(rec []byte) {
	if !k.ring.commit(rec) {
		k.read()
		if !k.ring.commit(rec) {
			k.t.Fatal("no room in an empty ring")
		}
	}
}

func (k *keeping) read() {
	k.t.Helper()
	for {
		switch err := k.drain(); err {
		case nil:
		case errRingEmpty:
			return
		default:
			k.t.Fatal(err)
		}
	}
}

func frames(t *testing.T, h *Held) (out []*capture.Frame) {
	t.Helper()
	err := h.Run(context.Background(), func(f *capture.Frame) error { out = append(out, f); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same compares frames but for their numbers, which begin at 1 with what is held.
func same(t *testing.T, want, got []*capture.Frame) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%d frames, want %d", len(got), len(want))
		return
	}
	for i := range got {
		w, g := *want[i], *got[i]
		for _, f := range []*capture.Frame{&w, &g} {
			f.ID, f.Of, f.Cause = 0, 0, 0
		}
		if !bytes.Equal(w.Data, g.Data) || *w.Origin != *g.Origin {
			t.Fatalf("frame %d (-want +got):\n%s", i, cmp.Diff(w, g))
		}
		w.Origin, g.Origin, w.Data, g.Data = nil, nil, nil, nil
		if !reflect.DeepEqual(w, g) {
			t.Fatalf("frame %d (-want +got):\n%s", i, cmp.Diff(w, g))
		}
	}
}

// refers says which frames others refer to, by their times.
func refers(fs []*capture.Frame) (list []time.Duration) {
	at := map[uint64]time.Time{}
	for _, f := range fs {
		at[f.ID] = f.Time
		for _, id := range []uint64{f.Of, f.Cause} {
			if id != 0 {
				list = append(list, f.Time.Sub(at[id]))
			}
		}
	}
	return list
}

// What is held becomes the frames that would have been made at once: all of them while
// there is room, else the newest, with whom and what they refer to, told however long ago.
func TestHeldFrames(t *testing.T) {
	for _, tc := range []struct {
		name  string
		steps int
		bytes int64
		span  time.Duration
		all   bool
	}{
		{"all", 1000, 64 << 20, 0, true},
		{"the newest MiB", 4000, 1 << 20, 0, false},
		{"the newest 8 MiB", 20_000, 8 << 20, 0, false},
		{"the newest 10 ms", 4000, 64 << 20, 10 * time.Millisecond, false},
		{"nothing", 0, 1 << 20, 0, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var want []*capture.Frame
			direct := testAssembler(&want)
			k := newKeeping(t, KeepOptions{Memory: segment.Options{Bytes: tc.bytes, Span: tc.span}})
			r := &traffic{rng: rand.New(rand.NewPCG(1, 2)), told: map[uint32]bool{}}
			r.put = func(rec []byte) {
				mustAdd(t, direct, rec)
				k.put(rec)
			}
			r.run(tc.steps)
			k.read()
			h := k.Take()
			held := h.Extent
			got := frames(t, h)
			if tc.all != (len(got) == len(want)) || len(got) > len(want) || tc.steps > 0 && len(got) < 100 {
				t.Fatalf("%d frames of %d, %d bytes", len(got), len(want), held.Bytes)
			}
			if held.Bytes > tc.bytes {
				t.Errorf("%d bytes are held", held.Bytes)
			}
			st := k.s.Stats()
			if st.Frames != held.Datagrams+held.Evicted {
				t.Errorf("%d datagrams seen, %d held, %d evicted", st.Frames, held.Datagrams, held.Evicted)
			}
			datagrams := uint64(0)
			for _, f := range got {
				if f.Kind == capture.KindDatagram {
					datagrams++
				}
			}
			if d := h.Stats().Frames; d != datagrams || d > held.Datagrams {
				t.Errorf("%d datagrams were told, %d are there, of %d", d, datagrams, held.Datagrams)
			}
			if tc.span > 0 && (len(got) == 0 || got[len(got)-1].Time.Sub(got[0].Time) > tc.span) {
				t.Errorf("frames of %v", got[len(got)-1].Time.Sub(got[0].Time))
			}
			if len(got) > 0 && tc.span == 0 && (got[0].Time.Sub(held.From) > 100*time.Microsecond || tc.all && !held.From.Equal(got[0].Time) || !held.To.Equal(got[len(got)-1].Time)) {
				t.Errorf("held from %v to %v, frames from %v to %v", held.From, held.To, got[0].Time, got[len(got)-1].Time)
			}
			// In front, the ends of what was evicted are missing.
			if !tc.all {
				got = got[20:]
				want = want[len(want)-len(got):]
			}
			same(t, want, got)
			if tc.all {
				if diff := cmp.Diff(refers(want), refers(got)); diff != "" {
					t.Errorf("what frames refer to:\n%s", diff)
				}
			}
		})
	}
}

// Frames that are lent are those that are given.
func TestHeldLent(t *testing.T) {
	k := newKeeping(t, KeepOptions{Memory: segment.Options{Bytes: 2 << 20}})
	r := &traffic{rng: rand.New(rand.NewPCG(3, 4)), told: map[uint32]bool{}, put: k.put}
	r.run(1500)
	k.read()
	given, lent := frames(t, k.Take()), []*capture.Frame(nil)
	err := k.Take().RunLent(context.Background(), func(fs []capture.Frame) error {
		for i := range fs {
			f := fs[i]
			f.Data = bytes.Clone(f.Data)
			lent = append(lent, &f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, given, lent)
}

// A loss, and what took long, are noticed at fixed offsets, at the time of their record.
func TestKeeperNotices(t *testing.T) {
	const slow = 100 * time.Millisecond
	done := func(elapsed time.Duration) []byte {
		return briefRecord(nlBrief{Slot: 5, About: 77, Id: 3, Of: 1, Ktime: 55, Kind: uint8(capture.KindCompletion), Elapsed: uint64(elapsed)}, "")
	}
	report := func(edit func(*nlFull)) []byte {
		r := nlFull{Id: 9, Ktime: 55, Dir: uint8(capture.DirReply)}
		edit(&r)
		return full(r, nil)
	}
	for _, tc := range []struct {
		name string
		rec  []byte
		want []Notice
	}{
		{"quick", done(slow - 1), nil},
		{"slow", done(slow), []Notice{NoticeSlow}},
		{"slow, in full", report(func(r *nlFull) { r.Kind, r.Elapsed = uint8(capture.KindCompletion), uint64(slow) }), []Notice{NoticeSlow}},
		{"a slow part of a dump", report(func(r *nlFull) { r.Elapsed = uint64(slow) }), []Notice{NoticeSlow}},
		{"overrun", report(func(r *nlFull) { r.Verdict = uint8(capture.VerdictOverrun) }), []Notice{NoticeLoss}},
		{"part of a dump dropped", report(func(r *nlFull) { r.Verdict = uint8(capture.VerdictDropped) }), []Notice{NoticeLoss}},
		{"a request refused", report(func(r *nlFull) {
			r.Verdict, r.Dir = uint8(capture.VerdictDropped), uint8(capture.DirRequest)
		}), nil},
		{"ENOBUFS", report(func(r *nlFull) {
			r.Kind, r.Verdict = uint8(capture.KindSocketError), uint8(capture.VerdictNobufsRaised)
		}), []Notice{NoticeLoss}},
		{"delivered", report(func(r *nlFull) { r.Verdict = uint8(capture.VerdictDelivered) }), nil},
		{"failed", report(func(r *nlFull) { r.Verdict = uint8(capture.VerdictFailed) }), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []Notice
			o := KeepOptions{Memory: segment.Options{Bytes: 1 << 20}, Losses: true, Slow: slow}
			o.Noticed = func(n Notice, at time.Time) {
				got = append(got, n)
				if at.UnixNano() != 55 {
					t.Errorf("at %d ns", at.UnixNano())
				}
			}
			k := newKeeping(t, o)
			k.put(aboutRecord(briefAbout))
			k.put(tc.rec)
			k.read()
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("noticed (-want +got):\n%s", diff)
			}
		})
	}
}

// Candidates are the frames that pass what can be told at fixed offsets, whole, and
// no others.
func TestKeeperCandidates(t *testing.T) {
	for _, tc := range []struct {
		name  string
		among capture.Filter
		want  func(f *capture.Frame) bool
	}{
		{"all", capture.Filter{}, func(*capture.Frame) bool { return true }},
		{"a protocol", capture.Filter{Protocols: []uint16{16}}, func(f *capture.Frame) bool { return f.Protocol == 16 }},
		{"none", capture.Filter{NetNS: []uint64{8}}, func(*capture.Frame) bool { return false }},
		{"a process", capture.Filter{PIDs: []uint32{1003}}, func(f *capture.Frame) bool { return f.Proc.PID == 1003 }},
		{"one with chunks", capture.Filter{PIDs: []uint32{1020}}, func(f *capture.Frame) bool { return f.Proc.PID == 1020 }},
		{"one with events", capture.Filter{PIDs: []uint32{1030}}, func(f *capture.Frame) bool { return f.Proc.PID == 1030 }},
		{"no such name", capture.Filter{Comms: []string{"q"}}, func(*capture.Frame) bool { return false }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var want, got []*capture.Frame
			direct := newAssembler("test", capture.Describe("test").Always(), new(atomic.Int64), func(f *capture.Frame) error {
				if tc.want(f) {
					want = append(want, f)
				}
				return nil
			})
			k := newKeeping(t, KeepOptions{Memory: segment.Options{Bytes: 1 << 20}, Among: tc.among,
				Candidate: func(f *capture.Frame) error { got = append(got, f); return nil }})
			r := &traffic{rng: rand.New(rand.NewPCG(1, 2)), told: map[uint32]bool{}}
			r.put = func(rec []byte) { mustAdd(t, direct, rec); k.put(rec) }
			r.run(1500)
			k.read()
			same(t, want, got)
		})
	}
}

// Records that say what cannot be are counted, and nothing comes of them later.
func TestKeeperMalformed(t *testing.T) {
	k := newKeeping(t, KeepOptions{Memory: segment.Options{Bytes: 1 << 20}})
	said := 0
	k.s.opts.Log = func(string) { said++ }
	bad := [][]byte{
		{1}, make([]byte, 8), {4, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {8, 0, 0, 0, 0, 0, 0, 0},
		{5, 0, 0, 0, 0, 0, 0, 0}, {6, 0, 0, 0, 0, 0, 0, 0}, {3, 0, 0, 0, 0, 0, 0, 0}, briefRecord(nlBrief{Slot: 1 << 30, About: 77}, "x"),
	}
	for _, b := range bad {
		k.put(b)
	}
	k.put(aboutRecord(briefAbout))
	k.put(briefRecord(nlBrief{Slot: 5, About: 77, Id: 1, Ktime: 5, Dir: uint8(capture.DirRequest)}, "ask"))
	k.read()
	if n := k.s.malformed.Load(); int(n) != len(bad) || said != len(bad) {
		t.Errorf("%d of %d are counted, %d said", n, len(bad), said)
	}
	if fs := frames(t, k.Take()); len(fs) != 1 || string(fs[0].Data) != "ask" {
		t.Errorf("%d frames", len(fs))
	}
}

// BenchmarkKeep keeps a MiB of the brief records of route changes.
func BenchmarkKeep(b *testing.B) {
	brief, _ := briefly()
	t := new(testing.T)
	ring := newFakeRing(t, 1<<20, 0)
	s := &Source{name: "test", att: &attached{}, ring: ring.ring, processes: newProcesses("")}
	k, err := s.Keep(KeepOptions{Memory: segment.Options{Bytes: 256 << 20}, Losses: true, Slow: time.Second, Noticed: func(Notice, time.Time) {}})
	if err != nil {
		b.Fatal(err)
	}
	defer k.Close()
	changes := ring.flood(brief)
	b.ReportAllocs()
	for b.Loop() {
		ring.ring.pos, ring.released = 0, 0
		for err = nil; err == nil; {
			err = k.drain()
		}
		if err != errRingEmpty {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*changes), "ns/change")
}

func namedRecord(of uint64, text string) []byte {
	r := fentryNlNamed{Record: uint32(fentryNlRecordNL_RECORD_NAMED), Len: uint32(len(text)), Of: of}
	copy(r.Text[:], text)
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), namedSize))
}

func settledRecord(id uint64, heard uint32) []byte {
	r := fentryNlSettled{Record: uint32(fentryNlRecordNL_RECORD_SETTLED), Heard: heard, Id: id}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), settledSize))
}

// FuzzKeep feeds a ring that lies: what is kept of it, and read back, neither panics nor
// takes more memory than it may.
func FuzzKeep(f *testing.F) {
	var seed []byte
	r := &traffic{rng: rand.New(rand.NewPCG(1, 2)), told: map[uint32]bool{}}
	r.put = func(rec []byte) {
		if len(rec) < 2000 {
			seed = append(append(seed, byte(len(rec)), byte(len(rec)>>8)), rec...)
		}
	}
	r.run(50)
	f.Add(seed)
	f.Add([]byte{4, 0, 4, 0, 0, 0, 200, 0, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<20 {
			t.Skip()
		}
		k := newKeeping(t, KeepOptions{Memory: segment.Options{Bytes: 1 << 20}, Losses: true, Slow: 1,
			Noticed: func(Notice, time.Time) {}, Candidate: func(*capture.Frame) error { return nil }})
		k.s.opts.Log = nil
		for len(b) >= 2 {
			n := min(int(b[0])|int(b[1])<<8, len(b)-2)
			k.put(b[2 : 2+n])
			b = b[2+n:]
		}
		k.read()
		h := k.Take()
		if h.Extent.Bytes > 2<<20 {
			t.Errorf("%d bytes are held", h.Extent.Bytes)
		}
		if err := h.RunLent(t.Context(), func([]capture.Frame) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
}
