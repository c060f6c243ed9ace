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
	h.wants("nothing that is kept went wrong later than this")
	if x := v.current().x; x.Proc.PID != 450 {
		t.Fatalf("it stays: %v", x.Proc)
	}
	h.press("E")
	h.wants("Exchanges that went wrong: 7", "exchanges that went wrong", "EBUSY", "ip[450]", "interrupted")
	h.lacks("RTM_DELLINK", "ip[449]", "pending")
	h.press("E")
	h.wants("ip[499]")
}

// / finds a text in all exchanges that are kept, by steps that say how far they are and that Esc
// ends; n goes on below, N above.
func TestExchangesFind(t *testing.T) {
	h, v := exchangesHarness(t, 120, 30)
	h.src.many(700)
	h.tick()
	on := func(pid uint32) {
		t.Helper()
		if l := v.current(); l == nil || l.x.Proc.PID != pid || l.below != nil {
			t.Fatalf("on %+v, want process %d\n%s", l, pid, h.text())
		}
	}
	h.press("/")
	h.typeText("[17]")
	h.press("Enter")
	if h.seeking == nil {
		t.Fatal("one step looked at all")
	}
	h.wants(`looking for "[17]" below`, "64 exchanges passed", "back to 03:12:33", "Esc ends it")
	h.press("Esc")
	if h.seeking != nil || h.top() != v || v.text == "" {
		t.Error("Esc does not end the search alone")
	}
	h.press("n")
	h.settle()
	on(17)
	h.wants("22 of 704", "/[17] (n below, N above)")
	if !h.marked("[17]") {
		t.Error("what was found is not marked")
	}
	h.press("n")
	h.settle()
	h.wants(`no line below has "[17]"`)
	on(17)
	h.find("ip[4711] ") // far above there is none, nor among those that wait
	on(4711)
	h.find("EBUSY")
	on(50)
	h.press("N")
	h.settle()
	on(150)
	h.press("Home")
	h.find("ebusy")
	on(650)
	h.press("N")
	h.settle()
	h.wants(`no line above has "ebusy"`)
	h.find("getfamily") // which waits, above all that have ended
	if l := v.current(); l.waits == 0 {
		t.Errorf("on %+v", l)
	}
	h.press("n")
	h.settle()
	h.wants(`no line below has "getfamily"`)
	h.press("r") // below is later now
	h.find("[150]")
	h.find("ebusy") // as it stands
	on(150)
	h.press("n")
	h.settle()
	on(250)
	h.press("N", "N")
	h.settle()
	on(50)
	h.find("mtu greater than") // what the kernel said
	if v.current().x.Err.Msg == "" {
		t.Errorf("on %+v", v.current().x)
	}
	h.press("Esc")
	if v.text != "" || h.top() != v {
		t.Error("Esc leaves the page before what was looked for")
	}
}

// Of a recording every exchange is found from the top by what its line says, whatever lies
// between; and of those alone that went wrong.
func TestExchangesFindPlayed(t *testing.T) {
	h := playing(t, "../../cmd/nltop/demo.pcapng.gz", 120, 24)
	h.press("x")
	v := h.top().(*exchangesView)
	for _, only := range []spool.Outcomes{0, spool.Troubles} {
		all := h.model.Snapshot(live.Ask{Exchanges: &live.Exchanges{Count: 2000, Outcomes: only}}).Ended
		if len(all.List) < 5 || only == 0 && len(all.List) < 100 {
			t.Fatalf("%d exchanges", len(all.List))
		}
		for i := 0; i < len(all.List); i += 1 + len(all.List)/7 {
			text := requestWords(h.app, h.snap, lineOf(&all, 0, &all.List[i]))
			v.text = ""
			h.press("Home")
			h.find(text)
			got := v.current()
			if got == nil || got.waits != 0 || !v.has(h.snap, got) {
				t.Fatalf("%q: on %+v", text, got)
			}
			for j := len(all.List) - 1; j > int(got.pos-all.First); j-- { // the newest that has it
				if other := lineOf(&all, 0, &all.List[j]); v.has(h.snap, other) {
					t.Errorf("%q: found at %d, passing %d by", text, got.pos, j)
					break
				}
			}
		}
		v.text = ""
		h.press("E")
	}
}

// What is unfolded is searched, too, and what went wrong is found from far away, and in a list
// that is sorted by something else.
func TestExchangesFindBelow(t *testing.T) {
	h, v := exchangesHarness(t, 120, 40)
	h.press("End", "Right")
	h.press("Home")
	h.find("nft_msg_newtable")
	if l := v.current(); l == nil || l.below == nil {
		t.Fatalf("on %+v", l)
	}
	h.press("End", "Left")
	h.src.many(700)
	h.tick()
	h.press("Home", "[")
	h.settle()
	for range 6 {
		h.press("[")
		h.settle()
	}
	if x := v.current().x; x.Proc.PID != 50 {
		t.Fatalf("on %v", x.Proc)
	}
	h.press("[")
	h.settle()
	h.wants("EINVAL")
	h.press("[", "[")
	h.settle()
	h.wants("nothing that is kept went wrong earlier than this")
	h, v = exchangesHarness(t, 120, 40)
	h.src.many(300)
	h.tick()
	for v.sorted == nil || v.sorted.head != "LATENCY" {
		h.press("s")
	}
	h.press("End", "[")
	h.wants("nothing that is kept went wrong earlier than this")
	h.find("[199]")
	h.press("[")
	if x := v.current().x; x.Proc.PID != 150 || v.order == nil {
		t.Errorf("on %v", x.Proc)
	}
	h.press("]")
	if x := v.current().x; x.Proc.PID != 250 {
		t.Errorf("on %v", x.Proc)
	}
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

// What the parts of a bar are stands below it, and their sum; where there is no room for all,
// how many more there are.
func TestBarLegend(t *testing.T) {
	h, _ := exchangesHarness(t, 120, 40)
	h.press("Down", "Down", "Enter")
	h.wants("ip link delete if7 +IFLA_IFNAME=vx0  acked  after 85.0 ms", "in all 90.0 ms")
	h.lacks("more  in all")
	h, _ = exchangesHarness(t, 40, 10)
	h.press("Down", "Down", "Enter")
	h.wants("and 4 more")
	h, _ = exchangesHarness(t, 120, 40)
	h.press("End", "Enter") // nothing answers it
	h.wants("2 add rule  committed  03:04:05", "system call 3.00 ms, all that the source tells")
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{{1, "under 1 %"}, {9, "under 1 %"}, {10, "1 %"}, {500, "50 %"}, {1000, "100 %"}} {
		if got := share(tt.d, 1000); got != tt.want {
			t.Errorf("%d of 1000: %s, want %s", tt.d, got, tt.want)
		}
	}
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
