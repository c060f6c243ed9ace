// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Of include/uapi/linux/netlink_diag.h and sock_diag.h.
const (
	sockDiagByFamily = 20  // SOCK_DIAG_BY_FAMILY
	ndiagProtoAll    = 255 // NDIAG_PROTO_ALL

	ndiagShowMeminfo = 0x1 // NDIAG_SHOW_MEMINFO
	ndiagShowGroups  = 0x2 // NDIAG_SHOW_GROUPS
	ndiagShowFlags   = 0x8 // NDIAG_SHOW_FLAGS, from 4.20

	diagMeminfo = 0 // NETLINK_DIAG_MEMINFO
	diagGroups  = 1 // NETLINK_DIAG_GROUPS
	diagFlags   = 4 // NETLINK_DIAG_FLAGS

	memRmemAlloc = 0 // SK_MEMINFO_RMEM_ALLOC
	memRcvBuf    = 1 // SK_MEMINFO_RCVBUF
	memWmemAlloc = 2 // SK_MEMINFO_WMEM_ALLOC
	memSndBuf    = 3 // SK_MEMINFO_SNDBUF
	memDrops     = 8 // SK_MEMINFO_DROPS, from 4.6
)

// ndiagFlags are the NDIAG_FLAG_* bits, in the order of their values.
var ndiagFlags = [...]string{
	"NDIAG_FLAG_CB_RUNNING", "NDIAG_FLAG_PKTINFO", "NDIAG_FLAG_BROADCAST_ERROR",
	"NDIAG_FLAG_NO_ENOBUFS", "NDIAG_FLAG_LISTEN_ALL_NSID", "NDIAG_FLAG_CAP_ACK",
}

// errNoDiag: the kernel has no netlink_diag, built in or as a module.
var errNoDiag = errors.New("the kernel has no netlink_diag")

// diagRequest is the dump request for all protocols:
//
//	struct netlink_diag_req {
//		__u8	sdiag_family;
//		__u8	sdiag_protocol;
//		__u16	pad;
//		__u32	ndiag_ino;
//		__u32	ndiag_show;
//		__u32	ndiag_cookie[2];
//	};
func diagRequest() []byte {
	b := []byte{unix.AF_NETLINK, ndiagProtoAll, 0, 0}
	b = binary.NativeEndian.AppendUint32(b, 0)
	b = binary.NativeEndian.AppendUint32(b, ndiagShowMeminfo|ndiagShowGroups|ndiagShowFlags)
	return append(b, make([]byte, 8)...)
}

// diagTimeout bounds the wait for a kernel that does not answer.
const diagTimeout = 5 * time.Second

// diag dumps the sockets of the calling thread's network namespace. The socket
// that it asks with is left out.
func diag(ctx context.Context) ([]Socket, error) {
	conn, err := netlink.Dial(unix.NETLINK_SOCK_DIAG, nil)
	if err != nil {
		return nil, fmt.Errorf("open sock_diag socket: %w", err)
	}
	defer func() { _ = conn.Close() }()
	deadline := time.Now().Add(diagTimeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, fmt.Errorf("set deadline: %w", err)
	}
	own, err := inodeOf(conn)
	if err != nil {
		return nil, err
	}
	ms, err := conn.Execute(netlink.Message{
		Header: netlink.Header{Type: sockDiagByFamily, Flags: netlink.Request | netlink.Dump},
		Data:   diagRequest(),
	})
	switch {
	// What __sock_diag_cmd says of a family without a handler, after it asked
	// for the module in vain.
	case errors.Is(err, unix.ENOENT):
		return nil, errNoDiag
	case err != nil:
		return nil, fmt.Errorf("dump netlink sockets: %w", err)
	}
	var out []Socket
	for _, m := range ms {
		s, err := parseDiag(m.Data)
		if err != nil {
			return out, err
		}
		if s.Inode != own {
			out = append(out, s)
		}
	}
	return out, nil
}

func inodeOf(conn *netlink.Conn) (uint64, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("get descriptor: %w", err)
	}
	var st unix.Stat_t
	var statErr error
	if err := raw.Control(func(fd uintptr) { statErr = unix.Fstat(int(fd), &st) }); err != nil {
		return 0, fmt.Errorf("get descriptor: %w", err)
	}
	if statErr != nil {
		return 0, fmt.Errorf("stat own socket: %w", statErr)
	}
	return st.Ino, nil
}

// parseDiag reads one answer:
//
//	struct netlink_diag_msg {
//		__u8	ndiag_family;
//		__u8	ndiag_type;
//		__u8	ndiag_protocol;
//		__u8	ndiag_state;
//		__u32	ndiag_portid;
//		__u32	ndiag_dst_portid;
//		__u32	ndiag_dst_group;
//		__u32	ndiag_ino;
//		__u32	ndiag_cookie[2];
//	};
func parseDiag(b []byte) (Socket, error) {
	const size = 28
	if len(b) < size {
		return Socket{}, fmt.Errorf("netlink_diag_msg has %d of %d bytes", len(b), size)
	}
	s := Socket{
		Protocol: uint16(b[2]),
		PortID:   binary.NativeEndian.Uint32(b[4:]),
		Inode:    uint64(binary.NativeEndian.Uint32(b[16:])),
	}
	ad, err := netlink.NewAttributeDecoder(b[size:])
	if err != nil {
		return Socket{}, fmt.Errorf("decode netlink_diag attributes: %w", err)
	}
	for ad.Next() {
		switch v := ad.Bytes(); ad.Type() {
		case diagMeminfo:
			s.meminfo(v)
		case diagGroups:
			s.Groups = diagGroupList(v)
		case diagFlags:
			if len(v) >= 4 {
				s.diagFlags(binary.NativeEndian.Uint32(v))
			}
		}
	}
	if err := ad.Err(); err != nil {
		return Socket{}, fmt.Errorf("decode netlink_diag attributes: %w", err)
	}
	return s, nil
}

// meminfo reads the array of u32 that sk_get_meminfo fills; older kernels send
// fewer of them.
func (s *Socket) meminfo(b []byte) {
	at := func(i int) uint32 {
		if len(b) < 4*i+4 {
			return 0
		}
		return binary.NativeEndian.Uint32(b[4*i:])
	}
	s.RMem, s.RcvBuf = at(memRmemAlloc), at(memRcvBuf)
	s.WMem, s.SndBuf = at(memWmemAlloc), at(memSndBuf)
	s.Drops = at(memDrops)
}

// diagGroupList reads nlk->groups, an array of unsigned long in which bit 0 is
// group 1.
func diagGroupList(b []byte) []uint32 {
	const word = strconv.IntSize / 8
	var out []uint32
	for i := 0; i+word <= len(b); i += word {
		var w uint64
		if word == 8 {
			w = binary.NativeEndian.Uint64(b[i:])
		} else {
			w = uint64(binary.NativeEndian.Uint32(b[i:]))
		}
		out = groupsOf(out, uint32(w), uint32(8*i))
		out = groupsOf(out, uint32(w>>32), uint32(8*i)+32)
	}
	return out
}

func (s *Socket) diagFlags(v uint32) {
	for i, name := range ndiagFlags {
		if v&(1<<i) != 0 {
			s.Flags = append(s.Flags, name)
		}
	}
	if rest := v &^ (1<<len(ndiagFlags) - 1); rest != 0 {
		s.Flags = append(s.Flags, fmt.Sprintf("0x%x", rest))
	}
	s.Dump = s.Dump || v&1 != 0
}

// merge adds to the sockets of /proc/net/netlink what netlink_diag knows of
// them, and those that only it shows: sockets that joined a group but have no
// port yet are in the group's list (mc_list) and not in the hash table.
func merge(rows, diag []Socket) []Socket {
	type id struct {
		protocol uint16
		port     uint32
		inode    uint32 // netlink_diag_msg cuts it to 32 bits
	}
	at := make(map[id]int, len(rows))
	for i := range rows {
		at[id{rows[i].Protocol, rows[i].PortID, uint32(rows[i].Inode)}] = i
	}
	for _, d := range diag {
		k := id{d.Protocol, d.PortID, uint32(d.Inode)}
		i, ok := at[k]
		if !ok {
			at[k] = len(rows)
			rows = append(rows, d)
			continue
		}
		s := &rows[i]
		s.Groups, s.GroupsCut = d.Groups, false
		s.RcvBuf, s.SndBuf, s.Flags = d.RcvBuf, d.SndBuf, d.Flags
		// The dump came second: its amounts are the newer ones.
		s.RMem, s.WMem, s.Drops, s.Dump = d.RMem, d.WMem, max(s.Drops, d.Drops), s.Dump || d.Dump
	}
	return rows
}
