// SPDX-License-Identifier: Apache-2.0

package process

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

const statRest = " S 7 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 99 10 11 12\n"

// The comm of /proc/PID/stat may hold anything.
func TestParseStat(t *testing.T) {
	for _, comm := range []string{"ip", "a b", "a) S 1 (b", "", ")", "(((", "x\ny", "0123456789abcdefgh"} {
		s, err := ParseStat([]byte("4711 (" + comm + ")" + statRest))
		if err != nil {
			t.Errorf("%q: %v", comm, err)
			continue
		}
		if want := (Stat{PID: 4711, PPID: 7, Comm: comm, Start: 99}); s != want {
			t.Errorf("%q: %+v", comm, s)
		}
	}
	for _, bad := range []string{"", "1", "1 (", "1 )a(", "x (a)" + statRest, "1 (a) S 2", "1 (a) S x" + statRest, "(a)" + statRest} {
		if _, err := ParseStat([]byte(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestLived(t *testing.T) {
	for _, tt := range []struct {
		life uint64
		want bool
	}{
		{99*tick - 1, false},
		{99 * tick, true},
		{99*tick + 12345, true},
		{100*tick + 3, true}, // forked in its last nanoseconds, and executed something since
		{101 * tick, false},
	} {
		if got := (Stat{Start: 99}).Lived(tt.life); got != tt.want {
			t.Errorf("life %d: %v", tt.life, got)
		}
	}
}

func TestRead(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("7/stat", "7 (sh) S 1 "+strings.Repeat("0 ", 17)+"50 0\n")
	write("7/cmdline", "sh\x00-c\x00x\x00")
	write("4711/stat", "4711 (ip)"+statRest)
	write("4711/cmdline", strings.Repeat("a\x00", 5000))
	write("4711/status", "Name:\tip\nUid:\t0\t1\t2\t3\nGid:\t4\n")
	write("4711/loginuid", "4294967295")
	if err := os.Symlink("/usr/bin/ip (deleted)", filepath.Join(root, "4711/exe")); err != nil {
		t.Fatal(err)
	}
	write("9/stat", "9 (bare) S 0 "+strings.Repeat("0 ", 17)+"50 0\n")

	want := capture.Proc{
		PID: 4711, TID: 4711, PPID: 7, Comm: "ip", Name: "ip",
		Identity: capture.Identity{
			Exe:     "/usr/bin/ip (deleted)",
			CmdLine: capture.CmdLine(strings.TrimSuffix(strings.Repeat("a\x00", 128), "\x00")), UID: capture.IDOf(0),
			LoginUID: capture.IDOf(1<<32 - 1), Late: true,
			Parent: capture.Parent{PID: 7, Name: "sh", CmdLine: "sh\x00-c\x00x\x00", Late: true},
		},
	}
	got, err := Read(root, 4711, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Error(cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })))
	}
	if got, err = Read(root, 4711, 99*tick+5); err != nil || got.Life != 99*tick+5 {
		t.Errorf("the same process: %+v, %v", got, err)
	}
	if _, err = Read(root, 4711, 98*tick); err == nil {
		t.Error("another process was taken for it")
	}
	if _, err = Read(root, 8, 0); err == nil {
		t.Error("no process was taken for one")
	}
	bare := capture.Proc{PID: 9, TID: 9, Comm: "bare", Name: "bare", Identity: capture.Identity{Late: true}}
	if got, err = Read(root, 9, 0); err != nil || got != bare {
		t.Errorf("of a process of which nothing may be read: %+v, %v", got, err)
	}
}

// The system's own /proc reads the same way.
func TestReadSelf(t *testing.T) {
	p, err := Read("/proc", uint32(os.Getpid()), 0)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	uid, known := p.UID.Value()
	if p.Exe != exe || !known || uid != uint32(os.Getuid()) || p.CmdLine.Args()[0] != os.Args[0] ||
		p.PPID != uint32(os.Getppid()) || p.Parent.PID != p.PPID {
		t.Errorf("%+v", p)
	}
}
