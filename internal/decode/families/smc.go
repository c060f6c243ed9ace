// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// smcPnetID is names of physical networks (linux/smc.h, net/smc/smc_pnet.c).
func smcPnetID() *schema.Family {
	return &schema.Family{
		Name:     "SMC_PNETID",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Lead:     []string{"SMC_PNETID_NAME", "SMC_PNETID_ETHNAME", "SMC_PNETID_IBNAME", ">*"},
		Messages: []schema.Message{
			{ID: 1, Name: "SMC_PNETID_GET"},
			{ID: 2, Name: "SMC_PNETID_ADD"},
			{ID: 3, Name: "SMC_PNETID_DEL"},
			{ID: 4, Name: "SMC_PNETID_FLUSH"},
		},
		Set: set("SMC_PNETID",
			unspec("SMC_PNETID_UNSPEC"),
			attr(1, "SMC_PNETID_NAME", str),
			attr(2, "SMC_PNETID_ETHNAME", str),
			attr(3, "SMC_PNETID_IBNAME", str),
			attr(4, "SMC_PNETID_IBPORT", u8), // 255: none
		),
	}
}

// smcGen is what the SMC protocol knows of its links and devices (linux/smc.h,
// net/smc/smc_netlink.c, smc_core.c, smc_ib.c, smc_ism.c, smc_clc.c).
func smcGen() *schema.Family {
	eid := set("SMC_NLA_EID_TABLE",
		unspec("SMC_NLA_EID_TABLE_UNSPEC"),
		attr(1, "SMC_NLA_EID_TABLE_ENTRY", str))
	seid := set("SMC_NLA_SEID",
		unspec("SMC_NLA_SEID_UNSPEC"),
		attr(1, "SMC_NLA_SEID_ENTRY", str),
		attr(2, "SMC_NLA_SEID_ENABLED", u8))
	limit := set("SMC_NLA_HS_LIMITATION",
		unspec("SMC_NLA_HS_LIMITATION_UNSPEC"),
		attr(1, "SMC_NLA_HS_LIMITATION_ENABLED", named(u8, bits("SMC_LIMIT", "SMC_LIMIT_HS"))))
	return &schema.Family{
		Name:     "SMC_GEN_NETLINK",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Lead: []string{
			"SMC_NLA_EID_TABLE_ENTRY", "SMC_NLA_SEID_ENTRY", "SMC_NLA_SYS_LOCAL_HOST", "SMC_NLA_LGR_R_ID", "SMC_NLA_LGR_D_ID",
			"SMC_NLA_LINK_ID", "SMC_NLA_DEV_IB_NAME", "SMC_NLA_DEV_PCI_ID",
			">*",
		},
		Messages: []schema.Message{
			{ID: 1, Name: "SMC_NETLINK_GET_SYS_INFO"},
			{ID: 2, Name: "SMC_NETLINK_GET_LGR_SMCR"},
			{ID: 3, Name: "SMC_NETLINK_GET_LINK_SMCR"},
			{ID: 4, Name: "SMC_NETLINK_GET_LGR_SMCD"},
			{ID: 5, Name: "SMC_NETLINK_GET_DEV_SMCD"},
			{ID: 6, Name: "SMC_NETLINK_GET_DEV_SMCR"},
			{ID: 7, Name: "SMC_NETLINK_GET_STATS"},
			{ID: 8, Name: "SMC_NETLINK_GET_FBACK_STATS"},
			{ID: 9, Name: "SMC_NETLINK_DUMP_UEID", Set: eid},
			{ID: 10, Name: "SMC_NETLINK_ADD_UEID", Set: eid},
			{ID: 11, Name: "SMC_NETLINK_REMOVE_UEID", Set: eid},
			{ID: 12, Name: "SMC_NETLINK_FLUSH_UEID", Set: eid},
			{ID: 13, Name: "SMC_NETLINK_DUMP_SEID", Set: seid},
			{ID: 14, Name: "SMC_NETLINK_ENABLE_SEID", Set: seid},
			{ID: 15, Name: "SMC_NETLINK_DISABLE_SEID", Set: seid},
			{ID: 16, Name: "SMC_NETLINK_DUMP_HS_LIMITATION", Set: limit},
			{ID: 17, Name: "SMC_NETLINK_ENABLE_HS_LIMITATION", Set: limit},
			{ID: 18, Name: "SMC_NETLINK_DISABLE_HS_LIMITATION", Set: limit},
		},
		Set: set("SMC_GEN",
			unspec("SMC_GEN_UNSPEC"),
			attr(1, "SMC_GEN_SYS_INFO", nest(smcSys())),
			attr(2, "SMC_GEN_LGR_SMCR", nest(smcLgrR())),
			attr(3, "SMC_GEN_LINK_SMCR", nest(smcLink())),
			attr(4, "SMC_GEN_LGR_SMCD", nest(smcLgrD())),
			attr(5, "SMC_GEN_DEV_SMCD", nest(smcDev())),
			attr(6, "SMC_GEN_DEV_SMCR", nest(smcDev())),
			attr(7, "SMC_GEN_STATS", nest(smcStats())),
			attr(8, "SMC_GEN_FBACK_STATS", nest(smcFallback())),
		),
	}
}

func smcSys() *schema.Set {
	return set("SMC_NLA_SYS",
		unspec("SMC_NLA_SYS_UNSPEC"),
		attr(1, "SMC_NLA_SYS_VER", u8),
		attr(2, "SMC_NLA_SYS_REL", u8),
		attr(3, "SMC_NLA_SYS_IS_ISM_V2", u8),
		attr(4, "SMC_NLA_SYS_LOCAL_HOST", str),
		attr(5, "SMC_NLA_SYS_SEID", str),
		attr(6, "SMC_NLA_SYS_IS_SMCR_V2", u8),
	)
}

// smc_nl_fill_lgr_v2_common
func smcLgrV2() *schema.Set {
	return set("SMC_NLA_LGR_V2",
		attr(0, "SMC_NLA_LGR_V2_VER", u8),
		attr(1, "SMC_NLA_LGR_V2_REL", u8),
		attr(2, "SMC_NLA_LGR_V2_OS", named(u8, values("SMC_CLC_OS", // net/smc/smc_clc.h
			val(1, "SMC_CLC_OS_ZOS"), val(2, "SMC_CLC_OS_LINUX"), val(3, "SMC_CLC_OS_AIX")))),
		attr(3, "SMC_NLA_LGR_V2_NEG_EID", str),
		attr(4, "SMC_NLA_LGR_V2_PEER_HOST", str),
	)
}

// smc_nl_fill_lgr
func smcLgrR() *schema.Set {
	return set("SMC_NLA_LGR_R",
		unspec("SMC_NLA_LGR_R_UNSPEC"),
		attr(1, "SMC_NLA_LGR_R_ID", hex32),
		attr(2, "SMC_NLA_LGR_R_ROLE", named(u8, enum("smc_lgr_role", 0, "SMC_CLNT", "SMC_SERV"))),
		attr(3, "SMC_NLA_LGR_R_TYPE", named(u8, enum("smc_lgr_type", 0,
			"SMC_LGR_NONE", "SMC_LGR_SINGLE", "SMC_LGR_SYMMETRIC", "SMC_LGR_ASYMMETRIC_PEER", "SMC_LGR_ASYMMETRIC_LOCAL"))),
		attr(4, "SMC_NLA_LGR_R_PNETID", str),
		attr(5, "SMC_NLA_LGR_R_VLAN_ID", u8),
		attr(6, "SMC_NLA_LGR_R_CONNS_NUM", u32),
		attr(7, "SMC_NLA_LGR_R_V2_COMMON", nest(smcLgrV2())),
		attr(8, "SMC_NLA_LGR_R_V2", nest(set("SMC_NLA_LGR_R_V2",
			unspec("SMC_NLA_LGR_R_V2_UNSPEC"),
			attr(1, "SMC_NLA_LGR_R_V2_DIRECT", u8),
			attr(2, "SMC_NLA_LGR_R_V2_MAX_CONNS", u8),
			attr(3, "SMC_NLA_LGR_R_V2_MAX_LINKS", u8)))),
		attr(9, "SMC_NLA_LGR_R_NET_COOKIE", u64),
		attr(10, "SMC_NLA_LGR_R_PAD", padAt),
		attr(11, "SMC_NLA_LGR_R_BUF_TYPE", named(u8, enum("smcr_buf_type", 0,
			"SMCR_PHYS_CONT_BUFS", "SMCR_VIRT_CONT_BUFS", "SMCR_MIXED_BUFS"))),
		attr(12, "SMC_NLA_LGR_R_SNDBUF_ALLOC", hinted(anyUint, schema.Bytes)),
		attr(13, "SMC_NLA_LGR_R_RMB_ALLOC", hinted(anyUint, schema.Bytes)),
	)
}

// smc_nl_fill_lgr_link
func smcLink() *schema.Set {
	return set("SMC_NLA_LINK",
		unspec("SMC_NLA_LINK_UNSPEC"),
		attr(1, "SMC_NLA_LINK_ID", u8),
		attr(2, "SMC_NLA_LINK_IB_DEV", str),
		attr(3, "SMC_NLA_LINK_IB_PORT", u8),
		attr(4, "SMC_NLA_LINK_GID", str),
		attr(5, "SMC_NLA_LINK_PEER_GID", str),
		attr(6, "SMC_NLA_LINK_CONN_CNT", u32),
		attr(7, "SMC_NLA_LINK_NET_DEV", ifindex),
		attr(8, "SMC_NLA_LINK_UID", hex32),
		attr(9, "SMC_NLA_LINK_PEER_UID", hex32),
		attr(10, "SMC_NLA_LINK_STATE", named(u32, enum("smc_link_state", 0,
			"SMC_LNK_UNUSED", "SMC_LNK_INACTIVE", "SMC_LNK_ACTIVATING", "SMC_LNK_ACTIVE"))),
	)
}

// smc_nl_fill_smcd_lgr
func smcLgrD() *schema.Set {
	return set("SMC_NLA_LGR_D",
		unspec("SMC_NLA_LGR_D_UNSPEC"),
		attr(1, "SMC_NLA_LGR_D_ID", hex32),
		attr(2, "SMC_NLA_LGR_D_GID", hex64),
		attr(3, "SMC_NLA_LGR_D_PEER_GID", hex64),
		attr(4, "SMC_NLA_LGR_D_VLAN_ID", u8),
		attr(5, "SMC_NLA_LGR_D_CONNS_NUM", u32),
		attr(6, "SMC_NLA_LGR_D_PNETID", str),
		attr(7, "SMC_NLA_LGR_D_CHID", hex32),
		attr(8, "SMC_NLA_LGR_D_PAD", padAt),
		attr(9, "SMC_NLA_LGR_D_V2_COMMON", nest(smcLgrV2())),
		attr(10, "SMC_NLA_LGR_D_EXT_GID", hex64),
		attr(11, "SMC_NLA_LGR_D_PEER_EXT_GID", hex64),
		attr(12, "SMC_NLA_LGR_D_SNDBUF_ALLOC", hinted(anyUint, schema.Bytes)),
		attr(13, "SMC_NLA_LGR_D_DMB_ALLOC", hinted(anyUint, schema.Bytes)),
	)
}

// smc_nl_handle_smcr_dev, smc_nl_handle_smcd_dev
func smcDev() *schema.Set {
	port := set("SMC_NLA_DEV_PORT",
		unspec("SMC_NLA_DEV_PORT_UNSPEC"),
		attr(1, "SMC_NLA_DEV_PORT_PNET_USR", u8),
		attr(2, "SMC_NLA_DEV_PORT_PNETID", str),
		attr(3, "SMC_NLA_DEV_PORT_NETDEV", ifindex),
		attr(4, "SMC_NLA_DEV_PORT_STATE", u8),
		attr(5, "SMC_NLA_DEV_PORT_VALID", u8),
		attr(6, "SMC_NLA_DEV_PORT_LNK_CNT", u32),
	)
	return set("SMC_NLA_DEV",
		unspec("SMC_NLA_DEV_UNSPEC"),
		attr(1, "SMC_NLA_DEV_USE_CNT", u32),
		attr(2, "SMC_NLA_DEV_IS_CRIT", u8),
		attr(3, "SMC_NLA_DEV_PCI_FID", hex32),
		attr(4, "SMC_NLA_DEV_PCI_CHID", hex16),
		attr(5, "SMC_NLA_DEV_PCI_VENDOR", hex16),
		attr(6, "SMC_NLA_DEV_PCI_DEVICE", hex16),
		attr(7, "SMC_NLA_DEV_PCI_ID", str),
		attr(8, "SMC_NLA_DEV_PORT", nest(port)),
		attr(9, "SMC_NLA_DEV_PORT2", nest(port)),
		attr(10, "SMC_NLA_DEV_IB_NAME", str),
	)
}

// net/smc/smc_stats.c
func smcStats() *schema.Set {
	return set("SMC_NLA_STATS",
		attr(0, "SMC_NLA_STATS_PAD", padAt),
		attr(1, "SMC_NLA_STATS_SMCD_TECH", nest(smcStatsTech())),
		attr(2, "SMC_NLA_STATS_SMCR_TECH", nest(smcStatsTech())),
		attr(3, "SMC_NLA_STATS_CLNT_HS_ERR_CNT", u64),
		attr(4, "SMC_NLA_STATS_SRV_HS_ERR_CNT", u64),
	)
}

func smcStatsTech() *schema.Set {
	size := set("SMC_NLA_STATS_PLOAD", attr(0, "SMC_NLA_STATS_PLOAD_PAD", padAt))
	size.Attrs = append(size.Attrs, attrs(1, u64,
		"SMC_NLA_STATS_PLOAD_8K", "SMC_NLA_STATS_PLOAD_16K", "SMC_NLA_STATS_PLOAD_32K", "SMC_NLA_STATS_PLOAD_64K",
		"SMC_NLA_STATS_PLOAD_128K", "SMC_NLA_STATS_PLOAD_256K", "SMC_NLA_STATS_PLOAD_512K", "SMC_NLA_STATS_PLOAD_1024K",
		"SMC_NLA_STATS_PLOAD_G_1024K")...)
	rmb := set("SMC_NLA_STATS_RMB", attr(0, "SMC_NLA_STATS_RMB_PAD", padAt))
	rmb.Attrs = append(rmb.Attrs, attrs(1, u64,
		"SMC_NLA_STATS_RMB_SIZE_SM_PEER_CNT", "SMC_NLA_STATS_RMB_SIZE_SM_CNT", "SMC_NLA_STATS_RMB_FULL_PEER_CNT",
		"SMC_NLA_STATS_RMB_FULL_CNT", "SMC_NLA_STATS_RMB_REUSE_CNT", "SMC_NLA_STATS_RMB_ALLOC_CNT",
		"SMC_NLA_STATS_RMB_DGRADE_CNT")...)
	tech := set("SMC_NLA_STATS_T", attr(0, "SMC_NLA_STATS_T_PAD", padAt))
	tech.Attrs = append(tech.Attrs, attrs(1, nest(size),
		"SMC_NLA_STATS_T_TX_RMB_SIZE", "SMC_NLA_STATS_T_RX_RMB_SIZE", "SMC_NLA_STATS_T_TXPLOAD_SIZE",
		"SMC_NLA_STATS_T_RXPLOAD_SIZE")...)
	tech.Attrs = append(tech.Attrs, attrs(5, nest(rmb), "SMC_NLA_STATS_T_TX_RMB_STATS", "SMC_NLA_STATS_T_RX_RMB_STATS")...)
	tech.Attrs = append(tech.Attrs, attrs(7, u64,
		"SMC_NLA_STATS_T_CLNT_V1_SUCC", "SMC_NLA_STATS_T_CLNT_V2_SUCC", "SMC_NLA_STATS_T_SRV_V1_SUCC",
		"SMC_NLA_STATS_T_SRV_V2_SUCC", "SMC_NLA_STATS_T_SENDPAGE_CNT", "SMC_NLA_STATS_T_SPLICE_CNT",
		"SMC_NLA_STATS_T_CORK_CNT", "SMC_NLA_STATS_T_NDLY_CNT", "SMC_NLA_STATS_T_URG_DATA_CNT")...)
	tech.Attrs = append(tech.Attrs, attrs(16, bytes64, "SMC_NLA_STATS_T_RX_BYTES", "SMC_NLA_STATS_T_TX_BYTES")...)
	tech.Attrs = append(tech.Attrs, attrs(18, u64, "SMC_NLA_STATS_T_RX_CNT", "SMC_NLA_STATS_T_TX_CNT")...)
	tech.Attrs = append(tech.Attrs, attrs(20, hinted(anyUint, schema.Bytes),
		"SMC_NLA_STATS_T_RX_RMB_USAGE", "SMC_NLA_STATS_T_TX_RMB_USAGE")...)
	return tech
}

// smc_nl_fill_fback_details
func smcFallback() *schema.Set {
	return set("SMC_NLA_FBACK_STATS",
		attr(0, "SMC_NLA_FBACK_STATS_PAD", padAt),
		attr(1, "SMC_NLA_FBACK_STATS_TYPE", u8), // 1: of a server
		attr(2, "SMC_NLA_FBACK_STATS_SRV_CNT", u64),
		attr(3, "SMC_NLA_FBACK_STATS_CLNT_CNT", u64),
		attr(4, "SMC_NLA_FBACK_STATS_RSN_CODE", hex32), // SMC_CLC_DECL_* of net/smc/smc_clc.h, or an errno
		attr(5, "SMC_NLA_FBACK_STATS_RSN_CNT", u16),
	)
}
