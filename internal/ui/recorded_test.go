// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
)

// played is a source of frames that were captured once, with tables as they come from
// the kernel.
type played struct {
	info   capture.Info
	stats  capture.Stats
	frames []*capture.Frame
	teach  []*capture.Frame
	tables capture.Tables
}

func (p *played) Run(_ context.Context, emit func(*capture.Frame) error) error {
	for _, f := range p.frames {
		g := *f
		if err := emit(&g); err != nil {
			return err
		}
	}
	return nil
}
func (p *played) Stats() capture.Stats { return p.stats }
func (p *played) Info() capture.Info   { return p.info }
func (p *played) Close() error         { return nil }
func (p *played) Locks() ([]capture.LockRow, uint64, error) {
	return p.tables.Locks, p.tables.Lost, nil
}
func (p *played) Readers() ([]capture.Reader, time.Duration, error) {
	return p.tables.Readers, p.tables.Span, nil
}

// recorded is what nltop record makes of it.
func (p *played) recorded(t *testing.T) *pcapng.Reader {
	t.Helper()
	var out bytes.Buffer
	w, err := pcapng.NewWriter(&out, pcapng.Options{Version: "test", Info: p.info})
	if err != nil {
		t.Fatal(err)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(w.WritePreamble(p.teach))
	for _, f := range p.frames {
		check(w.WriteFrame(f))
	}
	check(w.WriteStats(p.stats))
	tables, err := capture.ReadTables(p)
	check(err)
	check(w.WriteTables(&tables))
	check(w.Close())
	r, err := pcapng.NewReader(&out)
	check(err)
	return r
}

// captured is what a source saw of the workload of package e2e.
func captured(t *testing.T, source string, sees capture.Sees) *played {
	t.Helper()
	files, err := filepath.Glob("../e2e/testdata/*/" + source + ".pcapng.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording of the workload by source %s in internal/e2e/testdata/*/ (how: the README there), %v", source, err)
	}
	r, err := pcapng.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p := &played{info: capture.Info{
		Name: source, Scope: "all network namespaces", Sees: sees, Blind: []string{"the far side"}, Notes: []string{"a hook is missing"},
		RMemMax: 212992,
	}}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		rec.Frame.Change(func(o *capture.Origin) { o.Sees = sees })
		if rec.Preamble {
			p.teach = append(p.teach, rec.Frame)
		} else {
			p.frames = append(p.frames, rec.Frame)
		}
	}
	p.stats = r.Stats()
	p.stats.Lost = p.stats.Lost[:len(p.stats.Lost)-2] // the reader's own
	if sees.Has(capture.SeesReads) {
		p.tables.Span = 4 * time.Second
		for _, f := range p.frames {
			p.tables.Readers = append(p.tables.Readers, capture.Reader{Inode: f.Socket.Inode, Reads: 12, Stall: time.Millisecond, Last: f.Time})
		}
	}
	if sees.Has(capture.SeesLocks) {
		ms := capture.Times{Count: 2, Sum: 3 * time.Millisecond, Max: 2 * time.Millisecond}
		p.tables.Locked, p.tables.Lost = true, 3
		p.tables.Locks = []capture.LockRow{
			{Proc: capture.Proc{PID: 5, Comm: "ip", Name: "ip"}, Request: true, Type: 17, Hold: ms, Blamed: time.Millisecond},
			{Proc: capture.Proc{PID: 6, Comm: "kworker", Name: "kworker"}, Hold: ms, Wait: ms},
		}
	}
	return p
}

// sayings is all that nltop says of a source: every page, and what every command writes,
// by name.
func sayings(t *testing.T, src capture.Source, teach func(*pipeline.Pipeline), limits incident.Limits) map[string]string {
	t.Helper()
	dec := decode.New(tables(), decode.Options{})
	said := map[string]string{}
	var texts [8]bytes.Buffer
	group := dec.GroupName
	plain := export.NewText(&texts[0], export.TextOptions{UTC: true, Group: group})
	verbose := export.NewText(&texts[1], export.TextOptions{UTC: true, Group: group, Verbose: 2})
	ends := export.NewTextExchanges(export.NewText(&texts[2], export.TextOptions{UTC: true, Group: group}))
	jsonEnds := export.NewJSONExchanges(export.NewJSON(&texts[4], group))
	// A model for a replay: the sockets and the time are those of the frames.
	m, err := live.New(live.Options{Replay: &live.Replay{Path: "f"}}, pipeline.Options{
		Source: src, Decoder: dec, Sinks: []pipeline.Sink{plain, verbose, ends, export.NewJSON(&texts[3], group), jsonEnds},
	})
	if err != nil {
		t.Fatal(err)
	}
	teach(m.Pipeline())
	if err := m.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	snap := m.Snapshot(live.Ask{Exchanges: &live.Exchanges{Count: 1000, Last: true}, Sockets: true, Locks: true})
	rows, jsons := live.Rows(&snap.Table, "all", "messages"), json.NewEncoder(&texts[6])
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(export.StatTable(&texts[5], rows, &snap.Info, 0))
	check(export.SocketTable(&texts[7], snap.Sockets.List, group))
	check(export.LockTable(&texts[7], snap.Locks.Rows))
	fmt.Fprintln(&texts[7], snap.Locks.Lost, snap.Sockets.Missing)
	for i := range snap.Incidents {
		check(plain.Incident(&snap.Incidents[i], limits))
		check(export.NewJSON(&texts[3], group).Incident(&snap.Incidents[i], limits))
	}
	for _, v := range []any{rows, snap.Sockets.List, snap.Locks.Rows, snap.Open, snap.Ended.List} {
		if i, isRows := v.([]live.Row); isRows {
			check(jsons.Encode(i))
			continue
		}
		check(jsons.Encode(fmt.Sprintf("%d", lengthOf(v))))
	}
	for i, name := range []string{"trace", "trace -vv", "trace -e", "trace -o json", "trace -e -o json", "stat", "stat -o json", "sockets"} {
		said[name] = texts[i].String()
	}
	pages(t, m, limits, group, said)
	return said
}

func lengthOf(v any) int {
	b, _ := json.Marshal(v)
	return len(b)
}

func pages(t *testing.T, m Model, limits incident.Limits, group func(uint16, uint32) string, said map[string]string) {
	t.Helper()
	for _, page := range append([]pageKeys{{"exchange", []string{"x", "Down", "Enter"}}}, allPages...) {
		c := newScreen(t, 160, 50)
		a := newApp(c, m, Options{Interval: defaultInterval, Limits: limits, GroupName: group})
		a.cpu = func(time.Time) float64 { return 1 }
		h := &harness{app: a, t: t, sim: c.SimulationScreen, show: c}
		h.refresh(epoch)
		h.draw()
		h.press(page.keys...)
		if page.name == "who" && h.prompt != nil { // nothing is under the cursor: all that changed
			h.press("Enter")
		}
		_, body, _ := strings.Cut(h.text(), "\n") // the title names source or file
		said["page "+page.name] = body
		c.Fini()
	}
}

// ofReading is what only a recording says: that it is one, by what it was made, and what
// its reader had to skip; and the blank lines that fill a page.
var ofReading = regexp.MustCompile(`(?m)^( *(recorded by source |skipped: |source  ).*| Notes| *)\n`)

// differ compares what was said live and of the recording.
func differ(live, recorded string) string {
	lines := func(s string) []string { return strings.Split(ofReading.ReplaceAllString(s, ""), "\n") }
	diff := cmp.Diff(lines(live), lines(recorded))
	return diff[:min(len(diff), 3000)]
}

// Whatever page or command: a recording tells what the live run told, no more and no less.
func TestRecordedIsLive(t *testing.T) {
	type run struct {
		name string
		src  *played
	}
	var runs []run
	for _, d := range capture.Sources() {
		runs = append(runs, run{d.Name, captured(t, d.Name, d.Always())})
	}
	runs = append(runs,
		run{"with --rtnl", captured(t, capture.SourceFentry, capture.AllSees)},
		run{"without a hook on overruns", captured(t, capture.SourceFentry, capture.AllSees&^(capture.SeesLosses|capture.SeesNobufs))},
		run{"without a hook on sends", captured(t, capture.SourceKprobe, capture.AllSees&^(capture.SeesCompletions|capture.SeesKernelTime|capture.SeesCauses))},
	)
	for _, r := range runs {
		t.Run(r.name, func(t *testing.T) {
			limits := incident.Limits{RMemMax: r.src.info.RMemMax}
			want := sayings(t, r.src, func(p *pipeline.Pipeline) { p.Learn(r.src.teach) }, limits)
			file := r.src.recorded(t)
			got := sayings(t, file, func(p *pipeline.Pipeline) {
				file.OnPreamble(func(f *capture.Frame) error { p.Learn([]*capture.Frame{f}); return nil })
			}, incident.Limits{RMemMax: file.Info().RMemMax})
			for name := range want {
				if diff := differ(want[name], got[name]); diff != "" {
					t.Errorf("%s (-live +recorded):\n%s", name, diff)
				}
			}
			if len(want["trace"]) == 0 || len(want["stat"]) == 0 {
				t.Error("it says nothing")
			}
		})
	}
}

// What a source cannot see is not said not to have happened.
func TestUnseenIsSaid(t *testing.T) {
	type said struct{ source, page, want, never string }
	told := map[string]map[string]map[string]string{}
	for _, tt := range []said{
		{capture.SourceFentry, "page incidents", "nobody has lost anything", "does not see"},
		{capture.SourceFentry, "page incidents", "lost messages: 0", ""},
		{capture.SourceSyscall, "page incidents", "source syscall does not see losses", "nobody"},
		{capture.SourceSyscall, "page incidents", "Overruns", "lost messages: 0"},
		{capture.SourceNlmon, "page incidents", "source nlmon does not see losses", "nobody"},
		{capture.SourceNlmon, "page incidents", "Overruns", "lost messages: 0"},
		{capture.SourceListen, "page incidents", "source listen does not see losses", "nobody"},
		{capture.SourceListen, "page incidents", "Overruns", "lost messages: 0"},
		{capture.SourceListen, "page exchanges", "source listen does not see requests", "no request yet"},
		{capture.SourceListen, "page heat", "source listen does not see requests", "no latency"},
		{capture.SourceFentry, "page losses", "datagrams dropped          0", "does not see"},
		{capture.SourceSyscall, "page losses", "datagrams dropped          source syscall does not see this", ""},
		{capture.SourceFentry, "page tree", "drops 0", ""},
		{capture.SourceSyscall, "page tree", "ENOBUFS 0", "drops 0"},
		{capture.SourceNlmon, "page tree", "errors", "ENOBUFS 0"},
		{capture.SourceNlmon, "stat", "  37076  -      -  ", ""},
		{capture.SourceSyscall, "page sockets", "source syscall does not see how sockets are read", ""},
		{capture.SourceSyscall, "page rtnl", "source syscall does not see rtnl_mutex: it takes fentry or kprobe", ""},
		{capture.SourceFentry, "page rtnl", "--rtnl", "does not see"},
		{capture.SourceSyscall, "trace -e", "system call", "kernel "},
		{capture.SourceSyscall, "trace -e", "1 reader", "listener"},
		{capture.SourceNlmon, "trace -e", "listener", "reader"},
		{capture.SourceListen, "trace -e", "caused by", "listener"},
		{capture.SourceFentry, "trace -e", "kernel ", "system call"},
	} {
		if told[tt.source] == nil {
			p := captured(t, tt.source, capture.Describe(tt.source).Always())
			p.frames = slices.DeleteFunc(p.frames, func(f *capture.Frame) bool { return f.Verdict > capture.VerdictFailed || f.Verdict.Lost() })
			told[tt.source] = map[string]map[string]string{
				"live":     sayings(t, p, func(*pipeline.Pipeline) {}, incident.Limits{}),
				"recorded": sayings(t, p.recorded(t), func(*pipeline.Pipeline) {}, incident.Limits{}),
			}
		}
		for what, all := range told[tt.source] {
			got := all[tt.page]
			if !strings.Contains(got, tt.want) || tt.never != "" && strings.Contains(got, tt.never) {
				t.Errorf("%s, %s, %s: want %q, not %q:\n%s", tt.source, what, tt.page, tt.want, tt.never, got[:min(len(got), 2500)])
			}
		}
	}
}

// Where the header counts ENOBUFS, the page of incidents does not say that nothing is seen.
func TestNobufsWithoutLosses(t *testing.T) {
	p := captured(t, capture.SourceSyscall, capture.Describe(capture.SourceSyscall).Always())
	read := *p.frames[len(p.frames)-1]
	read.Kind, read.Data, read.OrigLen = capture.KindSocketError, nil, 0
	read.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictNobufsRead })
	p.frames = append(p.frames, &read)
	got := sayings(t, p, func(*pipeline.Pipeline) {}, incident.Limits{})["page incidents"]
	if want := "1 ENOBUFS: readers lost messages; which, nobody saw: source syscall does not see losses"; !strings.Contains(got, want) {
		t.Errorf("want %q:\n%s", want, got[:min(len(got), 1500)])
	}
}

// Of recordings that do not say what their source saw, its name tells.
func TestOldRecordingsTellTheSame(t *testing.T) {
	files, err := filepath.Glob("../e2e/testdata/84eb856/*.pcapng.gz")
	if err != nil || len(files) != 5 {
		t.Fatalf("recordings %v, %v", files, err)
	}
	for _, file := range files {
		r, err := pcapng.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		d := capture.Describe(strings.TrimSuffix(filepath.Base(file), ".pcapng.gz"))
		want := captured(t, d.Name, d.Recorded())
		info := r.Info().Recorded[0]
		want.info.Scope, want.info.Blind, want.info.Notes, want.info.RMemMax = info.Scope, info.Blind, info.Notes, 0
		want.tables = capture.Tables{} // which it does not have
		w := sayings(t, want, func(p *pipeline.Pipeline) { p.Learn(want.teach) }, incident.Limits{})
		g := sayings(t, r, func(p *pipeline.Pipeline) {
			r.OnPreamble(func(f *capture.Frame) error { p.Learn([]*capture.Frame{f}); return nil })
		}, incident.Limits{})
		for name := range w {
			if name == "page sockets" || name == "sockets" {
				continue // the old one does not tell how they were read
			}
			if diff := differ(w[name], g[name]); diff != "" {
				t.Errorf("%s, %s (-live +recorded):\n%s", d.Name, name, diff)
			}
		}
	}
}
