// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_XFRM: linux/xfrm.h, net/xfrm/xfrm_user.c. The structs are laid out as
// on machines where a __u64 lies at a multiple of eight; those of 32-bit x86 are
// shorter at their ends.

func xfrm() *schema.Family {
	attrs := xfrmAttrs()
	sad := set("XFRMA_SAD",
		unspec("XFRMA_SAD_UNSPEC"),
		attr(1, "XFRMA_SAD_CNT", u32),
		attr(2, "XFRMA_SAD_HINFO", structOf(record("xfrmu_sadhinfo", fields(u32, "sadhcnt", "sadhmcnt")...))))
	thresh := structOf(record("xfrmu_spdhthresh", fields(u8, "lbits", "rbits")...))
	spd := set("XFRMA_SPD",
		unspec("XFRMA_SPD_UNSPEC"),
		attr(1, "XFRMA_SPD_INFO", structOf(record("xfrmu_spdinfo",
			fields(u32, "incnt", "outcnt", "fwdcnt", "inscnt", "outscnt", "fwdscnt")...))),
		attr(2, "XFRMA_SPD_HINFO", structOf(record("xfrmu_spdhinfo", fields(u32, "spdhcnt", "spdhmcnt")...))),
		attr(3, "XFRMA_SPD_IPV4_HTHRESH", thresh),
		attr(4, "XFRMA_SPD_IPV6_HTHRESH", thresh))
	sa, said := xfrmSA(), xfrmSAID()
	policy, policyID, ae := xfrmPolicy(), xfrmPolicyID(), xfrmAE()
	flags := record("flags", field("flags", hex32))
	defaults := record("xfrm_userpolicy_default", fields(named(u8, enum("XFRM_USERPOLICY", 0, "XFRM_USERPOLICY_UNSPEC",
		"XFRM_USERPOLICY_BLOCK", "XFRM_USERPOLICY_ACCEPT")), "in", "fwd", "out")...)
	dump := &schema.Variant{Set: attrs}
	names := []schema.Message{
		{Name: "XFRM_MSG_NEWSA", Header: sa},
		{Name: "XFRM_MSG_DELSA", Header: said},
		{Name: "XFRM_MSG_GETSA", Header: said, Dump: dump},
		{Name: "XFRM_MSG_NEWPOLICY", Header: policy},
		{Name: "XFRM_MSG_DELPOLICY", Header: policyID},
		{Name: "XFRM_MSG_GETPOLICY", Header: policyID, Dump: dump},
		{Name: "XFRM_MSG_ALLOCSPI", Header: record("xfrm_userspi_info",
			field("info", structOf(sa)), field("min", hex32), field("max", hex32))},
		{Name: "XFRM_MSG_ACQUIRE", Header: xfrmAcquire(policy)},
		{Name: "XFRM_MSG_EXPIRE", Header: record("xfrm_user_expire",
			field("state", structOf(sa)), field("hard", u8), padding("pad", 7))},
		{Name: "XFRM_MSG_UPDPOLICY", Header: policy},
		{Name: "XFRM_MSG_UPDSA", Header: sa},
		{Name: "XFRM_MSG_POLEXPIRE", Header: record("xfrm_user_polexpire",
			field("pol", structOf(policy)), field("hard", u8), padding("pad", 7))},
		{Name: "XFRM_MSG_FLUSHSA", Header: record("xfrm_usersa_flush", field("proto", xfrmProto))},
		{Name: "XFRM_MSG_FLUSHPOLICY"},
		{Name: "XFRM_MSG_NEWAE", Header: ae},
		{Name: "XFRM_MSG_GETAE", Header: ae},
		{Name: "XFRM_MSG_REPORT", Header: record("xfrm_user_report",
			field("proto", xfrmProto), padding("pad", 3), field("sel", structOf(xfrmSelector())))},
		{Name: "XFRM_MSG_MIGRATE", Header: policyID},
		{Name: "XFRM_MSG_NEWSADINFO", Header: flags, Set: sad},
		{Name: "XFRM_MSG_GETSADINFO", Header: flags, Set: sad},
		{Name: "XFRM_MSG_NEWSPDINFO", Header: flags, Set: spd},
		{Name: "XFRM_MSG_GETSPDINFO", Header: flags, Set: spd},
		{Name: "XFRM_MSG_MAPPING", Header: xfrmMapping()},
		{Name: "XFRM_MSG_SETDEFAULT", Header: defaults},
		{Name: "XFRM_MSG_GETDEFAULT", Header: defaults},
		{Name: "XFRM_MSG_MIGRATE_STATE", Header: xfrmMigrateState()},
	}
	for i := range names {
		names[i].ID = uint16(0x10 + i) // XFRM_MSG_BASE
		names[i].Lead = xfrmLeads[names[i].Name]
	}
	f := &schema.Family{Name: "xfrm", Protocol: unix.NETLINK_XFRM, Set: attrs, Messages: names,
		Lead: []string{"id", "sa_id", "mode", "dir", "action", "saddr", "daddr"}}
	for i, name := range []string{"ACQUIRE", "EXPIRE", "SA", "POLICY", "AEVENTS", "REPORT", "MIGRATE", "MAPPING"} {
		f.Groups = append(f.Groups, schema.Group{ID: uint32(i + 1), Name: "XFRMNLGRP_" + name})
	}
	return f
}

func xfrmAttrs() *schema.Set {
	algo := xfrmAlgo("xfrm_algo")
	return set("XFRMA",
		unspec("XFRMA_UNSPEC"),
		attr(1, "XFRMA_ALG_AUTH", algo),
		attr(2, "XFRMA_ALG_CRYPT", algo),
		attr(3, "XFRMA_ALG_COMP", algo),
		attr(4, "XFRMA_ENCAP", structOf(xfrmEncap())),
		attr(5, "XFRMA_TMPL", packed(structOf(xfrmTmpl()))),
		attr(6, "XFRMA_SA", structOf(xfrmSA())),
		attr(7, "XFRMA_POLICY", structOf(xfrmPolicy())),
		attr(8, "XFRMA_SEC_CTX", structOf(record("xfrm_user_sec_ctx",
			field("len", u16), field("exttype", u16), field("ctx_alg", named(u8, xfrmSecAlg)),
			field("ctx_doi", named(u8, xfrmSecDOI)), field("ctx_len", u16), field("ctx_str", str)))),
		attr(9, "XFRMA_LTIME_VAL", structOf(xfrmLifetimeCur())),
		attr(10, "XFRMA_REPLAY_VAL", structOf(record("xfrm_replay_state",
			field("oseq", u32), field("seq", u32), field("bitmap", hex32)))),
		attr(11, "XFRMA_REPLAY_THRESH", u32),
		attr(12, "XFRMA_ETIMER_THRESH", u32), // in 1/10 s
		attr(13, "XFRMA_SRCADDR", xfrmAddr("family")),
		attr(14, "XFRMA_COADDR", xfrmAddr("family")),
		attr(15, "XFRMA_LASTUSED", u64), // seconds since 1970
		attr(16, "XFRMA_POLICY_TYPE", structOf(record("xfrm_userpolicy_type",
			field("type", named(u8, values("XFRM_POLICY_TYPE", val(0, "XFRM_POLICY_TYPE_MAIN"),
				val(1, "XFRM_POLICY_TYPE_SUB"), val(255, "XFRM_POLICY_TYPE_ANY")))),
			padding("pad", 1), padding("reserved1", 2), padding("reserved2", 1), padding("pad2", 1)))),
		attr(17, "XFRMA_MIGRATE", packed(structOf(xfrmMigrate()))),
		attr(18, "XFRMA_ALG_AEAD", xfrmAlgo("xfrm_algo_aead", field("alg_icv_len", u32))),
		attr(19, "XFRMA_KMADDRESS", structOf(record("xfrm_user_kmaddress",
			field("local", xfrmAddr("family")), field("remote", xfrmAddr("family")),
			padding("reserved", 4), field("family", named(u16, addressFamily)), padding("pad", 2)))),
		attr(20, "XFRMA_ALG_AUTH_TRUNC", xfrmAlgo("xfrm_algo_auth", field("alg_trunc_len", u32))),
		attr(21, "XFRMA_MARK", structOf(record("xfrm_mark", fields(hex32, "v", "m")...))),
		attr(22, "XFRMA_TFCPAD", u32),
		attr(23, "XFRMA_REPLAY_ESN_VAL", structOf(record("xfrm_replay_state_esn", append(
			fields(u32, "bmp_len", "oseq", "seq", "oseq_hi", "seq_hi", "replay_window"),
			field("bmp", packed(hex32)))...))),
		attr(24, "XFRMA_SA_EXTRA_FLAGS", named(u32, bits("XFRM_SA_XFLAG", "XFRM_SA_XFLAG_DONT_ENCAP_DSCP",
			"XFRM_SA_XFLAG_OSEQ_MAY_WRAP"))),
		attr(25, "XFRMA_PROTO", xfrmProto),
		attr(26, "XFRMA_ADDRESS_FILTER", structOf(record("xfrm_address_filter",
			field("saddr", xfrmPrefix("splen")), field("daddr", xfrmPrefix("dplen")),
			field("family", named(u16, addressFamily)), field("splen", u8), field("dplen", u8)))),
		attr(27, "XFRMA_PAD", padAt),
		attr(28, "XFRMA_OFFLOAD_DEV", structOf(record("xfrm_user_offload",
			field("ifindex", ifindexS),
			field("flags", named(u8, bits("XFRM_OFFLOAD", "XFRM_OFFLOAD_IPV6", "XFRM_OFFLOAD_INBOUND", "XFRM_OFFLOAD_PACKET"))),
			padding("pad", 3)))),
		attr(29, "XFRMA_SET_MARK", hex32),
		attr(30, "XFRMA_SET_MARK_MASK", hex32),
		attr(31, "XFRMA_IF_ID", hex32),
		attr(32, "XFRMA_MTIMER_THRESH", seconds),
		attr(33, "XFRMA_SA_DIR", named(u8, enum("xfrm_sa_dir", 1, "XFRM_SA_DIR_IN", "XFRM_SA_DIR_OUT"))),
		attr(34, "XFRMA_NAT_KEEPALIVE_INTERVAL", seconds),
		attr(35, "XFRMA_SA_PCPU", u32),
		attr(36, "XFRMA_IPTFS_DROP_TIME", micros),
		attr(37, "XFRMA_IPTFS_REORDER_WINDOW", u16),
		attr(38, "XFRMA_IPTFS_DONT_FRAG", flag),
		attr(39, "XFRMA_IPTFS_INIT_DELAY", micros),
		attr(40, "XFRMA_IPTFS_MAX_QSIZE", bytes32),
		attr(41, "XFRMA_IPTFS_PKT_SIZE", bytes32),
	)
}

var (
	xfrmStateLead  = []string{"id", ".saddr", ".mode", ".reqid!", "XFRMA_IF_ID", "XFRMA_SET_MARK", "XFRMA_ALG_AEAD[alg_name]|XFRMA_ALG_CRYPT[alg_name]", "XFRMA_OFFLOAD_DEV", ".sel"}
	xfrmPolicyLead = []string{".dir", ".sel", ".action", ".priority!", "XFRMA_TMPL[id saddr mode reqid]", "XFRMA_IF_ID", ".index!"}
	xfrmIDLead     = []string{".daddr", ".spi", ".proto", ".family", "XFRMA_SRCADDR", "XFRMA_MARK", "XFRMA_PROTO", "XFRMA_ADDRESS_FILTER"}

	// xfrmLeads: an SA is told by its addresses, SPI and mode, not by its selector.
	xfrmLeads = map[string][]string{
		"XFRM_MSG_NEWSA": xfrmStateLead, "XFRM_MSG_UPDSA": xfrmStateLead,
		"XFRM_MSG_DELSA": xfrmIDLead, "XFRM_MSG_GETSA": xfrmIDLead,
		"XFRM_MSG_NEWPOLICY": xfrmPolicyLead, "XFRM_MSG_UPDPOLICY": xfrmPolicyLead,
		"XFRM_MSG_FLUSHSA":   {"proto"},
		"XFRM_MSG_ALLOCSPI":  {"info.id", "info.saddr", ".min", ".max"},
		"XFRM_MSG_EXPIRE":    {"state.id", "state.saddr", ".hard"},
		"XFRM_MSG_POLEXPIRE": {"pol.dir", "pol.sel", ".hard"},
		"XFRM_MSG_ACQUIRE":   {".id", ".saddr", ".sel", "policy.dir"},
	}
)
