// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// A screen of this size is split at home.
const (
	panesWidth  = 160
	panesHeight = 40
)

// The panes, in the order in which Tab goes through them.
const (
	homePane = iota
	listPane
	messagePane
)

// panes are what home is split into: the tree, the messages of the row under its cursor,
// and the message under theirs.
type panes struct {
	w, h  int  // of the screen
	wide  bool // which has room for them
	whole bool // and home has it all
	focus int  // the pane that keys go to
	// list and one are of the row that the tree's cursor was on last; nil: there is none.
	list *messagesView
	one  *messageView
	// held is the message on which the list stopped to follow what comes, since somebody
	// looks at that; 0: it did not follow.
	held uint64
	at   [3]pane
}

// pane is where one was drawn last.
type pane struct {
	rect
	listY int // as app.listY, in the pane
	grid  grid
}

// split says whether the screen shows panes.
func (a *app) split() bool { return len(a.views) == 1 && !a.panes.whole && a.splits() }

// splits says whether home is split where it is shown, and not made whole.
func (a *app) splits() bool { return a.panes.wide && len(a.tree.rows) > 0 }

// inPane is what a pane shows; nil: nothing.
func (a *app) inPane(i int) view {
	switch p := &a.panes; {
	case i == homePane:
		return a.tree
	case i == listPane && p.list != nil:
		return p.list
	case i == messagePane && p.one != nil:
		return p.one
	}
	return nil
}

// paneOf is the pane whose view v is; -1: none.
func (a *app) paneOf(v view) int {
	for i := range a.panes.at {
		if a.inPane(i) == v {
			return i
		}
	}
	return -1
}

// focused is the view of the pane that keys go to. The home pane has always one.
func (a *app) focused() view {
	for i := a.panes.focus; i > homePane; i-- {
		if v := a.inPane(i); v != nil {
			return v
		}
	}
	return a.tree
}

// messagesShown is the list of messages on the screen, and whether there is one.
func (a *app) messagesShown() (*messagesView, bool) {
	if a.split() && a.panes.list != nil {
		return a.panes.list, true
	}
	v, ok := a.top().(*messagesView)
	return v, ok
}

// renew has what is on the screen take in a snapshot.
func (a *app) renew() {
	if !a.split() {
		a.top().refresh()
		return
	}
	a.tree.refresh()
	a.matchList()
	p := &a.panes
	if p.list == nil {
		return
	}
	// A snapshot may have been asked for before the cursor came to another row.
	if m := a.snap.Asked.Messages; m != nil && slices.Equal(m.Rows, p.list.ids) {
		p.list.refresh()
	}
	a.matchMessage()
}

// matchList lists the messages of the row under the tree's cursor.
func (a *app) matchList() {
	p := &a.panes
	if !a.split() {
		return
	}
	r := a.tree.current()
	if r == nil {
		p.list, p.one = nil, nil
		return
	}
	if p.list == nil || p.list.ids[0] != r.ID {
		p.list, p.one, p.held = newMessagesView(a, a.tree.path(a.tree.cur.at), r.ID), nil, 0
	}
	p.focus = max(a.paneOf(a.focused()), homePane)
	p.list.glance = p.focus == homePane
	if p.focus == messagePane {
		p.list.follow = false // nobody's message is changed while it is read
	}
}

// matchMessage shows the message under the cursor of the list.
func (a *app) matchMessage() {
	p := &a.panes
	if !a.split() || p.list == nil {
		return
	}
	k := p.list.current()
	switch {
	case k == nil && p.list.win.Total == 0:
		p.one = nil
	case k == nil: // it is not there yet
	case p.one == nil:
		p.one = newMessageView(a, *k, p.list, p.list.step)
	case p.one.kept.Frame.ID != k.Frame.ID || p.one.kept.Message.Index != k.Message.Index,
		p.focus != messagePane && p.one.kept.Outcome != k.Outcome:
		p.one.show(*k)
	}
}

// current is the message under the cursor of the list; nil: none.
func (p *panes) current() *aggregate.Kept {
	if p.list == nil {
		return nil
	}
	return p.list.current()
}

// shownAsk is what of a snapshot the screen shows.
func (a *app) shownAsk() live.Ask {
	if !a.split() {
		return a.top().ask()
	}
	ask := a.tree.ask()
	if a.panes.list != nil {
		ask.Messages = a.panes.list.ask().Messages
	}
	return ask
}

// glanced is how many messages a pane that nobody looks into shows at most.
func (p *panes) glanced() int { return p.h * 3 / 5 }

// paneKeys are those of a view that is in a pane, or could be.
func (a *app) paneKeys(v view) []binding {
	i := a.paneOf(v)
	if i < 0 || !a.splits() {
		return nil
	}
	if i == homePane && a.panes.whole || slices.Index(a.views, v) > 0 {
		return []binding{{`\`, "back beside the other panes", "panes", a.togglePanes}}
	}
	return []binding{
		{"Tab", "to the next pane: home, messages, message, its bytes", "next pane", func() { a.nextPane(1) }},
		{"Backtab", "to the pane before", "", func() { a.nextPane(-1) }},
		{`\`, "this pane on the whole screen, and back", "whole", a.togglePanes},
	}
}

// nextPane moves the focus. The bytes of a message are a stop of their own.
func (a *app) nextPane(by int) {
	p := &a.panes
	if one := p.one; one != nil && p.focus == messagePane && one.inBytes == (by < 0) && len(one.kept.Message.Data) > 0 {
		if one.inBytes {
			one.toTree()
		} else {
			one.toBytes()
		}
		return
	}
	n := len(p.at)
	to := p.focus + by + n
	for a.inPane(to%n) == nil {
		to += by
	}
	a.focusOn(to % n)
}

// focusOn has keys go to a pane.
func (a *app) focusOn(i int) {
	p := &a.panes
	if i == p.focus || a.inPane(i) == nil {
		return
	}
	switch p.focus {
	case homePane:
		a.tree.pin() // its row stays
	case messagePane:
		if p.one != nil {
			p.one.toTree()
		}
		if k := p.current(); k != nil && p.held == k.Seq {
			p.list.follow = true
		}
		p.held = 0
	}
	if k := p.current(); i == messagePane && k != nil && p.list.follow {
		p.held, p.list.follow = k.Seq, false
	}
	p.focus = i
	a.matchList()
}

// togglePanes gives the pane with the focus the whole screen, or takes it back.
func (a *app) togglePanes() {
	p := &a.panes
	switch {
	case len(a.views) > 1:
		a.intoPanes()
		a.fill()
		a.renew()
	case p.whole || p.focus == homePane:
		p.whole = !p.whole
	default:
		a.outOfPanes()
	}
}

// outOfPanes makes pages of the pane with the focus and of those on the way to it, in front
// of what is open.
func (a *app) outOfPanes() {
	p := &a.panes
	to := a.paneOf(a.focused())
	p.focus, p.held = homePane, 0
	for i := listPane; i <= to; i++ {
		v := a.inPane(i)
		if slices.ContainsFunc(a.views, func(open view) bool { return identity(open) == identity(v) }) {
			return
		}
		a.views = slices.Insert(a.views, i, v)
	}
}

// intoPanes puts pages that came out of panes back, and the focus on the last of them.
func (a *app) intoPanes() {
	p := &a.panes
	for i := listPane; i <= messagePane && len(a.views) > 1; i++ {
		if v := a.inPane(i); v == nil || a.views[1] != v {
			return
		}
		a.views = slices.Delete(a.views, 1, 2)
		p.focus, p.whole = i, false
	}
}

// resize splits home where the screen has become large enough, or the other way.
func (p *panes) resize(a *app, w, h int) {
	p.w, p.h = w, h
	if wide := w >= panesWidth && h >= panesHeight; wide != p.wide {
		if !wide && a.splits() && !p.whole {
			a.outOfPanes()
		}
		if p.wide = wide; wide {
			a.intoPanes()
		}
	}
}

// paneAt is the pane of a place on the screen; -1: none.
func (a *app) paneAt(x, y int) int {
	if !a.split() {
		return -1
	}
	return slices.IndexFunc(a.panes.at[:], func(p pane) bool {
		return p.x <= x && x < p.x+p.w && p.y <= y && y < p.y+p.h
	})
}

// drawPanes draws home at the left, messages at the right, and the message below.
func (a *app) drawPanes(g *grid, r rect) {
	low, left := r.h*2/5, (r.w-1)/2
	top := rect{r.x, r.y, left, r.h - low}
	for y := top.y; y < top.y+top.h; y++ {
		g.put(left, y, g.w, a.sides(), a.theme.dim)
	}
	a.drawPane(homePane, top)
	a.drawPane(listPane, rect{r.x + left + 1, r.y, r.w - left - 1, top.h})
	a.drawPane(messagePane, rect{r.x, r.y + top.h, r.w, low})
}

// sides stands between panes beside each other.
func (a *app) sides() string {
	if a.opt.ASCII {
		return "|"
	}
	return "│"
}

// drawPane draws a pane as if it were a screen of its own.
func (a *app) drawPane(i int, r rect) {
	p, v := &a.panes.at[i], a.inPane(i)
	p.rect = r
	screen, selected, zones := a.grid, a.theme.selected, len(a.zones)
	a.grid = p.grid
	a.grid.ascii = screen.ascii
	a.grid.reset(r.w, r.h, a.theme.text)
	if i != a.panes.focus {
		a.theme.selected = a.theme.passed
	}
	a.paneHead(i, v)
	if v != nil {
		body := rect{0, 1, r.w, r.h - 1}
		a.details(&a.grid, v, &body)
		v.draw(&a.grid, body)
		a.markFound(&a.grid, v, body)
	} else {
		a.grid.put(2, 2, r.w, "no message", a.theme.dim)
	}
	p.listY = a.listY
	p.grid, a.grid, a.theme.selected = a.grid, screen, selected
	for j := range a.zones[zones:] {
		z := &a.zones[zones+j]
		run := z.run
		z.x, z.end, z.y = z.x+r.x, z.end+r.x, z.y+r.y
		z.run = func() { a.focusOn(i); run() }
	}
	a.grid.paste(&p.grid, r.x, r.y, i == a.panes.focus)
}

// paneHead names a pane in its first line, and says whether it has the focus.
func (a *app) paneHead(i int, v view) {
	g, t, p := &a.grid, &a.theme, &a.panes
	rule := "─"
	if a.opt.ASCII {
		rule = "-"
	}
	name, line := [...]string{"home", "messages", "message"}[i], t.dim
	if v != nil && i != homePane {
		name = v.crumb()
	}
	if i == messagePane && v != nil {
		name = "message: " + name
	}
	if i == p.focus {
		line, rule = t.barName, " "
	}
	g.put(0, 0, g.w, strings.Repeat(rule, g.w), line)
	segs := []segment{{text: " " + name + " ", style: line}}
	if one, ok := v.(positioned); ok {
		for _, s := range one.position() {
			s.text = " " + strings.TrimSpace(s.text) + " "
			if i != p.focus {
				s.style = line
			} else if s.style == t.strong {
				s.style = t.barName
			} else if s.style == t.dim {
				s.style = t.bar
			}
			segs = append(segs, s)
		}
	}
	if i == listPane && p.focus == homePane && a.snap.CountsOnly {
		segs = append(segs, segment{text: " only counting; Tab looks at messages ", style: t.warn, right: true})
	}
	g.segments(1, 0, g.w-1, 0, segs)
}

// nothingOf says why a list has no message.
func (a *app) nothingOf(v *messagesView) string {
	if r := a.tree.current(); v == a.panes.list && r != nil && r.Caused.Events > 0 && r.Messages() == 0 {
		return "no message of its own: it made others receive " + words.Plural(int(r.Caused.Events), "event", "events")
	}
	return "no message of this row is kept"
}

// paste writes another grid into g; cursor: its cursor, too.
func (g *grid) paste(part *grid, x, y int, cursor bool) {
	for row := range part.h {
		if at := y + row; at < g.h && x+part.w <= g.w {
			copy(g.cells[at*g.w+x:], part.cells[row*part.w:(row+1)*part.w])
		}
	}
	if cursor && part.cursorX >= 0 {
		g.cursorX, g.cursorY = part.cursorX+x, part.cursorY+y
	}
}
