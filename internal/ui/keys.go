// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// binding is one thing that keys do. The same table answers keys, fills the
// footer and writes the help.
type binding struct {
	keys string // names as keyName gives them, separated by spaces
	help string
	hint string // in the footer; "" is not there
	run  func()
}

// keyName names a key as binding.keys spells it.
func keyName(ev *tcell.EventKey) string {
	switch ev.Key() {
	case tcell.KeyRune:
		if ev.Rune() == ' ' {
			return "Space"
		}
		return string(ev.Rune())
	case tcell.KeyBackspace2:
		return "Backspace"
	}
	name := tcell.KeyNames[ev.Key()]
	if ev.Key() == tcell.KeyCtrlSpace || name == "" {
		return "Ctrl-Space"
	}
	return name
}

// matches says whether a key is one of those of b.
func (b *binding) matches(name string) bool {
	for k := range strings.SplitSeq(b.keys, " ") {
		if k == name {
			return true
		}
	}
	return false
}

// do runs it, and what has to follow; nil: nothing.
func (b *binding) do(after func()) {
	if b.run(); after != nil {
		after()
	}
}

// signs stand for the names of keys that have one.
var signs = map[string]string{
	"Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "Enter": "⏎", "Ctrl-C": "^C", "Ctrl-L": "^L", "Ctrl-Z": "^Z",
}

// shown writes keys as people know them.
func shown(keys string, ascii bool) string {
	names := strings.Fields(keys)
	for i, name := range names {
		if sign := signs[name]; sign != "" && !ascii {
			names[i] = sign
		}
	}
	return strings.Join(names, " ")
}

// first is the key that the footer shows.
func (b *binding) first(ascii bool) string {
	k, _, _ := strings.Cut(b.keys, " ")
	return shown(k, ascii)
}

// bindings are those of every view, the help first.
func (a *app) bindings() []binding {
	return []binding{
		{"? F1", "show or hide this help", "help", a.toggleHelp},
		{"1", "home: who talks what", "home", a.home},
		{":", "the palette: everything that can be done here, and all settings", "palette", a.openPalette},
		{"f", "filter what is counted and kept, by an expression", "filter", a.askFilter},
		{"M 3", "all messages", "messages", a.openMessages},
		{"p", "pause: freeze what is shown (losses go on)", "pause", a.togglePause},
		{"c", "clear counters and messages", "", a.clear},
		{"l 0", "losses, notes, and what this source cannot see", "lost", func() { a.push(newLossesView(a)) }},
		{"x 2", "exchanges: requests that wait, and how the last ones ended", "exchanges", func() { a.push(newExchangesView(a)) }},
		{"o 5", "sockets: owner, queue, drops, groups", "sockets", func() { a.push(newSocketsView(a)) }},
		{"i 7", "incidents: who lost messages, sent by whom, and what would help", "incidents", a.openIncidents},
		{"L 8", "rtnl_mutex: who holds it, and who waits", "rtnl", a.openLocks},
		{"F 9", "families: what is talked, and who listens", "families", func() { a.push(newFamiliesView(a)) }},
		{"w 6", "who changed it: what is under the cursor, what you type, or (nothing typed) anything", "who", a.askWho},
		{"h 4", "heat map: latency over time, of the row or of all", "heat", a.openHeat},
		{"+", "keep what is under the cursor: add it to the filter", "", func() { a.narrow(true) }},
		{"-", "leave out what is under the cursor", "", func() { a.narrow(false) }},
		{"y", "copy what is under the cursor: literal, command, JSON, filter", "copy", a.openCopy},
		{"=", "edit the filter with what is under the cursor added", "", a.editClause},
		{"Ctrl-Z", "suspend; fg in the shell brings nltop back", "", a.suspend},
		{"Ctrl-T", "theme: for a dark ground, a light one, any, or without colours", "", a.nextTheme},
		{"U", "draw with all characters, or with ASCII only", "", a.toggleASCII},
		{"Ctrl-L", "draw the screen again", "", a.redraw},
		{"Esc", "back to the page before", "", func() { a.back(false) }},
		{"q", "the same; at home quit", "", func() { a.back(true) }},
		{"Ctrl-C F10", "quit, wherever one is", "", a.quit},
	}
}

// moves are the bindings of a view with a cursor.
func moves(c *cursor) []binding {
	return []binding{
		{"Up k", "up", "", func() { c.move(-1) }},
		{"Down j", "down", "", func() { c.move(1) }},
		{"PgUp Ctrl-B", "a page up", "", func() { c.move(-c.page) }},
		{"PgDn Ctrl-F", "a page down", "", func() { c.move(c.page) }},
		{"Ctrl-U", "half a page up", "", func() { c.move(-max(c.page/2, 1)) }},
		{"Ctrl-D", "half a page down", "", func() { c.move(max(c.page/2, 1)) }},
		{"Home gg", "to the start", "", func() { c.move(-c.rows) }},
		{"End G", "to the end", "", func() { c.move(c.rows) }},
	}
}

// keyTable are bindings that belong together.
type keyTable struct {
	title string
	list  []binding
	after func() // what has to follow each of them; nil: nothing
}

// tables are those that answer keys while v is on the top: the first that knows a key
// does. Help, footer and palette are made of the same.
func (a *app) tables(v view) []keyTable {
	title := "This list"
	switch v.(type) {
	case *treeView:
		title = "The tree"
	case *messageView:
		title = "This message"
	}
	own, panes := v.bindings(), a.paneKeys(v)
	if len(panes) > 1 { // Tab goes through the parts of a pane, too
		own = slices.DeleteFunc(own, func(b binding) bool { return b.matches("Tab") })
	}
	t := []keyTable{{title, own, nil}}
	if len(panes) > 0 {
		t = append(t, keyTable{"Panes", panes, nil})
	}
	if s, ok := v.(searcher); ok {
		t = append(t, keyTable{"Searching", a.searching(s), nil})
	}
	if c := v.cursor(); c != nil {
		t = append(t, keyTable{"Moving (or the mouse: wheel, click, click again to open)", moves(c), v.moved})
	}
	if a.travel.focused {
		t = append([]keyTable{{"The timeline", a.onTimeline(), nil}}, t...)
	}
	return answering(append(t, keyTable{"Other times", a.traveling(), nil}, keyTable{"Everywhere", a.bindings(), nil}))
}

// answering takes away the keys that a table in front answers.
func answering(tables []keyTable) []keyTable {
	taken := make(map[string]bool)
	for i := range tables {
		t := &tables[i]
		var list []binding
		for _, b := range t.list {
			b.keys = strings.Join(slices.DeleteFunc(strings.Fields(b.keys), func(k string) bool { return taken[k] }), " ")
			if b.keys != "" {
				list = append(list, b)
			}
		}
		for _, b := range list {
			for k := range strings.FieldsSeq(b.keys) {
				taken[k] = true
			}
		}
		t.list = list
	}
	return tables
}

// key acts on a key as the terminal has sent it. A terminal sends Alt and a key as Esc and
// the key, and nobody can tell whether it was the one or the other that was pressed: it is
// taken for Esc, since no Alt is bound.
func (a *app) key(ev *tcell.EventKey) {
	if ev.Modifiers()&tcell.ModAlt == 0 || ev.Key() != tcell.KeyRune {
		a.act(ev)
		return
	}
	a.act(tcell.NewEventKey(tcell.KeyEsc, 0, 0))
	a.act(withoutAlt(ev))
}

// withoutAlt is the key behind an Esc. Control characters are told as letters with Ctrl.
func withoutAlt(ev *tcell.EventKey) *tcell.EventKey {
	r := ev.Rune()
	if ev.Modifiers()&tcell.ModCtrl != 0 {
		r &= 0x1f
	}
	switch {
	case r == '\r':
		return tcell.NewEventKey(tcell.KeyEnter, 0, 0)
	case r < ' ':
		return tcell.NewEventKey(tcell.KeyCtrlSpace+tcell.Key(r), 0, tcell.ModCtrl)
	}
	return tcell.NewEventKey(tcell.KeyRune, r, 0)
}

// act acts on one key, by the first table that knows it.
func (a *app) act(ev *tcell.EventKey) {
	name := keyName(ev)
	switch name {
	case "Ctrl-C", "F10":
		a.quit()
		return
	case "Ctrl-Z":
		a.suspend()
		return
	}
	if a.undrawn { // keys may come faster than drawings
		a.draw()
	}
	a.notice = ""
	if a.seeking != nil {
		if a.seeking = nil; name == "Esc" {
			return
		}
	}
	if a.prompt != nil {
		a.prompt.key(ev)
		return
	}
	before := a.pending
	a.pending = ""
	switch {
	case name == "Esc" && before != "": // takes back what was begun
	case a.run(before + name):
	case before == "" && a.begins(name):
		a.pending = name
	default:
		a.notice = noSuchKey + shown(before+name, a.opt.ASCII) + " (? lists them)"
	}
}

// noSuchKey begins what is said of a key that nothing knows.
const noSuchKey = "no such key here: "

// run does what a key, or a sequence of keys, is bound to.
func (a *app) run(name string) bool {
	for _, t := range a.tables(a.top()) {
		for i := range t.list {
			if b := &t.list[i]; b.matches(name) {
				b.do(t.after)
				return true
			}
		}
	}
	return false
}

// begins says whether a key is the first of a sequence, and says which there are.
func (a *app) begins(name string) bool {
	var next []string
	for _, t := range a.tables(a.top()) {
		for i := range t.list {
			for k := range strings.SplitSeq(t.list[i].keys, " ") {
				if isSequence(k) && strings.HasPrefix(k, name) {
					next = append(next, k+" "+t.list[i].help)
				}
			}
		}
	}
	a.notice = strings.Join(next, "  ")
	return len(next) > 0
}

// isSequence says whether a name is that of two keys, and not of one that has a name.
func isSequence(name string) bool {
	return len([]rune(name)) == 2 && !named[name]
}

// named are the keys that are no characters.
var named = func() map[string]bool {
	m := map[string]bool{"Space": true}
	for _, name := range tcell.KeyNames {
		m[name] = true
	}
	return m
}()

// back leaves the view, or nltop if there is none below. At home Esc ends a search, then goes back to now.
func (a *app) back(quit bool) {
	if v, ok := a.top().(escaper); ok && !quit && v.escape() {
		return
	}
	switch {
	case len(a.views) > 1:
		a.backTo(len(a.views) - 2)
	case a.split() && a.panes.focus != homePane:
		a.focusOn(a.panes.focus - 1)
	case quit:
		a.quit()
	case a.snap.At != nil && a.tree.sought == "":
		a.toNow()
	default:
		a.tree.search("")
	}
}

// backTo leaves all views above the one at i.
func (a *app) backTo(i int) {
	if i == 0 && len(a.views) > 1 && a.paneOf(a.views[1]) == listPane && a.splits() {
		a.panes.focus = listPane // that it came out of
	}
	a.views = a.views[:i+1]
	a.fill()
	a.renew()
}

// home goes back to the tree.
func (a *app) home() {
	a.backTo(0)
	a.focusOn(homePane)
}
