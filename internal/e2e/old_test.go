// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// oldVersion made the recordings in testdata. It is a commit of this repository.
const oldVersion = "84eb856"

// What an nltop tells of a recording, by the ending of the file that holds it.
var tellings = map[string][]string{
	"trace":     {"trace", "-q", "-o", "json", "-r"},
	"exchanges": {"trace", "-q", "-o", "json", "--exchanges", "-r"},
	"stat":      {"stat", "-q", "-o", "json", "-r"},
}

// TestOldRecordings: of an old recording this nltop tells what the old one told, and so
// does the old one of the same recording written anew by this one. What is new is added
// to it.
func TestOldRecordings(t *testing.T) {
	old := buildOld(t)
	recordings, err := filepath.Glob("testdata/" + oldVersion + "/*.pcapng.gz")
	if err != nil || len(recordings) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, packed := range recordings {
		source := strings.TrimSuffix(filepath.Base(packed), ".pcapng.gz")
		t.Run(source, func(t *testing.T) {
			dir := t.TempDir()
			was, anew := filepath.Join(dir, "was.pcapng"), filepath.Join(dir, "anew.pcapng")
			if err := os.WriteFile(was, unpack(t, packed), 0o600); err != nil {
				t.Fatal(err)
			}
			tell(t, nltop(t), "record", "-q", "-r", was, "-w", anew)
			for what, args := range tellings {
				want := jsonLines(t, unpack(t, filepath.Join(filepath.Dir(packed), source+"."+what+".json.gz")))
				for _, read := range []struct{ by, what, file string }{
					{nltop(t), "the old recording", was},
					{nltop(t), "the recording written anew", anew},
					{old, "the recording written anew, by the old nltop", anew},
				} {
					if read.by == "" {
						continue
					}
					got := jsonLines(t, tell(t, read.by, append(args, read.file)...))
					if len(got) != len(want) {
						t.Errorf("%s of %s: %d lines, want %d", what, read.what, len(got), len(want))
						continue
					}
					for i := range want {
						if at := missing(want[i], got[i], ""); at != "" {
							t.Errorf("%s of %s: line %d: %s", what, read.what, i+1, at)
							break
						}
					}
				}
			}
		})
	}
}

// buildOld builds the old nltop; "": this checkout lacks its commit.
func buildOld(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("git", "cat-file", "-e", oldVersion+"^{commit}").CombinedOutput(); err != nil {
		t.Logf("only this nltop is asked: the checkout lacks %s: %s", oldVersion, out)
		return ""
	}
	script := fmt.Sprintf("set -e; git -C \"$(git rev-parse --show-toplevel)\" archive %s | tar -x -C %s; cd %s; CGO_ENABLED=0 go build -o old ./cmd/nltop",
		oldVersion, dir, dir)
	if out, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", oldVersion, err, out)
	}
	return filepath.Join(dir, "old")
}

func tell(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	c := exec.Command(program, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out
}

func unpack(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b
}

func jsonLines(t *testing.T, lines []byte) []any {
	t.Helper()
	var out []any
	for d := json.NewDecoder(bytes.NewReader(lines)); ; {
		d.UseNumber()
		var o any
		switch err := d.Decode(&o); err {
		case nil:
			out = append(out, o)
		case io.EOF:
			return out
		default:
			t.Fatal(err)
		}
	}
}

// missing says where got lacks something of want; "": nowhere.
func missing(want, got any, at string) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for name := range w {
			if _, ok := g[name]; !ok {
				return fmt.Sprintf("%s.%s is missing", at, name)
			}
			if s := missing(w[name], g[name], at+"."+name); s != "" {
				return s
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if s := missing(w[i], g[i], fmt.Sprintf("%s[%d]", at, i)); s != "" {
				return s
			}
		}
		return ""
	default:
		if want == got {
			return ""
		}
	}
	return fmt.Sprintf("%s is %v, was %v", at, got, want)
}
