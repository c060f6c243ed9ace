// SPDX-License-Identifier: Apache-2.0

package say

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// split reads a line as iptables-restore does (xshared.c, add_param_to_argv): blanks
// end a word outside of double quotes, and within them a backslash takes the next
// character as it is.
func split(line string) []string {
	var words []string
	var b strings.Builder
	open, quoted := false, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case open && c == '\\' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		case open && c == '"':
			open = false
			words, quoted = append(words, b.String()), false
			b.Reset()
		case open:
			b.WriteByte(c)
		case c == '"':
			open, quoted = true, true
		case c == ' ' || c == '\t':
			if b.Len() > 0 {
				words = append(words, b.String())
				b.Reset()
			}
		default:
			b.WriteByte(c)
		}
	}
	if b.Len() > 0 || quoted {
		words = append(words, b.String())
	}
	return words
}

// TestRestoreLine: whatever is in a word, iptables-restore reads it as that one word,
// or the line is not written.
func TestRestoreLine(t *testing.T) {
	for _, tt := range []struct {
		word string
		ok   bool
	}{{"a comment", true}, {`say "x" \ $(y)`, true}, {"-j", true}, {"#", true}, {"*nat", true}, {"", false}, {"two\nlines", false},
		{"a\x00b", false}, {strings.Repeat("x", 1001), false}, {"\xff\x1b[2J", true}} {
		words := []string{"-A", "INPUT", "-m", "comment", "--comment", tt.word, "-j", "ACCEPT"}
		line, ok := restoreLine(words)
		if ok != tt.ok || ok && !slices.Equal(split(line), words) {
			t.Errorf("%q: %v, %q", tt.word, ok, line)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	const hostile = " \"\\'$#-*:a\t\n!"
	for range 2000 {
		b := make([]byte, 1+random.IntN(12))
		for i := range b {
			b[i] = hostile[random.IntN(len(hostile))]
		}
		words := []string{"-A", string(b), "-j", string(b)}
		if line, ok := restoreLine(words); ok && !slices.Equal(split(line), words) {
			t.Errorf("%q is read as %q", words, split(line))
		}
	}
}

// TestChainName: a name that iptables takes for something else is not said.
func TestChainName(t *testing.T) {
	for name, ok := range map[string]bool{"web": true, "KUBE-SVC-NPX46M4PTMTKRN6Y": true, "cali-fw-cali1234": true, "": false, "LOG": false, "MASQUERADE": false,
		"-j": false, "!x": false, "../../tmp/x": false, "a b": false, "a\nb": false, "$(x)": false, strings.Repeat("x", 29): false} {
		if iptChainName(name) != ok {
			t.Errorf("%q: %v", name, !ok)
		}
	}
}
