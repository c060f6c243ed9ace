// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nltop/nltop/internal/pcapng/hostile"
)

// TestWriteHostile leaves the hostile files at their full length in a directory, for
// looking at them by hand.
func TestWriteHostile(t *testing.T) {
	dir := os.Getenv("NLTOP_HOSTILE")
	if dir == "" {
		t.Skip("NLTOP_HOSTILE names no directory for 4 GB of files")
	}
	for _, f := range hostile.Files() {
		writeHostile(t, filepath.Join(dir, f.Name+".pcapng"), f, f.N)
	}
}

func writeHostile(t *testing.T, path string, f hostile.File, n int) {
	t.Helper()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write(out, n); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
