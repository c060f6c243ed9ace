// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// straced is a datagram as strace and nltop both see it.
type straced struct {
	PID      int
	Sent     bool
	Protocol string
	Length   int // -errno of a send that failed
}

// One line of strace -f -yy:
//
//	4711 sendto(3<NETLINK:[ROUTE:4711]>, […], 40, 0, NULL, 0) = 40
//
// A socket without a port yet is shown by its inode, without its protocol.
var (
	straceCall = regexp.MustCompile(`^(\d+) +(sendto|sendmsg|sendmmsg|writev?|recvfrom|recvmsg|recvmmsg|readv?)\(\d+<NETLINK:`)
	straceLine = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<NETLINK:\[(?:(\w+):)?\d+\]>(.*)\) += (-?\d+)(?: (E[A-Z]+))?`)
)

// parseStrace returns the datagrams in a log of strace -f, in the order of
// their ends. It fails on lines that name a Netlink socket and are not
// understood.
func parseStrace(log io.Reader) ([]straced, error) {
	var out []straced
	begun := map[string]string{} // what of a call was written before another task's line
	in := bufio.NewScanner(log)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line := in.Text()
		pid, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimLeft(rest, " ")
		if head, ok := strings.CutSuffix(line, " <unfinished ...>"); ok {
			begun[pid] = head
			continue
		}
		if strings.HasPrefix(rest, "<... ") {
			_, tail, _ := strings.Cut(rest, " resumed>")
			line = begun[pid] + tail
		}
		if !straceCall.MatchString(line) {
			continue
		}
		m := straceLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("not understood: %s", line)
		}
		if d, ok := stracedCall(m[2], m[4], m[5], m[6]); ok {
			d.PID, _ = strconv.Atoi(m[1])
			if m[3] != "" {
				d.Protocol = "NETLINK_" + m[3]
			}
			out = append(out, d)
		}
	}
	return out, in.Err()
}

func stracedCall(name, args, ret, errno string) (straced, bool) {
	n, _ := strconv.Atoi(ret)
	switch name {
	case "sendto", "sendmsg", "write", "writev":
		if n < 0 {
			n = -int(errnoByName[errno])
		}
		return straced{Sent: true, Length: n}, true
	case "recvfrom", "recvmsg", "read", "readv":
		// The flags are the last argument but for recvfrom's address.
		return straced{Length: n}, n >= 0 && !strings.Contains(args, "MSG_PEEK")
	}
	return straced{}, false
}

var errnoByName = map[string]unix.Errno{"ECONNREFUSED": unix.ECONNREFUSED, "EPERM": unix.EPERM}

// TestSyscallStrace: every message that strace shows for a command, and no
// other process's.
func TestSyscallStrace(t *testing.T) {
	needSyscall(t)
	for _, tool := range []string{"strace", "ip", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	log := filepath.Join(t.TempDir(), "strace")
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	// The MTU that it has: a test leaves the host as it was.
	script := `ip link show; ip -s addr; ip route show table all; ip rule; ip neigh; ip -6 route
		ip link add type nosuchkind; ip link set dev lo mtu ` + strconv.Itoa(lo.MTU) + `; ip netns list-id
		ss -tlnu 2>/dev/null; tc qdisc show 2>/dev/null; genl ctrl list 2>/dev/null; nft list tables 2>/dev/null; true`
	// The shell waits for its PID to be in the filter, then becomes strace.
	cmd := exec.Command("sh", "-c", `read go && exec strace -f -yy -s 0 -e trace=network,read,write,readv,writev -o "$0" sh -c "$1"`, log, script)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := record(t, capture.SourceSyscall, capture.Filter{Children: true}, Options{}, func(f *capture.Frame) bool {
		return f.Proc.PID != uint32(cmd.Process.Pid) // strace itself asks sock_diag for sockets' names
	})
	if err := r.src.AddPID(uint32(cmd.Process.Pid)); err != nil {
		t.Fatal(err)
	}
	stop := chatter(t)
	io.WriteString(stdin, "go\n")
	stdin.Close()
	err = cmd.Wait()
	others := stop()
	if err != nil {
		t.Fatal(err)
	}
	frames := finish(t, r)

	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := parseStrace(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []straced
	for _, f := range frames {
		if f.Kind != capture.KindDatagram {
			continue // the words of an error
		}
		d := straced{
			PID:      int(f.Proc.TID),
			Sent:     f.Dir == capture.DirRequest || f.SrcPort != 0 && f.SrcPort == f.Socket.PortID,
			Protocol: capture.ProtocolName(f.Protocol),
			Length:   f.OrigLen,
		}
		if f.Verdict == capture.VerdictFailed {
			d.Length = -int(f.Errno)
		}
		if f.Cut() {
			t.Errorf("%d bytes of %d", len(f.Data), f.OrigLen)
		}
		if i := len(got); i < len(want) && want[i].Protocol == "" {
			d.Protocol = ""
		}
		got = append(got, d)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("strace (-), nltop (+):\n%s", diff)
	}
	if len(want) < 40 || others == 0 {
		t.Fatalf("strace shows %d messages while others ran %d commands: the test compared nothing", len(want), others)
	}
	t.Logf("%d messages, as strace has them; %d commands of others ran meanwhile", len(want), others)
}

// chatter lets other processes make Netlink traffic until stop, which returns
// how many commands they ran.
func chatter(t *testing.T) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int)
	go func() {
		n := 0
		for ctx.Err() == nil {
			if exec.Command("ip", "route", "show", "table", "all").Run() == nil {
				n++
			}
		}
		done <- n
	}()
	return func() int {
		cancel()
		return <-done
	}
}
