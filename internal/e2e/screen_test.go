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
	grounds    []int // of the cells, of the 256 colours; -1: the terminal's own
	ground     int
}

func newScreen(w, h int) *screen {
	s := &screen{w: w, h: h, cells: make([]rune, w*h), grounds: make([]int, w*h), ground: -1}
	s.erase(0, w*h)
	return s
}

func (s *screen) erase(from, to int) {
	for i := max(from, 0); i < min(to, len(s.cells)); i++ {
		s.cells[i], s.grounds[i] = ' ', s.ground
	}
}

// shows is the screen after all of this output, which may end anywhere.
func (s *screen) shows(out string) string {
	s.take(out)
	return s.text()
}

// take takes more output, and returns what of it is the beginning of a sequence.
func (s *screen) take(out string) (rest string) {
	for out != "" {
		if out[0] == '\x1b' {
			n := s.escape(out)
			if n == 0 {
				return out // the rest has not come yet
			}
			out = out[n:]
			continue
		}
		if !utf8.FullRuneInString(out) {
			return out
		}
		r, n := utf8.DecodeRuneInString(out)
		out = out[n:]
		switch {
		case r == '\r':
			s.x = 0
		case r == '\n':
			s.y = min(s.y+1, s.h-1)
		case r >= ' ' && s.y < s.h && s.x < s.w:
			s.cells[s.y*s.w+s.x], s.grounds[s.y*s.w+s.x] = r, s.ground
			s.x++
		}
	}
	return ""
}

func (s *screen) text() string {
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
	case 'm':
		s.style(args)
	}
	return 2 + end + 1
}

// style takes the ground out of a sequence SGR.
func (s *screen) style(args []string) {
	for i := 0; i < len(args); i++ {
		n, _ := strconv.Atoi(args[i]) // nothing is 0
		switch {
		case n == 0, n == 49:
			s.ground = -1
		case n >= 40 && n <= 47:
			s.ground = n - 40
		case n >= 100 && n <= 107:
			s.ground = n - 100 + 8
		case (n == 38 || n == 48) && i+2 < len(args) && args[i+1] == "5":
			if n == 48 {
				s.ground, _ = strconv.Atoi(args[i+2])
			}
			i += 2
		}
	}
}

// on are the lines with cells on a ground, from the first of them to the last.
func (s *screen) on(ground int) []string {
	var lines []string
	for y := range s.h {
		first, last := -1, 0
		for x := range s.w {
			if s.grounds[y*s.w+x] == ground {
				if last = x; first < 0 {
					first = x
				}
			}
		}
		if first >= 0 {
			lines = append(lines, strings.TrimSpace(string(s.cells[y*s.w+first:y*s.w+last+1])))
		}
	}
	return lines
}

func TestScreen(t *testing.T) {
	const out = "\x1b[?1049h\x1b]0;title\a\x1b[2Jno\x1b[H\x1b[2J\x1b[2;3H\x1b[1;38;5;9mab\x1b(B\x1b[m▁c\x1b[1;1Hold text\x1b[1;4H\x1b[K\r\nx\x1b[1"
	if got, want := newScreen(8, 3).shows(out), "old\nx ab▁c\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// In pieces, with a row on a ground of its own.
	s, rest := newScreen(8, 3), ""
	for _, part := range []string{"\x1b[2;1H\x1b[38;5;255;4", "8;5;236m \xe2\x96", "\xb8 on\x1b[m off"} {
		rest = s.take(rest + part)
	}
	if got := s.on(236); rest != "" || len(got) != 1 || got[0] != "▸ on" {
		t.Errorf("%q on the ground, and %q is left", got, rest)
	}
}
