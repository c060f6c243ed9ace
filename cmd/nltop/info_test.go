// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// infoOf runs nltop info and returns what it prints.
func infoOf(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	stdout := os.Stdout
	os.Stdout = out
	defer func() { os.Stdout = stdout }()
	err = tryNltop(append([]string{"info", "-q"}, args...)...)
	text, readErr := os.ReadFile(out.Name())
	if readErr != nil {
		t.Fatal(readErr)
	}
	return string(text), err
}

// fromStdin gives nltop the bytes as standard input, through a pipe.
func fromStdin(t *testing.T, b []byte) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin := os.Stdin
	os.Stdin = r
	t.Cleanup(func() { os.Stdin = stdin })
	go func() {
		_, _ = w.Write(b)
		_ = w.Close()
	}()
}

// TestInfo: files, standard input, several at once; the status says whether one is
// damaged or cannot be read, and the others are told all the same.
func TestInfo(t *testing.T) {
	dir := t.TempDir()
	whole, cut := filepath.Join(dir, "whole"), filepath.Join(dir, "cut")
	file := recording(t, whole)
	put(t, cut, file[:len(file)-2])
	none := filepath.Join(dir, "none")
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		names  []string // of the objects
		says   string   // the error
	}{
		{"one", []string{whole}, 0, []string{whole}, ""},
		{"by -r", []string{"-r", whole}, 0, []string{whole}, ""},
		{"two", []string{whole, whole}, 0, []string{whole, whole}, ""},
		{"standard input", []string{"-"}, 0, []string{"-"}, ""},
		{"damaged", []string{cut}, exitFailed, []string{cut}, ""},
		{"damaged first", []string{cut, whole}, exitFailed, []string{cut, whole}, ""},
		{"one is missing", []string{none, whole}, exitFailed, []string{whole}, "no such file"},
		{"no recording", []string{os.DevNull, whole}, exitFailed, []string{whole}, "file is empty"},
		{"none", nil, exitUsage, nil, "needs a FILE"},
		{"another form", []string{"-o", "xml", whole}, exitUsage, nil, "text or json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fromStdin(t, file)
			out, err := infoOf(t, append([]string{"-o", "json"}, tt.args...)...)
			if got := status(err); got != tt.status || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("status %d, want %d: %v", got, tt.status, err)
			}
			var names []string
			for line := range strings.Lines(out) {
				var o struct {
					File     string
					Messages int
					Damaged  int
					Last     time.Time
				}
				if err := json.Unmarshal([]byte(line), &o); err != nil {
					t.Fatalf("%v: %s", err, line)
				}
				if names = append(names, o.File); o.Messages < 100 || (o.Damaged > 0) != (o.File == cut) || o.Last.IsZero() {
					t.Errorf("%+v", o)
				}
			}
			if strings.Join(names, " ") != strings.Join(tt.names, " ") {
				t.Errorf("tells of %q, want %q", names, tt.names)
			}
		})
	}
	// As text, a line is between two files of which something is told.
	text, _ := infoOf(t, none, whole, whole)
	if !strings.HasPrefix(text, whole+"\n") || strings.Count(text, "\n\n") != 1 {
		t.Errorf("of several:\n%s", text)
	}
}

// TestInfoText: a block of lines for each file.
func TestInfoText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a\nb")
	recording(t, path)
	out, err := infoOf(t, path, path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(out, "\n\n")
	if len(blocks) != 2 || !strings.HasPrefix(blocks[1], strings.ReplaceAll(path, "\n", `\n`)+"\n  file ") || strings.TrimSpace(blocks[0]) != strings.TrimSpace(blocks[1]) {
		t.Errorf("%q", blocks)
	}
}

// TestCommandLine: a recording has of a COMMAND the name alone.
func TestCommandLine(t *testing.T) {
	for _, tt := range []struct{ args, traced, want string }{
		{"/usr/bin/nltop record -w f", "", "nltop record -w f"},
		{"nltop record -w f -- wg set wg0 private-key key", "wg set wg0 private-key key", "nltop record -w f -- wg …"},
		{"nltop record -w f wg set", "wg set", "nltop record -w f -- wg …"},
		{"nltop trace -- true", "true", "nltop trace -- true"},
		{"", "", "nltop"},
	} {
		if got := commandLine(strings.Fields(tt.args), strings.Fields(tt.traced)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.args, got, tt.want)
		}
	}
	key := "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
	if got := commandLine([]string{"nltop", "trace", "-f", `attr("X") == "` + key + `"`}, nil); strings.Contains(got, key) || !strings.Contains(got, "redacted") {
		t.Errorf("a key is in %s", got)
	}
	if got := commandLine([]string{"nltop", "trace", "-f", "error != 0"}, nil); got != "nltop trace -f 'error != 0'" {
		t.Errorf("got %s", got)
	}
}

// TestDistribution: os-release(5), as far as there is one.
func TestDistribution(t *testing.T) {
	for text, want := range map[string]string{
		"NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n": "Debian GNU/Linux 12 (bookworm)",
		"PRETTY_NAME='a b'":             "a b",
		"PRETTY_NAME=Arch\n":            "Arch",
		"NAME=x\n":                      "",
		strings.Repeat("A=b\n", 1<<16):  "",
		"PRETTY_NAME=\"\\x\"\nVERSION=": `\x`,
	} {
		root := t.TempDir()
		if err := errors.Join(os.Mkdir(filepath.Join(root, "etc"), 0o700), os.WriteFile(filepath.Join(root, "etc/os-release"), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		if got := distribution(root); got != want {
			t.Errorf("%.40q: %q, want %q", text, got, want)
		}
	}
	if got := distribution(t.TempDir()); got != "" {
		t.Errorf("nobody says, and it is %q", got)
	}
}

// TestInfoOfRecorded: what is recorded of the machine and of nltop comes back, also in a
// recording of the recording.
func TestInfoOfRecorded(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1"), filepath.Join(dir, "2")
	var file bytes.Buffer
	w, err := pcapng.NewWriter(&file, pcapng.Options{
		Kernel: "6.12", Hardware: "riscv64", Version: "1", Command: "nltop record", Distribution: "Debian",
		Info: capture.Info{Name: capture.SourceFentry},
	})
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	put(t, first, file.Bytes())
	if err := tryNltop("record", "-q", "-r", first, "-w", second); err != nil {
		t.Fatal(err)
	}
	type made struct{ Made any }
	var got [2]made
	for i, path := range []string{first, second} {
		out, err := infoOf(t, "-o", "json", path)
		if err == nil {
			err = json.Unmarshal([]byte(out), &got[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range got {
		m := got[i].Made.([]any)[0].(map[string]any)
		for _, name := range []string{"os", "hardware", "command", "distribution"} {
			if want := map[string]any{"os": "Linux 6.12", "hardware": "riscv64", "command": "nltop record", "distribution": "Debian"}[name]; m[name] != want {
				t.Errorf("recording %d: %s is %v, want %v", i+1, name, m[name], want)
			}
		}
	}
}
