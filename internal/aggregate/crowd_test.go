// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// asked counts one failed or other message of a process.
func asked(t *Table, p capture.Proc, at time.Time, errno int32, probe bool) {
	t.Observe(correlate.Observation{
		Frame:   &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, Socket: capture.Socket{Inode: uint64(p.PID)}}, Time: at},
		Account: p, Family: "route", Type: "RTM_NEWLINK", Errno: errno, Probe: probe,
	})
}

func proc(pid uint32, comm, exe, container string) capture.Proc {
	return capture.Proc{PID: pid, Comm: comm, Container: container, Identity: capture.Identity{Exe: exe}}
}

// Processes with one name are one row, as far as they are the same program in the same
// container; it unfolds to them, and asks for the messages of all of them.
func TestCrowds(t *testing.T) {
	for _, tc := range []struct {
		name  string
		procs []capture.Proc
		want  string // rows, with how many processes each has
	}{
		{"one name", []capture.Proc{proc(1, "ip", "/sbin/ip", ""), proc(2, "ip", "/sbin/ip", ""), proc(3, "nft", "", "")}, "ip*2 nft*0"},
		{"alone", []capture.Proc{proc(1, "ip", "/sbin/ip", "")}, "ip*0"},
		{"an executable that nobody knows", []capture.Proc{proc(1, "ip", "/sbin/ip", ""), proc(2, "ip", "", "")}, "ip*2"},
		{"two executables", []capture.Proc{proc(1, "ip", "/sbin/ip", ""), proc(2, "ip", "/bin/busybox", ""), proc(3, "ip", "/sbin/ip", ""), proc(4, "ip", "", "")}, "ip*0 ip*0 ip*2"},
		{"two containers", []capture.Proc{proc(1, "ip", "/sbin/ip", ""), proc(2, "ip", "/sbin/ip", "c1"), proc(3, "ip", "/sbin/ip", "c1")}, "ip*0 ip*2"},
		{"nobody", []capture.Proc{{}, {PID: 7}, {PID: 8}}, "(unknown)*0 pid 7*0 pid 8*0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			table := New(Options{})
			at := time.Unix(1000, 0)
			for _, p := range tc.procs {
				asked(table, p, at, 0, false)
				asked(table, p, at, 22, false)
				asked(table, p, at, 2, true)
			}
			s := table.Snapshot(at.Add(time.Second))
			var got []string
			var messages uint64
			for _, r := range s.Tree(Query{Crowds: true}) {
				got = append(got, r.Label+"*"+string(rune('0'+r.Processes)))
				messages += r.Messages()
				n := uint64(max(r.Processes, 1))
				if r.Processes != 0 && r.Processes != len(r.Children) {
					t.Errorf("%s: %d rows inside, %d processes", r.Label, len(r.Children), r.Processes)
				}
				if m := r.Errnos.Main(); m != (ErrnoCount{22, n}) || r.Failures() != n || r.Probes != n {
					t.Errorf("%s: %+v, %d errors, %d probes", r.Label, m, r.Failures(), r.Probes)
				}
				if cells := table.CellsOf(r.ID); len(cells) != int(n) {
					t.Errorf("%s: %d cells, want %d", r.Label, len(cells), n)
				}
				holds := 0
				for _, p := range tc.procs {
					if r.ID.Holds(&correlate.Observation{Frame: &capture.Frame{Origin: &capture.Origin{}}, Account: p, Family: "route", Type: "RTM_NEWLINK"}) {
						holds++
					}
				}
				if holds != int(n) {
					t.Errorf("%s: holds messages of %d processes, want %d", r.Label, holds, n)
				}
			}
			slices.Sort(got)
			if text := strings.Join(got, " "); text != tc.want || messages != s.Total.Messages() {
				t.Errorf("%s, %d of %d messages; want %s", text, messages, s.Total.Messages(), tc.want)
			}
		})
	}
}

// Who made others receive something has a row, also without a message of its own.
func TestCausedRows(t *testing.T) {
	table := New(Options{})
	at := time.Unix(1000, 0)
	ip := proc(1, "ip", "/sbin/ip", "")
	asked(table, ip, at, 0, false)
	asked2 := Type{Family: "route", Name: "RTM_NEWLINK"}
	table.causes.add(causeKey(&ip, asked2), &Caused{Events: 3, Lost: 1})
	table.causes.add(causeKey(&capture.Proc{Comm: "(interrupt)"}, Type{}), &Caused{Events: 2})
	s := table.Snapshot(at.Add(time.Second))
	rows := s.Tree(Query{Group: GroupProcess})
	if len(rows) != 2 || rows[0].Label != "(interrupt)" || rows[0].Caused.Events != 2 || len(rows[0].Children) != 0 {
		t.Fatalf("%+v", rows)
	}
	typ := rows[1].Children[0].Children[0]
	if rows[1].Caused.Events != 3 || typ.Label != "RTM_NEWLINK" || typ.Caused.Events != 3 || typ.Caused.Lost != 1 {
		t.Errorf("%+v, %+v", rows[1].Caused, typ.Caused)
	}
	for _, g := range []Group{GroupSocket, GroupFamily, GroupNetNS, GroupType, GroupContainer} {
		for _, r := range s.Tree(Query{Group: g}) {
			if r.Messages() == 0 {
				t.Errorf("by %s: a row %q of nothing", g, r.Label)
			}
		}
	}
}

func TestTrend(t *testing.T) {
	step := int64(trendBuckets)
	for _, tc := range []struct {
		name  string
		count func(r *trendRing)
		now   int64
		want  map[int]uint32
	}{
		{"the step that is being filled", func(r *trendRing) { r.count(100*step, 3) }, 100 * step, nil},
		{"the one before", func(r *trendRing) { r.count(100*step, 3); r.count(100*step+1, 1) }, 101 * step, map[int]uint32{15: 4}},
		{"a pause", func(r *trendRing) { r.count(100*step, 3); r.count(105*step, 1) }, 106 * step, map[int]uint32{10: 3, 15: 1}},
		{"what is too old goes", func(r *trendRing) { r.count(100*step, 3); r.count(117*step, 1) }, 118 * step, map[int]uint32{15: 1}},
		{"and comes too late", func(r *trendRing) { r.count(117*step, 1); r.count(100*step, 3); r.count(116*step, 2) }, 118 * step, map[int]uint32{15: 1, 14: 2}},
		{"folded", func(r *trendRing) {
			var o trendRing
			o.count(110*step, 5)
			r.count(111*step, 1)
			r.fold(&o)
		}, 112 * step, map[int]uint32{15: 1, 14: 5}},
	} {
		var r trendRing
		tc.count(&r)
		var want Trend
		for i, n := range tc.want {
			want[i] = n
		}
		if got := r.trend(tc.now); got != want {
			t.Errorf("%s: %v, want %v", tc.name, got, want)
		}
	}
}

// A snapshot keeps the errors that it was made with, and few kinds are counted apart.
func TestErrnos(t *testing.T) {
	table := New(Options{})
	at := time.Unix(1000, 0)
	ip := proc(1, "ip", "", "")
	asked(table, ip, at, 17, false)
	before := table.Snapshot(at)
	for errno := range int32(6) {
		asked(table, ip, at, 16+errno, false)
	}
	e := table.Snapshot(at).Cells[0].Errnos
	if before.Cells[0].Errnos.Main() != (ErrnoCount{17, 1}) || e.Main() != (ErrnoCount{17, 2}) || e.Rest != 2 {
		t.Errorf("%+v, then %+v", before.Cells[0].Errnos, e)
	}
}
