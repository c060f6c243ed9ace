// SPDX-License-Identifier: Apache-2.0

package nlmon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

var native = binary.NativeEndian

// geometry is the size of a ring.
type geometry struct {
	block  uint32 // bytes; tpacket_rcv cuts a packet that does not fit into one
	blocks uint32
}

// ringSize holds whole messages of up to 2 MiB less the headers: an nft
// batch of 4,000 rules. Blocks are handed over when they are full or when
// retire has passed, so a reader may stall for blocks × retire before anything
// is lost under light load, and for 32 MiB under heavy load.
var ringSize = geometry{block: 2 << 20, blocks: 16}

const retire = 20 * time.Millisecond

// Offsets into struct tpacket_block_desc with its struct tpacket_hdr_v1
// (include/uapi/linux/if_packet.h):
//
//	u32 version, u32 offset_to_priv,
//	u32 block_status, u32 num_pkts, u32 offset_to_first_pkt, u32 blk_len
const (
	blockStatus = 8
	blockCount  = 12
	blockFirst  = 16
	blockHdrLen = 48
)

// Offsets into struct tpacket3_hdr and the struct sockaddr_ll behind it:
//
//	u32 next_offset, u32 sec, u32 nsec, u32 snaplen, u32 len, u32 status,
//	u16 mac, u16 net, …
//	u16 sll_family, be16 sll_protocol, …
const (
	pktNext    = 0
	pktSec     = 4
	pktNsec    = 8
	pktSnapLen = 12
	pktLen     = 16
	pktNet     = 26
	pktSLL     = unix.SizeofTpacket3Hdr
	pktProto   = pktSLL + 2
	pktHdrLen  = pktSLL + unix.SizeofSockaddrLinklayer
)

// ring is a TPACKET_V3 receive ring, bound to one interface.
type ring struct {
	fd   int
	mem  []byte
	size geometry
	next uint32 // block to read
}

// packet is one packet in the ring, valid until its block goes back.
type packet struct {
	at       time.Time
	protocol uint16
	length   int // on the wire
	data     []byte
}

// openRing makes a ring for what passes filter on an interface. The socket is
// of type SOCK_DGRAM and nlmon has no link-layer header, so the payload starts
// at tp_net, and tp_mac is the same.
func openRing(index int, size geometry, filter []unix.SockFilter) (_ *ring, err error) {
	// Protocol 0 receives nothing until bind names one.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open packet socket: %w", err)
	}
	r := &ring{fd: fd, size: size}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return nil, fmt.Errorf("choose TPACKET_V3: %w", err)
	}
	const frame = 2048 // of no consequence to version 3, but checked
	req := unix.TpacketReq3{
		Block_size: size.block, Block_nr: size.blocks,
		Frame_size: frame, Frame_nr: size.block / frame * size.blocks,
		Retire_blk_tov: uint32(retire.Milliseconds()),
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return nil, fmt.Errorf("make a ring of %d blocks of %d bytes: %w", size.blocks, size.block, err)
	}
	if len(filter) > 0 {
		prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
		if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
			return nil, fmt.Errorf("attach socket filter: %w", err)
		}
	}
	r.mem, err = unix.Mmap(fd, 0, int(size.block)*int(size.blocks), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map the ring: %w", err)
	}
	all := binary.BigEndian.Uint16(native.AppendUint16(nil, unix.ETH_P_ALL))
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: index}); err != nil {
		return nil, fmt.Errorf("bind to interface %d: %w", index, err)
	}
	return r, nil
}

func (r *ring) close() error {
	var errs []error
	if r.mem != nil {
		errs = append(errs, unix.Munmap(r.mem))
	}
	errs = append(errs, unix.Close(r.fd))
	r.mem = nil
	return errors.Join(errs...)
}

// filterProgram is a classic BPF program that passes the given protocols, all
// if there are none, and cuts at snap bytes if it is not 0. skb->protocol is
// the Netlink protocol (__netlink_deliver_tap_skb).
func filterProgram(protocols []uint16, snap int) []unix.SockFilter {
	if len(protocols) == 0 && snap <= 0 {
		return nil
	}
	pass := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0xFFFFFFFF}
	if snap > 0 {
		pass.K = uint32(min(snap, 1<<30))
	}
	if len(protocols) == 0 {
		return []unix.SockFilter{pass}
	}
	known := slices.DeleteFunc(slices.Clone(protocols), func(p uint16) bool { return p >= capture.MaxProtocol })
	slices.Sort(known)
	known = slices.Compact(known)
	const adProtocol = 0xFFFFF000 // SKF_AD_OFF + SKF_AD_PROTOCOL of linux/filter.h
	prog := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_H | unix.BPF_ABS, K: adProtocol}}
	for i, p := range known {
		prog = append(prog, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: uint8(len(known) - i), K: uint32(p)})
	}
	return append(prog, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}, pass)
}

// wait blocks until a block is ready, wake is readable (false) or the socket
// has an error.
func (r *ring) wait(wake int) (bool, error) {
	for !r.ready() {
		woken, err := r.poll(wake, -1)
		if woken || err != nil {
			return false, err
		}
	}
	return true, nil
}

// waitLast is wait for the block that the kernel still fills when Run ends. It
// is true if there is one and it was handed over in time.
func (r *ring) waitLast(limit time.Duration) bool {
	end := time.Now().Add(limit)
	for !r.ready() {
		if r.count() == 0 || time.Now().After(end) {
			return false
		}
		if _, err := r.poll(-1, retire); err != nil {
			return false
		}
	}
	return true
}

// poll waits for something to happen; a negative limit is none.
func (r *ring) poll(wake int, limit time.Duration) (woken bool, err error) {
	timeout := -1
	if limit >= 0 {
		timeout = int(limit.Milliseconds())
	}
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, timeout); err != nil && !errors.Is(err, unix.EINTR) {
		return false, fmt.Errorf("wait for packets: %w", err)
	}
	if fds[0].Revents&unix.POLLERR != 0 {
		// packet_notifier sets ENETDOWN when the device goes.
		errno, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && errno != 0 {
			err = unix.Errno(errno)
		}
		if err != nil {
			return false, fmt.Errorf("read packets: %w", err)
		}
	}
	return fds[1].Revents != 0, nil
}

// field is a 32-bit field of the header of the block to read, which the kernel
// writes too.
func (r *ring) field(offset uint64) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.mem[uint64(r.next)*uint64(r.size.block)+offset]))
}

func (r *ring) ready() bool { return atomic.LoadUint32(r.field(blockStatus))&unix.TP_STATUS_USER != 0 }

// count is the number of packets in the block so far.
func (r *ring) count() uint32 { return atomic.LoadUint32(r.field(blockCount)) }

// drain calls fn with each packet of the block at hand, and gives the block
// back.
func (r *ring) drain(fn func(packet) error) error {
	block := r.mem[uint64(r.next)*uint64(r.size.block):][:r.size.block]
	err := eachPacket(block, fn)
	atomic.StoreUint32(r.field(blockCount), 0) // for waitLast; prb_open_block does it too, later
	atomic.StoreUint32(r.field(blockStatus), unix.TP_STATUS_KERNEL)
	r.next = (r.next + 1) % r.size.blocks
	return err
}

var errRing = errors.New("ring block contradicts itself")

func eachPacket(block []byte, fn func(packet) error) error {
	if len(block) < blockHdrLen {
		return errRing
	}
	count, at := native.Uint32(block[blockCount:]), uint64(native.Uint32(block[blockFirst:]))
	for range count {
		if at+pktHdrLen > uint64(len(block)) {
			return errRing
		}
		b := block[at:]
		start, snap := uint64(native.Uint16(b[pktNet:])), uint64(native.Uint32(b[pktSnapLen:]))
		if start < pktHdrLen || start+snap > uint64(len(b)) {
			return errRing
		}
		p := packet{
			at:       time.Unix(int64(native.Uint32(b[pktSec:])), int64(native.Uint32(b[pktNsec:]))),
			protocol: binary.BigEndian.Uint16(b[pktProto:]),
			length:   int(native.Uint32(b[pktLen:])),
			data:     b[start : start+snap],
		}
		if err := fn(p); err != nil {
			return err
		}
		at += uint64(native.Uint32(b[pktNext:]))
	}
	return nil
}

// drops reads and, as PACKET_STATISTICS does, resets the count of packets that
// found no room.
func (r *ring) drops() (uint64, error) {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0, fmt.Errorf("read packet statistics: %w", err)
	}
	return uint64(s.Drops), nil
}
