// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/settings"
)

// What is changed in the view is kept, what a flag said is not, and nothing is written
// where nothing was changed.
func TestSettingsAreKept(t *testing.T) {
	loaded := settings.Settings{Theme: "dark", Group: "family", Filters: []string{"seq == 1"}}
	for _, tt := range []struct {
		name string
		keys string
		want string // of what is kept, in words; "": nothing is
	}{
		{"nothing", "jjmq", ""},
		{"theme", "T", "light family false 0s [seq == 1]"},
		{"ASCII", "U", "dark family true 0s [seq == 1]"},
		{"there and back", "UU", ""},
		{"group", "b", "dark socket false 0s [seq == 1]"},
		{"filter", "+", "dark family false 0s [seq == 1 family == \"route\"]"},
		{"theme and filter", "T-", "light family false 0s [seq == 1 family != \"route\"]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newScreen(t, 80, 24)
			src := newSource()
			src.traffic()
			go func() {
				for _, r := range tt.keys {
					if r == 'T' {
						c.InjectKey(tcell.KeyCtrlT, 0, 0)
						continue
					}
					c.InjectKey(tcell.KeyRune, r, 0)
				}
				c.InjectKey(tcell.KeyCtrlC, 0, 0)
			}()
			kept := ""
			err := Run(t.Context(), c, src, Options{
				Theme: ThemeDark, Interval: 250 * time.Millisecond, Group: 1, Settings: loaded, // the flags say --interval
				Keep: func(s settings.Settings) {
					ascii := s.ASCII
					if ascii == "" {
						ascii = "false"
					}
					kept = strings.Join([]string{s.Theme, s.Group, ascii, s.Refresh.String(), "[" + strings.Join(s.Filters, " ") + "]"}, " ")
				},
			})
			if err != nil || kept != tt.want {
				t.Errorf("kept %q, want %q (%v)", kept, tt.want, err)
			}
		})
	}
}

// A change of the theme changes every page that is open: no cell keeps a style of the one
// before.
func TestThemeChangesPages(t *testing.T) {
	t.Setenv("COLORFGBG", "")
	for _, page := range allPages {
		t.Run(page.name, func(t *testing.T) {
			h := newHarness(t, 120, 40, Options{})
			h.tell(page.name)
			h.press(page.keys...)
			if h.prompt != nil {
				return
			}
			for range Themes() {
				h.press("Ctrl-T")
				_ = h.styles() // fails for a style that is none of the theme's
			}
		})
	}
}

func TestThemeKeys(t *testing.T) {
	t.Setenv("COLORFGBG", "")
	h := newHarness(t, 120, 30, Options{})
	for _, want := range []string{"theme: light", "theme: none", "theme: auto: tones for any ground", "theme: dark"} {
		h.press("Ctrl-T")
		h.wants(want)
	}
	h.press("U")
	h.wants("drawn with ASCII", "+ ip")
	h.press("U")
	h.wants("▸ ip")
	h = newHarness(t, 120, 30, Options{NoColor: true})
	h.press("Ctrl-T")
	h.wants("as NO_COLOR asks for")
	if fg, bg, _ := h.theme.bad.Decompose(); fg != tcell.ColorDefault || bg != tcell.ColorDefault {
		t.Error("a colour in spite of NO_COLOR")
	}
}
