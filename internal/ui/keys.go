// SPDX-License-Identifier: Apache-2.0

package ui

import (
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
		{"f", "filter what is counted and kept, by an expression", "filter", a.askFilter},
		{"M 3", "all messages", "messages", a.openMessages},
		{"p", "pause: freeze what is shown (losses go on)", "pause", a.togglePause},
		{"c", "clear counters and messages", "", a.clear},
		{"l 0", "losses, notes, and what this source cannot see", "lost", func() { a.push(newLossesView(a)) }},
		{"x 2", "exchanges: requests that wait, and how the last ones ended", "exchanges", func() { a.push(newExchangesView(a)) }},
		{"o 5", "sockets: owner, queue, drops, groups", "sockets", func() { a.push(newSocketsView(a)) }},
		{"i 7", "incidents: who lost messages, sent by whom, and what would help", "incidents", func() { a.push(newIncidentsView(a)) }},
		{"L 8", "rtnl_mutex: who holds it, and who waits", "rtnl", func() { a.push(newLocksView(a)) }},
		{"F 9", "families: what is talked, and who listens", "families", func() { a.push(newFamiliesView(a)) }},
		{"w 6", "who changed it: of what is under the cursor, or of what you type", "who", a.askWho},
		{"h 4", "heat map: latency over time, of the row or of all", "heat", a.openHeat},
		{"+ =", "refresh more often", "", func() { a.faster(true) }},
		{"- _", "refresh less often", "", func() { a.faster(false) }},
		{"Ctrl-Z", "suspend; fg in the shell brings nltop back", "", nil}, // see app.key
		{"Ctrl-L", "draw the screen again", "", a.redraw},
		{"q Esc", "back; q at home quits", "", nil}, // see app.back
		{"Ctrl-C F10", "quit", "", a.quit},
	}
}

// moves are the bindings of a view with a cursor.
func moves(c *cursor) []binding {
	return []binding{
		{"Up k", "up", "", func() { c.move(-1) }},
		{"Down j", "down", "", func() { c.move(1) }},
		{"PgUp Ctrl-B", "a page up", "", func() { c.move(-c.page) }},
		{"PgDn Ctrl-F", "a page down", "", func() { c.move(c.page) }},
		{"Home", "to the start", "", func() { c.move(-c.rows) }},
		{"End", "to the end", "", func() { c.move(c.rows) }},
	}
}

// key acts on one key, by the first table that knows it.
func (a *app) key(ev *tcell.EventKey) {
	name := keyName(ev)
	switch name {
	case "Ctrl-C", "F10":
		a.quit()
		return
	case "Ctrl-Z":
		a.suspend()
		return
	}
	a.notice = ""
	if a.prompt != nil {
		a.prompt.key(ev)
		return
	}
	if name == "q" || name == "Esc" {
		a.back(name == "q")
		return
	}
	v := a.top()
	tables := [][]binding{v.bindings(), a.bindings()}
	if c := v.cursor(); c != nil {
		tables = append(tables, moves(c))
	}
	for i, table := range tables {
		for _, b := range table {
			if b.matches(name) && b.run != nil {
				b.run()
				if i == 2 {
					v.moved()
				}
				return
			}
		}
	}
}

// back leaves the view, or nltop if there is none below.
func (a *app) back(quit bool) {
	switch {
	case len(a.views) > 1:
		a.views = a.views[:len(a.views)-1]
		a.top().refresh()
	case quit:
		a.quit()
	default:
		a.tree.find("")
	}
}

// home goes back to the tree.
func (a *app) home() {
	a.views = a.views[:1]
	a.top().refresh()
}

// wheelRows is how far one notch of the wheel goes.
const wheelRows = 3

func (a *app) mouse(ev *tcell.EventMouse) {
	v := a.top()
	c := v.cursor()
	if c == nil || a.prompt != nil {
		return
	}
	_, y := ev.Position()
	pressed := ev.Buttons()&tcell.Button1 != 0
	click := pressed && !a.pressed
	a.pressed = pressed
	switch {
	case ev.Buttons()&tcell.WheelUp != 0:
		c.move(-wheelRows)
	case ev.Buttons()&tcell.WheelDown != 0:
		c.move(wheelRows)
	case click:
		i, ok := c.row(y - a.listY)
		if !ok || y-a.listY >= c.page {
			return
		}
		again := i == c.at
		c.move(i - c.at)
		v.moved()
		if again {
			a.key(tcell.NewEventKey(tcell.KeyEnter, 0, 0))
		}
		return
	default:
		return
	}
	v.moved()
}
