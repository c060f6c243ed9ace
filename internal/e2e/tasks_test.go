// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// task is a question of docs/tasks.md, the keys that answer it, and what then stands on
// the screen.
type task struct {
	name  string
	keys  []string
	wants []string
}

// mostKeys is how many keys an answer may take, from the start.
const mostKeys = 6

func tasks(t *testing.T) []task {
	t.Helper()
	text, err := os.ReadFile("../../docs/tasks.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []task
	for _, m := range regexp.MustCompile("(?m)^## (.*)\n\n(`.*`)\n\n((?:    .*\n)+)").FindAllStringSubmatch(string(text), -1) {
		x := task{name: m[1]}
		for _, k := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(m[2], -1) {
			x.keys = append(x.keys, k[1])
		}
		for line := range strings.SplitSeq(strings.TrimSpace(m[3]), "\n") {
			x.wants = append(x.wants, strings.TrimSpace(line))
		}
		list = append(list, x)
	}
	if n := strings.Count(string(text), "\n## "); n < 10 || len(list) != n {
		t.Fatalf("the page has %d tasks, of which %d can be read", n, len(list))
	}
	return list
}

// TestTasks does what docs/tasks.md says, each task in a view of its own on the built-in
// recording, and finds the answer on the screen.
func TestTasks(t *testing.T) {
	bytes := map[string]string{"Enter": "\r", "Down": "\x1b[B", "Up": "\x1b[A", "End": "\x1b[F", "Right": "\x1b[C", "Tab": "\t"}
	for _, x := range tasks(t) {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			if len(x.keys) > mostKeys {
				t.Fatalf("it takes %d keys", len(x.keys))
			}
			dir := t.TempDir()
			tm := openTerminal(t, "sh", "-c", `cd "$1" && exec "$0" demo --speed 0`, nltop(t), dir)
			if err := unix.IoctlSetWinsize(int(tm.slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}); err != nil {
				t.Fatal(err)
			}
			tm.sees("(end)", "9 families")
			for _, k := range x.keys {
				if to := bytes[k]; to != "" {
					k = to
				} else if len([]rune(k)) != 1 {
					t.Fatalf("what key is %q?", k)
				}
				tm.keys(k)
			}
			tm.sees(x.wants...)
			tm.keys("\x03")
			tm.ended()
			if files, _ := filepath.Glob(filepath.Join(dir, "*.pcapng")); strings.HasPrefix(x.name, "Save") {
				if len(files) != 1 {
					t.Fatalf("there are %v", files)
				}
				if out, _, code := run(t, nltop(t), "info", files[0]); code != 0 || !strings.Contains(out, "messages") {
					t.Errorf("it says %d of what was saved:\n%s", code, out)
				}
			}
		})
	}
}

// sees waits until all of these stand on the screen, each in one line.
func (tm *terminal) sees(wants ...string) {
	tm.t.Helper()
	var text, missing string
	await(tm.t, func() bool {
		text, missing = newScreen(120, 40).shows(tm.output()), ""
		for _, w := range wants {
			if !strings.Contains(text, w) {
				missing = w
			}
		}
		return missing == ""
	}, func() string { return fmt.Sprintf("no %q on the screen:\n%s", missing, text) })
}
