// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/nltop/nltop/internal/golden"
)

// styleLetters name the styles of a theme, a capital on the line of the cursor. Styles
// that look alike have the letter of the first. Bold ones have that of the plain one, if
// no style of the theme is like them.
const styleLegend = `. text  t bold  d dim  b bar  n name in the bar  a alert  h head  s sorted
o out  i in  e event  w error  x loss  m marked bytes  u marked header; capitals and _ on the cursor's line
~ underlined: the part of the timeline that is shown
each line: its number, and how many cells have which style; what is left is text
`

func (t *theme) letters() map[tcell.Style]byte {
	m := map[tcell.Style]byte{}
	list := []struct {
		letter byte
		style  tcell.Style
	}{
		{'.', t.text}, {'t', t.strong}, {'d', t.dim}, {'b', t.bar}, {'n', t.barName}, {'a', t.barAlert}, {'h', t.head}, {'s', t.sorted},
		{'o', t.out}, {'i', t.in}, {'e', t.event}, {'w', t.warn}, {'x', t.bad}, {'m', t.mark}, {'u', t.markHead},
	}
	add := func(s tcell.Style, letter byte) {
		if _, known := m[s]; !known {
			m[s] = letter
		}
	}
	for _, l := range list {
		add(l.style, l.letter)
	}
	for _, l := range list {
		add(l.style.Bold(true), l.letter)
	}
	for _, l := range list {
		add(l.style.Underline(true), '~')
		add(l.style.Bold(true).Underline(true), '~')
	}
	for _, l := range list {
		if l.letter == '.' {
			l.letter = '_'
		}
		add(t.selected(l.style), strings.ToUpper(string(l.letter))[0])
	}
	return m
}

// styles is how the simulated screen looks.
func (h *harness) styles() string {
	h.t.Helper()
	letters := h.theme.letters()
	cells, w, height := h.sim.GetContents()
	var b strings.Builder
	b.WriteString(styleLegend)
	before, from := "", 0
	for y := range height + 1 {
		line := ""
		if y < height {
			line = h.styleLine(letters, cells[y*w:(y+1)*w], y)
		}
		if y > 0 && (line != before || y == height) {
			if before != "" && y-1 > from {
				fmt.Fprintf(&b, "%d-%d%s\n", from, y-1, before)
			} else if before != "" {
				fmt.Fprintf(&b, "%d%s\n", from, before)
			}
			from = y
		}
		before = line
	}
	return b.String()
}

func (h *harness) styleLine(letters map[tcell.Style]byte, cells []tcell.SimCell, y int) string {
	line, count, last, strange := "", 0, byte(0), -1
	flush := func() {
		if count > 0 {
			line += fmt.Sprintf(" %c%d", last, count)
		}
	}
	for x, c := range cells {
		if x > 0 && uniseg.StringWidth(string(cells[x-1].Runes)) > 1 {
			c.Style = cells[x-1].Style // the right half of a wide character
		}
		letter, known := letters[c.Style]
		if !known && strange < 0 {
			strange = x
		}
		if letter != last {
			flush()
			count, last = 0, letter
		}
		count++
	}
	if last != '.' {
		flush()
	}
	if strange >= 0 {
		h.t.Errorf("cell %d of line %d has a style that is none of the theme's: %+v", strange, y, cells[strange].Style)
	}
	return line
}

func (h *harness) goldenStyle(name string) {
	h.t.Helper()
	golden.Check(h.t, filepath.Join("testdata", name+".style"), h.styles(), "")
}
