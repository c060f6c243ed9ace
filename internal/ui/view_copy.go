// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/literal"
	"github.com/nltop/nltop/internal/live"
)

// copyForm is one of the forms that a thing can be copied in.
type copyForm struct{ key, name, what, text string }

// copyView offers the forms of what was under the cursor, and shows the one under its own.
type copyView struct {
	app   *app
	of    string
	forms []copyForm
	cur   cursor
}

// openCopy offers what is under the cursor of the view on the top.
func (a *app) openCopy() {
	if _, open := a.top().(*copyView); open {
		return
	}
	v := &copyView{app: a, of: a.top().crumb()}
	add := func(key, name, what, text string) {
		if text != "" {
			v.forms = append(v.forms, copyForm{key, name, what, text})
		}
	}
	if k := a.keptUnderCursor(); k != nil {
		v.of = k.Message.TypeText()
		add("g", "Go", "the bytes as a literal of Go", export.LiteralText(literal.Go, &k.Observation))
		add("a", "C", "an array of C", export.LiteralText(literal.C, &k.Observation))
		add("x", "hex", "hex digits, which nltop decode reads", export.LiteralText(literal.Hex, &k.Observation))
		add("s", "command", "what a person would type, or near it", a.said(k))
		add("j", "JSON", "the object of nltop trace -o json", a.json(&k.Observation))
	}
	add("f", "filter", "an expression for -f", a.clause().Yes)
	if len(v.forms) == 0 {
		a.notice = "nothing here can be copied"
		return
	}
	a.push(v)
}

// keptUnderCursor is the message that the view on the top points to, that of a request
// included; nil: none.
func (a *app) keptUnderCursor() *aggregate.Kept {
	switch v := a.top().(type) {
	case *messageView:
		return &v.kept
	case *messagesView:
		return v.current()
	case *exchangesView:
		return v.request()
	case *storyView:
		k := live.RequestOf(v.exchange())
		return &k
	}
	return nil
}

// json is a message as nltop trace -o json writes it.
func (a *app) json(x *correlate.Observation) string {
	var b strings.Builder
	if err := export.NewJSON(&b, a.opt.GroupName).Observe(x); err != nil {
		return ""
	}
	return b.String()
}

func (v *copyView) cursor() *cursor     { return &v.cur }
func (v *copyView) refresh()            {}
func (v *copyView) moved()              {}
func (v *copyView) crumb() string       { return "copy" }
func (v *copyView) detail() [][]segment { return nil }
func (v *copyView) ask() live.Ask       { return live.Ask{} }

func (v *copyView) bindings() []binding {
	table := []binding{
		{"Enter y", "copy this form", "copy", func() { v.copy(v.cur.at) }},
		{"Space", "show this form on a page", "show", func() {
			f := &v.forms[v.cur.at]
			v.app.showText(f.name, f.text)
		}},
	}
	for i := range v.forms {
		f := &v.forms[i]
		table = append(table, binding{f.key, "copy as " + f.name, "", func() { v.copy(i) }})
	}
	return table
}

// copy gives a form away and goes back to where it was asked for.
func (v *copyView) copy(i int) {
	f := v.forms[i]
	v.app.back(false)
	v.app.copyText(f.name, strings.TrimRight(f.text, "\n"))
}

func (v *copyView) draw(g *grid, r rect) {
	t := &v.app.theme
	v.cur.fit(len(v.forms), min(len(v.forms), r.h))
	g.put(r.x+1, r.y, r.x+r.w, "Copy "+decode.Quote(v.of)+" as", t.title)
	if r.h < 2 {
		return
	}
	list := rect{r.x, r.y + 1, r.w, min(len(v.forms), r.h-1)}
	v.app.drawList(g, list, &v.cur, len(v.forms), func(i, y int) {
		f := &v.forms[i]
		g.put(r.x+2, y, r.x+r.w, f.key, t.key)
		g.put(r.x+5, y, r.x+r.w, f.name, t.strong)
		g.put(r.x+14, y, r.x+r.w, f.what, t.text)
	})
	y := list.y + list.h + 1
	for line := range strings.SplitSeq(strings.TrimRight(v.forms[v.cur.at].text, "\n"), "\n") {
		for _, part := range wrap(g, untabbed(line), r.w-4) {
			if y >= r.y+r.h {
				return
			}
			g.put(r.x+2, y, r.x+r.w, part, t.dim)
			y++
		}
	}
}
