// SPDX-License-Identifier: Apache-2.0

package spool_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// once is a source that cannot be read twice, some times over.
type once struct {
	capture.Source
	times  int
	frames func(n int, f *capture.Frame)
}

func (o *once) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	var all []*capture.Frame
	if err := o.Source.Run(ctx, func(f *capture.Frame) error { all = append(all, f); return nil }); err != nil {
		return err
	}
	last, span := uint64(0), time.Duration(0)
	for _, f := range all {
		last, span = max(last, f.ID), max(span, f.Time.Sub(all[0].Time))
	}
	n := 0
	for i := range max(o.times, 1) {
		for _, f := range all {
			g := *f
			g.Time = f.Time.Add(time.Duration(i) * (span + time.Second))
			for _, id := range []*uint64{&g.ID, &g.Of, &g.Cause} {
				if *id != 0 {
					*id += uint64(i) * last
				}
			}
			if n++; o.frames != nil {
				o.frames(n, &g)
			}
			if err := emit(&g); err != nil {
				return err
			}
		}
	}
	return nil
}

// read is a recording as it was read, and every message of it.
type read struct {
	spool *spool.Spool
	pipe  *pipeline.Pipeline
	table *aggregate.Table
	all   []correlate.Observation
	ended []correlate.Observation // exchanges, as they end
}

func (r *read) Observe(x *correlate.Observation) error {
	if x.End == correlate.EndExchange {
		own := *x
		own.Own()
		r.ended = append(r.ended, own)
	}
	if aggregate.IsMessage(x) {
		r.all = append(r.all, *x)
	}
	return nil
}

// tables are made once: that takes longer than most recordings.
var tables = sync.OnceValue(families.All)

// wire makes a pipeline for a source, with a spool.
func wire(t testing.TB, src capture.Source, o spool.Options, f *filter.Filter) *read {
	t.Helper()
	r := &read{spool: spool.New(o)}
	r.spool.Of(src)
	t.Cleanup(func() { r.spool.Close() })
	r.table = aggregate.New(aggregate.Options{Message: r.spool.Message, Ended: r.spool.Ended})
	var err error
	r.pipe, err = pipeline.New(pipeline.Options{
		Source: src, Decoder: decode.New(tables(), decode.Options{}), Table: r.table, Keeper: r.spool, Filter: f,
		Sinks: []pipeline.Sink{r}, Ends: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *read) run(t testing.TB, file *pcapng.Reader) *read {
	t.Helper()
	if file != nil {
		file.OnPreamble(func(f *capture.Frame) error { r.pipe.Learn([]*capture.Frame{f}); return nil })
	}
	if err := r.pipe.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.spool.End()
	return r
}

// list reads all of a query, some messages at a time.
func list(t testing.TB, q *spool.Query, step int) (all []aggregate.Kept) {
	t.Helper()
	w := q.Window(0, 1, true)
	for at := w.Low; at < w.Low+w.Total; {
		got := q.Window(at, step, false)
		if len(got.List) == 0 {
			t.Fatalf("nothing at %d of %d", at-w.Low, w.Total)
		}
		if got.Low != w.Low || got.Total != w.Total || got.First != at {
			t.Fatalf("at %d: %+v became %+v", at, w, got)
		}
		all = append(all, got.List...)
		at += int64(len(got.List))
	}
	return all
}

func describe(x *correlate.Observation) string {
	s := fmt.Sprintf("%d/%d %s %s %s %v %v %d %v %x", x.Frame.ID, x.Message.Index, x.Frame.Time, x.Family, x.Type, x.Account, x.Outcome, x.Errno, x.Latency, x.Message.Data)
	if r := x.Exchange; r != nil {
		s += fmt.Sprintf(" %v %d %v %v", r.Outcome, r.Replies, r.Ended, r.Kernel)
	}
	if e := x.Event; e != nil {
		s += fmt.Sprintf(" %d %v", e.Delivered, e.Cause.Proc)
	}
	return s
}

func recordings(t testing.TB) []string {
	t.Helper()
	old, _ := filepath.Glob("../e2e/testdata/84eb856/*.pcapng.gz")
	lab, _ := filepath.Glob("../decode/families/testdata/lab/[ac]*.6.12.pcapng.gz")
	if len(old) != 5 || len(lab) < 3 {
		t.Fatalf("recordings %v %v", old, lab)
	}
	return append(old, lab...)
}

// Of a recording in place, and of what can be read once, every message is reached, in
// order, as it was when it was read: its process, its outcome, what became of it. Rows
// have those that the table counts.
func TestEveryMessage(t *testing.T) {
	for _, path := range recordings(t) {
		file := nltest.Unpacked(t, path)
		for _, inPlace := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s in place %v", filepath.Base(path), inPlace), func(t *testing.T) {
				rd, err := pcapng.NewReader(bytes.NewReader(file))
				if err != nil {
					t.Fatal(err)
				}
				var src capture.Source = rd
				if !inPlace {
					src = &once{Source: rd}
				}
				r := wire(t, src, spool.Options{}, nil).run(t, rd)
				if h := r.spool.Held(); h.InPlace != inPlace || h.Chunks < 1 || inPlace && h.Bytes != 0 {
					t.Errorf("held %+v", h)
				}
				q := r.spool.Query(r.pipe, spool.What{}, false)
				q.Update(nil, r.spool.Frames())
				got := list(t, q, 150)
				if len(got) != len(r.all) {
					t.Fatalf("%d of %d messages", len(got), len(r.all))
				}
				differ, seq := 0, uint64(0)
				for i := range got {
					if got[i].Seq <= seq {
						t.Fatalf("message %d: %d after %d", i, got[i].Seq, seq)
					}
					seq = got[i].Seq
					if a, b := describe(&got[i].Observation), describe(&r.all[i]); a != b {
						if differ++; differ < 3 {
							t.Logf("message %d:\n%s, was\n%s", i, a, b)
						}
					}
				}
				// Some wait for longer than a chunk, or were asked before it.
				if differ*50 > len(got) {
					t.Errorf("%d of %d messages differ", differ, len(got))
				}
				rows(t, r)
			})
		}
	}
}

// rows compares what is found of rows with what was counted.
func rows(t *testing.T, r *read) {
	t.Helper()
	s := r.table.Snapshot(time.Time{})
	found, counted := 0, 0
	for _, fam := range s.Tree(aggregate.Query{Group: aggregate.GroupFamily}) {
		for _, row := range fam.Children {
			q := r.spool.Query(r.pipe, spool.What{Rows: []aggregate.RowID{row.ID}}, false)
			q.Update(r.table.CellsOf(row.ID), r.spool.Frames())
			n := len(list(t, q, 64))
			found, counted = found+n, counted+int(row.Messages())
			if diff := n - int(row.Messages()) - int(row.Drops); diff > 2 || diff < -2 {
				t.Errorf("%s %s: %d messages, %d were counted, %d dropped", fam.Label, row.Label, n, row.Messages(), row.Drops)
			}
		}
	}
	if found == 0 || counted == 0 {
		t.Error("nothing was found")
	}
}

// What is held is bounded; the newest stays, what left is counted, and the positions of
// the others are what they were.
func TestBound(t *testing.T) {
	file := nltest.Unpacked(t, "../e2e/testdata/84eb856/fentry.pcapng.gz")
	for _, tt := range []struct {
		name   string
		o      spool.Options
		inFile bool
	}{
		{"in memory", spool.Options{Bytes: 1 << 20}, false},
		{"beyond memory in a file", spool.Options{Bytes: 3 << 20, Memory: 512 << 10, Dir: t.TempDir()}, true},
		{"without a place for a file", spool.Options{Bytes: 3 << 20, Memory: 512 << 10, Dir: "/proc/nowhere"}, false},
		{"all, in a file", spool.Options{Bytes: spool.All, Memory: 512 << 10, Dir: t.TempDir()}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rd, err := pcapng.NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			src := &once{Source: rd, times: 60}
			r := wire(t, src, tt.o, nil)
			var q *spool.Query
			var low int64
			src.frames = func(n int, _ *capture.Frame) {
				h := r.spool.Held()
				if tt.o.Bytes > 0 && h.Bytes > tt.o.Bytes+128<<10 || h.Memory > max(tt.o.Memory, 1<<20)+128<<10 {
					t.Fatalf("held %+v", h)
				}
				if n == 500 {
					q = r.spool.Query(r.pipe, spool.What{}, false)
					q.Update(nil, r.spool.Frames())
					low = q.Window(0, 1, true).Low
				}
			}
			r.run(t, rd)
			h := r.spool.Held()
			if (h.File > 0) != tt.inFile || (h.Gone > 0) != (tt.o.Bytes > 0) || tt.o.Bytes > 0 && h.Bytes < tt.o.Bytes/8 {
				t.Errorf("held %+v", h)
			}
			if files, _ := os.ReadDir(tt.o.Dir); len(files) != 0 && tt.inFile {
				t.Errorf("the file has a name: %v", files)
			}
			q.Update(nil, r.spool.Frames())
			got := list(t, q, 200)
			if w := q.Window(0, 1, true); int(h.Gone)+len(got) != len(r.all) || (w.Low > low) != (h.Gone > 0) || w.Gone != h.Gone {
				t.Errorf("%d left, %d are there, of %d; low was %d, is %d", h.Gone, len(got), len(r.all), low, w.Low)
			}
			for i := range got {
				x, y := &got[i].Observation, &r.all[int(h.Gone)+i]
				if x.Frame.ID != y.Frame.ID || !bytes.Equal(x.Message.Data, y.Message.Data) {
					t.Fatalf("message %d is of frame %d, was of %d", i, x.Frame.ID, y.Frame.ID)
				}
			}
		})
	}
}

// A filter that comes later finds what passes it in all that is held, the newest first.
func TestFilterLater(t *testing.T) {
	rd, err := pcapng.NewReader(bytes.NewReader(nltest.Unpacked(t, "../e2e/testdata/84eb856/fentry.pcapng.gz")))
	if err != nil {
		t.Fatal(err)
	}
	r := wire(t, &once{Source: rd, times: 40}, spool.Options{}, nil).run(t, rd)
	f, err := filter.Compile(`type == "RTM_NEWLINK" && dir == "event"`)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for i := range r.all {
		if f.Match(&r.all[i]) {
			want++
		}
	}
	r.pipe.Narrow(f)
	q := r.spool.Query(r.pipe, spool.What{}, true)
	var high int64
	var newest uint64
	for i := 0; ; i++ {
		q.Update(nil, r.spool.Frames())
		w := q.Window(0, 10, true)
		if i > 0 && (w.Low+w.Total != high || w.List[len(w.List)-1].Seq != newest) {
			t.Fatalf("the newest was at %d, is at %d", high, w.Low+w.Total)
		}
		high, newest = w.Low+w.Total, w.List[len(w.List)-1].Seq
		if w.Unread == 0 {
			if i == 0 || int(w.Total) != want || want == 0 {
				t.Errorf("%d of %d are found, after %d looks", w.Total, want, i+1)
			}
			break
		}
	}
	for _, k := range list(t, q, 100) {
		if k.Message.Type != "RTM_NEWLINK" {
			t.Errorf("%s passes", k.Message.Type)
		}
	}
	// What is kept while it is in force is found when it is not any more.
	r.spool.Unsure(true)
	r.pipe.Narrow(nil)
	q = r.spool.Query(r.pipe, spool.What{}, false)
	if q.Update(nil, r.spool.Frames()); q.Window(0, 1, true).Total != int64(len(r.all)) {
		t.Error("without a filter something is missing")
	}
}

// A gap stands in front of the message behind it, and what is older than a time is in
// front of it.
func TestGapsAndTimes(t *testing.T) {
	rd, err := pcapng.NewReader(bytes.NewReader(nltest.Unpacked(t, "../e2e/testdata/84eb856/fentry.pcapng.gz")))
	if err != nil {
		t.Fatal(err)
	}
	src := &once{Source: rd, times: 3}
	r := wire(t, src, spool.Options{}, nil)
	gap := spool.Gap{From: time.Unix(1, 0), To: time.Unix(2, 0), Messages: 7}
	before := 0
	src.frames = func(n int, _ *capture.Frame) {
		if n == 700 {
			before = len(r.all)
			r.spool.Gap(gap)
			r.spool.Gap(spool.Gap{From: gap.To, To: time.Unix(3, 0), Messages: 3})
		}
	}
	r.run(t, rd)
	q := r.spool.Query(r.pipe, spool.What{}, false)
	q.Update(nil, r.spool.Frames())
	w := q.Window(int64(before)-5, 20, false)
	if len(w.Gaps) != 1 || w.Gaps[0].At != 5 || w.Gaps[0].Messages != 10 || !w.Gaps[0].From.Equal(gap.From) || w.Gaps[0].To.Unix() != 3 {
		t.Errorf("gaps %+v", w.Gaps)
	}
	if w := q.Window(0, 20, false); len(w.Gaps) != 0 {
		t.Errorf("gaps at the beginning: %+v", w.Gaps)
	}
	r.spool.Gap(gap)
	if q.Update(nil, r.spool.Frames()); len(q.Window(0, 10, true).Gaps) != 1 {
		t.Error("no gap at the end")
	}
	for _, i := range []int{0, 10, len(r.all) / 2, len(r.all) - 1} {
		at := r.all[i].Frame.Time
		got := q.Window(q.Find(at), 1, false).List[0].Frame.Time
		if got.Before(at) || i > 0 && got.After(r.all[min(i+40, len(r.all)-1)].Frame.Time) {
			t.Errorf("from %v on: %v", at, got)
		}
	}
	if got := q.Find(time.Unix(1<<40, 0)); got != int64(len(r.all))-1 {
		t.Errorf("from the end of time on: %d", got)
	}
	r.spool.Clear()
	if q.Update(nil, r.spool.Frames()); q.Window(0, 10, true).Total != 0 || r.spool.Held().Bytes != 0 {
		t.Error("something is left")
	}
}

// What was kept after a moment is not there in a look at that moment.
func TestUntil(t *testing.T) {
	rd, err := pcapng.NewReader(bytes.NewReader(nltest.Unpacked(t, "../e2e/testdata/84eb856/syscall.pcapng.gz")))
	if err != nil {
		t.Fatal(err)
	}
	src := &once{Source: rd}
	r := wire(t, src, spool.Options{}, nil)
	var end uint64
	messages := 0
	src.frames = func(n int, _ *capture.Frame) {
		if n == 150 {
			end, messages = r.spool.Frames(), len(r.all)
		}
	}
	r.run(t, rd)
	q := r.spool.Query(r.pipe, spool.What{}, false)
	q.Update(nil, end)
	if got := list(t, q, 40); len(got) != messages || messages == 0 || messages == len(r.all) {
		t.Errorf("%d messages, there were %d of %d", len(got), messages, len(r.all))
	}
	if q.Update(nil, r.spool.Frames()); len(list(t, q, 40)) != len(r.all) {
		t.Error("later, not all are there")
	}
	if q.Update(nil, end); len(list(t, q, 40)) != messages {
		t.Error("back at that moment, there are others")
	}
}
