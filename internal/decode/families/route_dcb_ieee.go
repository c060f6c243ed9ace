// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// The nests of IEEE 802.1Qaz, Qau and Qbb, and of CEE (linux/dcbnl.h).

func dcbIEEE() *schema.Set {
	apps := func(t schema.Type) schema.Type {
		return nest(set("DCB_ATTR", unspec("DCB_ATTR_IEEE_APP_UNSPEC"),
			attr(1, "DCB_ATTR_IEEE_APP", t), attr(2, "DCB_ATTR_DCB_APP", t)))
	}
	// Here number 0 is sent (dcbnl_build_peer_app).
	peer := nest(set("DCB_ATTR", attr(0, "DCB_ATTR_IEEE_APP_UNSPEC", dcbPeerInfo()), attr(1, "DCB_ATTR_IEEE_APP", dcbApp())))
	selector := named(u8, dcbSelector)
	return set("DCB_ATTR",
		unspec("DCB_ATTR_IEEE_UNSPEC"),
		attr(1, "DCB_ATTR_IEEE_ETS", structOf(dcbETS())),
		attr(2, "DCB_ATTR_IEEE_PFC", structOf(dcbPFC())),
		attr(3, "DCB_ATTR_IEEE_APP_TABLE", apps(dcbApp())),
		attr(4, "DCB_ATTR_IEEE_PEER_ETS", structOf(dcbETS())),
		attr(5, "DCB_ATTR_IEEE_PEER_PFC", structOf(dcbPFC())),
		attr(6, "DCB_ATTR_IEEE_PEER_APP", peer),
		attr(7, "DCB_ATTR_IEEE_MAXRATE", structOf(record("ieee_maxrate",
			field("tc_maxrate", sized(packed(u64), 64))))), // kbit/s
		attr(8, "DCB_ATTR_IEEE_QCN", structOf(dcbQCN())),
		attr(9, "DCB_ATTR_IEEE_QCN_STATS", structOf(record("ieee_qcn_stats",
			field("rppp_rp_centiseconds", sized(packed(u64), 64)), field("rppp_created_rps", sized(packed(u32), 32))))),
		attr(10, "DCB_ATTR_DCB_BUFFER", structOf(record("dcbnl_buffer",
			field("prio2buffer", sized(packed(u8), 8)), field("buffer_size", sized(packed(bytes32), 32)),
			field("total_size", bytes32)))),
		attr(11, "DCB_ATTR_DCB_APP_TRUST_TABLE", apps(selector)),
		attr(12, "DCB_ATTR_DCB_REWR_TABLE", apps(dcbApp())),
	)
}

// dcbETS is struct ieee_ets; the arrays are by traffic class or by priority.
func dcbETS() *schema.StructType {
	eight := sized(packed(u8), 8)
	algorithm := sized(packed(named(u8, dcbTSA)), 8)
	return record("ieee_ets",
		field("willing", u8), field("ets_cap", u8), field("cbs", u8),
		field("tc_tx_bw", eight), field("tc_rx_bw", eight), field("tc_tsa", algorithm), field("prio_tc", eight),
		field("tc_reco_bw", eight), field("tc_reco_tsa", algorithm), field("reco_prio_tc", eight))
}

var dcbTSA = values("tsa", val(0, "IEEE_8021QAZ_TSA_STRICT"), val(1, "IEEE_8021QAZ_TSA_CB_SHAPER"),
	val(2, "IEEE_8021QAZ_TSA_ETS"), val(255, "IEEE_8021QAZ_TSA_VENDOR"))

// dcbPFC is struct ieee_pfc.
func dcbPFC() *schema.StructType {
	return record("ieee_pfc",
		field("pfc_cap", u8), field("pfc_en", hex8), field("mbc", u8), padding("", 1),
		field("delay", u16), padding("", 2),
		field("requests", sized(packed(u64), 64)), field("indications", sized(packed(u64), 64)))
}

// dcbQCN is struct ieee_qcn.
func dcbQCN() *schema.StructType {
	eight := sized(packed(u32), 32)
	state := enum("dcbnl_cndd_states", 0, "DCB_CNDD_RESET", "DCB_CNDD_EDGE", "DCB_CNDD_INTERIOR", "DCB_CNDD_INTERIOR_READY")
	return tcRecord("ieee_qcn", tcOne("rpg_enable", sized(packed(u8), 8)),
		fields(eight, "rppp_max_rps", "rpg_time_reset", "rpg_byte_reset", "rpg_threshold", "rpg_max_rate",
			"rpg_ai_rate", "rpg_hai_rate", "rpg_gd", "rpg_min_dec_fac", "rpg_min_rate"),
		tcOne("cndd_state_machine", sized(packed(named(u32, state)), 32)))
}

func dcbCEE() *schema.Set {
	pg := structOf(tcRecord("cee_pg", fields(u8, "willing", "error", "pg_en", "tcs_supported"),
		fields(sized(packed(u8), 8), "pg_bw", "prio_pg")))
	pfc := structOf(record("cee_pfc", field("willing", u8), field("error", u8), field("pfc_en", hex8), field("tcs_supported", u8)))
	prio := set("DCB_PFC_UP_ATTR", append([]schema.Attr{unspec("DCB_PFC_UP_ATTR_UNDEFINED")}, dcbEight(1, "DCB_PFC_UP_ATTR_", u8)...)...)
	return set("DCB_ATTR_CEE",
		unspec("DCB_ATTR_CEE_UNSPEC"),
		attr(1, "DCB_ATTR_CEE_PEER_PG", pg),
		attr(2, "DCB_ATTR_CEE_PEER_PFC", pfc),
		attr(3, "DCB_ATTR_CEE_PEER_APP_TABLE", nest(set("DCB_ATTR_CEE_PEER_APP",
			unspec("DCB_ATTR_CEE_PEER_APP_UNSPEC"),
			attr(1, "DCB_ATTR_CEE_PEER_APP_INFO", dcbPeerInfo()),
			attr(2, "DCB_ATTR_CEE_PEER_APP", dcbApp())))),
		attr(4, "DCB_ATTR_CEE_TX_PG", nest(dcbPG())),
		attr(5, "DCB_ATTR_CEE_RX_PG", nest(dcbPG())),
		attr(6, "DCB_ATTR_CEE_PFC", nest(prio)),
		attr(7, "DCB_ATTR_CEE_APP_TABLE", nest(set("DCB_ATTR_CEE_APP",
			unspec("DCB_ATTR_CEE_APP_UNSPEC"),
			attr(1, "DCB_ATTR_CEE_APP", nest(dcbCEEApp()))))),
		attr(8, "DCB_ATTR_CEE_FEAT", nest(dcbFeatures())),
	)
}
