// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// With --anonymise what reads a recording tells the same as of one that was scrubbed with
// the same key, and asks for processes by what was captured.
func TestVeil(t *testing.T) {
	dir := t.TempDir()
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	key, scrubbed := filepath.Join(dir, "key"), filepath.Join(dir, "b.pcapng")
	put(t, key, bytes.Repeat([]byte("k"), 32))
	if _, err := writes(t, "scrub", "-q", "--anonymise", "--key", key, file, scrubbed); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"stat -o json", "stat --dumps", "stat --coverage --from +15s", "sockets -o json"} {
		args := append(strings.Fields(command), "-q")
		want, wrong := writes(t, append(args, "-r", scrubbed)...)
		got, err := writes(t, append(args, "-r", file, "--anonymise", "--key", key)...)
		if err != nil || wrong != nil || got != want || len(got) < 200 {
			t.Errorf("%s: %v, %v:\n%s\nof what was scrubbed:\n%s", command, err, wrong, got, want)
		}
	}
	of, err := writes(t, "stat", "-q", "--by", "process", "-r", file, "--comm", "python3", "-o", "json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := writes(t, "stat", "-q", "--by", "process", "-r", file, "--comm", "python3", "-o", "json", "--anonymise")
	if err != nil || strings.Count(got, "\n") != strings.Count(of, "\n") || strings.Contains(got, "python3") || !strings.Contains(of, "python3") {
		t.Errorf("--comm python3: %v:\n%s\nand was:\n%s", err, got, of)
	}
	for _, tt := range []struct{ args, says string }{
		{"stat --anonymise", "goes with -r here"},
		{"sockets --anonymise --for 1s", "goes with -r here"},
		{"--anonymise", "goes with -r here"},
		{"who --anonymise d0", "nltop scrub --anonymise A B makes"},
		{"stat -r f --key k", "goes with --anonymise"},
		{"stat -r f --anonymise --secrets", "exclude each other"},
	} {
		var usage usageError
		if _, err := writes(t, strings.Fields(tt.args)...); !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.says)
		}
	}
}

// The live view of a recording with --anonymise gets nothing else to show.
func TestVeilOfView(t *testing.T) {
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	f := captureFlags{read: file, anonymise: true}
	s, err := f.viewSession(t.Context(), sessionOptions{flags: &f, tell: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	again, err := f.again(sessionOptions{flags: &f})()
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	b, err := os.ReadFile(f.read)
	if err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(was, []byte("python3")) || bytes.Contains(b, []byte("python3")) {
		t.Error("what is read has names")
	}
	if f.read == file || s.src.Info().Pseudonyms == "" && s.file.Meta().Source.Pseudonyms == "" {
		t.Errorf("%s is read, of %+v", f.read, s.src.Info())
	}
}

// -q says nothing where nothing has failed, also of a recording that lacks its end, and what
// has failed where something has.
func TestQuiet(t *testing.T) {
	dir := t.TempDir()
	file := unpackedFile(t, "../../internal/e2e/testdata/84eb856/fentry.pcapng.gz")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.pcapng")
	put(t, cut, whole[:len(whole)*2/3])
	told := stderr
	defer func() { stderr = told }()
	for _, command := range []string{"trace", "trace --changes", "stat --by cause", "who d0", "sockets", "record -w " + dir + "/a", "scrub FILE " + dir + "/b"} {
		for name, fails := range map[string]bool{file: false, cut: true} {
			out, err := os.Create(filepath.Join(dir, "err"))
			if err != nil {
				t.Fatal(err)
			}
			stderr = &messages{out: newOutput(context.Background(), out)}
			args := strings.Fields(strings.Replace(command, "FILE", name, 1))
			if args[0] != "scrub" {
				args = append(args, "-r", name, "-f", `dir == "event"`)
			}
			_, err = writes(t, append(args, "-q")...)
			b, wrong := os.ReadFile(out.Name())
			if wrong != nil || (err != nil) != fails {
				t.Errorf("%s %s: %v, %v", command, filepath.Base(name), err, wrong)
			}
			if says := string(b); !fails && says != "" || fails && (strings.Count(says, "\n") != 1 || !strings.Contains(says, "truncated")) {
				t.Errorf("%s %s: %q", command, filepath.Base(name), says)
			}
			_ = out.Close()
		}
	}
}
