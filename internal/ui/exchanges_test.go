// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/spool"
)

func exchangesHarness(t *testing.T, w, h int) (*harness, *exchangesView) {
	t.Helper()
	hn := newHarness(t, w, h, Options{})
	hn.src.story()
	hn.tick()
	hn.press("x")
	return hn, hn.top().(*exchangesView)
}

// many adds exchanges that took longer and longer; every hundredth failed.
func (s *fakeSource) many(n int) {
	for i := range n {
		m := s.message("RTM_GETLINK", capture.DirRequest)
		m.Frame.Time = epoch.Add(time.Duration(i) * time.Second)
		x := correlate.Exchange{Request: m, Proc: capture.Proc{PID: uint32(i), Comm: "ip"}, Time: m.Frame.Time, Outcome: correlate.Acked, Replies: 1,
			First: time.Duration(i+1) * time.Microsecond, Last: time.Duration(i+1) * time.Microsecond, Ended: true, Shared: 1, Leads: true}
		if i%100 == 50 {
			x.Outcome, x.Errno, x.Err = correlate.Failed, 16, &decode.ErrorInfo{Errno: 16}
		}
		s.ended = append(s.ended, x)
	}
}

// All exchanges are reached, line by line, and the position says which of how many.
func TestExchangesWindow(t *testing.T) {
	h, v := exchangesHarness(t, 120, 30)
	h.src.many(2000)
	h.tick()
	h.wants("Exchanges: 2,004, and 2 requests wait for an answer", "ip[1999]")
	h.press("Down", "Down", "Down")
	h.wants("2,003 of 2,004")
	seen := map[uint64]bool{}
	for range 2010 {
		h.event(tcell.NewEventKey(tcell.KeyDown, 0, 0))
		h.fill()
		l := v.current()
		if l == nil {
			t.Fatalf("nothing at line %d of %d", v.cur.at, v.rows())
		}
		seen[l.seq] = true
	}
	if len(seen) != 2002 {
		t.Errorf("%d lines", len(seen))
	}
	h.draw()
	h.wants("1 of 2,004", "nft[88]")
	// One that comes in leaves the cursor where it is.
	h.src.many(1)
	h.tick()
	h.wants("1 of 2,005")
	h.press("Home")
	h.src.many(1)
	h.tick()
	if v.cur.at != 0 {
		t.Errorf("the cursor was on the first line, and is on %d", v.cur.at)
	}
	h.press("t")
	h.typeText("03:06:45")
	h.press("Enter")
	if x := v.current().x; x.Proc.PID != 160 {
		t.Errorf("at 03:06:45: %v", x.Proc)
	}
	h.press("r")
	if x := v.current().x; x.Proc.PID != 160 {
		t.Errorf("reversed: %v", x.Proc)
	}
	h.press("Down")
	if x := v.current().x; x.Proc.PID != 161 {
		t.Errorf("reversed, one down: %v", x.Proc)
	}
}

// ] and [ go from failure to failure, and E leaves nothing else.
func TestExchangesTrouble(t *testing.T) {
	h, v := exchangesHarness(t, 120, 30)
	h.src.many(500)
	h.tick()
	for _, pid := range []uint32{450, 350, 250} {
		h.press("[")
		if x := v.current().x; x.Proc.PID != pid || x.Outcome != correlate.Failed {
			t.Fatalf("%v %v, want process %d", x.Proc, x.Outcome, pid)
		}
	}
	h.press("]", "]")
	if x := v.current().x; x.Proc.PID != 450 {
		t.Fatalf("back: %v", x.Proc)
	}
	h.press("]")
	h.wants("nothing went wrong behind this")
	if x := v.current().x; x.Proc.PID != 450 {
		t.Fatalf("it stays: %v", x.Proc)
	}
	h.press("E")
	h.wants("Exchanges that went wrong: 7", "exchanges that went wrong", "EBUSY", "ip[450]", "interrupted")
	h.lacks("RTM_DELLINK", "ip[449]", "pending")
	h.press("E")
	h.wants("ip[499]")
}

// What is sorted is all of it, or it says why not.
func TestExchangesSorted(t *testing.T) {
	h, v := exchangesHarness(t, 120, 30)
	h.src.many(300)
	h.tick()
	for v.sorted == nil || v.sorted.head != "LATENCY" {
		h.press("s")
	}
	h.wants("sorted by LATENCY")
	h.press("Home", "Down", "Down")
	if x := v.current().x; x.Last != time.Second {
		t.Errorf("the longest took %v", x.Last)
	}
	h.press("End")
	if x := v.current().x; x.Last != 0 {
		t.Errorf("the shortest took %v", x.Last)
	}
	h.press("r", "End")
	if x := v.current().x; x.Last != time.Second {
		t.Errorf("reversed, the longest is last: %v", x.Last)
	}
	h.src.many(2000)
	h.tick()
	h.press("s")
	h.wants("sorted by time: more than 1,024 exchanges")
	h.press("Home", "Down", "Down")
	if x := v.current().x; v.win.Total != 2304 || x.Request == nil {
		t.Errorf("%d exchanges, %v", v.win.Total, x)
	}
}

// Right unfolds what a line consists of, Left folds it from wherever in it one stands.
func TestExchangesUnfold(t *testing.T) {
	h, v := exchangesHarness(t, 120, 40)
	h.press("End")
	before := v.rows()
	h.press("Right")
	h.wants("▾", "Requests, in one datagram: 4", "NFT_MSG_NEWTABLE", "none was asked for")
	h.press("Right") // it is unfolded
	h.press("Down", "Down", "Down")
	if l := v.current(); l == nil || l.below == nil || l.sub != 3 {
		t.Fatalf("%+v", l)
	}
	h.src.many(1)
	h.tick()
	if l := v.current(); l == nil || l.below == nil || l.sub != 3 {
		t.Fatalf("after one came in: %+v", l)
	}
	h.press("Enter")
	h.wants("NFNL_MSG_BATCH_BEGIN", "nlmsg_len")
	h.press(".")
	h.wants("NFT_MSG_NEWTABLE")
	h.press("Esc", "Left")
	h.lacks("NFT_MSG_NEWTABLE")
	if v.rows() != before+1 || v.current().seq != 1 {
		t.Errorf("%d lines, there were %d; the cursor is on %d", v.rows(), before, v.current().seq)
	}
	h.press("Up", "Space")
	h.wants("900 × RTM_NEWROUTE")
	h.press("PgDn", "PgDn")
	h.wants("860 more: all messages of bird[12]")
	h.press("Home", "Right")
	h.wants("it has no answer yet")
}

// Every line of a story opens what it speaks of.
func TestStoryOpens(t *testing.T) {
	h, _ := exchangesHarness(t, 120, 50)
	h.press("Down", "Down", "Enter")
	h.wants("module vxlan and 1 more 50.0 ms, 56 %", "rtnl wait behind bird[12] 10.0 ms", "own work", "in the reader's queue 4.00 ms",
		"acknowledged", "lost by bird[12]", "got by 4 sockets", "got by zebra[2044]")
	h.press("Enter")
	h.wants("ip[4711] RTM_DELLINK", "nlmsg_len")
	h.press(".")
	h.wants("ERROR") // the next message of the story
	h.press("Esc")
	for _, tt := range []struct{ line, opens string }{
		{"acknowledged", "nlmsg_len"},
		{"Deleted 7", "RTM_DELLINK"},
		{"got by zebra[2044]", "zebra[2044]"},
		{"all messages of ip[4711]", "messages"},
	} {
		h.onLine(tt.line)
		h.press("Enter")
		if _, still := h.top().(*storyView); still {
			t.Errorf("%q opens nothing", tt.line)
			continue
		}
		h.wants(tt.opens)
		h.press("Esc")
	}
	h.onLine("lost by bird[12]")
	h.press("Enter")
	h.wants("no message of this socket was counted")
	h.onLine("got by 4 sockets")
	h.press("Right")
	h.wants("got by networkd[811]", "got by snmpd[91]")
	h.press("Left")
	h.lacks("got by networkd[811]")
	h.press("Enter")
	h.wants("got by networkd[811]")
	h.press("m")
	h.wants("ip[4711]")
	h.press("Esc", ".")
	h.wants("EINVAL: mtu greater than device maximum, at IFLA_MTU")
	h.press(".", ".")
	h.wants("transaction of 3")
	h.press(".")
	h.wants("the list ends here")
	h.press(",", ",", ",")
	h.wants("RTM_DELLINK")
	h.press("Esc")
	if _, ok := h.top().(*exchangesView); !ok {
		t.Errorf("back in %T", h.top())
	}
}

// onLine moves the cursor of a page to the line with a text.
func (h *harness) onLine(text string) {
	h.t.Helper()
	h.press("Home")
	v := h.top().(*storyView)
	for range v.cur.rows {
		if strings.Contains(v.rows[v.cur.at].text, text) {
			return
		}
		h.press("Down")
	}
	h.t.Fatalf("no line %q on:\n%s", text, h.text())
}

// Of a request that waits there is a story, and of one that has left what the list knew.
func TestStoryWaitsOrGone(t *testing.T) {
	h, _ := exchangesHarness(t, 120, 40)
	h.press("Enter")
	h.wants("Answers: none", "it has none yet", "CTRL_CMD_GETFAMILY")
	h.press("Esc", "Down", "Down")
	h.src.stories[4] = spool.Story{Gone: true}
	h.press("Enter")
	h.wants("It had to leave the history", "ip link delete", "all messages of ip[4711]")
	h.press("Enter")
	h.wants("nlmsg_len")
}

// A bar has all its cells, and a cell at least for each part.
func TestBarCells(t *testing.T) {
	for _, tt := range []struct {
		times []time.Duration
		width int
		want  []int
	}{
		{[]time.Duration{1, 1}, 10, []int{5, 5}},
		{[]time.Duration{time.Second, 1}, 10, []int{9, 1}},
		{[]time.Duration{1, 1, 1, time.Second}, 4, []int{1, 1, 1, 1}},
		{[]time.Duration{3, 3, 4, 1, 1, 1}, 7, []int{1, 1, 2, 1, 1, 1}},
		{[]time.Duration{1, 2, 3}, 2, []int{0, 0, 0}},
		{nil, 5, []int{}},
	} {
		all := make([]live.Measure, len(tt.times))
		for i, d := range tt.times {
			all[i].Time = d
		}
		if got := barCells(all, tt.width); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%v in %d: %v, want %v", tt.times, tt.width, got, tt.want)
		}
	}
	for i, k := range barKinds { // each looks different, but for what stands for the same
		for _, other := range barKinds[:i] {
			if (k.sign == other.sign) != (k.ascii == other.ascii) {
				t.Errorf("%s and %s", k.name, other.name)
			}
		}
	}
}

// The list has a window of all exchanges: one gets to its ends, to a time and to what went
// wrong, wherever that is.
func TestExchangesReachAll(t *testing.T) {
	m, dec := demoModel(t)
	h := demoScreen(t, m, dec, 120, 40)
	on := func(want string) {
		t.Helper()
		h.refresh(h.now)
		h.draw()
		l := h.top().(*exchangesView).current()
		if l == nil || !strings.HasPrefix(l.x.Time.Format("15:04:05.000"), want) {
			t.Errorf("the cursor is not on that of %s:\n%s", want, h.text())
		}
	}
	h.press("x", "End")
	on("19:41:35.975")
	h.press("]")
	on("19:41:45.125") // before it there are probes alone
	h.press("Home")
	on("19:42:17.949")
	h.press("t")
	h.typeText("19:41:45")
	h.press("Enter")
	on("19:41:45.")
	h.press("t")
	h.typeText("19:00:00")
	h.press("Enter")
	on("19:41:35.975")
}

// Keys may come faster than drawings: a page that was opened by one has its rows and columns
// for the next.
func TestKeysBeforeDrawing(t *testing.T) {
	for _, tt := range []struct{ page, key, want string }{
		{"o", "s", "▼DROPS"}, {"C", "Down", "PID"}, {"i", "End", "19:41:41.371"},
	} {
		m, dec := demoModel(t)
		h := demoScreen(t, m, dec, 120, 40)
		for _, k := range []string{tt.page, tt.key} {
			ev := tcell.NewEventKey(keysByName[k], 0, 0)
			if keysByName[k] == 0 {
				ev = tcell.NewEventKey(tcell.KeyRune, rune(k[0]), 0)
			}
			h.event(ev)
		}
		h.draw()
		line := ""
		if c := h.top().cursor(); tt.key != "s" {
			line = strings.Split(h.text(), "\n")[h.listY+c.at-c.top]
		} else {
			line = h.text()
		}
		if !strings.Contains(line, tt.want) {
			t.Errorf("%s %s: no %q in\n%s", tt.page, tt.key, tt.want, line)
		}
	}
}
