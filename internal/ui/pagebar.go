// SPDX-License-Identifier: Apache-2.0

package ui

import "strings"

// pageBarLeast is from which height on the last line names the pages.
const pageBarLeast = 20

// page is the digit that opens a page; "": the binding opens none.
func (b *binding) page() string {
	for k := range strings.FieldsSeq(b.keys) {
		if len(k) == 1 && k[0] >= '0' && k[0] <= '9' {
			return k
		}
	}
	return ""
}

// pageName is one of the bar.
type pageName struct {
	key, name string
	here      bool
	open      func()
}

// pages are those of the key table, from 1 to 0, with the one marked that is shown or that
// the way to it began with.
func (a *app) pages() []pageName {
	var list []pageName
	table := a.bindings()
	here := "1"
	for i := len(a.views) - 1; i > 0 && here == "1"; i-- {
		for j := range table {
			b, crumb := &table[j], a.views[i].crumb()
			if b.page() != "" && (strings.Contains(b.help, crumb) || strings.HasPrefix(crumb, b.hint)) {
				here = b.page()
			}
		}
	}
	for _, key := range strings.Split("1234567890", "") {
		for j := range table {
			if b := &table[j]; b.page() == key {
				list = append(list, pageName{key, b.hint, key == here, b.run})
			}
		}
	}
	return list
}

// pageBar writes the keys and names of the pages into a line. Where there is no room for
// all, the longest names are cut.
func (a *app) pageBar(g *grid, y int) {
	list, space, gap := a.pages(), 1, 2
	width := func() int {
		n := -gap
		for i := range list {
			n += 1 + space + len(list[i].name) + gap
		}
		return n
	}
	if width() > g.w-2 {
		space, gap = 0, 1
	}
	for width() > g.w-1 {
		longest := 0
		for i := range list {
			if len(list[i].name) > len(list[longest].name) {
				longest = i
			}
		}
		if len(list[longest].name) <= 4 {
			break
		}
		list[longest].name = list[longest].name[:len(list[longest].name)-1]
	}
	x := 1
	for i := range list {
		p, key, name := &list[i], a.theme.key, a.theme.hint
		if p.here {
			key, name = a.theme.barName, a.theme.barName
		}
		from := x
		x = g.put(x, y, g.w, p.key, key)
		x = g.put(x, y, g.w, " "[:space], name)
		x = g.put(x, y, g.w, p.name, name)
		a.clickable(y, from, x, p.open)
		x += gap
	}
}
