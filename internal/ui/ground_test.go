// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

// typed is a terminal that sends chunks, and knows what was written to it.
type typed struct {
	tcell.Tty
	chunks  []string
	written string
	drained bool
}

var errTyped = errors.New("all was read")

func (t *typed) Start() error { return nil }
func (t *typed) Drain() error { t.drained = true; return nil }
func (t *typed) Write(b []byte) (int, error) {
	t.written += string(b)
	return len(b), nil
}

func (t *typed) Read(b []byte) (int, error) {
	if len(t.chunks) == 0 {
		return 0, errTyped
	}
	n := copy(b, t.chunks[0])
	if t.chunks[0] = t.chunks[0][n:]; t.chunks[0] == "" {
		t.chunks = t.chunks[1:]
	}
	return n, nil
}

// read is all that a reader of the terminal gets.
func (q *asking) read() string {
	var all strings.Builder
	b := make([]byte, 128)
	for {
		n, err := q.Read(b)
		all.Write(b[:n])
		if err != nil {
			return all.String()
		}
	}
}

// The answer is taken out of what is typed, in whatever pieces it comes; all else stays.
func TestAskGround(t *testing.T) {
	const dark, light = "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", "\x1b]11;rgb:ff/ff/ff\a"
	each := strings.Split(dark, "")
	for _, tt := range []struct {
		name   string
		chunks []string
		ago    time.Duration // since it was asked
		on     Theme
		keys   string
	}{
		{"dark", []string{dark}, 0, ThemeDark, ""},
		{"light, ended by BEL", []string{light}, 0, ThemeLight, ""},
		{"among keys", []string{"ab" + light + "cd", "e"}, 0, ThemeLight, "abcde"},
		{"in two pieces", []string{"a" + dark[:9], dark[9:] + "b"}, 0, ThemeDark, "ab"},
		{"in single bytes", each, 0, ThemeDark, ""},
		{"an Esc, then something else", []string{"\x1b", "[A"}, 0, "", "\x1b[A"},
		{"Alt-]", []string{"\x1b]", "q"}, 0, "", "\x1b]q"},
		{"later", []string{dark}, time.Second, ThemeDark, ""},
		{"much later", []string{"a", dark}, time.Minute, ThemeDark, "a"},
		{"an Esc later", []string{"\x1b"}, time.Second, "", "\x1b"},
		{"a second answer", []string{dark, light}, 0, ThemeDark, light},
		{"no colour", []string{"\x1b]11;none\a"}, 0, "", ""},
		{"without an end", []string{"\x1b]11;" + strings.Repeat("f", 2*maxAnswer), "q"}, 0, "", "\x1b]11;" + strings.Repeat("f", 2*maxAnswer) + "q"},
		{"never", []string{"a", "\x1b[B", "q"}, 0, "", "a\x1b[Bq"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tty := &typed{chunks: tt.chunks}
			var on Theme
			q := newAsking(tty, func(x Theme) { on = x })
			for range 2 { // also when it is taken over again
				if err := q.Start(); err != nil {
					t.Fatal(err)
				}
			}
			if tty.written != askGround {
				t.Errorf("%q was written", tty.written)
			}
			q.asked = time.Now().Add(-tt.ago)
			if tt.ago == 0 { // however slow the machine is
				q.asked = time.Now().Add(time.Hour)
			}
			if got := q.read(); got != tt.keys || on != tt.on {
				t.Errorf("keys %q and theme %q, want %q and %q", got, on, tt.keys, tt.on)
			}
			q.asked = time.Now().Add(-groundSoon)
			if err := q.Drain(); err != nil || !tty.drained {
				t.Error(err)
			}
		})
	}
}

func TestGroundOf(t *testing.T) {
	for text, want := range map[string]Theme{
		"rgb:0000/0000/0000": ThemeDark, "rgb:ffff/ffff/ffff": ThemeLight, "rgb:0/0/0": ThemeDark, "rgb:f/f/f": ThemeLight,
		"rgb:fdfd/f6f6/e3e3": ThemeLight, "rgb:0000/2b2b/3636": ThemeDark, "rgb:0000/0000/ffff": ThemeDark, "rgb:7f/7f/7f": ThemeLight,
		"": ThemeAuto, "rgb:": ThemeAuto, "rgb:1/2": ThemeAuto, "rgb:1/2/g": ThemeAuto, "rgb:00000/0/0": ThemeAuto, "rgb://": ThemeAuto,
	} {
		if got := groundOf(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// What the terminal says wins over the environment, and nothing over what was chosen.
func TestGroundAnswer(t *testing.T) {
	t.Setenv("COLORFGBG", "15;0")
	for _, tt := range []struct{ theme, want Theme }{{ThemeAuto, ThemeLight}, {ThemeDark, ThemeDark}, {ThemeNone, ThemeNone}} {
		h := newHarness(t, 80, 24, Options{Theme: tt.theme})
		h.event(tcell.NewEventInterrupt(ThemeLight))
		want := newTheme(h.screen.Colors(), tt.want)
		if h.theme.out != want.out || h.theme.warn != want.warn || h.opt.Theme != tt.theme {
			t.Errorf("%s: the colours are not those of %s", tt.theme, tt.want)
		}
	}
}
