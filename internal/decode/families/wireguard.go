// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// wireguard is the tunnel of that name (linux/wireguard.h,
// drivers/net/wireguard/netlink.c).
func wireguard() *schema.Family {
	return &schema.Family{
		Name:     "wireguard",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      wireguardDevice(),
		Messages: []schema.Message{
			{ID: 0, Name: "WG_CMD_GET_DEVICE"}, {ID: 1, Name: "WG_CMD_SET_DEVICE"},
		},
		Lead: []string{
			"WGDEVICE_A_IFNAME", "WGDEVICE_A_IFINDEX", "WGDEVICE_A_LISTEN_PORT", "WGPEER_A_PUBLIC_KEY",
			"WGPEER_A_ENDPOINT", "WGPEER_A_LAST_HANDSHAKE_TIME",
			"-WGDEVICE_A_PRIVATE_KEY", "-WGPEER_A_PRESHARED_KEY", ">*",
		},
	}
}

func wireguardDevice() *schema.Set {
	key := custom(wireguardKey)
	return set("WGDEVICE_A",
		unspec("WGDEVICE_A_UNSPEC"),
		attr(1, "WGDEVICE_A_IFINDEX", ifindex),
		attr(2, "WGDEVICE_A_IFNAME", str),
		attr(3, "WGDEVICE_A_PRIVATE_KEY", secret(key, schema.Key)),
		attr(4, "WGDEVICE_A_PUBLIC_KEY", key),
		attr(5, "WGDEVICE_A_FLAGS", named(u32, bits("wgdevice_flag", "WGDEVICE_F_REPLACE_PEERS"))),
		attr(6, "WGDEVICE_A_LISTEN_PORT", u16),
		attr(7, "WGDEVICE_A_FWMARK", hex32),
		attr(8, "WGDEVICE_A_PEERS", array(nest(wireguardPeer()))),
	)
}

func wireguardPeer() *schema.Set {
	key := custom(wireguardKey)
	addr := ip
	addr.Prefix = "WGALLOWEDIP_A_CIDR_MASK"
	allowed := set("WGALLOWEDIP_A",
		unspec("WGALLOWEDIP_A_UNSPEC"),
		attr(1, "WGALLOWEDIP_A_FAMILY", named(u16, addressFamily)),
		attr(2, "WGALLOWEDIP_A_IPADDR", addr),
		attr(3, "WGALLOWEDIP_A_CIDR_MASK", u8),
		attr(4, "WGALLOWEDIP_A_FLAGS", named(u32, bits("wgallowedip_flag", "WGALLOWEDIP_F_REMOVE_ME"))))
	return set("WGPEER_A",
		unspec("WGPEER_A_UNSPEC"),
		attr(1, "WGPEER_A_PUBLIC_KEY", key),
		attr(2, "WGPEER_A_PRESHARED_KEY", secret(key, schema.Key)),
		attr(3, "WGPEER_A_FLAGS", named(u32, bits("wgpeer_flag",
			"WGPEER_F_REMOVE_ME", "WGPEER_F_REPLACE_ALLOWEDIPS", "WGPEER_F_UPDATE_ONLY"))),
		attr(4, "WGPEER_A_ENDPOINT", custom(wireguardEndpoint)),
		attr(5, "WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL", hinted(u16, schema.Seconds)), // 0: off
		attr(6, "WGPEER_A_LAST_HANDSHAKE_TIME", where(wireguardTime, wireguardTimeFacts)),
		attr(7, "WGPEER_A_RX_BYTES", bytes64),
		attr(8, "WGPEER_A_TX_BYTES", bytes64),
		attr(9, "WGPEER_A_ALLOWEDIPS", array(nest(allowed))),
		attr(10, "WGPEER_A_PROTOCOL_VERSION", u32),
	)
}

// wireguardKey writes a key as wg does: 32 bytes in base64, or none where they
// are zero.
func wireguardKey(b []byte, _ bool) (string, bool) {
	if len(b) != 32 {
		return "", false
	}
	if [32]byte(b) == [32]byte{} {
		return "(none)", true
	}
	return base64.StdEncoding.EncodeToString(b), true
}

// wireguardEndpoint is struct sockaddr_in or sockaddr_in6.
func wireguardEndpoint(b []byte, big bool) (string, bool) {
	if len(b) < 4 {
		return "", false
	}
	family := b[0]
	if big {
		family = b[1]
	}
	port := binary.BigEndian.Uint16(b[2:])
	switch {
	case family == 2 && len(b) >= 8: // AF_INET
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), port).String(), true
	case family == 10 && len(b) >= 28: // AF_INET6: flow label, address, scope
		addr := netip.AddrFrom16([16]byte(b[8:24]))
		scope := binary.LittleEndian.Uint32(b[24:])
		if big {
			scope = binary.BigEndian.Uint32(b[24:])
		}
		if scope != 0 {
			addr = addr.WithZone(strconv.FormatUint(uint64(scope), 10))
		}
		return netip.AddrPortFrom(addr, port).String(), true
	}
	return "", false
}

// wireguardTime is struct __kernel_timespec: seconds since 1970 and
// nanoseconds, both s64.
func wireguardTime(b []byte, big bool) (string, bool) {
	if len(b) != 16 {
		return "", false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	sec, nsec := int64(order.Uint64(b)), int64(order.Uint64(b[8:]))
	if sec == 0 && nsec == 0 {
		return "never", true
	}
	t := time.Unix(sec, nsec).UTC()
	if y := t.Year(); nsec < 0 || nsec >= 1e9 || y < 1970 || y > 9999 {
		return strconv.FormatInt(sec, 10) + " s " + strconv.FormatInt(nsec, 10) + " ns", true
	}
	return t.Format(time.RFC3339Nano), true
}

// wireguardTimeFacts are the two numbers of a time that no calendar has.
func wireguardTimeFacts(b []byte, big bool) any {
	if text, _ := wireguardTime(b, big); !strings.HasSuffix(text, " ns") {
		return nil
	}
	order := sockDiagOrder(big)
	return obj("seconds", int64(order.Uint64(b)), "nanoseconds", int64(order.Uint64(b[8:])))
}
