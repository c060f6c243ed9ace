// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/sockets"
)

// s goes through the columns on the screen and back to the order at the start, r
// turns it round, and the cursor stays on its row.
func TestListSort(t *testing.T) {
	h := newHarness(t, 140, 30, Options{})
	h.src.story()
	h.src.sockets = []sockets.Socket{
		{PortID: 1, Owner: capture.Proc{PID: 1, Comm: "aaa"}, Drops: 1, RMem: 30},
		{PortID: 2, Owner: capture.Proc{PID: 2, Comm: "bbb"}, Drops: 3, RMem: 20},
		{PortID: 3, Owner: capture.Proc{PID: 3, Comm: "ccc"}, Drops: 2, RMem: 10},
	}
	h.press("o")
	v := h.top().(*listView[sockets.Socket])
	if got := h.rows(); got != "aaa bbb ccc" {
		t.Errorf("at the start: %s", got)
	}
	h.press("Down", "s")
	h.wants("sorted by DROPS")
	h.press("p", "p")
	h.wants("▼DROPS")
	if v.current().PortID != 2 || v.cur.at != 0 {
		t.Errorf("the cursor is on port %d, line %d", v.current().PortID, v.cur.at)
	}
	h.press("Home") // sets the cursor free
	if got := h.rows(); got != "bbb ccc aaa" {
		t.Errorf("by drops: %s", got)
	}
	h.press("r")
	if got := h.rows(); got != "aaa ccc bbb" {
		t.Errorf("reversed: %s", got)
	}
	h.press("r", "S")
	if got := h.rows(); got != "aaa bbb ccc" || v.sorted != nil {
		t.Errorf("back: %s", got)
	}
	h.press("S")
	if v.sorted == nil || v.sorted.compare == nil {
		t.Errorf("S goes to %v", v.sorted)
	}
	// Every column that can be sorted by comes, once.
	seen := map[*column[sockets.Socket]]bool{}
	for range 40 {
		h.press("s")
		seen[v.sorted] = true
	}
	sortable := 1
	for _, s := range v.shown {
		if s.compare != nil {
			sortable++
		}
	}
	if len(seen) != sortable {
		t.Errorf("%d orders, want %d", len(seen), sortable)
	}
	// While paused the rows stand still, and can be sorted.
	h.press("p")
	h.src.sockets = nil
	h.tick()
	if len(v.rows) != 3 {
		t.Errorf("%d rows while paused", len(v.rows))
	}
	h.press("p")
	h.wants("none is known")
}

// rows are the owners in the order of the sockets page.
func (h *harness) rows() string {
	var names []string
	for _, s := range h.top().(*listView[sockets.Socket]).rows {
		names = append(names, s.Owner.Comm)
	}
	return strings.Join(names, " ")
}

// The columns fit at every width, and one that always stays does.
func TestListLayout(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	v := newSocketsView(h.app)
	for w := range 300 {
		end, owner := 0, false
		for _, s := range v.layout(fitting{width: w}) {
			if s.x <= end && s.end > s.x {
				t.Fatalf("at %d: %s begins at %d, where another one ends", w, s.head, s.x)
			}
			end = s.end
			owner = owner || s.head == "OWNER"
		}
		if !owner || end > max(w, 22) {
			t.Fatalf("at %d the columns end at %d, the owner is there: %v", w, end, owner)
		}
	}
}

// Enter opens what a row is about: the messages of a socket, the story of an incident, the reports of a holder.
func TestListEnter(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.src.story()
	zebra := capture.Proc{PID: 2044, Comm: "zebra"}
	h.src.sockets = []sockets.Socket{
		{PortID: 2044, NetNS: 4026531840, Inode: 72044, Owner: zebra},
		{PortID: 9999, NetNS: 4026531840, Inode: 1, Owner: zebra},
	}
	h.tick()
	h.press("o", "Enter")
	h.wants("zebra[2044] ROUTE port 2044", "RTM_NEWLINK", "EEXIST")
	h.lacks("ip[4711]", "systemd-network")
	h.press("Esc", "Down", "Enter")
	h.wants("no message of this socket was counted", "Netlink sockets: 2")
	h.press("Esc")

	h.press("i", "Down", "Enter")
	h.wants("lost 371 messages on its ROUTE socket", "sent by: ", "(interrupt)", "rcvbuf")
	h.press("Esc")
	h.wants("Overruns")
	h.press("Esc")

	h.press("L")
	h.wants("BLAMED", "2 processes found no room", "3 long holds and waits were reported")
	h.press("Enter")
	h.wants("of ip[4711], and behind it", "RTM_GETROUTE", "RTM_DELLINK")
	h.lacks("kworker")
	h.press("End", "Enter")
	h.wants("80 of 80")
	h.press("Esc", "Esc", "v")
	h.wants("kworker")
}

// Where rtnl_mutex is not watched the page says how to, and shows what was
// reported.
func TestLocksOff(t *testing.T) {
	h := newHarness(t, 100, 24, Options{})
	h.src.locks.Why = "rtnl_mutex is not watched: start nltop with --rtnl"
	h.press("L")
	h.wants("start nltop with --rtnl", "BLAMED")
	h.press("Esc")
	h.src.story()
	h.src.locks.Rows, h.src.locks.Why = nil, "a recording has no table"
	h.press("L")
	h.wants("the last long holds and waits", "a recording has no table", "70.0 ms")
}

// Messages of nftables are shown with what their stream knows of their sets.
func TestToldByTheStream(t *testing.T) {
	h := newHarness(t, 120, 20, Options{})
	k := kept(&decode.Message{Frame: &capture.Frame{Origin: &capture.Origin{}, ID: 5}})
	if got := h.said(k); got != "" {
		t.Errorf("%q", got)
	}
	h.src.said = map[uint64]nft.Said{5: {Line: "add rule ip t c tcp dport { 22, 80 } accept"}}
	h.tick()
	if got := h.said(k); got != "add rule ip t c tcp dport { 22, 80 } accept" {
		t.Errorf("%q", got)
	}
}

// Pages say whether they look at messages, and the tree needs none.
func TestNeedsMessages(t *testing.T) {
	for _, tt := range []struct {
		keys string
		want bool
	}{
		{"", false}, {"l", false}, {"?", false}, {"o", false}, {"h", false}, {"L", false},
		{"m", true}, {"m Enter", true}, {"m Enter ?", true}, {"x", true}, {"i", true}, {"L v", true}, {"m q", false},
	} {
		h := newHarness(t, 100, 24, Options{})
		h.src.story()
		h.press(strings.Fields(tt.keys)...)
		if got := h.ask().Looking; got != tt.want {
			t.Errorf("after %q: %v", tt.keys, got)
		}
		h.tick()
		if h.src.watched != tt.want {
			t.Errorf("after %q the source is said %v", tt.keys, h.src.watched)
		}
	}
}

// A request that waits is marked from when no kernel takes that long.
func TestExchangeAge(t *testing.T) {
	h := newHarness(t, 100, 24, Options{})
	h.src.now = h.src.now.Add(42 * time.Second)
	h.tick()
	h.press("x")
	h.wants("waits 42s")
}

// The families page counts who waits for events, and opens the messages of a family.
func TestFamiliesPage(t *testing.T) {
	h := newHarness(t, 120, 30, Options{})
	h.src.story()
	quiet := sockets.Socket{Protocol: capture.NETLINK_AUDIT, PortID: 7, Groups: []uint32{1}}
	h.src.sockets = append(h.src.sockets, quiet)
	h.tick()
	h.press("F")
	h.wants("4 families seen", "audit")
	h.press("End", "Enter")
	h.wants("no message of audit was seen")
	h.press("Home", "Enter")
	h.wants("messages of route")
	h.press("Esc")
	h.wants("LISTENERS")
}

// What is said above the rows of a list is told whole; where rows would have no room it is
// cut, with a mark.
func TestListNotesWrap(t *testing.T) {
	const reason = "how sockets were read: the recording was cut off before its end, where that stands"
	for _, size := range [][2]int{{80, 24}, {40, 24}, {60, 10}} {
		h := newHarness(t, size[0], size[1], Options{})
		h.src.missing = []string{reason}
		h.press("o")
		h.tick()
		whole := strings.Contains(strings.Join(strings.Fields(h.text()), " "), "not seen: "+reason)
		if size[1] < 12 {
			h.wants("not seen: how", "…")
		} else if !whole {
			t.Errorf("%v: the note is cut:\n%s", size, h.text())
		}
	}
	h := newHarness(t, 40, 24, Options{})
	h.press("L")
	text := strings.Join(strings.Fields(h.text()), " ")
	if v := h.top().(*listView[live.LockRow]); !strings.Contains(text, v.now.none) {
		t.Errorf("%q is cut:\n%s", v.now.none, h.text())
	}
}
