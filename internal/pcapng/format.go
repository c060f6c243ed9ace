// SPDX-License-Identifier: Apache-2.0

// Package pcapng records frames in pcapng files and plays capture files back:
// its own without loss, and those of tcpdump, dumpcap and others.
//
// It is not a general capture-file library: it keeps Netlink (link type 253)
// and skips, but counts, everything else. It does not decode messages.
//
// # What a recording holds
//
// A section header names machine, kernel, nltop version, source, filter and
// snap length. Interface 0 is the source: a custom option says what it saw and could
// not see (see source.go), so that programs which merge files keep that. Interface 1, "families", holds the
// preamble: the answers to an nlctrl dump that nltop made when the recording
// began. They let a reader elsewhere name generic-netlink families; they are no
// traffic of the recorded machine, and a Reader keeps the two apart.
//
// A datagram is an Enhanced Packet Block of the 16-byte cooked header that
// LINKTYPE_NETLINK prescribes and the payload in the byte order of the recorded
// machine, with options that other tools show: comment, direction, packet ID
// (Frame.ID) and process and thread ID. What has no place there is in one
// custom option (see facts.go), so that reading gives back the frame that was
// written.
//
// Two things differ from what one would write first, both for the sake of
// Wireshark 4.0 and libpcap, which refuse the whole file otherwise:
//
//   - They take no packet of more than 262,144 bytes, and one nft batch is more.
//     The packet is cut there, and the rest goes into further custom options
//     of its block.
//   - They show a Custom Block as if it were a packet. Frames that are no
//     datagrams (capture.KindCompletion, capture.KindSocketError) are blocks of
//     a type from the range for local use, which is skipped in silence.
//
// What the source counted beside its frames (who held rtnl_mutex, how sockets were read)
// is in such blocks, too, behind the last frame (see tables.go).
//
// An Interface Statistics Block stands at every flush and at the end, with the
// losses by reason in a custom option and in its comment.
//
// # What does not come back
//
//   - Strings are cut at 4,096 bytes (PATH_MAX).
//   - Data that is empty but not nil comes back nil.
//   - Time loses its monotonic reading and its location.
package pcapng

import (
	"encoding/binary"
	"fmt"
)

// Block types of draft-ietf-opsawg-pcapng, section 4 and appendix A.
const (
	blockSHB = 0x0A0D0D0A // Section Header
	blockIDB = 0x00000001 // Interface Description
	blockPB  = 0x00000002 // Packet, obsolete
	blockSPB = 0x00000003 // Simple Packet
	blockISB = 0x00000005 // Interface Statistics
	blockEPB = 0x00000006 // Enhanced Packet

	// blockReport is ours, from the range for local use (most significant
	// bit set): "NL" in its low bytes. Its body starts with factsMagic.
	blockReport = 0x80004E4C

	byteOrderMagic = 0x1A2B3C4D
)

// Option codes, same document.
const (
	optEnd     = 0
	optComment = 1
	// optCustom is opt_custom with binary data that a program may copy when it
	// rewrites the file. Its value starts with a Private Enterprise Number.
	optCustom = 2989

	shbHardware = 2
	shbOS       = 3
	shbUserAppl = 4

	ifName        = 2
	ifDescription = 3
	ifTSResol     = 9
	ifFilter      = 11
	ifOS          = 12
	ifTSOffset    = 14

	epbFlags     = 2
	epbDropCount = 4
	epbPacketID  = 5
	epbPIDTID    = 8 // two 32-bit numbers, process and thread

	isbIfRecv  = 4
	isbIfDrop  = 5
	isbOSDrop  = 7
	isbUsrDelv = 8
)

// Bits of epb_flags.
const (
	flagInbound   = 1 << 0 // towards the process: reply, event, peer
	flagOutbound  = 2 << 0 // from the process to the kernel: request
	flagUnicast   = 1 << 2
	flagMulticast = 2 << 2
)

// pen is the Private Enterprise Number of our custom options: the one that
// RFC 5612 sets aside for examples. nltop has none of its own, and this one
// can never be a vendor's, whose readers would take our bytes for theirs.
// Others may use it as we do: factsMagic tells ours.
const pen = 32473

const (
	linkNetlink   = 253 // LINKTYPE_NETLINK
	arphrdNetlink = 824 // ARPHRD_NETLINK of include/uapi/linux/if_arp.h

	// Of include/uapi/linux/if_packet.h: what __netlink_deliver_tap_skb sets,
	// and what files written with tcpdump would have, did not
	// dev_queue_xmit_nit set PACKET_OUTGOING over it.
	packetUser   = 6 // PACKET_USER, to a process
	packetKernel = 7 // PACKET_KERNEL, to the kernel

	// cookedLen is the size of the cooked header, all of it big-endian:
	//
	//	u16 packet type, u16 ARPHRD_NETLINK, u16 address length,
	//	u8 address[8], u16 protocol
	cookedLen = 16

	// maxShown is the largest packet that Wireshark and libpcap read
	// (WTAP_MAX_PACKET_SIZE_STANDARD, MAXIMUM_SNAPLEN).
	maxShown = 262144
	// maxOption is the longest option value with its padding (16-bit length).
	maxOption = 65532
	// maxString is how much of a string is kept: PATH_MAX.
	maxString = 4096
	// maxBlock bounds what the reader holds in memory, and what the writer
	// writes: twice the longest datagram that is captured. Of a block that is longer,
	// the reader skips what is behind maxRead.
	maxBlock = 8 << 20
	// maxData is the longest payload that fits into such a block with all that stands
	// beside it.
	maxData = maxBlock - 512<<10
	// maxRead is how much is read of a section header or interface that is longer than
	// maxBlock: what is told in front of the options that fill it.
	maxRead = 64 << 10
)

// Interface numbers of a recording.
const (
	ifaceSource   = 0
	ifaceFamilies = 1
)

// Error says what is wrong with a file, and where. It wraps
// io.ErrUnexpectedEOF if the file ends too early.
type Error struct {
	Offset int64 // of the block or record in the file
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("at byte %d: %v", e.Offset, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// order is both halves of a byte order in encoding/binary.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pad4 is the number of zeros after n bytes up to the next 32-bit boundary.
func pad4(n int) int { return -n & 3 }
