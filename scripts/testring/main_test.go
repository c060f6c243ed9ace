// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// events makes a job that prints lines, and ends with a status.
func events(t *testing.T, status int, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "events")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("cat '%s'; exit %d", file, status)
}

func out(test, text string) string {
	return fmt.Sprintf(`{"Action":"output","Package":"x/p","Test":%q,"Output":%q}`, test, text+"\n")
}

func end(action, test string, seconds float64) string {
	return fmt.Sprintf(`{"Action":%q,"Package":"x/p","Test":%q,"Elapsed":%g}`, action, test, seconds)
}

// What is printed of a package: of what failed everything, of the rest one line.
func TestTell(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		lines  []string
		want   string
		failed bool
	}{
		{
			name:  "passed",
			lines: []string{out("TestA", "=== RUN   TestA"), out("TestA", "    a.go:1: noise"), end("pass", "TestA", 1), out("", "PASS"), out("", "ok  \tx/p\t1.5s"), end("pass", "", 1.5)},
			want:  "ok  \tx/p\t1.5s\n",
		},
		{
			name:  "passed in a VM, where no go test prints a line",
			lines: []string{"where 6.1", end("pass", "TestA", 1), out("", "PASS"), end("pass", "", 1.5)},
			want:  "ok  \tx/p\t1.500s\t(Linux 6.1)\n",
		},
		{
			name: "one failed", status: 1,
			lines: []string{out("TestA", "    a.go:1: noise"), end("pass", "TestA", 1),
				out("TestB", "=== RUN   TestB"), out("TestB/x", "    a.go:2: why"), out("TestB/x", "    --- FAIL: TestB/x"), end("fail", "TestB/x", 1),
				out("TestB", "--- FAIL: TestB"), end("fail", "TestB", 1), out("", "FAIL"), out("", "FAIL\tx/p\t2s"), end("fail", "", 2)},
			want:   "    a.go:2: why\n    --- FAIL: TestB/x\n--- FAIL: TestB\nFAIL\nFAIL\tx/p\t2s\n",
			failed: true,
		},
		{
			name: "panicked", status: 1,
			lines:  []string{out("TestA", "panic: why"), out("", "FAIL\tx/p\t2s"), end("fail", "", 2)},
			want:   "panic: why\nFAIL\tx/p\t2s\n",
			failed: true,
		},
		{
			name: "did not build", status: 1,
			lines:  []string{`{"ImportPath":"x/p","Action":"build-output","Output":"p.go:1: wrong\n"}`, `{"ImportPath":"x/p","Action":"build-fail"}`, out("", "FAIL\tx/p [build failed]"), end("fail", "", 0)},
			want:   "p.go:1: wrong\nFAIL\tx/p [build failed]\n",
			failed: true,
		},
		{
			name: "its machine died", status: 125,
			lines:  []string{out("TestA", "    a.go:1: last words")},
			want:   "    a.go:1: last words\nFAIL\tx/p\t0.000s\n",
			failed: true,
		},
		{
			name: "failed before the first test", status: 3,
			lines:  []string{"no such kernel"},
			want:   "no such kernel\nFAIL\t",
			failed: true,
		},
		{
			name:  "no tests",
			lines: []string{out("", "?   \tx/p\t[no test files]"), end("skip", "", 0)},
			want:  "?   \tx/p\t[no test files]\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			err := runRing("r", filepath.Join(t.TempDir(), "log"), 1, strings.NewReader(events(t, tt.status, tt.lines...)+"\n"), &got)
			if errors.Is(err, errFailed) != tt.failed || err != nil && !tt.failed || !strings.HasPrefix(got.String(), tt.want) {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got.String(), tt.want)
			}
		})
	}
}

// The sum has the rings in their order, their slowest tests, and what failed.
func TestSum(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	lines := []string{end("pass", "TestSlow/sub", 8), end("pass", "TestSlow", 9), end("skip", "TestNone", 0),
		end("pass", "TestAbreast/sub", 4), end("pass", "TestAbreast/other", 3.5), end("pass", "TestAbreast/other/deep", 3), end("pass", "TestAbreast", 0)}
	for i := range 2 * slowest {
		lines = append(lines, end("pass", fmt.Sprintf("Test%d", i), 1))
	}
	lines = append(lines, end("pass", "", 20))
	var said strings.Builder
	for _, ring := range []string{"unit", "vm"} {
		if err := runRing(ring, log, 2, strings.NewReader(events(t, 0, lines...)+"\n"), &said); err != nil {
			t.Fatal(err)
		}
	}
	var got strings.Builder
	if err := sum(log, false, &got); err != nil {
		t.Fatal(err)
	}
	text := got.String()
	if !strings.HasPrefix(text, "== unit: 0 min 00 s, 23 tests, 1 skipped") || strings.Count(text, "    9.0 s  p.TestSlow\n       7.5 s  p.TestAbreast\n") != 2 ||
		strings.Count(text, " s  p.Test") != 2*slowest || strings.Contains(text, "sub") || !strings.Contains(text, "== vm: ") ||
		!strings.Contains(text, "\nPASS\nok  \tgithub.com/nltop/nltop\t") {
		t.Errorf("got\n%s", text)
	}
	got.Reset()
	if err := sum(log, true, &got); err != nil || !strings.Contains(got.String(), "\nFAIL\nFAIL\tgithub.com/nltop/nltop\t") {
		t.Errorf("%v; a kernel that could not be had is no success:\n%s", err, got.String())
	}
	got.Reset()
	if err := runRing("bad", log, 1, strings.NewReader(events(t, 1, "where 6.1", end("fail", "TestX", 1), end("fail", "", 1))), &said); !errors.Is(err, errFailed) {
		t.Fatal(err)
	}
	got.Reset()
	if err := sum(log, false, &got); err != nil {
		t.Fatal(err)
	}
	if text := got.String(); !strings.Contains(text, "--- FAIL: bad: p.TestX (Linux 6.1)\n") || !strings.Contains(text, "\nFAIL\nFAIL\tgithub.com/nltop/nltop\t") {
		t.Errorf("got\n%s", text)
	}
}
