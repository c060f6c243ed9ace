// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// Rows are by process: threads with names of their own share theirs, and those that had
// a PID one after the other do not.
func TestRowsByProcess(t *testing.T) {
	tab := New(Options{})
	observe := func(p capture.Proc) {
		x := sample(p.PID, p.Comm, "route", "RTM_NEWROUTE", capture.DirRequest, 20, epoch)
		x.Account = p
		x.Frame.Change(func(o *capture.Origin) { o.Proc = p })
		tab.Observe(x)
	}
	zebra := capture.Proc{PID: 240, TID: 240, Comm: "zebra", Name: "zebra", Life: 1, Identity: capture.Identity{Exe: "/usr/lib/frr/zebra"}}
	dplane := zebra
	dplane.TID, dplane.Comm = 245, "zebra_dplane"
	again := zebra
	again.Life, again.Exe = 2, "/opt/zebra"
	for _, p := range []capture.Proc{zebra, dplane, dplane, again, {PID: 240, Comm: "zebra"}} {
		observe(p)
	}
	s := tab.Snapshot(epoch)
	got := map[Process]uint64{}
	for _, r := range s.Tree(Query{}) {
		got[r.ID.Key.Process] += r.OutMessages
		if r.ID.Key.Life == 2 && (r.Who == nil || r.Who.Exe != "/opt/zebra") {
			t.Errorf("%+v is %+v", r.ID.Key.Process, r.Who)
		}
	}
	want := map[Process]uint64{
		{PID: 240, Comm: "zebra", Life: 1}: 3, {PID: 240, Comm: "zebra", Life: 2}: 1, {PID: 240, Comm: "zebra"}: 1,
	}
	for p, n := range want {
		if got[p] != n {
			t.Errorf("%+v: %d messages, want %d", p, got[p], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("rows of %v", got)
	}
}

// Equal Origins that are two pointers, as a bounded table of them makes them, are one
// row.
func TestRowsOfEqualOrigins(t *testing.T) {
	tab := New(Options{})
	for _, limit := range []int{2, 1000} {
		origins := capture.Origins{Limit: limit}
		for i := range 100 {
			x := sample(uint32(i%7), "x", "route", "RTM_NEWROUTE", capture.DirRequest, 20, epoch)
			x.Frame.Origin = origins.Of(x.Frame.Origin)
			tab.Observe(x)
		}
	}
	s := tab.Snapshot(epoch)
	if len(s.Cells) != 7 {
		t.Errorf("%d rows, want 7", len(s.Cells))
	}
}
