// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// screen is what a terminal shows, as far as tcell draws on one like xterm: text, and where
// it goes. Looks are left out, and characters that are two columns wide, which a bench has
// none of.
type screen struct {
	lines [][]rune
	x, y  int
}

func newScreen(columns, lines int) *screen {
	s := &screen{lines: make([][]rune, lines)}
	for y := range s.lines {
		s.lines[y] = []rune(strings.Repeat(" ", columns))
	}
	return s
}

// draw takes what was written since the last drawing. A sequence that is cut at its end is
// none: a drawing has whole ones.
func (s *screen) draw(b []byte) {
	for len(b) > 0 {
		if b[0] == 0x1b {
			b = b[s.escape(b):]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if b = b[n:]; r < ' ' {
			continue
		}
		if s.y < len(s.lines) && s.x < len(s.lines[s.y]) {
			s.lines[s.y][s.x] = r
		}
		s.x++
	}
}

// escape takes a sequence and returns how long it is: ESC [ parameters letter, ESC ] text
// ST or BEL, ESC ( letter, ESC letter.
func (s *screen) escape(b []byte) int {
	if len(b) < 3 {
		return len(b)
	}
	switch b[1] {
	case '[':
		i := 2
		for i < len(b)-1 && (b[i] < '@' || b[i] > '~') {
			i++
		}
		s.control(b[i], string(b[2:i]))
		return i + 1
	case ']':
		for i := 2; i < len(b); i++ {
			if b[i] == 0x07 || b[i] == '\\' && b[i-1] == 0x1b {
				return i + 1
			}
		}
		return len(b)
	case '(':
		return 3
	}
	return 2
}

func (s *screen) control(letter byte, parameters string) {
	switch letter {
	case 'H':
		y, x, _ := strings.Cut(parameters, ";")
		s.y, s.x = place(y), place(x)
	case 'J':
		for _, line := range s.lines {
			for x := range line {
				line[x] = ' '
			}
		}
	}
}

// place reads a number from 1 on; nothing is the first.
func place(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0
	}
	return n - 1
}

func (s *screen) text() string {
	var b strings.Builder
	for _, line := range s.lines {
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return b.String()
}
