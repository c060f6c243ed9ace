// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"bytes"
	"fmt"
	"math/bits"
	"strconv"
)

// parseNetlink reads /proc/net/netlink, as netlink_seq_show
// (net/netlink/af_netlink.c) writes it:
//
//	seq_puts(seq, "sk               Eth Pid        Groups   "
//		 "Rmem     Wmem     Dump  Locks    Drops    Inode\n");
//	seq_printf(seq, "%pK %-3d %-10u %08x %-8d %-8d %-5d %-8d %-8u %-8lu\n",
//		   s, s->sk_protocol, nlk->portid,
//		   nlk->groups ? (u32)nlk->groups[0] : 0,
//		   sk_rmem_alloc_get(s), sk_wmem_alloc_get(s),
//		   READ_ONCE(nlk->cb_running), refcount_read(&s->sk_refcnt),
//		   sk_drops_read(s), sock_i_ino(s));
//
// The walk of the hash table may show a socket twice when the table is resized
// meanwhile; duplicates are left out. A line that does not parse is left out
// and the first such is returned as the error, beside all that did parse.
func parseNetlink(b []byte) ([]Socket, error) {
	type id struct {
		protocol uint16
		port     uint32
		inode    uint64
	}
	var out []Socket
	var first error
	seen := make(map[id]bool)
	for n := 1; len(b) > 0; n++ {
		line, rest, whole := bytes.Cut(b, []byte{'\n'})
		b = rest
		if n == 1 && bytes.HasPrefix(line, []byte("sk ")) {
			continue
		}
		s, err := parseNetlinkLine(line)
		if err == nil && !whole {
			// The last number may have lost digits.
			err = fmt.Errorf("line is cut")
		}
		if err != nil {
			if first == nil {
				first = fmt.Errorf("parse line %d: %w", n, err)
			}
			continue
		}
		if k := (id{s.Protocol, s.PortID, s.Inode}); !seen[k] {
			seen[k] = true
			out = append(out, s)
		}
	}
	return out, first
}

func parseNetlinkLine(line []byte) (Socket, error) {
	f := bytes.Fields(line)
	if len(f) < 10 {
		return Socket{}, fmt.Errorf("%d of 10 columns", len(f))
	}
	var err error
	num := func(i, base, size int) uint64 {
		v, e := strconv.ParseUint(string(f[i]), base, size)
		if e != nil && err == nil {
			err = fmt.Errorf("column %d: %q is no number", i+1, f[i])
		}
		return v
	}
	// The two amounts of memory are printed as signed numbers, and a racing
	// reader may see one below zero.
	mem := func(i int) uint32 {
		v, e := strconv.ParseInt(string(f[i]), 10, 32)
		if e != nil && err == nil {
			err = fmt.Errorf("column %d: %q is no number", i+1, f[i])
		}
		return uint32(max(v, 0))
	}
	s := Socket{
		Protocol: uint16(num(1, 10, 16)), PortID: uint32(num(2, 10, 32)),
		RMem: mem(4), WMem: mem(5), Dump: num(6, 10, 32) != 0,
		Drops: uint32(num(8, 10, 32)), Inode: num(9, 10, 64), GroupsCut: true,
	}
	s.Groups = groupsOf(s.Groups, uint32(num(3, 16, 32)), 0)
	// Only hashed sockets are shown, and a user's is hashed when it gets its
	// port, which is never 0 (netlink_insert, netlink_autobind).
	s.Kernel = s.PortID == 0
	return s, err
}

// groupsOf appends the group numbers of one word of the bit map: bit 0 of
// nlk->groups is group 1.
func groupsOf(dst []uint32, word uint32, base uint32) []uint32 {
	for ; word != 0; word &= word - 1 {
		dst = append(dst, base+uint32(bits.TrailingZeros32(word))+1)
	}
	return dst
}
