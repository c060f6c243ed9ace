// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A disk that is full ends a recording with status 1 and one line that says so; what was
// written until then can be read.
func TestFullDisk(t *testing.T) {
	needRoot(t)
	needTool(t, "unshare", "mount", "cp", "head")
	recording := unpacked(t, "../decode/families/testdata/lab/nftables.6.12.pcapng.gz")
	whole, _, _ := run(t, nltop(t), "trace", "-q", "-o", "json", "-r", recording)
	for _, tt := range []struct {
		name string
		args string // in a directory of 1 MiB, some of which is taken
		fill string
		best string // of what is left, the file with most in it; "": none
	}{
		{"plain", "record -r IN -w a.pcapng", "0", "a.pcapng"},
		{"rotated by size", "record -r IN -C 300k -w a.pcapng", "0", "a.pcapng"},
		{"rotated by size, in a ring", "record -r IN -C 300k -W 5 -w a.pcapng", "0", "a.pcapng0"},
		{"gzip", "record -r IN -w a.pcapng.gz", "1000000", "a.pcapng.gz"},
		{"zstd", "record -r IN -w a.pcapng.zst", "1000000", "a.pcapng.zst"},
		{"scrub", "scrub IN a.pcapng", "400000", "a.pcapng"},
		{"scrub over another", "scrub IN a.pcapng", "400000", ""},
		{"flight recorder", "record -r IN --keep 8MB --on-exit -w .", "400000", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, out := t.TempDir(), t.TempDir()
			script := `mount -t tmpfs -o size=1m none "$1" && cd "$1" && head -c ` + tt.fill + ` /dev/zero > fill && ` +
				map[bool]string{true: "echo before > a.pcapng && "}[strings.HasPrefix(tt.name, "scrub over")] +
				`{ "$0" ` + strings.ReplaceAll(tt.args, "IN", `"$3"`) + `; status=$?; rm fill; cp -r . "$2"; exit $status; }`
			_, errs, status := run(t, "unshare", "-m", "sh", "-c", script, nltop(t), dir, out, recording)
			if status != 1 || strings.Count(errs, "no space left on device") != 1 {
				t.Errorf("status %d:\n%s", status, errs)
			}
			if tt.best == "" {
				files, err := os.ReadDir(out)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range files {
					if b, err := os.ReadFile(filepath.Join(out, f.Name())); err != nil || string(b) != "before\n" {
						t.Errorf("%s: %d bytes, %v", f.Name(), len(b), err)
					}
				}
				if strings.HasPrefix(tt.name, "scrub over") && (len(files) != 1 || !strings.Contains(errs, "a.pcapng is left as it was")) {
					t.Errorf("%v:\n%s", files, errs)
				}
				return
			}
			got, _, _ := run(t, nltop(t), "trace", "-q", "-o", "json", "-r", filepath.Join(out, tt.best))
			// The end of it may lack answers.
			if n := strings.LastIndexByte(got[:len(got)*3/4], '\n'); n < 50_000 || !strings.HasPrefix(whole, got[:n]) {
				t.Errorf("%d bytes of messages that are not those of the beginning", n)
			}
		})
	}
}
