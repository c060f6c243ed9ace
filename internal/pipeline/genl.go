// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"encoding/binary"
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
	fs, err := askNlctrl(unix.CTRL_CMD_GETFAMILY, nil)
	if err != nil {
		return nil, fmt.Errorf("dump generic-netlink families: %w", err)
	}
	return fs, nil
}

// ctrlCmdGetPolicy is CTRL_CMD_GETPOLICY.
const ctrlCmdGetPolicy = 10

// KernelPolicy dumps what the running kernel accepts of a generic-netlink
// family (CTRL_CMD_GETPOLICY, Linux 5.7), as frames like those of
// KernelFamilies.
func KernelPolicy(id uint16) ([]*capture.Frame, error) {
	attr := binary.NativeEndian.AppendUint16(nil, unix.SizeofNlAttr+2)
	attr = binary.NativeEndian.AppendUint16(attr, unix.CTRL_ATTR_FAMILY_ID)
	attr = binary.NativeEndian.AppendUint16(attr, id)
	fs, err := askNlctrl(ctrlCmdGetPolicy, append(attr, 0, 0))
	if err != nil {
		return nil, fmt.Errorf("dump policy of generic-netlink family %d: %w", id, err)
	}
	return fs, nil
}

// askNlctrl sends a dump request to nlctrl and returns the answers.
func askNlctrl(cmd byte, attrs []byte) ([]*capture.Frame, error) {
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
		Data: append([]byte{cmd, 1, 0, 0}, attrs...),
	})
	if err != nil {
		return nil, err
	}
	now := time.Now()
	out := make([]*capture.Frame, 0, len(ms))
	for _, m := range ms {
		b, err := m.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("encode reply of nlctrl: %w", err)
		}
		out = append(out, &capture.Frame{
			Origin: &capture.Origin{
				Kind: capture.KindDatagram, Dir: capture.DirReply, Protocol: capture.NETLINK_GENERIC,
				DstPort: m.Header.PID, Socket: capture.Socket{PortID: m.Header.PID},
			},
			Time: now, Data: b, OrigLen: len(b),
		})
	}
	return out, nil
}
