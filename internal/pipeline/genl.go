// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"fmt"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// KernelFamilies dumps the running kernel's generic-netlink families
// (CTRL_CMD_GETFAMILY) and returns the replies as frames, one message each: the
// decoder learns ids and group names from them as it does from captured
// traffic, and recordings begin with them.
func KernelFamilies() ([]*capture.Frame, error) {
	conn, err := netlink.Dial(unix.NETLINK_GENERIC, nil)
	if err != nil {
		return nil, fmt.Errorf("open generic-netlink socket: %w", err)
	}
	defer func() { _ = conn.Close() }()
	// Without a deadline a kernel that never answers would hang nltop's start.
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return nil, fmt.Errorf("set deadline: %w", err)
	}
	ms, err := conn.Execute(netlink.Message{
		Header: netlink.Header{Type: unix.GENL_ID_CTRL, Flags: netlink.Request | netlink.Dump},
		// struct genlmsghdr { __u8 cmd; __u8 version; __u16 reserved; };
		Data: []byte{unix.CTRL_CMD_GETFAMILY, 1, 0, 0},
	})
	if err != nil {
		return nil, fmt.Errorf("dump generic-netlink families: %w", err)
	}
	now := time.Now()
	out := make([]*capture.Frame, 0, len(ms))
	for _, m := range ms {
		b, err := m.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("encode family reply: %w", err)
		}
		out = append(out, &capture.Frame{
			Time: now, Kind: capture.KindDatagram, Dir: capture.DirReply,
			Protocol: capture.NETLINK_GENERIC, Data: b, OrigLen: len(b),
			DstPort: m.Header.PID, Socket: capture.Socket{PortID: m.Header.PID},
		})
	}
	return out, nil
}
