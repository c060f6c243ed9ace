// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Printable makes a text of unknown origin safe for a terminal, in the middle of a
// line: what does not print (control characters, also those above 0x7f, marks that
// turn the direction of writing, bytes that are not UTF-8) becomes an escape as Go
// writes it. What is printable already stays as it is.
func Printable(s string) string {
	at := unprintable(s)
	if at == len(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		b.WriteString(s[:at])
		if s = s[at:]; s == "" {
			break
		}
		_, n := utf8.DecodeRuneInString(s)
		q := strconv.QuoteToASCII(s[:n])
		b.WriteString(q[1 : len(q)-1])
		s = s[n:]
		at = unprintable(s)
	}
	return b.String()
}

// unprintable is where the first rune stands that does not print.
func unprintable(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !strconv.IsGraphic(r) {
			return i
		}
		i += n
	}
	return len(s)
}
