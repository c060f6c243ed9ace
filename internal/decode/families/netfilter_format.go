// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// nfPacket renders a packet: what its IP header says, as far as it is there,
// and all of its bytes.
func nfPacket(b []byte, _ bool) (string, bool) {
	s := hex.EncodeToString(b)
	if head := nfIPHeader(b); head != "" {
		s = head + nfPacketLength(b) + ": " + s
	}
	return s, true
}

// nfPacketLength says where a payload is not as long as its IP header says: cut, as a
// copy range or snap length does, or with bytes behind the packet, which are none of it.
func nfPacketLength(b []byte) string {
	said := int(binary.BigEndian.Uint16(b[2:]))
	if b[0]>>4 == 6 {
		said = 40 + int(binary.BigEndian.Uint16(b[4:]))
	}
	switch {
	case said == 0 || said == 40 && b[0]>>4 == 6: // offloaded, jumbogram
		return ""
	case len(b) > said:
		return fmt.Sprintf(" (packet of %d B and %d B behind it)", said, len(b)-said)
	case len(b) < said:
		return fmt.Sprintf(" (%d B of a packet of %d B)", len(b), said)
	}
	return ""
}

// nfIPHeader is "IPv4 192.0.2.1:1024 > 192.0.2.2:53 UDP", or "".
func nfIPHeader(b []byte) string {
	var src, dst netip.Addr
	var proto, version byte
	var upper []byte
	first := true // has the header of the next layer
	switch {
	case len(b) >= 20 && b[0]>>4 == 4 && b[0]&15 >= 5:
		version, proto = 4, b[9]
		src, dst = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
		first = binary.BigEndian.Uint16(b[6:])&0x1fff == 0
		upper = b[min(int(b[0]&15)*4, len(b)):]
	case len(b) >= 40 && b[0]>>4 == 6:
		version, proto = 6, b[6]
		src, dst = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
		upper = b[40:]
	default:
		return ""
	}
	name, ok := ctnlL4Proto.Lookup(uint64(proto))
	name = strings.TrimPrefix(name, "IPPROTO_")
	if !ok {
		name = "protocol " + strconv.Itoa(int(proto))
	}
	switch proto {
	case 6, 17, 33, 132, 136: // TCP, UDP, DCCP, SCTP, UDP-Lite
		if first && len(upper) >= 4 {
			return fmt.Sprintf("IPv%d %s > %s %s", version, netip.AddrPortFrom(src, binary.BigEndian.Uint16(upper)),
				netip.AddrPortFrom(dst, binary.BigEndian.Uint16(upper[2:])), name)
		}
	case 1, 58: // ICMP, ICMPv6
		if first && len(upper) >= 2 {
			return fmt.Sprintf("IPv%d %s > %s %s type %d code %d", version, src, dst, name, upper[0], upper[1])
		}
	}
	return fmt.Sprintf("IPv%d %s > %s %s", version, src, dst, name)
}

// nfHWAddr renders
//
//	struct nfqnl_msg_packet_hw {
//		__be16	hw_addrlen;
//		__u16	_pad;
//		__u8	hw_addr[8];
//	};
//
// and struct nfulnl_msg_packet_hw, which is the same.
func nfHWAddr(b []byte, _ bool) (string, bool) {
	if len(b) != 12 {
		return "", false
	}
	n := int(binary.BigEndian.Uint16(b))
	if n > 8 {
		return "", false
	}
	parts := make([]string, n)
	for i, x := range b[4 : 4+n] {
		parts[i] = hex.EncodeToString([]byte{x})
	}
	return strings.Join(parts, ":"), true
}

// nfVerdictText renders a verdict (linux/netfilter.h): what to do in the low 8
// bits; in the high 16 the queue of NF_QUEUE, or the errno of NF_DROP.
func nfVerdictText(b []byte, _ bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	v := binary.BigEndian.Uint32(b)
	name, ok := nfVerdict.Lookup(uint64(v & 0xff))
	if !ok {
		return "0x" + strconv.FormatUint(uint64(v), 16), true
	}
	high := v >> 16
	switch {
	case v&0xff == 3: // NF_QUEUE
		name += " " + strconv.Itoa(int(high))
		if v&0x8000 != 0 { // NF_VERDICT_FLAG_QUEUE_BYPASS
			name += " bypass"
		}
	case high != 0 && v&0xff == 0: // NF_DROP_ERR
		name += " errno " + strconv.Itoa(int(high))
	case v > 0xff:
		name += " 0x" + strconv.FormatUint(uint64(v), 16)
	}
	return name, true
}

// ctnlLabels renders labels as the numbers of their bits. They are an array of
// unsigned long.
func ctnlLabels(b []byte, big bool) (string, bool) {
	var names []string
	for i := range 8 * len(b) {
		at := i / 8
		if big {
			at ^= 7
		}
		if at < len(b) && b[at]&(1<<(i%8)) != 0 {
			names = append(names, strconv.Itoa(i))
		}
	}
	if names == nil {
		return "none", true
	}
	return "bit " + strings.Join(names, ","), true
}

// ctnlTime renders nanoseconds since 1970.
func ctnlTime(b []byte, _ bool) (string, bool) {
	if len(b) != 8 {
		return "", false
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b))).UTC().Format(time.RFC3339Nano), true
}

// osfOptLen is the size of
//
//	struct nf_osf_opt {
//		__u16	kind, length;
//		struct nf_osf_wc wc; // __u32 wc, val
//	};
const osfOptLen = 12

// osfOption is enum iana_options of linux/netfilter/nfnetlink_osf.h.
var osfOption = values("iana_options",
	val(0, "OSFOPT_EOL"), val(1, "OSFOPT_NOP"), val(2, "OSFOPT_MSS"), val(3, "OSFOPT_WSO"), val(4, "OSFOPT_SACKP"),
	val(5, "OSFOPT_SACK"), val(6, "OSFOPT_ECHO"), val(7, "OSFOPT_ECHOREPLY"), val(8, "OSFOPT_TS"), val(9, "OSFOPT_POCP"),
	val(10, "OSFOPT_POSP"), val(255, "OSFOPT_EMPTY"))

// osfOptions renders the array of TCP options of a fingerprint up to its last
// entry that is not zero.
func osfOptions(b []byte, big bool) (string, bool) {
	var o binary.ByteOrder = binary.LittleEndian
	if big {
		o = binary.BigEndian
	}
	var parts []string
	used := 0
	for ; len(b) >= osfOptLen; b = b[osfOptLen:] {
		kind, length, wc, v := o.Uint16(b), o.Uint16(b[2:]), o.Uint32(b[4:]), o.Uint32(b[8:])
		name, ok := osfOption.Lookup(uint64(kind))
		if !ok {
			name = "option " + strconv.Itoa(int(kind))
		}
		s := fmt.Sprintf("%s length %d", name, length)
		if wc != 0 || v != 0 {
			s += fmt.Sprintf(" wc %d val %d", wc, v)
		}
		parts = append(parts, s)
		if kind != 0 || length != 0 || wc != 0 || v != 0 {
			used = len(parts)
		}
	}
	return strings.Join(parts[:used], ", "), len(b) == 0
}
