// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"math"
	"testing"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
)

// luminance is the relative luminance of a colour, and contrast the ratio of two
// (WCAG 2.2, "relative luminance" and "contrast ratio").
func luminance(c tcell.Color) float64 {
	part := func(v int32) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	r, g, b := c.RGB()
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

func contrast(a, b tcell.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// xterm are the 8 colours as xterm has them, which are worse than those of most.
var xterm = map[tcell.Color]tcell.Color{
	tcell.ColorBlack: tcell.NewHexColor(0), tcell.ColorMaroon: tcell.NewHexColor(0xcd0000),
	tcell.ColorGreen: tcell.NewHexColor(0x00cd00), tcell.ColorOlive: tcell.NewHexColor(0xcdcd00),
	tcell.ColorNavy: tcell.NewHexColor(0x0000ee), tcell.ColorPurple: tcell.NewHexColor(0xcd00cd),
	tcell.ColorTeal: tcell.NewHexColor(0x00cdcd), tcell.ColorSilver: tcell.NewHexColor(0xe5e5e5),
}

// styles are those of a theme by name.
func (t *theme) styles() map[string]tcell.Style {
	m := map[string]tcell.Style{
		"text": t.text, "dim": t.dim, "strong": t.strong, "bar": t.bar, "barName": t.barName, "barAlert": t.barAlert,
		"head": t.head, "sorted": t.sorted, "key": t.key, "hint": t.hint, "title": t.title, "name": t.name,
		"family": t.family, "live": t.live, "out": t.out, "in": t.in, "event": t.event, "warn": t.warn, "bad": t.bad,
		"hex": t.hex, "mark": t.mark, "markHead": t.markHead,
	}
	for i, s := range t.heat {
		m[fmt.Sprintf("heat%d", i)] = s
	}
	return m
}

// The colours can be read: at least 4.5 to 1 against their ground, what is dim 3 to 1
// (WCAG 2.2, 1.4.3 and 1.4.11), also on the line of the cursor. Where nobody knows the
// ground, on black and on white: more than 4.6 on both is impossible.
func TestContrast(t *testing.T) {
	black, white := tcell.NewHexColor(0), tcell.NewHexColor(0xffffff)
	for _, tt := range []struct {
		on      Theme
		colors  int
		least   float64
		grounds []tcell.Color
	}{
		{ThemeDark, 8, 4.5, []tcell.Color{black}},
		{ThemeDark, 16, 4.5, []tcell.Color{black}},
		{ThemeDark, 256, 4.5, []tcell.Color{black, tcell.NewHexColor(0x1e1e1e), tcell.NewHexColor(0x282828)}},
		{ThemeDark, 1 << 24, 4.5, []tcell.Color{black, tcell.NewHexColor(0x1e1e1e), tcell.NewHexColor(0x282828)}},
		{ThemeLight, 8, 4.5, []tcell.Color{white}},
		{ThemeLight, 16, 4.5, []tcell.Color{white}},
		{ThemeLight, 256, 4.5, []tcell.Color{white, tcell.NewHexColor(0xfdf6e3), tcell.NewHexColor(0xf0f0f0)}},
		{ThemeLight, 1 << 24, 4.5, []tcell.Color{white, tcell.NewHexColor(0xfdf6e3), tcell.NewHexColor(0xf0f0f0)}},
		{ThemeAuto, 8, 4.5, []tcell.Color{black, white}},
		{ThemeAuto, 256, 4.5, []tcell.Color{black, white}},
		{ThemeAuto, 1 << 24, 4.5, []tcell.Color{black, white}},
	} {
		th := newTheme(tt.colors, tt.on)
		for name, s := range th.styles() {
			for where, s := range map[string]tcell.Style{"": s, ", selected": th.selected(s)} {
				for _, ground := range tt.grounds {
					least := tt.least
					if name == "dim" || name == "heat0" {
						least = 3
					}
					if c, known := contrastOf(s, ground); known && c < least {
						t.Errorf("%s, %d colours: %s%s has a contrast of %.2f on %06x, at least %.1f is wanted", tt.on, tt.colors, name, where, c, ground.Hex(), least)
					}
				}
			}
		}
	}
}

// contrastOf is that of a style on a ground; known is false for the terminal's own text.
func contrastOf(s tcell.Style, ground tcell.Color) (c float64, known bool) {
	real := func(c tcell.Color) tcell.Color {
		if x, ok := xterm[c]; ok {
			return x
		}
		return c
	}
	fg, bg, _ := s.Decompose()
	if fg == tcell.ColorDefault && bg == tcell.ColorDefault {
		return 0, false
	}
	if bg == tcell.ColorDefault {
		bg = ground
	}
	if fg == tcell.ColorDefault {
		return 0, true // on a ground that was chosen without it
	}
	return contrast(real(fg), real(bg)), true
}

// Colour means a direction, an error or a loss: no other style has one, and without
// colours none has.
func TestColourMeansSomething(t *testing.T) {
	means := map[string]bool{"out": true, "in": true, "event": true, "warn": true, "bad": true, "barAlert": true, "heat3": true, "heat4": true}
	for _, on := range []Theme{ThemeAuto, ThemeDark, ThemeLight, ThemeNone} {
		for _, colors := range []int{0, 2, 8, 16, 256, 1 << 24} {
			th := newTheme(colors, on)
			for name, s := range th.styles() {
				colored := false
				fg, bg, _ := s.Decompose()
				for _, c := range []tcell.Color{fg, bg} {
					if r, g, b := c.RGB(); c != tcell.ColorDefault && !(r == g && g == b) {
						colored = true
					}
				}
				if colored && (!means[name] || colors < 8 || on == ThemeNone) {
					t.Errorf("%s, %d colours: %s has a colour", on, colors, name)
				}
			}
			if th.warn == th.text || th.bad == th.text || th.warn == th.bad {
				t.Errorf("%s, %d colours: errors and losses look like each other, or like text", on, colors)
			}
		}
	}
}

func TestDirectionsDiffer(t *testing.T) {
	for _, on := range []Theme{ThemeAuto, ThemeDark, ThemeLight} {
		th := newTheme(256, on)
		seen := map[tcell.Style]capture.Dir{}
		for d := capture.DirUnknown; d <= capture.DirEvent; d++ {
			if other, twice := seen[th.direction(d)]; twice {
				t.Errorf("%s: %s looks like %s", on, d, other)
			}
			seen[th.direction(d)] = d
		}
	}
}

func TestGround(t *testing.T) {
	for _, tt := range []struct {
		theme Theme
		env   string
		want  Theme
	}{
		{ThemeAuto, "", ThemeAuto}, {"", "15;0", ThemeDark}, {ThemeAuto, "0;default;15", ThemeLight}, {ThemeAuto, "0;7", ThemeLight},
		{ThemeAuto, "7;8", ThemeDark}, {ThemeAuto, "default;default", ThemeAuto}, {ThemeDark, "0;15", ThemeDark}, {ThemeNone, "15;0", ThemeNone},
	} {
		if got := ground(tt.theme, tt.env); got != tt.want {
			t.Errorf("%s where COLORFGBG=%s: %s, want %s", tt.theme, tt.env, got, tt.want)
		}
	}
}
