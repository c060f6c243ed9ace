// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A daemonRun is a recording of the lab: a daemon, on a kernel (scripts/daemons).
type daemonRun struct{ daemon, kernel, file string }

// daemonRuns are the recordings that scripts/daemons made, for this and other tests; make
// test makes them in the VMs of the kernels that get the full workload.
func daemonRuns(t *testing.T) []daemonRun {
	t.Helper()
	dir := os.Getenv("NLTOP_DAEMONS")
	if dir == "" {
		t.Skip("needs recordings of the lab's daemons: make vmtest makes them (scripts/daemons)")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.pcapng"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	var runs []daemonRun
	for _, file := range files {
		daemon, kernel, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".pcapng"), ".")
		runs = append(runs, daemonRun{daemon, kernel, file})
	}
	return runs
}

// TestDaemons: what nltop says of daemons on real kernels is what is known beforehand.
func TestDaemons(t *testing.T) {
	seen := map[string]bool{}
	for _, run := range daemonRuns(t) {
		seen[run.daemon] = true
		t.Run(run.daemon+"/"+run.kernel, func(t *testing.T) {
			truths := daemonTruths[run.daemon]
			if len(truths) == 0 {
				t.Errorf("nothing is known of %s beforehand", run.daemon)
			}
			for _, truth := range truths {
				if truth.only == "" || truth.only == run.kernel {
					truth.check(t, run)
				}
			}
			saidAll(t, run)
		})
	}
	for daemon := range daemonTruths {
		if !seen[daemon] {
			t.Errorf("no recording of %s", daemon)
		}
	}
}

// check asks nltop the question, and counts the answers.
func (c *daemonTruth) check(t *testing.T, run daemonRun) {
	t.Helper()
	args := []string{"trace", "-q", "-r", run.file, "-f", c.expr}
	if !c.messages {
		args = append(args, "-e")
	}
	got := must(t, nltop(t), args...)
	n := strings.Count(got, "\n")
	if n != c.n && (c.n != some || n == 0) {
		t.Errorf("%s: %d lines, want %d\n  %s\n%s", c.what, n, c.n, c.expr, got)
	}
	for _, part := range c.says {
		if !strings.Contains(got, part) {
			t.Errorf("%s: does not say %q\n  %s\n%s", c.what, part, c.expr, got)
		}
	}
}

// saidAll holds what nltop says of a run against itself: of messages, exchanges, counts
// and sockets.
func saidAll(t *testing.T, run daemonRun) {
	t.Helper()
	out, errs, code := runNltop(t, "trace", "-o", "json", "-r", run.file)
	if code != 0 {
		t.Fatalf("status %d\n%s", code, errs)
	}
	messages := objects(t, out)
	frames := map[any]bool{}
	for _, m := range messages {
		if m["flushed"] != true { // which nltop made
			frames[m["frame"]] = true
		}
		if p, _ := m["problem"].(string); p != "" {
			t.Errorf("problem %q of %v", p, m)
		}
		wellNamed(t, run, m, fmt.Sprint(m["type"]), m["attrs"])
	}
	if want := fmt.Sprintf("nltop: %d datagrams seen, 0 lost, 0 cut", len(frames)); !strings.Contains(errs, want) {
		t.Errorf("messages are of %d datagrams, but:\n%s", len(frames), errs)
	}
	live, err := os.ReadFile(strings.TrimSuffix(run.file, ".pcapng") + ".nltop")
	if err != nil {
		t.Fatal(err)
	}
	seen := regexp.MustCompile(`nltop: \d+ datagrams seen, \d+ lost, \d+ cut`)
	if was, is := seen.FindString(string(live)), seen.FindString(errs); was != is {
		t.Errorf("when it was recorded %q, now %q", was, is)
	}
	causesRight(t, messages)
	outcomesRight(t, run)
	countsRight(t, run, messages)
}

// runNltop runs the program under test to its end.
func runNltop(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return run(t, nltop(t), args...)
}

// unnamed are attributes that no header of the kernel names, with the reason.
var unnamed = map[string]string{
	"openvswitch RTM_NEWLINK/IFLA_LINKINFO/IFLA_INFO_DATA": "of kind ovs_geneve, which no kernel has: vswitchd tries whether its old module is loaded",
}

// wellNamed demands that all attributes have names, and none a problem.
func wellNamed(t *testing.T, run daemonRun, m map[string]any, at string, attrs any) {
	t.Helper()
	list, _ := attrs.([]any)
	for _, a := range list {
		n, _ := a.(map[string]any)
		name, _ := n["name"].(string)
		if p, _ := n["problem"].(string); p != "" {
			t.Errorf("%s/%s: problem %q of %v", at, name, p, m)
		}
		if _, attribute := n["id"]; attribute && name == "" && unnamed[run.daemon+" "+at] == "" {
			t.Errorf("%s: attribute %v has no name: %v", at, n["id"], n)
		}
		wellNamed(t, run, m, at+"/"+name, n["attrs"])
	}
}

// causesRight demands that what caused an event is a request of the same process, and never
// somebody who only listens.
func causesRight(t *testing.T, messages []map[string]any) {
	t.Helper()
	requests := map[any]map[string]any{}
	for _, m := range messages {
		if m["dir"] == "request" {
			requests[m["frame"]] = m
		}
	}
	for _, m := range messages {
		cause, _ := m["cause"].(map[string]any)
		if cause == nil {
			if m["dir"] == "event" {
				t.Errorf("no cause of an event: %v", m)
			}
			continue
		}
		if cause["frame"] == nil { // not by a request: a worker of the kernel, ioctl, sysctl
			if line, _ := cause["cmdline"].(string); m["dir"] == "event" && strings.HasPrefix(line, "ip monitor") {
				t.Errorf("a listener is the cause: %v", m)
			}
			continue
		}
		r := requests[cause["frame"]]
		if r == nil || r["proc"].(map[string]any)["pid"] != cause["pid"] {
			t.Errorf("the cause is no request of that process:\n  %v\n  %v", m, r)
		}
	}
}

// outcomesRight demands that every exchange has come to its end: all daemons have ended,
// and none was killed.
func outcomesRight(t *testing.T, run daemonRun) {
	t.Helper()
	n := 0
	for _, x := range objects(t, must(t, nltop(t), "trace", "-q", "-e", "-o", "json", "-r", run.file)) {
		if x["lost"] != float64(0) {
			t.Errorf("something is lost: %v", x)
		}
		if x["kind"] != "exchange" {
			continue
		}
		n++
		if !slices.Contains([]any{"acked", "answered", "accepted", "failed"}, x["outcome"]) {
			t.Errorf("%v is the outcome of %v", x["outcome"], x)
		}
	}
	if n == 0 {
		t.Error("no exchange")
	}
}

// countsRight holds the table and the sockets against the messages one by one.
func countsRight(t *testing.T, run daemonRun, messages []map[string]any) {
	t.Helper()
	var in, out, failed, rowsIn, rowsOut, rowsFailed float64
	received := map[any]map[any]bool{} // datagrams, by inode
	for _, m := range messages {
		switch {
		case m["verdict"] == "no listener": // nobody's, and in no count
			continue
		case m["dir"] == "request":
			out++
			continue
		}
		in++
		if e, _ := m["error"].(map[string]any); e != nil && e["errno"] != float64(0) {
			failed++
		}
		s, _ := m["socket"].(map[string]any)
		if received[s["inode"]] == nil {
			received[s["inode"]] = map[any]bool{}
		}
		received[s["inode"]][m["frame"]] = true
	}
	for _, row := range objects(t, must(t, nltop(t), "stat", "-q", "-o", "json", "-r", run.file)) {
		rowsOut += row["out_messages"].(float64)
		rowsIn += row["in_messages"].(float64)
		rowsFailed += row["errors"].(float64)
	}
	if rowsOut != out || rowsIn != in || rowsFailed != failed {
		t.Errorf("stat counts %v requests, %v others, %v errors; there are %v, %v, %v",
			rowsOut, rowsIn, rowsFailed, out, in, failed)
	}
	for _, s := range objects(t, must(t, nltop(t), "sockets", "-q", "-o", "json", "-r", run.file)) {
		told, _ := s["received"].(float64) // not there: none
		if got := float64(len(received[s["inode"]])); told != got || s["drops"] != float64(0) {
			t.Errorf("socket %v received %v datagrams: %v", s["inode"], got, s)
		}
	}
}
