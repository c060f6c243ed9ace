// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/say"
	"github.com/nltop/nltop/internal/words"
)

// messageView shows one message: what it says beside the bytes that say it. The
// bytes of the line under the cursor are marked, and the line of the byte under it.
type messageView struct {
	sought
	app *app
	// from is the list that it was opened from; other the message by places from this
	// one in it, whose cursor moves.
	from  view
	other func(from *aggregate.Kept, by int) (aggregate.Kept, bool)
	kept  aggregate.Kept
	// tree is the decoded message, top-down; problem is what is malformed.
	tree    nodeTree
	problem string
	said    string // what nft would say it is; "": nothing
	cur     cursor // in the lines that are shown
	bytes   cursor // in the bytes
	inBytes bool   // keys move it, and cur follows
	hexTop  int    // first row of the hex pane
}

func newMessageView(a *app, k aggregate.Kept, from view, other func(*aggregate.Kept, int) (aggregate.Kept, bool)) *messageView {
	v := &messageView{app: a, from: from, other: other}
	v.show(k)
	return v
}

// show decodes a message.
func (v *messageView) show(k aggregate.Kept) {
	v.kept = k
	v.cur.at, v.cur.top, v.bytes.at, v.hexTop = 0, 0, 0, 0
	lines, problem := messageLines(&v.app.theme, k.Message, requestError(&k))
	v.tree, v.problem = newNodeTree(lines, len(k.Message.Data)), problem
	for _, i := range v.tree.faults {
		v.cur.at = i // what one opens a failed request for
	}
	v.said = v.app.said(&k)
	v.cur.fit(len(lines), v.cur.page)
	if v.inBytes = v.inBytes && len(k.Message.Data) > 0; v.inBytes {
		v.toBytes()
	}
}

func (v *messageView) refresh()      { v.from.refresh() }
func (v *messageView) crumb() string { return v.kept.Message.TypeText() }
func (v *messageView) identity() any { return [2]uint64{v.kept.Frame.ID, uint64(v.kept.Message.Index)} }
func (v *messageView) ask() live.Ask { return v.from.ask() }

func (v *messageView) cursor() *cursor {
	if v.inBytes {
		return &v.bytes
	}
	return &v.cur
}

func (v *messageView) bindings() []binding {
	own := v.byteKeys()
	if !v.inBytes {
		own = []binding{
			{"Enter Space", "fold what a line contains, or unfold it", "fold", v.toggle},
			{"Right", "unfold, then go into it", "", v.right},
			{"Left", "fold, then go to what it is in", "", v.left},
			{"e", "fold all, or unfold all", "", v.foldAll},
			{"Tab", "to the bytes, where the arrows go byte by byte", "bytes", v.toBytes},
		}
	}
	own = append(own, []binding{
		{".", "the next message of the list", "next", func() { v.step(1) }},
		{",", "the message before", "previous", func() { v.step(-1) }},
	}...)
	return append(own, v.app.relations(func() *aggregate.Kept { return &v.kept })...)
}

// step shows another message of the list.
func (v *messageView) step(by int) {
	if k, ok := v.other(&v.kept, by); ok {
		v.show(k)
	}
}

// detail shows the current line again, with more room, and where its bytes are.
func (v *messageView) detail() [][]segment {
	l := v.current()
	if l == nil {
		return nil
	}
	t := &v.app.theme
	line := []segment{{text: l.name, style: t.title}, {text: l.value, style: t.text}}
	lines := [][]segment{append(line, segment{text: fmt.Sprintf("offset %d, length %d", l.lo, l.hi-l.lo), style: t.dim, keep: 1})}
	if v.inBytes {
		lines[0] = []segment{{text: v.byteText(l), style: t.text}, line[0], line[1]}
	}
	return append(lines, v.app.unseenLines(messageShows)...)
}

// sideBySide is the width from which the bytes stand beside the tree, and
// treeLeast what they leave to it.
const (
	sideBySide = 100
	treeLeast  = 44
)

func (v *messageView) draw(g *grid, r rect) {
	r = v.heading(g, r)
	if r.h <= 0 {
		return
	}
	tree, hex := r, r
	per, size := 16, len(v.kept.Message.Data)
	if r.w >= sideBySide {
		if r.w < treeLeast+hexWidth(per, size) {
			per = 8
		}
		hex.w = hexWidth(per, size) + 1
		tree.w = r.w - hex.w - 1
		hex.x = tree.w + 1
		for y := r.y; y < r.y+r.h; y++ {
			g.put(tree.w-1, y, g.w, v.line(), v.app.theme.dim)
		}
	} else {
		if hexWidth(per, size) > r.w {
			per = 8
		}
		rows := (size + per - 1) / per
		hex.h = max(min(rows, r.h/2), 0)
		tree.h = r.h - hex.h
		if hex.h > 0 && tree.h > 3 {
			tree.h--
			v.rule(g, tree.y+tree.h, r.w)
		}
		hex.y = r.y + r.h - hex.h
		hex.x = max(min(1, r.w-hexWidth(per, size)), 0)
	}
	v.drawTree(g, tree)
	v.drawHex(g, hex, per)
}

func (v *messageView) line() string {
	if v.app.opt.ASCII {
		return "|"
	}
	return "│"
}

func (v *messageView) rule(g *grid, y, w int) {
	sign := "─"
	if v.app.opt.ASCII {
		sign = "-"
	}
	g.put(0, y, w, strings.Repeat(sign, w), v.app.theme.dim)
}

// heading writes what the message is, who sent it, and what is wrong with it.
// It returns what is left of r.
func (v *messageView) heading(g *grid, r rect) rect {
	t, k := &v.app.theme, &v.kept
	m, f := k.Message, k.Frame
	line := func(segs ...segment) {
		if r.h > 2 {
			g.segments(r.x+1, r.y, r.x+r.w-1, 2, segs)
			r.y, r.h = r.y+1, r.h-1
		}
	}
	result, st := outcome(v.app, &k.Observation)
	result = strings.TrimSpace(result + " " + took(&k.Observation))
	line(
		segment{text: m.TypeText(), style: t.title},
		segment{text: m.FamilyText(), style: t.family, keep: 5},
		segment{text: words.Arrow(f.Dir, v.app.opt.ASCII) + " " + f.Dir.String(), style: t.direction(f.Dir).Bold(true), keep: 7},
		segment{text: words.Process(k.Account), style: t.text, keep: 6},
		segment{text: result, style: st, keep: 4},
		segment{text: f.Time.Format(words.TimeOfDay), style: t.dim, keep: 3},
		segment{text: v.group(), style: t.dim, keep: 2},
		segment{text: inDatagram(m), style: t.dim, keep: 1},
	)
	if v.said != "" {
		line(segment{text: v.said, style: t.text})
	}
	if text := changed(k); text != "" {
		line(segment{text: text, style: t.warn})
	}
	if text := causedBy(k); text != "" {
		line(segment{text: text, style: t.dim})
	}
	if text := errorText(&k.Observation); text != "" {
		line(segment{text: text, style: t.warn})
	} else if e := requestError(k); e != nil {
		line(segment{text: "failed: " + errorWords(e, ""), style: t.warn})
	}
	if v.problem != "" {
		line(segment{text: decode.Quote(v.problem), style: t.bad})
	}
	return r
}

// changed says what an event tells that the last one about the same thing did not; "":
// nothing, or nobody knows.
func changed(k *aggregate.Kept) string {
	if k.Event == nil || k.Event.Before == nil {
		return ""
	}
	if text := export.DiffersText(k.Event); text != "" {
		return "changed: " + text
	}
	return ""
}

// causedBy says who caused an event, how many sockets got it, and who lost it;
// of a request, what it caused. "" where there is nothing to say.
func causedBy(k *aggregate.Kept) string {
	var parts []string
	if e := k.Event; e != nil {
		if s := export.CausedBy(&e.Cause); s != "" {
			parts = append(parts, s)
		}
		if k.Self {
			parts = append(parts, "own echo")
		}
		if e.Delivered+e.Lost > 1 {
			if to := words.Listeners(k.Frame.Sees, e.Delivered+e.Lost); to != "" {
				parts = append(parts, to)
			}
		}
		for _, p := range e.Losers {
			parts = append(parts, "lost by "+words.Process(p))
		}
	} else if x := k.Exchange; x != nil && k.Frame.Dir == capture.DirRequest {
		if s := exchangeDetails(x); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// requestError is the error that a request got; nil: none, or not yet.
func requestError(k *aggregate.Kept) *decode.ErrorInfo {
	if k.Frame.Dir != capture.DirRequest || k.Exchange == nil || k.Exchange.Err == nil || k.Exchange.Err.Errno == 0 {
		return nil
	}
	return k.Exchange.Err
}

// errorText is what an NLMSG_ERROR says; "": success.
func errorText(o *correlate.Observation) string {
	e := o.Message.Err
	if e == nil || e.Errno == 0 && e.Msg == "" {
		return ""
	}
	missing := ""
	if e.HasMissType {
		missing = export.Missing(o)
	}
	return errorWords(e, missing)
}

func errorWords(e *decode.ErrorInfo, missing string) string {
	text := "ok"
	if e.Errno != 0 {
		text = words.ErrorName(e)
	}
	if e.Msg != "" {
		text += ": " + decode.Quote(e.Msg)
		if e.Traced {
			text += " " + export.TracedNote
		}
	}
	if e.Attr != "" {
		text += ", at " + decode.Quote(e.Attr)
	}
	if e.Policy != "" {
		text += ", " + e.Policy
	}
	if missing != "" {
		text += ", missing " + decode.Quote(missing)
	}
	return text
}

// said writes a request as the command that a person would type; a message of
// nftables near nft's own syntax, with its place in its transaction; "" for all
// that has no words.
func (a *app) said(k *aggregate.Kept) string { return saidOf(a.snap, k) }

func saidOf(snap *live.Snapshot, k *aggregate.Kept) string {
	said, ok := snap.Said(k)
	if !ok {
		var alone nft.Lines // the sets of other messages are not known then
		said = alone.Say(k.Message)
	}
	s := ""
	if b := &said.Batch; said.InBatch {
		s = b.String()
		if b.Index > 0 && b.HasGenID {
			s += fmt.Sprintf(" for generation %d", b.GenID)
		}
	}
	line := said.Line
	if text := say.Iptables(k.Message); text != "" {
		line = text
	} else if line == "" {
		line = commandText(k.Message)
	}
	return strings.TrimSpace(s + "  " + line)
}

// commandText writes a request as a command, and what of it no command says, and an event
// as the tool's monitor does; "" for what has no words.
func commandText(m *decode.Message) string {
	body := m.Values()
	if m.Frame.Dir == capture.DirEvent {
		return say.Event(m, &body)
	}
	request, _ := say.Request(m, &body)
	line := request.Text()
	for i := range request.Left {
		line += " " + export.UnsaidText(request.Left[i].Node)
	}
	return line
}

// group says to which multicast group the message went; "": to none.
func (v *messageView) group() string {
	if v.kept.Frame.Group == 0 {
		return ""
	}
	return "to " + words.Group(v.kept.Frame, v.app.opt.GroupName)
}

// inDatagram says which message of its datagram it is, and in which namespace.
func inDatagram(m *decode.Message) string {
	s := ""
	if m.Index > 0 {
		s += fmt.Sprintf("message %d of its datagram  ", m.Index+1)
	}
	if m.Frame.NetNS != 0 {
		s += fmt.Sprintf("netns %d", m.Frame.NetNS)
	}
	return s
}
