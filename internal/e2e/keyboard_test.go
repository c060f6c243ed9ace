// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// keyBytes are what a terminal sends for keys that are no characters, by the names that
// docs/keys.md gives them.
var keyBytes = map[string]string{
	"Enter": "\r", "Tab": "\t", "Backtab": "\x1b[Z", "Esc": "\x1b", "Space": " ",
	"Up": "\x1b[A", "Down": "\x1b[B", "Right": "\x1b[C", "Left": "\x1b[D",
	"Home": "\x1b[H", "End": "\x1b[F", "PgUp": "\x1b[5~", "PgDn": "\x1b[6~",
	"Backspace": "\x7f", "Delete": "\x1b[3~",
	"F1": "\x1bOP", "F10": "\x1b[21~", "F11": "\x1b[23~", "F12": "\x1b[24~",
}

// bytesOf are those of a key, or of a sequence of two.
func bytesOf(t *testing.T, name string) string {
	t.Helper()
	if b := keyBytes[name]; b != "" {
		return b
	}
	if c, ok := strings.CutPrefix(name, "Ctrl-"); ok && len(c) == 1 {
		return string(c[0] & 0x1f)
	}
	if n := len([]rune(name)); n != 1 && name != "gg" {
		t.Fatalf("what key is %q?", name)
	}
	return name
}

// keyboard is who sits before a view: it presses keys and reads the screen.
type keyboard struct {
	*terminal
	dir    string // that it runs in
	w, h   int
	screen *screen
	read   int    // of the output
	rest   string // of it, the beginning of a sequence
	synced int
}

// cursorGround is what the row under the cursor stands on, with --theme dark.
const cursorGround = 236

// openKeyboard sits down before a view on the built-in recording, at its end, which runs in a
// folder of its own.
func openKeyboard(t *testing.T, dir string, w, h int, args ...string) *keyboard {
	t.Helper()
	tm := openTerminal(t, "sh", append([]string{"-c",
		`cd "$1" && shift && stty cols "$1" rows "$2" && shift 2 && unset COLORTERM NO_COLOR && TZ=UTC exec "$0" "$@" --theme dark`,
		nltop(t), dir, fmt.Sprint(w), fmt.Sprint(h)}, args...)...)
	tm.before = tm.termios()
	return &keyboard{terminal: tm, dir: dir, w: w, h: h, screen: newScreen(w, h)}
}

// openDemo is that of docs/keys.md.
func openDemo(t *testing.T, w, h int) *keyboard {
	t.Helper()
	k := openKeyboard(t, t.TempDir(), w, h, "demo", "--speed", "0")
	k.sees("(end)", "9 families")
	return k
}

// look is what the screen shows now.
func (k *keyboard) look() string {
	k.mu.Lock()
	out := string(k.out.Bytes()[k.read:])
	k.read += len(out)
	k.mu.Unlock()
	k.rest = k.screen.take(k.rest + out)
	return k.screen.text()
}

// row is what stands under the cursor.
func (k *keyboard) row() string {
	k.look()
	return strings.Join(k.screen.on(cursorGround), "\n")
}

// until waits until the screen is as wanted.
func (k *keyboard) until(seen func() bool, what func() string) {
	k.t.Helper()
	await(k.t, func() bool {
		select {
		case err := <-k.done:
			k.t.Fatalf("ended early: %v, %s; the screen was:\n%s", err, what(), k.look())
		default:
		}
		return seen()
	}, func() string {
		return fmt.Sprintf("%s\nunder the cursor: %q\n%s", what(), k.row(), k.look())
	})
}

// sees waits until all of these stand on the screen, each in one line.
func (k *keyboard) sees(wants ...string) {
	k.t.Helper()
	for _, want := range wants {
		k.until(func() bool { return k.has(want) }, func() string { return fmt.Sprintf("no %q on the screen", want) })
	}
}

func (k *keyboard) has(text string) bool { return strings.Contains(k.look(), text) }

// press presses keys by their names.
func (k *keyboard) press(names ...string) {
	k.t.Helper()
	for _, name := range names {
		_, before, _ := strings.Cut(k.look(), "\n") // line 1 has figures that change by themselves
		k.keys(bytesOf(k.t, name))
		if name == "Esc" { // with what follows at once it would be another key
			k.until(func() bool {
				_, now, _ := strings.Cut(k.look(), "\n")
				return now != before
			}, func() string { return "nothing happens at Esc" })
		}
	}
}

// settle waits until what was pressed has been acted on: nltop says so of a key that nothing
// knows, in the order of keys.
func (k *keyboard) settle() {
	k.t.Helper()
	k.synced++
	name := []string{"F11", "F12"}[k.synced%2]
	k.press(name)
	k.sees("no such key here: " + name)
}

// find is where a text stands on the screen, from 0.
func (k *keyboard) find(text string) (x, y int) {
	k.t.Helper()
	k.sees(text)
	for y, line := range strings.Split(k.look(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return len([]rune(before)), y
		}
	}
	k.t.Fatalf("%q has left the screen", text)
	return 0, 0
}

// Buttons of the mouse as SGR reports them, and what is added while one is held.
const (
	leftButton = 0
	dragged    = 32
	wheelUp    = 64
	wheelDown  = 65
)

// mouse sends what a terminal reports of the mouse at a cell (SGR, 1006).
func (k *keyboard) mouse(button, x, y int, down bool) {
	k.t.Helper()
	end := "m"
	if down {
		end = "M"
	}
	k.keys(fmt.Sprintf("\x1b[<%d;%d;%d%s", button, x+1, y+1, end))
}

func (k *keyboard) click(x, y int) {
	k.t.Helper()
	k.mouse(leftButton, x, y, true)
	k.mouse(leftButton, x, y, false)
}
