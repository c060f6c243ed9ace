// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// nlctrlNotify is the group "notify" of nlctrl: GENL_ID_CTRL, the first ID.
const nlctrlNotify = unix.GENL_ID_CTRL

// family is a generic-netlink family and its groups.
type family struct {
	name   string
	groups []genlGroup
}

type genlGroup struct {
	name string
	id   uint32
}

// dumpFamilies asks nlctrl for all families.
func dumpFamilies() ([]family, error) {
	conn, err := netlink.Dial(unix.NETLINK_GENERIC, nil)
	if err != nil {
		return nil, fmt.Errorf("open generic netlink: %w", err)
	}
	defer conn.Close()
	msgs, err := conn.Execute(netlink.Message{
		Header: netlink.Header{Type: unix.GENL_ID_CTRL, Flags: netlink.Request | netlink.Dump},
		Data:   []byte{unix.CTRL_CMD_GETFAMILY, 1, 0, 0},
	})
	if err != nil {
		return nil, fmt.Errorf("list generic-netlink families: %w", err)
	}
	var all []family
	for _, m := range msgs {
		if f, ok := parseFamily(m.Data); ok {
			all = append(all, f)
		}
	}
	return all, nil
}

// parseFamily reads CTRL_CMD_NEWFAMILY or CTRL_CMD_NEWMCAST_GRP, from its
// struct genlmsghdr on.
func parseFamily(b []byte) (f family, ok bool) {
	if len(b) < 4 || b[0] != unix.CTRL_CMD_NEWFAMILY && b[0] != unix.CTRL_CMD_NEWMCAST_GRP {
		return f, false
	}
	eachAttr(b[4:], func(typ uint16, v []byte) {
		switch typ {
		case unix.CTRL_ATTR_FAMILY_NAME:
			f.name = cString(v)
		case unix.CTRL_ATTR_MCAST_GROUPS:
			eachAttr(v, func(_ uint16, v []byte) {
				var g genlGroup
				eachAttr(v, func(typ uint16, v []byte) {
					switch {
					case typ == unix.CTRL_ATTR_MCAST_GRP_NAME:
						g.name = cString(v)
					case typ == unix.CTRL_ATTR_MCAST_GRP_ID && len(v) == 4:
						g.id = native.Uint32(v)
					}
				})
				if g.id != 0 {
					f.groups = append(f.groups, g)
				}
			})
		}
	})
	return f, f.name != ""
}

// eachAttr walks struct nlattr as far as they make sense. These come from the
// kernel, but a peer may imitate it.
func eachAttr(b []byte, fn func(typ uint16, value []byte)) {
	for len(b) >= unix.SizeofNlAttr {
		size := int(native.Uint16(b))
		if size < unix.SizeofNlAttr || size > len(b) {
			return
		}
		const mask = unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER
		fn(native.Uint16(b[2:])&^mask, b[unix.SizeofNlAttr:size])
		b = b[min((size+3)&^3, len(b)):]
	}
}

func cString(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

// newFamilies finds the announcements of families in a datagram of the kernel's.
func newFamilies(data []byte) []family {
	var all []family
	for len(data) >= unix.NLMSG_HDRLEN {
		size := native.Uint32(data)
		if size < unix.NLMSG_HDRLEN || uint64(size) > uint64(len(data)) {
			break
		}
		if native.Uint16(data[4:]) == unix.GENL_ID_CTRL {
			if f, ok := parseFamily(data[unix.NLMSG_HDRLEN:size]); ok {
				all = append(all, f)
			}
		}
		data = data[min((uint64(size)+3)&^3, uint64(len(data))):]
	}
	return all
}

var native = binary.NativeEndian
