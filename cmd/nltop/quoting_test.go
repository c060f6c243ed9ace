// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// evil is a text that does things to a terminal: CSI in three ways, a mark that turns the
// direction of writing, and the end of a line.
const evil = "e\x1b[2J\u009b2J\x9b2J\u202eliv\r\n"

// evilFile is a recording in which every text is evil.
func evilFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), evil[:1])
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := pcapng.NewWriter(out, pcapng.Options{
		Kernel: evil, Hardware: evil, Version: evil, Filter: evil, Command: evil, Distribution: evil,
		Info: capture.Info{Name: capture.SourceFentry, Scope: evil, Blind: []string{evil}, Notes: []string{evil}, Sees: capture.AllSees},
	})
	if err != nil {
		t.Fatal(err)
	}
	proc := capture.Proc{PID: 1, TID: 2, PPID: 3, Comm: evil, Name: evil, Life: 1, Identity: capture.Identity{Exe: evil, CmdLine: evil + "\x00",
		Parent: capture.Parent{PID: 3, Name: evil, CmdLine: evil + "\x00"}}, Cgroup: evil, Unit: evil, Container: evil, Pod: evil}
	o := capture.Origin{Source: evil, Sees: capture.AllSees, Dir: capture.DirEvent, Protocol: capture.NETLINK_ROUTE, NetNS: 4, NetNSName: evil,
		Proc: proc, Group: 1, Socket: capture.Socket{PortID: 7, Inode: 8, RcvBuf: 4096, Owner: proc}}
	data := nltest.Message(16, 0, 0, 0, make([]byte, 16), nltest.Attr(3, nltest.Str(evil)))
	for i, edit := range []func(f *capture.Frame, o *capture.Origin){
		func(*capture.Frame, *capture.Origin) {},
		func(_ *capture.Frame, o *capture.Origin) { o.Dir = capture.DirRequest },
		func(_ *capture.Frame, o *capture.Origin) { o.Verdict = capture.VerdictOverrun },
		func(_ *capture.Frame, o *capture.Origin) { o.Protocol = capture.NETLINK_GENERIC },
		func(f *capture.Frame, o *capture.Origin) {
			o.Protocol, f.Data = capture.NETLINK_KOBJECT_UEVENT, []byte("add@/"+evil+"\x00A="+evil+"\x00")
		},
		func(f *capture.Frame, o *capture.Origin) { o.Protocol, f.Data = capture.NETLINK_AUDIT, []byte(evil) },
		func(f *capture.Frame, o *capture.Origin) { o.Kind, f.Data = capture.KindExtack, []byte(evil) },
		func(f *capture.Frame, o *capture.Origin) {
			o.Kind, f.Lock = capture.KindLock, capture.Lock{Wait: time.Second, Hold: time.Second, Blocker: &proc}
		},
		func(f *capture.Frame, o *capture.Origin) {
			o.Kind, o.Verdict, f.Data = capture.KindSocketError, capture.VerdictNobufsRaised, nil
		},
	} {
		of := o
		f := &capture.Frame{Origin: &of, ID: uint64(i + 1), Time: time.Unix(int64(i), 1), Data: data, Elapsed: 1}
		edit(f, &of)
		f.OrigLen = len(f.Data)
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteStats(capture.Stats{Frames: 9, Lost: []capture.Loss{{Reason: evil, Count: 3}}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestQuoting: whatever a file holds, nothing but text reaches the terminal.
func TestQuoting(t *testing.T) {
	path := evilFile(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	stdout, told := os.Stdout, stderr
	os.Stdout, stderr = out, &messages{out: newOutput(context.Background(), out)}
	defer func() { os.Stdout, stderr = stdout, told }()
	for _, args := range [][]string{
		{"trace"}, {"trace", "-v"}, {"trace", "-vv", "-x"}, {"trace", "-o", "json"}, {"trace", "-e"}, {"trace", "-e", "-o", "json"},
		{"trace", "-o", "go"}, {"trace", "-o", "c"}, {"trace", "-o", "hex"}, {"trace", "-o", "fixture", "--protocol", "route"},
		{"stat"}, {"stat", "-o", "json"}, {"stat", "--by", "container"}, {"stat", "--by", "unit"}, {"stat", "--by", "netns"},
		{"stat", "--by", "cause"}, {"stat", "--by", "cause", "-o", "json"},
		{"stat", "--coverage", "--unknown"}, {"sockets"}, {"sockets", "-o", "json"}, {"record", "-w", os.DevNull}, {"info"}, {"info", "-o", "json"},
		{"who", "--all", "route"}, {"who", "--all", "-o", "json", "route"},
	} {
		if err := out.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Seek(0, 0); err != nil {
			t.Fatal(err)
		}
		_ = status(tryNltop(append(args, "-r", path)...))
		text, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		if len(bytes.TrimSpace(text)) < 50 {
			t.Errorf("%v prints %q", args, text)
		}
		for at := 0; at < len(text); {
			r, n := utf8.DecodeRune(text[at:])
			if r != '\n' && r != '\t' && (r == utf8.RuneError && n == 1 || !strconv.IsGraphic(r)) {
				t.Errorf("%v prints %q at byte %d: %q", args, r, at, text[max(at-60, 0):min(at+60, len(text))])
				break
			}
			at += n
		}
	}
}

// TestStandardError: what nltop says goes through stderr, which quotes; the file itself is
// errFile, for those who write to it by themselves.
func TestStandardError(t *testing.T) {
	raw := map[string][]string{
		"os.Stderr": {"interrupt.go"},                                                                                  // errFile is made of it
		"errFile":   {"child.go", "dumps.go", "interrupt.go", "main.go", "record.go", "stat.go", "trace.go", "who.go"}, // commands, laps
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	in := make(map[string][]string)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for word := range raw {
			if bytes.Contains(text, []byte(word)) {
				in[word] = append(in[word], name)
			}
		}
		for line := range bytes.Lines(text) {
			if bytes.Contains(line, []byte("Fprint")) && bytes.Contains(line, []byte("(errFile,")) {
				t.Errorf("%s writes past stderr: %s", name, bytes.TrimSpace(line))
			}
		}
	}
	for word, want := range raw {
		if slices.Sort(in[word]); !slices.Equal(in[word], want) {
			t.Errorf("%s stands in %v, want %v", word, in[word], want)
		}
	}
}
