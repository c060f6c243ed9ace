// SPDX-License-Identifier: Apache-2.0

// Package settings keeps what a user has set in the live view from one run to the next:
// $XDG_CONFIG_HOME/nltop/view.conf, else ~/.config/nltop/view.conf, a line for each
// setting, "name = value".
//
// It is careful about whose file that is: run as root, for example by sudo -E, nothing is
// read or written where somebody else could have put it. What it does not understand is
// kept and told of, never an error. It knows neither flags nor the screen.
package settings

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settings are what is kept. The zero value of a field is: not set.
type Settings struct {
	Theme   string
	ASCII   string        // "true" or "false"
	Refresh time.Duration // time between updates
	Group   string
	// Columns are those of a page, by its name, as the page itself writes them.
	Columns map[string]string
	// Sort is likewise what the rows of a page are sorted by.
	Sort    map[string]string
	Filters []string // that were typed, the newest last

	rest []string // lines that nobody understood
}

// Bounds of what is read and kept.
const (
	maxFile    = 64 << 10
	maxFilters = 50
	maxValue   = 4096
)

// AddFilter puts an expression to the end of the history.
func (s *Settings) AddFilter(expr string) {
	if expr == "" || len(expr) > maxValue || strings.ContainsFunc(expr, isControl) {
		return
	}
	s.Filters = slices.DeleteFunc(slices.Clone(s.Filters), func(f string) bool { return f == expr })
	s.Filters = append(s.Filters, expr)
	s.Filters = s.Filters[max(len(s.Filters)-maxFilters, 0):]
}

// SetColumns sets the columns of a page; "": as at the start.
func (s *Settings) SetColumns(page, columns string) { s.Columns = with(s.Columns, page, columns) }

// SetSort sets what a page is sorted by; "": as at the start.
func (s *Settings) SetSort(page, by string) { s.Sort = with(s.Sort, page, by) }

// with is a copy of m in which a page has a value; "": none.
func with(m map[string]string, page, value string) map[string]string {
	m = maps.Clone(m)
	switch {
	case value == "":
		delete(m, page)
	case m == nil:
		m = map[string]string{page: value}
	default:
		m[page] = value
	}
	return m
}

// Equal says whether both are the same.
func (s *Settings) Equal(o *Settings) bool { return s.text() == o.text() }

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// parse reads lines, and says what is wrong with them.
func parse(text string) (s Settings, notes []string) {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if why := s.line(line); why != "" {
			notes = append(notes, fmt.Sprintf("line %d %s", i+1, why))
			s.rest = append(s.rest, line)
		}
	}
	return s, notes
}

// line takes one line, or says why not.
func (s *Settings) line(line string) string {
	name, value, ok := strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !ok:
		return `is not "name = value"`
	case len(value) > maxValue:
		return "is too long"
	case strings.ContainsFunc(line, isControl):
		return "has control characters"
	}
	what, page, _ := strings.Cut(name, " ")
	switch what {
	case "theme":
		s.Theme = value
	case "group":
		s.Group = value
	case "ascii":
		if value != "true" && value != "false" {
			return "says neither true nor false"
		}
		s.ASCII = value
	case "refresh":
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return "has no duration such as 500ms"
		}
		s.Refresh = d
	case "columns":
		s.SetColumns(strings.TrimSpace(page), value)
	case "sort":
		s.SetSort(strings.TrimSpace(page), value)
	case "filter":
		s.AddFilter(value)
	default:
		return "sets " + strconv.Quote(name) + ", which is nothing that this nltop knows"
	}
	return ""
}

// text is what parse reads.
func (s *Settings) text() string {
	var b strings.Builder
	set := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s = %s\n", name, value)
		}
	}
	set("theme", s.Theme)
	set("ascii", s.ASCII)
	if s.Refresh > 0 {
		set("refresh", s.Refresh.String())
	}
	set("group", s.Group)
	for _, of := range []struct {
		name  string
		pages map[string]string
	}{{"columns ", s.Columns}, {"sort ", s.Sort}} {
		for _, page := range slices.Sorted(maps.Keys(of.pages)) {
			set(of.name+page, of.pages[page])
		}
	}
	for _, f := range s.Filters {
		set("filter", f)
	}
	for _, line := range s.rest {
		b.WriteString(line + "\n")
	}
	return b.String()
}
