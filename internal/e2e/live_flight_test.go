// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// flood sends a number of messages, and at most so many within a second; half is called
// when half of them are sent.
func (s *sock) flood(m []byte, messages, rate int, half func()) {
	begin := time.Now()
	for i := range messages {
		if i == messages/2 {
			half()
		}
		if i%100 == 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(rate))))
		}
		s.send(0, m)
	}
}

// TestFlightFloodLive: under a flood, and while a recording is written in the middle of it,
// what was seen and what was lost are what was sent, in bounded memory; the recording has
// what was sent last before it was asked for. In make soak 50,000 a second for a minute.
func TestFlightFloodLive(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("TestFlightVM shows what else there is, and this machine is quicker")
	}
	messages, rate, keep := 60_000, 1_000_000, "4MiB"
	if os.Getenv("NLTOP_SOAK") == "1" {
		messages, rate, keep = 3_000_000, 50_000, "64MB"
	}
	dir := t.TempDir()
	top := start(t, io.Discard, "source ", nltop(t), "record", "--keep", keep, "--after", "0s", "-w", dir, "-p", strconv.Itoa(os.Getpid()))
	s := open(t, unix.NETLINK_ROUTE)
	m := s.message(unix.NLMSG_NOOP, 0, bytes.Repeat([]byte{0x5a}, 180))
	begin := time.Now()
	s.flood(m, messages, rate, func() {
		if err := top.Process.Signal(syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		top.says(t, "nltop: signal: ")
	})
	t.Logf("%d messages in %v", messages, time.Since(begin).Round(time.Millisecond))
	peak := peakMemory(t, top.Process.Pid)
	if err := top.stop(t, syscall.SIGTERM); err != nil {
		t.Fatalf("nltop: %v\n%s", err, top.stderr())
	}
	files := written(t, dir)
	if len(files) != 1 || !strings.HasSuffix(files[0], "-signal.pcapng") {
		t.Fatalf("recordings %q", files)
	}
	seen, lost := account(t, top.stderr())
	own := 0 // of the flood; others of this process are none
	for _, r := range readFile(t, files[0]) {
		f := r.Frame
		if !r.Preamble && f.Kind == capture.KindDatagram && bytes.Equal(f.Data, m) && f.Proc.PID == uint32(os.Getpid()) {
			own++
		}
	}
	h := meta(t, files[0]).Held
	t.Logf("sent %d, seen %d, lost %d; %d of the flood in the recording, %d before; peak memory %d KiB", messages, seen, lost, own, h.Evicted, peak)
	if seen+lost != messages {
		t.Errorf("%d seen + %d lost ≠ %d sent\n%s", seen, lost, messages, top.stderr())
	}
	if own == 0 || own > messages/2 || lost == 0 && uint64(own)+h.Evicted != uint64(messages/2) {
		t.Errorf("%d of the first %d are in the recording, and %d were evicted", own, messages/2, h.Evicted)
	}
	if peak > memoryLimit+64<<10 {
		t.Errorf("nltop had %d KiB resident", peak)
	}
}

// TestFlightReasonsLive: of records that are held as they come, what is asked for is
// noticed, and nothing else.
func TestFlightReasonsLive(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("it shows nothing else there")
	}
	me := strconv.Itoa(os.Getpid())
	for _, tc := range []struct {
		name   string
		args   []string
		reason string // "": there is no recording
	}{
		{"at a fixed offset and by its message", []string{"--on", "proc.pid == " + me + ` and type == "NLMSG_NOOP" and len > 100`}, "filter"},
		{"by its message alone", []string{"--on", `type == "NLMSG_NOOP" and portid > 0 and len > 100`}, "filter"},
		{"another process", []string{"--on", "proc.pid == 1 and len > 100"}, ""},
		{"a longer message", []string{"--on", "proc.pid == " + me + " and len > 100000"}, ""},
		{"slow", []string{"--on-slow", "1ns"}, "slow"},
		{"not slow", []string{"--on-slow", "1h"}, ""},
		{"the end", []string{"--on-exit"}, "exit"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			top := start(t, io.Discard, "source ", nltop(t), append([]string{"record", "--keep", "2MB", "--after", "0s", "-w", dir, "-p", me}, tc.args...)...)
			s := open(t, unix.NETLINK_ROUTE)
			m := s.message(unix.NLMSG_NOOP, 0, bytes.Repeat([]byte{0x5a}, 180))
			s.send(0, m)
			if tc.reason == "filter" || tc.reason == "slow" {
				top.says(t, "nltop: "+tc.reason+": ")
			}
			if err := top.stop(t, syscall.SIGTERM); err != nil {
				t.Fatalf("nltop: %v\n%s", err, top.stderr())
			}
			files := written(t, dir)
			if tc.reason == "" {
				if len(files) != 0 {
					t.Errorf("recordings %q", files)
				}
				return
			}
			if len(files) != 1 || !strings.HasSuffix(files[0], "-"+tc.reason+".pcapng") {
				t.Fatalf("recordings %q\n%s", files, top.stderr())
			}
			found := false
			for _, r := range readFile(t, files[0]) {
				found = found || !r.Preamble && bytes.Equal(r.Frame.Data, m)
			}
			if !found {
				t.Error("the message is not in the recording")
			}
		})
	}
}

// account is how many datagrams nltop says at its end that it saw, and lost.
func account(t *testing.T, stderr string) (seen, lost int) {
	t.Helper()
	m := regexp.MustCompile(`(\d+) datagrams seen, (\d+) lost`).FindStringSubmatch(stderr)
	if m == nil {
		t.Fatalf("no sums in:\n%s", stderr)
	}
	seen, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return seen, lostCount(t, stderr)
}

// TestFlightVM: a socket that loses messages has a recording written, by records alone,
// and what is gone by then has its names in it: the command line of a process, and the
// network namespace that it was in.
func TestFlightVM(t *testing.T) {
	needVM(t)
	dir := filepath.Join(t.TempDir(), "flight")
	must(t, "ip", "netns", "add", "flight")
	top := start(t, io.Discard, "source ", nltop(t), "record", "--source", "fentry", "--keep", "16MB", "--after", "0s", "-w", dir)
	must(t, "ip", "-n", "flight", "link", "add", "gone0", "type", "dummy")
	must(t, "ip", "netns", "del", "flight")
	// What of it the kernel takes does not matter: the request and its command line are there.
	_, _, _ = run(t, "ip", "xfrm", "state", "add", "src", "10.9.0.1", "dst", "10.9.0.2", "proto", "esp", "spi", "0x99", "enc", "cbc(aes)", "0x"+flightKey)
	listener := open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_LINK)
	if err := unix.SetsockoptInt(listener.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 2048); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		must(t, "ip", "link", "add", "loss"+strconv.Itoa(i), "type", "dummy")
		defer must(t, "ip", "link", "del", "loss"+strconv.Itoa(i))
	}
	top.says(t, "nltop: incident: ")
	if err := top.stop(t, syscall.SIGTERM); err != nil {
		t.Fatalf("nltop: %v\n%s", err, top.stderr())
	}
	files := written(t, dir)
	if len(files) != 1 || !strings.HasSuffix(files[0], "-incident.pcapng") {
		t.Fatalf("recordings %q\n%s", files, top.stderr())
	}
	keyless(t, files[0])
	gone, lost := false, false
	for _, r := range readFile(t, files[0]) {
		gone = gone || !r.Preamble && goneRequest(r)
		lost = lost || r.Frame.Verdict == capture.VerdictOverrun
	}
	if !gone || !lost {
		t.Errorf("the request in the namespace that is gone: %v; a loss: %v", gone, lost)
	}
}

const flightKey = "6b3f9a02c4d5e6f70819a2b3c4d5e6f7"

// keyless checks that a recording does not have the key of TestFlightVM, in no message and
// in no command line.
func keyless(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := hex.DecodeString(flightKey)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("xfrm")) {
		t.Error("the command line with the key is not in the recording at all")
	}
	for what, b := range map[string][]byte{"bytes": key, "hex": []byte(flightKey), "base64": []byte(base64.StdEncoding.EncodeToString(key))} {
		if bytes.Contains(text, b) {
			t.Errorf("the key is in the recording, as %s", what)
		}
	}
}

// goneRequest says whether a record is that of TestFlightVM in the namespace that is gone,
// with all names.
func goneRequest(r pcapng.Record) bool {
	f := r.Frame
	return f.Dir == capture.DirRequest && f.NetNSName == "flight" && bytes.Contains(f.Data, []byte("gone0")) &&
		strings.Contains(f.Proc.CmdLine.String(), "link add gone0") && f.Proc.Exe != ""
}

// A directory that somebody else put into a sticky one is refused.
func TestFlightRefusesOthersLive(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("no kernel differs in it: tried on this machine's")
	}
	sticky := filepath.Join(t.TempDir(), "sticky")
	others := filepath.Join(sticky, "others")
	for _, err := range []error{os.Mkdir(sticky, 0o700), os.Chmod(sticky, 0o777|os.ModeSticky), os.Mkdir(others, 0o777), os.Chown(others, 65534, 65534)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	_, stderr, code := run(t, nltop(t), "record", "-r", unpacked(t, "../../cmd/nltop/demo.pcapng.gz"), "--keep", "2MB", "-w", others)
	if code == 0 || !strings.Contains(stderr, "belongs to user 65534") {
		t.Errorf("status %d, and it says\n%s", code, stderr)
	}
}
