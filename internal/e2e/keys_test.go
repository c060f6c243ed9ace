// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// keyPage is a page of docs/keys.md, which package ui writes from the tables that answer keys.
type keyPage struct {
	title string
	w     int
	opens []string // keys that lead there
	keys  []keyLine
}

// keyLine is a line of its tables: keys, and what the help says that they do.
type keyLine struct {
	keys []string
	help string
}

// scenario is what a key does that its help promises: it is pressed where the keys of from
// lead to from the page, and behind it those of more, and then the screen is so and was not so
// before.
type scenario struct {
	from, more string
	shows      string // texts that stand on it, separated by |
	hides      string // texts that do not
	row        string // a text that stands under the cursor
	draws      string // a text that is drawn, though it was there before
	check      func(k *keyboard)
	undo       string // keys that take back what the way to a page (1) does not
	ends       bool   // nltop ends at it
	// other is who presses it where it needs something else: another terminal, or traffic.
	other func(t *testing.T, key string)
}

var reCode = regexp.MustCompile("`([^`]+)`")

// keyNames are the keys in a line.
func keyNames(line string) []string {
	var names []string
	for _, m := range reCode.FindAllStringSubmatch(line, -1) {
		names = append(names, m[1])
	}
	return names
}

func keyPages(t *testing.T) []keyPage {
	t.Helper()
	text, err := os.ReadFile("../../docs/keys.md")
	if err != nil {
		t.Fatal(err)
	}
	var pages []keyPage
	for _, part := range strings.Split(string(text), "\n## ")[1:] {
		lines := strings.Split(part, "\n")
		p := keyPage{title: lines[0], w: 120, opens: keyNames(lines[2])[1:]}
		if m := regexp.MustCompile(`screen of (\d+)×40`).FindStringSubmatch(lines[2]); m != nil {
			p.w, _ = strconv.Atoi(m[1])
		}
		for _, line := range lines[3:] {
			if !strings.HasPrefix(line, "| `") {
				continue
			}
			keys, help, ok := strings.Cut(strings.Trim(line, "| "), " | ")
			if !ok {
				t.Fatalf("what does %q say?", line)
			}
			p.keys = append(p.keys, keyLine{keyNames(keys), help})
		}
		if len(p.keys) == 0 {
			t.Fatalf("the page %s has no keys", p.title)
		}
		pages = append(pages, p)
	}
	if len(pages) < 15 {
		t.Fatalf("only %d pages can be read", len(pages))
	}
	return pages
}

// TestKeysHaveScenarios finds keys of the key tables that nobody presses, and scenarios of no
// key.
func TestKeysHaveScenarios(t *testing.T) {
	left := make(map[string]bool)
	for page, list := range scenarios {
		for help, of := range list {
			left[page+": "+help] = true
			if len(of) == 0 {
				t.Errorf("%s: %q has no scenario", page, help)
			}
			for _, s := range of {
				if !s.ends && s.shows+s.hides+s.row+s.draws == "" && s.check == nil && s.other == nil {
					t.Errorf("%s: a scenario of %q looks at nothing", page, help)
				}
			}
		}
	}
	for _, p := range keyPages(t) {
		for _, l := range p.keys {
			if !left[p.title+": "+l.help] {
				t.Errorf("%s: %v has no scenario: %q", p.title, l.keys, l.help)
			}
			delete(left, p.title+": "+l.help)
		}
	}
	for name := range left {
		t.Errorf("a scenario of no key: %s", name)
	}
}

// TestKeys presses every key of docs/keys.md in a terminal, and finds that it does what its
// help says.
func TestKeys(t *testing.T) {
	for _, p := range keyPages(t) {
		t.Run(p.title, func(t *testing.T) {
			t.Parallel()
			k := openDemo(t, p.w, 40)
			if k.press(p.opens...); p.title == typedLine {
				k.press("Esc")
			} else {
				k.press("?")
				k.sees(p.keys[0].help) // it is the page that the table is of
				k.press("?")
			}
			k.press(strings.Fields(leaves[p.title])...)
			for _, l := range p.keys {
				for _, s := range scenarios[p.title][l.help] {
					for _, key := range l.keys {
						if !t.Run(key+" "+l.help, func(t *testing.T) { k.drive(t, &p, &s, key) }) {
							k = openDemo(t, p.w, 40) // nobody knows where that one is
						}
					}
				}
			}
			k.press("Ctrl-C")
			k.ended()
		})
	}
}

// typedLine is the page on which characters are no keys.
const typedLine = "A line that is typed"

// leaves are the keys that leave what the way home (1) does not.
var leaves = map[string]string{"The timeline": "T", "A pane on the whole screen": `\`}

// drive presses one key.
func (k *keyboard) drive(t *testing.T, p *keyPage, s *scenario, key string) {
	t.Helper()
	defer func(of *testing.T) { k.t = of }(k.t)
	k.t = t
	switch {
	case s.other != nil:
		s.other(t, key)
		return
	case s.ends:
		end := openDemo(t, p.w, 40)
		end.press(append(strings.Fields(s.from), key)...)
		end.ended()
		return
	}
	k.press("1", "Home")
	k.press(p.opens...)
	k.press(strings.Fields(s.from)...)
	k.settle()
	if why := s.missing(k); why == "" && s.draws == "" && s.check == nil {
		t.Fatalf("the screen is so before %s is pressed:\n%s", key, k.look())
	}
	before := len(k.output())
	k.press(key)
	k.press(strings.Fields(s.more)...)
	why := ""
	k.until(func() bool {
		if why = s.missing(k); why == "" && s.draws != "" && !strings.Contains(k.output()[before:], s.draws) {
			why = "it does not draw " + s.draws
		}
		return why == ""
	}, func() string { return why })
	if s.check != nil {
		s.check(k)
	}
	k.press(strings.Fields(s.undo)...)
}

// missing says what of a scenario is not on the screen; "": all is.
func (s *scenario) missing(k *keyboard) string {
	text := k.look()
	for want := range strings.SplitSeq(s.shows, "|") {
		if !strings.Contains(text, want) {
			return fmt.Sprintf("%q is not there", want)
		}
	}
	if s.hides != "" {
		for not := range strings.SplitSeq(s.hides, "|") {
			if strings.Contains(text, not) {
				return fmt.Sprintf("%q is there", not)
			}
		}
	}
	if !strings.Contains(k.row(), s.row) {
		return fmt.Sprintf("%q is not under the cursor", s.row)
	}
	return ""
}
