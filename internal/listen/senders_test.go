// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// Who sent is read again when its name has changed, or after a while, and is no more
// than a number when it has ended.
func TestSenders(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "7")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	be := func(comm, cmdline string) {
		t.Helper()
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		write("comm", comm+"\n")
		write("cmdline", cmdline)
		write("stat", "7 ("+comm+") S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 5 1 1 1 1 1\n")
		write("status", "Uid:\t5\t5\t5\t5\n")
	}
	s := senders{root: root}
	at := time.Unix(100, 0)
	for _, step := range []struct {
		name, comm, cmdline string // "": it is gone
		after               time.Duration
		want                capture.CmdLine
	}{
		{"first", "udevd", "udevd\x00", 0, "udevd\x00"},
		{"believed", "udevd", "other\x00", senderAge / 2, "udevd\x00"},
		{"another name", "worker", "third\x00", 0, "third\x00"},
		{"too old", "worker", "fourth\x00", senderAge, "fourth\x00"},
		{"gone", "", "", 0, ""},
		{"back", "udevd", "fifth\x00", 0, "fifth\x00"},
	} {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if step.comm != "" {
			be(step.comm, step.cmdline)
		}
		at = at.Add(step.after)
		p := s.process(7, at)
		if p.PID != 7 || p.Comm != step.comm || p.CmdLine != step.want {
			t.Errorf("%s: %+v", step.name, p)
		}
		if uid, ok := p.UID.Value(); step.comm != "" && (!ok || uid != 5 || !p.Late) {
			t.Errorf("%s: uid %v, late %v", step.name, p.UID, p.Late)
		}
	}
	for i := range uint32(3 * maxSenders) {
		s.known[1000+i] = sender{}
		if s.process(7, at.Add(time.Duration(i)*senderAge)); len(s.known) > maxSenders {
			t.Fatalf("%d are remembered", len(s.known))
		}
	}
}
