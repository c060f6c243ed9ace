// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"
)

// home is a directory, and who it belongs to.
func home(t *testing.T) (dir string, uid int) {
	t.Helper()
	dir = t.TempDir()
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		t.Fatal(err)
	}
	return dir, int(st.Uid)
}

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func find(t *testing.T, vars map[string]string, uid int) File {
	t.Helper()
	f, note := Find(env(vars), uid)
	if note != "" || f.base == "" {
		t.Fatalf("%+v, note %q", f, note)
	}
	return f
}

func TestRoundTrip(t *testing.T) {
	dir, uid := home(t)
	f := find(t, map[string]string{"HOME": dir, "XDG_CONFIG_HOME": "not/absolute"}, uid)
	if s, notes := f.Load(); len(notes) > 0 || !s.Equal(&Settings{}) {
		t.Errorf("of no file: %+v, %q", s, notes)
	}
	want := Settings{
		Theme: "light", ASCII: "true", Refresh: 250 * time.Millisecond, Group: "family",
		Columns: map[string]string{"home": "PID, OUT/s", "sockets": "DROPS"},
		Sort:    map[string]string{"home": "OUT/s, reversed", "families": "reversed"},
		Filters: []string{`family == "route"`, `proc.name == "ip" && error != 0`},
		rest:    []string{"future = 1"},
	}
	for range 2 { // a second time over the first
		if err := f.Save(&want); err != nil {
			t.Fatal(err)
		}
	}
	got, notes := f.Load()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Settings{}), cmpopts.EquateEmpty()); diff != "" || len(notes) != 1 || !strings.Contains(notes[0], `line 12 sets "future"`) {
		t.Errorf("notes %q, %s", notes, diff)
	}
	st, err := os.Lstat(filepath.Join(dir, ".config/nltop/view.conf"))
	if err != nil || st.Mode() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if st, err := os.Lstat(filepath.Join(dir, ".config/nltop")); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".config/nltop/.*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestNotes(t *testing.T) {
	for _, tt := range []struct{ name, text, note string }{
		{"no value", "theme", `line 1 is not "name = value"`},
		{"unknown", "# a comment\n\ncolour = red", `line 3 sets "colour", which is nothing`},
		{"no duration", "refresh = often", "line 1 has no duration"},
		{"negative", "refresh = -1s", "line 1 has no duration"},
		{"no bool", "ascii = maybe", "neither true nor false"},
		{"control characters", "theme = \x1b[2J", "control characters"},
		{"long", "filter = " + strings.Repeat("x", maxValue+1), "too long"},
		{"good", "theme = dark\ncolumns home = PID\nsort home = PID", ""},
	} {
		s, notes := parse(tt.text)
		if text := strings.Join(notes, "\n"); (tt.note == "") != (text == "") || !strings.Contains(text, tt.note) {
			t.Errorf("%s: %q, want %q", tt.name, text, tt.note)
		}
		if tt.note != "" && len(s.rest) != 1 {
			t.Errorf("%s: the line is not kept: %q", tt.name, s.rest)
		}
	}
}

func TestFilters(t *testing.T) {
	var s Settings
	for i := range 3 * maxFilters {
		s.AddFilter(fmt.Sprint("seq == ", i))
	}
	s.AddFilter("seq == 149")
	s.AddFilter("seq == 120")
	s.AddFilter("")
	s.AddFilter("two\nlines")
	if n := len(s.Filters); n != maxFilters || s.Filters[n-1] != "seq == 120" || s.Filters[n-2] != "seq == 149" {
		t.Errorf("%d: %q", n, s.Filters)
	}
}

// Nothing is read or written where another user decides.
func TestOthersHome(t *testing.T) {
	dir, uid := home(t)
	config := filepath.Join(dir, ".config")
	for _, vars := range []map[string]string{{"HOME": dir}, {"HOME": "/", "XDG_CONFIG_HOME": dir}} {
		f, note := Find(env(vars), uid+1)
		if want := fmt.Sprintf("neither read nor kept: %s: belongs to user %d, not to user %d", dir, uid, uid+1); f.base != "" || !strings.Contains(note, want) {
			t.Errorf("%v: %+v, %q", vars, f, note)
		}
		if err := f.Save(&Settings{Theme: "dark"}); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(config); err == nil {
		t.Error("written all the same")
	}
	if f, note := Find(env(nil), uid); f.base != "" || note != "" {
		t.Errorf("without a home: %+v, %q", f, note)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if f, note := Find(env(map[string]string{"HOME": dir}), uid); f.base != "" || !strings.Contains(note, "everybody may write") {
		t.Errorf("%+v, %q", f, note)
	}
}

// A link is not followed, and what is no file is not read; the one who put it there keeps
// it.
func TestNoLinks(t *testing.T) {
	place := func(t *testing.T, make func(conf string) error) (File, string) {
		dir, uid := home(t)
		conf := filepath.Join(dir, "nltop", fileName)
		if err := os.Mkdir(filepath.Dir(conf), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := make(conf); err != nil {
			t.Fatal(err)
		}
		return find(t, map[string]string{"XDG_CONFIG_HOME": dir}, uid), conf
	}
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("theme = light\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func(conf string) error{
		"link": func(conf string) error { return os.Symlink(target, conf) },
		"link of the directory": func(conf string) error {
			if err := os.Remove(filepath.Dir(conf)); err != nil {
				return err
			}
			return os.Symlink(filepath.Dir(target), filepath.Dir(conf))
		},
		"directory": func(conf string) error { return os.Mkdir(conf, 0o700) },
		"fifo":      func(conf string) error { return unix.Mkfifo(conf, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := place(t, make)
			s, notes := f.Load()
			if len(notes) != 1 || !strings.HasPrefix(notes[0], "settings are not read: ") || s.Theme != "" {
				t.Errorf("%+v, %q", s, notes)
			}
			if err := f.Save(&Settings{Theme: "dark"}); err == nil {
				t.Error("written")
			}
			if text, err := os.ReadFile(target); err != nil || string(text) != "theme = light\n" {
				t.Errorf("the target is %q, %v", text, err)
			}
		})
	}
	f, _ := place(t, func(conf string) error { return os.WriteFile(conf, make([]byte, maxFile+1), 0o600) })
	if _, notes := f.Load(); len(notes) != 1 || !strings.Contains(notes[0], "longer than") {
		t.Errorf("%q", notes)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("theme = dark\nrefresh = 1s\ncolumns a = b\nsort a = b\nfilter = x\n?")
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := parse(text)
		again, _ := parse(s.text())
		if !again.Equal(&s) {
			t.Errorf("%q becomes %q", s.text(), again.text())
		}
	})
}
