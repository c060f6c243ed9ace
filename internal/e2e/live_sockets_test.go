// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/incident"
)

// ownNetNS moves the test into a network namespace of its own, where this socket
// joined RTNLGRP_LINK with the smallest buffer there is, and never reads.
func ownNetNS(t *testing.T) *sock {
	t.Helper()
	runtime.LockOSThread() // the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	s := open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_LINK)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
		t.Fatal(err)
	}
	return s
}

// queued reads everything and returns how many datagrams there were.
func (s *sock) queued() (n int) {
	buf := make([]byte, 64<<10)
	for {
		_, _, err := unix.Recvfrom(s.fd, buf, unix.MSG_DONTWAIT)
		switch {
		case err == nil:
			n++
		case errors.Is(err, unix.ENOBUFS):
		default:
			return n
		}
	}
}

// changes lets a process named comm change the MTU of lo n times.
func changes(t *testing.T, comm string, n int) {
	t.Helper()
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("link set lo mtu %d", 2000+i+len(comm)*1000+int(comm[len(comm)-1])*100)
	}
	batch(t, comm, lines...)
}

// batch lets a copy of ip, named comm, do something.
func batch(t *testing.T, comm string, lines ...string) {
	t.Helper()
	ip, err := exec.LookPath("ip")
	if err != nil {
		t.Fatal(err)
	}
	bin, err := os.ReadFile(ip)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, comm)
	if err := os.WriteFile(path, bin, 0o700); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, "-batch", "-")
	c.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", comm, err, out)
	}
}

// objects decodes JSON lines.
func objects(t *testing.T, text string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(text) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		out = append(out, o)
	}
	return out
}

// nltop sockets finds a socket of another namespace with its owner, and with
// --for the losses of that time, as sk_drops counts them, whatever the source.
func TestSockets(t *testing.T) {
	needRoot(t)
	needTool(t, "ip")
	s := ownNetNS(t)
	changes(t, "early", 30)
	before := s.drops()
	if before == 0 {
		t.Fatal("nothing was lost")
	}
	find := func(text string) map[string]any {
		t.Helper()
		for _, o := range objects(t, text) {
			if o["inode"] == float64(s.inode) && o["kind"] == nil {
				return o
			}
		}
		t.Fatalf("the listener is not listed:\n%s", text)
		return nil
	}
	o := find(must(t, nltop(t), "sockets", "-q", "-o", "json"))
	if o["drops"] != float64(before) || o["protocol"] != "NETLINK_ROUTE" || o["proc"].(map[string]any)["pid"] != float64(os.Getpid()) ||
		fmt.Sprint(o["groups"]) != "[1]" || o["rcvbuf"] == nil {
		t.Errorf("%v", o)
	}
	var out bytes.Buffer
	p := start(t, &out, "source ", nltop(t), "sockets", "--for", "24h", "-o", "json")
	changes(t, "late", 50)
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	o = find(out.String())
	if want := s.drops() - before; o["new_drops"] != float64(want) || want == 0 {
		t.Errorf("new drops %v, the kernel says %d", o["new_drops"], want)
	}
}

// A slow listener and three senders: how many messages of each were lost is
// known, since from the first loss on nothing is queued any more.
func TestIncidentSenders(t *testing.T) {
	needVM(t)
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			s := ownNetNS(t)
			file := filepath.Join(t.TempDir(), "incident.pcapng")
			var out bytes.Buffer
			p := start(t, &out, "source ", nltop(t), "trace", "--source", source, "-o", "json", "-w", file)
			senders := []struct {
				comm string
				n    int
			}{{"send-a", 40}, {"send-b", 30}, {"send-c", 20}}
			for _, x := range senders {
				changes(t, x.comm, x.n)
			}
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			drops, queued := s.drops(), s.queued()
			if drops+queued != 90 || drops < 50 {
				t.Fatalf("%d lost, %d queued of 90", drops, queued)
			}
			check := func(text string) {
				t.Helper()
				// On a slow machine senders may be more than incident.Quiet apart: then
				// there is more than one incident, and their sums are exact.
				var lost float64
				var end time.Time
				got := map[string]float64{}
				for _, in := range objects(t, text) {
					if in["kind"] != "incident" || in["open"] != nil || in["socket"].(map[string]any)["inode"] != float64(s.inode) {
						continue
					}
					begin := parseTime(t, in["time"])
					if !end.IsZero() && begin.Sub(end) < incident.Quiet {
						t.Errorf("an incident begins %v after the one before", begin.Sub(end))
					}
					end = parseTime(t, in["end"])
					if in["lost_unseen"] != nil || in["holds"] == nil || in["need"] == nil {
						t.Errorf("nobody saw what was lost, or no advice: %v", in)
					}
					lost += in["lost"].(float64)
					for _, x := range in["senders"].([]any) {
						m := x.(map[string]any)
						got[m["proc"].(map[string]any)["comm"].(string)] += m["lost"].(float64)
					}
					what := in["what"].([]any)[0].(map[string]any)
					if len(in["what"].([]any)) != 1 || what["type"] != "RTM_NEWLINK" || what["lost"] != in["lost"] {
						t.Errorf("what %v", in["what"])
					}
				}
				if end.IsZero() {
					t.Fatalf("no incident:\n%s", text)
				}
				if lost != float64(drops) {
					t.Errorf("lost %v, the kernel says %d", lost, drops)
				}
				want := map[string]float64{"send-a": float64(40 - queued), "send-b": 30, "send-c": 20}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("senders %v, want %v", got, want)
				}
			}
			check(out.String())
			check(must(t, nltop(t), "trace", "-q", "-o", "json", "-r", file))
		})
	}
}

func parseTime(t *testing.T, v any) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, v.(string))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A leak of sockets is one line: how many there are, how many more they became, and under
// which descriptors.
func TestSocketsByProcess(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("the lists are the same whatever the source: tried on the host")
	}
	leak := func(n int) {
		for range n {
			open(t, unix.NETLINK_ROUTE)
		}
	}
	leak(20)
	goes, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err == nil {
		err = unix.Bind(goes, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := start(t, &out, ": ready", nltop(t), "sockets", "--by", "process", "--for", "1h", "-o", "json")
	leak(10)
	if err := unix.Close(goes); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	for _, o := range objects(t, out.String()) {
		if proc, _ := o["proc"].(map[string]any); proc["pid"] != float64(unix.Getpid()) {
			continue
		}
		if o["new"] != 10.0 || o["gone"] != 1.0 || o["sockets"].(float64) < 30 || o["for_ns"] == nil {
			t.Errorf("%v", o)
		}
		if n := countFDs(t, o["fds"].(string)); float64(n) != o["sockets"] {
			t.Errorf("%d descriptors of %v", n, o)
		}
		return
	}
	t.Errorf("no row of this process:\n%s", out.String())
}

// countFDs counts the descriptors of "3-122,130".
func countFDs(t *testing.T, ranges string) (n int) {
	t.Helper()
	for r := range strings.SplitSeq(ranges, ",") {
		first, last, several := strings.Cut(r, "-")
		a, err := strconv.Atoi(first)
		if err != nil {
			t.Fatalf("%q: %v", ranges, err)
		}
		b := a
		if several {
			if b, err = strconv.Atoi(last); err != nil {
				t.Fatalf("%q: %v", ranges, err)
			}
		}
		n += b - a + 1
	}
	return n
}
