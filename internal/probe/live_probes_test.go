// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// The counters in the kernel know an error that was asked for by the same marks as
// correlate.IsProbe.
func TestLiveProbes(t *testing.T) {
	info := func(index uint32) []byte {
		b := make([]byte, unix.SizeofIfInfomsg)
		binary.NativeEndian.PutUint32(b[4:], index)
		return b
	}
	// CTRL_ATTR_FAMILY_NAME of include/uapi/linux/genetlink.h is 2.
	family := append([]byte{unix.CTRL_CMD_GETFAMILY, 1, 0, 0}, 10, 0, 2, 0, 'n', 'o', 'n', 'e', 'x', 0, 0, 0)
	diag := append([]byte{unix.AF_X25, 0, 0, 0}, make([]byte, 52)...) // struct inet_diag_req_v2
	const ack, dump = unix.NLM_F_REQUEST | unix.NLM_F_ACK, unix.NLM_F_REQUEST | unix.NLM_F_DUMP
	for _, tc := range []struct {
		name       string
		protocol   int
		typ, flags uint16
		body       []byte
		errno      unix.Errno
		probe      bool
	}{
		{"bare RTM_NEWLINK", unix.NETLINK_ROUTE, unix.RTM_NEWLINK, ack, info(0), unix.ENODEV, true},
		{"RTM_NEWLINK of a link that is gone", unix.NETLINK_ROUTE, unix.RTM_NEWLINK, ack, info(1 << 30), unix.ENODEV, false},
		{"family that is not loaded", unix.NETLINK_GENERIC, unix.GENL_ID_CTRL, ack, family, unix.ENOENT, true},
		{"sockets of a family without module", unix.NETLINK_INET_DIAG, 20, dump, diag, unix.ENOENT, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			eachBackend(t, func(t *testing.T, backend string) {
				s := newSock(t, tc.protocol)
				r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{Counts: true}, nil)
				const times = 3 // the row is there from the second on
				for range times {
					if err := s.send(nltest.Message(tc.typ, tc.flags, 7, 0, tc.body), 0); err != nil {
						t.Fatal(err)
					}
					b, err := s.recv(8192)
					if err != nil {
						t.Fatal(err)
					}
					if got := -int32(binary.NativeEndian.Uint32(b[16:])); unix.Errno(got) != tc.errno {
						t.Fatalf("answered %v, want %v", unix.Errno(got), tc.errno)
					}
				}
				r.stop()
				var errors, probes uint64
				if _, err := r.src.Counts(func(c *capture.Count) {
					if c.Socket.Inode == s.ino {
						errors, probes = errors+c.Errors, probes+c.Probes
					}
				}); err != nil {
					t.Fatal(err)
				}
				want := uint64(0)
				if tc.probe {
					want = times
				}
				if errors != times || probes != want {
					t.Errorf("%d errors, %d of them probes, want %d and %d", errors, probes, times, want)
				}
			})
		})
	}
}
