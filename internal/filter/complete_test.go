// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"slices"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	o := Options{Types: set("RTM_NEWROUTE", "RTM_DELROUTE", "RTM_NEWLINK"), Attrs: set("IFLA_IFNAME", "IFLA_MTU", "RTA_DST")}
	live := func(name string) []string {
		switch name {
		case "proc.comm", "proc.name":
			return []string{"zebra", `od"d`}
		case "family":
			return []string{"route", "nlctrl"}
		}
		return nil
	}
	for _, tt := range []struct{ src, word, want, lacks string }{
		{"", "", "family type proc.comm attr(\" error", "== and"},
		{"fam", "fam", "family", "type"},
		{"comm", "comm", "proc.comm cause.comm", "family"},
		{"proc.", "proc.", "proc.comm proc.parent.name", "cause.comm"},
		{"family ", "", "== != in\u00a0[ contains", ">= and"},
		{"latency ", "", "> == <=", "contains"},
		{"self ", "", "and ==", "contains"},
		{"family == ", "", `"route" "nlctrl"`, "and"},
		{"family == ro", "ro", `"route"`, `"nlctrl"`},
		{`family == "ro`, `"ro`, `"route"`, `"nlctrl"`},
		{`family == "route" `, "", "and or", "=="},
		{`family == "route" and proc.comm == `, "", `"zebra" "od\"d"`, `"route"`},
		{`family == "route" and `, "", "type", "=="},
		{`type == "newr`, `"newr`, `"RTM_NEWROUTE"`, `"RTM_DELROUTE"`},
		{`type in ["RTM_NEWLINK", "del`, `"del`, `"RTM_DELROUTE"`, `"RTM_NEWROUTE"`},
		{`outcome == `, "", `"acked" "failed"`, `"zebra"`},
		{`error_name == eex`, "eex", `"EEXIST"`, `"EPERM"`},
		{`dir != "`, `"`, `"request" "event"`, ``},
		{`attr("ifn`, `"ifn`, `"IFLA_IFNAME"`, `"RTA_DST"`},
		{`attr("IFLA_IFNAME") `, "", "== contains >", "and"},
		{`(family == "route") `, "", "and", "=="},
		{`not `, "", "family", "=="},
	} {
		from, list := o.Complete(tt.src, live)
		if got := tt.src[from:]; got != tt.word {
			t.Errorf("%s: the word is %q, want %q", tt.src, got, tt.word)
		}
		has := func(text string) bool {
			text = strings.ReplaceAll(text, "\u00a0", " ")
			return slices.ContainsFunc(list, func(c Completion) bool { return c.Text == text })
		}
		for w := range strings.FieldsSeq(strings.ReplaceAll(tt.want, "in\u00a0[", "in_[")) {
			if w = strings.ReplaceAll(w, "in_[", "in ["); !has(w) {
				t.Errorf("%s: no %s among %v", tt.src, w, list)
			}
		}
		for w := range strings.FieldsSeq(tt.lacks) {
			if has(w) {
				t.Errorf("%s: %s should not be there", tt.src, w)
			}
		}
	}
}

// All names that are completed are names: each compiles.
func TestCompletedNamesCompile(t *testing.T) {
	for _, n := range names() {
		if !knownName(n.name) {
			t.Errorf("%s is not known", n.name)
		}
		if _, err := Compile(n.name + " == " + n.name); err != nil {
			t.Errorf("%s: %v", n.name, err)
		}
	}
	for _, name := range userNames() {
		if !knownName(name) {
			t.Errorf("%s is not known", name)
		}
	}
}

// What is completed for a value compiles, whatever a process is called.
func TestCompletedValuesCompile(t *testing.T) {
	hostile := []string{"a\"b", "a\\", "\x1b[31m", "\u202etxt", "日本", strings.Repeat("x", 300)}
	_, list := Options{}.Complete("proc.comm == ", func(string) []string { return hostile })
	if len(list) != len(hostile) {
		t.Fatalf("%d values", len(list))
	}
	for _, c := range list {
		if _, err := Compile("proc.comm == " + c.Text); err != nil {
			t.Errorf("%q: %v", c.Text, err)
		}
		if strings.ContainsAny(c.Text, "\x1b\u202e") {
			t.Errorf("%q", c.Text)
		}
	}
}

func TestWords(t *testing.T) {
	src := `family == "ro\"ute" && famly>=3 proc.nope 'open`
	var got []string
	for _, w := range Words(src) {
		got = append(got, src[w.From:w.To]+[]string{":n", ":?", ":t", ":9", ":s"}[w.Kind])
	}
	want := []string{"family:n", "==:s", `"ro\"ute":t`, "&&:s", "famly:?", ">=:s", "3:9", "proc.nope:?", "'open:t"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// Whatever is typed, completing ends, within the text.
func FuzzComplete(f *testing.F) {
	for _, s := range []string{`family == "route" and attr("`, `"\`, "in [,", "日本 == '", "((((", "\xff\xfe."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		from, list := Options{}.Complete(src, nil)
		if from < 0 || from > len(src) || len(list) > maxCompletions {
			t.Errorf("%q: from %d, %d completions", src, from, len(list))
		}
	})
}
