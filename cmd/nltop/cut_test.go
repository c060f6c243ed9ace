// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/nltest"
)

// writes is what a command prints on standard output.
func writes(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	stdout := os.Stdout
	os.Stdout = out
	defer func() { os.Stdout = stdout }()
	root := newRoot()
	root.SetArgs(args)
	failed := root.Execute()
	b, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(b), failed
}

func unpackedFile(t *testing.T, path string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "f.pcapng")
	put(t, out, nltest.Unpacked(t, path))
	return out
}

// What --from and --to cut out are the lines that the whole trace has of that time, and a
// request before it whose answer is in it.
func TestCut(t *testing.T) {
	t.Setenv("TZ", "UTC")
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	whole, err := writes(t, "trace", "-q", "--utc", "-r", file)
	if err != nil {
		t.Fatal(err)
	}
	// Lines of messages: a time, and no incident, which is told at its end.
	messages := func(s string) (lines []string) {
		for l := range strings.Lines(s) {
			if l[0] != ' ' && !strings.Contains(l, " ! ") {
				lines = append(lines, l)
			}
		}
		return lines
	}
	all := messages(whole)
	at := func(i int) string { return all[i][:15] }
	n := len(all)
	for _, w := range [][2]int{{0, n - 1}, {n / 3, n / 2}, {n - 20, n - 10}, {n / 2, n/2 + 1}} {
		from, to := at(w[0]), at(w[1])
		got, err := writes(t, "trace", "-q", "--utc", "-r", file, "--from", from, "--to", to)
		if err != nil {
			t.Fatal(err)
		}
		var want, inside []string
		for _, l := range all {
			if l[:15] >= from && l[:15] <= to {
				want = append(want, l)
			}
		}
		asked := 0
		for _, l := range messages(got) {
			if l[:15] >= from {
				inside = append(inside, l)
				continue
			}
			if asked++; !strings.Contains(l, "→") || !strings.Contains(whole, strings.Fields(l)[0]) {
				t.Errorf("from %s on: %s", from, l)
			}
		}
		if !slices.Equal(inside, want) {
			t.Errorf("from %s to %s: %d lines, want %d:\n%s\nwant:\n%s", from, to, len(inside), len(want), strings.Join(inside, ""), strings.Join(want, ""))
		}
	}
	// From an answer on: its request is told.
	answer := slices.IndexFunc(all, func(l string) bool {
		return strings.Contains(l, "← route NLMSG_ERROR") && strings.Contains(l, " ok ")
	})
	got, err := writes(t, "trace", "-q", "--utc", "-r", file, "--from", at(answer), "-c", "1")
	if lines := messages(got); err != nil || len(lines) != 2 || !strings.Contains(lines[0], "→ route") || lines[1] != all[answer] {
		t.Errorf("from an answer on: %q, %v", got, err)
	}
	if got, err := writes(t, "trace", "-q", "--utc", "-r", file, "--from", "+1h"); err != nil || got != "" {
		t.Errorf("behind the end: %q, %v", got, err)
	}
}

// --around shows what an incident is about, whose number the trace has.
func TestAroundIncident(t *testing.T) {
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	whole, err := writes(t, "trace", "-q", "--utc", "-r", file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(whole, " incident 1\n") {
		t.Fatalf("no incident has a number:\n%s", whole[:2000])
	}
	got, err := writes(t, "trace", "-q", "--utc", "-r", file, "--around", "1", "--margin", "50ms")
	if err != nil || !strings.Contains(got, " incident 1\n") || !strings.Contains(got, "lost") || len(got) >= len(whole)/2 {
		t.Errorf("%d of %d bytes, %v:\n%s", len(got), len(whole), err, got)
	}
	// Its number is that of the whole, whoever lost the messages.
	if got, err := writes(t, "trace", "-q", "-r", file, "--around", "2", "--comm", "ip"); err != nil || !strings.Contains(got, "ip[") {
		t.Errorf("of ip alone: %v:\n%s", err, got)
	}
}

func TestCutRefuses(t *testing.T) {
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	for _, tt := range []struct {
		args string
		says string
	}{
		{"--from 12:00", "go with -r"},
		{"-r f --from noon", "noon"},
		{"-r f --to +x", "+x"},
		{"-r " + file + " --from 2026-01-02 --to 2026-01-01", "--to 2026-01-01 is before --from 2026-01-02"},
		{"-r f --from +1s -w out", "-w"},
		{"-r f --from +1s --around 1", "leave out"},
		{"-r - --around 1", "twice"},
		{"-r f --around -1", "from 1"},
		{"-r f --around 0", "from 1"},
		{"-r f --around 1 --margin -1s", "negative"},
		{"-r f --margin 1s", "goes with --around"},
	} {
		_, err := writes(t, append([]string{"trace", "-q"}, strings.Fields(tt.args)...)...)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.says)
		}
	}
}

// A time of day is one of the recording, which midnight may divide.
func TestCutMidnight(t *testing.T) {
	start := time.Date(2026, 11, 23, 23, 59, 50, 0, time.Local)
	c := cut{cutFlags: cutFlags{from: "23:59:58", to: "00:00:02"}}
	if _, _, err := c.times(time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := c.begin(start); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration]bool{7 * time.Second: false, 9 * time.Second: true, 11 * time.Second: true, 13 * time.Second: false} {
		if c.in(start.Add(at)) != want {
			t.Errorf("%s after 23:59:50: in is %v", at, !want)
		}
	}
}

// Where a recording has nothing of the time that was asked for, it says when it is.
func TestCutBesideTheRecording(t *testing.T) {
	t.Setenv("TZ", "UTC")
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	told := stderr
	defer func() { stderr = told }()
	for _, tt := range []struct {
		args string
		says bool
	}{
		{"--from +1h", true}, {"--to 1999-01-01", true}, {"--from +0s", false}, {"--from +0s -f error==77", false},
	} {
		out, err := os.Create(filepath.Join(t.TempDir(), "err"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		stderr = &messages{out: newOutput(context.Background(), out)}
		if _, err := writes(t, append([]string{"trace", "--utc", "-r", file}, strings.Fields(tt.args)...)...); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(out.Name())
		if says := strings.Contains(string(b), "nothing is of that time: the recording is from 2026-"); err != nil || says != tt.says {
			t.Errorf("%s: %v: %s", tt.args, err, b)
		}
	}
}

// What nltop record takes out of a recording are the messages of that time, which say the
// same; and what was lost then.
func TestPart(t *testing.T) {
	t.Setenv("TZ", "UTC")
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	out := filepath.Join(t.TempDir(), "part.pcapng")
	lines := func(args ...string) (in []string) {
		t.Helper()
		got, err := writes(t, append([]string{"trace", "-q", "--utc"}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(got) {
			if l[0] >= '0' && l[0] <= '9' && !strings.Contains(l, " ! ") {
				in = append(in, strings.Join(strings.Fields(l)[:4], " ")) // what follows may need others
			}
		}
		return in
	}
	whole := lines("-r", file)
	for _, cut := range [][2]string{{whole[0][:15], "+0s"}, {whole[len(whole)/3][:15], whole[len(whole)/2][:15]}, {"+0s", "+1h"}} {
		if _, err := writes(t, "record", "-q", "-r", file, "--from", cut[0], "--to", cut[1], "-w", out); err != nil {
			t.Fatal(err)
		}
		from := whole[0][:15]
		if cut[0] != "+0s" {
			from = cut[0]
		}
		want := slices.DeleteFunc(lines("-r", file, "--from", cut[0], "--to", cut[1]), func(l string) bool { return l[:15] < from })
		if got := lines("-r", out); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%v: %d lines, want %d:\n%s\nwant:\n%s", cut, len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	for _, tt := range []struct{ args, says string }{
		{"record -w x --from +1s", "go with -r"},
		{"record -r f -w x --from +1s --for 1s", "--to +2s"},
		{"record --keep 1MB -w x --from +1s", "--from is about a recording"},
		{"record -w x -G 0", "at least a second"},
		{"record -w x -c 0", "at least one"},
		{"record -w /dev/null -C 1", "need a file"},
		{"record -r f -w x -s 99999999", "at most"},
	} {
		var usage usageError
		if _, err := writes(t, strings.Fields(tt.args)...); !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.says)
		}
	}
	for _, args := range [][]string{{"record", "-w", "x", "-C", ""}, {"trace", "-r", ""}, {"trace", "-r", file, "--from", ""}} {
		if _, err := writes(t, args...); err == nil || !strings.Contains(err.Error(), "'': is empty") {
			t.Errorf("%q: %v", args, err)
		}
	}
	if _, err := writes(t, "trace", "-r", "/nonexistent"); err == nil || strings.Count(err.Error(), "/nonexistent") != 1 {
		t.Errorf("%v", err)
	}
}
