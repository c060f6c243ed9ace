// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// ovpn is peers and keys of OpenVPN devices (linux/ovpn.h, drivers/net/ovpn).
func ovpn() *schema.Family {
	return &schema.Family{
		Name:     "ovpn",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set: set("OVPN_A",
			attr(1, "OVPN_A_IFINDEX", ifindex),
			attr(2, "OVPN_A_PEER", nest(ovpnPeer())),
			attr(3, "OVPN_A_KEYCONF", nest(ovpnKeyconf())),
		),
		Messages: []schema.Message{
			{ID: 1, Name: "OVPN_CMD_PEER_NEW"},
			{ID: 2, Name: "OVPN_CMD_PEER_SET"},
			{ID: 3, Name: "OVPN_CMD_PEER_GET"},
			{ID: 4, Name: "OVPN_CMD_PEER_DEL"},
			{ID: 5, Name: "OVPN_CMD_PEER_DEL_NTF"},
			{ID: 6, Name: "OVPN_CMD_KEY_NEW"},
			{ID: 7, Name: "OVPN_CMD_KEY_GET"},
			{ID: 8, Name: "OVPN_CMD_KEY_SWAP"},
			{ID: 9, Name: "OVPN_CMD_KEY_SWAP_NTF"},
			{ID: 10, Name: "OVPN_CMD_KEY_DEL"},
			{ID: 11, Name: "OVPN_CMD_PEER_FLOAT_NTF"},
		},
		Groups: []schema.Group{{Name: "peers"}},
		Lead: []string{
			"OVPN_A_IFINDEX", "OVPN_A_PEER_ID", "OVPN_A_PEER_REMOTE_IPV4", "OVPN_A_PEER_REMOTE_IPV6", "OVPN_A_PEER_DEL_REASON",
			"OVPN_A_KEYCONF_PEER_ID", "OVPN_A_KEYCONF_SLOT",
			"-OVPN_A_KEYDIR_CIPHER_KEY", "-OVPN_A_KEYDIR_NONCE_TAIL", ">*",
		},
	}
}

func ovpnPeer() *schema.Set {
	return set("OVPN_A_PEER", append([]schema.Attr{
		attr(1, "OVPN_A_PEER_ID", u32),
		attr(2, "OVPN_A_PEER_REMOTE_IPV4", ip),
		attr(3, "OVPN_A_PEER_REMOTE_IPV6", ip),
		attr(4, "OVPN_A_PEER_REMOTE_IPV6_SCOPE_ID", ifindex),
		attr(5, "OVPN_A_PEER_REMOTE_PORT", be16),
		attr(6, "OVPN_A_PEER_SOCKET", fd),
		attr(7, "OVPN_A_PEER_SOCKET_NETNSID", nsid),
		attr(8, "OVPN_A_PEER_VPN_IPV4", ip),
		attr(9, "OVPN_A_PEER_VPN_IPV6", ip),
		attr(10, "OVPN_A_PEER_LOCAL_IPV4", ip),
		attr(11, "OVPN_A_PEER_LOCAL_IPV6", ip),
		attr(12, "OVPN_A_PEER_LOCAL_PORT", be16),
		attr(13, "OVPN_A_PEER_KEEPALIVE_INTERVAL", seconds),
		attr(14, "OVPN_A_PEER_KEEPALIVE_TIMEOUT", seconds),
		attr(15, "OVPN_A_PEER_DEL_REASON", named(u32, enum("ovpn_del_peer_reason", 0,
			"OVPN_DEL_PEER_REASON_TEARDOWN", "OVPN_DEL_PEER_REASON_USERSPACE", "OVPN_DEL_PEER_REASON_EXPIRED",
			"OVPN_DEL_PEER_REASON_TRANSPORT_ERROR", "OVPN_DEL_PEER_REASON_TRANSPORT_DISCONNECT"))),
	}, append(attrs(16, anyUint,
		"OVPN_A_PEER_VPN_RX_BYTES", "OVPN_A_PEER_VPN_TX_BYTES", "OVPN_A_PEER_VPN_RX_PACKETS",
		"OVPN_A_PEER_VPN_TX_PACKETS", "OVPN_A_PEER_LINK_RX_BYTES", "OVPN_A_PEER_LINK_TX_BYTES",
		"OVPN_A_PEER_LINK_RX_PACKETS", "OVPN_A_PEER_LINK_TX_PACKETS"),
		attr(24, "OVPN_A_PEER_TX_ID", u32))...)...)
}

func ovpnKeyconf() *schema.Set {
	dir := nest(set("OVPN_A_KEYDIR",
		attr(1, "OVPN_A_KEYDIR_CIPHER_KEY", secret(opaque, schema.Key)),
		attr(2, "OVPN_A_KEYDIR_NONCE_TAIL", secret(opaque, schema.Key))))
	return set("OVPN_A_KEYCONF",
		attr(1, "OVPN_A_KEYCONF_PEER_ID", u32),
		attr(2, "OVPN_A_KEYCONF_SLOT", named(u32, enum("ovpn_key_slot", 0,
			"OVPN_KEY_SLOT_PRIMARY", "OVPN_KEY_SLOT_SECONDARY"))),
		attr(3, "OVPN_A_KEYCONF_KEY_ID", u32),
		attr(4, "OVPN_A_KEYCONF_CIPHER_ALG", named(u32, enum("ovpn_cipher_alg", 0,
			"OVPN_CIPHER_ALG_NONE", "OVPN_CIPHER_ALG_AES_GCM", "OVPN_CIPHER_ALG_CHACHA20_POLY1305"))),
		attr(5, "OVPN_A_KEYCONF_ENCRYPT_DIR", dir),
		attr(6, "OVPN_A_KEYCONF_DECRYPT_DIR", dir),
	)
}
