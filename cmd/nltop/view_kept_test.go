// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/pcapng"
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
	packed, err := os.ReadFile("testdata/nftsets.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapng.NewReader(z)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// replayed runs a recording as the view does.
func replayed(t *testing.T, r *pcapng.Reader) *viewSource {
	t.Helper()
	var f captureFlags
	f.read = "ruleset"
	s, err := f.viewSession(sessionOptions{flags: &f, file: r})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &viewSource{s: s, flags: &f}
}

// The view tells rules with what is in their anonymous sets, also those that a
// dump names by number alone, as nltop trace does.
func TestViewKnowsSets(t *testing.T) {
	v := replayed(t, ruleset(t))
	id := aggregate.RowID{Group: aggregate.GroupFamily, Depth: 2, Key: aggregate.Key{Type: aggregate.Type{Family: "nftables", Name: "NFT_MSG_NEWRULE"}}}
	var lines []string
	alone := 0
	for _, k := range v.Messages(id, 0) {
		told, ok := v.Told(&k)
		if !ok {
			t.Errorf("message %d of frame %d is not known", k.Message.Index, k.Frame.ID)
		}
		if s, _ := nft.Line(k.Message); strings.Contains(s, "@__set") {
			alone++
		}
		lines = append(lines, told.Line)
	}
	want := []string{
		"add rule ip t c tcp dport { 22, 80, 443 } accept",
		"add rule ip t c ip saddr { 10.0.0.0/8, 192.0.2.7 } drop",
		"ip t c tcp dport { 22, 80, 443 } accept # handle 3",
		"ip t c ip saddr { 10.0.0.0/8, 192.0.2.7 } drop # handle 5",
	}
	for _, w := range want {
		n := 0
		for _, l := range lines {
			if l == w {
				n++
			}
		}
		if n == 0 {
			t.Errorf("%q is not among %q", w, lines)
		}
	}
	if alone != len(lines) || alone == 0 {
		t.Errorf("%d of %d rules name a set by number when they are read alone: the recording proves nothing", alone, len(lines))
	}
	if b, ok := v.Told(&aggregate.Kept{Observation: correlate.Observation{Frame: &capture.Frame{Origin: &capture.Origin{}, ID: 1 << 40}, Message: &decode.Message{}}}); ok {
		t.Errorf("a message that was not seen says %q", b.Line)
	}
}

// What is kept of nftables is bounded in number and in bytes.
func TestToldsBound(t *testing.T) {
	v := replayed(t, ruleset(t))
	id := aggregate.RowID{Group: aggregate.GroupFamily, Depth: 2, Key: aggregate.Key{Type: aggregate.Type{Family: "nftables", Name: "NFT_MSG_NEWRULE"}}}
	rule := v.Messages(id, 1)[0]
	var l lastTolds
	n := maxTolds + 100
	for i := range n {
		f, m := *rule.Frame, *rule.Message
		f.ID, m.Frame = uint64(i+1), &f
		for range 2 { // a frame that comes again
			if err := l.Observe(&correlate.Observation{Frame: &f, Message: &m}); err != nil {
				t.Fatal(err)
			}
		}
	}
	sum := 0
	for _, told := range l.by {
		sum += len(told.Line)
	}
	if len(l.by) != maxTolds || len(l.order) != maxTolds || l.bytes != sum {
		t.Errorf("%d are kept, %d in order, %d bytes of %d", len(l.by), len(l.order), l.bytes, sum)
	}
	for _, tt := range []struct {
		id   uint64
		want bool
	}{{uint64(n), true}, {100, false}, {101, true}} {
		f := *rule.Frame
		f.ID = tt.id
		if _, ok := l.find(&aggregate.Kept{Observation: correlate.Observation{Frame: &f, Message: rule.Message}}); ok != tt.want {
			t.Errorf("frame %d is kept: %v", tt.id, ok)
		}
	}
}

// Reports on rtnl_mutex are kept, newest first, and nothing else is.
func TestLastLocks(t *testing.T) {
	var k kept
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
	v := &viewSource{s: &session{kept: &k, file: new(pcapng.Reader)}, flags: new(captureFlags)}
	l := v.Locks()
	if len(l.Reports) != maxRecent || l.Reports[0].Proc.PID != maxRecent+9 || l.Reports[maxRecent-1].Proc.PID != 10 {
		t.Errorf("%d reports, the newest of %d", len(l.Reports), l.Reports[0].Proc.PID)
	}
	if got := l.Reports[0].Request(); got != "route RTM_DELLINK" {
		t.Errorf("%q", got)
	}
	if l.Why != errLocksFile.Error() || l.Rows != nil {
		t.Errorf("of a file: %q, %v", l.Why, l.Rows)
	}
}

// locker is a source that watches rtnl_mutex.
type locker struct {
	waiting
	name string
	rows []capture.LockRow
	err  error
}

func (l *locker) Info() capture.Info                        { return capture.Info{Name: l.name} }
func (l *locker) Locks() ([]capture.LockRow, uint64, error) { return l.rows, 3, l.err }

// The table of rtnl_mutex is the source's, worst first; where there is none, it
// says why.
func TestViewLocks(t *testing.T) {
	ms := time.Millisecond
	rows := []capture.LockRow{
		{Proc: capture.Proc{PID: 1, Comm: "waits"}, Wait: capture.Times{Count: 1, Sum: 90 * ms, Max: 90 * ms}},
		{Proc: capture.Proc{PID: 2, Comm: "holds"}, Request: true, Type: 17, Blamed: 90 * ms, Hold: capture.Times{Count: 1, Sum: 95 * ms, Max: 95 * ms}},
		{Proc: capture.Proc{PID: 3, Comm: "odd"}, Request: true, Type: 0xfff0, Hold: capture.Times{Count: 1, Sum: ms, Max: ms}},
	}
	failed := errors.New("the map is gone")
	for _, tt := range []struct {
		src  capture.Source
		rtnl bool
		why  error
	}{
		{&locker{name: capture.SourceFentry, rows: rows}, true, nil},
		{&locker{name: capture.SourceFentry, err: failed}, true, failed},
		{&locker{name: capture.SourceFentry}, false, errLocksOff},
		{&locker{name: capture.SourceSyscall}, true, errLocksSyscall},
		{&waiting{}, true, errLocksSource},
	} {
		flags := &captureFlags{rtnl: tt.rtnl}
		v := &viewSource{s: &session{src: tt.src, kept: &kept{}, dec: flags.decoder()}, flags: flags}
		l := v.Locks()
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
		var text strings.Builder
		if err := export.LockTable(&text, l.Rows); err != nil || !strings.Contains(text.String(), "90.0 ms  95.0 ms  95.0 ms  1") {
			t.Errorf("%v:\n%s", err, &text)
		}
	}
}
