// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// secretMark begins a word that stands for bytes that must not be told: behind it
// is the name of the variable that a script has for them.
const secretMark = "\x00secret:"

// secretName returns the name of a secret; ok is false for all other words.
func secretName(w string) (string, bool) { return strings.CutPrefix(w, secretMark) }

// secretEnd ends a secret that is a part of a line of input.
const secretEnd = "\x00"

// inLine is a secret as a part of a line of input.
func inLine(name string) string { return secret(name) + secretEnd }

// cutSecret cuts a line of input at its first secret; name is "": it has none.
func cutSecret(line string) (before, name, after string) {
	before, after, ok := strings.Cut(line, secretMark)
	if ok {
		name, after, _ = strings.Cut(after, secretEnd)
	}
	return before, name, after
}

// Secrets names the variables that a command needs, which a script sets to nothing.
func (c Command) Secrets() []string {
	var names []string
	for _, w := range c.Words {
		if name, ok := secretName(w); ok {
			names = append(names, name)
		}
	}
	for _, line := range c.Input {
		for {
			_, name, after := cutSecret(line)
			if name == "" {
				break
			}
			names, line = append(names, name), after
		}
	}
	return names
}

// Shell writes a command for a POSIX shell: whatever is in its words, each stays
// one word, nothing of it is run, and no byte of it reaches a terminal that is no
// printing character. Input and secrets stand in here-documents behind it: who
// lists the processes reads no key. ok is false for a word with a NUL, which no
// program can be handed, for a line of input that is none, and for a secret that
// the tool takes as an argument only.
func (c Command) Shell() (string, bool) {
	words, docs, ok := c.secretDocs()
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if strings.IndexByte(w, 0) >= 0 {
			return "", false
		}
		ShellWord(&b, w)
	}
	var text strings.Builder
	for i := range docs {
		b.WriteByte(' ')
		if fd := docs[i].fd; fd != 0 {
			b.WriteString(decimal(uint64(fd)))
		}
		if !hereDoc(&b, &text, docs[i].lines) {
			return "", false
		}
	}
	return b.String() + text.String(), true
}

// String is Shell for people, on one line: they are shown a NUL as \0, and a secret
// as its name.
func (c Command) String() string {
	var b strings.Builder
	if len(c.Input) > 0 {
		b.WriteString(`printf '%s\n'`)
		for _, line := range c.Input {
			var shown strings.Builder
			for line != "" {
				before, name, after := cutSecret(line)
				shown.WriteString(before)
				if name != "" {
					shown.WriteString("<" + name + ">")
				}
				line = after
			}
			b.WriteByte(' ')
			ShellWord(&b, strings.ReplaceAll(shown.String(), "\x00", `\0`))
		}
		b.WriteString(" | ")
	}
	for i, w := range c.Words {
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
			b.WriteByte('"')
			byPrintf(b, text)
			b.WriteByte('"')
		}
		if n := len(w) - len(text); n > 0 {
			b.WriteString("'" + w[len(text):] + "'")
		}
	}
}

// byPrintf writes text as what printf prints, with nothing but harmless characters.
func byPrintf(b *strings.Builder, text string) {
	b.WriteString(`$(printf '`)
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
	b.WriteString(`')`)
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
