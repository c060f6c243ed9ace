// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// maxListed is how many messages of a row are asked for.
const maxListed = 512

// messagesView lists the last messages of a row, the newest at the foot. While
// the cursor is on the newest, it stays there as messages arrive.
type messagesView struct {
	app  *app
	row  *aggregate.Row
	path string
	list []aggregate.Kept
	cur  cursor
	// sel is the message under the cursor; 0: the newest.
	sel  uint64
	info map[uint64]string // summaries, by Seq
	old  bool              // the list is from before a pause
}

func newMessagesView(a *app, r *aggregate.Row) *messagesView {
	return &messagesView{app: a, row: r, path: a.tree.path(r), info: make(map[uint64]string)}
}

func (v *messagesView) cursor() *cursor { return &v.cur }

func (v *messagesView) moved() {
	v.sel = 0
	if !v.cur.last() {
		v.sel = v.list[v.cur.at].Seq
	}
}

func (v *messagesView) refresh() {
	if v.app.paused && v.old {
		return
	}
	v.old = true
	v.list = v.app.src.Messages(v.row.ID, maxListed)
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
		v.app.push(newMessageView(v.app, v))
	}
}

func (v *messagesView) detail() []segment {
	t := &v.app.theme
	return []segment{
		{text: v.path, style: t.title},
		{text: fmt.Sprintf("last %d of %s messages", len(v.list), count(v.row.Messages())), style: t.dim, keep: 1},
	}
}

// Widths of the list's fixed columns; the process is shown where the row is
// not one, the family where the row spans several.
const (
	timeWidth    = 15
	processWidth = 22
	familyWidth  = 12
	lenWidth     = 6
	resultWidth  = 16
)

func (v *messagesView) draw(g *grid, r rect) {
	t := &v.app.theme
	process := v.row.ID.Key.Comm == "" && r.w >= 80
	family := v.row.ID.Key.Family == "" && r.w >= 100
	g.fill(r.x, r.y, r.x+r.w, t.head)
	v.line(g, r.y, r.w, process, family, []field{
		{"TIME", t.head}, {"", t.head}, {"PROCESS", t.head}, {"FAMILY", t.head}, {"TYPE", t.head},
		{"LEN", t.head}, {"RESULT", t.head}, {"MESSAGE", t.head},
	})
	r.y, r.h = r.y+1, r.h-1
	v.app.listY = r.y
	v.cur.fit(len(v.list), r.h)
	for line := range r.h {
		i, ok := v.cur.row(line)
		if !ok {
			break
		}
		v.line(g, r.y+line, r.w, process, family, v.fields(&v.list[i]))
		if i == v.cur.at {
			g.restyle(0, r.y+line, g.w, t.selected)
		}
	}
	if len(v.list) == 0 && r.h > 0 {
		g.put(2, r.y+min(1, r.h-1), g.w, "no message of this row is kept", t.dim)
	}
}

// field is a piece of a line.
type field struct {
	text  string
	style tcell.Style
}

// line writes the fields of one message, in the order of the heads.
func (v *messagesView) line(g *grid, y, w int, process, family bool, f []field) {
	x := 1
	col := func(i, width int) {
		g.put(x, y, min(x+width, w), f[i].text, f[i].style)
		x += width + 1
	}
	if w >= 60 {
		col(0, timeWidth)
	}
	col(1, 1)
	if process {
		col(2, processWidth)
	}
	if family {
		col(3, familyWidth)
	}
	typeWidth := 20
	if w >= 120 {
		typeWidth = 28
	}
	col(4, typeWidth)
	if w >= 60 {
		g.putRight(x, y, x+lenWidth, f[5].text, f[5].style)
		x += lenWidth + 1
	}
	col(6, resultWidth)
	g.put(x, y, w, f[7].text, f[7].style)
}

func (v *messagesView) fields(k *aggregate.Kept) []field {
	t := &v.app.theme
	m := k.Message
	result, st := outcome(v.app, &k.Observation)
	return []field{
		{k.Frame.Time.Format("15:04:05.000000"), t.dim},
		{arrow(k.Frame.Dir, v.app.opt.ASCII), t.strong},
		{process(k.Account), t.text},
		{m.FamilyText(), t.family},
		{m.TypeText(), t.text},
		{count(uint64(len(m.Data))), t.dim},
		{result, st},
		{v.summary(k), t.dim},
	}
}

// summary is the telling values of a message. It is worked out once, when its
// line is on the screen.
func (v *messagesView) summary(k *aggregate.Kept) string {
	if s, ok := v.info[k.Seq]; ok {
		return s
	}
	m := k.Message
	var parts []string
	if m.Problem != nil {
		parts = append(parts, m.Problem.Error())
	}
	if e := m.Err; e != nil && e.Errno != 0 {
		if e.Msg != "" {
			parts = append(parts, decode.Quote(e.Msg))
		}
		if e.Attr != "" {
			parts = append(parts, "at "+e.Attr)
		}
	}
	for _, n := range m.Lead(4) {
		parts = append(parts, nodeText(&n))
	}
	s := strings.Join(parts, "  ")
	v.info[k.Seq] = s
	return s
}

// arrow shows a direction from where the user sits.
func arrow(d capture.Dir, ascii bool) string {
	signs := map[capture.Dir][2]string{
		capture.DirRequest: {"→", ">"}, capture.DirReply: {"←", "<"},
		capture.DirEvent: {"«", "*"}, capture.DirPeer: {"↔", "="}, capture.DirUnknown: {"?", "?"},
	}[d]
	if ascii {
		return signs[1]
	}
	return signs[0]
}

// process names a process with its PID.
func process(p capture.Proc) string {
	switch {
	case p.Comm == "" && p.PID == 0:
		return "(unknown)"
	case p.PID == 0:
		return p.Comm
	}
	return fmt.Sprintf("%s[%d]", p.Comm, p.PID)
}

// outcome says what came of a message, or of the request that it answers.
func outcome(a *app, x *correlate.Observation) (string, tcell.Style) {
	t := &a.theme
	text, st := x.Outcome.String(), t.text
	switch f := x.Frame; {
	case f.Verdict == capture.VerdictOverrun || f.Verdict == capture.VerdictDropped:
		return f.Verdict.String(), t.bad
	case x.Errno > 0:
		text, st = errno(x.Errno), t.warn
	case x.Outcome == correlate.Lost:
		return text, t.bad
	case x.Outcome == correlate.Interrupted:
		st = t.warn
	case x.Outcome == correlate.Pending:
		st = t.dim
		if r := x.Request; r != nil && r.Replies > 0 {
			text, st = fmt.Sprintf("%d replies", r.Replies), t.text
			if r.Replies == 1 {
				text = "1 reply"
			}
		}
	}
	if x.Latency > 0 && x.Outcome != correlate.Partial {
		text = strings.TrimSpace(text + " " + duration(x.Latency, a.opt.ASCII))
	}
	return text, st
}
