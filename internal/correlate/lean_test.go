// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// TestCountsTheSame: with Options.Counts, where requests that are forgotten are used again,
// every observation says the same of what is counted, whatever refers to a request that
// should be gone: an event that is still open, a late completion, a late answer.
func TestCountsTheSame(t *testing.T) {
	reused := 0
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 2))
		all, lean := New(), NewWith(Options{Counts: true})
		now := time.Unix(1_700_000_000, 0)
		for id := uint64(1); id < 3000; id++ {
			if now = now.Add(time.Millisecond * time.Duration(r.IntN(5))); r.IntN(500) == 0 {
				now = now.Add(70 * time.Second)
			}
			f, ms := randomFrame(r, id, now)
			want := describe(all.Frame(f, ms, nil))
			if got := describe(lean.Frame(f, ms, nil)); got != want {
				t.Fatalf("seed %d, frame %d:\n%s\nwant\n%s", seed, id, got, want)
			}
			reused += lean.unused.n
		}
	}
	if reused == 0 {
		t.Error("no request was used again")
	}
}

// TestBehind: what is counted of an observation is the same when it is looked at as late as
// Options.Behind says.
func TestBehind(t *testing.T) {
	const behind, aTurn = 4, 5
	counts := func(os []Observation) (s string) {
		for i := range os {
			o := &os[i]
			s += fmt.Sprint(o.Account, o.Family, o.Type, o.Outcome, o.Errno, o.Latency, o.Probe, o.Read)
			if x := o.Exchange; x != nil {
				m := x.Request
				s += fmt.Sprint(m.Family, m.Type, m.Header, m.Index, m.Frame.ID, m.Frame.Time)
				if o.Read {
					s += fmt.Sprint(x.Later(), x.Late(), x.Reader, x.Queue)
				}
			}
		}
		return s
	}
	type turn struct {
		obs  []Observation
		says string
	}
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 2))
		tr := NewWith(Options{Counts: true, Behind: behind})
		var turns []turn
		now, reused := time.Unix(1_700_000_000, 0), false
		for id := uint64(1); id < 3000; {
			tr.Next()
			var obs []Observation
			before := tr.unused.n
			for range aTurn {
				if now = now.Add(time.Millisecond * time.Duration(r.IntN(5))); r.IntN(500) == 0 {
					now = now.Add(70 * time.Second)
				}
				f, ms := randomFrame(r, id, now)
				obs = tr.Frame(f, ms, obs)
				id++
			}
			reused = reused || tr.unused.n < before
			turns = append(turns, turn{obs, counts(obs)})
			if len(turns) == behind {
				if got := counts(turns[0].obs); got != turns[0].says {
					t.Fatalf("seed %d, frame %d:\n%s\nwas\n%s", seed, id, got, turns[0].says)
				}
				turns = turns[1:]
			}
		}
		if !reused {
			t.Error("no request was used again")
		}
	}
}

var long = make([]byte, maxKeptMessage)

// randomFrame is one of a few sockets, that refers to a frame before it.
func randomFrame(r *rand.Rand, id uint64, now time.Time) (*capture.Frame, []decode.Message) {
	port := uint32(1 + r.IntN(3))
	f := &capture.Frame{ID: id, Time: now, Origin: &capture.Origin{
		Sees: capture.Describe(capture.SourceFentry).Always(), NetNS: 1, Verdict: capture.VerdictDelivered,
		Proc: capture.Proc{PID: port, TID: port}, Socket: capture.Socket{PortID: port, Inode: uint64(port), Owner: capture.Proc{PID: port}},
	}}
	before := id - min(uint64(r.IntN(400)), id)
	typ, flags := uint16(24), uint16(flagRequest)
	switch r.IntN(6) {
	case 0, 1:
		f.Dir, flags = capture.DirRequest, flags|[]uint16{0, flagAck, flagDump}[r.IntN(3)]
	case 2:
		f.Dir, typ, flags = capture.DirReply, []uint16{typeError, typeDone, 24}[r.IntN(3)], []uint16{0, flagMulti}[r.IntN(2)]
	case 3:
		f.Dir, f.Cause, f.Cast, f.Proc.TID = capture.DirEvent, before, before, uint32(id)+100 // open for a second
	case 4:
		f.Kind, f.Of, f.Elapsed = capture.KindCompletion, before, time.Duration(r.IntN(1000))
		return f, nil
	case 5:
		f.Kind, f.Verdict = capture.KindSocketError, capture.VerdictNobufsRead
		return f, nil
	}
	f.Data = long // a hundred are as many as are kept
	var ms []decode.Message
	for i := range 1 + r.IntN(8)/7 {
		ms = append(ms, decode.Message{Frame: f, Index: i, Data: f.Data, Header: decode.Header{Len: maxKeptMessage, Type: typ, Flags: flags, Seq: uint32(r.IntN(12)), PID: port}})
	}
	return f, ms
}

func describe(obs []Observation) (s string) {
	for i := range obs {
		o := &obs[i]
		s += fmt.Sprint(o.Outcome, o.Errno, o.Latency, o.Family, o.Type, o.Self, o.Again, o.Read, o.Account.PID)
		if x := o.Exchange; x != nil {
			s += fmt.Sprint(" exchange ", x.Request.Header, x.Request.Frame.ID, x.Outcome, x.Replies, x.Kernel, x.Events, x.Deliveries, x.Shared, x.Ended)
		}
		if e := o.Event; e != nil {
			s += fmt.Sprint(" event ", e.ID, e.Delivered, e.Lost)
			if c := e.Cause.Exchange; c != nil {
				s += fmt.Sprint(" by ", c.Request.Header, c.Request.Frame.ID, e.Cause.Datagram.Header)
			}
		}
		s += "\n"
	}
	return s
}
