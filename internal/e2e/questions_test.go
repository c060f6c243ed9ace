// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/nltest"
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
	out, err := page(t, line)
	if err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
	return out
}

// quiet is shell for a line that may fail.
func quiet(t *testing.T, line string) string {
	t.Helper()
	out, _ := page(t, line)
	return out
}

func page(t *testing.T, line string) (string, error) {
	t.Helper()
	c := exec.Command("sh", "-c", `nltop() { "$0" "$@"; }; `+line, nltop(t))
	c.Dir = t.TempDir()
	out, err := c.CombinedOutput()
	return string(out), err
}

// noTimes is what nltop says of --times where the source or the recording has no times.
const noTimes = "see what requests spend their time on"

// refusal returns what nltop says of a command that cannot be answered here; "": all of
// those that says has can.
func refusal(args string, says map[string]string) string {
	for part, text := range says {
		if strings.Contains(args, part) {
			return text
		}
	}
	return ""
}

// TestQuestions: every command of the page works on a recording, and answers.
func TestQuestions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "q.pcapng")
	if err := os.WriteFile(file, nltest.Unpacked(t, "testdata/"+oldVersion+"/fentry.pcapng.gz"), 0o600); err != nil {
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
			t.Parallel()
			// The recording is older than these facts.
			if says := refusal(args, map[string]string{"stat --times": noTimes, "trace -e --times": "--times says how messages are captured"}); says != "" {
				if out := quiet(t, line); !strings.Contains(out, says) {
					t.Errorf("does not say %q:\n%s", says, out)
				}
				return
			}
			if out := shell(t, line); strings.Contains(out, "nothing matched") || strings.Contains(out, "behind it") || strings.TrimSpace(out) == "" {
				t.Errorf("no answer:\n%s", out)
			}
		})
	}
}
