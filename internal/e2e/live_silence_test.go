// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/nltest"
)

// What the kernel does not answer is told with the reason, and it does not answer that.
func TestSilentKernel(t *testing.T) {
	needRoot(t)
	info := make([]byte, unix.SizeofIfInfomsg)
	info[4] = 1 // ifi_index
	const req, ack, dump = unix.NLM_F_REQUEST, unix.NLM_F_ACK, unix.NLM_F_DUMP
	long := nltest.Native.Message(unix.RTM_GETLINK, req, 5, 0, info)
	short := bytes.Clone(long)
	binary.NativeEndian.PutUint32(long, 200)
	binary.NativeEndian.PutUint32(short, 12)
	cases := []struct {
		name    string
		data    []byte
		outcome string
		answers bool
	}{
		{"a question", nltest.Native.Message(unix.RTM_GETLINK, req, 1, 0, info), "answered", true},
		{"a dump without body", nltest.Native.Message(unix.RTM_GETLINK, req|dump, 1, 0), "ignored", false},
		{"no body, with an ACK", nltest.Native.Message(unix.RTM_GETLINK, req|ack, 1, 0), "ignored", true},
		{"no NLM_F_REQUEST", nltest.Native.Message(unix.RTM_GETLINK, 0, 1, 0, info), "ignored", false},
		{"no NLM_F_REQUEST, with an ACK", nltest.Native.Message(unix.RTM_GETLINK, ack, 1, 0, info), "ignored", true},
		{"a control message", nltest.Native.Message(unix.NLMSG_NOOP, req, 1, 0), "ignored", false},
		{"nlmsg_len beyond the datagram", long, "ignored", false},
		{"nlmsg_len below the header", short, "ignored", false},
		{"no header", []byte{1, 2, 3}, "ignored", false},
	}
	var out bytes.Buffer
	p := start(t, &out, "ready", nltop(t), "trace", "--source", "syscall", "-o", "json", "--exchanges")
	for _, tc := range cases {
		s := open(t, unix.NETLINK_ROUTE)
		s.send(0, tc.data)
		_, _, err := unix.Recvfrom(s.fd, make([]byte, 8192), unix.MSG_DONTWAIT)
		if answered := !errors.Is(err, unix.EAGAIN); answered != tc.answers {
			t.Errorf("%s: the kernel answers: %t (%v)", tc.name, answered, err)
		}
	}
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	var xs []map[string]any
	for _, o := range objects(t, out.String()) {
		if proc, _ := o["proc"].(map[string]any); o["kind"] == "exchange" && proc["pid"] == float64(unix.Getpid()) {
			xs = append(xs, o)
		}
	}
	// They end in another order than they begin.
	slices.SortFunc(xs, func(a, b map[string]any) int { return cmp.Compare(a["frame"].(float64), b["frame"].(float64)) })
	if len(xs) != len(cases) {
		t.Fatalf("%d exchanges of %d requests:\n%s", len(xs), len(cases), out.String())
	}
	for i, tc := range cases {
		if x := xs[i]; x["outcome"] != tc.outcome || (x["why"] != nil) != (tc.outcome == "ignored") {
			t.Errorf("%s: %v: %v, want %s", tc.name, x["outcome"], x["why"], tc.outcome)
		}
	}
}

// TestRecordSaysWhatMatched: nltop record says that nothing matched where it recorded
// nothing, and there alone.
func TestRecordSaysWhatMatched(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("what is said is the same on every kernel: tried on the host")
	}
	for _, tt := range []struct {
		name   string
		args   []string
		silent bool
	}{
		{"all of a command", nil, true},
		{"a filter that holds", []string{"-f", `family == "route"`}, true},
		{"a filter that does not", []string{"-f", `family == "tipc"`}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.pcapng")
			args := append([]string{"record", "-w", file}, tt.args...)
			_, errs, code := run(t, nltop(t), append(args, "--", "ip", "link", "show", "lo")...)
			if code != 0 {
				t.Fatalf("status %d\n%s", code, errs)
			}
			if silent := !strings.Contains(errs, "nothing matched"); silent != tt.silent {
				t.Errorf("nothing matched: %v, want %v\n%s", !silent, !tt.silent, errs)
			}
		})
	}
}
