// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// newerVersion is a commit that knows processes, what sources see, and all kinds of
// reports, and no recording that was made after it.
const newerVersion = "65e8e4f"

// olds are the old versions of nltop, each built once for the tests that need it.
var olds struct {
	mu    sync.Mutex
	dir   string
	paths map[string]string // "": this clone lacks the commit
}

// buildOld builds an old nltop from the history; "": the clone is shallow and lacks it.
// A clone that has its history must have the commit, too.
func buildOld(t *testing.T, version string) string {
	t.Helper()
	olds.mu.Lock()
	defer olds.mu.Unlock()
	if path, done := olds.paths[version]; done {
		return path
	}
	if olds.paths == nil {
		olds.paths = make(map[string]string)
	}
	if out, err := exec.Command("git", "cat-file", "-e", version+"^{commit}").CombinedOutput(); err != nil {
		shallow, _ := exec.Command("git", "rev-parse", "--is-shallow-repository").Output()
		if strings.TrimSpace(string(shallow)) == "false" {
			t.Fatalf("the history is here and lacks %s: %s", version, out)
		}
		t.Logf("only this nltop is asked: no history, so no %s: %s", version, out)
		olds.paths[version] = ""
		return ""
	}
	if olds.dir == "" {
		dir, err := os.MkdirTemp("", "nltop-old-*")
		if err != nil {
			t.Fatal(err)
		}
		olds.dir = dir
	}
	dir := filepath.Join(olds.dir, version)
	// With -trimpath the compiler's cache serves whatever the folder is called.
	script := fmt.Sprintf(`set -e; mkdir %[2]s; git -C "$(git rev-parse --show-toplevel)" archive %[1]s | tar -x -C %[2]s; cd %[2]s
		CGO_ENABLED=0 go build -trimpath -o nltop ./cmd/nltop`, version, dir)
	if out, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", version, err, out)
	}
	olds.paths[version] = filepath.Join(dir, "nltop")
	return olds.paths[version]
}

// everyKind is a recording with frames of every kind and everything that a section,
// an interface and a process can have. What of it came later, old versions skip.
func everyKind(t *testing.T, wireshark bool) string {
	t.Helper()
	who := func(pid uint32, name string) capture.Proc {
		return capture.Proc{
			PID: pid, TID: pid, PPID: 1, Comm: name, Name: name, Life: 9, Cgroup: "/a", CgroupID: 3, Unit: "a.service", Container: "c", Pod: "p",
			Identity: capture.Identity{Exe: "/sbin/" + name, CmdLine: capture.CmdLine(name + "\x00-v\x00"), UID: capture.IDOf(0), LoginUID: capture.IDOf(1000),
				Parent: capture.Parent{PID: 1, Name: "init", CmdLine: "init\x00"}},
		}
	}
	ip, zebra := who(7, "ip"), who(8, "zebra")
	names := new(capture.LocalNames)
	names.Put("rt_tables", 254, "main")
	var file bytes.Buffer
	w, err := pcapng.NewWriter(&file, pcapng.Options{
		Kernel: "6.12", Hardware: "x86_64", Version: "new", Filter: "true", Command: "nltop record", Distribution: "Debian", Wireshark: wireshark,
		Held: &pcapng.Held{Reason: "incident", At: time.Unix(9, 0), From: time.Unix(1, 0), Evicted: 4, Again: 1},
		Info: capture.Info{Name: capture.SourceFentry, Scope: "all network namespaces", Sees: capture.AllSees, Snap: 1 << 20, Names: names,
			Blind: []string{"a"}, Notes: []string{"b"}, RMemMax: 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	message := func(typ uint16) []byte { return nltest.Message(typ, 1, 3, 0, make([]byte, 16)) }
	base := capture.Origin{
		Source: capture.SourceFentry, Sees: capture.AllSees, NetNS: 1, NetNSName: "blue", Names: names, Verdict: capture.VerdictDelivered,
		Proc: ip, Socket: capture.Socket{PortID: 7, Inode: 5, RcvBuf: 212992, Owner: ip}, SrcPort: 7,
	}
	id := uint64(0)
	write := func(data []byte, edit func(f *capture.Frame, o *capture.Origin)) {
		id++
		o := base
		f := &capture.Frame{Origin: &o, ID: id, Time: time.Unix(int64(id), 5), Data: data, OrigLen: len(data)}
		edit(f, &o)
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	write(message(18), func(_ *capture.Frame, o *capture.Origin) { o.Dir = capture.DirRequest })
	write(message(16), func(f *capture.Frame, o *capture.Origin) {
		o.Dir, f.Cause, f.TrueSize, f.Queue = capture.DirReply, 1, 768, capture.Queue{RMem: 768, HighWater: 900, Idle: 4, Drops: 2}
	})
	write(message(16), func(f *capture.Frame, o *capture.Origin) {
		o.Dir, o.Group, o.Socket.Owner, f.Cast, f.Taken = capture.DirEvent, 1, zebra, 77, 16
		o.Trigger = capture.Trigger{Kind: capture.TriggerIoctl, Number: 0x8914, Name: "SIOCSIFFLAGS"}
	})
	write(message(16), func(_ *capture.Frame, o *capture.Origin) {
		o.Dir, o.Group, o.Verdict, o.Socket = capture.DirEvent, 1, capture.VerdictUnheard, capture.Socket{}
	})
	write(message(2), func(_ *capture.Frame, o *capture.Origin) {
		o.Dir, o.Protocol, o.Peer.PID, o.Peer.Comm, o.Verdict, o.Errno = capture.DirPeer, 2, 9, "peer", capture.VerdictFailed, 111
	})
	for kind := capture.Kind(1); kind < 64; kind++ {
		if !kind.Known() {
			continue
		}
		var data []byte
		if kind == capture.KindFlushed {
			data = message(25)
		}
		write(data, func(f *capture.Frame, o *capture.Origin) {
			o.Kind, o.Dir, f.Of, f.Elapsed, f.Taken = kind, capture.DirRequest, 1, 1000, 3
			f.Lock = capture.Lock{Wait: 5, Hold: 6, Blocker: &zebra}
			f.Waits = &capture.Waits{}
		})
	}
	if err := w.WriteStats(capture.Stats{Frames: 5, Cut: 1, LostReports: 2, Lost: []capture.Loss{{Reason: "ring buffer full", Count: 3}}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new.pcapng")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOldReadsNew: old versions read what this one writes, whatever they do not know of it,
// and tell the same messages, in messages and in sums.
func TestOldReadsNew(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"every kind": everyKind(t, true)}
	for _, name := range []string{"nl80211.6.12", "route.6.12"} {
		was, anew := filepath.Join(dir, name), filepath.Join(dir, name+".pcapng")
		if err := os.WriteFile(was, nltest.Unpacked(t, "../decode/families/testdata/lab/"+name+".pcapng.gz"), 0o600); err != nil {
			t.Fatal(err)
		}
		tell(t, nltop(t), "record", "-q", "--wireshark-processes", "-r", was, "-w", anew)
		files[name] = anew
	}
	for _, version := range []string{oldVersion, newerVersion} {
		old := buildOld(t, version)
		for name, file := range files {
			t.Run(version+" "+name, func(t *testing.T) {
				if old == "" {
					t.Skipf("the clone is shallow and lacks %s", version)
				}
				same(t, "messages", bareMessages(t, old, file), bareMessages(t, nltop(t), file))
				same(t, "sums", sums(t, old, file), sums(t, nltop(t), file))
			})
		}
	}
}

func same(t *testing.T, what string, was, is []string) {
	t.Helper()
	if len(was) == 0 || len(was) != len(is) {
		t.Errorf("%s: the old nltop tells %d, this one %d", what, len(was), len(is))
	}
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			t.Errorf("%s %d: the old nltop tells\n%s, this one\n%s", what, i, was[i], is[i])
			return
		}
	}
}

// bareMessages are the messages of a file as any nltop tells them, without what is worked out.
func bareMessages(t *testing.T, program, file string) (out []string) {
	t.Helper()
	for _, line := range jsonLines(t, tell(t, program, "trace", "-q", "-o", "json", "-r", file)) {
		o := line.(map[string]any)
		if o["kind"] != nil || o["flushed"] != nil {
			continue // a report, of which versions know different ones
		}
		text := ""
		for _, name := range []string{"time", "frame", "index", "dir", "protocol", "type_id", "cmd", "flags", "seq", "portid", "len", "netns", "group", "orig_len"} {
			text += fmt.Sprint(name, "=", o[name], " ")
		}
		proc, _ := o["proc"].(map[string]any)
		out = append(out, text+fmt.Sprint("pid=", proc["pid"], " comm=", proc["comm"]))
	}
	return out
}

// sums are the messages and bytes of each process as nltop stat counts them, without those
// of nobody: 84eb856 does not know that an event had no listener, and counts it.
func sums(t *testing.T, program, file string) (out []string) {
	t.Helper()
	for _, line := range jsonLines(t, tell(t, program, "stat", "-q", "-o", "json", "--by", "process", "--sort", "bytes", "-r", file)) {
		o := line.(map[string]any)
		proc, _ := o["proc"].(map[string]any)
		if proc["pid"] == nil {
			continue
		}
		out = append(out, fmt.Sprint(proc["pid"], " ", proc["comm"], " messages=", o["messages"], " bytes=", o["bytes"], " out=", o["out_messages"], " in=", o["in_messages"]))
	}
	return out
}
