// SPDX-License-Identifier: Apache-2.0

package ui

// maxChoices is how many lines of choices stand above a prompt at most.
const maxChoices = 12

// move goes to another choice, round the end.
func (p *prompt) move(by int) {
	if n := len(p.choices); n > 0 {
		p.pick = (p.pick + by + n) % n
	}
}

// drawChoices writes the choices around the picked one above a line, and returns how many
// lines they took. A click takes one.
func (p *prompt) drawChoices(g *grid, y int) int {
	t := &p.app.theme
	n := min(len(p.choices), maxChoices, max(y-2, 0))
	first := max(min(p.pick-n/2, len(p.choices)-n), 0)
	p.choicesY, p.choicesFirst, p.choicesShown = y-n, first, n
	for i := range n {
		c, line := &p.choices[first+i], y-n+i
		g.fill(0, line, g.w, t.text)
		key := shown(c.keys, g.ascii)
		if c.now {
			key = "now"
		}
		end := g.w - 2 - g.width(key)
		g.put(2, line, max(end-1, 2), c.name, t.text)
		g.put(max(end, 3), line, g.w-1, key, t.key)
		if first+i == p.pick {
			g.restyle(1, g.w-1, line, t.selected)
		}
	}
	return n
}

// take takes the picked choice.
func (p *prompt) take() {
	if p.pick >= len(p.choices) {
		return
	}
	if p.chosen == nil {
		p.fill()
		return
	}
	c := p.choices[p.pick]
	p.chosen(&c)
}
