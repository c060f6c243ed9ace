// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"context"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// A socket is asked for the options that were set, and for no others.
func TestAskOptions(t *testing.T) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	want := []string{"PKTINFO", "BROADCAST_ERROR", "CAP_ACK", "EXT_ACK", "GET_STRICT_CHK"}
	for _, o := range options {
		if slices.Contains(want, o.name) {
			if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, o.opt, 1); err != nil {
				t.Fatalf("%s: %v", o.name, err)
			}
		}
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		t.Fatal(err)
	}
	ss := []Socket{
		{Inode: st.Ino, Owner: capture.Proc{PID: uint32(os.Getpid())}, FDs: []uint32{uint32(fd)}, RcvBuf: 1},
		{Inode: st.Ino + 1, Owner: capture.Proc{PID: uint32(os.Getpid())}, FDs: []uint32{uint32(fd)}, RcvBuf: 1}, // gone
		{Inode: st.Ino},
		{Kernel: true},
	}
	if missing := AskOptions(context.Background(), ss); missing != "options of 1 socket, but for what netlink_diag tells: their descriptors are not known" {
		t.Error(missing)
	}
	if o := ss[0].Options; o == nil || !slices.Equal(o.On, want) || len(o.Unknown) > 0 {
		t.Errorf("%v, want %v", o, want)
	}
	if ss[1].Options != nil || ss[3].Options != nil {
		t.Errorf("of a socket that is gone: %v, of the kernel's: %v", ss[1].Options, ss[3].Options)
	}
	if o := ss[2].Options; o == nil || len(o.On) > 0 || len(o.Unknown) != len(options) {
		t.Errorf("of nobody's: %v", o)
	}
}
