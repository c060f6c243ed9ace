// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"github.com/nltop/nltop/internal/words"
)

// maxClipboard is how many bytes are given to a terminal: in base64 they are what xterm
// takes of a sequence OSC 52, 74,994 characters.
const maxClipboard = 74994 / 4 * 3

// noClipboard says why the terminal has no clipboard, or hands nothing on to one; "": it
// may have one. Those that have none show the text of a sequence that they do not know.
func noClipboard(getenv func(string) string) string {
	term := getenv("TERM")
	for _, without := range []string{"linux", "dumb", "vt", "ansi", "cons", "sun", "wy"} {
		if strings.HasPrefix(term, without) {
			return "a terminal of type " + term + " has no clipboard"
		}
	}
	if getenv("STY") != "" || strings.HasPrefix(term, "screen") && getenv("TMUX") == "" {
		return "screen hands nothing on to the clipboard of the terminal"
	}
	return ""
}

// copyText gives a text to the clipboard of the terminal (OSC 52), and says so; where that
// is not possible, it shows the text on a page, and says why.
func (a *app) copyText(name, text string) {
	why := noClipboard(os.Getenv)
	if len(text) > maxClipboard {
		why = fmt.Sprintf("a terminal takes %s bytes at most, and this has %s", words.Grouped(maxClipboard), words.Grouped(uint64(len(text))))
	}
	if why == "" {
		if err := a.toClipboard([]byte(text)); err != nil {
			why = "the terminal does not take it: " + err.Error()
		}
	}
	if why != "" {
		a.showText(name, text)
		a.notice = "not copied: " + why + "; here is the text"
		return
	}
	a.notice = fmt.Sprintf("copied as %s: %s bytes, given to the clipboard of the terminal", name, words.Grouped(uint64(len(text))))
	if os.Getenv("TMUX") != "" {
		a.notice += " (tmux: set -g set-clipboard on)"
	}
}

// toClipboard writes the sequence between two drawings. tcell's own is for terminals that
// call themselves xterm, which tmux does not.
func (a *app) toClipboard(text []byte) error {
	tty, ok := a.screen.Tty()
	if !ok || tty == nil {
		a.screen.SetClipboard(text)
		return nil
	}
	_, err := tty.Write([]byte("\x1b]52;c;" + base64.StdEncoding.EncodeToString(text) + "\x1b\\"))
	return err
}

// showText opens a page with a text, line by line.
func (a *app) showText(name, text string) {
	a.push(newPageView(a, name, func(p *textPage) {
		for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
			p.add(textLine{text: untabbed(line), style: a.theme.text}, nil)
		}
	}))
}

func untabbed(line string) string { return strings.ReplaceAll(line, "\t", "    ") }
