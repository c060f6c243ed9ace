// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/pcapng/hostile"
)

// TestHostileCommands runs commands over each kind of hostile file at two lengths: twice
// the file takes at most 2.2 times the allocations. What is resident at full length is
// looked at by internal/e2e.
func TestHostileCommands(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stdout := os.Stdout
	os.Stdout = null
	defer func() { os.Stdout = stdout }()
	dir := t.TempDir()
	// One for all: cobra keeps what it makes.
	root := newRoot()
	for _, f := range hostile.Files() {
		var paths []string
		small := max(f.Small()/8, 1)
		for _, n := range []int{small, 2 * small} {
			path := filepath.Join(dir, f.Name)
			if len(paths) > 0 {
				path += "2"
			}
			if err := f.WriteFile(path, n); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
		for name, args := range map[string][]string{
			"trace": {"trace", "-o", "text", "--exchanges=false", "--changes=false"}, "json": {"trace", "-o", "json", "--exchanges=false", "--changes=false"},
			"exchanges": {"trace", "-o", "text", "--exchanges", "--changes=false"}, "changes": {"trace", "-o", "text", "--exchanges=false", "--changes"},
			"who":  {"who", "--all", "route"},
			"stat": {"stat"}, "info": {"info"}, "sockets": {"sockets"}, "record": {"record", "-w", filepath.Join(dir, "out")},
		} {
			var took [2]uint64
			for i, path := range paths {
				took[i] = commandTakes(t, root, f, append(args, "-q", "-r", path)...)
			}
			if took[1] > took[0]*22/10+8<<20 {
				t.Errorf("%s of %s: %d bytes allocated, of twice the file %d", name, f.Name, took[0], took[1])
			}
		}
		for _, path := range paths {
			_ = os.Remove(path)
		}
	}
}

// commandTakes returns what a command allocates.
func commandTakes(t *testing.T, root *cobra.Command, f hostile.File, args ...string) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	root.SetArgs(args)
	err := root.Execute()
	runtime.ReadMemStats(&after)
	if err != nil && !(f.Damaged && status(err) == exitFailed) {
		t.Fatalf("%v: %v", args, err)
	}
	return after.TotalAlloc - before.TotalAlloc
}
