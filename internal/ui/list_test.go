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
	v := h.top().(*listView[socketRow])
	if got := h.rows(); got != "bbb ccc aaa" {
		t.Errorf("at the start: %s", got)
	}
	h.press("Down", "s")
	h.wants("sorted by DROPS")
	h.press("p", "p")
	h.wants("▼DROPS")
	if v.current().one().PortID != 3 || v.cur.at != 1 {
		t.Errorf("the cursor is on port %d, line %d", v.current().one().PortID, v.cur.at)
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
	if got := h.rows(); got != "bbb ccc aaa" || v.sorted != nil {
		t.Errorf("back: %s", got)
	}
	h.press("S")
	if v.sorted == nil || v.sorted.compare == nil {
		t.Errorf("S goes to %v", v.sorted)
	}
	// Every column that can be sorted by comes, once.
	seen := map[*column[socketRow]]bool{}
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
	for _, s := range h.top().(*listView[socketRow]).rows {
		names = append(names, s.group.Owner.Comm)
	}
	return strings.Join(names, " ")
}

// Sockets stand below their processes, whatever they are sorted by; b puts them together
// otherwise.
func TestSocketsPageByProcess(t *testing.T) {
	h := newHarness(t, 200, 40, Options{})
	h.src.manySockets()
	h.tick()
	h.press("o")
	v := h.top().(*listView[socketRow])
	h.wants("Netlink sockets: 6, by process; 3 that were there at the first look were closed", "+2 -1", "-2", "ROUTE +1")
	if got := h.rows(); got != "leaky agent agent gone" {
		t.Fatalf("%s", got)
	}
	h.press("Right")
	if got := h.rows(); got != "leaky leaky leaky leaky agent agent gone" || !v.current().group.Watched() {
		t.Fatalf("unfolded: %s", got)
	}
	h.press("r") // the process before its sockets, in any order
	if got := h.rows(); got != "gone agent agent leaky leaky leaky leaky" {
		t.Fatalf("reversed: %s", got)
	}
	h.press("r", "Down", "Down")
	if r := v.current(); !r.below || r.one() == nil {
		t.Fatalf("the cursor is on %+v", r)
	}
	h.press("Left")
	if r := v.current(); r.below || len(r.list) != 3 || len(v.rows) != 4 {
		t.Fatalf("folded: the cursor is on %+v", r)
	}
	h.press("e")
	if len(v.rows) != 4+3+2 {
		t.Errorf("%d rows, all unfolded", len(v.rows))
	}
	h.press("Space")
	if len(v.rows) != 4+2 {
		t.Errorf("%d rows, all but one unfolded", len(v.rows))
	}
	h.press("e")
	for i, r := range v.rows {
		if s := r.one(); r.below && s.PortID == 4 {
			v.cur.move(i - v.cur.at)
			v.moved()
			h.draw()
			h.wants("groups 1,5", "options CAP_ACK,EXT_ACK", "last read 03:04:04")
		}
	}
	h.press("e")
	h.press("End", "Enter")
	h.wants("all sockets of this process were closed")
	h.press("b")
	h.wants("by name", "agent ×2")
	if got := h.rows(); got != "leaky agent gone" {
		t.Errorf("by name: %s", got)
	}
	h.press("b")
	h.wants("each by itself")
	if got := h.rows(); got != "leaky agent agent leaky leaky agent" {
		t.Errorf("each by itself: %s", got)
	}
	h.press("B", "B")
	h.wants("by process")
	h.press("Home", "m")
	h.wants("no message of leaky[50] was counted")
}

// manySockets is a process that gets more and more of them, and loses; two of one name, of
// which one is never read, and one that has closed all.
func (s *fakeSource) manySockets() {
	leaky, gone := capture.Proc{PID: 50, Comm: "leaky"}, capture.Proc{PID: 53, Comm: "gone"}
	a, b := capture.Proc{PID: 51, Comm: "agent"}, capture.Proc{PID: 52, Comm: "agent"}
	of := func(i uint32, p capture.Proc, protocol uint16, rmem, high uint32, drops uint64, l sockets.Live) sockets.Socket {
		l.For, l.Sampled, l.HighWater, l.Drops = time.Minute, true, high, drops
		return sockets.Socket{Inode: uint64(i), PortID: i, Owner: p, Protocol: protocol, RMem: rmem, RcvBuf: 100 << 10, Drops: uint32(drops), Live: &l, FDs: []uint32{i}}
	}
	read := sockets.Live{Reads: 300, Stall: 40 * time.Millisecond, LastRead: s.now.Add(-3 * time.Second)}
	was := read
	was.New = true
	options := of(4, a, capture.NETLINK_ROUTE, 2<<10, 60<<10, 0, read)
	options.Flags, options.Groups = []string{"NDIAG_FLAG_CAP_ACK", "EXT_ACK"}, []uint32{1, 5}
	s.sockets = []sockets.Socket{
		of(1, leaky, capture.NETLINK_ROUTE, 95<<10, 99<<10, 70, read), of(2, leaky, capture.NETLINK_ROUTE, 0, 0, 0, was),
		of(3, leaky, capture.NETLINK_GENERIC, 0, 4<<10, 0, was),
		options, of(5, a, capture.NETLINK_ROUTE, 0, 0, 0, read), of(6, b, capture.NETLINK_AUDIT, 55<<10, 55<<10, 0, sockets.Live{}),
	}
	s.gone = []sockets.Socket{{Inode: 7, Owner: leaky}, {Inode: 8, Owner: gone}, {Inode: 9, Owner: gone}}
}

// The bar of a buffer shows what is in it, and the most that was.
func TestBufferBar(t *testing.T) {
	for _, tt := range []struct {
		rmem, high, rcvbuf uint32
		want               string
	}{
		{0, 0, 100, "··········"}, {1, 0, 100, "█·········"}, {50, 80, 100, "█████··│··"}, {50, 50, 100, "█████·····"},
		{100, 100, 100, "██████████"}, {200, 300, 100, "██████████"}, {0, 100, 100, "·········│"}, {50, 0, 0, "█·········"},
	} {
		s := &sockets.Socket{RMem: tt.rmem, RcvBuf: tt.rcvbuf, Live: &sockets.Live{HighWater: tt.high}}
		if got := bufferBar(s, 10, false); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
	if got := bufferBar(&sockets.Socket{RMem: 50, RcvBuf: 100, Live: &sockets.Live{HighWater: 80}}, 10, true); got != "#####..|.." {
		t.Error(got)
	}
}

// What the source of a recording could not see of sockets is no zero.
func TestSocketsUntold(t *testing.T) {
	h := newHarness(t, 200, 30, Options{})
	h.src.status.Replay = &live.Replay{Path: "f"}
	h.src.sockets = []sockets.Socket{{PortID: 9, Owner: capture.Proc{PID: 9, Comm: "nine"}, Live: &sockets.Live{}}}
	h.src.status.Info.Sees = capture.Describe(capture.SourceSyscall).Always()
	h.tick()
	h.press("o")
	h.wants("does not see receive buffers", "does not see what sockets lose", "as of 2026-01-02 03:04:07")
	line := h.lineWith("nine[9]")
	if n := strings.Count(line, "?"); n != 9 {
		t.Errorf("%d question marks: %s", n, line)
	}
	h.src.status.Info.Sees = capture.AllSees
	h.tick()
	h.lacks("does not see")
	if line := h.lineWith("nine[9]"); strings.Count(line, "?") != 2 { // how large the buffer is
		t.Errorf("%s", line)
	}
	h.src.unread = true // the recording was cut off before its end
	h.tick()
	if line := h.lineWith("nine[9]"); strings.Count(line, "?") != 5 { // READS/s, STALL, READ
		t.Errorf("%s", line)
	}
}

// lineWith is the line of the screen with a text.
func (h *harness) lineWith(text string) string {
	h.t.Helper()
	for line := range strings.Lines(h.text()) {
		if strings.Contains(line, text) {
			return line
		}
	}
	h.t.Fatalf("no line with %q on:\n%s", text, h.text())
	return ""
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

// A long hold opens the messages of who held from that time on, and all of that time where the
// holder has none.
func TestReportEnter(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.src.story()
	at := epoch.Add(time.Second)
	for i := range h.src.locks.Reports {
		h.src.locks.Reports[i].Time = at
	}
	h.tick()
	h.press("L", "v", "Down", "Enter") // ip held it for 70 ms
	v, ok := h.top().(*messagesView)
	if !ok || v.follow || v.current() == nil {
		t.Fatalf("%T", h.top())
	}
	if k := v.current(); k.Account.Comm != "ip" || k.Frame.Time.Before(at.Add(-71*time.Millisecond)) || k.Frame.Time.After(at) {
		t.Errorf("on a message of %s, %v after the start", k.Account.Comm, k.Frame.Time.Sub(epoch))
	}
	h.press("Esc", "Down", "Enter")
	h.wants("kworker/u8:2[33] sent and got nothing: these are all messages of that time", "all messages")
	if v, ok := h.top().(*messagesView); !ok || v.current() == nil || v.current().Frame.Time.After(at.Add(100*time.Millisecond)) {
		t.Errorf("%T", h.top())
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
	h.press("o", "Enter", "Down", "Enter") // the process, then its first socket
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
	h.wants("1 of 80")
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
