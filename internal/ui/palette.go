// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
)

// choice is one of a list above a prompt.
type choice struct {
	name, keys string
	now        bool // it is what holds already
	run        func()
}

// setting is something about the view that can be chosen, one line of the palette.
type setting struct {
	name string
	now  bool
	set  func()
}

// choosable are the settings of the view. Others than these are added here, and are in the
// palette.
func (a *app) choosable() []setting {
	var list []setting
	for _, d := range intervals {
		list = append(list, setting{"refresh every " + d.String(), a.opt.Interval == d, func() { a.setInterval(d) }})
	}
	for i := range aggregate.GroupNames() {
		g := aggregate.Group(i)
		list = append(list, setting{"group by " + g.String(), a.tree.q.Group == g, func() {
			a.home()
			a.tree.regroup(g)
		}})
	}
	for i, name := range sets {
		list = append(list, setting{"columns: " + name + " first", a.tree.set == columnSet(i), func() {
			a.home()
			a.tree.set = columnSet(i)
			a.kept.SetColumns(homePage, name)
		}})
	}
	for _, name := range Themes() {
		list = append(list, setting{"theme: " + name, string(a.opt.Theme) == name, func() {
			a.setTheme(Theme(name))
			a.notice = "theme: " + name
		}})
	}
	return list
}

func (a *app) setInterval(d time.Duration) {
	a.opt.Interval = d
	if a.ticker != nil {
		a.ticker.Reset(d)
	}
	a.notice = fmt.Sprintf("refresh every %v", d)
}

// openPalette lists everything that can be done here, from the tables that answer keys, and
// all settings.
func (a *app) openPalette() {
	all := a.actions()
	a.prompt = newPrompt(a, ":", "")
	a.prompt.choose = func(text string) []choice { return matching(all, text) }
	a.prompt.chosen = func(c *choice) {
		a.prompt = nil
		c.run()
	}
	a.prompt.edited()
}

func (a *app) actions() []choice {
	var all []choice
	for _, t := range a.tables(a.top()) {
		for _, b := range t.list {
			if !b.matches(":") {
				all = append(all, choice{name: b.help, keys: b.keys, run: func() { b.do(t.after) }})
			}
		}
	}
	for _, s := range a.choosable() {
		all = append(all, choice{name: s.name, now: s.now, run: s.set})
	}
	return all
}

// matching are the choices that have every word of a text, the nearest first; those that
// are alike stay in their order.
func matching(all []choice, text string) []choice {
	words := strings.Fields(strings.ToLower(text))
	type ranked struct {
		choice
		far int
	}
	var list []ranked
	for _, c := range all {
		far, name := 0, strings.ToLower(c.name)
		for _, w := range words {
			d := distanceOf(name, w)
			if slices.Contains(strings.Fields(strings.ToLower(c.keys)), w) {
				d = 0
			}
			if d < 0 {
				far = -1
				break
			}
			far += d
		}
		if far >= 0 {
			if far *= 2; strings.Contains(name, strings.Join(words, " ")) {
				far--
			}
			list = append(list, ranked{c, far})
		}
	}
	slices.SortStableFunc(list, func(x, y ranked) int { return x.far - y.far })
	out := make([]choice, len(list))
	for i := range list {
		out[i] = list[i].choice
	}
	return out
}

// distanceOf says how far a word is from a name, both in lower case: 0 the name begins with
// it, 1 a word of it does, 2 it is inside of one, 3 its letters stand in the name in their
// order; -1 none of it.
func distanceOf(name, word string) int {
	at := strings.Index(name, word)
	switch {
	case at == 0:
		return 0
	case strings.Contains(name, " "+word):
		return 1
	case at > 0:
		return 2
	}
	rest := name
	for _, r := range word {
		i := strings.IndexRune(rest, r)
		if i < 0 {
			return -1
		}
		rest = rest[i+len(string(r)):]
	}
	return 3
}
