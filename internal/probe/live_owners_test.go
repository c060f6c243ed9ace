// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReadHolderSelf(t *testing.T) {
	h, err := readHolder("/proc/self")
	if err != nil {
		t.Fatal(err)
	}
	if int(h.task.Tgid) != os.Getpid() || int(h.ppid) != os.Getppid() || h.start == 0 {
		t.Errorf("%+v", h)
	}
}

// Only Netlink sockets are found, whatever else is open.
func TestNetlinkSockets(t *testing.T) {
	nl := newSock(t, unix.NETLINK_ROUTE)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	var st unix.Stat_t
	if err := unix.Fstat(pair[0], &st); err != nil {
		t.Fatal(err)
	}
	known := map[uint64]bool{}
	found := map[uint64]bool{}
	for _, ino := range netlinkSockets("/proc/self", known) {
		found[ino] = true
	}
	if !found[nl.ino] || found[st.Ino] || !known[nl.ino] || known[st.Ino] {
		t.Errorf("Netlink socket %d, UNIX socket %d: found %v", nl.ino, st.Ino, found)
	}
}
