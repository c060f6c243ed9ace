// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Packets on their way to user space: linux/netfilter/nfnetlink_queue.h and
// nfnetlink_log.h.

func nfqueue() *schema.Family {
	config := set("NFQA_CFG",
		unspec("NFQA_CFG_UNSPEC"),
		attr(1, "NFQA_CFG_CMD", structOf(record("nfqnl_msg_config_cmd",
			field("command", named(u8, enum("nfqnl_msg_config_cmds", 0, "NFQNL_CFG_CMD_NONE", "NFQNL_CFG_CMD_BIND",
				"NFQNL_CFG_CMD_UNBIND", "NFQNL_CFG_CMD_PF_BIND", "NFQNL_CFG_CMD_PF_UNBIND"))),
			padding("_pad", 1),
			field("pf", named(be16, addressFamily))))),
		attr(2, "NFQA_CFG_PARAMS", structOf(record("nfqnl_msg_config_params",
			field("copy_range", hinted(be32, schema.Bytes)),
			field("copy_mode", named(u8, enum("nfqnl_config_mode", 0, "NFQNL_COPY_NONE", "NFQNL_COPY_META",
				"NFQNL_COPY_PACKET")))))),
		attr(3, "NFQA_CFG_QUEUE_MAXLEN", be32),
		attr(4, "NFQA_CFG_MASK", named(be32, nfqFlags)),
		attr(5, "NFQA_CFG_FLAGS", named(be32, nfqFlags)))
	m := nfMessages("NFQNL_MSG_PACKET", "NFQNL_MSG_VERDICT", "NFQNL_MSG_CONFIG", "NFQNL_MSG_VERDICT_BATCH")
	m[2].Set = config
	f := nfSubsys("nfqueue", unix.NFNL_SUBSYS_QUEUE, nfqPacket(), m...)
	f.Lead = []string{">res_id!", "packet_id", "NFQA_PAYLOAD", "NFQA_VERDICT_HDR", "command", "NFQA_CFG_FLAGS/NFQA_CFG_MASK", "NFQA_CFG_PARAMS", "NFQA_CFG_QUEUE_MAXLEN", ">*"}
	return f
}

func nfqPacket() *schema.Set {
	verdict := where(nfVerdictText, nfVerdictFacts)
	verdict.Enum, verdict.Len = nfVerdict, 4
	return set("NFQA",
		unspec("NFQA_UNSPEC"),
		attr(1, "NFQA_PACKET_HDR", structOf(record("nfqnl_msg_packet_hdr",
			field("packet_id", be32),
			field("hw_protocol", named(be16, etherType)),
			field("hook", nfHookNumber(u8, 1))))),
		attr(2, "NFQA_VERDICT_HDR", structOf(record("nfqnl_msg_verdict_hdr", field("verdict", verdict), field("id", be32)))),
		attr(3, "NFQA_MARK", hexBE32),
		attr(4, "NFQA_TIMESTAMP", structOf(record("nfqnl_msg_packet_timestamp", fields(be64, "sec", "usec")...))),
		attr(5, "NFQA_IFINDEX_INDEV", nfIfindex),
		attr(6, "NFQA_IFINDEX_OUTDEV", nfIfindex),
		attr(7, "NFQA_IFINDEX_PHYSINDEV", nfIfindex),
		attr(8, "NFQA_IFINDEX_PHYSOUTDEV", nfIfindex),
		attr(9, "NFQA_HWADDR", custom(nfHWAddr)), // struct nfqnl_msg_packet_hw
		attr(10, "NFQA_PAYLOAD", secret(several(nfPacket, nfPacketFacts), schema.Payload)),
		attr(11, "NFQA_CT", nest(ctnlSet())),
		attr(12, "NFQA_CT_INFO", named(be32, ctnlInfo)),
		attr(13, "NFQA_CAP_LEN", hinted(be32, schema.Bytes)),
		attr(14, "NFQA_SKB_INFO", named(be32, bits("NFQA_SKB", "NFQA_SKB_CSUMNOTREADY", "NFQA_SKB_GSO",
			"NFQA_SKB_CSUM_NOTVERIFIED"))),
		attr(15, "NFQA_EXP", nest(ctnlExpect())),
		attr(16, "NFQA_UID", be32),
		attr(17, "NFQA_GID", be32),
		attr(18, "NFQA_SECCTX", str),
		attr(19, "NFQA_VLAN", nest(set("NFQA_VLAN",
			unspec("NFQA_VLAN_UNSPEC"),
			attr(1, "NFQA_VLAN_PROTO", named(be16, etherType)),
			attr(2, "NFQA_VLAN_TCI", be16)))),
		attr(20, "NFQA_L2HDR", secret(opaque, schema.Payload)),
		attr(21, "NFQA_PRIORITY", hexBE32),
		attr(22, "NFQA_CGROUP_CLASSID", hexBE32),
	)
}

var (
	nfqFlags = bits("NFQA_CFG_F", "NFQA_CFG_F_FAIL_OPEN", "NFQA_CFG_F_CONNTRACK", "NFQA_CFG_F_GSO", "NFQA_CFG_F_UID_GID",
		"NFQA_CFG_F_SECCTX")
	nfVerdict = enum("NF", 0, "NF_DROP", "NF_ACCEPT", "NF_STOLEN", "NF_QUEUE", "NF_REPEAT", "NF_STOP")
)

func nflog() *schema.Family {
	mode := enum("NFULNL_COPY", 0, "NFULNL_COPY_NONE", "NFULNL_COPY_META", "NFULNL_COPY_PACKET")
	config := set("NFULA_CFG",
		unspec("NFULA_CFG_UNSPEC"),
		attr(1, "NFULA_CFG_CMD", structOf(record("nfulnl_msg_config_cmd",
			field("command", named(u8, enum("nfulnl_msg_config_cmds", 0, "NFULNL_CFG_CMD_NONE", "NFULNL_CFG_CMD_BIND",
				"NFULNL_CFG_CMD_UNBIND", "NFULNL_CFG_CMD_PF_BIND", "NFULNL_CFG_CMD_PF_UNBIND")))))),
		attr(2, "NFULA_CFG_MODE", structOf(record("nfulnl_msg_config_mode",
			field("copy_range", hinted(be32, schema.Bytes)), field("copy_mode", named(u8, mode)), padding("_pad", 1)))),
		attr(3, "NFULA_CFG_NLBUFSIZ", hinted(be32, schema.Bytes)),
		attr(4, "NFULA_CFG_TIMEOUT", hinted(be32, schema.Jiffies)), // in 1/100 s
		attr(5, "NFULA_CFG_QTHRESH", be32),
		attr(6, "NFULA_CFG_FLAGS", named(be16, bits("NFULNL_CFG_F", "NFULNL_CFG_F_SEQ", "NFULNL_CFG_F_SEQ_GLOBAL",
			"NFULNL_CFG_F_CONNTRACK"))))
	m := nfMessages("NFULNL_MSG_PACKET", "NFULNL_MSG_CONFIG")
	m[1].Set = config
	f := nfSubsys("nflog", unix.NFNL_SUBSYS_ULOG, nflogPacket(), m...)
	f.Lead = []string{">res_id!", "NFULA_PREFIX", "NFULA_PAYLOAD", "command", ">*"}
	return f
}

func nflogPacket() *schema.Set {
	return set("NFULA",
		unspec("NFULA_UNSPEC"),
		attr(1, "NFULA_PACKET_HDR", structOf(record("nfulnl_msg_packet_hdr",
			field("hw_protocol", named(be16, etherType)),
			field("hook", nfHookNumber(u8, 1)),
			padding("_pad", 1)))),
		attr(2, "NFULA_MARK", hexBE32),
		attr(3, "NFULA_TIMESTAMP", structOf(record("nfulnl_msg_packet_timestamp", fields(be64, "sec", "usec")...))),
		attr(4, "NFULA_IFINDEX_INDEV", nfIfindex),
		attr(5, "NFULA_IFINDEX_OUTDEV", nfIfindex),
		attr(6, "NFULA_IFINDEX_PHYSINDEV", nfIfindex),
		attr(7, "NFULA_IFINDEX_PHYSOUTDEV", nfIfindex),
		attr(8, "NFULA_HWADDR", custom(nfHWAddr)), // struct nfulnl_msg_packet_hw
		attr(9, "NFULA_PAYLOAD", secret(several(nfPacket, nfPacketFacts), schema.Payload)),
		attr(10, "NFULA_PREFIX", str),
		attr(11, "NFULA_UID", be32),
		attr(12, "NFULA_SEQ", be32),
		attr(13, "NFULA_SEQ_GLOBAL", be32),
		attr(14, "NFULA_GID", be32),
		attr(15, "NFULA_HWTYPE", named(be16, arphrd)),
		attr(16, "NFULA_HWHEADER", secret(opaque, schema.Payload)),
		attr(17, "NFULA_HWLEN", hinted(be16, schema.Bytes)),
		attr(18, "NFULA_CT", nest(ctnlSet())),
		attr(19, "NFULA_CT_INFO", named(be32, ctnlInfo)),
		attr(20, "NFULA_VLAN", nest(set("NFULA_VLAN",
			unspec("NFULA_VLAN_UNSPEC"),
			attr(1, "NFULA_VLAN_PROTO", named(be16, etherType)),
			attr(2, "NFULA_VLAN_TCI", be16)))),
		attr(21, "NFULA_L2HDR", secret(opaque, schema.Payload)),
	)
}

// ipQueue is ip_queue, which nfqueue replaced and 3.5 removed:
// linux/netfilter_ipv4/ip_queue.h of 3.4, here with the C types of 64 bits.
// ip6_queue spoke the same on a protocol of its own.
func ipQueue(name string, protocol uint16) *schema.Family {
	packet := record("ipq_packet_msg",
		field("packet_id", hex64), field("mark", hex64),
		field("timestamp_sec", u64), field("timestamp_usec", u64),
		field("hook", named(u32, nfInetHooks)),
		field("indev_name", sized(str, 16)), field("outdev_name", sized(str, 16)),
		field("hw_protocol", named(be16, etherType)), field("hw_type", named(u16, arphrd)),
		field("hw_addrlen", u8), field("hw_addr", sized(opaque, 8)), padding("pad", 7),
		field("data_len", bytes64),
		field("payload", secret(several(nfPacket, nfPacketFacts), schema.Payload)))
	mode := record("ipq_mode_msg",
		field("value", named(u8, enum("IPQ_COPY", 0, "IPQ_COPY_NONE", "IPQ_COPY_META", "IPQ_COPY_PACKET"))),
		padding("pad", 7), field("range", bytes64))
	verdict := record("ipq_verdict_msg",
		field("value", named(u32, nfVerdict)), padding("pad", 4),
		field("id", hex64), field("data_len", bytes64), field("payload", secret(several(nfPacket, nfPacketFacts), schema.Payload)))
	return &schema.Family{Name: name, Protocol: protocol, Messages: []schema.Message{
		{ID: 0x11, Name: "IPQM_MODE", Header: mode},
		{ID: 0x12, Name: "IPQM_VERDICT", Header: verdict},
		{ID: 0x13, Name: "IPQM_PACKET", Header: packet},
	}, Lead: []string{"packet_id", "payload", ">*"}}
}

// ulog is ipt_ULOG, which nflog replaced and 3.17 removed:
// linux/netfilter_ipv4/ipt_ULOG.h of 3.16, with the C types of 64 bits. The protocol is NETLINK_NFLOG; "nflog" is
// the name of its successor.
func ulog() *schema.Family {
	packet := record("ulog_packet_msg",
		field("mark", hex64), field("timestamp_sec", u64), field("timestamp_usec", u64),
		field("hook", named(u32, nfInetHooks)),
		field("indev_name", sized(str, 16)), field("outdev_name", sized(str, 16)),
		padding("pad", 4), field("data_len", bytes64),
		field("prefix", sized(str, 32)),
		field("mac_len", u8), field("mac", sized(opaque, 80)),
		field("payload", secret(several(nfPacket, nfPacketFacts), schema.Payload)))
	return &schema.Family{Name: "ulog", Protocol: unix.NETLINK_NFLOG, Messages: []schema.Message{
		{ID: 111, Name: "ULOG_NL_EVENT", Header: packet},
	}, Lead: []string{"prefix", "payload", ">*"}}
}
