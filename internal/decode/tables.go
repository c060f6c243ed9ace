// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// controlTables describe what belongs to Netlink itself and to its two
// multiplexers, and stand in for families without tables.
type controlTables struct {
	nlmsghdr   *schema.StructType
	genlmsghdr *schema.StructType
	nfgenmsg   *schema.StructType
	udev       *schema.StructType
	errSet     *schema.Set
	errnoType  schema.Type
	batch      *schema.Family // NFNL_MSG_BATCH_BEGIN and _END
	nfnetlink  *schema.Family // a subsystem that has no name
	generic    *schema.Family // an id that nobody has told
	unknown    *schema.Family // a protocol number out of range
}

func newControlTables() controlTables {
	c := controlTables{
		nlmsghdr:   nlmsghdrStruct(),
		genlmsghdr: genlmsghdrStruct(),
		nfgenmsg:   nfgenmsgStruct(),
		udev:       udevStruct(),
		errSet:     schema.NlmsgerrSet(),
		errnoType:  schema.Type{Kind: schema.S32, Hint: schema.Errno},
		batch:      batchFamily(),
		nfnetlink:  &schema.Family{Name: "netfilter", Protocol: capture.NETLINK_NETFILTER, Groups: nfnlGroups()},
		generic:    &schema.Family{Protocol: capture.NETLINK_GENERIC},
		unknown:    &schema.Family{},
	}
	for _, f := range []*schema.Family{c.batch, c.nfnetlink, c.generic, c.unknown, {Set: c.errSet}} {
		f.Build()
	}
	return c
}

func nlmsghdrStruct() *schema.StructType {
	return &schema.StructType{Name: "nlmsghdr", Fields: []schema.Field{
		{Name: "nlmsg_len", Type: schema.Type{Kind: schema.U32}},
		{Name: "nlmsg_type", Type: schema.Type{Kind: schema.U16}},
		{Name: "nlmsg_flags", Type: schema.Type{Kind: schema.U16, Hint: schema.Hex}},
		{Name: "nlmsg_seq", Type: schema.Type{Kind: schema.U32}},
		{Name: "nlmsg_pid", Type: schema.Type{Kind: schema.U32}},
	}}
}

// genlmsghdrStruct is include/uapi/linux/genetlink.h's
//
//	struct genlmsghdr {
//		__u8	cmd;
//		__u8	version;
//		__u16	reserved;
//	};
func genlmsghdrStruct() *schema.StructType {
	return &schema.StructType{Name: "genlmsghdr", Fields: []schema.Field{
		{Name: "cmd", Type: schema.Type{Kind: schema.U8}},
		{Name: "version", Type: schema.Type{Kind: schema.U8}},
		{Name: "reserved", Type: schema.Type{Kind: schema.U16}},
	}}
}

// nfgenmsgStruct is include/uapi/linux/netfilter/nfnetlink.h's
//
//	struct nfgenmsg {
//		__u8  nfgen_family;  // AF_xxx
//		__u8  version;       // nfnetlink version
//		__be16 res_id;       // resource id
//	};
//
// nfgen_family holds NFPROTO_*, which differ from AF_* where it matters
// (include/uapi/linux/netfilter.h).
func nfgenmsgStruct() *schema.StructType {
	proto := &schema.Enum{Name: "nfproto", Values: []schema.Value{
		{N: 0, Name: "NFPROTO_UNSPEC"}, {N: 1, Name: "NFPROTO_INET"}, {N: 2, Name: "NFPROTO_IPV4"},
		{N: 3, Name: "NFPROTO_ARP"}, {N: 5, Name: "NFPROTO_NETDEV"}, {N: 7, Name: "NFPROTO_BRIDGE"},
		{N: 10, Name: "NFPROTO_IPV6"}, {N: 12, Name: "NFPROTO_DECNET"},
	}}
	return &schema.StructType{Name: "nfgenmsg", Fields: []schema.Field{
		{Name: "nfgen_family", Type: schema.Type{Kind: schema.U8, Enum: proto}},
		{Name: "version", Type: schema.Type{Kind: schema.U8}},
		{Name: "res_id", Type: schema.Type{Kind: schema.U16, Big: true}},
	}}
}

// batchFamily describes the messages around an nfnetlink batch
// (enum nfnl_batch_attributes).
func batchFamily() *schema.Family {
	return &schema.Family{
		Name: "netfilter", Protocol: capture.NETLINK_NETFILTER, Origin: schema.BuiltIn,
		Messages: []schema.Message{
			{ID: nfnlBatchBeg, Name: "NFNL_MSG_BATCH_BEGIN"},
			{ID: nfnlBatchEnd, Name: "NFNL_MSG_BATCH_END"},
		},
		Set: &schema.Set{Name: "NFNL_BATCH", Attrs: []schema.Attr{
			{ID: 0, Name: "NFNL_BATCH_UNSPEC", Note: "unused"},
			{ID: 1, Name: "NFNL_BATCH_GENID", Type: schema.Type{Kind: schema.U32, Big: true}},
		}},
		Lead: []string{"NFNL_BATCH_GENID"},
	}
}

// nfnlSubsysNFTables is NFNL_SUBSYS_NFTABLES.
const nfnlSubsysNFTables = 10

// nfnlNames are the names that people use for NFNL_SUBSYS_*, by number.
var nfnlNames = [...]string{
	1: "ctnetlink", 2: "ctnetlink_exp", 3: "nfqueue", 4: "nflog", 5: "osf", 6: "ipset",
	7: "nfacct", 8: "cttimeout", 9: "cthelper", nfnlSubsysNFTables: "nftables", 11: "nft_compat", 12: "nfhook",
}

// nfnlGroups is enum nfnetlink_groups.
func nfnlGroups() []schema.Group {
	return []schema.Group{
		{ID: 1, Name: "NFNLGRP_CONNTRACK_NEW"},
		{ID: 2, Name: "NFNLGRP_CONNTRACK_UPDATE"},
		{ID: 3, Name: "NFNLGRP_CONNTRACK_DESTROY"},
		{ID: 4, Name: "NFNLGRP_CONNTRACK_EXP_NEW"},
		{ID: 5, Name: "NFNLGRP_CONNTRACK_EXP_UPDATE"},
		{ID: 6, Name: "NFNLGRP_CONNTRACK_EXP_DESTROY"},
		{ID: 7, Name: "NFNLGRP_NFTABLES"},
		{ID: 8, Name: "NFNLGRP_ACCT_QUOTA"},
		{ID: 9, Name: "NFNLGRP_NFTRACE"},
	}
}
