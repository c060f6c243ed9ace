// SPDX-License-Identifier: Apache-2.0

package words

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

func TestRefused(t *testing.T) {
	group := func(_ uint16, g uint32) string { return map[uint32]string{1: "RTNLGRP_LINK", 3: "RTNLGRP_NEIGH"}[g] }
	for _, tt := range []struct {
		want  string
		errno unix.Errno
		words []uint32
	}{
		{"join group 99: ENOENT", unix.ENOENT, []uint32{270, 1, 99, 0, 0}},
		{"leave group LINK: EPERM", unix.EPERM, []uint32{270, 2, 1, 0, 0}},
		{"setsockopt NETLINK_LISTEN_ALL_NSID=1: EPERM", unix.EPERM, []uint32{270, 8, 1, 0, 0}},
		{"setsockopt SO_RCVBUFFORCE=1048576: EPERM", unix.EPERM, []uint32{1, 33, 1 << 20, 0, 0}},
		{"setsockopt option 300 of level 6=-1: EINVAL", unix.EINVAL, []uint32{6, 300, 1<<32 - 1, 0, 0}},
		{"bind port 5 groups LINK,NEIGH: EADDRINUSE", unix.EADDRINUSE, []uint32{0, 0, 16, 5, 5}},
		{"bind groups 32: EPERM", unix.EPERM, []uint32{0, 0, 16, 0, 1 << 31}},
		{"bind: EINVAL", unix.EINVAL, []uint32{0, 0, 2, 0, 0}},
		{"bind or setsockopt: EINVAL", unix.EINVAL, nil},
	} {
		f := capture.Frame{Origin: &capture.Origin{Kind: capture.KindRefused, Errno: int32(tt.errno)}}
		for _, w := range tt.words {
			f.Data = binary.LittleEndian.AppendUint32(f.Data, w)
		}
		if got := Refused(&f, group); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

// The options have the numbers of the headers.
func TestOptions(t *testing.T) {
	for n, name := range map[int]string{
		unix.SO_SNDBUF: "SO_SNDBUF", unix.SO_RCVBUF: "SO_RCVBUF", unix.SO_PASSCRED: "SO_PASSCRED", unix.SO_RCVTIMEO: "SO_RCVTIMEO",
		unix.SO_SNDTIMEO: "SO_SNDTIMEO", unix.SO_ATTACH_FILTER: "SO_ATTACH_FILTER", unix.SO_DETACH_FILTER: "SO_DETACH_FILTER",
		unix.SO_SNDBUFFORCE: "SO_SNDBUFFORCE", unix.SO_RCVBUFFORCE: "SO_RCVBUFFORCE", unix.SO_ATTACH_BPF: "SO_ATTACH_BPF",
	} {
		if socketOptions[uint32(n)] != name {
			t.Errorf("SOL_SOCKET %d is %q, want %s", n, socketOptions[uint32(n)], name)
		}
	}
	if len(socketOptions) != 10 {
		t.Errorf("%d options of SOL_SOCKET", len(socketOptions))
	}
	for n := uint32(1); n <= unix.NETLINK_GET_STRICT_CHK; n++ {
		if netlinkOptions[n] == "" {
			t.Errorf("SOL_NETLINK %d has no name", n)
		}
	}
}
