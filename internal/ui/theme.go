// SPDX-License-Identifier: Apache-2.0

package ui

import "github.com/gdamore/tcell/v2"

// theme is every style that views use, by what it means.
type theme struct {
	text     tcell.Style
	dim      tcell.Style // zeros, units, what is there for the record
	strong   tcell.Style // what a line is about
	bar      tcell.Style // first line
	barName  tcell.Style // "nltop" in it
	barAlert tcell.Style // PAUSED, the end of a file
	head     tcell.Style // column heads
	sorted   tcell.Style // the head that rows are sorted by
	key      tcell.Style // a key in the footer
	hint     tcell.Style // what it does
	title    tcell.Style // of a view or section
	name     tcell.Style // attribute and field names
	family   tcell.Style
	live     tcell.Style // a rate that is not zero
	warn     tcell.Style // errors
	bad      tcell.Style // losses, drops, ENOBUFS
	hex      tcell.Style
	mark     tcell.Style    // bytes of the selected attribute
	markHead tcell.Style    // and of its header
	heat     [5]tcell.Style // latencies, from short to long
	// selected turns the style of a cell into that of the cursor's row.
	selected func(tcell.Style) tcell.Style
}

// newTheme picks styles for a terminal with so many colours. With 8 it uses
// nothing but the palette, which the user's terminal has made readable.
func newTheme(colors int) theme {
	d := tcell.StyleDefault
	t := theme{
		text: d, dim: d.Dim(true), strong: d.Bold(true),
		bar: d.Reverse(true), barName: d.Reverse(true).Bold(true), barAlert: d.Bold(true),
		head: d.Bold(true).Underline(true), sorted: d.Bold(true).Underline(true).Reverse(true),
		key: d.Bold(true), hint: d, title: d.Bold(true),
		name: d, family: d, live: d.Bold(true), warn: d.Bold(true), bad: d.Bold(true).Reverse(true),
		hex: d, mark: d.Reverse(true), markHead: d.Underline(true),
		selected: func(s tcell.Style) tcell.Style { return s.Dim(false).Reverse(true) },
	}
	t.heat = [5]tcell.Style{d, d, d, d, d.Bold(true)}
	if colors < 8 {
		return t
	}
	fg := func(c tcell.Color) tcell.Style { return d.Foreground(c) }
	t.bar = d.Background(tcell.ColorNavy).Foreground(tcell.ColorSilver)
	t.barName = t.bar.Bold(true)
	t.barAlert = d.Background(tcell.ColorOlive).Foreground(tcell.ColorBlack)
	t.head = d.Background(tcell.ColorTeal).Foreground(tcell.ColorBlack)
	t.sorted = d.Background(tcell.ColorGreen).Foreground(tcell.ColorBlack)
	t.key = fg(tcell.ColorTeal).Bold(true)
	t.title = fg(tcell.ColorTeal).Bold(true)
	t.name = fg(tcell.ColorTeal)
	t.family = fg(tcell.ColorTeal)
	t.live = fg(tcell.ColorGreen).Bold(true)
	t.warn = fg(tcell.ColorOlive).Bold(true)
	t.bad = fg(tcell.ColorMaroon).Bold(true)
	t.mark = d.Background(tcell.ColorOlive).Foreground(tcell.ColorBlack)
	t.markHead = fg(tcell.ColorOlive)
	t.heat = [5]tcell.Style{fg(tcell.ColorTeal), fg(tcell.ColorGreen), fg(tcell.ColorOlive), fg(tcell.ColorMaroon), fg(tcell.ColorMaroon).Bold(true)}
	if colors < 256 {
		return t
	}
	// Tones of the middle, which can be read on a dark and on a light
	// background; where one needs its own background, both are set.
	p := tcell.PaletteColor
	t.dim = fg(p(244))
	t.bar = d.Background(p(24)).Foreground(p(252))
	t.barName = d.Background(p(24)).Foreground(p(231)).Bold(true)
	t.barAlert = d.Background(p(220)).Foreground(p(16)).Bold(true)
	t.head = d.Background(p(238)).Foreground(p(252))
	t.sorted = d.Background(p(238)).Foreground(p(220)).Bold(true)
	t.key = fg(p(38)).Bold(true)
	t.title = fg(p(38)).Bold(true)
	t.name = fg(p(38))
	t.family = fg(p(72))
	t.live = fg(p(71))
	t.warn = fg(p(178)).Bold(true)
	t.bad = fg(p(167)).Bold(true)
	t.mark = d.Background(p(220)).Foreground(p(16))
	t.markHead = fg(p(178))
	t.heat = [5]tcell.Style{fg(p(38)), fg(p(72)), fg(p(178)), fg(p(173)), fg(p(167)).Bold(true)}
	t.selected = func(s tcell.Style) tcell.Style {
		if c, _, _ := s.Decompose(); c == tcell.ColorDefault {
			s = s.Foreground(p(255))
		}
		return s.Background(p(237)).Bold(true)
	}
	return t
}
