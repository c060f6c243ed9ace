// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// A recording with incidents, as JSON, again and again: the lines of incidents come
// last, and nothing else writes meanwhile, which `make race` sees at once and a
// "short write" tells now and then.
func TestReplayIncidents(t *testing.T) {
	packed, err := os.Open("../../cmd/nltop/demo.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "demo.pcapng")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	first := ""
	for range 5 {
		text := must(t, nltop(t), "trace", "-o", "json", "-r", file)
		if first == "" {
			first = text
		}
		incidents := 0
		for _, o := range objects(t, text) {
			if o["kind"] == "incident" {
				incidents++
			}
		}
		if incidents == 0 || text != first {
			t.Fatalf("%d incidents; as the first time: %v", incidents, text == first)
		}
	}
}
