// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// tapped are the protocols that nlmon passes (netlink_filter_tap).
var tapped = []uint16{
	unix.NETLINK_ROUTE, unix.NETLINK_USERSOCK, unix.NETLINK_SOCK_DIAG, unix.NETLINK_NFLOG,
	unix.NETLINK_XFRM, unix.NETLINK_FIB_LOOKUP, unix.NETLINK_NETFILTER, unix.NETLINK_GENERIC,
}

// tcpdumpCut is what tcpdump keeps of a datagram at least: 262,144 bytes less
// the cooked header, and less what libpcap takes off for the link layer.
const tcpdumpCut = 262144 - 16 - 136

var (
	beginMark = []byte("nltop-e2e: begin")
	endMark   = []byte("nltop-e2e: end")
)

// TestSameAsTcpdump runs real tools and demands that nltop and a tcpdump on
// nlmon0 saw the same multiset of datagrams, and that drops and ENOBUFS are
// the kernel's own.
func TestSameAsTcpdump(t *testing.T) {
	needVM(t)
	needTool(t, "tcpdump", "ip")
	must(t, "modprobe", "nlmon")
	must(t, "ip", "link", "add", "nlmon0", "type", "nlmon")
	t.Cleanup(func() { run(t, "ip", "link", "del", "nlmon0") })
	must(t, "ip", "link", "set", "nlmon0", "up")
	for _, source := range []string{capture.SourceFentry, capture.SourceKprobe} {
		t.Run(source, func(t *testing.T) { sameAsTcpdump(t, source) })
	}
}

func sameAsTcpdump(t *testing.T, source string) {
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "nltop.pcapng"), filepath.Join(dir, "tcpdump.pcap")
	top := start(t, io.Discard, "source "+source, nltop(t), "record", "--source", source, "--self", "--secrets", "-w", ours)
	dump := start(t, io.Discard, "listening on", "tcpdump", "-i", "nlmon0", "-s", "0", "-B", "65536", "-U", "-Z", "root", "-w", theirs)

	mark := open(t, unix.NETLINK_ROUTE)
	mark.send(0, mark.message(unix.NLMSG_NOOP, 0, beginMark))
	big, slow := workload(t)
	mark.send(0, mark.message(unix.NLMSG_NOOP, 0, endMark))

	// tcpdump leaves what is in its ring when it is stopped.
	awaitInFile(t, theirs, endMark)
	if err := dump.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("tcpdump: %v\n%s", err, dump.stderr())
	}
	if err := top.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("nltop: %v\n%s", err, top.stderr())
	}
	if !strings.Contains(dump.stderr(), "\n0 packets dropped by kernel") {
		t.Fatalf("tcpdump lost packets, so there is nothing to compare with:\n%s", dump.stderr())
	}
	skipped := skippedDatagrams(t, top.stderr())
	recs := readFile(t, ours)
	dumped := window(t, readFile(t, theirs))
	compare(t, window(t, recs), dumped, big, skipped)
	checkOverflow(t, recs, slow)
	if full() {
		sameDecoded(t, recs, dumped)
	}
}

// skippedDatagrams is how many nltop says that it lost, which is none but where the
// kernel skips programs (7.2): those it counts.
func skippedDatagrams(t *testing.T, account string) int {
	t.Helper()
	var seen, lost, cut, recursion int
	for line := range strings.Lines(account) {
		if _, err := fmt.Sscanf(line, "nltop: %d datagrams seen, %d lost, %d cut", &seen, &lost, &cut); err == nil {
			continue
		}
		if n := 0; strings.HasSuffix(line, ": hook recursion\n") {
			if _, err := fmt.Sscanf(line, "nltop: lost: %d:", &n); err == nil {
				recursion = n
			}
		}
	}
	if seen == 0 || cut != 0 || lost != recursion || lost != 0 && !preemptsPrograms(t) {
		t.Errorf("nltop lost messages:\n%s", account)
	}
	return recursion
}

// preemptsPrograms says whether this kernel runs programs with preemption on, and skips
// them for whoever comes by meanwhile: 6.18 does not, 7.2 does.
func preemptsPrograms(t *testing.T) bool {
	t.Helper()
	return kernelIsAtLeast(t, 6, 19)
}

func kernelIsAtLeast(t *testing.T, major, minor int) bool {
	t.Helper()
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	var isMajor, isMinor int
	if n, _ := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &isMajor, &isMinor); n != 2 {
		t.Fatalf("release %s", u.Release[:])
	}
	return isMajor > major || isMajor == major && isMinor >= minor
}

// workload makes traffic of every kind: real tools, users among themselves, a
// datagram of big bytes, and a listener that is too slow.
func workload(t *testing.T) (big int, slow overflown) {
	t.Helper()
	mode := "check"
	if full() {
		mode = "full"
	}
	if out, errs, code := run(t, "testdata/workload.sh", mode); code != 0 {
		t.Fatalf("workload: status %d\n%s%s", code, out, errs)
	}
	peers(t)
	big = bigRequest(t)
	return big, overflow(t)
}

// awaitInFile waits until a file that grows holds b.
func awaitInFile(t *testing.T, path string, b []byte) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var last []byte // what was not looked at with what follows
	await(t, func() bool {
		more, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		last = append(last, more...)
		if bytes.Contains(last, b) {
			return true
		}
		last = last[max(0, len(last)-len(b)):]
		return false
	}, func() string { return fmt.Sprintf("%s never held %q", path, b) })
}

// window returns the frames between the marks.
func window(t *testing.T, recs []pcapng.Record) []*capture.Frame {
	t.Helper()
	find := func(mark []byte) int {
		return slices.IndexFunc(recs, func(r pcapng.Record) bool {
			return r.Frame.Protocol == unix.NETLINK_ROUTE && bytes.Contains(r.Frame.Data, mark)
		})
	}
	from, to := find(beginMark), find(endMark)
	if from < 0 || to < from {
		t.Fatalf("marks at %d and %d of %d records", from, to, len(recs))
	}
	var fs []*capture.Frame
	for _, r := range recs[from : to+1] {
		if !r.Preamble {
			fs = append(fs, r.Frame)
		}
	}
	return fs
}

// compare demands equal multisets but for the differences it names.
func compare(t *testing.T, ours, theirs []*capture.Frame, big, skipped int) {
	t.Helper()
	own := netns(t)
	failed := map[uint64]bool{}
	for _, f := range ours {
		if f.Kind == capture.KindCompletion && f.Verdict == capture.VerdictFailed {
			failed[f.Of] = true
		}
	}
	named := map[string]int{}
	left := map[string][]*capture.Frame{}
	total, longest := 0, 0
	for _, f := range ours {
		switch {
		case f.Kind != capture.KindDatagram:
			named["reports without a datagram"]++
		case !slices.Contains(tapped, f.Protocol):
			named["protocols that nlmon does not pass"]++
		case f.NetNS != own:
			named["other network namespaces"]++
		case f.Verdict == capture.VerdictFailed || failed[f.ID]:
			named["failed sends"]++
		case f.Verdict == capture.VerdictOverrun || f.Verdict == capture.VerdictDropped:
			named["lost before delivery"]++
		case f.Verdict == capture.VerdictUnheard:
			named["events that nobody listens to"]++
		default:
			total++
			longest = max(longest, f.OrigLen)
			k := keyOf(f)
			left[k] = append(left[k], f)
			if f.Cut() {
				t.Errorf("nltop cut a datagram of %d bytes to %d", f.OrigLen, len(f.Data))
			}
		}
	}
	missing, cut := 0, 0
	for _, f := range theirs {
		if f.Cut() {
			cut++
		}
		k := keyOf(f)
		if fs := left[k]; len(fs) > 0 {
			left[k] = fs[1:]
			continue
		}
		if missing++; missing <= 10 {
			t.Logf("only tcpdump saw: %s", describe(f))
		}
	}
	if missing > skipped {
		t.Errorf("%d datagrams only tcpdump saw, of which nltop says that it lost %d", missing, skipped)
	}
	extra := 0
	for _, fs := range left {
		for _, f := range fs {
			if extra++; extra <= 10 {
				t.Errorf("only nltop saw: %s", describe(f))
			}
		}
	}
	t.Logf("%d datagrams in both (longest %d bytes, %d cut by tcpdump), %d only tcpdump's, %d only nltop's; left out of nltop's by name: %v",
		total-extra, longest, cut, missing, extra, named)
	if len(theirs) < 100 || total < 100 {
		t.Errorf("the workload made too little traffic to prove anything")
	}
	if longest < big {
		t.Errorf("the longest datagram has %d bytes, the test sent %d", longest, big)
	}
}

// keyOf identifies a datagram by what both tools keep of it.
func keyOf(f *capture.Frame) string {
	b := f.Data
	if len(b) > tcpdumpCut {
		b = b[:tcpdumpCut]
	}
	return fmt.Sprintf("%d/%d/%x", f.Protocol, f.OrigLen, sha256.Sum256(b))
}

func describe(f *capture.Frame) string {
	return fmt.Sprintf("%s %s %s, %d of %d bytes, port %d→%d group %d, %s[%d], owner %s: % x",
		capture.ProtocolName(f.Protocol), f.Dir, f.Verdict, len(f.Data), f.OrigLen, f.SrcPort, f.DstPort,
		f.Group, f.Proc.Comm, f.Proc.PID, f.Socket.Owner.Comm, f.Data[:min(len(f.Data), 48)])
}

// peers sends from user to user, to one socket and to a group.
func peers(t *testing.T) {
	t.Helper()
	a, b := open(t, unix.NETLINK_USERSOCK), open(t, unix.NETLINK_USERSOCK, 5)
	a.send(b.port, a.message(0x20, 0, []byte("from user to user")))
	m := a.message(0x21, 0, []byte("from user to group"))
	if err := unix.Sendto(a.fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1 << 4}); err != nil &&
		err != unix.ECONNREFUSED { // no kernel socket of this protocol takes the copy for port 0
		t.Fatal(err)
	}
	if n, _ := b.drain(); n != 2 {
		t.Fatalf("peer received %d datagrams of 2", n)
	}
}

// bigRequest sends one datagram of many messages, vmalloc'ed by the kernel,
// and returns its length.
func bigRequest(t *testing.T) int {
	t.Helper()
	s := open(t, unix.NETLINK_ROUTE)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 4<<20); err != nil {
		t.Fatal(err)
	}
	var b []byte
	for len(b) < 470<<10 {
		b = append(b, s.message(unix.NLMSG_NOOP, 0, bytes.Repeat([]byte{byte(len(b) >> 8)}, 484))...)
	}
	s.send(0, b)
	return len(b)
}

// overflown is what a slow listener knows of its own losses.
type overflown struct {
	inode  uint64
	drops  int // /proc/net/netlink
	nobufs int // ENOBUFS from its recvmsg
}

// overflow drives a listener with a small buffer into ENOBUFS, three times: by
// new neighbours twice, and when their device takes them along.
func overflow(t *testing.T) overflown {
	t.Helper()
	must(t, "ip", "link", "add", "e2e0", "type", "dummy")
	must(t, "ip", "link", "set", "e2e0", "up")
	s := open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_NEIGH)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096); err != nil {
		t.Fatal(err)
	}
	o := overflown{inode: s.inode}
	for round := range 2 {
		batch := filepath.Join(t.TempDir(), "batch")
		var b strings.Builder
		for i := range 100 {
			fmt.Fprintf(&b, "neigh add 192.0.%d.%d lladdr 02:00:00:00:00:%02x dev e2e0\n", 2+round, i+1, i)
		}
		if err := os.WriteFile(batch, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		must(t, "ip", "-batch", batch)
		_, n := s.drain()
		o.nobufs += n
	}
	must(t, "ip", "link", "del", "e2e0")
	_, n := s.drain()
	o.nobufs += n
	o.drops = s.drops()
	if o.drops < 20 || o.nobufs != 3 {
		t.Fatalf("the listener should have been driven into ENOBUFS three times: %+v", o)
	}
	return o
}

// checkOverflow demands the kernel's own figures.
func checkOverflow(t *testing.T, recs []pcapng.Record, want overflown) {
	t.Helper()
	var drops, raised, read, bare int
	var last uint32
	for _, r := range recs {
		f := r.Frame
		if f.Socket.Inode != want.inode {
			continue
		}
		switch f.Verdict {
		case capture.VerdictOverrun:
			drops++
			last = f.Queue.Drops
			if len(f.Data) == 0 {
				bare++
			}
		case capture.VerdictNobufsRaised:
			raised++
		case capture.VerdictNobufsRead:
			read++
		}
	}
	t.Logf("slow listener: %d drops (%d without the lost message), sk_drops %d, ENOBUFS raised %d, read %d; kernel: %+v",
		drops, bare, last, raised, read, want)
	if drops != want.drops || int(last) != want.drops {
		t.Errorf("nltop counted %d drops and last read sk_drops %d, /proc/net/netlink says %d", drops, last, want.drops)
	}
	if read != want.nobufs || raised < read {
		t.Errorf("nltop saw ENOBUFS raised %d times and read %d times, the reader got %d", raised, read, want.nobufs)
	}
	if bare > 0 {
		t.Errorf("%d drops do not carry the message that was lost", bare)
	}
}
