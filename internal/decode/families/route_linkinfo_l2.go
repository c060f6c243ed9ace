// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Link kinds that slice, join or stand for an Ethernet device: vlan, macvlan,
// ipvlan, macsec, hsr, netkit, tun, rmnet, ipoib (linux/if_link.h).

// net/8021q/vlan_netlink.c
func iflaVlan() *schema.Set {
	qos := func(name string) *schema.Set {
		return set(name,
			unspec("IFLA_VLAN_QOS_UNSPEC"),
			attr(1, "IFLA_VLAN_QOS_MAPPING", structOf(record("ifla_vlan_qos_mapping", fields(u32, "from", "to")...))))
	}
	return set("IFLA_VLAN",
		unspec("IFLA_VLAN_UNSPEC"),
		attr(1, "IFLA_VLAN_ID", u16),
		attr(2, "IFLA_VLAN_FLAGS", structOf(record("ifla_vlan_flags",
			field("flags", named(u32, vlanFlags)), field("mask", named(u32, vlanFlags))))),
		attr(3, "IFLA_VLAN_EGRESS_QOS", nest(qos("IFLA_VLAN_QOS"))),
		attr(4, "IFLA_VLAN_INGRESS_QOS", nest(qos("IFLA_VLAN_QOS"))),
		attr(5, "IFLA_VLAN_PROTOCOL", named(be16, etherType)),
	)
}

// vlanFlags is enum vlan_flags of linux/if_vlan.h.
var vlanFlags = bits("vlan_flags",
	"VLAN_FLAG_REORDER_HDR", "VLAN_FLAG_GVRP", "VLAN_FLAG_LOOSE_BINDING", "VLAN_FLAG_MVRP",
	"VLAN_FLAG_BRIDGE_BINDING",
)

// drivers/net/macvlan.c
func iflaMacvlan() *schema.Set {
	return set("IFLA_MACVLAN",
		unspec("IFLA_MACVLAN_UNSPEC"),
		attr(1, "IFLA_MACVLAN_MODE", named(u32, macvlanMode)),
		attr(2, "IFLA_MACVLAN_FLAGS", named(u16, macvlanFlags)),
		attr(3, "IFLA_MACVLAN_MACADDR_MODE", named(u32, macvlanMacaddrMode)),
		attr(4, "IFLA_MACVLAN_MACADDR", hwaddr),
		attr(5, "IFLA_MACVLAN_MACADDR_DATA", nest(set("IFLA_MACVLAN_MACADDR_DATA",
			attr(4, "IFLA_MACVLAN_MACADDR", hwaddr)))),
		attr(6, "IFLA_MACVLAN_MACADDR_COUNT", u32),
		attr(7, "IFLA_MACVLAN_BC_QUEUE_LEN", u32),
		attr(8, "IFLA_MACVLAN_BC_QUEUE_LEN_USED", u32),
		attr(9, "IFLA_MACVLAN_BC_CUTOFF", s32),
	)
}

var (
	macvlanMode = values("macvlan_mode",
		val(1, "MACVLAN_MODE_PRIVATE"), val(2, "MACVLAN_MODE_VEPA"), val(4, "MACVLAN_MODE_BRIDGE"),
		val(8, "MACVLAN_MODE_PASSTHRU"), val(16, "MACVLAN_MODE_SOURCE"),
	)
	macvlanFlags       = bits("MACVLAN_FLAG", "MACVLAN_FLAG_NOPROMISC", "MACVLAN_FLAG_NODST")
	macvlanMacaddrMode = enum("macvlan_macaddr_mode", 0,
		"MACVLAN_MACADDR_ADD", "MACVLAN_MACADDR_DEL", "MACVLAN_MACADDR_FLUSH", "MACVLAN_MACADDR_SET",
	)
)

// drivers/net/ipvlan/ipvlan_main.c
func iflaIPVlan() *schema.Set {
	return set("IFLA_IPVLAN",
		unspec("IFLA_IPVLAN_UNSPEC"),
		attr(1, "IFLA_IPVLAN_MODE", named(u16, ipvlanMode)),
		attr(2, "IFLA_IPVLAN_FLAGS", named(u16, ipvlanFlags)),
	)
}

var (
	ipvlanMode  = enum("ipvlan_mode", 0, "IPVLAN_MODE_L2", "IPVLAN_MODE_L3", "IPVLAN_MODE_L3S")
	ipvlanFlags = bits("IPVLAN_F", "IPVLAN_F_PRIVATE", "IPVLAN_F_VEPA")
)

// drivers/net/macsec.c
func iflaMACsec() *schema.Set {
	return set("IFLA_MACSEC",
		unspec("IFLA_MACSEC_UNSPEC"),
		attr(1, "IFLA_MACSEC_SCI", hexBE64),
		attr(2, "IFLA_MACSEC_PORT", be16),
		attr(3, "IFLA_MACSEC_ICV_LEN", u8),
		attr(4, "IFLA_MACSEC_CIPHER_SUITE", named(hex64, macsecCipher)),
		attr(5, "IFLA_MACSEC_WINDOW", u32),
		attr(6, "IFLA_MACSEC_ENCODING_SA", u8),
		attr(7, "IFLA_MACSEC_ENCRYPT", u8),
		attr(8, "IFLA_MACSEC_PROTECT", u8),
		attr(9, "IFLA_MACSEC_INC_SCI", u8),
		attr(10, "IFLA_MACSEC_ES", u8),
		attr(11, "IFLA_MACSEC_SCB", u8),
		attr(12, "IFLA_MACSEC_REPLAY_PROTECT", u8),
		attr(13, "IFLA_MACSEC_VALIDATION", named(u8, macsecValidation)),
		attr(14, "IFLA_MACSEC_PAD", padAt),
		attr(15, "IFLA_MACSEC_OFFLOAD", named(u8, macsecOffload)),
	)
}

var (
	// macsecCipher is MACSEC_CIPHER_ID_* of linux/if_macsec.h.
	macsecCipher = values("MACSEC_CIPHER_ID",
		val(0x0080C20001000001, "MACSEC_CIPHER_ID_GCM_AES_128"),
		val(0x0080C20001000002, "MACSEC_CIPHER_ID_GCM_AES_256"),
		val(0x0080C20001000003, "MACSEC_CIPHER_ID_GCM_AES_XPN_128"),
		val(0x0080C20001000004, "MACSEC_CIPHER_ID_GCM_AES_XPN_256"),
		val(0x0080020001000001, "MACSEC_DEFAULT_CIPHER_ID"),
	)
	macsecValidation = enum("macsec_validation_type", 0,
		"MACSEC_VALIDATE_DISABLED", "MACSEC_VALIDATE_CHECK", "MACSEC_VALIDATE_STRICT",
	)
	macsecOffload = enum("macsec_offload", 0,
		"MACSEC_OFFLOAD_OFF", "MACSEC_OFFLOAD_PHY", "MACSEC_OFFLOAD_MAC",
	)
)

// net/hsr/hsr_netlink.c
func iflaHSR() *schema.Set {
	return set("IFLA_HSR",
		unspec("IFLA_HSR_UNSPEC"),
		attr(1, "IFLA_HSR_SLAVE1", ifindex),
		attr(2, "IFLA_HSR_SLAVE2", ifindex),
		attr(3, "IFLA_HSR_MULTICAST_SPEC", u8),
		attr(4, "IFLA_HSR_SUPERVISION_ADDR", hwaddr),
		attr(5, "IFLA_HSR_SEQ_NR", u16),
		attr(6, "IFLA_HSR_VERSION", u8),
		attr(7, "IFLA_HSR_PROTOCOL", named(u8, enum("HSR_PROTOCOL", 0, "HSR_PROTOCOL_HSR", "HSR_PROTOCOL_PRP"))),
		attr(8, "IFLA_HSR_INTERLINK", ifindex),
	)
}

// drivers/net/netkit.c
func iflaNetkit(peer schema.Type) *schema.Set {
	return set("IFLA_NETKIT",
		unspec("IFLA_NETKIT_UNSPEC"),
		attr(1, "IFLA_NETKIT_PEER_INFO", peer),
		attr(2, "IFLA_NETKIT_PRIMARY", u8),
		attr(3, "IFLA_NETKIT_POLICY", named(s32, netkitAction)),
		attr(4, "IFLA_NETKIT_PEER_POLICY", named(s32, netkitAction)),
		attr(5, "IFLA_NETKIT_MODE", named(u32, enum("netkit_mode", 0, "NETKIT_L2", "NETKIT_L3"))),
		attr(6, "IFLA_NETKIT_SCRUB", named(u32, netkitScrub)),
		attr(7, "IFLA_NETKIT_PEER_SCRUB", named(u32, netkitScrub)),
		attr(8, "IFLA_NETKIT_HEADROOM", hinted(u16, schema.Bytes)),
		attr(9, "IFLA_NETKIT_TAILROOM", hinted(u16, schema.Bytes)),
		attr(10, "IFLA_NETKIT_PAIRING", named(u32, enum("netkit_pairing", 0, "NETKIT_DEVICE_PAIR", "NETKIT_DEVICE_SINGLE"))),
	)
}

var (
	// NETKIT_NEXT is -1 inside the kernel and never an attribute.
	netkitAction = values("netkit_action", val(0, "NETKIT_PASS"), val(2, "NETKIT_DROP"), val(7, "NETKIT_REDIRECT"))
	netkitScrub  = enum("netkit_scrub", 0, "NETKIT_SCRUB_NONE", "NETKIT_SCRUB_DEFAULT")
)

// drivers/net/tun.c
func iflaTun() *schema.Set {
	return set("IFLA_TUN",
		unspec("IFLA_TUN_UNSPEC"),
		attr(1, "IFLA_TUN_OWNER", u32),
		attr(2, "IFLA_TUN_GROUP", u32),
		attr(3, "IFLA_TUN_TYPE", named(u8, tunType)),
		attr(4, "IFLA_TUN_PI", u8),
		attr(5, "IFLA_TUN_VNET_HDR", u8),
		attr(6, "IFLA_TUN_PERSIST", u8),
		attr(7, "IFLA_TUN_MULTI_QUEUE", u8),
		attr(8, "IFLA_TUN_NUM_QUEUES", u32),
		attr(9, "IFLA_TUN_NUM_DISABLED_QUEUES", u32),
	)
}

// tunType is tun_flags(tun) & TUN_TYPE_MASK of linux/if_tun.h.
var tunType = enum("TUN_TYPE", 1, "IFF_TUN", "IFF_TAP")

// drivers/net/ethernet/qualcomm/rmnet/rmnet_config.c
func iflaRmnet() *schema.Set {
	flags := bits("RMNET_FLAGS",
		"RMNET_FLAGS_INGRESS_DEAGGREGATION", "RMNET_FLAGS_INGRESS_MAP_COMMANDS",
		"RMNET_FLAGS_INGRESS_MAP_CKSUMV4", "RMNET_FLAGS_EGRESS_MAP_CKSUMV4",
		"RMNET_FLAGS_INGRESS_MAP_CKSUMV5", "RMNET_FLAGS_EGRESS_MAP_CKSUMV5",
	)
	return set("IFLA_RMNET",
		unspec("IFLA_RMNET_UNSPEC"),
		attr(1, "IFLA_RMNET_MUX_ID", u16),
		attr(2, "IFLA_RMNET_FLAGS", structOf(record("ifla_rmnet_flags",
			field("flags", named(u32, flags)), field("mask", named(u32, flags))))),
	)
}

// drivers/infiniband/ulp/ipoib/ipoib_netlink.c
func iflaIPoIB() *schema.Set {
	return set("IFLA_IPOIB",
		unspec("IFLA_IPOIB_UNSPEC"),
		attr(1, "IFLA_IPOIB_PKEY", hex16),
		attr(2, "IFLA_IPOIB_MODE", named(u16, enum("IPOIB_MODE", 0, "IPOIB_MODE_DATAGRAM", "IPOIB_MODE_CONNECTED"))),
		attr(3, "IFLA_IPOIB_UMCAST", u16),
	)
}
