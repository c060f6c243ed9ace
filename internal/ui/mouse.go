// SPDX-License-Identifier: Apache-2.0

package ui

import "github.com/gdamore/tcell/v2"

// zone is a part of a line that does something when it is clicked on.
type zone struct {
	y, x, end int
	run       func()
}

// clickable makes a zone of what was just drawn from x to before end. Zones last until
// the next drawing; of two that overlap the later one counts.
func (a *app) clickable(y, x, end int, run func()) {
	a.zones = append(a.zones, zone{y, x, end, run})
}

// clickHeads lets a click on a head sort by its column.
func clickHeads[T any](a *app, y int, spans []span[T], sort func(c *column[T])) {
	for _, s := range spans {
		if s.compare != nil {
			a.clickable(y, s.x, s.end, func() { sort(s.column) })
		}
	}
}

// wheelRows is how far one notch of the wheel goes.
const wheelRows = 3

// mouse acts on the wheel, and on a button as it goes down.
func (a *app) mouse(ev *tcell.EventMouse) {
	pressed := ev.Buttons()&tcell.Button1 != 0
	click := pressed && !a.pressed
	a.pressed = pressed
	a.travel.dragged = a.travel.dragged && pressed
	x, y := ev.Position()
	if a.prompt != nil {
		a.prompt.mouse(ev.Buttons(), click, y)
		return
	}
	switch {
	case ev.Buttons()&tcell.WheelUp != 0:
		a.wheel(x, y, -wheelRows)
	case ev.Buttons()&tcell.WheelDown != 0:
		a.wheel(x, y, wheelRows)
	case pressed && a.drag(x, y, click):
	case click:
		a.notice, a.pending = "", ""
		a.click(x, y)
	}
}

// wheel scrolls the view on the top, or that of the pane below the mouse.
func (a *app) wheel(x, y, by int) {
	v := a.top()
	if i := a.paneAt(x, y); i >= 0 {
		v = a.inPane(i)
	}
	if v == nil {
		return
	}
	if c := v.cursor(); c != nil {
		c.scroll(by)
		v.moved()
	}
}

// click does what is said where it was, or goes to the row there, which a second click
// opens.
func (a *app) click(x, y int) {
	for i := len(a.zones) - 1; i >= 0; i-- {
		if z := &a.zones[i]; z.y == y && z.x <= x && x < z.end {
			z.run()
			return
		}
	}
	line, again := y-a.listY, true
	if i := a.paneAt(x, y); i >= 0 {
		p := &a.panes.at[i]
		line, again = y-p.y-p.listY, i == a.panes.focus
		a.focusOn(i)
		if i != a.panes.focus {
			return
		}
	}
	v := a.top()
	c := v.cursor()
	if c == nil || c.window || line >= c.page {
		return
	}
	i, ok := c.row(line)
	if !ok {
		return
	}
	again = again && i == c.at
	c.move(i - c.at)
	v.moved()
	if again {
		a.run("Enter")
	}
}

// mouse chooses one of the lines above the prompt.
func (p *prompt) mouse(buttons tcell.ButtonMask, click bool, y int) {
	switch {
	case buttons&tcell.WheelUp != 0:
		p.move(-1)
	case buttons&tcell.WheelDown != 0:
		p.move(1)
	case click:
		if i := y - p.choicesY; i >= 0 && i < p.choicesShown {
			p.pick = p.choicesFirst + i
			p.take()
		}
	}
}
