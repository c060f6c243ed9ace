// SPDX-License-Identifier: Apache-2.0

package families_test

const mptcpVariant = "the name of a variant: TestMPTCPEvents"

func init() {
	headers = append(headers,
		cited{name: "linux/mptcp.h", of: []string{"mptcp_pm"}, only: []string{
			"MPTCP_PM_ATTR_", "MPTCP_PM_ADDR_", "MPTCP_PM_CMD_", "MPTCP_PM_EV_FLAG_", "MPTCP_EVENT_", "MPTCP_ATTR_", "MPTCP_RST_",
		}, skip: map[string]string{
			"MPTCP_PM_ADDR_FLAGS_MASK": notNames, "MPTCP_EVENT_CLOSED": mptcpVariant, "MPTCP_EVENT_ANNOUNCED": mptcpVariant,
		}},
		cited{name: "linux/mptcp_pm.h", since: 606, only: []string{
			"MPTCP_PM_ATTR_", "MPTCP_PM_ADDR_", "MPTCP_PM_CMD_", "MPTCP_EVENT_", "MPTCP_ATTR_",
		}, skip: map[string]string{"MPTCP_EVENT_CLOSED": mptcpVariant, "MPTCP_EVENT_ANNOUNCED": mptcpVariant}},
		cited{name: "linux/tcp_metrics.h", of: []string{"tcp_metrics"}, skip: map[string]string{
			"TCP_METRIC_*": "indexes; the attributes are one more, and TCP_METRICS_A_METRICS_* since 6.9", "TCP_METRICS_GENL_VERSION": notWire,
		}},
		cited{name: "linux/l2tp.h", of: []string{"l2tp"}, skip: map[string]string{"L2TP_GENL_VERSION": notWire}},
		cited{name: "linux/fou.h", of: []string{"fou"}, skip: map[string]string{"FOU_GENL_VERSION": notWire}},
		cited{name: "linux/gtp.h", of: []string{"gtp"}, skip: map[string]string{"GTPA_SGSN_ADDRESS": "alias of GTPA_PEER_ADDRESS"}},
		cited{name: "linux/ila.h", of: []string{"ila"}, skip: map[string]string{"ILA_GENL_VERSION": notWire}},
		cited{name: "linux/seg6_genl.h", of: []string{"SEG6"}, skip: map[string]string{"SEG6_GENL_VERSION": notWire}},
		cited{name: "linux/seg6_hmac.h", skip: map[string]string{"SEG6_HMAC_SECRET_LEN": notWire, "SEG6_HMAC_FIELD_LEN": notWire}},
		cited{name: "linux/ioam6_genl.h", of: []string{"IOAM6"}, skip: map[string]string{"IOAM6_GENL_VERSION": notWire, "IOAM6_EVENT_UNSPEC": "no event", "IOAM6_MAX_SCHEMA_DATA_LEN": notWire}},
		cited{name: "linux/openvswitch.h", of: []string{"ovs_datapath", "ovs_vport", "ovs_flow", "ovs_packet", "ovs_meter", "ovs_ct_limit"}, skip: map[string]string{
			"OVS_DATAPATH_VERSION": notWire, "OVS_PACKET_VERSION": notWire, "OVS_VPORT_VERSION": notWire, "OVS_FLOW_VERSION": notWire,
			"OVS_METER_VERSION": notWire, "OVS_CT_LIMIT_VERSION": notWire, "OVS_DP_VER_FEATURES": notWire,
			"OVSP_LOCAL": "a port is shown by its number", "OVS_CT_LABELS_LEN_32": notWire, "OVS_CT_LABELS_LEN": notWire,
			"OVS_CS_F_NAT_MASK": notNames, "NSH_MD1_CONTEXT_SIZE": notWire, "OVS_ZONE_LIMIT_DEFAULT_ZONE": "shown as -1",
			"OVS_PSAMPLE_COOKIE_MAX_SIZE": notWire, "OVS_SAMPLE_ATTR_ARG": "kernel-internal",
			"OVS_CHECK_PKT_LEN_ATTR_ARG": "kernel-internal", "OVS_ACTION_ATTR_SET_TO_MASKED": "kernel-internal",
		}},
	)
	for _, name := range []string{"MPTCP_EVENT_LISTENER_CREATED", "OVS_VPORT_ATTR_UPCALL_STATS"} {
		newer[name] = true
	}
	exceptions["gtp"] = "gtp_genl_dump_pdp gives genlmsg_put the number of the family as the command, so entries of a dump have no name"
	foreign["L2TP_ATTR_STATS"] = "L2TP_ATTR_TX_PACKETS has no prefix of the set's"
}
