// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

const rtaNHID = 30 // RTA_NH_ID, include/uapi/linux/rtnetlink.h

const routeSize = int(unsafe.Sizeof(fentryNlRoute{}))

// flushedPoint names the routes that the kernel removes without an event. A variant of the
// function that the compiler made has other arguments, and another name.
var flushedPoint = point{prog: "flushed", funcs: []string{"fib_notify_alias_delete"},
	why: "IPv4 routes that go with a link or an address are not named", sees: capture.SeesFlushed}

// flushedMessage makes the RTM_DELROUTE of what a record tells of a route, as
// fib_dump_info() in net/ipv4/fib_semantics.c would have; nil: it is too short.
func flushedMessage(data []byte) []byte {
	if len(data) < routeSize {
		return nil
	}
	var r fentryNlRoute
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&r)), routeSize), data)
	ne := binary.NativeEndian
	table := uint8(unix.RT_TABLE_COMPAT)
	if r.Table < 256 {
		table = uint8(r.Table)
	}
	// struct nlmsghdr, struct rtmsg
	m := make([]byte, unix.SizeofNlMsghdr+unix.SizeofRtMsg, 128)
	ne.PutUint16(m[4:], unix.RTM_DELROUTE)
	copy(m[unix.SizeofNlMsghdr:], []byte{unix.AF_INET, r.DstLen, 0, r.Tos, table, r.Protocol, r.Scope, r.Type})
	attr := func(typ uint16, value ...byte) {
		m = ne.AppendUint16(m, uint16(unix.SizeofRtAttr+len(value)))
		m = append(ne.AppendUint16(m, typ), value...)
		for len(m)%4 != 0 {
			m = append(m, 0)
		}
	}
	number := func(typ uint16, v uint32) {
		if v != 0 {
			attr(typ, ne.AppendUint32(nil, v)...)
		}
	}
	attr(unix.RTA_TABLE, ne.AppendUint32(nil, r.Table)...)
	if r.DstLen > 0 {
		attr(unix.RTA_DST, binary.BigEndian.AppendUint32(nil, r.Dst)...)
	}
	number(unix.RTA_PRIORITY, r.Priority)
	number(unix.RTA_PREFSRC, r.Prefsrc)
	number(rtaNHID, r.NhId)
	switch r.GwFamily {
	case unix.AF_INET:
		attr(unix.RTA_GATEWAY, r.Gw[:4]...)
	case unix.AF_INET6:
		attr(unix.RTA_VIA, append(ne.AppendUint16(nil, unix.AF_INET6), r.Gw[:]...)...)
	}
	number(unix.RTA_OIF, r.Oif)
	ne.PutUint32(m, uint32(len(m)))
	return m
}
