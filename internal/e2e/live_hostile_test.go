// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/nltop/nltop/internal/pcapng/hostile"
)

// TestWriteHostile leaves the hostile files at their full length in a directory, for
// looking at them by hand.
func TestWriteHostile(t *testing.T) {
	dir := os.Getenv("NLTOP_HOSTILE")
	if dir == "" {
		t.Skip("NLTOP_HOSTILE names no directory for 3 GB of files")
	}
	for _, f := range hostile.Files() {
		if err := f.WriteFile(filepath.Join(dir, f.Name+".pcapng"), f.N); err != nil {
			t.Fatal(err)
		}
	}
}

// mostMemory is what nltop may take for any file, in bytes.
const mostMemory = 256 << 20

// TestHostileMemory reads each hostile file by every command, and as the view does, and
// looks at the most memory that was resident. With NLTOP_SOAK=1 (make soak) files have
// their full length, 3 GB, which takes minutes; without it, a part of that.
func TestHostileMemory(t *testing.T) {
	shorter := 32
	if os.Getenv("NLTOP_SOAK") == "1" {
		shorter = 1
	}
	if inVM() {
		t.Skip("files are the same on every kernel")
	}
	bin := nltop(t) // before the folder changes: it may have to be built
	for _, f := range hostile.Files() {
		t.Run(f.Name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			const path, to = "in", "out"
			if err := f.WriteFile(path, f.N/shorter); err != nil {
				t.Fatal(err)
			}
			for name, args := range map[string][]string{
				"trace":     {"trace", "-r", path},
				"trace -v":  {"trace", "-v", "-r", path},
				"json":      {"trace", "-o", "json", "-r", path},
				"exchanges": {"trace", "--exchanges", "-r", path},
				"stat":      {"stat", "-r", path},
				"info":      {"info", path},
				"sockets":   {"sockets", "-r", path},
				"record":    {"record", "-r", path, "-w", to},
			} {
				c := exec.Command(bin, args...)
				err := c.Run()
				var exit *exec.ExitError
				if err != nil && !(f.Damaged && errors.As(err, &exit) && exit.ExitCode() == 1) {
					t.Errorf("%s: %v", name, err)
				}
				look(t, name, c.ProcessState)
			}
			tm := openTerminal(t, bin, "-r", path)
			tm.awaitScreen(path + " (end)")
			tm.keys("q")
			<-tm.done
			look(t, "view", tm.cmd.ProcessState)
		})
	}
}

// look compares the most memory that a process had with what it may have.
func look(t *testing.T, name string, p *os.ProcessState) {
	t.Helper()
	most := p.SysUsage().(*syscall.Rusage).Maxrss << 10
	t.Logf("%s: %d MiB", name, most>>20)
	if most > mostMemory {
		t.Errorf("%s takes %d MiB", name, most>>20)
	}
}
