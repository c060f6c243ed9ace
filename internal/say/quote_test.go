// SPDX-License-Identifier: Apache-2.0

package say

import (
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// words that would do something if a shell read them.
var hostileWords = []string{
	"", " ", "-", "--help", "-rf", "$(touch /tmp/x)", "`id`", "$HOME", "${IFS}", "a;b", "a&b", "a|b", "a>b", "a<b", "#c", "a#c",
	"~", "~root", "*", "?", "[a]", "{a,b}", "!x", "a'b", "'", "''", "'; id; '", `a"b`, `\`, `a\`, `\'`, "a\nb", "\n", "a\n", "a\n\n", "\nid\n",
	"a\tb", "\r", "a\x1b[31mb", "\x7f", "\u202ea", "\u0085", "\xff\xfe", "a%sb", "%", "%%", "%n", "\\045", "Büro", "e\u0301", "=", "a=b", "A=b",
	"if", "then", "()", "f(){", "<<E", "$'a'", "\x01\n", "0\n$(id)", "(", ")", "\\n",
}

// Whatever is in a word, a shell hands over exactly it.
func TestShell(t *testing.T) {
	cases := make([]Command, 0, 400)
	for _, w := range hostileWords {
		cases = append(cases, Command{"x", w}, Command{"x", w, "end"})
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := Command{"x"}
		for range 1 + r.IntN(4) {
			b := make([]byte, r.IntN(12))
			for i := range b {
				b[i] = byte(1 + r.IntN(255))
			}
			c = append(c, string(b)+hostileWords[r.IntN(len(hostileWords))])
		}
		cases = append(cases, c)
	}
	var script strings.Builder
	script.WriteString("x() { printf '%s' \"$#\"; for w; do printf '\\000%s' \"$w\"; done; printf '\\000\\000'; }\n")
	var want strings.Builder
	for _, c := range cases {
		text, ok := c.Shell()
		if !ok {
			t.Fatalf("%q has no words for a shell", c)
		}
		for _, r := range strings.ReplaceAll(text, "\n", "") {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' {
				t.Errorf("%q is written %q, which is not safe for a terminal", c, text)
			}
		}
		script.WriteString(text + "\n")
		want.WriteString(decimal(uint64(len(c) - 1)))
		for _, w := range c[1:] {
			want.WriteString("\x00" + w)
		}
		want.WriteString("\x00\x00")
	}
	for _, sh := range []string{"sh", "bash", "busybox"} {
		path, err := exec.LookPath(sh)
		if err != nil {
			continue
		}
		args := []string{}
		if sh == "busybox" {
			args = append(args, "sh")
		}
		cmd := exec.Command(path, args...)
		cmd.Stdin = strings.NewReader(script.String())
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: %v", sh, err)
		}
		if string(out) != want.String() {
			t.Errorf("%s read other words than were written", sh)
			for i := range min(len(out), want.Len()) {
				if out[i] != want.String()[i] {
					t.Fatalf("at %d: %q, want %q", i, out[max(0, i-40):min(len(out), i+40)], want.String()[max(0, i-40):min(want.Len(), i+40)])
				}
			}
		}
	}
	if s, ok := (Command{"x", "a\x00b"}).Shell(); ok {
		t.Errorf("a NUL cannot be handed over, and is written %q", s)
	}
	if s := (Command{"x", "a\x00b"}).String(); s != `x 'a\0b'` {
		t.Errorf("for people a NUL is %s", s)
	}
}

// A secret is a variable for a shell, and a name for people.
func TestSecret(t *testing.T) {
	c := Command{"wg", "set", secret("WG_KEY")}
	if s, ok := c.Shell(); s != `wg set "$WG_KEY"` || !ok {
		t.Errorf("for a shell: %q, %v", s, ok)
	}
	if s := c.String(); s != `wg set <WG_KEY>` {
		t.Errorf("for people: %q", s)
	}
	if got := c.Secrets(); len(got) != 1 || got[0] != "WG_KEY" {
		t.Errorf("secrets %q", got)
	}
}
