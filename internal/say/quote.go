// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Shell writes a command for a POSIX shell: whatever is in its words, each stays
// one word, nothing of it is run, and no byte of it reaches a terminal that is no
// printing character. ok is false for a word with a NUL, which no program can be
// handed.
func (c Command) Shell() (string, bool) {
	var b strings.Builder
	for i, w := range c {
		if i > 0 {
			b.WriteByte(' ')
		}
		if name, ok := secretName(w); ok {
			b.WriteString(`"$` + name + `"`)
			continue
		}
		if strings.IndexByte(w, 0) >= 0 {
			return "", false
		}
		ShellWord(&b, w)
	}
	return b.String(), true
}

// String is Shell for people, who are shown a NUL as \0, and a secret as its name.
func (c Command) String() string {
	var b strings.Builder
	for i, w := range c {
		if i > 0 {
			b.WriteByte(' ')
		}
		if name, ok := secretName(w); ok {
			b.WriteString("<" + name + ">")
			continue
		}
		ShellWord(&b, strings.ReplaceAll(w, "\x00", `\0`))
	}
	return b.String()
}

// secretMark begins a word that stands for bytes that must not be told: behind it
// is the name of the variable that a script has for them.
const secretMark = "\x00secret:"

// secretName returns the name of a secret; ok is false for all other words.
func secretName(w string) (string, bool) { return strings.CutPrefix(w, secretMark) }

// Secrets names the variables that a command needs, which a script sets to nothing.
func (c Command) Secrets() []string {
	var names []string
	for _, w := range c {
		if name, ok := secretName(w); ok {
			names = append(names, name)
		}
	}
	return names
}

// ShellWord writes one word as a POSIX shell reads it (Shell Command Language,
// 2.2): bare where every character is harmless, else in single quotes; what does
// not print is made by printf, by its octal number.
func ShellWord(b *strings.Builder, w string) {
	switch {
	case bare(w):
		b.WriteString(w)
	case printable(w):
		quoteWord(b, w)
	default:
		// A shell drops the newlines at the end of what printf prints. They stand
		// behind it.
		text := strings.TrimRight(w, "\n")
		if text != "" {
			b.WriteString(`"$(printf '`)
			for i := 0; i < len(text); i++ {
				switch c := text[i]; {
				case c == '%':
					b.WriteString("%%")
				case c == '\'' || c == '\\' || c < ' ' || c > '~' || c == '-' && i == 0:
					o := strconv.FormatUint(uint64(c), 8)
					b.WriteString(`\` + "000"[len(o):] + o)
				default:
					b.WriteByte(c)
				}
			}
			b.WriteString(`')"`)
		}
		if n := len(w) - len(text); n > 0 {
			b.WriteString("'" + w[len(text):] + "'")
		}
	}
}

func quoteWord(b *strings.Builder, w string) {
	b.WriteByte('\'')
	b.WriteString(strings.ReplaceAll(w, "'", `'\''`))
	b.WriteByte('\'')
}

// bare says whether a shell takes a word as it is, wherever in a command it
// stands but first.
func bare(w string) bool {
	if w == "" {
		return false
	}
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("-_./:,+@%=", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// printable says whether a word can be shown as it is.
func printable(w string) bool {
	for i := 0; i < len(w); {
		r, n := utf8.DecodeRuneInString(w[i:])
		if r == utf8.RuneError && n == 1 || !strconv.IsPrint(r) {
			return false
		}
		i += n
	}
	return true
}
