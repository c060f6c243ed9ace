// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// questions are the commands of docs/questions.md, as a shell would run them.
func questions(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/questions.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^    nltop (.*)$`).FindAllSubmatch(text, -1) {
		out = append(out, string(m[1]))
	}
	if len(out) < 12 {
		t.Fatalf("the page has %d commands", len(out))
	}
	return out
}

// shell runs a line of the page in a folder of its own.
func shell(t *testing.T, line string) string {
	t.Helper()
	c := exec.Command("sh", "-c", `nltop() { "$0" "$@"; }; `+line, nltop(t))
	c.Dir = t.TempDir()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

// TestQuestions: every command of the page works on a recording, and answers.
func TestQuestions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "q.pcapng")
	if err := os.WriteFile(file, unpack(t, "testdata/"+oldVersion+"/fentry.pcapng.gz"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range questions(t) {
		line := "nltop " + args
		switch command, _, traced := strings.Cut(line, " -- "); {
		case strings.HasPrefix(args, "decode"):
		case traced:
			line = command + " -r " + file
		default:
			line += " -r " + file
		}
		t.Run(args, func(t *testing.T) {
			if out := shell(t, line); strings.Contains(out, "nothing matched") || strings.Contains(out, "behind it") || strings.TrimSpace(out) == "" {
				t.Errorf("no answer:\n%s", out)
			}
		})
	}
}
