// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/golden"
)

// keyPages are where the key tables of docs/keys.md are read, on the built-in recording: the
// keys that lead there from the start, on a screen of this width and 40 lines. A table that
// several pages have is listed with the first of them.
var keyPages = []struct {
	title string
	w     int
	keys  []string
}{
	{"Home", 120, nil},
	{"Messages", 120, []string{"m"}},
	{"A message", 120, []string{"E", "Enter", "End"}},
	{"The bytes of a message", 120, []string{"E", "Enter", "End", "Tab"}},
	{"Exchanges", 120, []string{"x"}},
	{"A story", 120, []string{"x", "s", "s", "s", "s", "Enter"}},
	{"Latency", 120, []string{"Down", "h"}},
	{"Sockets", 120, []string{"o"}},
	{"Who changed it", 120, []string{"w", "l", "a", "n", "Enter"}},
	{"Incidents", 120, []string{"i"}},
	{"An incident", 120, []string{"i", "Enter"}},
	{"rtnl_mutex", 120, []string{"L"}},
	{"Long holds and waits", 120, []string{"L", "v"}},
	{"Families", 120, []string{"F"}},
	{"Losses and notes", 120, []string{"l"}},
	{"Columns", 120, []string{"C"}},
	{"Copy", 120, []string{"m", "y"}},
	{"Panes", 160, nil},
	{"A pane on the whole screen", 160, []string{`\`}},
	{"The timeline", 120, []string{"T"}},
	{lineTitle, 120, []string{"f"}},
}

// TestKeyTable writes what the tables that answer keys say into docs/keys.md, or finds that
// it is up to date. Package e2e presses each of those keys.
func TestKeyTable(t *testing.T) {
	m, dec := demoModel(t)
	var doc strings.Builder
	doc.WriteString("# The keys of the live view\n\n" +
		"A test writes this page from the tables that answer keys, which `?` shows of the page that one\n" +
		"is on, and another presses each key on `nltop demo` and looks at what it does. What stands below\n" +
		"a page are the keys that lead there from the start. A table that several pages have is listed with the\n" +
		"first of them; where a page has another use for one of its keys, the table of the page says so.\n")
	listed := make(map[string]bool)
	for _, p := range keyPages {
		h := demoScreen(t, m, dec, p.w, 40)
		h.press(p.keys...)
		h.settle()
		fmt.Fprintf(&doc, "\n## %s\n\n", p.title)
		if p.w > 120 {
			fmt.Fprintf(&doc, "On a screen of %d×40. ", p.w)
		}
		fmt.Fprintf(&doc, "`nltop demo`")
		for _, k := range p.keys {
			fmt.Fprintf(&doc, " `%s`", k)
		}
		doc.WriteString("\n")
		tables := h.tables(h.top())
		if h.prompt != nil {
			tables = []keyTable{{title: "Typing", list: h.prompt.bindings()}}
		}
		for _, table := range tables {
			var rows strings.Builder
			for _, b := range table.list {
				if line := table.title + "|" + b.help; table.title == "This list" || !listed[line] {
					listed[line] = true
					fmt.Fprintf(&rows, "| `%s` | %s |\n", strings.ReplaceAll(b.keys, " ", "` `"), b.help)
				}
			}
			if rows.Len() > 0 {
				fmt.Fprintf(&doc, "\n| %s | |\n|---|---|\n%s", table.title, rows.String())
			}
		}
	}
	golden.Check(t, "../../docs/keys.md", doc.String(), "")
	allListed(t, listed)
}

// allListed finds the bindings of a page that docs/keys.md does not have, whatever its page
// is called there, and keys of which the tables of a page say two things.
func allListed(t *testing.T, listed map[string]bool) {
	t.Helper()
	pages := append(slices.Clone(allPages), pageKeys{"sockets_unfolded", []string{"o", "Right"}}, pageKeys{"timeline", []string{"T"}})
	for _, p := range pages {
		for _, w := range []int{120, 200} {
			h := newHarness(t, w, 60, Options{})
			h.tell(p.name)
			h.press(p.keys...)
			answers := make(map[string]bool)
			for _, table := range h.tables(h.top()) {
				for _, b := range table.list {
					if line := table.title + "|" + b.help; !listed[line] {
						t.Errorf("nobody lists %q of %s at width %d: add a page to keyPages", line, p.name, w)
					}
					for k := range strings.FieldsSeq(b.keys) {
						if answers[k] {
							t.Errorf("%s of %s is bound twice at width %d", k, p.name, w)
						}
						answers[k] = true
					}
				}
			}
		}
	}
}
