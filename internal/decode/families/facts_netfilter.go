// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	mathbits "math/bits"
	"net/netip"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Facts of packets, verdicts, socket addresses and audit: see facts.go.

// nfPacketFacts is what the IP header says, how long it says the packet is, and the bytes.
func nfPacketFacts(b []byte, _ bool) any {
	o := schema.Object{}
	if head := nfIPFacts(b); head != nil {
		o = append(o, head...)
		said := uint64(binary.BigEndian.Uint16(b[2:]))
		if b[0]>>4 == 6 {
			said = 40 + uint64(binary.BigEndian.Uint16(b[4:]))
		}
		o = o.With("packet_len", said)
	}
	return o.With("data", hex.EncodeToString(b))
}

// nfIPFacts are the addresses of a packet and what of the next header nfIPHeader tells;
// nil: no IP packet.
func nfIPFacts(b []byte) schema.Object {
	if nfIPHeader(b) == "" {
		return nil
	}
	var src, dst netip.Addr
	version, proto, first, upper := uint64(4), uint64(b[9]), true, b
	if b[0]>>4 == 4 {
		src, dst = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
		first = binary.BigEndian.Uint16(b[6:])&0x1fff == 0
		upper = b[min(int(b[0]&15)*4, len(b)):]
	} else {
		version, proto = 6, uint64(b[6])
		src, dst = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
		upper = b[40:]
	}
	o := obj("version", version, "src", src.String(), "dst", dst.String(), "protocol", nameOr(ctnlL4Proto, proto))
	switch proto {
	case 6, 17, 33, 132, 136: // as nfIPHeader
		if first && len(upper) >= 4 {
			o = o.With("sport", uint64(binary.BigEndian.Uint16(upper))).With("dport", uint64(binary.BigEndian.Uint16(upper[2:])))
		}
	case 1, 58:
		if first && len(upper) >= 2 {
			o = o.With("type", uint64(upper[0])).With("code", uint64(upper[1]))
		}
	}
	return o
}

// nfVerdictFacts is nil for a verdict without anything in its upper bits.
func nfVerdictFacts(b []byte, _ bool) any {
	v := uint64(binary.BigEndian.Uint32(b))
	name, ok := nfVerdict.Lookup(v & 0xff)
	if !ok {
		return nil
	}
	switch high := v >> 16; {
	case v&0xff == 3: // NF_QUEUE
		return obj("verdict", name, "queue", high, "bypass", v&0x8000 != 0)
	case high != 0 && v&0xff == 0: // NF_DROP_ERR
		return obj("verdict", name, "errno", high)
	case v > 0xff:
		return obj("verdict", name, "bits", v)
	}
	return nil
}

func osfOptionsFacts(b []byte, big bool) any {
	o := sockDiagOrder(big)
	list, used := []any{}, 0
	for ; len(b) >= osfOptLen; b = b[osfOptLen:] {
		kind, length, wc, v := o.Uint16(b), o.Uint16(b[2:]), o.Uint32(b[4:]), o.Uint32(b[8:])
		list = append(list, obj("kind", nameOr(osfOption, uint64(kind)), "length", uint64(length), "wc", uint64(wc), "val", uint64(v)))
		if kind != 0 || length != 0 || wc != 0 || v != 0 {
			used = len(list)
		}
	}
	return list[:used]
}

// sockaddrFacts is nil for an address that is one word: of IP with its port, of AF_UNIX.
func sockaddrFacts(b []byte, big bool) any {
	o := sockDiagOrder(big)
	switch family := o.Uint16(b); {
	case family <= 2 && (family != 2 || len(b) >= 8), family == 10 && len(b) >= 24:
		return nil
	case family == 16 && len(b) >= 12:
		return obj("family", "AF_NETLINK", "portid", uint64(o.Uint32(b[4:])), "groups", uint64(o.Uint32(b[8:])))
	case family == 17 && len(b) >= 12:
		n := min(int(b[11]), len(b)-12)
		return obj("family", "AF_PACKET", "protocol", nameOr(etherType, uint64(binary.BigEndian.Uint16(b[2:]))),
			"ifindex", uint64(o.Uint32(b[4:])), "address", hex.EncodeToString(b[12:12+n]))
	case family == 27 && len(b) >= 24:
		return obj("family", "AF_IB", "address", netip.AddrFrom16([16]byte(b[8:])).String())
	case family == 40 && len(b) >= 12:
		return obj("family", "AF_VSOCK", "cid", uint64(o.Uint32(b[8:])), "port", uint64(o.Uint32(b[4:])))
	default:
		return obj("family", nameOr(addressFamily, uint64(family)), "data", hex.EncodeToString(b[2:]))
	}
}

func tcpInfoWscaleFacts(b []byte, big bool) any {
	snd, rcv := uint64(b[0]&15), uint64(b[0]>>4)
	if big {
		snd, rcv = rcv, snd
	}
	return obj("snd", snd, "rcv", rcv)
}

// netlinkGroupsFacts are numbers of groups, from 1 on.
func netlinkGroupsFacts(b []byte, big bool) any {
	list := bitNames(b, big, 8, nil)
	for i := range list {
		list[i] = list[i].(uint64) + 1
	}
	return list
}

func auditSaddrFacts(b []byte, big bool) any {
	raw, _ := hex.DecodeString(string(b))
	return sockaddrFacts(raw, big)
}

// auditCapsFacts names each capability, also where all are there.
func auditCapsFacts(b []byte, _ bool) any {
	v, _ := strconv.ParseUint(string(b), 16, 64)
	list := []any{}
	for ; v != 0; v &= v - 1 {
		if i := mathbits.TrailingZeros64(v); i < len(auditCapNames) {
			list = append(list, auditCapNames[i])
		} else {
			list = append(list, uint64(i))
		}
	}
	return list
}

// auditRuleFacts are the options of a rule, each with its argument: a condition of two
// names, or of a name and a value, and the calls.
func auditRuleFacts(b []byte, big bool) any {
	words, _ := auditRuleWords(b, big)
	list := []any{}
	for _, w := range words {
		option, arg, _ := strings.Cut(w, " ")
		if option == "-S" {
			list = append(list, obj("option", option, "calls", strings.Split(arg, ",")))
			continue
		}
		at := strings.IndexAny(arg, "&<>!=")
		end := at + 1
		if at >= 0 && end < len(arg) && arg[end] == '=' && arg[at] != '=' {
			end++ // &= <= >= !=
		}
		if at < 0 { // an operator that auditctl does not have stands between spaces
			parts := append(strings.SplitN(arg, " ", 3), "", "")
			list = append(list, obj("option", option, "field", parts[0], "op", parts[1], "value", parts[2]))
			continue
		}
		list = append(list, obj("option", option, "field", arg[:at], "op", arg[at:end], "value", arg[end:]))
	}
	return list
}

func tcpInfoLimitedFacts(b []byte, big bool) any {
	limited, fail := b[0]&1, b[0]>>1&3
	if big {
		limited, fail = b[0]>>7, b[0]>>5&3
	}
	return obj("delivery_rate_app_limited", limited == 1, "fastopen_client_fail", nameOr(tcpFastopenFail, uint64(fail)))
}

// tcpFastopenFail is enum tcp_fastopen_client_fail of linux/tcp.h.
var tcpFastopenFail = enum("tcp_fastopen_client_fail", 0,
	"TFO_STATUS_UNSPEC", "TFO_COOKIE_UNAVAILABLE", "TFO_DATA_NOT_ACKED", "TFO_SYN_RETRANSMITTED")
