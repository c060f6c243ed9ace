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
		cases = append(cases, Command{Words: []string{"x", w}}, Command{Words: []string{"x", w, "end"}})
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := Command{Words: []string{"x"}}
		for range 1 + r.IntN(4) {
			b := make([]byte, r.IntN(12))
			for i := range b {
				b[i] = byte(1 + r.IntN(255))
			}
			c.Words = append(c.Words, string(b)+hostileWords[r.IntN(len(hostileWords))])
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
		want.WriteString(decimal(uint64(len(c.Words) - 1)))
		for _, w := range c.Words[1:] {
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
	if s, ok := (Command{Words: []string{"x", "a\x00b"}}).Shell(); ok {
		t.Errorf("a NUL cannot be handed over, and is written %q", s)
	}
	if s := (Command{Words: []string{"x", "a\x00b"}}).String(); s != `x 'a\0b'` {
		t.Errorf("for people a NUL is %s", s)
	}
}

// A secret is a variable for a shell, and a name for people.
func TestSecret(t *testing.T) {
	ip := Command{Words: []string{"ip", "x", "a b", secret("KEY")}}
	wg := Command{Words: []string{"wg", "set", "a b", "private-key", secret("K1"), "preshared-key", secret("K2")}}
	for _, x := range []struct {
		c           Command
		sh, shown   string
		secrets     string
		unspeakable bool
	}{
		{ip, "ip -batch - <<END\nx 'a b' ${KEY}\nEND", "ip x 'a b' <KEY>", "KEY", false},
		{wg, "wg set 'a b' private-key /dev/fd/3 preshared-key /dev/fd/4 3<<END 4<<END\n${K1}\nEND\n${K2}\nEND",
			"wg set 'a b' private-key <K1> preshared-key <K2>", "K1 K2", false},
		{Command{[]string{"wg", "x"}, []string{"a = " + inLine("K") + " $b"}}, "wg x <<END\na = ${K} \\$b\nEND",
			"printf '%s\\n' 'a = <K> $b' | wg x", "K", false},
		{Command{Words: []string{"ethtool", secret("K")}}, "", "ethtool <K>", "K", true},
		{Command{Words: []string{"ip", "a#b", secret("K")}}, "", "ip 'a#b' <K>", "K", true},
	} {
		if s, ok := x.c.Shell(); s != x.sh || ok == x.unspeakable {
			t.Errorf("for a shell: %q, %v", s, ok)
		}
		if s := x.c.String(); s != x.shown {
			t.Errorf("for people: %q", s)
		}
		if got := strings.Join(x.c.Secrets(), " "); got != x.secrets {
			t.Errorf("secrets %q", got)
		}
	}
}

// Whatever is in a line of input, a program reads exactly it, and what a variable
// holds is not read as shell.
func TestInput(t *testing.T) {
	lines := []string{"END", "END_", "EOF", " END", "${SECRET}", "$(id)"}
	for _, w := range hostileWords {
		if !strings.Contains(w, "\n") {
			lines = append(lines, w, "a"+w+"b", w+"\\")
		}
	}
	want := strings.Join(lines, "\n") + "\n"
	cases := map[string]string{}
	text, ok := Command{[]string{"cat"}, lines}.Shell()
	if !ok {
		t.Fatal("nothing for a shell")
	}
	cases[text] = want
	hostile := "$(id) `id` END \\ ' \" $SECRET"
	text, _ = Command{[]string{"cat"}, append([]string{"<" + inLine("SECRET") + inLine("SECRET") + ">"}, lines...)}.Shell()
	cases[text] = "<" + hostile + hostile + ">\n" + want
	plain := []string{"a $b `c` \\", "END"}
	text, _ = Command{[]string{"cat"}, plain}.Shell()
	cases[text] = strings.Join(plain, "\n") + "\n"
	for text, want := range cases {
		for _, sh := range []string{"sh", "bash", "busybox"} {
			path, err := exec.LookPath(sh)
			if err != nil {
				continue
			}
			var args []string
			if sh == "busybox" {
				args = append(args, "sh")
			}
			cmd := exec.Command(path, args...)
			cmd.Env = append(cmd.Environ(), "SECRET="+hostile)
			cmd.Stdin = strings.NewReader(text + "\n")
			if out, err := cmd.Output(); err != nil || string(out) != want {
				t.Errorf("%s: %v, read %q, want %q", sh, err, out, want)
			}
		}
	}
	if text, ok := (Command{[]string{"cat"}, []string{"a\nb"}}).Shell(); ok {
		t.Errorf("two lines as one are %q", text)
	}
}
