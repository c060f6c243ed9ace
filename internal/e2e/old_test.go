// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// oldVersion made the recordings in testdata. It is a commit of this repository.
const oldVersion = "84eb856"

// What an nltop tells of a recording, by the ending of the file that holds it.
var tellings = map[string][]string{
	"trace":     {"trace", "-q", "-o", "json", "-r"},
	"exchanges": {"trace", "-q", "-o", "json", "--exchanges", "-r"},
	"stat":      {"stat", "-q", "-o", "json", "-r"},
}

// TestOldRecordings: of an old recording this nltop tells what the old one told, and so
// does the old one of the same recording written anew by this one. What is new is added
// to it.
func TestOldRecordings(t *testing.T) {
	old := buildOld(t, oldVersion)
	recordings, err := filepath.Glob("testdata/" + oldVersion + "/*.pcapng.gz")
	if err != nil || len(recordings) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, packed := range recordings {
		source := strings.TrimSuffix(filepath.Base(packed), ".pcapng.gz")
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			was, anew := filepath.Join(dir, "was.pcapng"), filepath.Join(dir, "anew.pcapng")
			if err := os.WriteFile(was, nltest.Unpacked(t, packed), 0o600); err != nil {
				t.Fatal(err)
			}
			tell(t, nltop(t), "record", "-q", "-r", was, "-w", anew)
			for what, args := range tellings {
				want := jsonLines(t, nltest.Unpacked(t, filepath.Join(filepath.Dir(packed), source+"."+what+".json.gz")))
				for _, read := range []struct{ by, what, file string }{
					{nltop(t), "the old recording", was},
					{nltop(t), "the recording written anew", anew},
					{old, "the recording written anew, by the old nltop", anew},
				} {
					if read.by == "" {
						continue
					}
					got := jsonLines(t, tell(t, read.by, append(args, read.file)...))
					if what != "stat" {
						got = ofOld(want, got)
					}
					if len(got) != len(want) {
						t.Errorf("%s of %s: %d lines, want %d", what, read.what, len(got), len(want))
						continue
					}
					if what == "exchanges" { // the old one prints by end, this one by start
						byStart(want)
						byStart(got)
					}
					for i := range want {
						if !capture.Describe(source).Sees.Has(capture.SeesCauses) {
							withoutReader(want[i], got[i])
						}
						withoutAlarm(want[i], got[i])
						withoutListeners(want[i], got[i])
						withoutAdvice(want[i], got[i])
						withoutOverlap(want[i], got[i])
						if at := missing(want[i], got[i], ""); at != "" {
							t.Errorf("%s of %s: line %d: %s", what, read.what, i+1, at)
							break
						}
					}
				}
			}
		})
	}
}

// TestOldReadsProcesses: the old nltop reads a recording that tells who a process is,
// and says of it what it always said of a process.
func TestOldReadsProcesses(t *testing.T) {
	old := buildOld(t, oldVersion)
	if old == "" {
		t.Skipf("the clone is shallow and lacks %s", oldVersion)
	}
	p := capture.Proc{
		PID: 7, TID: 8, PPID: 1, Comm: "thread", Name: "daemon", Life: 9, Cgroup: "/a",
		Identity: capture.Identity{
			Exe: "/sbin/daemon", CmdLine: "daemon\x00-v\x00", UID: capture.IDOf(0), LoginUID: capture.IDOf(1000),
			Parent: capture.Parent{PID: 1, Name: "init"},
		},
	}
	o := capture.Origin{Source: capture.SourceFentry, Dir: capture.DirRequest, Verdict: capture.VerdictDelivered, NetNS: 1,
		Proc: p, Socket: capture.Socket{PortID: 7, Inode: 5, Owner: p}, SrcPort: 7}
	var file bytes.Buffer
	w, err := pcapng.NewWriter(&file, pcapng.Options{Version: "new", Info: capture.Info{Name: capture.SourceFentry}})
	if err != nil {
		t.Fatal(err)
	}
	noop := nltest.Message(1 /* NLMSG_NOOP */, 1, 3, 0)
	done := o.Completion()
	for _, f := range []*capture.Frame{
		{Origin: &o, ID: 1, Time: time.Unix(1, 0), Data: noop, OrigLen: len(noop)},
		{Origin: &done, ID: 2, Of: 1, Time: time.Unix(1, 5), Elapsed: 5},
	} {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new.pcapng")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	const proc = `{"pid":7,"tid":8,"ppid":1,"comm":"thread","cgroup":"/a"}`
	want := jsonLines(t, []byte(`{"dir":"request","netns":1,"proc":`+proc+`,"socket":{"portid":7,"inode":5,"owner":`+proc+`}}`))
	whole := jsonLines(t, []byte(`{"proc":{"name":"daemon","exe":"/sbin/daemon","cmdline":"daemon -v","uid":0,"loginuid":1000,"parent":{"pid":1,"name":"init"}}}`))
	for _, read := range []struct {
		by   string
		want any
	}{{old, want[0]}, {nltop(t), want[0]}, {nltop(t), whole[0]}} {
		got := jsonLines(t, tell(t, read.by, "trace", "-q", "-o", "json", "-r", path))
		if len(got) != 1 {
			t.Fatalf("%s: %d lines", read.by, len(got))
		}
		if at := missing(read.want, got[0], ""); at != "" {
			t.Errorf("%s: %s", read.by, at)
		}
	}
}

func tell(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	c := exec.Command(program, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out
}

func jsonLines(t *testing.T, lines []byte) []any {
	t.Helper()
	var out []any
	for d := json.NewDecoder(bytes.NewReader(lines)); ; {
		d.UseNumber()
		var o any
		switch err := d.Decode(&o); err {
		case nil:
			out = append(out, o)
		case io.EOF:
			return out
		default:
			t.Fatal(err)
		}
	}
}

// byStart sorts lines by what they begin with.
func byStart(lines []any) {
	key := func(line any) string {
		o, _ := line.(map[string]any)
		return fmt.Sprint(o["time"], o["kind"], o["frame"], o["type"], o["seq"], o["cast"])
	}
	slices.SortStableFunc(lines, func(a, b any) int { return strings.Compare(key(a), key(b)) })
}

// withoutReader takes out what the old nltop said wrongly: that who read a message at a
// system call had caused it, and that nobody had where the event was read before the send
// that caused it was told.
func withoutReader(want, got any) {
	w, _ := want.(map[string]any)
	g, _ := got.(map[string]any)
	if cause, ok := w["cause"].(map[string]any); ok && cause["inferred"] != true || w["cause"] == nil {
		delete(w, "cause")
	}
	if w["events"] == json.Number("0") && g["events"] != w["events"] {
		for _, name := range []string{"events", "listeners", "lost"} {
			delete(w, name)
		}
	}
}

// withoutOverlap takes out times that the old nltop told twice: what the reader of a dump
// took was counted from the first part on, while the send still ran, and the time of a
// datagram stood on each of its requests. It stands on the first now.
func withoutOverlap(want, got any) {
	w, _ := want.(map[string]any)
	g, _ := got.(map[string]any)
	was, _ := w["reader_ns"].(json.Number)
	is, _ := g["reader_ns"].(json.Number)
	before, _ := was.Int64()
	if now, _ := is.Int64(); now < before {
		delete(w, "reader_ns")
	}
	if _, told := g["kernel_ns"]; !told && w["shared"] != nil && w["type"] != "NFNL_MSG_BATCH_BEGIN" {
		delete(w, "kernel_ns")
	}
}

// ofOld returns those of got that the old nltop told too, in its order: exchanges that
// were acknowledged may end later now, ENOBUFS and what the kernel ignored are new, and
// that an incident begins is told only if it lasts.
func ofOld(want, got []any) []any {
	key := func(line any) string {
		o, _ := line.(map[string]any)
		return fmt.Sprint(o["kind"], o["frame"], o["seq"], o["type_id"], o["time"], o["index"], o["open"], o["protocol"], o["socket"])
	}
	by := map[string]any{}
	for _, line := range got {
		by[key(line)] = line
	}
	var out []any
	for _, line := range want {
		if g, ok := by[key(line)]; ok {
			out = append(out, g)
		}
	}
	return out
}

// withoutListeners takes out that each delivery had a listener of its own.
func withoutListeners(want, got any) {
	w, _ := want.(map[string]any)
	if g, _ := got.(map[string]any); w["listeners"] == g["deliveries"] {
		delete(w, "listeners")
	}
}

// withoutAdvice takes out what the old nltop advised: a buffer for what came between two
// reads.
func withoutAdvice(want, got any) {
	w, _ := want.(map[string]any)
	if g, _ := got.(map[string]any); w["kind"] == "incident" && g["advice"] != nil {
		delete(w, "advice")
		delete(w, "need")
	}
}

// withoutAlarm takes out what the old nltop said wrongly: that what had not ended with
// the recording, or was not read, was never answered; and that parts of a transaction
// were accepted that failed as a whole.
func withoutAlarm(want, got any) {
	w, _ := want.(map[string]any)
	g, _ := got.(map[string]any)
	switch g["outcome"] {
	case "pending", "unread", "abandoned":
		if w["outcome"] == "unanswered" {
			delete(w, "outcome")
		}
	case "rolled back":
		if w["outcome"] == "accepted" || w["outcome"] == "acked" {
			delete(w, "outcome")
		}
	}
}

// missing says where got lacks something of want; "": nowhere.
func missing(want, got any, at string) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for name := range w {
			if _, ok := g[name]; !ok {
				return fmt.Sprintf("%s.%s is missing", at, name)
			}
			if s := missing(w[name], g[name], at+"."+name); s != "" {
				return s
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if s := missing(w[i], g[i], fmt.Sprintf("%s[%d]", at, i)); s != "" {
				return s
			}
		}
		return ""
	default:
		// The kernel calls errno 95 EOPNOTSUPP, and so does nltop now.
		if want == got || want == "ENOTSUP" && got == "EOPNOTSUPP" {
			return ""
		}
		// What was prose has parts now: the one change of a value's type (docs/json.md).
		if _, prose := want.(string); prose && strings.HasSuffix(at, ".value") && structured(got) {
			return ""
		}
	}
	return fmt.Sprintf("%s is %v, was %v", at, got, want)
}

func structured(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}
