// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// ruleset is a recording of
//
//	nltop record -f 'family == "nftables"' -- unshare -n sh -c '
//	  nft add table ip t; nft add chain ip t c
//	  nft add rule ip t c tcp dport "{ 22, 80, 443 }" accept
//	  nft add rule ip t c ip saddr "{ 10.0.0.0/8, 192.0.2.7 }" drop
//	  nft list ruleset'
func ruleset(t *testing.T) *pcapng.Reader {
	t.Helper()
	r, err := pcapng.Open("testdata/nftsets.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// replayed runs a recording as the view does.
func replayed(t *testing.T, r *pcapng.Reader) *Model {
	t.Helper()
	m, err := New(Options{Replay: &Replay{Path: "ruleset"}}, pipeline.Options{
		Source: r, Decoder: decode.New(families.All(), decode.Options{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	r.OnPreamble(func(f *capture.Frame) error { m.Pipeline().Learn([]*capture.Frame{f}); return nil })
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

var newRules = aggregate.RowID{Group: aggregate.GroupFamily, Depth: 2, Key: aggregate.Key{Type: aggregate.Type{Family: "nftables", Name: "NFT_MSG_NEWRULE"}}}

// A snapshot tells rules with what is in their anonymous sets, also those that a
// dump names by number alone, as nltop trace does.
func TestSnapshotKnowsSets(t *testing.T) {
	s := replayed(t, ruleset(t)).Snapshot(Ask{Messages: &Messages{Rows: []aggregate.RowID{newRules}, Count: 100}})
	var lines []string
	alone := 0
	for _, k := range s.Messages.List {
		said, ok := s.Said(&k)
		if !ok {
			t.Errorf("message %d of frame %d is not known", k.Message.Index, k.Frame.ID)
		}
		if s, _ := nft.Line(k.Message); strings.Contains(s, "@__set") {
			alone++
		}
		lines = append(lines, said.Line)
	}
	for _, w := range []string{
		"add rule ip t c tcp dport { 22, 80, 443 } accept",
		"add rule ip t c ip saddr { 10.0.0.0/8, 192.0.2.7 } drop",
		"ip t c tcp dport { 22, 80, 443 } accept # handle 3",
		"ip t c ip saddr { 10.0.0.0/8, 192.0.2.7 } drop # handle 5",
	} {
		if !slices.Contains(lines, w) {
			t.Errorf("%q is not among %q", w, lines)
		}
	}
	if alone != len(lines) || alone == 0 {
		t.Errorf("%d of %d rules name a set by number when they are read alone: the recording proves nothing", alone, len(lines))
	}
	strange := &capture.Frame{Origin: &capture.Origin{}, ID: 1 << 40}
	if b, ok := s.Said(&aggregate.Kept{Observation: correlate.Observation{Frame: strange, Message: &decode.Message{Frame: strange}}}); ok {
		t.Errorf("a message that was not seen says %q", b.Line)
	}
}

// A snapshot costs what is asked for, and Fill adds the rest as it was then.
func TestAsk(t *testing.T) {
	m := replayed(t, ruleset(t))
	s := m.Snapshot(Ask{})
	if s.Messages.List != nil || s.Ended.List != nil || s.Heat.Columns != nil || s.Sockets.List != nil || s.Locks.Why != "" {
		t.Errorf("nothing was asked for: %d messages, %d exchanges, %d sockets, %q", len(s.Messages.List), len(s.Ended.List), len(s.Sockets.List), s.Locks.Why)
	}
	all := Ask{Messages: &Messages{Rows: []aggregate.RowID{newRules}, Count: 100}, Heat: &aggregate.RowID{}, Exchanges: &Exchanges{Count: 1000}, Sockets: true, Locks: true}
	if s.Has(all) || !s.Has(Ask{Looking: true}) {
		t.Error("what it has")
	}
	m.Fill(s, all)
	if !s.Has(all) || len(s.Messages.List) == 0 || len(s.Ended.List) == 0 || len(s.Sockets.List) == 0 || s.Locks.Why == "" {
		t.Errorf("%d messages, %d exchanges, %d sockets, %q", len(s.Messages.List), len(s.Ended.List), len(s.Sockets.List), s.Locks.Why)
	}
	// A snapshot of an earlier time gets nothing that began after it.
	early := m.Snapshot(Ask{})
	then := s.Messages.List[0].Frame.Time
	early.Table.Time, early.Frames = then, s.Messages.List[0].Frame.ID
	m.Fill(early, all)
	for _, k := range early.Messages.List {
		if k.Frame.Time.After(then) {
			t.Errorf("a message of %v in a snapshot of %v", k.Frame.Time, then)
		}
	}
	for i := range early.Ended.List {
		if x := early.Ended.List[i].Exchange; x.Time.After(then) {
			t.Errorf("an exchange of %v in a snapshot of %v", x.Time, then)
		}
	}
	if n := len(early.Messages.List); n == 0 || n == len(s.Messages.List) {
		t.Errorf("%d of %d messages are earlier: the recording proves nothing", n, len(s.Messages.List))
	}
}

// A filter that is set on a recording holds for all of it, also when it has ended: what is
// kept is read once more, or the recording where not all of it is.
func TestFilterHoldsForAll(t *testing.T) {
	for _, tt := range []struct {
		name    string
		history int64
		opened  int // again
	}{{"kept", 0, 0}, {"not all is kept", 1, 3}} {
		t.Run(tt.name, func(t *testing.T) { testFilterHoldsForAll(t, spool.Options{Bytes: tt.history}, tt.opened) })
	}
}

func testFilterHoldsForAll(t *testing.T, history spool.Options, opened int) {
	closed := 0
	m, err := New(Options{
		Replay:  &Replay{},
		Compile: filter.Compile,
		History: history,
		Again:   func() (capture.Source, error) { return counted{ruleset(t), &closed}, nil },
	}, pipeline.Options{Source: ruleset(t), Decoder: decode.New(families.All(), decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { _ = m.Run(ctx) })
	total := func() uint64 {
		for {
			if s := m.Snapshot(Ask{}); s.Replay.Ended && s.Filtering == nil {
				return s.Table.Total.Messages()
			}
			time.Sleep(time.Millisecond) // until it has ended
		}
	}
	all := total()
	few := all
	for _, expr := range []string{`type == "NFT_MSG_NEWRULE"`, `type == "no such"`, ``} {
		before := few
		if err := m.SetFilter(expr); err != nil {
			t.Fatal(err)
		}
		for few = total(); few == before; few = total() {
			time.Sleep(time.Millisecond) // until it is read again
		}
		s := m.Snapshot(Ask{})
		if s.Filter != expr || !s.FilterSince.IsZero() {
			t.Errorf("filter %q since %v", s.Filter, s.FilterSince)
		}
		if expr != `type == "NFT_MSG_NEWRULE"` {
			continue
		}
		if few == 0 || few >= all {
			t.Errorf("%d of %d messages pass", few, all)
		}
		s = m.Snapshot(Ask{Exchanges: &Exchanges{Count: 1000, Last: true}, Messages: &Messages{Count: 1000, Last: true}})
		if history.Bytes == 0 && (len(s.Messages.List) == 0 || len(s.Ended.List) == 0) {
			t.Errorf("%d messages, %d exchanges", len(s.Messages.List), len(s.Ended.List))
		}
		for _, k := range s.Messages.List {
			if k.Type != "NFT_MSG_NEWRULE" {
				t.Errorf("message %s", k.Type)
			}
		}
	}
	if few != all {
		t.Errorf("%d messages without a filter, %d at first", few, all)
	}
	cancel()
	ended.Wait()
	if err := m.Close(); err != nil || closed != opened {
		t.Errorf("%v, %d readers closed", err, closed)
	}
}

type counted struct {
	*pcapng.Reader
	closed *int
}

func (c counted) Close() error {
	*c.closed++
	return c.Reader.Close()
}

// What is kept of nftables is bounded in number and in bytes.
func TestToldsBound(t *testing.T) {
	rule := replayed(t, ruleset(t)).Snapshot(Ask{Messages: &Messages{Rows: []aggregate.RowID{newRules}, Count: 100}}).Messages.List[0]
	var l lastSaid
	n := maxSaid + 100
	for i := range n {
		f, m := *rule.Frame, *rule.Message
		f.ID, m.Frame = uint64(i+1), &f
		for range 2 { // a frame that comes again
			l.observe(&correlate.Observation{Frame: &f, Message: &m})
		}
	}
	sum := 0
	for _, said := range l.by {
		sum += len(said.Line)
	}
	if len(l.by) != maxSaid || len(l.order) != maxSaid || l.bytes != sum {
		t.Errorf("%d are kept, %d in order, %d bytes of %d", len(l.by), len(l.order), l.bytes, sum)
	}
	for _, tt := range []struct {
		id   uint64
		want bool
	}{{uint64(n), true}, {100, false}, {101, true}} {
		f := *rule.Frame
		f.ID = tt.id
		if _, ok := l.by[MessageID{f.ID, rule.Message.Index}]; ok != tt.want {
			t.Errorf("frame %d is kept: %v", tt.id, ok)
		}
	}
}

// Reports on rtnl_mutex are kept, newest first, and nothing else is.
func TestLastLocks(t *testing.T) {
	var k stream
	for i := range maxRecent + 10 {
		f := capture.Frame{
			Origin: &capture.Origin{
				Kind: capture.KindLock, Proc: capture.Proc{PID: uint32(i)},
			},
			Time: time.Unix(int64(i), 0), Lock: capture.Lock{Hold: time.Second},
		}
		other := capture.Frame{Origin: &capture.Origin{Kind: capture.KindCompletion}}
		for _, f := range []*capture.Frame{&f, &other} {
			if err := k.Observe(&correlate.Observation{Frame: f, Family: "route", Type: "RTM_DELLINK"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	l := Locks{Reports: k.locks.newest()}
	if len(l.Reports) != maxRecent || l.Reports[0].Proc.PID != maxRecent+9 || l.Reports[maxRecent-1].Proc.PID != 10 {
		t.Errorf("%d reports, the newest of %d", len(l.Reports), l.Reports[0].Proc.PID)
	}
	if got := l.Reports[0].Request(); got != "route RTM_DELLINK" {
		t.Errorf("%q", got)
	}
}

// waiting is a source that captures nothing until it is told to stop.
type waiting struct{}

func (waiting) Run(ctx context.Context, _ func(*capture.Frame) error) error {
	<-ctx.Done()
	return nil
}
func (waiting) Stats() capture.Stats { return capture.Stats{} }
func (waiting) Info() capture.Info   { return capture.Info{Name: capture.SourceFentry} }
func (waiting) Close() error         { return nil }

// locker is a source that watches rtnl_mutex.
type locker struct {
	waiting
	info capture.Info
	rows []capture.LockRow
	err  error
}

func (l *locker) Info() capture.Info                        { return l.info }
func (l *locker) Locks() ([]capture.LockRow, uint64, error) { return l.rows, 3, l.err }

// The table of rtnl_mutex is the source's, worst first; where there is none, it
// says why.
func TestLockTable(t *testing.T) {
	ms := time.Millisecond
	rows := []capture.LockRow{
		{Proc: capture.Proc{PID: 1, Comm: "waits"}, Wait: capture.Times{Count: 1, Sum: 90 * ms, Max: 90 * ms}},
		{Proc: capture.Proc{PID: 2, Comm: "holds"}, Request: true, Type: 17, Blamed: 90 * ms, Hold: capture.Times{Count: 1, Sum: 95 * ms, Max: 95 * ms}},
		{Proc: capture.Proc{PID: 3, Comm: "odd"}, Request: true, Type: 0xfff0, Hold: capture.Times{Count: 1, Sum: ms, Max: ms}},
	}
	failed := errors.New("the map is gone")
	of := func(name string, sees capture.Sees) capture.Info { return capture.Info{Name: name, Sees: sees} }
	for _, tt := range []struct {
		src capture.Source
		why error
	}{
		{&locker{info: of(capture.SourceFentry, capture.SeesLocks), rows: rows}, nil},
		{&locker{info: of(capture.SourceFentry, capture.SeesLocks), err: failed}, fmt.Errorf("no table of rtnl_mutex: %w", failed)},
		{&locker{info: of(capture.SourceKprobe, 0)}, errLocksOff},
		{&locker{info: of(capture.SourceSyscall, 0)}, errLocksBlind(&capture.Info{Name: capture.SourceSyscall})},
		{&waiting{}, errLocksOff},
	} {
		m, err := New(Options{}, pipeline.Options{Source: tt.src, Decoder: decode.New(families.All(), decode.Options{})})
		if err != nil {
			t.Fatal(err)
		}
		l := m.Snapshot(Ask{Locks: true}).Locks
		why := ""
		if tt.why != nil {
			why = tt.why.Error()
		}
		if l.Why != why {
			t.Errorf("%T: %q, want %q", tt.src, l.Why, why)
		}
		if why != "" {
			continue
		}
		var got []string
		for i := range l.Rows {
			got = append(got, l.Rows[i].Process()+" "+l.Rows[i].Request())
		}
		if want := []string{"holds[2] route RTM_DELLINK", "odd[3] route type 0xfff0", "waits[1] (no request)"}; fmt.Sprint(got) != fmt.Sprint(want) || l.Lost != 3 {
			t.Errorf("%v, want %v; %d lost", got, want, l.Lost)
		}
	}
}
