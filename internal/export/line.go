// SPDX-License-Identifier: Apache-2.0

package export

import (
	"github.com/mattn/go-runewidth"
)

// style is what a word is, for colouring.
type style uint8

const (
	styleNone style = iota
	styleDim
	styleStrong
	styleProcess
	styleFamily
	styleType
	styleName
	styleGood
	styleWarn
	styleBad
)

// colors are SGR parameters (ECMA-48); the sixteen colours that every terminal
// has and themes.
var colors = [...]string{
	styleDim: "2", styleStrong: "1", styleProcess: "36", styleFamily: "34", styleType: "1",
	styleName: "36", styleGood: "32", styleWarn: "33", styleBad: "31",
}

// line is a buffer of lines made of words. A word must be safe for a terminal.
type line struct {
	buf   []byte
	color bool
	width int // columns at which the first line is cut; 0: it is not
	ascii bool
	used  int // columns of the current line
	full  bool
}

func (l *line) reset() { l.buf, l.used, l.full = l.buf[:0], 0, false }

// word appends a word, with a space in front unless it is the first. The word
// that reaches over the width is cut, and ends the line.
func (l *line) word(s style, text string) {
	if text == "" || l.full {
		return
	}
	gap := min(l.used, 1)
	if l.width > 0 {
		if text = l.fit(text, l.width-l.used-gap); text == "" {
			return
		}
	}
	if gap > 0 {
		l.buf = append(l.buf, ' ')
	}
	l.put(s, text)
	l.used += gap + runewidth.StringWidth(text)
}

// padded is word with spaces behind, up to a number of columns.
func (l *line) padded(s style, text string, columns int) {
	end := l.used + min(l.used, 1) + columns
	l.word(s, text)
	for ; l.used < end && !l.full; l.used++ {
		l.buf = append(l.buf, ' ')
	}
}

// fit cuts a word to the room that is left, and marks the cut.
func (l *line) fit(text string, room int) string {
	if runewidth.StringWidth(text) <= room {
		return text
	}
	l.full = true
	mark := "…"
	if l.ascii {
		mark = "~"
	}
	if room < runewidth.StringWidth(mark) {
		return ""
	}
	return runewidth.Truncate(text, room, mark)
}

func (l *line) put(s style, text string) {
	if !l.color || s == styleNone {
		l.buf = append(l.buf, text...)
		return
	}
	l.buf = append(l.buf, "\x1b["...)
	l.buf = append(l.buf, colors[s]...)
	l.buf = append(l.buf, 'm')
	l.buf = append(l.buf, text...)
	l.buf = append(l.buf, "\x1b[0m"...)
}

// end finishes a line; those that follow are not cut.
func (l *line) end() {
	for n := len(l.buf); n > 0 && l.buf[n-1] == ' '; n-- {
		l.buf = l.buf[:n-1]
	}
	l.buf = append(l.buf, '\n')
	l.used, l.full = 0, false
}
