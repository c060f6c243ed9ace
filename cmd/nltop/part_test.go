// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What nltop stat and nltop sockets tell of a part is what they tell of a recording of that
// part, but for the numbers of incidents, which are those of the whole.
func TestStatOfPart(t *testing.T) {
	t.Setenv("TZ", "UTC")
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	cut := filepath.Join(t.TempDir(), "cut.pcapng")
	for _, tt := range []struct{ part, command string }{
		{"--from +15s --to +1500ms", "stat -o json"},
		{"--around 1", "stat --by cause"},
		{"--from +17s --to +500ms", "stat --dumps"},
		{"--to +16s", "stat --coverage"},
		{"--around 2 --margin 20ms", "sockets -o json"},
	} {
		if _, err := writes(t, append([]string{"record", "-q", "-r", file, "-w", cut}, strings.Fields(tt.part)...)...); err != nil {
			t.Fatal(err)
		}
		args := append(strings.Fields(tt.command), "-q")
		want, wrong := writes(t, append(args, "-r", cut)...)
		got, err := writes(t, append(args, append([]string{"-r", file}, strings.Fields(tt.part)...)...)...)
		if err != nil || wrong != nil || len(got) < 100 {
			t.Fatalf("%s: %v, %v:\n%s", tt, err, wrong, got)
		}
		if unnumbered(got) != unnumbered(want) {
			t.Errorf("%s:\n%s\nof the part alone:\n%s", tt, got, want)
		}
	}
	if got, err := writes(t, "sockets", "-q", "-r", file, "--around", "2"); err != nil || !strings.Contains(got, "incident 2") {
		t.Errorf("sockets --around 2: %v:\n%s", err, got)
	}
	if got, err := writes(t, "sockets", "-q", "-r", file, "--from", "+17s"); err != nil || strings.Contains(got, "incident") {
		t.Errorf("sockets --from +17s has a number of an incident that it cannot know: %v:\n%s", err, got)
	}
}

// unnumbered is a text without the numbers of incidents.
func unnumbered(s string) string {
	for _, n := range []string{"1", "2"} {
		s = strings.NewReplacer(" incident "+n+"\n", "\n", `"number":`+n+",", "").Replace(s)
	}
	return s
}

// The sentences of a part are those that the whole has of that time, with the names that
// were told before.
func TestWhoOfPart(t *testing.T) {
	t.Setenv("TZ", "UTC")
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	sentences := func(args ...string) (out []string) {
		t.Helper()
		got, err := writes(t, append([]string{"who", "-q", "--utc", "-r", file}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(got) {
			if l[0] != '#' {
				out = append(out, l)
			}
		}
		return out
	}
	for _, about := range []string{"d0", "table inet t"} {
		all := sentences(about)
		if len(all) < 2 {
			t.Fatalf("%s: %q", about, all)
		}
		for _, w := range [][2]int{{len(all) / 2, len(all) - 1}, {len(all) / 3, len(all) / 2}} {
			from, to := all[w[0]][:15], all[w[1]][:15]
			want := slices.DeleteFunc(slices.Clone(all), func(l string) bool { return l[:15] < from || l[:15] > to })
			if got := sentences(about, "--from", from, "--to", to); !slices.Equal(got, want) {
				t.Errorf("%s from %s to %s:\n%s\nwant:\n%s", about, from, to, strings.Join(got, ""), strings.Join(want, ""))
			}
		}
	}
	got, err := writes(t, "who", "-q", "-r", file, "--from", "+1h", "d0")
	if err != nil || !strings.Contains(got, "nothing about d0 in 0 messages") {
		t.Errorf("behind the end: %v: %s", err, got)
	}
}

func TestPartRefuses(t *testing.T) {
	for _, tt := range []struct{ args, says string }{
		{"stat --from +1s", "go with -r"},
		{"stat --dumps --around 1", "go with -r"},
		{"sockets --from +1s", "go with -r"},
		{"who --from +1s d0", "go with -r"},
		{"who -r f --from +1s -w out d0", "what is searched"},
		{"stat -r f --around 1 --from +1s", "leave out"},
		{"stat -r f --margin 1s", "goes with --around"},
	} {
		var usage usageError
		if _, err := writes(t, strings.Fields(tt.args)...); !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.says)
		}
	}
}
