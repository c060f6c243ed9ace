// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Formatters of NETLINK_SOCK_DIAG.

func sockDiagOrder(big bool) binary.ByteOrder {
	if big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// sockDiagCookieText: __u32 cookie[2], the low word first on every machine
// (sock_diag_save_cookie).
func sockDiagCookieText(b []byte, big bool) (string, bool) {
	if len(b) != 8 {
		return "", false
	}
	o := sockDiagOrder(big)
	v := uint64(o.Uint32(b)) | uint64(o.Uint32(b[4:]))<<32
	if v == 1<<64-1 {
		return "INET_DIAG_NOCOOKIE", true
	}
	return "0x" + strconv.FormatUint(v, 16), true
}

// inetDiagAddr4 is an IPv4 address at the beginning of __be32 addr[4].
func inetDiagAddr4(b []byte, _ bool) (string, bool) {
	if len(b) < 4 {
		return "", false
	}
	return netip.AddrFrom4([4]byte(b)).String(), true
}

// tcpInfoWscale: two bit fields of four bits each, the first one in the low
// half on little-endian machines.
func tcpInfoWscale(b []byte, big bool) (string, bool) {
	if len(b) != 1 {
		return "", false
	}
	snd, rcv := b[0]&15, b[0]>>4
	if big {
		snd, rcv = rcv, snd
	}
	return fmt.Sprintf("snd %d, rcv %d", snd, rcv), true
}

// tcpInfoLimited: a bit, and two bits (enum tcp_fastopen_client_fail).
func tcpInfoLimited(b []byte, big bool) (string, bool) {
	if len(b) != 1 {
		return "", false
	}
	limited, fail := b[0]&1, b[0]>>1&3
	if big {
		limited, fail = b[0]>>7, b[0]>>5&3
	}
	var words []string
	if limited != 0 {
		words = append(words, "app_limited")
	}
	if fail != 0 {
		words = append(words, [...]string{"", "TFO_COOKIE_UNAVAILABLE", "TFO_DATA_NOT_ACKED", "TFO_SYN_RETRANSMITTED"}[fail])
	}
	if words == nil {
		return "none", true
	}
	return strings.Join(words, " "), true
}

// sockaddrText writes a struct sockaddr_storage or the part of one that its
// family needs: "192.0.2.1:80", "[2001:db8::1%2]:80", "@name".
func sockaddrText(b []byte, big bool) (string, bool) {
	if len(b) < 2 {
		return "", false
	}
	o := sockDiagOrder(big)
	switch family := o.Uint16(b); {
	case family == 0:
		return "unspecified", true
	case family == 1:
		return sockaddrUnix(b[2:]), true
	case family == 2 && len(b) >= 8:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:])), binary.BigEndian.Uint16(b[2:])).String(), true
	case family == 10 && len(b) >= 24:
		addr := netip.AddrFrom16([16]byte(b[8:]))
		if len(b) >= 28 {
			if scope := o.Uint32(b[24:]); scope != 0 {
				addr = addr.WithZone(strconv.FormatUint(uint64(scope), 10))
			}
		}
		return netip.AddrPortFrom(addr, binary.BigEndian.Uint16(b[2:])).String(), true
	case family == 16 && len(b) >= 12:
		return fmt.Sprintf("netlink port %d groups 0x%x", o.Uint32(b[4:]), o.Uint32(b[8:])), true
	case family == 17 && len(b) >= 12:
		n := min(int(b[11]), len(b)-12)
		return fmt.Sprintf("packet protocol 0x%04x ifindex %d %s", binary.BigEndian.Uint16(b[2:]), o.Uint32(b[4:]), hex.EncodeToString(b[12:12+n])), true
	case family == 27 && len(b) >= 24:
		return "ib " + netip.AddrFrom16([16]byte(b[8:])).String(), true
	case family == 40 && len(b) >= 12:
		return fmt.Sprintf("vsock %d:%d", o.Uint32(b[8:]), o.Uint32(b[4:])), true
	default:
		return fmt.Sprintf("family %d %s", family, hex.EncodeToString(b[2:])), true
	}
}

// sockaddrUnix: a path up to its NUL, or behind a NUL an abstract name.
func sockaddrUnix(b []byte) string {
	if len(b) == 0 {
		return "unnamed"
	}
	if b[0] == 0 {
		name := strings.TrimRight(string(b[1:]), "\x00")
		return "@" + strings.ReplaceAll(name, "\x00", "@")
	}
	path, _, _ := strings.Cut(string(b), "\x00")
	return path
}

// unixDiagName: a path, or an abstract name behind a NUL, which is written "@".
func unixDiagName(b []byte, _ bool) (string, bool) {
	if len(b) > 0 && b[0] == 0 {
		return "@" + strings.ReplaceAll(string(b[1:]), "\x00", "@"), true
	}
	return strings.TrimRight(string(b), "\x00"), true
}

// unixDiagDev: s_dev of the superblock, MAJOR in the upper 12 bits.
func unixDiagDev(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	v := sockDiagOrder(big).Uint32(b)
	return fmt.Sprintf("%d:%d", v>>20, v&(1<<20-1)), true
}

// netlinkDiagGroups: unsigned longs, a bit for each group, the first one for
// group 1. Words are taken as little-endian machines and 64-bit big-endian ones
// have them.
func netlinkDiagGroups(b []byte, big bool) (string, bool) {
	var groups []string
	for i := range 8 * len(b) {
		at := i / 8
		if big {
			at ^= 7
		}
		if at < len(b) && b[at]>>(i%8)&1 != 0 {
			groups = append(groups, strconv.Itoa(i+1))
		}
	}
	if groups == nil {
		return "none", true
	}
	return strings.Join(groups, " "), true
}
