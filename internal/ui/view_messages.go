// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// messagesView lists the messages of rows, or of all, the newest at the foot. While the
// cursor is on the newest, it stays there as messages arrive. Of all that can be reached
// it has those around its window.
type messagesView struct {
	app  *app
	ids  []aggregate.RowID // the rows whose messages they are; none: all
	path string            // what the rows are
	win  spool.Window
	cur  cursor // at and top count from the first that can be reached
	// low is the position (spool.Query) of that one.
	low    int64
	filled bool
	follow bool
	// want is where the list is to go, once the messages around are known; zero: nowhere.
	want time.Time
	info map[uint64]string // summaries, by Seq
	stepped
	// listed are the messages, where they were chosen before; nil: those of the snapshot.
	listed []aggregate.Kept
	// glance: it stands in a pane that nobody looks into.
	glance bool
}

func newMessagesView(a *app, path string, ids ...aggregate.RowID) *messagesView {
	return &messagesView{app: a, ids: ids, path: path, follow: true, info: make(map[uint64]string)}
}

// newListedMessages lists some messages.
func newListedMessages(a *app, path string, list []aggregate.Kept) *messagesView {
	v := newMessagesView(a, path)
	v.listed, v.follow = list, false
	v.refresh()
	return v
}

// openMessages lists all messages.
func (a *app) openMessages() {
	if v, ok := a.top().(*messagesView); ok && len(v.ids) == 0 && v.listed == nil {
		return
	}
	a.push(newMessagesView(a, "all messages"))
}

func (v *messagesView) cursor() *cursor { return &v.cur }

// crumb is what the messages are of.
func (v *messagesView) crumb() string {
	if len(v.ids) == 0 || v.listed != nil {
		return v.path
	}
	return "messages of " + v.path
}

// identity tells lists of chosen messages apart by what is in them.
func (v *messagesView) identity() any {
	if len(v.listed) == 0 {
		return v.crumb()
	}
	first, last := v.listed[0].Frame.ID, v.listed[len(v.listed)-1].Frame.ID
	return [2]any{v.path, [3]uint64{first, last, uint64(len(v.listed))}}
}

// block is by how much the window that is asked for moves: not with every line.
const block = 32

// ask is the window of the screen, and a block on either side.
func (v *messagesView) ask() live.Ask {
	if v.listed != nil {
		return live.Ask{Looking: true}
	}
	if n := v.app.panes.glanced(); v.glance { // and no more than that is seen
		return live.Ask{Messages: &live.Messages{Rows: v.ids, First: v.low + int64(v.cur.top), Count: n, Last: v.follow, Find: v.want}}
	}
	m := &live.Messages{Rows: v.ids, Count: (v.cur.page/block + 3) * block, Last: v.follow, Find: v.want}
	if !v.follow {
		m.First = v.low + int64(v.cur.top/block*block-block)
	}
	return live.Ask{Messages: m, Looking: true}
}

// at is the message in a line of the list; nil: it is not there yet, or not any more.
func (v *messagesView) at(line int) *aggregate.Kept {
	if i := v.low + int64(line) - v.win.First; i >= 0 && i < int64(len(v.win.List)) {
		return &v.win.List[i]
	}
	return nil
}

func (v *messagesView) current() *aggregate.Kept { return v.at(v.cur.at) }

func (v *messagesView) moved() { v.follow = v.cur.last() }

func (v *messagesView) refresh() {
	v.win = v.app.snap.Messages
	if v.listed != nil {
		v.win = spool.Window{Total: int64(len(v.listed)), List: v.listed}
	}
	if v.filled { // the cursor stays on its message
		by := int(v.low - v.win.Low)
		v.cur.at, v.cur.top = v.cur.at+by, v.cur.top+by
	}
	v.low, v.filled = v.win.Low, true
	rows := int(v.win.Total)
	switch {
	case !v.want.IsZero():
		v.cur.at, v.want = int(v.win.First-v.low), time.Time{}
		v.cur.top = v.cur.at
	case v.follow:
		v.cur.at = rows - 1
	}
	v.cur.fit(rows, v.cur.page)
	if len(v.info) > 16*block {
		clear(v.info)
	}
}

func (v *messagesView) bindings() []binding {
	own := []binding{
		{"Enter", "open the message: decoded, beside its bytes", "open", v.open},
		{"/", "search for a text in the lines: message, process, type, result", "search", v.askText},
		{"n", "the next line below that has it", "", func() { v.find(false, nil) }},
		{"N", "the next line above that has it", "", func() { v.find(true, nil) }},
		{"t", "go to a time (12:03:04) or to a message by its number", "go to", v.askPlace},
		{"C", "choose the columns", "", v.app.openColumns},
	}
	return append(own, v.app.relations(v.current)...)
}

func (v *messagesView) open() {
	if k := v.current(); k != nil {
		v.app.push(newMessageView(v.app, *k, v, v.step))
	}
}

// step moves the cursor to the message by places from one.
func (v *messagesView) step(_ *aggregate.Kept, by int) (aggregate.Kept, bool) {
	to := v.cur.at + by
	if to < 0 || to >= v.cur.rows {
		return aggregate.Kept{}, false
	}
	v.cur.move(by)
	v.moved()
	v.app.fill()
	if k := v.current(); k != nil {
		return *k, true
	}
	return aggregate.Kept{}, false
}

// askPlace asks where to go.
func (v *messagesView) askPlace() {
	v.app.prompt = newPrompt(v.app, "go to: ", "")
	v.app.prompt.accept = func(text string) error {
		if n, err := strconv.Atoi(strings.ReplaceAll(text, ",", "")); err == nil {
			v.cur.move(n - 1 - v.cur.at)
			v.moved()
			return nil
		}
		t, err := words.ParseTime(text, v.app.snap.Table.Start.Local(), v.app.snap.Table.Time)
		if err != nil {
			return err
		}
		if v.listed != nil {
			at := slices.IndexFunc(v.listed, func(k aggregate.Kept) bool { return !k.Frame.Time.Before(t) })
			v.cur.move(max(at, 0) - v.cur.at)
			return nil
		}
		v.follow, v.want = false, t
		return nil
	}
}

func (v *messagesView) detail() [][]segment {
	t := &v.app.theme
	summary, cause := "", ""
	if k := v.current(); k != nil {
		summary, cause = v.summary(k), causedBy(k)
	}
	line := []segment{
		{text: v.path, style: t.title},
		{text: summary, style: t.text, keep: 2},
	}
	if v.text != "" {
		line = append(line, segment{text: "/" + v.text + " (n below, N above)", style: t.warn, keep: 3})
	}
	lines := [][]segment{line}
	if text := v.missing(); text != "" {
		lines = append(lines, []segment{{text: text, style: t.warn}})
	}
	if cause != "" {
		lines = append(lines, []segment{{text: cause, style: t.dim}})
	}
	return append(lines, v.app.unseenLines(messagesShow)...)
}

// following says whether the list goes on to what comes, by itself.
func (v *messagesView) following() bool {
	replay := v.app.snap.Replay
	return v.follow && v.listed == nil && !v.app.paused && (replay == nil || !replay.Ended)
}

// position says which of how many messages the cursor is on, and whether the list follows
// what comes.
func (v *messagesView) position() []segment {
	t, replay := &v.app.theme, v.app.snap.Replay
	if v.win.Total == 0 {
		return nil
	}
	text := words.Grouped(uint64(v.cur.at)+1) + " of " + words.Grouped(uint64(v.win.Total))
	if v.win.Unread > 0 {
		text += " so far"
	}
	if v.following() && v.app.grid.w < labelLeast {
		text += " F"
	}
	line := []segment{{text: text, style: t.strong, right: true}}
	switch {
	case v.following() && v.app.grid.w < labelLeast:
	case v.following():
		line = append(line, segment{text: " FOLLOW ", style: t.barAlert, right: true})
	case v.listed == nil && !v.app.paused && (replay == nil || !replay.Ended):
		line = append(line, segment{text: "End follows", style: t.dim, right: true, keep: 8})
	}
	return line
}

// missing says what cannot be reached: what had to leave, and what was never kept.
func (v *messagesView) missing() string {
	var parts []string
	for _, g := range v.win.Gaps {
		if line := int(v.win.First-v.low) + g.At; line == v.cur.at || line == v.cur.at+1 && line == int(v.win.Total) {
			where := "before this"
			if line > v.cur.at {
				where = "behind this"
			}
			parts = append(parts, gapText(&g.Gap)+" "+where)
		}
	}
	if v.win.Gone > 0 {
		parts = append(parts, words.Grouped(v.win.Gone)+" older messages had to leave the history")
	}
	return strings.Join(parts, "; ")
}

// gapText says that messages were only counted.
func gapText(g *spool.Gap) string {
	return fmt.Sprintf("gap of %s: %s messages were only counted", words.Age(g.To.Sub(g.From)), words.Grouped(g.Messages))
}

// gapAt is the gap in front of a line; nil: none.
func (v *messagesView) gapAt(line int) *spool.Gap {
	for i := range v.win.Gaps {
		if g := &v.win.Gaps[i]; int(v.win.First-v.low)+g.At == line {
			return &g.Gap
		}
	}
	return nil
}

func (v *messagesView) draw(g *grid, r rect) {
	t := &v.app.theme
	shown := v.layout(fitting{x: r.x, width: r.w})
	heads(v.app, g, r, shown, func(*column[aggregate.Kept]) bool { return false }, false)
	r.y, r.h = r.y+1, r.h-1
	v.app.drawList(g, r, &v.cur, int(v.win.Total), func(i, y int) {
		if k := v.at(i); k != nil {
			cells(v.app, g, y, shown, k)
			v.drawMessage(g, y, shown, k)
		}
		if v.gapAt(i) != nil {
			g.put(r.x, y, r.x+1, v.gapSign(), t.warn)
		}
		if v.text != "" {
			g.mark(r.x, min(r.x+r.w, g.w), y, v.text, t.mark)
		}
	})
	if v.win.Total == 0 && r.h > 0 {
		g.put(2, r.y+min(1, r.h-1), g.w, v.app.nothingOf(v), t.dim)
	}
}

// gapSign marks the first message behind a gap.
func (v *messagesView) gapSign() string {
	if v.app.opt.ASCII {
		return "~"
	}
	return "⌇"
}

// summary is the telling values of a message. It is worked out once, when its
// line is on the screen.
func (v *messagesView) summary(k *aggregate.Kept) string {
	if s, ok := v.info[k.Seq]; ok {
		return s
	}
	s := summaryOf(v.app.snap, k)
	v.info[k.Seq] = s
	return s
}

// summaryOf is the telling values of a message, as far as a snapshot knows them.
func summaryOf(snap *live.Snapshot, k *aggregate.Kept) string {
	m := k.Message
	var parts []string
	if problem := m.Body().Problem; problem != "" {
		parts = append(parts, decode.Quote(problem))
	}
	if e := m.Err; e != nil && e.Errno != 0 {
		if e.Msg != "" {
			parts = append(parts, decode.Quote(e.Msg))
		}
		if e.Attr != "" {
			parts = append(parts, "at "+decode.Quote(e.Attr))
		}
	}
	if m.Type != k.Type && k.Type != "" {
		parts = append(parts, "for "+k.Type)
	}
	if text := saidOf(snap, k); text != "" {
		parts = append(parts, text)
	} else {
		for _, n := range m.Lead(4) {
			parts = append(parts, export.NodeText(&n))
		}
	}
	return strings.Join(parts, "  ")
}

// outcome says what came of a message, or of the request that it answers.
func outcome(a *app, x *correlate.Observation) (string, tcell.Style) {
	t := &a.theme
	text, st := x.Outcome.String(), t.text
	switch f := x.Frame; {
	case f.Verdict.Lost():
		return f.Verdict.String(), t.bad
	case x.Errno > 0 && x.Probe:
		text, st = words.Errno(x.Errno), t.dim // as was expected
	case x.Errno > 0:
		text, st = words.Errno(x.Errno), t.warn
	case x.Outcome == correlate.Lost:
		return text, t.bad
	case x.Outcome == correlate.Interrupted:
		st = t.warn
	case x.Outcome == correlate.Pending:
		st = t.dim
		if r := x.Exchange; r != nil && r.Replies > 0 {
			text, st = fmt.Sprintf("%d replies", r.Replies), t.text
			if r.Replies == 1 {
				text = "1 reply"
			}
		}
	}
	return text, st
}

// took is the latency of a message that ends something; "": of no other.
func took(x *correlate.Observation) string {
	if x.Latency <= 0 || x.Outcome == correlate.Partial || x.Frame.Verdict.Lost() {
		return ""
	}
	return words.Duration(x.Latency)
}

// span is from the first message in the window to the last.
func (v *messagesView) span() (from, to time.Time) {
	first, last := v.at(v.cur.top), v.at(min(v.cur.top+v.cur.page, v.cur.rows)-1)
	if first == nil || last == nil {
		return from, to
	}
	return first.Frame.Time, last.Frame.Time
}
