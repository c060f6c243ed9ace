// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/ui"
)

// flagsOf are the flags of the view from a command line.
func flagsOf(t *testing.T, args ...string) *viewFlags {
	t.Helper()
	var f viewFlags
	c := newView()
	c.ResetFlags()
	f.register(c)
	f.registerView(c)
	if err := c.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return &f
}

// Flags win over what was kept, and that over what is built in.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	conf := filepath.Join(dir, "nltop", "view.conf")
	if err := os.Mkdir(filepath.Dir(conf), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name, text string
		args       []string
		want       ui.Options
		note       string
	}{
		{"built in", "", nil, ui.Options{Theme: "auto", Interval: 500 * time.Millisecond}, ""},
		{"kept", "theme = light\nascii = true\nrefresh = 2s\ngroup = family", nil,
			ui.Options{Theme: "light", ASCII: true, Interval: 2 * time.Second, Group: aggregate.GroupFamily}, ""},
		{"flags", "theme = light\nascii = true\nrefresh = 2s\ngroup = family", []string{"--theme", "none", "--ascii=false", "--interval", "1s", "--by", "unit"},
			ui.Options{Theme: "none", Interval: time.Second, Group: aggregate.GroupUnit}, ""},
		{"older flag", "group = family", []string{"--group", "unit"}, ui.Options{Theme: "auto", Interval: 500 * time.Millisecond, Group: aggregate.GroupUnit}, ""},
		{"too fast", "refresh = 1ns", nil, ui.Options{Theme: "auto", Interval: leastInterval}, ""},
		{"no such theme", "theme = pink", nil, ui.Options{Theme: "auto", Interval: 500 * time.Millisecond}, `theme "pink" is none of`},
		{"no such group", "group = pink", nil, ui.Options{Theme: "auto", Interval: 500 * time.Millisecond}, "settings: group "},
		{"broken line", "theme: light", nil, ui.Options{Theme: "auto", Interval: 500 * time.Millisecond}, `view.conf: line 1 is not "name = value"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			write(tt.text)
			o, keep, err := flagsOf(t, tt.args...).options()
			if err != nil {
				t.Fatal(err)
			}
			if o.Theme != tt.want.Theme || o.ASCII != tt.want.ASCII || o.Interval != tt.want.Interval || o.Group != tt.want.Group {
				t.Errorf("%s %v %v %v, want %s %v %v %v", o.Theme, o.ASCII, o.Interval, o.Group, tt.want.Theme, tt.want.ASCII, tt.want.Interval, tt.want.Group)
			}
			if notes := strings.Join(o.Notes, "\n"); (tt.note == "") != (notes == "") || !strings.Contains(notes, tt.note) {
				t.Errorf("notes %q, want %q", notes, tt.note)
			}
			o.Settings.AddFilter("seq == 1")
			o.Keep(o.Settings)
			if text, err := os.ReadFile(conf); err != nil || !strings.Contains(string(text), "filter = seq == 1\n") || keep() != nil {
				t.Errorf("kept %q, %v, %v", text, err, keep())
			}
		})
	}
	if err := os.Remove(conf); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/null", conf); err != nil {
		t.Fatal(err)
	}
	o, keep, err := flagsOf(t).options()
	if err != nil || len(o.Notes) != 1 {
		t.Fatalf("%q, %v", o.Notes, err)
	}
	if o.Keep(o.Settings); keep() == nil {
		t.Error("written over a link")
	}
	if o, _, err := flagsOf(t, "--columns", "pid,last", "--sort", "out/s").options(); err != nil || o.Columns != "PID, LAST" || o.Sort != "OUT/s" {
		t.Errorf("%q, %q, %v", o.Columns, o.Sort, err)
	}
	for _, flag := range []string{"--columns", "--sort"} {
		if _, _, err := flagsOf(t, flag, "pink").options(); err == nil || !strings.HasPrefix(err.Error(), flag+": \"pink\" is none of ") {
			t.Errorf("%s: %v", flag, err)
		}
	}
	if _, _, err := flagsOf(t, "--theme", "pink").options(); err == nil {
		t.Error("a theme that there is not is taken from the command line")
	}
}
