// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nbd is network block devices (linux/nbd-netlink.h, linux/nbd.h,
// drivers/block/nbd.c).
func nbd() *schema.Family {
	return &schema.Family{
		Name:     "nbd",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Groups:   []schema.Group{{Name: "nbd_mc_group"}},
		Lead:     []string{"NBD_ATTR_INDEX", "NBD_DEVICE_INDEX", "NBD_ATTR_SIZE_BYTES", "NBD_ATTR_BACKEND_IDENTIFIER", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "NBD_CMD_UNSPEC"},
			{ID: 1, Name: "NBD_CMD_CONNECT"},
			{ID: 2, Name: "NBD_CMD_DISCONNECT"},
			{ID: 3, Name: "NBD_CMD_RECONFIGURE"},
			{ID: 4, Name: "NBD_CMD_LINK_DEAD"},
			{ID: 5, Name: "NBD_CMD_STATUS"},
		},
		Set: set("NBD_ATTR",
			unspec("NBD_ATTR_UNSPEC"),
			attr(1, "NBD_ATTR_INDEX", u32),
			attr(2, "NBD_ATTR_SIZE_BYTES", bytes64),
			attr(3, "NBD_ATTR_BLOCK_SIZE_BYTES", bytes64),
			attr(4, "NBD_ATTR_TIMEOUT", hinted(u64, schema.Seconds)),
			attr(5, "NBD_ATTR_SERVER_FLAGS", named(u64, bits("NBD_FLAG",
				"NBD_FLAG_HAS_FLAGS", "NBD_FLAG_READ_ONLY", "NBD_FLAG_SEND_FLUSH", "NBD_FLAG_SEND_FUA",
				"NBD_FLAG_ROTATIONAL", "NBD_FLAG_SEND_TRIM", "NBD_FLAG_SEND_WRITE_ZEROES", "", "NBD_FLAG_CAN_MULTI_CONN"))),
			attr(6, "NBD_ATTR_CLIENT_FLAGS", named(u64, bits("NBD_CFLAG",
				"NBD_CFLAG_DESTROY_ON_DISCONNECT", "NBD_CFLAG_DISCONNECT_ON_CLOSE"))),
			attr(7, "NBD_ATTR_SOCKETS", nest(set("NBD_SOCK_ITEM",
				unspec("NBD_SOCK_ITEM_UNSPEC"),
				attr(1, "NBD_SOCK_ITEM", nest(set("NBD_SOCK",
					unspec("NBD_SOCK_UNSPEC"),
					attr(1, "NBD_SOCK_FD", fd))))))),
			attr(8, "NBD_ATTR_DEAD_CONN_TIMEOUT", hinted(u64, schema.Seconds)),
			attr(9, "NBD_ATTR_DEVICE_LIST", nest(set("NBD_DEVICE_ITEM",
				unspec("NBD_DEVICE_ITEM_UNSPEC"),
				attr(1, "NBD_DEVICE_ITEM", nest(set("NBD_DEVICE",
					unspec("NBD_DEVICE_UNSPEC"),
					attr(1, "NBD_DEVICE_INDEX", u32),
					attr(2, "NBD_DEVICE_CONNECTED", u8))))))),
			attr(10, "NBD_ATTR_BACKEND_IDENTIFIER", str),
		),
	}
}

// tcmUser is SCSI targets in user space (linux/target_core_user.h,
// drivers/target/target_core_user.c).
func tcmUser() *schema.Family {
	return &schema.Family{
		Name:     "TCM-USER",
		Protocol: unix.NETLINK_GENERIC,
		Version:  2,
		Groups:   []schema.Group{{Name: "config"}},
		Lead:     []string{"TCMU_ATTR_DEVICE", "TCMU_ATTR_DEVICE_ID", "TCMU_ATTR_CMD_STATUS", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "TCMU_CMD_UNSPEC"},
			{ID: 1, Name: "TCMU_CMD_ADDED_DEVICE"},
			{ID: 2, Name: "TCMU_CMD_REMOVED_DEVICE"},
			{ID: 3, Name: "TCMU_CMD_RECONFIG_DEVICE"},
			{ID: 4, Name: "TCMU_CMD_ADDED_DEVICE_DONE"},
			{ID: 5, Name: "TCMU_CMD_REMOVED_DEVICE_DONE"},
			{ID: 6, Name: "TCMU_CMD_RECONFIG_DEVICE_DONE"},
			{ID: 7, Name: "TCMU_CMD_SET_FEATURES"},
		},
		Set: set("TCMU_ATTR",
			unspec("TCMU_ATTR_UNSPEC"),
			attr(1, "TCMU_ATTR_DEVICE", str),
			attr(2, "TCMU_ATTR_MINOR", u32),
			attr(3, "TCMU_ATTR_PAD", padAt),
			attr(4, "TCMU_ATTR_DEV_CFG", str),
			attr(5, "TCMU_ATTR_DEV_SIZE", bytes64),
			attr(6, "TCMU_ATTR_WRITECACHE", u8),
			attr(7, "TCMU_ATTR_CMD_STATUS", hinted(s32, schema.Errno)),
			attr(8, "TCMU_ATTR_DEVICE_ID", u32),
			attr(9, "TCMU_ATTR_SUPP_KERN_CMD_REPLY", u8),
		),
	}
}

// pmcraid is events of MaxRAID adapters, which have a fixed number
// (drivers/scsi/pmcraid.h, pmcraid.c: pmcraid_notify_aen). What the adapter
// says in them is its own.
func pmcraid() *schema.Family {
	return &schema.Family{
		Name:     "pmcraid",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Groups:   []schema.Group{{Name: "events"}},
		Messages: []schema.Message{
			{ID: 0, Name: "PMCRAID_AEN_CMD_UNSPEC"},
			{ID: 1, Name: "PMCRAID_AEN_CMD_EVENT"},
		},
		Set: set("PMCRAID_AEN_ATTR",
			unspec("PMCRAID_AEN_ATTR_UNSPEC"),
			attr(1, "PMCRAID_AEN_ATTR_EVENT", structOf(atLeast(16, record("pmcraid_aen_msg",
				field("hostno", u32), field("length", bytes32), padding("reserved", 8), field("data", secret(opaque, schema.Memory)))))),
		),
	}
}

// vfsDquot is warnings about quotas, under a fixed number (linux/quota.h,
// fs/quota/netlink.c).
func vfsDquot() *schema.Family {
	return &schema.Family{
		Name:     "VFS_DQUOT",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Groups:   []schema.Group{{Name: "events"}},
		Lead:     []string{"QUOTA_NL_A_WARNING", "QUOTA_NL_A_QTYPE", "QUOTA_NL_A_EXCESS_ID", "QUOTA_NL_A_CAUSED_ID", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "QUOTA_NL_C_UNSPEC"},
			{ID: 1, Name: "QUOTA_NL_C_WARNING"},
		},
		Set: set("QUOTA_NL_A",
			unspec("QUOTA_NL_A_UNSPEC"),
			attr(1, "QUOTA_NL_A_QTYPE", named(u32, enum("quota type", 0, "USRQUOTA", "GRPQUOTA", "PRJQUOTA"))),
			attr(2, "QUOTA_NL_A_EXCESS_ID", u64),
			attr(3, "QUOTA_NL_A_WARNING", named(u32, enum("QUOTA_NL", 0,
				"QUOTA_NL_NOWARN", "QUOTA_NL_IHARDWARN", "QUOTA_NL_ISOFTLONGWARN", "QUOTA_NL_ISOFTWARN",
				"QUOTA_NL_BHARDWARN", "QUOTA_NL_BSOFTLONGWARN", "QUOTA_NL_BSOFTWARN", "QUOTA_NL_IHARDBELOW",
				"QUOTA_NL_ISOFTBELOW", "QUOTA_NL_BHARDBELOW", "QUOTA_NL_BSOFTBELOW"))),
			attr(4, "QUOTA_NL_A_DEV_MAJOR", u32),
			attr(5, "QUOTA_NL_A_DEV_MINOR", u32),
			attr(6, "QUOTA_NL_A_CAUSED_ID", u64),
			attr(7, "QUOTA_NL_A_PAD", padAt),
		),
	}
}

// dlm is timeouts of the distributed lock manager, until 6.4
// (linux/dlm_netlink.h, fs/dlm/netlink.c). DLM_CMD_HELLO has no attributes.
func dlm() *schema.Family {
	mode := values("DLM_LOCK", // linux/dlmconstants.h
		val(0, "DLM_LOCK_NL"), val(1, "DLM_LOCK_CR"), val(2, "DLM_LOCK_CW"), val(3, "DLM_LOCK_PR"),
		val(4, "DLM_LOCK_PW"), val(5, "DLM_LOCK_EX"))
	status := enum("DLM_STATUS", 1, "DLM_STATUS_WAITING", "DLM_STATUS_GRANTED", "DLM_STATUS_CONVERT")
	s8 := schema.Type{Kind: schema.S8}
	return &schema.Family{
		Name:     "DLM",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Lead:     []string{"resource_name", "ownpid", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "DLM_CMD_UNSPEC"},
			{ID: 1, Name: "DLM_CMD_HELLO"},
			{ID: 2, Name: "DLM_CMD_TIMEOUT"},
		},
		Set: set("DLM_TYPE",
			unspec("DLM_TYPE_UNSPEC"),
			attr(1, "DLM_TYPE_LOCK", structOf(record("dlm_lock_data",
				field("version", u16), padding("pad0", 2),
				field("lockspace_id", hex32), field("nodeid", s32), field("ownpid", hinted(s32, schema.PID)),
				field("id", hex32), field("remid", hex32), field("xid", u64),
				field("status", named(s8, status)), field("grmode", named(s8, mode)), field("rqmode", named(s8, mode)),
				padding("pad1", 5), field("timestamp", u64), field("resource_namelen", s32),
				field("resource_name", sized(str, 64)), padding("pad2", 4)))),
		),
	}
}

// cifs is the witness service of the SMB client (linux/cifs/cifs_netlink.h,
// fs/smb/client/netlink.c, cifs_swn.c).
func cifs() *schema.Family {
	return &schema.Family{
		Name:     "cifs",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Groups:   []schema.Group{{Name: "cifs_mcgrp_swn"}},
		Lead: []string{
			"CIFS_GENL_ATTR_SWN_REGISTRATION_ID", "CIFS_GENL_ATTR_SWN_NET_NAME", "CIFS_GENL_ATTR_SWN_SHARE_NAME",
			"CIFS_GENL_ATTR_SWN_NOTIFICATION_TYPE", "CIFS_GENL_ATTR_SWN_RESOURCE_NAME",
			"-CIFS_GENL_ATTR_SWN_PASSWORD", ">*",
		},
		Messages: []schema.Message{
			{ID: 0, Name: "CIFS_GENL_CMD_UNSPEC"},
			{ID: 1, Name: "CIFS_GENL_CMD_SWN_REGISTER"},
			{ID: 2, Name: "CIFS_GENL_CMD_SWN_UNREGISTER"},
			{ID: 3, Name: "CIFS_GENL_CMD_SWN_NOTIFY"},
		},
		Set: set("CIFS_GENL_ATTR",
			unspec("CIFS_GENL_ATTR_UNSPEC"),
			attr(1, "CIFS_GENL_ATTR_SWN_REGISTRATION_ID", u32),
			attr(2, "CIFS_GENL_ATTR_SWN_NET_NAME", str),
			attr(3, "CIFS_GENL_ATTR_SWN_SHARE_NAME", str),
			attr(4, "CIFS_GENL_ATTR_SWN_IP", custom(tipcSockaddr)),
			attr(5, "CIFS_GENL_ATTR_SWN_NET_NAME_NOTIFY", flag),
			attr(6, "CIFS_GENL_ATTR_SWN_SHARE_NAME_NOTIFY", flag),
			attr(7, "CIFS_GENL_ATTR_SWN_IP_NOTIFY", flag),
			attr(8, "CIFS_GENL_ATTR_SWN_KRB_AUTH", flag),
			attr(9, "CIFS_GENL_ATTR_SWN_USER_NAME", str),
			attr(10, "CIFS_GENL_ATTR_SWN_PASSWORD", secret(str, schema.Password)),
			attr(11, "CIFS_GENL_ATTR_SWN_DOMAIN_NAME", str),
			attr(12, "CIFS_GENL_ATTR_SWN_NOTIFICATION_TYPE", named(u32, enum("cifs_swn_notification_type", 1,
				"CIFS_SWN_NOTIFICATION_RESOURCE_CHANGE", "CIFS_SWN_NOTIFICATION_CLIENT_MOVE",
				"CIFS_SWN_NOTIFICATION_SHARE_MOVE", "CIFS_SWN_NOTIFICATION_IP_CHANGE"))),
			attr(13, "CIFS_GENL_ATTR_SWN_RESOURCE_STATE", named(u32, values("cifs_swn_resource_state",
				val(0, "CIFS_SWN_RESOURCE_STATE_UNKNOWN"), val(1, "CIFS_SWN_RESOURCE_STATE_AVAILABLE"),
				val(0xff, "CIFS_SWN_RESOURCE_STATE_UNAVAILABLE")))),
			attr(14, "CIFS_GENL_ATTR_SWN_RESOURCE_NAME", str),
		),
	}
}
