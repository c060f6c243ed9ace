// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
)

// theme is every style that views use, by what it means. Colour is for directions, errors
// and losses alone; all else is bold, dim, underlined or on another ground.
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
	out      tcell.Style // from a process: requests
	in       tcell.Style // to the process that asked: replies
	event    tcell.Style // to whoever listens
	warn     tcell.Style // errors
	bad      tcell.Style // losses, drops, ENOBUFS
	hex      tcell.Style
	mark     tcell.Style    // bytes of the selected attribute
	markHead tcell.Style    // and of its header
	heat     [5]tcell.Style // latencies, from short to long
	plain    bool           // there are no colours to tell things apart
	// selected turns the style of a cell into that of the cursor's row.
	selected func(tcell.Style) tcell.Style
	// passed is that of a row in a pane that keys do not go to.
	passed func(tcell.Style) tcell.Style
}

// Theme says what ground the terminal is taken to have.
type Theme string

// The themes. ThemeAuto asks the terminal, and the environment; where neither says, colours
// are tones that can be read on light and on dark.
const (
	ThemeAuto  Theme = "auto"
	ThemeDark  Theme = "dark"
	ThemeLight Theme = "light"
	ThemeNone  Theme = "none" // no colours
)

// Themes are the names of all.
func Themes() []string {
	return []string{string(ThemeAuto), string(ThemeDark), string(ThemeLight), string(ThemeNone)}
}

// ground is ThemeDark, ThemeLight, or ThemeAuto where nobody knows. COLORFGBG is
// "15;0" or "0;default;15": the last is the ground, as one of the 16 colours, of which 7
// and those from 9 on are light.
func ground(t Theme, colorFGBG string) Theme {
	if t != ThemeAuto && t != "" {
		return t
	}
	fields := strings.Split(colorFGBG, ";")
	switch fields[len(fields)-1] {
	case "0", "1", "2", "3", "4", "5", "6", "8":
		return ThemeDark
	case "7", "9", "10", "11", "12", "13", "14", "15":
		return ThemeLight
	}
	return ThemeAuto
}

// palette is the colours of a theme; a style that is not set has none.
type palette struct {
	dim, out, in, event, warn, bad  tcell.Style
	bar, head, alert                tcell.Style
	selectedFG, selectedBG          tcell.Color // 0: the cursor's row is reversed
	hasDim, hasGround, hasDirection bool
}

// newTheme picks styles for a terminal with so many colours, on a ground.
func newTheme(colors int, on Theme) theme {
	d := tcell.StyleDefault
	t := theme{
		text: d, dim: d.Dim(true), strong: d.Bold(true),
		bar: d.Reverse(true), barName: d.Reverse(true).Bold(true), barAlert: d.Bold(true),
		head: d.Bold(true).Underline(true), sorted: d.Bold(true).Underline(true).Reverse(true),
		key: d.Bold(true), hint: d, title: d.Bold(true),
		name: d.Bold(true), family: d, live: d.Bold(true),
		out: d, in: d, event: d, warn: d.Bold(true), bad: d.Bold(true).Reverse(true),
		hex: d, mark: d.Reverse(true).Underline(true), markHead: d.Underline(true),
		selected: func(s tcell.Style) tcell.Style { return s.Dim(false).Reverse(true) },
		passed:   func(s tcell.Style) tcell.Style { return s.Underline(true) },
	}
	t.heat = [5]tcell.Style{t.dim, d, d, d.Bold(true), d.Bold(true).Reverse(true)}
	if t.plain = colors < 8 || on == ThemeNone; t.plain {
		return t
	}
	p := fewColors(on)
	if colors >= 256 {
		p = manyColors(on, colors > 256)
	}
	t.warn, t.bad, t.barAlert = p.warn.Bold(true), p.bad.Bold(true), p.alert.Bold(true)
	if p.hasDirection {
		t.out, t.in, t.event = p.out, p.in, p.event
	}
	if p.hasDim {
		t.dim = p.dim
	}
	if p.hasGround {
		t.bar, t.barName = p.bar, p.bar.Bold(true)
		t.head, t.sorted = p.head, p.head.Bold(true).Underline(true)
	}
	t.heat = [5]tcell.Style{t.dim, d, d.Bold(true), t.warn, t.bad}
	if p.selectedBG != 0 {
		t.selected = func(s tcell.Style) tcell.Style {
			if fg, bg, _ := s.Decompose(); bg != tcell.ColorDefault {
				return s // has its own ground, which says something
			} else if fg == tcell.ColorDefault {
				s = s.Foreground(p.selectedFG)
			}
			return s.Background(p.selectedBG).Bold(true)
		}
	}
	return t
}

// fewColors are of the palette of 8, which the user's terminal has made readable, mostly:
// yellow and green are not to be read on white, nor blue and red on black, so that they
// stand on a ground of their own, or not at all.
func fewColors(on Theme) palette {
	d := tcell.StyleDefault
	fg := func(c tcell.Color) tcell.Style { return d.Foreground(c) }
	p := palette{
		warn:  d.Background(tcell.ColorOlive).Foreground(tcell.ColorBlack),
		bad:   d.Background(tcell.ColorMaroon).Foreground(tcell.ColorSilver),
		alert: d.Background(tcell.ColorOlive).Foreground(tcell.ColorBlack),
	}
	switch on {
	case ThemeDark:
		p.hasDirection, p.out, p.in, p.event = true, fg(tcell.ColorTeal), fg(tcell.ColorGreen), d
		p.warn = fg(tcell.ColorOlive)
	case ThemeLight:
		p.hasDirection, p.out, p.in, p.event = true, fg(tcell.ColorNavy), d, fg(tcell.ColorPurple)
	}
	return p
}

// manyColors are of the cube of 256, whose colours are the same everywhere; where there
// are all colours, they are told as such, since some terminals let users change the cube.
func manyColors(on Theme, all bool) palette {
	d := tcell.StyleDefault
	color := func(i int) tcell.Color {
		c := tcell.PaletteColor(i)
		if all {
			return c.TrueColor()
		}
		return c
	}
	fg := func(i int) tcell.Style { return d.Foreground(color(i)) }
	p := palette{
		hasDim: true, hasGround: true, hasDirection: true,
		bar:   d.Background(color(238)).Foreground(color(252)),
		head:  d.Background(color(240)).Foreground(color(255)),
		alert: d.Background(color(220)).Foreground(color(16)),
	}
	switch on {
	case ThemeDark:
		p.dim, p.out, p.in, p.event = fg(246), fg(75), fg(114), fg(183)
		p.warn, p.bad = fg(221), fg(210)
		p.selectedFG, p.selectedBG = color(255), color(236)
	case ThemeLight:
		p.dim, p.out, p.in, p.event = fg(241), fg(25), fg(22), fg(90)
		p.warn, p.bad = fg(94), fg(124)
		p.bar = d.Background(color(251)).Foreground(color(235))
		p.head = d.Background(color(253)).Foreground(color(232))
		p.selectedFG, p.selectedBG = color(232), color(254)
	default: // the few that have 4.5 on black and on white, or a ground of their own
		p.dim, p.out, p.in, p.event = fg(243), fg(63), fg(29), fg(163)
		p.warn, p.bad = fg(131), d.Background(color(124)).Foreground(color(231))
	}
	return p
}

// direction is the style of a direction.
func (t *theme) direction(d capture.Dir) tcell.Style {
	switch d {
	case capture.DirRequest:
		return t.out
	case capture.DirReply:
		return t.in
	case capture.DirEvent:
		return t.event
	}
	return t.text
}
