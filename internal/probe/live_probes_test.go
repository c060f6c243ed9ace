// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// The counters in the kernel know an error that was asked for by the same marks as the
// tables of the families (schema.Probe, TestProbesOfTheKernel of families). Of a family
// that has no fixed number they count ENODEV apart.
func TestLiveProbes(t *testing.T) {
	info := func(index uint32) []byte {
		b := make([]byte, unix.SizeofIfInfomsg)
		binary.NativeEndian.PutUint32(b[4:], index)
		return b
	}
	// CTRL_ATTR_FAMILY_NAME of include/uapi/linux/genetlink.h is 2.
	family := append([]byte{unix.CTRL_CMD_GETFAMILY, 1, 0, 0}, 10, 0, 2, 0, 'n', 'o', 'n', 'e', 'x', 0, 0, 0)
	diag := append([]byte{unix.AF_X25, 0, 0, 0}, make([]byte, 52)...) // struct inet_diag_req_v2
	// An nftables table that does not exist: NFTA_SET_TABLE and NFTA_CHAIN_TABLE are 1, of
	// linux/netfilter/nf_tables.h.
	table := []byte{unix.NFPROTO_IPV4, 0, 0, 0, 10, 0, 1, 0, 'n', 'o', 'n', 'e', 'x', 0, 0, 0}
	const ack, dump = unix.NLM_F_REQUEST | unix.NLM_F_ACK, unix.NLM_F_REQUEST | unix.NLM_F_DUMP
	ethtool := genericID(t, "ethtool")
	// ETHTOOL_MSG_LINKINFO_GET is 2, ETHTOOL_A_LINKINFO_HEADER 1 and _HEADER_DEV_NAME 2.
	device := []byte{2, 1, 0, 0, 16, 0, 1, 0x80, 10, 0, 2, 0, 'n', 'o', 'n', 'e', 'x', 0, 0, 0}
	cases := []struct {
		name       string
		protocol   int
		typ, flags uint16
		body       []byte
		errno      unix.Errno
		probe      bool
		nodev      bool // counted as such
	}{
		{"bare RTM_NEWLINK", unix.NETLINK_ROUTE, unix.RTM_NEWLINK, ack, info(0), unix.ENODEV, true, false},
		{"RTM_NEWLINK of a link that is gone", unix.NETLINK_ROUTE, unix.RTM_NEWLINK, ack, info(1 << 30), unix.ENODEV, false, false},
		{"family that is not loaded", unix.NETLINK_GENERIC, unix.GENL_ID_CTRL, ack, family, unix.ENOENT, true, false},
		{"sockets of a family without module", unix.NETLINK_INET_DIAG, 20, dump, diag, unix.ENOENT, true, false},
		{"all sets of a table that is not there", unix.NETLINK_NETFILTER, 10<<8 | 10, dump, table, unix.ENOENT, true, false},
		{"one set of it", unix.NETLINK_NETFILTER, 10<<8 | 10, ack, append(slices.Clone(table), 8, 0, 2, 0, 's', 0, 0, 0), unix.ENOENT, false, false},
		{"a table that is not there", unix.NETLINK_NETFILTER, 10<<8 | 1, ack, table, unix.ENOENT, false, false},
		{"generic family, no such device", unix.NETLINK_GENERIC, ethtool, ack, device, unix.ENODEV, false, true},
	}
	const times = 3 // the row is there from the second on
	eachBackend(t, func(t *testing.T, backend string) {
		// Rows are those of sockets, and each case has its own.
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{Counts: true}, nil)
		socks := make([]*sock, len(cases))
		for i, tc := range cases {
			s := newSock(t, tc.protocol)
			socks[i] = s
			for range times {
				if err := s.send(nltest.Message(tc.typ, tc.flags, 7, 0, tc.body), 0); err != nil {
					t.Fatal(err)
				}
				b, err := s.recv(8192)
				if err != nil {
					t.Fatal(err)
				}
				if got := -int32(binary.NativeEndian.Uint32(b[16:])); unix.Errno(got) != tc.errno {
					t.Fatalf("%s: answered %v, want %v", tc.name, unix.Errno(got), tc.errno)
				}
			}
		}
		r.stop()
		counted := make(map[uint64]capture.Count)
		if _, err := r.src.Counts(func(c *capture.Count) {
			sum := counted[c.Socket.Inode]
			sum.Errors, sum.Probes, sum.NoDevs = sum.Errors+c.Errors, sum.Probes+c.Probes, sum.NoDevs+c.NoDevs
			counted[c.Socket.Inode] = sum
		}); err != nil {
			t.Fatal(err)
		}
		for i, tc := range cases {
			var want, wantNodev uint64
			if tc.probe {
				want = times
			}
			if tc.nodev {
				wantNodev = times
			}
			if c := counted[socks[i].ino]; c.Errors != times || c.Probes != want || c.NoDevs != wantNodev {
				t.Errorf("%s: %d errors, %d of them probes, %d ENODEV, want %d, %d and %d", tc.name, c.Errors, c.Probes, c.NoDevs, times, want, wantNodev)
			}
		}
	})
}

// genericID asks the kernel for the number of a generic family.
func genericID(t *testing.T, name string) uint16 {
	t.Helper()
	s := newSock(t, unix.NETLINK_GENERIC)
	// CTRL_ATTR_FAMILY_NAME is 2, CTRL_ATTR_FAMILY_ID 1, a u16.
	body := append([]byte{unix.CTRL_CMD_GETFAMILY, 1, 0, 0}, nltest.Native.Attr(2, append([]byte(name), 0))...)
	if err := s.send(nltest.Message(unix.GENL_ID_CTRL, unix.NLM_F_REQUEST, 1, 0, body), 0); err != nil {
		t.Fatal(err)
	}
	b, err := s.recv(8192)
	if err != nil {
		t.Fatal(err)
	}
	for b = b[20:]; len(b) >= 6; b = b[min((int(binary.NativeEndian.Uint16(b))+3)&^3, len(b)):] {
		if binary.NativeEndian.Uint16(b[2:]) == 1 {
			return binary.NativeEndian.Uint16(b[4:])
		}
	}
	t.Fatalf("no family %s: %x", name, b)
	return 0
}
