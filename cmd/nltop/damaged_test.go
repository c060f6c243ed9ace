// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// threeRequests are RTM_NEWLINK of three processes; offsets are those of their packets in
// the file, and its end.
func threeRequests(t *testing.T) (file []byte, offsets []int) {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapng.NewWriter(&b, pcapng.Options{Version: "1", Info: capture.Info{Name: capture.SourceFentry, Sees: capture.AllSees}})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"first", "middle", "last"} {
		o := capture.Origin{Source: capture.SourceFentry, Sees: capture.AllSees, Dir: capture.DirRequest, Verdict: capture.VerdictDelivered,
			NetNS: 1, SrcPort: uint32(i + 7), Proc: capture.Proc{PID: uint32(i + 7), TID: uint32(i + 7), Comm: name},
			Socket: capture.Socket{PortID: uint32(i + 7), Inode: uint64(i + 7)}}
		o.Socket.Owner = o.Proc
		link := append(make([]byte, 16), nltest.Attr(3, []byte("d0"+name+"\x00"))...)
		data := nltest.Message(16, 5, uint32(i+1), 0, link)
		f := &capture.Frame{Origin: &o, ID: uint64(i + 1), Time: time.Unix(int64(i+1), 0), Data: data, OrigLen: len(data)}
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file = b.Bytes()
	for at := 0; at < len(file); at += int(binary.NativeEndian.Uint32(file[at+4:])) {
		if binary.NativeEndian.Uint32(file[at:]) == 6 {
			offsets = append(offsets, at)
		}
	}
	return file, append(offsets, len(file))
}

// TestDamagedFiles: every command that reads recordings tells what is in front of the
// damage, and behind it where the file goes on, and ends with status 1.
func TestDamagedFiles(t *testing.T) {
	whole, at := threeRequests(t)
	second, third := at[1], at[2]
	edit := func(fn func(b []byte)) []byte {
		b := bytes.Clone(whole)
		fn(b)
		return b
	}
	files := map[string]struct {
		file  []byte
		tells string // the processes
	}{
		"cut in a packet":      {whole[:second+30], "first"},
		"cut in a header":      {whole[:second+5], "first"},
		"cut before the end":   {whole[:third-1], "first"},
		"a length of 0":        {edit(func(b []byte) { binary.NativeEndian.PutUint32(b[second+4:], 0) }), "first last"},
		"a length too long":    {edit(func(b []byte) { binary.NativeEndian.PutUint32(b[second+4:], 1<<20) }), "first last"},
		"a length of gigabyte": {edit(func(b []byte) { binary.NativeEndian.PutUint32(b[second+4:], 1<<30) }), "first last"},
		"another at its end":   {edit(func(b []byte) { b[third-4] ^= 8 }), "first middle last"},
		"an impossible packet": {edit(func(b []byte) { binary.NativeEndian.PutUint32(b[second+20:], 1<<20) }), "first last"},
		"zeros in the middle":  {edit(func(b []byte) { clear(b[second:third]) }), "first last"},
	}
	// All read by the same reader: each kind of damage is shown to two of them, and three
	// kinds to the others.
	toAll := []string{"cut in a packet", "a length too long", "another at its end"}
	commands := map[string][]string{
		"trace": {"trace"}, "info": {"info"}, "json": {"trace", "-o", "json"}, "exchanges": {"trace", "-e"}, "changes": {"trace", "--changes"},
		"script": {"trace", "-o", "sh"}, "literals": {"trace", "-o", "go"}, "stat": {"stat"}, "who": {"who", "--all", "route"},
		"sockets": {"sockets"},
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stdout, told := os.Stdout, stderr
	os.Stdout, stderr = out, &messages{out: newOutput(context.Background(), null)}
	defer func() { os.Stdout, stderr = stdout, told }()
	for what, f := range files {
		path := filepath.Join(t.TempDir(), "file")
		put(t, path, f.file)
		for name, args := range commands {
			if name != "trace" && name != "info" && !slices.Contains(toAll, what) {
				continue
			}
			t.Run(what+" "+name, func(t *testing.T) {
				text := printedBy(t, out, append(args, "-q", "-r", path), exitFailed)
				for _, process := range []string{"first", "middle", "last"} {
					if strings.Contains(text, process) != strings.Contains(f.tells, process) {
						t.Errorf("%s is told or not: %s", process, text)
					}
				}
			})
		}
		if !slices.Contains(toAll, what) {
			continue
		}
		t.Run(what+" record", func(t *testing.T) {
			to := path + ".out"
			printedBy(t, out, []string{"record", "-q", "-r", path, "-w", to}, exitFailed)
			text := printedBy(t, out, []string{"trace", "-q", "-r", to}, 0)
			if got := strings.Count(text, "RTM_NEWLINK"); got != len(strings.Fields(f.tells)) {
				t.Errorf("%d messages are in the new file, want those of %s", got, f.tells)
			}
		})
	}
}

// printedBy is what a command prints; status is how it must end.
func printedBy(t *testing.T, out *os.File, args []string, want int) string {
	t.Helper()
	if err := out.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if got := status(tryNltop(args...)); got != want {
		t.Errorf("status %d, want %d", got, want)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
