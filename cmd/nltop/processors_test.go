// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/nltest"
)

// TestProcessors: what is printed of a file is the same on any number of processors, also of
// a damaged one, under a filter, and of a part. (Of all recordings of the lab TestCountsAlone
// of package pipeline compares what is counted.)
func TestProcessors(t *testing.T) {
	dir := t.TempDir()
	demo := nltest.Unpacked(t, "demo.pcapng.gz")
	damaged := bytes.Clone(demo[:len(demo)*9/10+1])
	clear(damaged[len(demo)/3:][:1000])
	files := map[string][]byte{
		"damaged":  damaged,
		"nftables": nltest.Unpacked(t, "../../internal/decode/families/testdata/lab/nftables.6.12.pcapng.gz"),
	}
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	notes := filepath.Join(dir, "notes")
	stdout, told, most := os.Stdout, stderr, runtime.GOMAXPROCS(0)
	os.Stdout = out
	defer func() { os.Stdout, stderr = stdout, told; runtime.GOMAXPROCS(most) }()
	for name, file := range files {
		path := filepath.Join(dir, name)
		put(t, path, file)
		for _, args := range [][]string{
			{"stat"}, {"trace", "-o", "json"}, {"stat", "-f", "error != 0"}, {"trace", "-o", "json", "--from", "+100ms", "--to", "+2s"},
		} {
			if name != "damaged" && len(args) > 3 {
				continue
			}
			what, want := name+" "+strings.Join(args, " "), 0
			if name == "damaged" && !slices.Contains(args, "--to") { // which is in front of the damage
				want = exitFailed
			}
			var first string
			for i, n := range []int{1, 2, 7} {
				runtime.GOMAXPROCS(n)
				at, err := os.Create(notes)
				if err != nil {
					t.Fatal(err)
				}
				stderr = &messages{out: newOutput(context.Background(), at)}
				text := printedBy(t, out, append(args, "-r", path), want)
				at.Close()
				said, err := os.ReadFile(notes)
				if err != nil {
					t.Fatal(err)
				}
				switch text += string(said); {
				case i > 0 && text != first:
					t.Errorf("%s: on %d processors it is\n%s\non one\n%s", what, n, text, first)
				case i == 0:
					first = text
				}
			}
			if lines := strings.Count(first, "\n"); lines < 3 {
				t.Errorf("%s: %d lines", what, lines)
			}
		}
	}
}
