// SPDX-License-Identifier: Apache-2.0

package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// proc is a folder that is like /proc as process self of it sees it, in a namespace that
// is not the initial one.
func proc(t *testing.T, self string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, self, "ns"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, self, "ns", "pid"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "self")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNumbering(t *testing.T) {
	own, other := strconv.Itoa(os.Getpid()), strconv.Itoa(os.Getpid()+1)
	for _, tt := range []struct {
		name, self string
		notes      []string // what each says
	}{
		{"of its namespace", own, []string{"process IDs are those of PID namespace"}},
		{"of another one", other, []string{"process IDs are those of PID namespace", "/proc is that of another PID namespace"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := proc(t, tt.self)
			n, err := NumberingOf(dir)
			if err != nil {
				t.Fatal(err)
			}
			if n.Namespace == 0 || n.Elsewhere != (tt.self == other) {
				t.Errorf("%+v", n)
			}
			if self := Self(dir); strconv.Itoa(int(self)) != tt.self {
				t.Errorf("itself is %d", self)
			}
			notes := n.Notes()
			if len(notes) != len(tt.notes) {
				t.Fatalf("%q", notes)
			}
			for i, note := range notes {
				if !strings.HasPrefix(note, tt.notes[i]) {
					t.Errorf("%q", note)
				}
			}
		})
	}
	if n, err := NumberingOf(t.TempDir()); err == nil {
		t.Errorf("of nothing: %+v", n)
	}
	if notes := (Numbering{}).Notes(); notes != nil {
		t.Errorf("in the initial namespace: %q", notes)
	}
}
