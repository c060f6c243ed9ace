// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// screen is what a terminal shows, of the few sequences that the live view sends for
// TERM=xterm-256color (terminfo's cup, clear, ed, el): what a user reads, where output
// alone has only what differs from before.
type screen struct {
	w, h, x, y int
	cells      []rune
}

func newScreen(w, h int) *screen {
	s := &screen{w: w, h: h, cells: make([]rune, w*h)}
	s.erase(0, w*h)
	return s
}

func (s *screen) erase(from, to int) {
	for i := max(from, 0); i < min(to, len(s.cells)); i++ {
		s.cells[i] = ' '
	}
}

// shows is the screen after all of this output, which may end anywhere.
func (s *screen) shows(out string) string {
	for out != "" {
		if out[0] == '\x1b' {
			n := s.escape(out)
			if n == 0 {
				break // the rest has not come yet
			}
			out = out[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(out)
		out = out[n:]
		switch {
		case r == '\r':
			s.x = 0
		case r == '\n':
			s.y = min(s.y+1, s.h-1)
		case r >= ' ' && s.y < s.h && s.x < s.w:
			s.cells[s.y*s.w+s.x] = r
			s.x++
		}
	}
	lines := make([]string, s.h)
	for y := range lines {
		lines[y] = strings.TrimRight(string(s.cells[y*s.w:(y+1)*s.w]), " ")
	}
	return strings.Join(lines, "\n")
}

// escape does what a sequence says and returns its length, 0 if its end is missing.
func (s *screen) escape(out string) int {
	if len(out) < 2 {
		return 0
	}
	switch out[1] {
	case '[':
	case ']': // OSC, up to BEL or ST
		for i := 2; i < len(out); i++ {
			if out[i] == '\a' {
				return i + 1
			}
			if out[i] == '\\' && out[i-1] == '\x1b' {
				return i + 1
			}
		}
		return 0
	case '(', ')':
		return min(3, len(out)) // a character set
	default:
		return 2
	}
	end := strings.IndexFunc(out[2:], func(r rune) bool { return r >= '@' && r <= '~' })
	if end < 0 {
		return 0
	}
	args, here := strings.Split(out[2:2+end], ";"), s.y*s.w+s.x
	arg := func(i, otherwise int) int {
		if i < len(args) {
			if n, err := strconv.Atoi(args[i]); err == nil {
				return n
			}
		}
		return otherwise
	}
	switch out[2+end] {
	case 'H':
		s.y, s.x = min(max(arg(0, 1)-1, 0), s.h-1), min(max(arg(1, 1)-1, 0), s.w-1)
	case 'J':
		if arg(0, 0) == 2 {
			here = 0
		}
		s.erase(here, len(s.cells))
	case 'K':
		s.erase(here, (s.y+1)*s.w)
	}
	return 2 + end + 1
}

func TestScreen(t *testing.T) {
	const out = "\x1b[?1049h\x1b]0;title\a\x1b[2Jno\x1b[H\x1b[2J\x1b[2;3H\x1b[1;38;5;9mab\x1b(B\x1b[m▁c\x1b[1;1Hold text\x1b[1;4H\x1b[K\r\nx\x1b[1"
	if got, want := newScreen(8, 3).shows(out), "old\nx ab▁c\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
