// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/nltop/nltop/internal/settings"
)

// chosen is what can be set in the view and is kept. The rest of settings.Settings are
// histories.
type chosen struct {
	theme, ascii, group string
	refresh             time.Duration
}

func (a *app) chosen() chosen {
	return chosen{string(a.opt.Theme), strconv.FormatBool(a.opt.ASCII), a.tree.q.Group.String(), a.opt.Interval}
}

// flagged puts into force what flags say of home.
func (a *app) flagged() {
	if c := a.opt.Columns; c != "" {
		a.kept.SetColumns(homePage, c)
	}
	if by := a.opt.Sort; by != "" {
		a.kept.SetSort(homePage, by)
	}
}

// settings are those to be kept: what was read, with what was changed here. What a flag
// said is no change.
func (a *app) settings() settings.Settings {
	s, now, was := a.kept, a.chosen(), a.start
	if now.theme != was.theme {
		s.Theme = now.theme
	}
	if now.ascii != was.ascii {
		s.ASCII = now.ascii
	}
	if now.group != was.group {
		s.Group = now.group
	}
	if now.refresh != was.refresh {
		s.Refresh = now.refresh
	}
	if c := a.opt.Columns; c != "" && s.Columns[homePage] == c {
		s.SetColumns(homePage, a.opt.Settings.Columns[homePage])
	}
	if by := a.opt.Sort; by != "" && s.Sort[homePage] == by {
		s.SetSort(homePage, a.opt.Settings.Sort[homePage])
	}
	return s
}

// keep gives the settings away if they are not as they were.
func (a *app) keep() {
	if s := a.settings(); a.opt.Keep != nil && !s.Equal(&a.opt.Settings) {
		a.opt.Keep(s)
	}
}

// ground is the theme in force: that which was chosen, else what the terminal says, else the
// environment.
func (a *app) ground() Theme {
	if a.opt.Theme == ThemeAuto && a.onGround != "" {
		return a.onGround
	}
	return ground(a.opt.Theme, os.Getenv("COLORFGBG"))
}

// setTheme picks the styles anew.
func (a *app) setTheme(on Theme) {
	a.opt.Theme = on
	colors := a.screen.Colors()
	if a.opt.NoColor {
		colors = 0
	}
	a.theme = newTheme(colors, a.ground())
	a.screen.SetStyle(a.theme.text)
	a.panes.one = nil
	for _, v := range a.views { // those of text have the styles in their lines
		if p, ok := v.(interface{ restyled() }); ok {
			p.restyled()
		}
		v.refresh()
	}
}

// nextTheme goes through the themes.
func (a *app) nextTheme() {
	all := Themes()
	a.setTheme(Theme(all[(slices.Index(all, string(a.opt.Theme))+1)%len(all)]))
	a.notice = "theme: " + string(a.opt.Theme)
	switch {
	case a.opt.NoColor:
		a.notice += " (without colours, as NO_COLOR asks for)"
	case a.opt.Theme == ThemeAuto && a.ground() == ThemeAuto:
		a.notice += ": tones for any ground, since neither the terminal nor COLORFGBG says which it is"
	}
}

// toggleASCII goes from all characters to ASCII, and back where the terminal has others.
func (a *app) toggleASCII() {
	if !isUTF8(a.screen.CharacterSet()) {
		a.notice = "this terminal has ASCII alone"
		return
	}
	a.opt.ASCII = !a.opt.ASCII
	a.grid.ascii = a.opt.ASCII
	a.notice = "drawn with all characters"
	if a.opt.ASCII {
		a.notice = "drawn with ASCII characters only"
	}
}

// setFilter puts a filter into force and remembers that it was typed.
func (a *app) setFilter(expr string) error {
	if err := a.model.SetFilter(expr); err != nil {
		return err
	}
	a.kept.AddFilter(expr)
	err := a.filterFrozen()
	a.refresh(time.Now())
	return err
}

// What has styles in its lines has them made anew.
func (v *whoView) restyled() { v.done = false }

func (v *messageView) restyled() {
	lines, _ := messageLines(&v.app.theme, v.kept.Message, requestError(&v.kept))
	shut := v.tree.shut
	v.tree = newNodeTree(lines, len(v.kept.Message.Data))
	v.tree.shut = shut
	v.tree.fold()
}
