// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func at(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }

// loss is one overrun of socket 7, whose sk_drops is drops behind it.
func loss(ms int, drops uint32, sender, typ string) *correlate.Observation {
	f := &capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirEvent, Group: 3, Verdict: capture.VerdictOverrun, Sees: capture.SeesCauses | capture.SeesNobufs,
			Proc:   capture.Proc{PID: uint32(len(sender)), Comm: sender},
			Socket: capture.Socket{Inode: 7, RcvBuf: 10000},
		},
		Queue: capture.Queue{Drops: drops, RMem: 9900, Idle: 2 * time.Second}, Time: at(ms), OrigLen: 76,
		TrueSize: 1000,
	}
	return &correlate.Observation{Frame: f, Family: "route", Type: typ}
}

func delivered(ms int, drops uint32) *correlate.Observation {
	o := loss(ms, drops, "x", "RTM_NEWLINK")
	o.Frame.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictDelivered })
	return o
}

func nobufs(ms int, v capture.Verdict) *correlate.Observation {
	return &correlate.Observation{Frame: &capture.Frame{
		Origin: &capture.Origin{
			Kind: capture.KindSocketError, Verdict: v, Socket: capture.Socket{Inode: 7},
		},
		Time: at(ms),
	}}
}

func TestIncident(t *testing.T) {
	l := New()
	l.Observe(delivered(0, 40))
	l.Observe(loss(10, 41, "ip", "RTM_NEWLINK"))
	l.Observe(nobufs(10, capture.VerdictNobufsRaised))
	l.Observe(loss(20, 42, "bird", "RTM_NEWROUTE"))
	l.Observe(loss(30, 45, "bird", "RTM_NEWROUTE")) // two were lost on their way to us
	if got := l.Began(); len(got) != 1 || !got[0].Open || len(l.Ended()) != 0 {
		t.Fatalf("began: %+v", got)
	}
	l.Observe(nobufs(40, capture.VerdictNobufsRead))
	l.Observe(delivered(2000, 45))
	got := l.Ended()
	if len(got) != 1 {
		t.Fatalf("%d have ended", len(got))
	}
	in := got[0]
	if in.Open || in.Lost != 5 || in.LostUnseen != 2 || in.NobufsRaised != 1 || in.NobufsRead != 1 || in.Begin != at(10) || in.End != at(30) {
		t.Errorf("%+v", in)
	}
	if len(in.What) != 2 || in.What[0] != (What{"route", "RTM_NEWROUTE", 3, 2}) || len(in.Senders) != 2 || in.Senders[0].Proc.Comm != "bird" || in.Senders[0].Lost != 2 {
		t.Errorf("what %+v, senders %+v", in.What, in.Senders)
	}
	if in.Need != 9900+5000 || in.Holds != 10 || in.Idle != 2*time.Second {
		t.Errorf("needs %d, holds %d, idle %v", in.Need, in.Holds, in.Idle)
	}
	text := strings.Join(in.Advice(Limits{RMemMax: 4 << 20}), "\n")
	for _, want := range []string{"rcvbuf 10000 holds 10 RTM_NEWROUTE", "backlog grew to 15 KiB: set SO_RCVBUF to 10240", "rmem_max allows up to 4194304", "not read for 2s", "out of date"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the advice:\n%s", want, text)
		}
	}
	if text := strings.Join(in.Advice(Limits{RMemMax: 1000}), "\n"); !strings.Contains(text, "SO_RCVBUFFORCE") {
		t.Error(text)
	}
	// The next one is another incident, and counts from here.
	l.Observe(loss(3000, 46, "ip", "RTM_NEWLINK"))
	if s := l.Snapshot(at(3100)); len(s) != 2 || !s[0].Open || s[0].Lost != 1 || s[1].Open {
		t.Errorf("%+v", s)
	}
	if s := l.Snapshot(at(9000)); s[0].Open {
		t.Error("never ends")
	}
}

// What sk_drops counted while nothing was seen is an incident too.
func TestUnseen(t *testing.T) {
	l := New()
	l.Observe(delivered(0, 1<<32-3))
	l.Observe(delivered(10, 4)) // sk_drops has wrapped
	l.Flush()
	if got := l.Ended(); len(got) != 1 || got[0].Lost != 7 || got[0].LostUnseen != 7 {
		t.Errorf("%+v", got)
	}
}

// The frames of two CPUs may be swapped.
func TestSwapped(t *testing.T) {
	l := New()
	l.Observe(delivered(0, 0))
	for _, drops := range []uint32{2, 1, 3, 3, 5, 6} {
		l.Observe(loss(int(drops), drops, "ip", "RTM_NEWLINK"))
	}
	l.Flush()
	if in := l.Ended()[0]; in.Lost != 6 || in.LostUnseen != 0 {
		t.Errorf("%+v", in)
	}
}

// A script that starts one process after another is one sender, however many they
// are; others are told apart.
func TestCrowd(t *testing.T) {
	l := New()
	drops := uint32(0)
	lose := func(p capture.Proc) {
		drops++
		o := loss(int(drops), drops, p.Comm, "RTM_NEWNEIGH")
		o.Frame.Change(func(o *capture.Origin) { o.Proc = p })
		l.Observe(o)
	}
	const script = 2 * maxKinds
	for i := range uint32(script) {
		lose(capture.Proc{PID: 1000 + i, TID: 1000 + i, PPID: 7, Comm: "ip", CgroupID: 5, Container: "c"})
		lose(capture.Proc{PID: 1000 + i, TID: 1000 + i, PPID: 7, Comm: "ip", CgroupID: 5, Container: "c"})
		if i%100 == 0 {
			lose(capture.Proc{PID: 50, Comm: "bird"})
		}
	}
	for i := range uint32(aCrowd - 1) {
		lose(capture.Proc{PID: 60 + i, PPID: 8, Comm: "ip", CgroupID: 5})
	}
	l.Flush()
	in := l.Snapshot(at(100000))[0]
	if in.Lost != 2*script+script/100+1+aCrowd-1 || len(in.Senders) != 2 || in.OtherSenders != aCrowd-1 {
		t.Fatalf("%d lost, %d by others, %+v", in.Lost, in.OtherSenders, in.Senders)
	}
	want := Sender{Proc: capture.Proc{PPID: 7, Comm: "ip", CgroupID: 5, Container: "c"}, Processes: script, Lost: 2 * script}
	if !reflect.DeepEqual(in.Senders[0], want) || in.Senders[1].Proc.PID != 50 || in.Senders[1].Processes != 1 {
		t.Errorf("%+v", in.Senders)
	}
}

// A sender is told with what it had asked for: of a crowd all of it, most first, and no
// more kinds than there is room for.
func TestSenderRequests(t *testing.T) {
	l := New()
	drops := uint32(0)
	lose := func(p capture.Proc, typ string, times int) {
		for range times {
			drops++
			o := loss(int(drops), drops, p.Comm, "RTM_NEWNEIGH")
			cause := correlate.Cause{Proc: p}
			if typ != "" {
				cause.Exchange = &correlate.Exchange{Request: &decode.Message{Family: "route", Type: typ}}
			}
			o.Event = &correlate.Event{Cause: cause}
			l.Observe(o)
		}
	}
	for i := range uint32(aCrowd) {
		lose(capture.Proc{PID: 100 + i, PPID: 7, Comm: "ip"}, "RTM_NEWLINK", 2)
		lose(capture.Proc{PID: 100 + i, PPID: 7, Comm: "ip"}, "RTM_NEWROUTE", 3)
	}
	lose(capture.Proc{PID: 50, Comm: "bird"}, "RTM_DELROUTE", 4)
	lose(capture.Proc{PID: 50, Comm: "bird"}, "", 1)
	lose(capture.Proc{Comm: "(interrupt)"}, "", 2)
	for i := range maxAsked + 1 {
		lose(capture.Proc{PID: 51, Comm: "many"}, fmt.Sprintf("RTM_%02d", i), 1)
	}
	l.Flush()
	got := map[string][]Request{}
	for _, s := range l.Snapshot(at(100000))[0].Senders {
		got[s.Proc.Comm] = s.Requests
	}
	for who, want := range map[string][]Request{
		"ip":          {{Family: "route", Type: "RTM_NEWROUTE", Lost: 12}, {Family: "route", Type: "RTM_NEWLINK", Lost: 8}},
		"bird":        {{Family: "route", Type: "RTM_DELROUTE", Lost: 4}},
		"(interrupt)": nil,
	} {
		if !reflect.DeepEqual(got[who], want) {
			t.Errorf("%s: %+v, want %+v", who, got[who], want)
		}
	}
	if many := got["many"]; len(many) != MaxRequests || many[0] != (Request{Family: "route", Type: "RTM_00", Lost: 1}) {
		t.Errorf("of many kinds: %+v", many)
	}
}

// TestSums: whatever is lost, types and senders add up to what sk_drops says.
func TestSums(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 2))
		l := New()
		drops := [5]uint32{}
		for ms := range 4000 {
			i := rng.IntN(len(drops))
			var o *correlate.Observation
			switch rng.IntN(4) {
			case 0:
				o = delivered(ms*3, drops[i])
			default:
				drops[i]++
				if rng.IntN(20) == 0 {
					continue // lost on its way to us
				}
				o = loss(ms*3, drops[i], fmt.Sprint("p", rng.IntN(40)), fmt.Sprint("T", rng.IntN(40)))
				o.Frame.Change(func(o *capture.Origin) { o.Proc.PID = 1 + uint32(rng.IntN(1+int(seed)*20)) })
				o.Frame.Change(func(o *capture.Origin) { o.Proc.PPID = uint32(rng.IntN(1 + int(seed))) })
			}
			o.Frame.Change(func(o *capture.Origin) { o.Socket.Inode = uint64(i) + 1 })
			l.Observe(o)
		}
		for i := range drops {
			o := delivered(20000, drops[i])
			o.Frame.Change(func(o *capture.Origin) { o.Socket.Inode = uint64(i) + 1 })
			l.Observe(o)
		}
		l.Flush()
		sum := [5]uint64{}
		for _, in := range l.Snapshot(at(30000)) {
			what, senders := in.Others+in.LostUnseen, in.OtherSenders+in.LostUnseen
			for _, w := range in.What {
				what += w.Lost
			}
			for _, s := range in.Senders {
				senders += s.Lost
			}
			if what != in.Lost || senders != in.Lost {
				t.Fatalf("seed %d: %d lost, by type %d, by sender %d", seed, in.Lost, what, senders)
			}
			sum[in.Socket.Inode-1] += in.Lost
		}
		for i := range drops {
			// What was lost before a socket was first seen is not ours: at most
			// the losses in front of its first frame.
			if sum[i] > uint64(drops[i]) || sum[i]+20 < uint64(drops[i]) {
				t.Errorf("seed %d: socket %d: %d of %d", seed, i, sum[i], drops[i])
			}
		}
	}
}

// Of an incident none of whose losses is asked for nothing is told; of one with some,
// from the first of those on.
func TestWanted(t *testing.T) {
	l := New()
	l.Wanted = func(o *correlate.Observation) bool { return o.Type == "WANTED" }
	for i, typ := range []string{"OTHER", "OTHER", "WANTED", "OTHER"} {
		l.Observe(loss(i*10, uint32(i+1), "p", typ))
		if began := len(l.Began()); (began == 1) != (typ == "WANTED") {
			t.Errorf("loss %d: %d begin", i, began)
		}
	}
	l.Flush()
	if all := l.Snapshot(at(100)); len(all) != 1 || all[0].Lost != 4 || len(l.Ended()) != 1 {
		t.Errorf("%+v", all)
	}
	l = New()
	l.Wanted = func(*correlate.Observation) bool { return false }
	l.Observe(loss(0, 1, "p", "OTHER"))
	if all := l.Snapshot(at(0)); len(all) != 0 || !l.Quiet() {
		t.Errorf("open: %+v", all)
	}
	l.Flush()
	if all := l.Snapshot(at(100)); len(all) != 0 || !l.Quiet() {
		t.Errorf("ended: %+v", all)
	}
}

// The same observations give the same incidents.
func TestReplay(t *testing.T) {
	run := func() []Incident {
		l := New()
		rng := rand.New(rand.NewPCG(7, 7))
		for ms := range 3000 {
			l.Observe(loss(ms*10, uint32(ms+1), fmt.Sprint("p", rng.IntN(9)), fmt.Sprint("T", rng.IntN(9))))
			if rng.IntN(100) == 0 {
				l.Observe(loss(ms*10+5000, uint32(ms+1), "far", "T"))
			}
		}
		return l.Snapshot(at(1 << 20))
	}
	if a, b := run(), run(); !reflect.DeepEqual(a, b) {
		t.Error("two runs differ")
	}
}

// FuzzLog: whatever a file says, nothing panics and memory stays bounded.
func FuzzLog(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := New()
		for ; len(b) >= 20; b = b[20:] {
			w := binary.LittleEndian.Uint32
			o := loss(int(int32(w(b))), w(b[4:]), string(b[8:10]), string(b[10:12]))
			o.Frame.Change(func(o *capture.Origin) { o.Verdict = capture.Verdict(b[12] % 7) })
			o.Frame.Change(func(o *capture.Origin) { o.Kind = capture.Kind(b[13] % 6) })
			o.Frame.Change(func(o *capture.Origin) { o.Dir = capture.Dir(b[14] % 5) })
			o.Frame.Change(func(o *capture.Origin) { o.Socket.Inode = uint64(b[15]); o.Socket.RcvBuf = uint32(b[16]) })
			o.Frame.TrueSize, o.Frame.Queue.RMem = w(b[16:]), w(b[12:])
			o.Frame.Queue.Idle = time.Duration(int64(w(b)) << 24)
			o.Frame.OrigLen = int(int32(w(b[8:])))
			l.Observe(o)
		}
		for _, in := range l.Snapshot(at(0)) {
			in.Advice(Limits{RMemMax: 1})
		}
		if len(l.sockets) > maxSockets || len(l.done) > maxEnded {
			t.Error("memory is not bounded")
		}
	})
}
