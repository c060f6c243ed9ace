// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/nltest"
)

// TestTsharkOpensAll: tshark opens what nltop writes, of every source and with every kind
// of frame, without a warning; it numbers datagrams and the answers that name families as
// packets, and nothing else.
func TestTsharkOpensAll(t *testing.T) {
	needTool(t, "tshark")
	dir := t.TempDir()
	files := map[string]string{"every kind": everyKind(t, false)}
	for _, name := range []string{"fentry", "syscall", "nlmon", "listen"} {
		was, anew := filepath.Join(dir, name), filepath.Join(dir, name+".pcapng")
		if err := os.WriteFile(was, nltest.Unpacked(t, "testdata/"+oldVersion+"/"+name+".pcapng.gz"), 0o600); err != nil {
			t.Fatal(err)
		}
		tell(t, nltop(t), "record", "-q", "-r", was, "-w", anew)
		files[name] = anew
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			c := exec.Command("tshark", "-r", file, "-T", "fields", "-e", "frame.number", "-e", "frame.comment")
			var stderr bytes.Buffer
			c.Stderr = &stderr
			out, err := c.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, &stderr)
			}
			for line := range strings.Lines(stderr.String()) {
				if !strings.HasPrefix(line, "Running as user") {
					t.Errorf("tshark warns: %s", line)
				}
			}
			var holds struct{ Datagrams, Preamble int }
			if err := json.Unmarshal(tell(t, nltop(t), "info", "-o", "json", file), &holds); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if len(lines) != holds.Datagrams+holds.Preamble || holds.Datagrams == 0 {
				t.Errorf("%d packets, of %d datagrams and %d answers of nlctrl", len(lines), holds.Datagrams, holds.Preamble)
			}
			for i, line := range lines {
				if !strings.HasPrefix(line, strconv.Itoa(i+1)+"\t") || !strings.Contains(line, "dir=") && !strings.Contains(line, "nltop: families") {
					t.Errorf("packet %d: %s", i+1, line)
				}
			}
		})
	}
}
