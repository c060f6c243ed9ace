// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// messagesView lists the last messages of a row, the newest at the foot. While
// the cursor is on the newest, it stays there as messages arrive.
type messagesView struct {
	app  *app
	ids  []aggregate.RowID // the rows whose messages they are
	path string            // what the rows are
	list []aggregate.Kept
	cur  cursor
	// sel is the message under the cursor; 0: the newest.
	sel  uint64
	info map[uint64]string // summaries, by Seq
}

func newMessagesView(a *app, path string, ids ...aggregate.RowID) *messagesView {
	return &messagesView{app: a, ids: ids, path: path, info: make(map[uint64]string)}
}

func (v *messagesView) cursor() *cursor { return &v.cur }
func (v *messagesView) ask() live.Ask   { return live.Ask{Rows: v.ids, Looking: true} }

func (v *messagesView) moved() {
	v.sel = 0
	if !v.cur.last() {
		v.sel = v.list[v.cur.at].Seq
	}
}

func (v *messagesView) refresh() {
	v.list = v.app.snap.Messages
	info := make(map[uint64]string, len(v.list))
	at := len(v.list) - 1
	for i, k := range v.list {
		if s, ok := v.info[k.Seq]; ok {
			info[k.Seq] = s
		}
		if v.sel != 0 && k.Seq <= v.sel {
			at = i
		}
	}
	if v.sel != 0 && (len(v.list) == 0 || v.list[0].Seq > v.sel) {
		at = 0 // it left; what is oldest now came after it
	}
	v.info = info
	v.cur.top += at - v.cur.at
	v.cur.at = at
	v.cur.fit(len(v.list), v.cur.page)
}

func (v *messagesView) bindings() []binding {
	return []binding{
		{"Enter", "open the message: decoded, beside its bytes", "open", v.open},
	}
}

func (v *messagesView) open() {
	if v.cur.at < len(v.list) {
		v.app.push(newMessageView(v.app, v.list[v.cur.at], v, v.step))
	}
}

// step moves the cursor to the message by places from one.
func (v *messagesView) step(from *aggregate.Kept, by int) (aggregate.Kept, bool) {
	// The list may have moved on since the message was opened.
	for i := range v.list {
		if v.list[i].Seq == from.Seq {
			v.cur.at = i
		}
	}
	to := v.cur.at + by
	if to < 0 || to >= len(v.list) {
		return aggregate.Kept{}, false
	}
	v.cur.move(by)
	v.moved()
	return v.list[to], true
}

func (v *messagesView) detail() [][]segment {
	t := &v.app.theme
	summary := ""
	if v.cur.at < len(v.list) {
		summary = v.summary(&v.list[v.cur.at])
	}
	return [][]segment{{
		{text: v.path, style: t.title},
		{text: summary, style: t.text, keep: 2},
		{text: fmt.Sprintf("the last %d messages that are kept", len(v.list)), style: t.dim, keep: 1},
		{text: v.unfiltered(), style: t.dim, keep: 3},
	}}
}

// summaryLeast is the width from which a summary says something. On a narrower
// screen that of the current message stands in the line about it.
const summaryLeast = 12

// columns are those of the list. The process is shown where the row is not one, the
// family where the row spans several.
func (v *messagesView) columns() []*column[aggregate.Kept] {
	result := func(a *app, k *aggregate.Kept) (string, tcell.Style) { return outcome(a, &k.Observation) }
	took := func(k *aggregate.Kept) string { return took(&k.Observation) }
	text := func(of func(k *aggregate.Kept) string, style func(t *theme) tcell.Style) func(a *app, k *aggregate.Kept) (string, tcell.Style) {
		return func(a *app, k *aggregate.Kept) (string, tcell.Style) { return of(k), style(&a.theme) }
	}
	dim := func(t *theme) tcell.Style { return t.dim }
	normal := func(t *theme) tcell.Style { return t.text }
	columns := []*column[aggregate.Kept]{
		{head: "TIME", width: 12, wide: 15, keep: 6, cell: text(v.stamp, dim)},
		{head: "", width: 1, cell: text(v.arrow, func(t *theme) tcell.Style { return t.strong })},
	}
	if v.ids[0].Key.Comm == "" {
		process := func(k *aggregate.Kept) string { return words.Process(k.Account) }
		columns = append(columns, &column[aggregate.Kept]{head: "PROCESS", width: 18, wide: 22, keep: 5, cell: text(process, normal)})
	}
	if v.ids[0].Key.Family == "" {
		family := func(k *aggregate.Kept) string { return k.Message.FamilyText() }
		columns = append(columns, &column[aggregate.Kept]{head: "FAMILY", width: 10, keep: 2, cell: text(family, func(t *theme) tcell.Style { return t.family })})
	}
	return append(columns, []*column[aggregate.Kept]{
		{head: "TYPE", width: 20, wide: 24, cell: text(func(k *aggregate.Kept) string { return k.Message.TypeText() }, normal)},
		{head: "LEN", width: 6, right: true, keep: 4, cell: text(func(k *aggregate.Kept) string { return words.Count(uint64(len(k.Message.Data))) }, dim)},
		{head: "RESULT", width: 12, cell: result},
		{head: "TOOK", width: 7, right: true, keep: 7, cell: text(took, normal)},
		{head: "MESSAGE", keep: 3, cell: text(v.summary, dim)},
	}...)
}

func (v *messagesView) draw(g *grid, r rect) {
	t := &v.app.theme
	shown := fitColumns(v.columns(), func(c *column[aggregate.Kept]) int { return c.keep }, fitting{x: r.x, width: r.w, gap: 1, least: summaryLeast})
	heads(v.app, g, r, shown, func(*column[aggregate.Kept]) bool { return false }, false)
	r.y, r.h = r.y+1, r.h-1
	v.app.drawList(g, r, &v.cur, len(v.list), func(i, y int) { cells(v.app, g, y, shown, &v.list[i]) })
	if len(v.list) == 0 && r.h > 0 {
		g.put(2, r.y+min(1, r.h-1), g.w, "no message of this row is kept", t.dim)
	}
}

// unfiltered says which of them the filter does not hold for; "": none.
func (v *messagesView) unfiltered() string {
	if since := v.app.filterSince(); since != "" {
		return "filtered " + since
	}
	return ""
}

func (v *messagesView) arrow(k *aggregate.Kept) string {
	return words.Arrow(k.Frame.Dir, v.app.opt.ASCII)
}

// stamp writes a time of day as far as its column has room for it.
func (v *messagesView) stamp(k *aggregate.Kept) string {
	if v.app.grid.w < wideScreen {
		return k.Frame.Time.Format(words.TimeOfDay[:12])
	}
	return k.Frame.Time.Format(words.TimeOfDay)
}

// summary is the telling values of a message. It is worked out once, when its
// line is on the screen.
func (v *messagesView) summary(k *aggregate.Kept) string {
	if s, ok := v.info[k.Seq]; ok {
		return s
	}
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
	if text := v.app.said(k); text != "" {
		parts = append(parts, text)
	} else {
		for _, n := range m.Lead(4) {
			parts = append(parts, export.NodeText(&n))
		}
	}
	s := strings.Join(parts, "  ")
	v.info[k.Seq] = s
	return s
}

// outcome says what came of a message, or of the request that it answers.
func outcome(a *app, x *correlate.Observation) (string, tcell.Style) {
	t := &a.theme
	text, st := x.Outcome.String(), t.text
	switch f := x.Frame; {
	case f.Verdict.Lost():
		return f.Verdict.String(), t.bad
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
