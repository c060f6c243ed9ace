// SPDX-License-Identifier: Apache-2.0

package ui

// crumbs writes the way from home into a line, up to before end, and returns where it
// ends; a click goes to where it says. What has no room is left out of the middle: home and
// the page that is shown stay.
func (a *app) crumbs(g *grid, y, end int) int {
	sep, gap := " › ", "…"
	if a.opt.ASCII {
		sep, gap = " > ", "..."
	}
	names := make([]string, len(a.views))
	width := -g.width(sep)
	for i, v := range a.views {
		names[i] = v.crumb()
		width += g.width(names[i]) + g.width(sep)
	}
	first := 1 // of those in the middle that stay
	for room := end - 1; width > room && first < len(names)-1; first++ {
		if first == 1 {
			width += g.width(gap) + g.width(sep)
		}
		width -= g.width(names[first]) + g.width(sep)
	}
	x := 1
	for i, name := range names {
		if i > 0 && i < first {
			if i == 1 {
				x = g.put(x, y, end, gap+sep, a.theme.dim)
			}
			continue
		}
		if i == len(names)-1 {
			return g.put(x, y, end, name, a.theme.title)
		}
		from := x
		x = g.put(x, y, end, name, a.theme.dim)
		a.clickable(y, from, x, func() { a.backTo(i) })
		x = g.put(x, y, end, sep, a.theme.dim)
	}
	return x
}
