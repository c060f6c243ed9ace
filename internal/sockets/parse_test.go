// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// head -1 /proc/net/netlink, then sockets of a listener with groups 1, 5 and
// 32, of a kernel socket, and of a process whose dump is running.
const procNetNetlink = `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
0000000081369923 0   0          00000000 0        0        0     2        0        4       
0000000081369924 0   4711       80000011 4352     0        0     2        17       31337   
0000000081369925 16  4294963200 00000000 0        768      1     3        4294967295 18446744073709551615
`

func TestParseNetlink(t *testing.T) {
	got, err := parseNetlink([]byte(procNetNetlink))
	if err != nil {
		t.Fatal(err)
	}
	want := []Socket{
		{Kernel: true, Inode: 4, GroupsCut: true},
		{PortID: 4711, Groups: []uint32{1, 5, 32}, GroupsCut: true, RMem: 4352, Drops: 17, Inode: 31337},
		{Protocol: 16, PortID: 4294963200, GroupsCut: true, WMem: 768, Dump: true, Drops: 4294967295, Inode: 18446744073709551615},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What does not parse is named, and costs none of its neighbours.
func TestParseNetlinkHostile(t *testing.T) {
	lines := strings.SplitAfter(procNetNetlink, "\n")
	for _, tt := range []struct {
		name, text, err string
		sockets         int
	}{
		{"empty", "", "", 0},
		{"header only", lines[0], "", 0},
		{"cut in the last number", lines[0] + lines[1] + strings.TrimRight(lines[2], "7 \n"), "parse line 3: line is cut", 1},
		{"cut in a column", lines[0] + lines[2] + lines[1][:40], "parse line 3: 4 of 10 columns", 1},
		{"shown twice", lines[1] + lines[2] + lines[1], "", 2},
		{"no number", strings.Replace(lines[1], " 0 ", " x ", 1) + lines[2], `parse line 1: column 2: "x" is no number`, 1},
		{"protocol too large", strings.Replace(lines[1], " 0 ", " 65536 ", 1), `parse line 1: column 2: "65536" is no number`, 0},
		{"below zero", strings.Replace(lines[2], "4352", "-16", 1), "", 1},
		{"empty line", "\n" + lines[1], "parse line 1: 0 of 10 columns", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseNetlink([]byte(tt.text))
			if msg := errText(err); msg != tt.err || len(got) != tt.sockets {
				t.Errorf("got %d sockets, error %q; want %d, %q", len(got), msg, tt.sockets, tt.err)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestParseStat(t *testing.T) {
	const rest = " S 7 8 9 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0\n"
	for comm, bad := range map[string]bool{"ip": false, "a b": false, "a) S 1 (": false, "x\ny": false, "": false} {
		got, err := parseStat([]byte("42 (" + comm + ")" + rest))
		if (err != nil) != bad || got != (stat{comm, 7, 12345}) {
			t.Errorf("comm %q: got %+v, %v", comm, got, err)
		}
	}
	whole := "42 (ip)" + rest
	end := strings.Index(whole, "12345")
	for n := range end {
		if got, err := parseStat([]byte(whole[:n])); err == nil {
			t.Errorf("cut at %d: got %+v and no error", n, got)
		}
	}
}

func TestParseCgroup(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"0::/\n":                               "/",
		"9:pids:/x\n0::/user.slice/a b\n":      "/user.slice/a b",
		"9:pids:/x\n":                          "",
		"0::/cut":                              "/cut",
		"1:name=systemd:/0::/x\n0::/y:z:0::\n": "/y:z:0::",
	} {
		if got := parseCgroup([]byte(text)); got != want {
			t.Errorf("parseCgroup(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestParseMounts(t *testing.T) {
	// ip netns add 'a b'; grep -e nsfs -e cgroup2 /proc/self/mountinfo
	const mounts = `29 21 0:26 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
36 35 0:4 net:[4026532281] /run/netns/a\040b rw shared:1 - nsfs nsfs rw
37 35 0:4 mnt:[4026532282] /run/snap.ns rw - nsfs nsfs rw
38 35 0:4 net:[oops] /run/netns/x rw - nsfs nsfs rw
39
`
	if d := cmp.Diff([]mount{{4026532281, "/run/netns/a b"}}, parseMounts([]byte(mounts)), cmp.AllowUnexported(mount{})); d != "" {
		t.Error(d)
	}
	if got := parseCgroupMount([]byte(mounts)); got != "/sys/fs/cgroup/unified" {
		t.Errorf("cgroup2 mount %q", got)
	}
	for in, want := range map[string]string{`\`: `\`, `\04`: `\04`, `\999x`: `\999x`, `a\134b`: `a\b`, `\040\011`: " \t"} {
		if got := unescapeMount(in); got != want {
			t.Errorf("unescapeMount(%q) = %q, want %q", in, got, want)
		}
	}
}

// diagMessage builds a netlink_diag_msg and its attributes.
func diagMessage(protocol uint8, port, inode uint32, mem, groups []uint32) []byte {
	bo := binary.NativeEndian
	b := []byte{16, 3, protocol, 7}
	b = bo.AppendUint32(b, port)
	b = append(b, make([]byte, 8)...)
	b = bo.AppendUint32(b, inode)
	b = append(b, make([]byte, 8)...)
	for _, a := range []struct {
		id uint16
		v  []uint32
	}{{diagMeminfo, mem}, {diagGroups, groups}, {diagFlags, []uint32{1 | 8 | 1<<20}}} {
		var words [][]byte
		for _, v := range a.v {
			words = append(words, nltest.Native.U32(v))
		}
		b = append(b, nltest.Native.Attr(a.id, words...)...)
	}
	return b
}

func TestParseDiag(t *testing.T) {
	mem := []uint32{100, 212992, 200, 425984, 0, 0, 0, 0, 9}
	b := diagMessage(0, 4711, 31337, mem, []uint32{1<<0 | 1<<31, 1 << 1})
	got, err := parseDiag(b)
	want := Socket{PortID: 4711, Inode: 31337, RMem: 100, RcvBuf: 212992, WMem: 200, SndBuf: 425984, Drops: 9,
		Groups: []uint32{1, 32, 34}, Dump: true, Flags: []string{"NDIAG_FLAG_CB_RUNNING", "NDIAG_FLAG_NO_ENOBUFS", "0x100000"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
	// Kernels before 4.6 send fewer amounts.
	if got, err := parseDiag(diagMessage(0, 1, 2, mem[:4], nil)); err != nil || got.SndBuf != 425984 || got.Drops != 0 {
		t.Errorf("short meminfo: got %+v, %v", got, err)
	}
	for n := range 28 {
		if _, err := parseDiag(b[:n]); err == nil {
			t.Errorf("no error for %d bytes", n)
		}
	}
}

func TestMerge(t *testing.T) {
	rows, _ := parseNetlink([]byte(procNetNetlink))
	got := merge(rows, []Socket{
		{PortID: 4711, Inode: 31337, Groups: []uint32{1, 5, 32, 40}, RMem: 5000, RcvBuf: 212992, SndBuf: 1, Drops: 16},
		{Protocol: 9, Inode: 77, Groups: []uint32{1}, RcvBuf: 1},
	})
	want, _ := parseNetlink([]byte(procNetNetlink))
	s := &want[1]
	s.Groups, s.GroupsCut, s.RMem, s.RcvBuf, s.SndBuf = []uint32{1, 5, 32, 40}, false, 5000, 212992, 1
	want = append(want, Socket{Protocol: 9, Inode: 77, Groups: []uint32{1}, RcvBuf: 1})
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestPickOwner(t *testing.T) {
	p := func(pid, ppid uint32) capture.Proc { return capture.Proc{PID: pid, PPID: ppid, Comm: "x"} }
	for _, tt := range []struct {
		name    string
		port    uint32
		holders []capture.Proc
		want    uint32
		shared  []uint32
	}{
		{"the only one", 5, []capture.Proc{p(9, 1)}, 9, nil},
		{"the one that the port names", 12, []capture.Proc{p(9, 1), p(12, 9)}, 12, []uint32{9}},
		{"the parent", 4294963200, []capture.Proc{p(3, 12), p(9, 12), p(12, 1)}, 12, []uint32{3, 9}},
		{"unrelated", 7, []capture.Proc{p(9, 1), p(8, 1)}, 8, []uint32{9}},
	} {
		var holders []holder
		for _, p := range tt.holders {
			holders = append(holders, holder{p, []uint32{p.PID + 1, p.PID}})
		}
		got, fds, shared := pickOwner(tt.port, holders)
		if got.PID != tt.want || !slices.Equal(shared, tt.shared) || !slices.Equal(fds, []uint32{tt.want, tt.want + 1}) {
			t.Errorf("%s: got %d, shared with %v; want %d, %v", tt.name, got.PID, shared, tt.want, tt.shared)
		}
	}
}

func TestMarshalJSON(t *testing.T) {
	for _, tt := range []struct {
		s    Socket
		want string
	}{
		{Socket{Kernel: true, Protocol: 16, NetNS: 5, Inode: 4},
			`{"protocol":"NETLINK_GENERIC","portid":0,"netns":5,"inode":4,"kernel":true,"proc":null,"groups":[],"rmem":0,"wmem":0,"drops":0}`},
		{Socket{PortID: 9, NetNS: 5, NetNSName: "host", Inode: 6, Owner: capture.Proc{PID: 9, PPID: 1, Comm: "ip", Cgroup: "/x"},
			SharedWith: []uint32{10}, Groups: []uint32{1}, RMem: 2, WMem: 3, RcvBuf: 4, SndBuf: 5, Drops: 6, Dump: true, Flags: []string{"NDIAG_FLAG_CAP_ACK"}},
			`{"protocol":"NETLINK_ROUTE","portid":9,"netns":5,"netns_name":"host","inode":6,"proc":{"pid":9,"ppid":1,"comm":"ip","cgroup":"/x"},` +
				`"shared_with":[10],"groups":[1],"rmem":2,"rcvbuf":4,"wmem":3,"sndbuf":5,"drops":6,"dump":true,"flags":["NDIAG_FLAG_CAP_ACK"]}`},
	} {
		b, err := json.Marshal(tt.s)
		if err != nil || string(b) != tt.want {
			t.Errorf("got  %s (%v)\nwant %s", b, err, tt.want)
		}
	}
}

func TestGaps(t *testing.T) {
	var g gaps
	for i := range maxGaps + 5 {
		g.add("reason %d", i)
		g.add("reason %d", i)
	}
	if l := g.list(); len(l) != maxGaps+1 || l[maxGaps] != "10 more" {
		t.Errorf("got %d reasons, the last %q", len(l), l[len(l)-1])
	}
}

func FuzzProcNetNetlink(f *testing.F) {
	f.Add([]byte(procNetNetlink))
	f.Add([]byte(procNetNetlink[:200]))
	f.Add([]byte("42 (a) b) S 1 2 3 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0\n"))
	f.Add([]byte("0::/user.slice\n36 35 0:4 net:[4026532281] /run/netns/a\\040b rw - nsfs nsfs rw\n"))
	f.Add(diagMessage(16, 1, 2, []uint32{1, 2, 3, 4, 5, 6, 7, 8, 9}, []uint32{0xffffffff, 1}))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := parseNetlink(b)
		if lines := strings.Count(string(b), "\n") + 1; len(rows) > lines {
			t.Errorf("%d sockets from %d lines", len(rows), lines)
		}
		if err == nil && len(rows) == 0 && len(b) > 0 && !strings.HasPrefix(string(b), "sk ") {
			t.Errorf("%q: neither sockets nor an error", b)
		}
		if st, err := parseStat(b); err == nil && len(st.comm) > len(b) {
			t.Errorf("comm %q is longer than its file", st.comm)
		}
		_ = parseCgroup(b)
		_ = parseMounts(b)
		_ = parseCgroupMount(b)
		if s, err := parseDiag(b); err == nil {
			if _, err := json.Marshal(s); err != nil {
				t.Error(err)
			}
		}
	})
}

// The kernel doubles what SO_RCVBUF asks for; who asked for nothing has the default.
func TestAsked(t *testing.T) {
	for _, tt := range []struct{ rcvbuf, usual, want uint32 }{
		{212992, 212992, 0}, {2 << 20, 212992, 1 << 20}, {4096, 212992, 2048}, {4096, 0, 0}, {0, 212992, 0},
	} {
		if got := asked(tt.rcvbuf, tt.usual); got != tt.want {
			t.Errorf("asked(%d, %d) = %d, want %d", tt.rcvbuf, tt.usual, got, tt.want)
		}
	}
}
