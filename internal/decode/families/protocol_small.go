// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_SELINUX: linux/selinux_netlink.h.
func selinux() *schema.Family {
	return &schema.Family{
		Name: "selinux", Protocol: unix.NETLINK_SELINUX,
		Messages: []schema.Message{
			{ID: 0x10, Name: "SELNL_MSG_SETENFORCE", Header: record("selnl_msg_setenforce",
				field("val", named(s32, enum("enforcing", 0, "permissive", "enforcing"))))},
			{ID: 0x11, Name: "SELNL_MSG_POLICYLOAD", Header: record("selnl_msg_policyload", field("seqno", u32))},
		},
		Groups: []schema.Group{{ID: 1, Name: "SELNLGRP_AVC"}},
		Lead:   []string{"val", "seqno", ">*"},
	}
}

// NETLINK_FIB_LOOKUP: a struct fib_result_nl (include/net/ip_fib.h), whatever
// the message type; the kernel sends it back with the result filled in
// (nl_fib_input in net/ipv4/fib_frontend.c).
func fibLookup() *schema.Family {
	return &schema.Family{
		Name: "fib_lookup", Protocol: unix.NETLINK_FIB_LOOKUP,
		Header: record("fib_result_nl",
			field("fl_addr", sized(ip, 4)), field("fl_mark", hex32), field("fl_tos", local(hex8, dsField)), field("fl_scope", named(u8, rtScope)),
			field("tb_id_in", named(u8, fibLookupTable)),
			field("tb_id", named(u8, fibLookupTable)), field("prefixlen", u8), field("nh_sel", u8), field("type", named(u8, fibLookupType)),
			field("scope", named(u8, rtScope)), field("err", hinted(s32, schema.Errno))),
		// The type is the sender's choice; this stands for the usual one.
		Messages: []schema.Message{{ID: 0, Name: "fib_result_nl"}},
		Lead:     []string{"fl_addr", "tb_id_in", "tb_id", "prefixlen", "type", "err", ">*"},
	}
}

var (
	fibLookupTable = values("rt_class_t", val(0, "RT_TABLE_UNSPEC"), val(252, "RT_TABLE_COMPAT"), val(253, "RT_TABLE_DEFAULT"),
		val(254, "RT_TABLE_MAIN"), val(255, "RT_TABLE_LOCAL"))
	fibLookupType = enum("rtm_type", 0, "RTN_UNSPEC", "RTN_UNICAST", "RTN_LOCAL", "RTN_BROADCAST", "RTN_ANYCAST", "RTN_MULTICAST",
		"RTN_BLACKHOLE", "RTN_UNREACHABLE", "RTN_PROHIBIT", "RTN_THROW", "RTN_NAT", "RTN_XRESOLVE")
)

// NETLINK_DNRTMSG: linux/netfilter_decnet.h, until 6.1: packets of DECnet's
// routing protocol for a daemon (net/decnet/netfilter/dn_rtmsg.c).
func dnrtmsg() *schema.Family {
	return &schema.Family{
		Name: "dnrtmsg", Protocol: unix.NETLINK_DNRTMSG,
		Messages: []schema.Message{{ID: 0, Name: "nf_dn_rtmsg", Header: record("nf_dn_rtmsg",
			field("nfdn_ifindex", ifindexS), field("packet", secret(opaque, schema.Payload)))}},
		Groups: []schema.Group{{ID: 1, Name: "DNRNG_NLGRP_L1"}, {ID: 2, Name: "DNRNG_NLGRP_L2"}},
		Lead:   []string{"nfdn_ifindex", ">*"},
	}
}

// NETLINK_ECRYPTFS, of kernels 2.6.19 to 2.6.28: struct ecryptfs_message of
// linux/ecryptfs.h, which goes through a device since then.
func ecryptfs() *schema.Family {
	msg := record("ecryptfs_message", field("index", u32), field("data_len", bytes32), field("data", secret(opaque, schema.Key)))
	return &schema.Family{
		Name: "ecryptfs", Protocol: unix.NETLINK_ECRYPTFS,
		Messages: []schema.Message{
			{ID: 100, Name: "ECRYPTFS_MSG_HELO", Header: msg}, {ID: 101, Name: "ECRYPTFS_MSG_QUIT", Header: msg},
			{ID: 102, Name: "ECRYPTFS_MSG_REQUEST", Header: msg}, {ID: 103, Name: "ECRYPTFS_MSG_RESPONSE", Header: msg},
		},
		Lead: []string{"index", ">*"},
	}
}

// NETLINK_SCSITRANSPORT: scsi/scsi_netlink.h and scsi_netlink_fc.h. There is
// one message type; struct scsi_nl_hdr in front says what follows.
func scsitransport() *schema.Family {
	hdr := []schema.Field{
		field("version", u8),
		field("transport", named(u8, enum("SCSI_NL_TRANSPORT", 0, "SCSI_NL_TRANSPORT", "SCSI_NL_TRANSPORT_FC"))),
		field("magic", named(u16, values("SCSI_NL_MAGIC", val(0xa1b2, "SCSI_NL_MAGIC")))),
		field("msgtype", named(u16, values("msgtype", val(1, "SCSI_NL_SHOST_VENDOR"), val(0x100, "FC_NL_ASYNC_EVENT")))),
		field("msglen", u16),
	}
	// struct fc_nl_event.
	fc := diagRec("fc_nl_event", hdr, field("seconds", hinted(u64, schema.Seconds)), field("vendor_id", hex64), field("host_no", u16),
		field("event_datalen", u16), field("event_num", u32), field("event_code", named(u32, scsitransportEvent)), field("event_data", secret(opaque, schema.Memory)))
	vendor := diagRec("scsi_nl_host_vendor_msg", hdr, field("vendor_id", hex64), field("host_no", u16), field("vmsg_datalen", u16),
		padding("pad", 4), field("vendor_data", secret(opaque, schema.Memory)))
	return &schema.Family{
		Name: "scsitransport", Protocol: unix.NETLINK_SCSITRANSPORT,
		Messages: []schema.Message{{ID: 17, Name: "SCSI_TRANSPORT_MSG", Header: diagRec("scsi_nl_hdr", hdr),
			Variants: &schema.Variants{Off: 4, Width: 2, Cases: map[uint64]schema.Variant{1: {Header: vendor}, 0x100: {Header: fc}}}}},
		Groups: []schema.Group{{ID: 4, Name: "SCSI_NL_GRP_FC_EVENTS"}},
		Lead:   []string{"msgtype", "host_no", "event_code", ">*"},
	}
}

// scsitransportEvent is enum fc_host_event_code of scsi/scsi_transport_fc.h.
var scsitransportEvent = values("fc_host_event_code", val(1, "FCH_EVT_LIP"), val(2, "FCH_EVT_LINKUP"), val(3, "FCH_EVT_LINKDOWN"),
	val(4, "FCH_EVT_LIPRESET"), val(5, "FCH_EVT_RSCN"), val(0x103, "FCH_EVT_ADAPTER_CHANGE"), val(0x200, "FCH_EVT_PORT_UNKNOWN"),
	val(0x201, "FCH_EVT_PORT_OFFLINE"), val(0x202, "FCH_EVT_PORT_ONLINE"), val(0x204, "FCH_EVT_PORT_FABRIC"), val(0x500, "FCH_EVT_LINK_UNKNOWN"),
	val(0x501, "FCH_EVT_LINK_FPIN"), val(0x502, "FCH_EVT_LINK_FPIN_ACK"), val(0xffff, "FCH_EVT_VENDOR_UNIQUE"))
