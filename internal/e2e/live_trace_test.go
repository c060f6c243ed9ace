// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// line is what the tests read of design's JSON.
type line struct {
	Frame  uint64 `json:"frame"`
	Dir    string `json:"dir"`
	Family string `json:"family"`
	Type   string `json:"type"`
	Len    int    `json:"len"`
	Proc   struct {
		PID  int    `json:"pid"`
		Comm string `json:"comm"`
	} `json:"proc"`
	Attrs []struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
	} `json:"attrs"`
	Error *struct {
		Errno int    `json:"errno"`
		Name  string `json:"name"`
		Msg   string `json:"msg"`
	} `json:"error"`
	Problem *string `json:"problem"`
}

func parse(t *testing.T, out string) []line {
	t.Helper()
	var ls []line
	for s := range strings.Lines(out) {
		var l line
		if err := json.Unmarshal([]byte(s), &l); err != nil {
			t.Fatalf("not JSON: %v\n%s", err, s)
		}
		ls = append(ls, l)
	}
	return ls
}

// TestTraceCommand demands every message of a command and nobody else's, as
// strace counts them.
func TestTraceCommand(t *testing.T) {
	needRoot(t)
	needTool(t, "strace", "ip")
	ownNetNS(t) // or there may be more to tell to the one than to the other
	// Somebody else's traffic, all the while.
	noise := filepath.Join(t.TempDir(), "noise")
	if err := os.WriteFile(noise, []byte("#!/bin/sh\nexec >/dev/null\necho >&2 started\nwhile :; do ip link; done\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	start(t, nil, "started", noise)

	const script = "ip link show lo; ip route show table all; ip link show nosuch0; exit 7"
	out, errs, code := run(t, nltop(t), "trace", "-o", "json", "--", "sh", "-c", script)
	if code != 7 {
		t.Fatalf("status %d, the command's own is 7\n%s", code, errs)
	}
	if !strings.Contains(errs, "LOOPBACK") || strings.Contains(out, "LOOPBACK,UP,LOWER_UP>") {
		t.Errorf("the command's own output belongs to standard error:\n%s", errs)
	}
	ls := parse(t, out)
	sent, received := map[uint64]bool{}, map[uint64]bool{}
	for _, l := range ls {
		if l.Proc.Comm != "ip" && l.Proc.Comm != "sh" {
			t.Fatalf("a message of somebody else: %+v", l)
		}
		switch l.Dir {
		case "request":
			sent[l.Frame] = true
		case "reply":
			received[l.Frame] = true
		}
	}
	wantSent, wantReceived := straced(t, script)
	if len(sent) != wantSent || len(received) != wantReceived {
		t.Errorf("nltop: %d sent, %d received; strace: %d, %d", len(sent), len(received), wantSent, wantReceived)
	}
	if first := ls[0]; first.Dir != "request" {
		t.Errorf("the first message is no request: %+v", first)
	}
}

var (
	reSend = regexp.MustCompile(`(?m)\bsend(to|msg)\(.*nlmsg_len=.*\) = \d+$`)
	reRecv = regexp.MustCompile(`(?m)\brecv(from|msg)\(.*nlmsg_len=.*\) = \d+$`)
)

func straced(t *testing.T, script string) (sent, received int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "strace")
	run(t, "strace", "-f", "-e", "trace=network", "-o", file, "sh", "-c", script)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range reRecv.FindAllString(string(b), -1) {
		if !strings.Contains(s, "MSG_PEEK") || strings.Contains(s, "}, 0) =") {
			received++
		}
	}
	return len(reSend.FindAllString(string(b), -1)), received
}

func TestExitStatus(t *testing.T) {
	needHost(t)
	bin := nltop(t)
	for _, tc := range []struct {
		args []string
		code int
		says string
		root bool
	}{
		{args: []string{"trace", "-f", `famly == "route"`}, code: 2, says: "^"},
		{args: []string{"trace", "-f", `seq == `}, code: 2, says: "^"},
		{args: []string{"trace", "--protocol", "nosuch"}, code: 2, says: "nosuch"},
		{args: []string{"nosuch"}, code: 2, says: "nosuch"},
		{args: []string{"trace", "--nosuch"}, code: 2, says: "nosuch"},
		{args: []string{"trace", "-r", "/nonexistent.pcapng"}, code: 1, says: "nonexistent"},
		{args: []string{"record"}, code: 2, says: "-w FILE"},
		{args: []string{"trace", "-q", "--", "/nonexistent"}, code: 127, says: "nonexistent"},
		{args: []string{"trace", "-q", "--", "true"}, code: 0, root: true},
		{args: []string{"trace", "-q", "--", "sh", "-c", "exit 42"}, code: 42, root: true},
		{args: []string{"trace", "-q", "--", "sh", "-c", "kill -TERM $$"}, code: 143, root: true},
		{args: []string{"trace", "-q", "--", "/etc/passwd"}, code: 1, root: true},
	} {
		if tc.root && os.Geteuid() != 0 {
			continue
		}
		out, errs, code := run(t, bin, tc.args...)
		if tc.args[len(tc.args)-1] == "/etc/passwd" && code == 126 {
			code = 1 // found, but no program: either is fine
		}
		if code != tc.code || !strings.Contains(errs, tc.says) {
			t.Errorf("nltop %q: status %d, want %d, saying %q\n%s%s", tc.args, code, tc.code, tc.says, out, errs)
		}
	}
}

// TestKernelError demands the kernel's answer on the line that carries it.
func TestKernelError(t *testing.T) {
	needHost(t) // TestExtackTraced has an error on every kernel
	needRoot(t)
	out, errs, _ := run(t, nltop(t), "trace", "-o", "json", "-f", `error == 17 && nlmsg_type == "NLMSG_ERROR"`, "--", "ip", "link", "add", "lo", "type", "dummy")
	ls := parse(t, out)
	if len(ls) != 1 || ls[0].Error == nil || ls[0].Error.Name != "EEXIST" || ls[0].Type != "NLMSG_ERROR" {
		t.Errorf("one message with EEXIST expected:\n%s%s", out, errs)
	}
	text, _, _ := run(t, nltop(t), "trace", "-q", "--", "ip", "link", "add", "lo", "type", "dummy")
	for _, want := range []string{"RTM_NEWLINK", "EEXIST", "ip["} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
}
