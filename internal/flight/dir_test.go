// SPDX-License-Identifier: Apache-2.0

package flight

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 123e6, time.UTC)

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func create(t *testing.T, d *Dir, why Reason, at time.Time) string {
	t.Helper()
	f, err := d.Create(why, at, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if st.Mode() != 0o600 {
		t.Errorf("mode %v", st.Mode())
	}
	return filepath.Base(f.Name())
}

// The oldest of the recorder's own make room, and nothing else is touched.
func TestDirMakesRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made")
	d, err := OpenDir(path, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o700 {
		t.Fatalf("the directory that was made: %v, %v", st, err)
	}
	others := []string{
		"bug.pcapng", "nltop-20200101T000000.000Z-incident.pcap", "nltop-20200101T000000.000Z-other.pcapng",
		"nltop-20200101T000000Z-incident.pcapng", "xnltop-20200101T000000.000Z-incident.pcapng", "nltop-20200101T000000.000Z-incident.pcapng.gz",
	}
	for _, n := range others {
		if err := os.WriteFile(filepath.Join(path, n), []byte(n), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// What has the name of an own one and is no file.
	link, dir := "nltop-20200101T000000.000Z-signal.pcapng", "nltop-20200101T000001.000Z-signal.pcapng"
	if err := errors.Join(os.Symlink("bug.pcapng", filepath.Join(path, link)), os.Mkdir(filepath.Join(path, dir), 0o700)); err != nil {
		t.Fatal(err)
	}
	others = append(others, link, dir)
	var own []string
	for i := range 12 {
		own = append(own, create(t, d, Reason(i%int(Exit+1)), noon.Add(time.Duration(i)*time.Second)))
		own = own[max(len(own)-3, 0):]
		want := slices.Concat(others, own)
		slices.Sort(want)
		if diff := cmp.Diff(want, names(t, path)); diff != "" {
			t.Fatalf("after %d (-want +got):\n%s", i+1, diff)
		}
	}
	if text, err := os.ReadFile(filepath.Join(path, "bug.pcapng")); err != nil || string(text) != "bug.pcapng" {
		t.Errorf("a file of somebody else: %q, %v", text, err)
	}
}

// Two of one time and reason have two names, the older first.
func TestDirSameName(t *testing.T) {
	path := t.TempDir()
	d, err := OpenDir(path, 11)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var made []string
	for range 12 {
		made = append(made, create(t, d, Slow, noon))
	}
	if made[0] != "nltop-20261130T120000.123Z-slow.pcapng" || made[1] != "nltop-20261130T120000.123Z-slow-2.pcapng" {
		t.Errorf("%q", made[:2])
	}
	left := names(t, path)
	if len(left) != 11 || slices.Contains(left, made[0]) || !slices.Contains(left, made[1]) {
		t.Errorf("left: %q", left)
	}
}

// A link that has the name of the next one is not followed.
func TestDirLink(t *testing.T) {
	path, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	if err := os.Symlink(victim, filepath.Join(path, "nltop-20261130T120000.123Z-slow.pcapng")); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDir(path, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if name := create(t, d, Slow, noon); name != "nltop-20261130T120000.123Z-slow-2.pcapng" {
		t.Errorf("created %s", name)
	}
	if _, err := os.Stat(victim); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what the link points to: %v", err)
	}
}

// Where there is too little room nothing is written, and nothing removed.
func TestDirFull(t *testing.T) {
	path := t.TempDir()
	d, err := OpenDir(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	first := create(t, d, Incident, noon)
	if f, err := d.Create(Incident, noon, 1<<60); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("%v, %v", f, err)
	}
	if got := names(t, path); len(got) != 1 || got[0] != first {
		t.Errorf("%q", got)
	}
}

func TestDirRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (*Dir, error){
		"no files":     func() (*Dir, error) { return OpenDir(t.TempDir(), 0) },
		"no directory": func() (*Dir, error) { return OpenDir(file, 1) },
		"no parent":    func() (*Dir, error) { return OpenDir(filepath.Join(t.TempDir(), "a", "b"), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := open(); err == nil {
				t.Error("it is opened")
				_ = d.Close()
			}
		})
	}
}
