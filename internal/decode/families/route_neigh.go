// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// RTM_*NEIGH and RTM_*NEIGHTBL: linux/neighbour.h, net/core/neighbour.c
// (nda_policy, neigh_fill_info); forwarding databases of bridge and vxlan use
// the same messages under AF_BRIDGE (fdb_fill_info, vxlan_fdb_info).

// struct ndmsg
func ndmsg() *schema.StructType {
	return record("ndmsg",
		field("ndm_family", named(u8, addressFamily)),
		padding("ndm_pad1", 1),
		padding("ndm_pad2", 2),
		field("ndm_ifindex", ifindexS),
		field("ndm_state", named(u16, nudState)),
		field("ndm_flags", named(u8, ntfFlags)),
		field("ndm_type", named(u8, rtType)),
	)
}

func nda() *schema.Set {
	return set("NDA",
		unspec("NDA_UNSPEC"),
		attr(1, "NDA_DST", addressBy("ndm_family", "")),
		attr(2, "NDA_LLADDR", hwaddr),
		attr(3, "NDA_CACHEINFO", structOf(record("nda_cacheinfo",
			field("ndm_confirmed", jiffies), field("ndm_used", jiffies),
			field("ndm_updated", jiffies), field("ndm_refcnt", u32)))),
		attr(4, "NDA_PROBES", u32),
		attr(5, "NDA_VLAN", u16),
		attr(6, "NDA_PORT", be16),
		attr(7, "NDA_VNI", u32),
		attr(8, "NDA_IFINDEX", ifindex),
		attr(9, "NDA_MASTER", ifindex),
		attr(10, "NDA_LINK_NETNSID", nsid),
		attr(11, "NDA_SRC_VNI", u32),
		attr(12, "NDA_PROTOCOL", named(u8, rtProtocol)),
		attr(13, "NDA_NH_ID", u32),
		attr(14, "NDA_FDB_EXT_ATTRS", nest(set("NFEA",
			unspec("NFEA_UNSPEC"),
			attr(1, "NFEA_ACTIVITY_NOTIFY", named(u8, bits("FDB_NOTIFY", "FDB_NOTIFY_BIT", "FDB_NOTIFY_INACTIVE_BIT"))),
			attr(2, "NFEA_DONT_REFRESH", flag)))),
		attr(15, "NDA_FLAGS_EXT", named(u32, ntfExtFlags)),
		attr(16, "NDA_NDM_STATE_MASK", named(u16, nudState)),
		attr(17, "NDA_NDM_FLAGS_MASK", named(u8, ntfFlags)),
	)
}

var (
	nudState = masks("ndm_state",
		val(0, "NUD_NONE"), val(0x01, "NUD_INCOMPLETE"), val(0x02, "NUD_REACHABLE"),
		val(0x04, "NUD_STALE"), val(0x08, "NUD_DELAY"), val(0x10, "NUD_PROBE"),
		val(0x20, "NUD_FAILED"), val(0x40, "NUD_NOARP"), val(0x80, "NUD_PERMANENT"),
	)
	ntfFlags = bits("ndm_flags",
		"NTF_USE", "NTF_SELF", "NTF_MASTER", "NTF_PROXY", "NTF_EXT_LEARNED", "NTF_OFFLOADED",
		"NTF_STICKY", "NTF_ROUTER",
	)
	ntfExtFlags = bits("NDA_FLAGS_EXT", "NTF_EXT_MANAGED", "NTF_EXT_LOCKED", "NTF_EXT_EXT_VALIDATED")
)

// struct ndtmsg
func ndtmsg() *schema.StructType {
	return record("ndtmsg",
		field("ndtm_family", named(u8, addressFamily)),
		padding("ndtm_pad1", 1),
		padding("ndtm_pad2", 2),
	)
}

// ndta are the attributes of a neighbour table (neightbl_fill_info).
func ndta() *schema.Set {
	return set("NDTA",
		unspec("NDTA_UNSPEC"),
		attr(1, "NDTA_NAME", str),
		attr(2, "NDTA_THRESH1", u32),
		attr(3, "NDTA_THRESH2", u32),
		attr(4, "NDTA_THRESH3", u32),
		attr(5, "NDTA_CONFIG", structOf(record("ndt_config",
			field("ndtc_key_len", u16), field("ndtc_entry_size", u16), field("ndtc_entries", u32),
			field("ndtc_last_flush", millis), field("ndtc_last_rand", millis),
			field("ndtc_hash_rnd", hex32), field("ndtc_hash_mask", hex32),
			field("ndtc_hash_chain_gc", u32), field("ndtc_proxy_qlen", u32)))),
		attr(6, "NDTA_PARMS", nest(ndtpa())),
		attr(7, "NDTA_STATS", structOf(atLeast(10*8, record("ndt_stats", fields(u64, // ndts_table_fulls: Linux 4.3
			"ndts_allocs", "ndts_destroys", "ndts_hash_grows", "ndts_res_failed", "ndts_lookups",
			"ndts_hits", "ndts_rcv_probes_mcast", "ndts_rcv_probes_ucast", "ndts_periodic_gc_runs",
			"ndts_forced_gc_runs", "ndts_table_fulls")...)))),
		attr(8, "NDTA_GC_INTERVAL", millis64),
		attr(9, "NDTA_PAD", padAt),
	)
}

func ndtpa() *schema.Set {
	return set("NDTPA",
		unspec("NDTPA_UNSPEC"),
		attr(1, "NDTPA_IFINDEX", ifindex),
		attr(2, "NDTPA_REFCNT", u32),
		attr(3, "NDTPA_REACHABLE_TIME", millis64),
		attr(4, "NDTPA_BASE_REACHABLE_TIME", millis64),
		attr(5, "NDTPA_RETRANS_TIME", millis64),
		attr(6, "NDTPA_GC_STALETIME", millis64),
		attr(7, "NDTPA_DELAY_PROBE_TIME", millis64),
		attr(8, "NDTPA_QUEUE_LEN", u32),
		attr(9, "NDTPA_APP_PROBES", u32),
		attr(10, "NDTPA_UCAST_PROBES", u32),
		attr(11, "NDTPA_MCAST_PROBES", u32),
		attr(12, "NDTPA_ANYCAST_DELAY", millis64),
		attr(13, "NDTPA_PROXY_DELAY", millis64),
		attr(14, "NDTPA_PROXY_QLEN", u32),
		attr(15, "NDTPA_LOCKTIME", millis64),
		attr(16, "NDTPA_QUEUE_LENBYTES", bytes32),
		attr(17, "NDTPA_MCAST_REPROBES", u32),
		attr(18, "NDTPA_PAD", padAt),
		attr(19, "NDTPA_INTERVAL_PROBE_TIME_MS", millis64),
	)
}
