// SPDX-License-Identifier: Apache-2.0

package nltest

import (
	"compress/gzip"
	"io"
	"os"
	"testing"
)

// Unpacked is a recording of the repository, which are packed by gzip, in memory.
func Unpacked(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
