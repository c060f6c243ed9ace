// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// fixture counts a little of everything.
func fixture() *Table {
	tab := New(Options{})
	for i, p := range []struct {
		pid    uint32
		comm   string
		family string
		typ    string
		dir    capture.Dir
		n      int
	}{
		{30, "ip", "route", "RTM_GETLINK", capture.DirRequest, 2},
		{30, "ip", "route", "RTM_NEWLINK", capture.DirReply, 5},
		{31, "ip", "route", "RTM_GETLINK", capture.DirRequest, 2},
		{12, "zebra", "route", "RTM_NEWROUTE", capture.DirRequest, 9},
		{12, "zebra", "nlctrl", "CTRL_CMD_GETFAMILY", capture.DirRequest, 9},
		{0, "", "route", "RTM_NEWLINK", capture.DirEvent, 1},
	} {
		for range p.n {
			tab.Observe(sample(p.pid, p.comm, p.family, p.typ, p.dir, 20, epoch.Add(time.Duration(i)*time.Second)))
		}
	}
	return tab
}

func outline(rows []*Row, indent string) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%s%s %d\n", indent, r.Label, r.Messages())
		b.WriteString(outline(r.Children, indent+" "))
	}
	return b.String()
}

var treeTests = []struct {
	name string
	q    Query
	want string
}{
	{"process", Query{Group: GroupProcess, By: ByMessages}, `
zebra 18
 nlctrl 9
  CTRL_CMD_GETFAMILY 9
 route 9
  RTM_NEWROUTE 9
ip 7
 route 7
  RTM_NEWLINK 5
  RTM_GETLINK 2
ip 2
 route 2
  RTM_GETLINK 2
(unknown) 1
 route 1
  RTM_NEWLINK 1
`},
	{"family, by name, reversed", Query{Group: GroupFamily, By: ByName, Reverse: true}, `
route 19
 RTM_NEWROUTE 9
  zebra 9
 RTM_NEWLINK 6
  ip 5
  (unknown) 1
 RTM_GETLINK 4
  ip 2
  ip 2
nlctrl 9
 CTRL_CMD_GETFAMILY 9
  zebra 9
`},
	{"socket, one of them", Query{Group: GroupSocket, By: ByName, Find: "ZeB"}, `
zebra ROUTE 18
 nlctrl 9
  CTRL_CMD_GETFAMILY 9
 route 9
  RTM_NEWROUTE 9
`},
	{"command", Query{Group: GroupCommand, By: ByName, Find: "newlink"}, `
(unknown) 1
 route 1
  RTM_NEWLINK 1
ip 5
 route 5
  RTM_NEWLINK 5
`},
	{"nothing found", Query{Find: "wireguard"}, "\n"},
}

func TestTree(t *testing.T) {
	s := fixture().Snapshot(epoch.Add(time.Minute))
	for _, tt := range treeTests {
		t.Run(tt.name, func(t *testing.T) {
			got := outline(s.Tree(tt.q), "")
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever names processes and families give themselves, labels are safe.
func TestLabelsAreQuoted(t *testing.T) {
	tab := New(Options{})
	tab.Observe(sample(5, "a\x1b[2J", "b\n", "c\x07", capture.DirRequest, 20, epoch))
	s := tab.Snapshot(epoch)
	want := `"a\x1b[2J" ROUTE 1
 "b\n" 1
  "c\a" 1
`
	if diff := cmp.Diff(want, outline(s.Tree(Query{Group: GroupSocket}), "")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var orders = map[string]Order{
	"name": ByName, "PID": ByPID, "port": ByPortID, "container": ByContainer, "unit": ByUnit, "netns": ByNetNS,
	"out": ByOutRate, "in": ByInRate, "out bytes": ByOutByteRate, "in bytes": ByInByteRate, "rate": ByRate,
	"messages": ByMessages, "bytes": ByBytes, "errors": ByErrors, "drops": ByDrops, "ENOBUFS": ByNobufs,
	"latency": ByLatency, "max": ByLatencyMax, "p99": ByQuantile(0.99), "kernel": ByKernel, "kernel max": ByKernelMax,
	"kernel p50": ByKernelQuantile(0.5), "last": ByLast, "none": nil,
}

// The order of the rows does not depend on the order of the cells, for any
// column and grouping.
func TestTreeIsDeterministic(t *testing.T) {
	s := fixture().Snapshot(epoch.Add(time.Minute))
	rnd := rand.New(rand.NewPCG(3, 4))
	for g := GroupProcess; g <= GroupCommand; g++ {
		for name, by := range orders {
			for _, reverse := range []bool{false, true} {
				q := Query{Group: g, By: by, Reverse: reverse}
				want := s.Tree(q)
				rnd.Shuffle(len(s.Cells), func(i, j int) { s.Cells[i], s.Cells[j] = s.Cells[j], s.Cells[i] })
				if diff := cmp.Diff(want, s.Tree(q)); diff != "" {
					t.Fatalf("%v by %s, reverse %v:\n%s", g, name, reverse, diff)
				}
			}
		}
	}
}

func TestTreeOverflow(t *testing.T) {
	tab := New(Options{MaxCells: 2})
	for pid := range uint32(5) {
		tab.Observe(sample(pid, "ip", "route", "RTM_GETLINK", capture.DirRequest, 20, epoch))
	}
	s := tab.Snapshot(epoch)
	rows := s.Tree(Query{By: ByPID})
	if got := outline(rows, ""); !strings.HasSuffix(got, "(3 idle rows folded) 3\n") {
		t.Errorf("rows:\n%s", got)
	}
	if l := rows[len(rows)-1].ID.Level(); l != LevelOverflow {
		t.Errorf("level %v", l)
	}
	if rows[0].ID.Key.PID != 3 || rows[1].ID.Key.PID != 4 {
		t.Errorf("kept the rows of %d and %d", rows[0].ID.Key.PID, rows[1].ID.Key.PID)
	}
}

func TestGroupsCycle(t *testing.T) {
	g, names := GroupProcess, ""
	for range 9 {
		names += g.String() + " "
		g = g.Next()
	}
	if names != "process family socket comm container unit netns type process " {
		t.Error(names)
	}
}

// What is inside of rows that are not open is not made, and they say that it is there; all
// else is as it was. Processes are made in any case: crowds are made of them.
func TestTreeOpen(t *testing.T) {
	s := fixture().Snapshot(epoch.Add(time.Minute))
	var cut func(rows []*Row, depth int, open func(RowID) bool)
	cut = func(rows []*Row, depth int, open func(RowID) bool) {
		for _, r := range rows {
			if depth--; depth <= 0 && r.ID.Crowd == "" && !open(r.ID) {
				r.Children = nil
			}
			depth++
			cut(r.Children, depth-1, open)
		}
	}
	for _, tt := range []struct {
		name  string
		group Group
		above int // levels whose rows are open in any case
		open  func(RowID) bool
	}{
		{"none", GroupProcess, 0, func(RowID) bool { return false }},
		{"one", GroupProcess, 0, func(id RowID) bool { return id.Key.PID == 12 && id.Depth == 1 }},
		{"processes stand below", GroupContainer, 1, func(RowID) bool { return false }},
		{"at the foot", GroupFamily, 3, func(RowID) bool { return false }},
	} {
		for _, crowds := range []bool{false, true} {
			q := Query{Group: tt.group, By: ByMessages, Crowds: crowds}
			want := s.Tree(q)
			cut(want, tt.above+1, tt.open)
			q.Open = tt.open
			if d := cmp.Diff(want, s.Tree(q)); d != "" {
				t.Errorf("%s, crowds %v: %s", tt.name, crowds, d)
			}
		}
	}
	if rows := s.Tree(Query{Open: func(RowID) bool { return false }}); !rows[0].Parts || rows[0].Children != nil {
		t.Errorf("%+v", rows[0])
	}
}
