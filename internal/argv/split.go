// SPDX-License-Identifier: Apache-2.0

package argv

import "strings"

// word is one argument, or one word of a script.
type word struct {
	span             // with its quotes
	text      string // without quotes at its ends
	separator bool   // what ends a command: ; | & ( ) { } and the end of a line
	compound  bool   // it may be a script itself
	cut       bool   // the line ends in it
}

// inner is the word without one layer of quotes.
func (w *word) inner() span {
	in := w.span
	n := w.end - w.start - len(w.text)
	in.start += (n + 1) / 2
	in.end = in.start + len(w.text)
	return in
}

// value is the word without quotes and what languages of programs have behind them.
func (w *word) value(line string) span {
	if in := w.inner(); in != w.span || w.start == w.end {
		return in
	}
	raw := strings.TrimRight(line[w.start:w.end], ",];)")
	if n := len(raw); n > 2 && (raw[0] == '"' || raw[0] == '\'') && raw[n-1] == raw[0] {
		return span{w.start + 1, w.start + n - 1}
	}
	return w.span
}

// isCompound says whether a shell would see more than one word in a text.
func isCompound(text string) bool {
	return strings.ContainsAny(text, " \t\n;|&()<>`'\"")
}

const (
	blanks     = " \t\r"
	separators = "\n;|&(){}<>`"
)

// split splits a script into words as a shell does, roughly: quotes hold together what is
// between them, what is inside `…` and $(…) is a command of its own. Nothing is expanded.
// Redirections separate, too: their files are no words of a command.
func split(line string, start, end int) []word {
	var ws []word
	for at := start; at < end; {
		c := line[at]
		switch {
		case strings.IndexByte(blanks, c) >= 0:
			at++
			continue
		case c == '\\' && at+1 < end && line[at+1] == '\n': // the command goes on in the next line
			at += 2
			continue
		case strings.IndexByte(separators, c) >= 0:
			ws = append(ws, word{span: span{at, at + 1}, text: line[at : at+1], separator: true})
			at++
			continue
		}
		stop := wordEnd(line, at, end)
		w := word{span: span{at, stop}, text: unquoted(line[at:stop]), cut: stop == len(line)}
		w.compound = isCompound(w.text)
		if w.compound && len(w.text) == stop-at && !strings.ContainsAny(w.text, "'\"") {
			w.compound = false // nothing is left to be split
		}
		ws = append(ws, w)
		at = stop
	}
	return ws
}

// wordEnd is where the word ends that begins at a place. Parentheses behind a name are in
// it: cbc(aes).
func wordEnd(line string, at, end int) int {
	open := 0
	for start := at; at < end; {
		c := line[at]
		switch {
		case c == '(' && at > start && isNameByte(line[at-1]):
			open++
			at++
		case c == ')' && open > 0:
			open--
			at++
		case strings.HasPrefix(line[at:end], `\"`): // in a text that is in quotes itself
			at += 2
			if n := strings.Index(line[at:end], `\"`); n >= 0 {
				at += n + 2
			}
		case c == '\\' && at+1 < end:
			at += 2
		case c == '\'' || c == '"':
			n := closing(line[at+1:end], c)
			if n < 0 {
				return end
			}
			at += n + 2
		case strings.IndexByte(blanks, c) >= 0 || strings.IndexByte(separators, c) >= 0:
			return at
		default:
			at++
		}
	}
	return min(at, end)
}

// closing is where a quote ends; -1: it does not.
func closing(s string, quote byte) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"':
			i++
		case s[i] == quote:
			return i
		}
	}
	return -1
}

// unquoted is a word without the quotes around it.
func unquoted(s string) string {
	if len(s) == 0 || s[0] != '\'' && s[0] != '"' {
		return s
	}
	q := s[0]
	if len(s) >= 2 && s[len(s)-1] == q {
		return s[1 : len(s)-1]
	}
	if closing(s[1:], q) < 0 {
		return s[1:] // the line was cut in it
	}
	return s
}
