// SPDX-License-Identifier: Apache-2.0

package families_test

const (
	nfKernel  = "kernel-internal"
	nfSockopt = "for socket options"
	nfByType  = "one number has a name for each type of set, which an error does not tell: ipsetErrors gives all of them"
	nfOlder   = "older name of another one"
)

func init() {
	headers = append(headers,
		cited{name: "linux/netfilter/nfnetlink_conntrack.h", of: []string{"ctnetlink", "ctnetlink_exp"}, skip: map[string]string{
			"CTA_NAT_SEQ_*": nfOlder, "CTA_NAT_MINIP": nfOlder, "CTA_NAT_MAXIP": nfOlder,
			"CTA_NAT_SEQ_ADJ_ORIG": nfOlder, "CTA_NAT_SEQ_ADJ_REPLY": nfOlder, "CTA_NAT": nfOlder,
		}},
		cited{name: "linux/netfilter/nf_conntrack_common.h", only: []string{"IP_CT_", "IPS_", "NF_CT_EXPECT_"}, skip: map[string]string{
			"IPS_*_BIT": notWire, "IPS_NAT_MASK": notNames, "IPS_NAT_DONE_MASK": notNames, "IPS_UNCHANGEABLE_MASK": notNames,
			"IP_CT_IS_REPLY": "the difference of two others", "IP_CT_NUMBER": notWire,
			"IPS_EXPECTED_BIT": notWire, "IPS_SEEN_REPLY_BIT": notWire, "IPS_ASSURED_BIT": notWire, "IPS_CONFIRMED_BIT": notWire,
			"IPS_SRC_NAT_BIT": notWire, "IPS_DST_NAT_BIT": notWire, "IPS_SEQ_ADJUST_BIT": notWire, "IPS_SRC_NAT_DONE_BIT": notWire,
			"IPS_DST_NAT_DONE_BIT": notWire, "IPS_DYING_BIT": notWire, "IPS_FIXED_TIMEOUT_BIT": notWire, "IPS_TEMPLATE_BIT": notWire,
			"IPS_UNTRACKED_BIT": notWire, "IPS_HELPER_BIT": notWire, "IPS_OFFLOAD_BIT": notWire, "IPS_HW_OFFLOAD_BIT": notWire,
			"IPS_NAT_CLASH_BIT": nfKernel, "IPS_NAT_CLASH": nfKernel,
		}},
		cited{name: "linux/netfilter/nf_conntrack_tcp.h", skip: map[string]string{
			"TCP_CONNTRACK_LISTEN": "older name of TCP_CONNTRACK_SYN_SENT2", "TCP_CONNTRACK_IGNORE": nfKernel,
			"TCP_CONNTRACK_RETRANS": "the number of a timeout, no state", "TCP_CONNTRACK_UNACK": "the number of a timeout, no state",
		}},
		cited{name: "linux/netfilter/nf_conntrack_sctp.h"},
		cited{name: "linux/netfilter/nf_conntrack_tuple_common.h"},
		cited{name: "linux/netfilter/nfnetlink_cttimeout.h", of: []string{"cttimeout"}, skip: map[string]string{"CTNL_TIMEOUT_NAME_MAX": notWire}},
		cited{name: "linux/netfilter/nfnetlink_cthelper.h", of: []string{"cthelper"}, skip: map[string]string{"NFCTH_POLICY_SET": "the set of NFCTH_POLICY_SET1"}},
		cited{name: "linux/netfilter/nfnetlink_queue.h", of: []string{"nfqueue"}},
		cited{name: "linux/netfilter/nfnetlink_log.h", of: []string{"nflog"}},
		cited{name: "linux/netfilter/nfnetlink_acct.h", of: []string{"nfacct"}},
		cited{name: "linux/netfilter/nfnetlink_hook.h", of: []string{"nfhook"}},
		cited{name: "linux/netfilter/nfnetlink_osf.h", of: []string{"osf"}, skip: map[string]string{
			"MAXGENRELEN": notWire, "NF_OSF_*": "of struct nf_osf_info, an argument of iptables", "OSF_WSS_MAX": notWire,
		}},
		cited{name: "linux/netfilter/nfnetlink.h", only: []string{"NFNLGRP_CONNTRACK_", "NFNLGRP_ACCT_"}},
		cited{name: "linux/netfilter/ipset/ip_set.h", of: []string{"ipset"}, skip: map[string]string{
			"IPSET_PROTOCOL": notWire, "IPSET_PROTOCOL_MIN": notWire, "IPSET_MAXNAMELEN": notWire,
			"IPSET_MAX_COMMENT_SIZE": notWire, "IPSET_CMD_RESTORE": "a command of the tool", "IPSET_CMD_HELP": "a command of the tool",
			"IPSET_CMD_VERSION": "a command of the tool", "IPSET_CMD_QUIT": "a command of the tool", "IPSET_CMD_COMMIT": "a command of the tool",
			"IPSET_ATTR_IP_FROM": "IPSET_ATTR_IP", "IPSET_ATTR_PORT_FROM": "IPSET_ATTR_PORT", "IPSET_ERR_TYPE_SPECIFIC": "the first of those by type",
			"IPSET_FLAG_BIT_*": notWire, "IPSET_CREATE_FLAG_*": nfKernel, "IPSET_ADD": nfKernel, "IPSET_DEL": nfKernel, "IPSET_TEST": nfKernel,
			"IPSET_CREATE": nfKernel, "IPSET_INVALID_ID": nfKernel, "IPSET_DIM_*": "of iptables' set match", "IPSET_BIT_RETURN_NOMATCH": "of iptables' set match",
			"IPSET_INV_MATCH": "of iptables' set match", "IPSET_RETURN_NOMATCH": "of iptables' set match", "IPSET_COUNTER_*": "of iptables' set match",
			"SO_IP_SET": nfSockopt, "IP_SET_OP_*": nfSockopt,
		}},
		cited{name: "linux/netfilter/ipset/ip_set_bitmap.h", skip: map[string]string{"IPSET_ERR_*": nfByType}},
		cited{name: "linux/netfilter/ipset/ip_set_hash.h", skip: map[string]string{"IPSET_ERR_*": nfByType}},
		cited{name: "linux/netfilter/ipset/ip_set_list.h", skip: map[string]string{"IPSET_ERR_*": nfByType}},
		cited{name: "linux/ip_vs.h", of: []string{"IPVS"}, skip: map[string]string{
			"IP_VS_VERSION_CODE": notWire, "IP_VS_SO_*": nfSockopt, "IP_VS_BASE_CTL": nfSockopt, "IP_VS_SVC_F_SCHED_*": "IP_VS_SVC_F_SCHED1 and 2 by scheduler",
			"IP_VS_CONN_F_FWD_MASK": notNames, "IP_VS_CONN_F_SYNC": nfKernel, "IP_VS_CONN_F_HASHED": nfKernel, "IP_VS_CONN_F_NOOUTPUT": nfKernel,
			"IP_VS_CONN_F_INACTIVE": nfKernel, "IP_VS_CONN_F_OUT_SEQ": nfKernel, "IP_VS_CONN_F_IN_SEQ": nfKernel, "IP_VS_CONN_F_SEQ_MASK": nfKernel,
			"IP_VS_CONN_F_NO_CPORT": nfKernel, "IP_VS_CONN_F_TEMPLATE": nfKernel, "IP_VS_CONN_F_ONE_PACKET": nfKernel,
			"IP_VS_CONN_F_BACKUP_*": notNames, "IP_VS_CONN_F_NFCT": nfKernel, "IP_VS_CONN_F_DEST_MASK": notNames,
			"IP_VS_SCHEDNAME_MAXLEN": notWire, "IP_VS_PENAME_MAXLEN": notWire, "IP_VS_IFNAME_MAXLEN": notWire, "IP_VS_PEDATA_MAXLEN": notWire,
			"IPVS_GENL_VERSION": "the version of the family",
		}},
		cited{name: "linux/xfrm.h", of: []string{"xfrm"}, skip: map[string]string{"XFRM_MIGRATE_STATE_KNOWN_FLAGS": notNames,
			"XFRMA_REPLAY_ESN_MAX": notWire, "XFRM_POLICY_MASK": notNames, "XFRM_MSG_BASE": "XFRM_MSG_NEWSA", "XFRM_NR_MSGTYPES": notWire,
			"XFRMA_OUTPUT_MARK": "older name of XFRMA_SET_MARK", "XFRMGRP_*": "bits of sockaddr_nl.nl_groups, the old spelling of XFRMNLGRP_*",
			"XFRMNLGRP_NONE": "no group",
		}},
		cited{name: "linux/netfilter.h", only: []string{"NF_DROP", "NF_ACCEPT", "NF_STOLEN", "NF_QUEUE", "NF_REPEAT", "NF_STOP",
			"NF_INET_", "NF_NETDEV_", "NFPROTO_"}, skip: map[string]string{
			"NF_INET_NUMHOOKS": notWire, "NF_NETDEV_NUMHOOKS": notWire, "NFPROTO_NUMPROTO": notWire,
		}},
		cited{name: "linux/in6.h", only: []string{"IPPROTO_ICMPV6", "IPPROTO_ROUTING", "IPPROTO_DSTOPTS"}},
	)
	foreign["CTA_COUNTERS"] = "two of them are CTA_COUNTERS32"
	foreign["IPSET_ATTR_IPADDR"] = "number 0 has the name that all nests of ipset share"
	foreign["NFCTH_POLICY_SET"] = "NFCTH_POLICY_SET1 and so on"
	newer["IPSET_ATTR_BITMASK"] = true
	newer["IPSET_ERR_BITMASK_NETMASK_EXCL"] = true
	newer["IP_CT_UNTRACKED"] = true
}
