// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// scenarioSources are those that a scenario is played with here.
func scenarioSources() []string {
	if inVM() {
		return oneHook()
	}
	return []string{capture.SourceSyscall}
}

// needFull skips where a kernel gets the capture check alone.
func needFull(t *testing.T) {
	t.Helper()
	if inVM() && !full() {
		t.Skip("scenarios are played on the kernels that get the full workload")
	}
}

// needViewKernel skips a view on all kernels but one: it is the same whatever counted.
func needViewKernel(t *testing.T) {
	t.Helper()
	needFull(t)
	if !kernelIsAtLeast(t, 6, 12) {
		t.Skip("the newer of the kernels with a full workload has it")
	}
}

// exchanges plays a scenario beside nltop, checks that the recording of it tells
// the same as the live run did, and returns the exchanges of it.
func exchanges(t *testing.T, source string, play func(), flags ...string) []map[string]any {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scenario.pcapng")
	var out bytes.Buffer
	p := start(t, &out, "source ", nltop(t), append([]string{"trace", "--source", source, "--exchanges", "-o", "json", "-w", file}, flags...)...)
	play()
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	sameReplayed(t, out.String(), file)
	return slices.DeleteFunc(objects(t, out.String()), func(o map[string]any) bool { return o["kind"] != "exchange" })
}

// sameReplayed demands that a recording tells what the live run told.
func sameReplayed(t *testing.T, told, file string) {
	t.Helper()
	live, again := lines(told), lines(must(t, nltop(t), "trace", "-q", "--exchanges", "-o", "json", "-r", file))
	slices.Sort(live) // live they come by end, replayed by start; a line begins with its time
	slices.Sort(again)
	for i := range min(len(live), len(again)) {
		if live[i] != again[i] {
			t.Fatalf("line %d of %d and %d\nlive     %s\nreplayed %s", i, len(live), len(again), live[i], again[i])
		}
	}
	if len(live) != len(again) {
		t.Errorf("%d lines live, %d replayed", len(live), len(again))
	}
}

// A thousand processes that live for milliseconds, each under a name of its own:
// all are named, with their requests and how those ended, and counted exactly.
func TestShortLived(t *testing.T) {
	needRoot(t)
	needFull(t)
	needTool(t, "busybox")
	for _, source := range scenarioSources() {
		t.Run(source, func(t *testing.T) {
			n := 1000
			if !inVM() {
				n = 200
			}
			dir := t.TempDir()
			bin, err := exec.LookPath("busybox")
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"ip", "link", "show", "lo"}
			const sent = 1 // a dump of all links, sent by write(2)
			pids := map[string]int{}
			stat := start(t, &bytes.Buffer{}, "source ", nltop(t), "stat", "--source", source, "-o", "json")
			xs := exchanges(t, source, func() {
				for i := range n {
					name := fmt.Sprintf("brief-%04d", i)
					path := filepath.Join(dir, name)
					if err := os.Symlink(bin, path); err != nil {
						t.Fatal(err)
					}
					c := exec.Cmd{Path: path, Args: args}
					if err := c.Run(); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					pids[name] = c.Process.Pid
				}
			})
			if err := stat.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, stat.stderr())
			}
			asked := map[string]int{}
			for _, x := range xs {
				p, _ := x["proc"].(map[string]any)
				name, _ := p["comm"].(string)
				if _, ours := pids[name]; !ours {
					continue
				}
				asked[name]++
				if int(p["pid"].(float64)) != pids[name] || x["outcome"] != "answered" || x["type"] != "RTM_GETLINK" {
					t.Errorf("%s[%d]: %v", name, pids[name], x)
				}
			}
			called := map[string]int{}
			for _, r := range objects(t, stat.stdout.(*bytes.Buffer).String()) {
				p, _ := r["proc"].(map[string]any)
				if name, _ := p["comm"].(string); p != nil && pids[name] == int(p["pid"].(float64)) {
					called[name] += int(r["calls"].(float64))
				}
			}
			for name := range pids {
				if asked[name] != sent || called[name] != sent {
					t.Errorf("%s: %d exchanges and %d calls of %d", name, asked[name], called[name], sent)
				}
			}
		})
	}
}

// makeLinks makes d0, d1, … with a process named maker.
func makeLinks(t *testing.T, n int) {
	t.Helper()
	links := make([]string, n)
	for i := range links {
		links[i] = fmt.Sprintf("link add d%d type dummy", i)
	}
	batch(t, "maker", links...)
}

// bound opens a socket with a port ID of the caller's choice.
func bound(t *testing.T, port uint32) *sock {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: port}); err != nil {
		t.Fatal(err)
	}
	return &sock{t: t, fd: fd, port: port}
}

// ask makes a request with a sequence number of the caller's choice.
func (s *sock) ask(typ, flags uint16, seq uint32, payload []byte) []byte {
	return nltest.Native.Message(typ, unix.NLM_F_REQUEST|flags, seq, 0, payload)
}

// ifinfo is struct ifinfomsg, with an IFLA_MTU if mtu is not 0.
func ifinfo(index int32, mtu uint32) []byte {
	o := nltest.Native
	b := nltest.Cat(make([]byte, 4), o.U32(uint32(index)), make([]byte, 8))
	if mtu > 0 {
		b = append(b, o.Attr(unix.IFLA_MTU, o.U32(mtu))...)
	}
	return b
}

// ours are the exchanges of this process in this network namespace.
func ours(t *testing.T, xs []map[string]any) []map[string]any {
	t.Helper()
	ns := netns(t)
	return slices.DeleteFunc(xs, func(x map[string]any) bool {
		p, _ := x["proc"].(map[string]any)
		return p["pid"] != float64(os.Getpid()) || x["netns"] != float64(ns)
	})
}

// A socket is closed in the middle of its dump, and the next one has its port ID
// and asks with the same sequence number: nothing of the one is taken for the
// other's.
func TestPortReused(t *testing.T) {
	needVM(t)
	needFull(t)
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			makeLinks(t, 80)
			const port, seq, rounds = 4_000_000_123, 77, 5
			xs := exchanges(t, source, func() {
				for range rounds {
					a := bound(t, port)
					a.send(0, a.ask(unix.RTM_GETLINK, unix.NLM_F_DUMP, seq, ifinfo(0, 0)))
					if err := unix.Close(a.fd); err != nil {
						t.Fatal(err)
					}
					b := bound(t, port)
					b.send(0, b.ask(unix.RTM_GETLINK, 0, seq, ifinfo(1, 0)))
					if got := b.queued(); got != 1 {
						t.Fatalf("%d answers", got)
					}
					if err := unix.Close(b.fd); err != nil {
						t.Fatal(err)
					}
				}
			})
			var dumps, single int
			for _, x := range ours(t, xs) {
				replies := x["replies"].(float64)
				switch isDump := slices.Contains(x["flags"].([]any), any("NLM_F_DUMP")); {
				case isDump && x["outcome"] == "abandoned" && replies > 1 && replies < 80:
					dumps++
				case !isDump && x["outcome"] == "answered" && replies == 1:
					single++
				default:
					t.Errorf("%v", x)
				}
			}
			if dumps != rounds || single != rounds {
				t.Errorf("%d dumps and %d others of %d each", dumps, single, rounds)
			}
		})
	}
}

// Requests with sequence number 0, several before the first answer is read, some
// in one datagram, one without NLM_F_ACK, on a socket that also gets events
// with sequence number 0: each ends as the kernel ended it, in order.
func TestSequenceZero(t *testing.T) {
	needVM(t)
	needFull(t)
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			s := open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_LINK)
			xs := exchanges(t, source, func() {
				s.send(0, s.ask(unix.RTM_NEWLINK, unix.NLM_F_ACK, 0, ifinfo(1, 1400)))
				s.send(0, s.ask(unix.RTM_GETLINK, unix.NLM_F_ACK, 0, ifinfo(9999, 0)))
				s.send(0, s.ask(unix.RTM_NEWLINK, 0, 0, ifinfo(1, 1401)))
				s.send(0, slices.Concat(
					s.ask(unix.RTM_NEWLINK, unix.NLM_F_ACK, 0, ifinfo(9999, 1402)),
					s.ask(unix.RTM_NEWLINK, unix.NLM_F_ACK, 0, ifinfo(1, 1403))))
				s.send(0, s.ask(unix.RTM_GETLINK, 0, 0, ifinfo(1, 0)))
				if n := s.queued(); n < 8 {
					t.Fatalf("%d datagrams: no events among them", n)
				}
			})
			var got []string
			for _, x := range ours(t, xs) {
				got = append(got, fmt.Sprint(x["type"], " ", x["outcome"], " ", x["replies"], " ", x["error_name"]))
			}
			slices.Sort(got) // they end in another order than they began: one waits for nothing
			want := []string{
				"RTM_GETLINK answered 1 <nil>",
				"RTM_GETLINK failed 1 ENODEV",
				"RTM_NEWLINK accepted 0 <nil>",
				"RTM_NEWLINK acked 1 <nil>",
				"RTM_NEWLINK acked 1 <nil>",
				"RTM_NEWLINK failed 1 ENODEV",
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// Under a flood the live view lets the kernel count, until somebody looks at
// messages; when it is quiet again it keeps messages again.
func TestViewCounts(t *testing.T) {
	needVM(t)
	needViewKernel(t)
	tm := openTerminal(t, nltop(t), "--source", "fentry")
	tm.awaitScreen("all network namespaces")
	s := open(t, unix.NETLINK_ROUTE)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		b := s.message(unix.NLMSG_NOOP, unix.NLM_F_REQUEST, nil)
		for {
			select {
			case <-stop:
				return
			default:
				s.send(0, b)
			}
		}
	}()
	tm.awaitScreen("counting")
	tm.keys("m")
	tm.awaitScreen("NLMSG_NOOP")
	for end := lastMoment(t); ; {
		at := len(tm.output())
		tm.keys("\x0c")
		tm.awaitBehind(at, "NLMSG_NOOP")
		if !strings.Contains(tm.output()[at:], "counting") {
			break
		}
		if time.Now().After(end) {
			t.Fatal("messages are shown, and still it only counts")
		}
		time.Sleep(200 * time.Millisecond)
	}
	tm.keys("q")
	tm.awaitScreen("counting")
	close(stop)
	<-done
	tm.keys("q")
	tm.ended()
}
