// SPDX-License-Identifier: Apache-2.0

package families

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_RDMA: rdma/rdma_netlink.h. nlmsg_type is RDMA_NL_GET_TYPE(client,
// op): the client in the upper six bits, its operation in the lower ten.
const (
	rdmaIWCM  = 2 << 10
	rdmaLS    = 4 << 10
	rdmaNLDEV = 5 << 10
)

func rdma() *schema.Family {
	f := &schema.Family{
		Name: "rdma", Protocol: unix.NETLINK_RDMA, Set: rdmaNldev(),
		Messages: append(rdmaPortMapper(), rdmaLocalService()...),
		Groups: []schema.Group{
			{ID: 2, Name: "RDMA_NL_GROUP_IWPM"}, {ID: 3, Name: "RDMA_NL_GROUP_LS"}, {ID: 4, Name: "RDMA_NL_GROUP_NOTIFY"},
		},
		Lead: []string{"RDMA_NLDEV_ATTR_DEV_NAME", "RDMA_NLDEV_ATTR_PORT_INDEX", "RDMA_NLDEV_ATTR_LINK_TYPE", "RDMA_NLDEV_ATTR_NDEV_NAME",
			"RDMA_NLDEV_ATTR_DEV_INDEX", "RDMA_NLDEV_ATTR_EVENT_TYPE",
			">*",
		},
	}
	for op, name := range rdmaNldevOps {
		if name != "" {
			f.Messages = append(f.Messages, schema.Message{ID: rdmaNLDEV + uint16(op), Name: name})
		}
	}
	return f
}

var rdmaNldevOps = [...]string{
	1:  "RDMA_NLDEV_CMD_GET",
	2:  "RDMA_NLDEV_CMD_SET",
	3:  "RDMA_NLDEV_CMD_NEWLINK",
	4:  "RDMA_NLDEV_CMD_DELLINK",
	5:  "RDMA_NLDEV_CMD_PORT_GET",
	6:  "RDMA_NLDEV_CMD_SYS_GET",
	7:  "RDMA_NLDEV_CMD_SYS_SET",
	9:  "RDMA_NLDEV_CMD_RES_GET",
	10: "RDMA_NLDEV_CMD_RES_QP_GET",
	11: "RDMA_NLDEV_CMD_RES_CM_ID_GET",
	12: "RDMA_NLDEV_CMD_RES_CQ_GET",
	13: "RDMA_NLDEV_CMD_RES_MR_GET",
	14: "RDMA_NLDEV_CMD_RES_PD_GET",
	15: "RDMA_NLDEV_CMD_GET_CHARDEV",
	16: "RDMA_NLDEV_CMD_STAT_SET",
	17: "RDMA_NLDEV_CMD_STAT_GET",
	18: "RDMA_NLDEV_CMD_STAT_DEL",
	19: "RDMA_NLDEV_CMD_RES_QP_GET_RAW",
	20: "RDMA_NLDEV_CMD_RES_CQ_GET_RAW",
	21: "RDMA_NLDEV_CMD_RES_MR_GET_RAW",
	22: "RDMA_NLDEV_CMD_RES_CTX_GET",
	23: "RDMA_NLDEV_CMD_RES_SRQ_GET",
	24: "RDMA_NLDEV_CMD_STAT_GET_STATUS",
	25: "RDMA_NLDEV_CMD_RES_SRQ_GET_RAW",
	26: "RDMA_NLDEV_CMD_NEWDEV",
	27: "RDMA_NLDEV_CMD_DELDEV",
	28: "RDMA_NLDEV_CMD_MONITOR",
	29: "RDMA_NLDEV_CMD_FRMR_POOLS_GET",
	30: "RDMA_NLDEV_CMD_FRMR_POOLS_SET",
}

var (
	rdmaNodeType = enum("RDMA_NODE", 1, "RDMA_NODE_IB_CA", "RDMA_NODE_IB_SWITCH", "RDMA_NODE_IB_ROUTER", "RDMA_NODE_RNIC",
		"RDMA_NODE_USNIC", "RDMA_NODE_USNIC_UDP", "RDMA_NODE_UNSPECIFIED")
	rdmaPortState = enum("ib_port_state", 0, "IB_PORT_NOP", "IB_PORT_DOWN", "IB_PORT_INIT", "IB_PORT_ARMED", "IB_PORT_ACTIVE", "IB_PORT_ACTIVE_DEFER")
	rdmaPhysState = enum("ib_port_phys_state", 1, "IB_PORT_PHYS_STATE_SLEEP", "IB_PORT_PHYS_STATE_POLLING", "IB_PORT_PHYS_STATE_DISABLED",
		"IB_PORT_PHYS_STATE_PORT_CONFIGURATION_TRAINING", "IB_PORT_PHYS_STATE_LINK_UP", "IB_PORT_PHYS_STATE_LINK_ERROR_RECOVERY",
		"IB_PORT_PHYS_STATE_PHY_TEST")
	rdmaQPType = values("ib_qp_type", val(0, "IB_QPT_SMI"), val(1, "IB_QPT_GSI"), val(2, "IB_QPT_RC"), val(3, "IB_QPT_UC"), val(4, "IB_QPT_UD"),
		val(5, "IB_QPT_RAW_IPV6"), val(6, "IB_QPT_RAW_ETHERTYPE"), val(8, "IB_QPT_RAW_PACKET"), val(9, "IB_QPT_XRC_INI"),
		val(10, "IB_QPT_XRC_TGT"), val(255, "IB_QPT_DRIVER"))
	rdmaQPState   = enum("ib_qp_state", 0, "IB_QPS_RESET", "IB_QPS_INIT", "IB_QPS_RTR", "IB_QPS_RTS", "IB_QPS_SQD", "IB_QPS_SQE", "IB_QPS_ERR")
	rdmaMigState  = enum("ib_mig_state", 0, "IB_MIG_MIGRATED", "IB_MIG_REARM", "IB_MIG_ARMED")
	rdmaPortSpace = values("rdma_ucm_port_space", val(2, "RDMA_PS_IPOIB"), val(0x106, "RDMA_PS_TCP"), val(0x111, "RDMA_PS_UDP"), val(0x13f, "RDMA_PS_IB"))
	rdmaPollCtx   = enum("ib_poll_context", 0, "IB_POLL_SOFTIRQ", "IB_POLL_WORKQUEUE", "IB_POLL_UNBOUND_WORKQUEUE", "IB_POLL_DIRECT")
	rdmaPrintType = enum("rdma_nldev_print_type", 0, "RDMA_NLDEV_PRINT_TYPE_UNSPEC", "RDMA_NLDEV_PRINT_TYPE_HEX")

	rdmaCounterMode = enum("rdma_nl_counter_mode", 0, "RDMA_COUNTER_MODE_NONE", "RDMA_COUNTER_MODE_AUTO", "RDMA_COUNTER_MODE_MANUAL")
	rdmaCounterMask = bits("rdma_nl_counter_mask", "RDMA_COUNTER_MASK_QP_TYPE", "RDMA_COUNTER_MASK_PID")
	rdmaDevType     = enum("rdma_nl_dev_type", 1, "RDMA_DEVICE_TYPE_SMI")
	rdmaAssignType  = enum("rdma_nl_name_assign_type", 0, "RDMA_NAME_ASSIGN_TYPE_UNKNOWN", "RDMA_NAME_ASSIGN_TYPE_USER")
	rdmaEventType   = enum("rdma_nl_notify_event_type", 0, "RDMA_REGISTER_EVENT", "RDMA_UNREGISTER_EVENT", "RDMA_NETDEV_ATTACH_EVENT",
		"RDMA_NETDEV_DETACH_EVENT", "RDMA_RENAME_EVENT", "RDMA_NETDEV_RENAME_EVENT")

	// RDMA_NLDEV_ATTR_STAT_RES has the numbers of attributes.
	rdmaStatRes = values("STAT_RES", val(19, "RDMA_NLDEV_ATTR_RES_QP"), val(39, "RDMA_NLDEV_ATTR_RES_MR"))
	// The words of rdma(8): whether devices are shared by all namespaces.
	rdmaNetnsMode = enum("netns mode", 0, "exclusive", "shared")
)

// rdmaGUID: u64 in host byte order, written as rdma(8) does.
func rdmaGUID(b []byte, big bool) (string, bool) {
	if len(b) != 8 {
		return "", false
	}
	v := sockDiagOrder(big).Uint64(b)
	return fmt.Sprintf("%04x:%04x:%04x:%04x", v>>48, v>>32&0xffff, v>>16&0xffff, v&0xffff), true
}

// rdmaPortMapper is RDMA_NL_IWCM (drivers/infiniband/core/iwpm_msg.c). The
// kernel asks, the port mapper in user space answers.
func rdmaPortMapper() []schema.Message {
	addr, code := where(sockaddrText, sockaddrFacts), hinted(u16, schema.Errno)
	iwpmFlags := named(u32, bits("IWPM_FLAGS", "IWPM_FLAGS_NO_PORT_MAP"))
	rquery := set("IWPM_NLA",
		unspec("IWPM_NLA_RQUERY_MAPPING_UNSPEC"), attr(1, "IWPM_NLA_RQUERY_MAPPING_SEQ", u32), attr(2, "IWPM_NLA_RQUERY_LOCAL_ADDR", addr),
		attr(3, "IWPM_NLA_RQUERY_REMOTE_ADDR", addr), attr(4, "IWPM_NLA_RQUERY_MAPPED_LOC_ADDR", addr),
		attr(5, "IWPM_NLA_RQUERY_MAPPED_REM_ADDR", addr), attr(6, "IWPM_NLA_RQUERY_MAPPING_ERR", code))
	manage := set("IWPM_NLA", unspec("IWPM_NLA_MANAGE_MAPPING_UNSPEC"), attr(1, "IWPM_NLA_MANAGE_MAPPING_SEQ", u32),
		attr(2, "IWPM_NLA_MANAGE_ADDR", addr), attr(3, "IWPM_NLA_MANAGE_FLAGS", iwpmFlags))
	num := set("IWPM_NLA", unspec("IWPM_NLA_MAPINFO_NUM_UNSPEC"), attr(1, "IWPM_NLA_MAPINFO_SEQ", u32),
		attr(2, "IWPM_NLA_MAPINFO_SEND_NUM", u32), attr(3, "IWPM_NLA_MAPINFO_ACK_NUM", u32))
	return []schema.Message{
		{ID: rdmaIWCM, Name: "RDMA_NL_IWPM_REG_PID", Dirs: schema.FromKernel, Set: set("IWPM_NLA",
			unspec("IWPM_NLA_REG_PID_UNSPEC"), attr(1, "IWPM_NLA_REG_PID_SEQ", u32), attr(2, "IWPM_NLA_REG_IF_NAME", str),
			attr(3, "IWPM_NLA_REG_IBDEV_NAME", str), attr(4, "IWPM_NLA_REG_ULIB_NAME", str))},
		{ID: rdmaIWCM, Name: "RDMA_NL_IWPM_REG_PID", Dirs: schema.ToKernel, Set: set("IWPM_NLA",
			unspec("IWPM_NLA_RREG_PID_UNSPEC"), attr(1, "IWPM_NLA_RREG_PID_SEQ", u32), attr(2, "IWPM_NLA_RREG_IBDEV_NAME", str),
			attr(3, "IWPM_NLA_RREG_ULIB_NAME", str), attr(4, "IWPM_NLA_RREG_ULIB_VER", u16), attr(5, "IWPM_NLA_RREG_PID_ERR", code))},
		{ID: rdmaIWCM + 1, Name: "RDMA_NL_IWPM_ADD_MAPPING", Dirs: schema.FromKernel, Set: manage},
		{ID: rdmaIWCM + 1, Name: "RDMA_NL_IWPM_ADD_MAPPING", Dirs: schema.ToKernel, Set: set("IWPM_NLA",
			unspec("IWPM_NLA_RMANAGE_MAPPING_UNSPEC"), attr(1, "IWPM_NLA_RMANAGE_MAPPING_SEQ", u32), attr(2, "IWPM_NLA_RMANAGE_ADDR", addr),
			attr(3, "IWPM_NLA_RMANAGE_MAPPED_LOC_ADDR", addr), attr(4, "IWPM_NLA_RMANAGE_MAPPING_ERR", code))},
		{ID: rdmaIWCM + 2, Name: "RDMA_NL_IWPM_QUERY_MAPPING", Dirs: schema.FromKernel, Set: set("IWPM_NLA",
			unspec("IWPM_NLA_QUERY_MAPPING_UNSPEC"), attr(1, "IWPM_NLA_QUERY_MAPPING_SEQ", u32), attr(2, "IWPM_NLA_QUERY_LOCAL_ADDR", addr),
			attr(3, "IWPM_NLA_QUERY_REMOTE_ADDR", addr), attr(4, "IWPM_NLA_QUERY_FLAGS", iwpmFlags))},
		{ID: rdmaIWCM + 2, Name: "RDMA_NL_IWPM_QUERY_MAPPING", Dirs: schema.ToKernel, Set: rquery},
		{ID: rdmaIWCM + 3, Name: "RDMA_NL_IWPM_REMOVE_MAPPING", Set: manage},
		{ID: rdmaIWCM + 4, Name: "RDMA_NL_IWPM_REMOTE_INFO", Set: rquery},
		{ID: rdmaIWCM + 5, Name: "RDMA_NL_IWPM_HANDLE_ERR", Set: set("IWPM_NLA", unspec("IWPM_NLA_ERR_UNSPEC"),
			attr(1, "IWPM_NLA_ERR_SEQ", u32), attr(2, "IWPM_NLA_ERR_CODE", code))},
		{ID: rdmaIWCM + 6, Name: "RDMA_NL_IWPM_MAPINFO", Dirs: schema.ToKernel, Set: set("IWPM_NLA", unspec("IWPM_NLA_MAPINFO_REQ_UNSPEC"),
			attr(1, "IWPM_NLA_MAPINFO_ULIB_NAME", str), attr(2, "IWPM_NLA_MAPINFO_ULIB_VER", u16))},
		{ID: rdmaIWCM + 6, Name: "RDMA_NL_IWPM_MAPINFO", Dirs: schema.FromKernel, Set: set("IWPM_NLA", unspec("IWPM_NLA_MAPINFO_UNSPEC"),
			attr(1, "IWPM_NLA_MAPINFO_LOCAL_ADDR", addr), attr(2, "IWPM_NLA_MAPINFO_MAPPED_ADDR", addr), attr(3, "IWPM_NLA_MAPINFO_FLAGS", iwpmFlags))},
		{ID: rdmaIWCM + 7, Name: "RDMA_NL_IWPM_MAPINFO_NUM", Set: num},
		{ID: rdmaIWCM + 8, Name: "RDMA_NL_IWPM_HELLO", Set: set("IWPM_NLA", unspec("IWPM_NLA_HELLO_UNSPEC"), attr(1, "IWPM_NLA_HELLO_ABI_VERSION", u16))},
	}
}

// rdmaLocalService is RDMA_NL_LS (drivers/infiniband/core/sa_query.c, addr.c).
// The kernel asks, and marks its attributes with RDMA_NLA_F_MANDATORY.
func rdmaLocalService() []schema.Message {
	gid := sized(ip, 0)
	attributes := func(mark uint16) *schema.Set {
		return set("LS_NLA_TYPE",
			unspec("LS_NLA_TYPE_UNSPEC"),
			attr(mark|1, "LS_NLA_TYPE_PATH_RECORD", structOf(record("ib_path_rec_data", field("flags", hex32), padding("reserved", 4),
				field("path_rec", sized(opaque, 64))))),
			attr(mark|2, "LS_NLA_TYPE_TIMEOUT", millis),
			attr(mark|3, "LS_NLA_TYPE_SERVICE_ID", hex64),
			attr(mark|4, "LS_NLA_TYPE_DGID", gid),
			attr(mark|5, "LS_NLA_TYPE_SGID", gid),
			attr(mark|6, "LS_NLA_TYPE_TCLASS", hex8),
			attr(mark|7, "LS_NLA_TYPE_PKEY", hex16),
			attr(mark|8, "LS_NLA_TYPE_QOS_CLASS", u16),
			attr(mark|9, "LS_NLA_TYPE_IPV4", ip),
			attr(mark|10, "LS_NLA_TYPE_IPV6", ip))
	}
	const mandatory = 1 << 13
	return []schema.Message{
		{ID: rdmaLS, Name: "RDMA_NL_LS_OP_RESOLVE", Dirs: schema.FromKernel, Set: attributes(mandatory), Header: record("rdma_ls_resolve_header",
			field("device_name", sized(str, 64)), field("port_num", u8),
			field("path_use", named(u8, enum("LS_RESOLVE_PATH_USE", 0, "LS_RESOLVE_PATH_USE_ALL", "LS_RESOLVE_PATH_USE_UNIDIRECTIONAL", "LS_RESOLVE_PATH_USE_GMP"))))},
		{ID: rdmaLS, Name: "RDMA_NL_LS_OP_RESOLVE", Dirs: schema.ToKernel, Set: attributes(0)},
		{ID: rdmaLS + 1, Name: "RDMA_NL_LS_OP_SET_TIMEOUT", Set: attributes(0)},
		{ID: rdmaLS + 2, Name: "RDMA_NL_LS_OP_IP_RESOLVE", Dirs: schema.FromKernel, Set: attributes(mandatory),
			Header: record("rdma_ls_ip_resolve_header", field("ifindex", ifindex))},
		{ID: rdmaLS + 2, Name: "RDMA_NL_LS_OP_IP_RESOLVE", Dirs: schema.ToKernel, Set: attributes(0)},
	}
}
