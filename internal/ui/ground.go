// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/sys/unix"
)

// asking is a terminal that is asked once, when it is taken over, for the colour of its
// ground (xterm's OSC 11). It takes the answer out of what is typed, whenever it comes. Nobody
// waits for that, but who ends so soon that it would be typed into the shell.
type asking struct {
	tcell.Tty
	// answered is called with the answer, from the goroutine that reads.
	answered func(on Theme)

	mu    sync.Mutex
	asked time.Time     // zero: not yet
	over  bool          // there is an answer
	done  chan struct{} // closed with it

	held []byte // the beginning of what may be the answer
}

const (
	askGround   = "\x1b]11;?\x1b\\"
	groundBegin = "\x1b]11;"
	// maxAnswer is how long an answer is at most, in bytes; what is longer is none.
	maxAnswer = 64
	// groundSoon is how long the end waits for an answer, from the question on.
	groundSoon = 300 * time.Millisecond
)

// asksGround says whether a terminal with this name is asked. The console of Linux and old
// ones might write the question on the screen.
func asksGround(term string) bool {
	_, err := unix.IoctlGetTermios(int(os.Stdin.Fd()), unix.TCGETS)
	return err == nil && term != "" && term != "dumb" && !strings.HasPrefix(term, "linux") && !strings.HasPrefix(term, "vt")
}

func newAsking(tty tcell.Tty, answered func(on Theme)) *asking {
	return &asking{Tty: tty, answered: answered, done: make(chan struct{})}
}

// Start implements tcell.Tty.
func (q *asking) Start() error {
	if err := q.Tty.Start(); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.asked.IsZero() {
		q.asked = time.Now()
		_, _ = q.Tty.Write([]byte(askGround)) // who cannot be written to shows it soon enough
	}
	return nil
}

// soon is how long an answer is still likely to come; 0: it is not.
func (q *asking) soon() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.over {
		return 0
	}
	return max(groundSoon-time.Since(q.asked), 0)
}

func (q *asking) answeredAlready() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.over
}

// Drain implements tcell.Tty: nothing will be read behind it.
func (q *asking) Drain() error {
	if left := q.soon(); left > 0 {
		select {
		case <-q.done:
		case <-time.After(left):
		}
	}
	return q.Tty.Drain()
}

// Read implements tcell.Tty. It returns as soon as there is something but the answer.
func (q *asking) Read(b []byte) (int, error) {
	for {
		room := len(b) - len(q.held)
		if room <= 0 {
			n := copy(b, q.held)
			q.held = q.held[n:]
			return n, nil
		}
		in := make([]byte, room)
		n, err := q.Tty.Read(in)
		if n <= 0 || err != nil {
			return n, err
		}
		if n = copy(b, q.take(in[:n])); n > 0 {
			return n, nil
		}
	}
}

// take returns what of the input is not the answer.
func (q *asking) take(in []byte) []byte {
	in = append(q.held, in...)
	q.held = nil
	if q.answeredAlready() {
		return in // the library throws away what else a terminal says of itself
	}
	at := bytes.Index(in, []byte(groundBegin))
	if at < 0 {
		at = len(in) - q.begins(in)
		q.held = bytes.Clone(in[at:])
		return in[:at]
	}
	answer := in[at+len(groundBegin):]
	for i := range answer {
		end := 0
		switch {
		case answer[i] == '\a':
			end = i + 1
		case bytes.HasPrefix(answer[i:], []byte("\x1b\\")):
			end = i + 2
		default:
			continue
		}
		q.answer(string(answer[:i]))
		return append(in[:at:at], answer[end:]...)
	}
	if len(in)-at > maxAnswer {
		return in // none of ours: the library knows what to do with it
	}
	q.held = bytes.Clone(in[at:])
	return in[:at]
}

// begins is how many bytes at the end of the input may be the beginning of the answer. A
// single Esc is one as long as it is likely.
func (q *asking) begins(in []byte) int {
	for n := min(len(groundBegin)-1, len(in)); n > 0; n-- {
		if bytes.HasSuffix(in, []byte(groundBegin[:n])) {
			if n > 1 || q.soon() > 0 {
				return n
			}
		}
	}
	return 0
}

func (q *asking) answer(text string) {
	q.mu.Lock()
	q.over = true
	q.mu.Unlock()
	close(q.done)
	if on := groundOf(text); on != ThemeAuto {
		q.answered(on)
	}
}

// groundOf is the theme for a colour as X writes it: "rgb:1e1e/1e1e/1e1e", also with one to
// three digits; ThemeAuto: it is none.
func groundOf(text string) Theme {
	text, ok := strings.CutPrefix(text, "rgb:")
	parts := strings.Split(text, "/")
	if !ok || len(parts) != 3 {
		return ThemeAuto
	}
	var rgb [3]float64
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 16, 16)
		if err != nil || len(p) > 4 {
			return ThemeAuto
		}
		rgb[i] = float64(v) / float64(uint(1)<<(4*len(p))-1)
	}
	// How bright it looks, from 0 to 1; what is about as far from black as from white is
	// darker than the middle by this scale (WCAG 2.2: relative luminance 0.18).
	if 0.2126*square(rgb[0])+0.7152*square(rgb[1])+0.0722*square(rgb[2]) > 0.18 {
		return ThemeLight
	}
	return ThemeDark
}

// square is about how much light a part of a colour is.
func square(v float64) float64 { return v * v }
