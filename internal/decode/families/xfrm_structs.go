// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// The structs of linux/xfrm.h.

// xfrmAddr is xfrm_address_t; family names the field with its address family.
func xfrmAddr(family string) schema.Type {
	return schema.Type{Kind: schema.IPAddr, Len: 16, Family: family}
}

func xfrmPrefix(length string) schema.Type {
	t := xfrmAddr("family")
	t.Prefix = length
	return t
}

// xfrmProto is the protocol of a state; 255 is IPSEC_PROTO_ANY of net/xfrm.h.
var xfrmProto = named(u8, values("IPsec protocol",
	val(0, "IPPROTO_IP"), val(41, "IPPROTO_IPV6"), val(43, "IPPROTO_ROUTING"), val(50, "IPPROTO_ESP"), val(51, "IPPROTO_AH"),
	val(60, "IPPROTO_DSTOPTS"), val(108, "IPPROTO_COMP"), val(255, "IPSEC_PROTO_ANY")))

// struct xfrm_id
func xfrmID(family string) schema.Type {
	return structOf(record("xfrm_id",
		field("daddr", xfrmAddr(family)),
		field("spi", hexBE32),
		field("proto", xfrmProto),
		padding("pad", 3)))
}

// struct xfrm_selector
func xfrmSelector() *schema.StructType {
	return record("xfrm_selector",
		field("daddr", xfrmPrefix("prefixlen_d")),
		field("saddr", xfrmPrefix("prefixlen_s")),
		field("dport", be16),
		field("dport_mask", hexBE16),
		field("sport", be16),
		field("sport_mask", hexBE16),
		field("family", named(u16, addressFamily)),
		field("prefixlen_d", u8),
		field("prefixlen_s", u8),
		field("proto", named(u8, ctnlL4Proto)),
		padding("pad", 3),
		field("ifindex", ifindexS),
		field("user", u32),
	)
}

// struct xfrm_lifetime_cfg
func xfrmLifetime() schema.Type {
	limit := named(u64, xfrmInf)
	size, time := hinted(limit, schema.Bytes), hinted(u64, schema.Seconds)
	return structOf(record("xfrm_lifetime_cfg",
		field("soft_byte_limit", size),
		field("hard_byte_limit", size),
		field("soft_packet_limit", limit),
		field("hard_packet_limit", limit),
		field("soft_add_expires_seconds", time),
		field("hard_add_expires_seconds", time),
		field("soft_use_expires_seconds", time),
		field("hard_use_expires_seconds", time)))
}

// struct xfrm_lifetime_cur; the times are seconds since 1970.
func xfrmLifetimeCur() *schema.StructType {
	return record("xfrm_lifetime_cur",
		field("bytes", bytes64), field("packets", u64), field("add_time", u64), field("use_time", u64))
}

// struct xfrm_usersa_info
func xfrmSA() *schema.StructType {
	return record("xfrm_usersa_info",
		field("sel", structOf(xfrmSelector())),
		field("id", xfrmID("family")),
		field("saddr", xfrmAddr("family")),
		field("lft", xfrmLifetime()),
		field("curlft", structOf(xfrmLifetimeCur())),
		field("stats", structOf(record("xfrm_stats", fields(u32, "replay_window", "replay", "integrity_failed")...))),
		field("seq", u32),
		field("reqid", u32),
		field("family", named(u16, addressFamily)),
		field("mode", named(u8, xfrmMode)),
		field("replay_window", u8),
		field("flags", named(u8, xfrmState)),
		padding("pad", 7),
	)
}

// struct xfrm_usersa_id
func xfrmSAID() *schema.StructType {
	return record("xfrm_usersa_id",
		field("daddr", xfrmAddr("family")),
		field("spi", hexBE32),
		field("family", named(u16, addressFamily)),
		field("proto", xfrmProto),
		padding("pad", 1),
	)
}

// struct xfrm_userpolicy_info
func xfrmPolicy() *schema.StructType {
	return record("xfrm_userpolicy_info",
		field("sel", structOf(xfrmSelector())),
		field("lft", xfrmLifetime()),
		field("curlft", structOf(xfrmLifetimeCur())),
		field("priority", u32),
		field("index", u32),
		field("dir", named(u8, xfrmDir)),
		field("action", named(u8, enum("XFRM_POLICY_ACTION", 0, "XFRM_POLICY_ALLOW", "XFRM_POLICY_BLOCK"))),
		field("flags", named(u8, bits("XFRM_POLICY_FLAGS", "XFRM_POLICY_LOCALOK", "XFRM_POLICY_ICMP", "XFRM_POLICY_CPU_ACQUIRE"))),
		field("share", named(u8, xfrmShare)),
		padding("pad", 4),
	)
}

// struct xfrm_userpolicy_id
func xfrmPolicyID() *schema.StructType {
	return record("xfrm_userpolicy_id",
		field("sel", structOf(xfrmSelector())),
		field("index", u32),
		field("dir", named(u8, xfrmDir)),
		padding("pad", 3),
	)
}

// struct xfrm_user_acquire; what family its addresses have, only the selector
// says.
func xfrmAcquire(policy *schema.StructType) *schema.StructType {
	return record("xfrm_user_acquire", append([]schema.Field{
		field("id", xfrmID("sel.family")),
		field("saddr", xfrmAddr("sel.family")),
		field("sel", structOf(xfrmSelector())),
		field("policy", structOf(policy))},
		append(fields(hex32, "aalgos", "ealgos", "calgos"), field("seq", u32))...)...)
}

// struct xfrm_aevent_id
func xfrmAE() *schema.StructType {
	return record("xfrm_aevent_id",
		field("sa_id", structOf(xfrmSAID())),
		field("saddr", xfrmAddr("sa_id.family")),
		field("flags", named(u32, masks("xfrm_ae_ftype_t", val(0, "XFRM_AE_UNSPEC"), val(1, "XFRM_AE_RTHR"),
			val(2, "XFRM_AE_RVAL"), val(4, "XFRM_AE_LVAL"), val(8, "XFRM_AE_ETHR"), val(16, "XFRM_AE_CR"),
			val(32, "XFRM_AE_CE"), val(64, "XFRM_AE_CU")))),
		field("reqid", u32),
	)
}

// struct xfrm_user_mapping
func xfrmMapping() *schema.StructType {
	return record("xfrm_user_mapping",
		field("id", structOf(xfrmSAID())),
		field("reqid", u32),
		field("old_saddr", xfrmAddr("id.family")),
		field("new_saddr", xfrmAddr("id.family")),
		field("old_sport", be16),
		field("new_sport", be16),
	)
}

// struct xfrm_user_migrate
func xfrmMigrate() *schema.StructType {
	return record("xfrm_user_migrate",
		field("old_daddr", xfrmAddr("old_family")),
		field("old_saddr", xfrmAddr("old_family")),
		field("new_daddr", xfrmAddr("new_family")),
		field("new_saddr", xfrmAddr("new_family")),
		field("proto", xfrmProto),
		field("mode", named(u8, xfrmMode)),
		padding("reserved", 2),
		field("reqid", u32),
		field("old_family", named(u16, addressFamily)),
		field("new_family", named(u16, addressFamily)),
	)
}

// struct xfrm_user_migrate_state, since 7.2
func xfrmMigrateState() *schema.StructType {
	return record("xfrm_user_migrate_state",
		field("id", structOf(xfrmSAID())),
		field("new_daddr", xfrmAddr("new_family")),
		field("new_saddr", xfrmAddr("new_family")),
		field("old_mark", structOf(record("xfrm_mark", fields(hex32, "v", "m")...))),
		field("new_sel", structOf(xfrmSelector())),
		field("new_reqid", u32),
		field("flags", named(u32, bits("xfrm_migrate_state_flags", "XFRM_MIGRATE_STATE_CLEAR_OFFLOAD",
			"XFRM_MIGRATE_STATE_UPDATE_H2H_SEL"))),
		field("new_family", named(u16, addressFamily)),
		padding("reserved", 2),
	)
}

// struct xfrm_user_tmpl
func xfrmTmpl() *schema.StructType {
	return record("xfrm_user_tmpl",
		field("id", xfrmID("family")),
		field("family", named(u16, addressFamily)),
		padding("pad", 2),
		field("saddr", xfrmAddr("family")),
		field("reqid", u32),
		field("mode", named(u8, xfrmMode)),
		field("share", named(u8, xfrmShare)),
		field("optional", u8),
		padding("pad2", 1),
		field("aalgos", hex32),
		field("ealgos", hex32),
		field("calgos", hex32),
	)
}

// struct xfrm_encap_tmpl
func xfrmEncap() *schema.StructType {
	return record("xfrm_encap_tmpl",
		field("encap_type", named(u16, xfrmEncapType)),
		field("encap_sport", be16),
		field("encap_dport", be16),
		padding("pad", 2),
		field("encap_oa", xfrmAddr("family")),
	)
}

// xfrmAlgo is struct xfrm_algo, or with a member more xfrm_algo_auth or
// xfrm_algo_aead. Lengths are in bits.
func xfrmAlgo(name string, more ...schema.Field) schema.Type {
	f := append([]schema.Field{field("alg_name", sized(str, 64)), field("alg_key_len", u32)}, more...)
	return structOf(record(name, append(f, field("alg_key", secret(opaque, schema.Key)))...))
}

var (
	xfrmInf   = values("XFRM_INF", val(1<<64-1, "XFRM_INF"))
	xfrmDir   = enum("XFRM_POLICY", 0, "XFRM_POLICY_IN", "XFRM_POLICY_OUT", "XFRM_POLICY_FWD")
	xfrmShare = enum("XFRM_SHARE", 0, "XFRM_SHARE_ANY", "XFRM_SHARE_SESSION", "XFRM_SHARE_USER", "XFRM_SHARE_UNIQUE")
	xfrmMode  = enum("XFRM_MODE", 0, "XFRM_MODE_TRANSPORT", "XFRM_MODE_TUNNEL", "XFRM_MODE_ROUTEOPTIMIZATION",
		"XFRM_MODE_IN_TRIGGER", "XFRM_MODE_BEET", "XFRM_MODE_IPTFS")
	xfrmState = bits("XFRM_STATE", "XFRM_STATE_NOECN", "XFRM_STATE_DECAP_DSCP", "XFRM_STATE_NOPMTUDISC",
		"XFRM_STATE_WILDRECV", "XFRM_STATE_ICMP", "XFRM_STATE_AF_UNSPEC", "XFRM_STATE_ALIGN4", "XFRM_STATE_ESN")
	xfrmSecAlg = enum("XFRM_SC_ALG", 0, "XFRM_SC_ALG_RESERVED", "XFRM_SC_ALG_SELINUX")
	xfrmSecDOI = enum("XFRM_SC_DOI", 0, "XFRM_SC_DOI_RESERVED", "XFRM_SC_DOI_LSM")
	// linux/udp.h, and TCP_ENCAP_ESPINTCP of linux/tcp.h's kernel side
	xfrmEncapType = values("encap_type", val(1, "UDP_ENCAP_ESPINUDP_NON_IKE"), val(2, "UDP_ENCAP_ESPINUDP"),
		val(7, "TCP_ENCAP_ESPINTCP"))
)
