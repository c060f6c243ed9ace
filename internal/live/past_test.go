// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// standing is a source that hands on frames as it is told to, and stands in between.
type standing struct {
	info   capture.Info
	frames []*capture.Frame
	upto   chan int // so many; closed: there are no more
	there  chan int // so many were handed on
}

func (s *standing) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	at := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case n, more := <-s.upto:
			if !more {
				return nil
			}
			for ; at < min(n, len(s.frames)); at++ {
				f := *s.frames[at]
				if err := emit(&f); err != nil {
					return err
				}
			}
			s.there <- at
		}
	}
}
func (s *standing) Stats() capture.Stats { return capture.Stats{} }
func (s *standing) Info() capture.Info   { return s.info }
func (s *standing) Close() error         { return nil }

// to has it hand on so many.
func (s *standing) to(n int) { s.upto <- n; <-s.there }

// workload are the frames of the workload of package e2e, as source fentry saw it.
func workload(t *testing.T) *standing {
	t.Helper()
	files, err := filepath.Glob("../e2e/testdata/*/fentry.pcapng.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording: %v", err)
	}
	r, err := pcapng.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := &standing{info: capture.Info{Name: capture.SourceFentry, Sees: capture.Describe(capture.SourceFentry).Always()}, upto: make(chan int), there: make(chan int)}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !rec.Preamble {
			s.frames = append(s.frames, rec.Frame)
		}
	}
	return s
}

// running is a model of a source that hands on frames until the test ends.
func running(t *testing.T, s *standing, o Options) *Model {
	t.Helper()
	o.Compile = filter.Compile
	m, err := New(o, pipeline.Options{Source: s, Decoder: decode.New(families.All(), decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = m.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		ended.Wait()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// settled is a snapshot of which everything is worked out.
func settled(m *Model, ask Ask) *Snapshot {
	for {
		if s := m.Snapshot(ask); s.Filtering == nil && (s.At == nil || s.At.Working == nil) {
			return s
		}
		time.Sleep(time.Millisecond)
	}
}

// state is all that a snapshot tells of a time, in words.
func state(s *Snapshot) string {
	var b strings.Builder
	cells := slices.Clone(s.Table.Cells)
	slices.SortFunc(cells, func(a, b aggregate.Cell) int { return strings.Compare(fmt.Sprint(a.Key), fmt.Sprint(b.Key)) })
	fmt.Fprintf(&b, "%v %+v %+v\n", s.Table.Time.UTC(), s.Table.Total, s.Table.Rates)
	for i := range cells {
		c := &cells[i]
		fmt.Fprintf(&b, "%+v %+v %+v %v %v\n", c.Key, c.Counters, c.Rates, c.Last.Seen.UTC(), c.Times.Quantile(0.5))
	}
	fmt.Fprintln(&b, strings.Join(exchanges(s, true), "\n"))
	fmt.Fprintln(&b, strings.Join(exchanges(s, false), "\n"))
	for i := range s.Incidents {
		in := &s.Incidents[i]
		fmt.Fprintf(&b, "incident %v %v %v %d\n", in.Begin.UTC(), in.End.UTC(), in.Open, in.Lost)
	}
	for i := range s.Sockets.List {
		k := &s.Sockets.List[i]
		fmt.Fprintf(&b, "socket %d %d %v %+v\n", k.Protocol, k.PortID, k.Owner, *k.Live)
	}
	for _, k := range s.Messages.List {
		fmt.Fprintf(&b, "message %v %s %s\n", k.Frame.Time.UTC(), k.Type, k.Outcome)
	}
	fmt.Fprintf(&b, "%d messages, heat %v\n", s.Messages.Total, s.Heat.Columns)
	return b.String()
}

func exchanges(s *Snapshot, open bool) (out []string) {
	if !open {
		for i := range s.Ended.List {
			k := &s.Ended.List[i]
			out = append(out, fmt.Sprintf("%v %s %v", k.Frame.Time.UTC(), k.Type, k.Exchange.Outcome))
		}
		return out
	}
	for i := range s.Open {
		x := &s.Open[i]
		out = append(out, fmt.Sprintf("%v %s %v %d waits", x.Time.UTC(), x.Request.Type, x.Outcome, x.Replies))
	}
	return out
}

var everything = Ask{Messages: &Messages{Count: 10000, Last: true}, Heat: &aggregate.All, Exchanges: &Exchanges{Count: 1000, Last: true}, Sockets: true}

// The state at a time is that of a capture that has come so far, whatever way one goes
// there, live and of a recording, and with a filter.
func TestStateAtTime(t *testing.T) {
	src := workload(t)
	all := len(src.frames)
	for _, expr := range []string{"", `family == "route"`} {
		for _, replay := range []bool{false, true} {
			t.Run(fmt.Sprintf("filter %s replay %v", expr, replay), func(t *testing.T) {
				o := func() Options {
					if replay {
						return Options{Replay: &Replay{}}
					}
					return Options{}
				}
				src := workload(t)
				m := running(t, src, o())
				src.to(all)
				if err := m.SetFilter(expr); err != nil {
					t.Fatal(err)
				}
				for _, n := range []int{all / 2, all / 4, all / 3, all - 1} {
					for n < all && !src.frames[n].Time.After(src.frames[n-1].Time) {
						n++ // several at a time
					}
					at := src.frames[n-1].Time
					if _, err := m.Go(To{Time: at}); err != nil {
						t.Fatal(err)
					}
					got := settled(m, everything)
					want := stateAfter(t, n, expr, at)
					if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(state(got), "\n")); diff != "" {
						t.Fatalf("%d of %d frames (-captured +gone to):\n%s", n, all, diff)
					}
					if got.At == nil || !got.At.Time.Equal(at) || got.At.Frames != uint64(n) || !got.At.Begins.IsZero() {
						t.Errorf("%+v", got.At)
					}
				}
				if _, err := m.Go(Now); err != nil {
					t.Fatal(err)
				}
				if s := settled(m, Ask{}); s.At != nil || s.Frames != uint64(all) {
					t.Errorf("now: %+v, %d frames", s.At, s.Frames)
				}
				if _, err := m.Go(To{Time: src.frames[0].Time.Add(-time.Hour)}); err == nil {
					t.Error("there is a state before all frames")
				}
			})
		}
	}
}

// stateAfter is the state of a recording that has come so far.
func stateAfter(t *testing.T, n int, expr string, at time.Time) string {
	t.Helper()
	src := workload(t)
	m := running(t, src, Options{Replay: &Replay{}, Filter: expr})
	if expr != "" {
		f, err := filter.Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		m.Pipeline().Narrow(f)
	}
	src.to(n)
	s := m.Snapshot(everything)
	if s.Table.Time.After(at) {
		t.Fatalf("the capture is at %v, not %v", s.Table.Time, at)
	}
	if len(s.Messages.List) == 0 || len(s.Ended.List) == 0 || len(s.Sockets.List) == 0 {
		t.Fatal("it proves nothing")
	}
	return state(s)
}

// From message to message, and from error to error, one comes by all of them, and back.
func TestGoStepByStep(t *testing.T) {
	src := workload(t)
	m := running(t, src, Options{Replay: &Replay{}})
	src.to(len(src.frames))
	all := settled(m, everything).Messages.List
	for _, tt := range []struct {
		name string
		to   func(way int) To
		is   func(k *aggregate.Kept) bool
	}{
		{"messages", func(way int) To { return To{Step: way} }, func(*aggregate.Kept) bool { return true }},
		{"faults", func(way int) To { return To{Fault: way} }, func(k *aggregate.Kept) bool {
			return k.Errno > 0 && !k.Probe || k.Frame.Verdict.Lost()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var want []uint64 // frames with one, from the last to the first
			for i := len(all) - 1; i >= 0; i-- {
				if id := all[i].Frame.ID; tt.is(&all[i]) && (len(want) == 0 || want[len(want)-1] != id) {
					want = append(want, id)
				}
			}
			if _, err := m.Go(Now); err != nil {
				t.Fatal(err)
			}
			want = want[:min(len(want), steps)]
			if got := walked(m, tt.to(-1)); !slices.Equal(got, want) || len(want) < 2 {
				t.Errorf("back by %v, want %v", got, want)
			}
			slices.Reverse(want)
			if got := walked(m, tt.to(1)); !slices.Equal(got[:min(len(got), len(want)-1)], want[1:]) {
				t.Errorf("forth by %v, want %v", got, want[1:])
			}
		})
	}
	if _, err := m.Go(Now); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Go(To{Step: 1}); err == nil {
		t.Error("there is a message behind the last")
	}
}

// walked are the frames of the messages that one comes by.
func walked(m *Model, to To) (ids []uint64) {
	for len(ids) < steps {
		stop, err := m.Go(to)
		if err != nil {
			break
		}
		if stop.Message != nil {
			ids = append(ids, stop.Message.Frame.ID)
		}
	}
	return ids
}

// steps is how many are taken at most.
const steps = 40

// Under a filter that was added live, what comes afterwards is counted once, as before it,
// and what had to leave is said to be missing.
func TestFilterGoesOn(t *testing.T) {
	src := workload(t)
	m := running(t, src, Options{})
	all := len(src.frames)
	src.to(all / 2)
	if err := m.SetFilter(`family == "route"`); err != nil {
		t.Fatal(err)
	}
	for n := all / 2; n <= all; n++ { // while what is kept is read
		src.to(n)
	}
	got := settled(m, everything)
	alone := workload(t)
	o := running(t, alone, Options{Replay: &Replay{}})
	o.Pipeline().Narrow(mustCompile(t, `family == "route"`))
	alone.to(all)
	want := o.Snapshot(everything)
	if got.Table.Total != want.Table.Total || got.Messages.Total != want.Messages.Total || want.Table.Total.Messages() == 0 {
		t.Errorf("%+v, %d messages, want %+v, %d", got.Table.Total, got.Messages.Total, want.Table.Total, want.Messages.Total)
	}
	if diff := cmp.Diff(exchanges(want, false), exchanges(got, false)); diff != "" {
		t.Errorf("exchanges (-want +got):\n%s", diff)
	}
	if !got.FilterSince.IsZero() || got.Counted <= got.Table.Total.Messages() {
		t.Errorf("since %v, %d counted", got.FilterSince, got.Counted)
	}
	if err := m.SetFilter(""); err != nil {
		t.Fatal(err)
	}
	if s := settled(m, Ask{}); s.Table.Total.Messages() <= got.Table.Total.Messages() || s.Filter != "" {
		t.Errorf("without it %d messages, with it %d", s.Table.Total.Messages(), got.Table.Total.Messages())
	}
	m.Clear()
	if s := settled(m, Ask{}); s.Table.Total.Messages() != 0 {
		t.Errorf("%d messages, cleared", s.Table.Total.Messages())
	}
	if _, err := m.Go(To{Step: -1}); err == nil {
		t.Error("there is a message before now, cleared")
	}
}

func mustCompile(t *testing.T, expr string) *filter.Filter {
	t.Helper()
	f, err := filter.Compile(expr)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Where the oldest had to leave, a filter and a state at a time say from when on they know.
func TestPastHasLeft(t *testing.T) {
	src := workload(t)
	m := running(t, src, Options{History: spool.Options{Bytes: 50_000, Memory: 50_000, Dir: t.TempDir()}})
	src.to(len(src.frames))
	held := m.Snapshot(Ask{}).Held
	if held.Gone == 0 {
		t.Fatalf("%+v: nothing has left", held)
	}
	if err := m.SetFilter(`family == "route"`); err != nil {
		t.Fatal(err)
	}
	s := settled(m, Ask{})
	if s.FilterSince.IsZero() || !s.FilterSince.After(src.frames[0].Time) || s.Table.Start.Before(s.FilterSince) {
		t.Errorf("the filter holds since %v, and what is shown begins at %v", s.FilterSince, s.Table.Start)
	}
	if _, err := m.Go(To{Time: src.frames[0].Time}); err == nil {
		t.Error("there is a state of a time that has left")
	}
	if _, err := m.Go(To{Step: -1}); err != nil {
		t.Fatal(err)
	}
	if s := settled(m, Ask{}); s.At == nil || s.At.Begins != s.FilterSince {
		t.Errorf("%+v, the filter since %v", s.At, s.FilterSince)
	}
}
