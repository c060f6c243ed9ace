// SPDX-License-Identifier: Apache-2.0

package spool_test

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/spool"
)

// traced are the exchanges of a recording in the order in which trace --exchanges tells
// them (export.Ordered): that in which they began.
func traced(r *read) []correlate.Observation {
	list := slices.Clone(r.ended)
	slices.SortStableFunc(list, func(a, b correlate.Observation) int {
		x, y := a.Exchange, b.Exchange
		return cmp.Or(x.Time.Compare(y.Time), cmp.Compare(x.Request.Frame.ID, y.Request.Frame.ID), cmp.Compare(x.Request.Index, y.Request.Index))
	})
	return list
}

// windows are all exchanges of a query, some datagrams at a time.
func windows(t testing.TB, q *spool.Query, step int) (all []correlate.Exchange, datagrams int) {
	t.Helper()
	w := q.Window(0, 1, true)
	for at := w.Low; at < w.Low+w.Total; {
		got := q.Window(at, step, false)
		if len(got.List) == 0 || got.Total != w.Total || got.First != at {
			t.Fatalf("at %d: %d datagrams of %d from %d on, there were %d", at, len(got.List), got.Total, got.First, w.Total)
		}
		for i := range got.List {
			k := &got.List[i]
			all = append(append(all, *k.Exchange), got.Shared[k.Seq].List...)
			if k.Message != k.Exchange.Request || k.Outcome != k.Exchange.Outcome {
				t.Fatalf("exchange %d is told by another message than its request", i)
			}
		}
		at, datagrams = at+int64(len(got.List)), datagrams+len(got.List)
	}
	return all, datagrams
}

func describeExchange(x *correlate.Exchange) string {
	return fmt.Sprintf("%d/%d %s %s %v %v %d %d replies %v %v %d events %d lost", x.Request.Frame.ID, x.Request.Index, x.Request.Family,
		x.Request.Type, x.Proc.PID, x.Outcome, x.Errno, x.Replies, x.Last, x.Kernel, x.Events, x.Lost)
}

// Of every recording all exchanges are reached, in the order in which trace --exchanges tells
// them, each as it ended.
func TestEveryExchange(t *testing.T) {
	lab, _ := filepath.Glob("../decode/families/testdata/lab/*.pcapng.gz")
	old, _ := filepath.Glob("../e2e/testdata/84eb856/*.pcapng.gz")
	if len(lab) < 100 || len(old) != 5 {
		t.Fatalf("%d recordings of the lab, %v", len(lab), old)
	}
	sum, differ, failed := 0, 0, 0
	for _, path := range append(old, lab...) {
		name := filepath.Base(path)
		file := nltest.Unpacked(t, path)
		rd, err := pcapng.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var src capture.Source = rd
		if strings.HasPrefix(name, "a") { // of some, as if it were live
			src = &once{Source: rd}
		}
		r := wire(t, src, spool.Options{}, nil).run(t, rd)
		want := traced(r)
		q := r.spool.Query(r.pipe, spool.What{Exchanges: true}, false)
		q.Update(nil, r.spool.Frames())
		got, datagrams := windows(t, q, 100)
		if len(got) != len(want) {
			t.Errorf("%s: %d exchanges, trace has %d", name, len(got), len(want))
			continue
		}
		frames := map[uint64]bool{}
		for i := range got {
			frames[want[i].Exchange.Request.Frame.ID] = true
			a, b := describeExchange(&got[i]), describeExchange(want[i].Exchange)
			if a != b {
				if differ++; differ < 5 {
					t.Logf("%s:\n%s, was\n%s", name, a, b)
				}
			}
			if got[i].Request.Frame.ID != want[i].Exchange.Request.Frame.ID || got[i].Request.Index != want[i].Exchange.Request.Index {
				t.Fatalf("%s: exchange %d is another one:\n%s\n%s", name, i, a, b)
			}
			if got[i].Outcome != want[i].Exchange.Outcome {
				t.Errorf("%s: exchange %d ended otherwise:\n%s\n%s", name, i, a, b)
			}
		}
		if datagrams != len(frames) {
			t.Errorf("%s: %d lines of %d datagrams", name, datagrams, len(frames))
		}
		sum += len(got)
		failed += troubles(t, name, r, got)
	}
	if sum < 1000 || failed < 100 || differ*100 > sum {
		t.Errorf("%d exchanges, %d failed, %d differ in what else is known of them", sum, failed, differ)
	}
}

// troubles compares what is found of outcomes and rows with what there is.
func troubles(t *testing.T, name string, r *read, all []correlate.Exchange) int {
	t.Helper()
	want := 0
	for i := range all {
		if spool.Troubles.Has(&all[i]) {
			want++
		}
	}
	q := r.spool.Query(r.pipe, spool.What{Exchanges: true, Outcomes: spool.Troubles}, false)
	q.Update(nil, r.spool.Frames())
	list, datagrams := windows(t, q, 64)
	got := 0
	for i := range list {
		if spool.Troubles.Has(&list[i]) {
			got++
		}
	}
	if got != want || datagrams > got {
		t.Errorf("%s: %d of %d exchanges with trouble, in %d datagrams", name, got, want, datagrams)
	}
	// A walk comes to each of them, forth and back, with the others of its datagram, at the place
	// where a window has it; and past what has none it reads nothing.
	every := r.spool.Query(r.pipe, spool.What{Exchanges: true}, false)
	every.Update(nil, r.spool.Frames())
	for _, back := range []bool{false, true} {
		steps := 0
		walk := every.Walk(spool.Start{Time: time.Unix(1<<33*int64(map[bool]int{true: 1}[back]), 0)}, back).Only(spool.Troubles)
		for list, more := walk.Next(); more; list, more = walk.Next() {
			found := spool.Window{Shared: walk.Shared()}
			for i := range list {
				if !spool.Troubles.Has(found.Worst(&list[i].Kept)) {
					continue
				}
				steps++
				if w := every.Window(list[i].At, 1, false); w.List[0].Seq != list[i].Seq || len(w.Shared[w.List[0].Seq].List) != len(found.Shared[list[i].Seq].List) {
					t.Fatalf("%s, back %v: at %d is %d, not %d", name, back, list[i].At, w.List[0].Seq, list[i].Seq)
				}
			}
		}
		if steps != datagrams {
			t.Errorf("%s, back %v: %d steps, %d datagrams with trouble", name, back, steps, datagrams)
		}
	}
	// The exchanges of a row are those of the datagrams in which it asked.
	s := r.table.Snapshot(time.Time{})
	for _, row := range s.Tree(aggregate.Query{Group: aggregate.GroupFamily}) {
		want, got := 0, 0
		for i := range r.ended {
			if row.ID.Asked(&r.ended[i]) {
				want++
			}
		}
		q := r.spool.Query(r.pipe, spool.What{Exchanges: true, Rows: []aggregate.RowID{row.ID}}, false)
		for range 20 { // as far as it has to read
			q.Update(r.table.CellsOf(row.ID), r.spool.Frames())
		}
		list, _ := windows(t, q, 64)
		if got = len(list); got != want {
			t.Errorf("%s: %s: %d exchanges, %d were counted", name, row.Label, got, want)
		}
	}
	return want
}

// How an exchange ended is known although its end is far from its request; one that has not
// ended is not there.
func TestLongExchange(t *testing.T) {
	for _, inPlace := range []bool{true, false} {
		file := longRecording(t)
		rd, err := pcapng.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var src capture.Source = rd
		if !inPlace {
			src = &once{Source: rd}
		}
		r := wire(t, src, spool.Options{}, nil).run(t, rd)
		if h := r.spool.Held(); h.Chunks < 5 {
			t.Fatalf("%d chunks: nothing is far", h.Chunks)
		}
		q := r.spool.Query(r.pipe, spool.What{Exchanges: true}, false)
		q.Update(nil, r.spool.Frames())
		w := q.Window(0, 3, false)
		if len(w.List) != 3 || w.List[0].Outcome != correlate.Failed || w.List[0].Errno != 16 || w.List[0].Latency < time.Second {
			t.Errorf("in place %v: the first of %d is %v %d after %v", inPlace, w.Total, w.List[0].Outcome, w.List[0].Errno, w.List[0].Latency)
		}
		// Before it had ended, it was not there.
		q.Update(nil, 1000)
		if w := q.Window(0, 3, false); len(w.List) == 0 || w.List[0].Message.Header.Seq == 1 {
			t.Errorf("in place %v: in a look at a time before its end it has ended, of %d", inPlace, w.Total)
		}
	}
}

// longRecording is of a request that is refused after two thousand others.
func longRecording(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := pcapng.NewWriter(&out, pcapng.Options{Version: "test", Info: capture.Info{Name: capture.SourceFentry}})
	if err != nil {
		t.Fatal(err)
	}
	id := uint64(0)
	write := func(dir capture.Dir, port uint32, data []byte) {
		id++
		f := &capture.Frame{
			Origin: &capture.Origin{Dir: dir, Source: capture.SourceNlmon, Proc: capture.Proc{PID: port, Comm: "ip"}, Socket: capture.Socket{PortID: port}},
			ID:     id, Time: time.Unix(1000, int64(id)*int64(time.Millisecond)), Data: data, OrigLen: len(data),
		}
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(seq uint32) []byte { return nltest.Message(16, 5, seq, 0, make([]byte, 16)) }
	answer := func(seq uint32, errno byte) []byte {
		return nltest.Message(2, 0, seq, 0, []byte{-errno, 0xff, 0xff, 0xff}, ask(seq)[:16])
	}
	ok := func(seq uint32) []byte { return nltest.Message(2, 0x100, seq, 0, make([]byte, 4), ask(seq)[:16]) }
	write(capture.DirRequest, 7, ask(1))
	for seq := range uint32(1000) {
		write(capture.DirRequest, 8, ask(seq+10))
		write(capture.DirReply, 8, ok(seq+10))
	}
	write(capture.DirReply, 7, answer(1, 16)) // -EBUSY
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A filter that comes later holds for exchanges, too.
func TestFilterExchangesLater(t *testing.T) {
	rd, err := pcapng.NewReader(bytes.NewReader(nltest.Unpacked(t, "../e2e/testdata/84eb856/fentry.pcapng.gz")))
	if err != nil {
		t.Fatal(err)
	}
	r := wire(t, &once{Source: rd}, spool.Options{}, nil).run(t, rd)
	f, err := filter.Compile(`type == "RTM_NEWLINK"`)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for i := range r.ended {
		if f.Match(&r.ended[i]) {
			want++
		}
	}
	r.pipe.Narrow(f)
	q := r.spool.Query(r.pipe, spool.What{Exchanges: true}, true)
	for range 40 {
		q.Update(nil, r.spool.Frames())
	}
	got, _ := windows(t, q, 20)
	if len(got) != want || want == 0 || want == len(r.ended) {
		t.Errorf("%d exchanges pass, %d of %d do", len(got), want, len(r.ended))
	}
}
