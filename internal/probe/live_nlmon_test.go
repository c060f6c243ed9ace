// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// The workload: the tools that are there, in a network namespace of its own.
const workload = `
ip link add d0 type dummy; ip link set d0 up mtu 1400; ip addr add 192.0.2.1/24 dev d0
i=1; while [ $i -le 20 ]; do ip route add 198.51.100.$i/32 via 192.0.2.2; i=$((i+1)); done
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev d0; ip rule add from 192.0.2.0/24 table 99
ip -d link; ip addr; ip route show table all; ip neigh; ip rule
ip link add v0 type veth peer name v1; ip link del v0; ip route get 198.51.100.1
{ echo 'add table inet t'; echo 'add chain inet t c'; i=0; while [ $i -lt 1000 ]; do echo "add rule inet t c tcp dport $i counter"; i=$((i+1)); done; } > $DIR/batch
nft -f $DIR/batch; nft list ruleset; nft flush ruleset
ethtool d0; ethtool -k d0; conntrack -L; tc qdisc add dev d0 root handle 1: htb; tc -s qdisc; ss -a; genl ctrl list
ip link set nosuch up; ip link del d0; true
`

// What nltop saw and what tcpdump read from an nlmon device at the same time,
// between two marks, is the same multiset of datagrams. nlmon has no overruns
// and no failed sends, and tcpdump cuts at 262,144 bytes.
func TestLiveNlmon(t *testing.T) {
	for _, tool := range []string{"tcpdump", "ip", "nft"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs ", tool)
		}
	}
	// TestSameAsTcpdump of internal/e2e has both on every kernel, with its own traffic.
	withBackends(t, oneBackend(), func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		dir := t.TempDir()
		if out, err := exec.Command("sh", "-c", "ip link add nlmon0 type nlmon && ip link set nlmon0 up && ip link set lo up").CombinedOutput(); err != nil {
			t.Fatalf("create nlmon device: %v: %s", err, out)
		}
		file := filepath.Join(dir, "nlmon.pcap")
		dump := exec.Command("tcpdump", "-i", "nlmon0", "-U", "-s", "0", "-B", "65536", "-Z", "root", "-w", file)
		said, err := dump.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := dump.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = dump.Process.Kill(); _ = dump.Wait() }()
		if line, err := bufio.NewReader(said).ReadString('\n'); err != nil {
			t.Fatalf("tcpdump: %q, %v", line, err)
		}

		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{RingBytes: 32 << 20}, nil)
		mark := newSock(t, unix.NETLINK_ROUTE)
		first := nltest.Native.Message(noop, unix.NLM_F_REQUEST, 0x11111111, 0, []byte("first mark"))
		last := nltest.Native.Message(noop, unix.NLM_F_REQUEST, 0x22222222, 0, []byte("last mark."))
		// tcpdump says that it listens before it does.
		await(t, "tcpdump writes the first mark", func() bool {
			if err := mark.send(first, 0); err != nil {
				t.Fatal(err)
			}
			return holds(file, first)
		})
		monitor := exec.Command("ip", "monitor", "all")
		if err := monitor.Start(); err != nil {
			t.Fatal(err)
		}
		sh := exec.Command("sh", "-c", workload)
		sh.Env = append(os.Environ(), "DIR="+dir)
		if out, err := sh.CombinedOutput(); err != nil {
			t.Fatalf("workload: %v: %s", err, out)
		}
		_ = monitor.Process.Kill()
		_ = monitor.Wait()
		if err := mark.send(last, 0); err != nil {
			t.Fatal(err)
		}
		await(t, "tcpdump writes the last mark", func() bool { return holds(file, last) })
		frames := r.stop()
		st := r.src.Stats()
		if st.LostTotal() != 0 || st.Cut != 0 {
			t.Errorf("stats %+v", st)
		}

		var ours []datagram
		for _, f := range frames {
			if f.Kind == capture.KindDatagram && f.Verdict == capture.VerdictDelivered {
				ours = append(ours, datagram{f.Protocol, f.OrigLen, string(f.Data)})
			}
		}
		compare(t, between(t, "nltop", ours, first, last), between(t, "tcpdump", readPcap(t, file), first, last))
	})
}

// datagram is what both can know.
type datagram struct {
	protocol uint16
	length   int
	data     string
}

// holds says whether the file's end holds a mark: behind it come a few messages at most.
func holds(file string, mark []byte) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	const end = 256 << 10
	if st, err := f.Stat(); err == nil && st.Size() > end {
		_, _ = f.Seek(-end, io.SeekEnd)
	}
	b, err := io.ReadAll(f)
	return err == nil && bytes.Contains(b, mark)
}

// between returns what lies between the last of the first marks and the mark
// at the end.
func between(t *testing.T, who string, all []datagram, first, last []byte) []datagram {
	t.Helper()
	from, to := -1, -1
	for i, d := range all {
		if d.data == string(first) {
			from = i
		}
		if d.data == string(last) {
			to = i
		}
	}
	if from < 0 || to < from {
		t.Fatalf("%s lacks the marks", who)
	}
	return all[from+1 : to]
}

// seenByNlmon is netlink_filter_tap() of net/netlink/af_netlink.c.
func seenByNlmon(protocol uint16) bool {
	switch protocol {
	case unix.NETLINK_ROUTE, unix.NETLINK_USERSOCK, unix.NETLINK_SOCK_DIAG, unix.NETLINK_NFLOG,
		unix.NETLINK_XFRM, unix.NETLINK_FIB_LOOKUP, unix.NETLINK_NETFILTER, unix.NETLINK_GENERIC:
		return true
	}
	return false
}

func compare(t *testing.T, ours, theirs []datagram) {
	t.Helper()
	const tcpdumpSnap = 262144 - 16 // less the cooked header
	count := map[datagram]int{}
	n, largest := 0, 0
	for _, d := range ours {
		if !seenByNlmon(d.protocol) {
			continue
		}
		n++
		largest = max(largest, d.length)
		d.data = d.data[:min(len(d.data), tcpdumpSnap)]
		count[d]++
	}
	for _, d := range theirs {
		count[d]--
	}
	t.Logf("%d datagrams by nltop, %d by tcpdump, the largest has %d bytes", n, len(theirs), largest)
	if n < 100 {
		t.Errorf("the workload made %d datagrams only", n)
	}
	for d, c := range count {
		if c != 0 {
			t.Errorf("%+d by nltop: %s, %d bytes: % x", c, capture.ProtocolName(d.protocol), d.length, d.data[:min(48, len(d.data))])
		}
	}
}

// readPcap reads a pcap of LINKTYPE_NETLINK as tcpdump writes it on this
// machine; nlmon's cooked header ends with the protocol in network order.
func readPcap(t *testing.T, file string) []datagram {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) < 24 || binary.NativeEndian.Uint32(b) != 0xa1b2c3d4 || binary.NativeEndian.Uint32(b[20:]) != 253 {
		t.Fatal("not a pcap of link type 253")
	}
	var all []datagram
	for b = b[24:]; len(b) >= 16; {
		got, length := int(binary.NativeEndian.Uint32(b[8:])), int(binary.NativeEndian.Uint32(b[12:]))
		b = b[16:]
		if got < 16 || got > len(b) {
			t.Fatal(fmt.Errorf("packet %d of the pcap has %d bytes", len(all), got))
		}
		all = append(all, datagram{binary.BigEndian.Uint16(b[14:]), length - 16, string(b[16:got])})
		b = b[got:]
	}
	return all
}
