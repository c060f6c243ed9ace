// SPDX-License-Identifier: Apache-2.0

package families

import (
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// What of a value tells whose it is (schema.Identity), by the name of the attribute, the
// field ("struct.field", or "field" of a message's own header), or the key of a word.
// Addresses say it by their kind, and secrets by their mark. TestIdentities fails for a
// text, or a value with a Format, that stands in none of these lists; bytes that stand in
// none are one whole. A name that ends in * is a beginning.

// identities are the lists; the first that has a name decides, and of those with a
// beginning in common the longest.
var identities = []struct {
	what  schema.Identity
	why   string
	names string
}{
	{schema.Common, "what selects a layout, and the kernel's own words for kinds of things",
		`BATADV_ATTR_ALGO_NAME BATADV_ATTR_VERSION CTA_EXPECT_FN CTA_EXPECT_HELP_NAME CTA_HELP_NAME CTRL_ATTR_*
		DEVLINK_ATTR_BUS_NAME DEVLINK_ATTR_DPIPE_* DEVLINK_ATTR_FLASH_UPDATE_COMPONENT DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG
		DEVLINK_ATTR_FMSG_* DEVLINK_ATTR_HEALTH_REPORTER_NAME DEVLINK_ATTR_INFO_DRIVER_NAME DEVLINK_ATTR_INFO_VERSION_*
		DEVLINK_ATTR_LINECARD_TYPE DEVLINK_ATTR_PARAM_NAME DEVLINK_ATTR_REGION_NAME DEVLINK_ATTR_RESOURCE_NAME
		DEVLINK_ATTR_TRAP_* DPLL_A_MODULE_NAME DPLL_A_PIN_* DRM_RAS_A_ERROR_COUNTER_ATTRS_ERROR_NAME
		ETHTOOL_A_BITSET_* ETHTOOL_A_MODULE_FW_FLASH_STATUS_MSG ETHTOOL_A_PHY_DRVNAME ETHTOOL_A_STRING_VALUE
		HWSIM_ATTR_REG_HINT_ALPHA2 IFLA_BATADV_ALGO_NAME IFLA_INFO_KIND IFLA_INFO_SLAVE_KIND IFLA_PARENT_DEV_BUS_NAME
		IFLA_QDISC INET_DIAG_CONG INET_ULP_INFO_NAME IPSET_ATTR_TYPENAME IPVS_SVC_ATTR_PE_NAME IPVS_SVC_ATTR_SCHED_NAME
		NET_DM_ATTR_HW_TRAP_* NET_DM_ATTR_REASON NET_DM_ATTR_SYMBOL NFNLA_HOOK_FUNCTION_NAME NFNLA_HOOK_MODULE_NAME
		NFSD_A_POOL_MODE_MODE NFSD_A_SOCK_TRANSPORT_NAME NFTA_CHAIN_TYPE NFTA_COMPAT_NAME NFTA_CT_HELPER_NAME NFTA_EXPR_NAME
		NFTA_MATCH_NAME NFTA_TARGET_NAME NL80211_ATTR_REG_ALPHA2 OVS_CT_ATTR_HELPER RDMA_NLDEV_ATTR_CHARDEV_TYPE
		RDMA_NLDEV_ATTR_DEV_PROTOCOL RDMA_NLDEV_ATTR_DRIVER_STRING RDMA_NLDEV_ATTR_FW_VERSION RDMA_NLDEV_ATTR_LINK_TYPE
		RDMA_NLDEV_ATTR_RES_KERN_NAME RDMA_NLDEV_ATTR_RES_SUBTYPE RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME
		RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME RTAX_CC_ALGO SUNRPC_A_IP_MAP_CLASS TASKSTATS_CMD_ATTR_* TCA_ACT_KIND
		TCA_CT_HELPER_NAME TCA_EM_IPT_MATCH_NAME TCA_EXT_WARN_MSG TCA_IPT_TABLE TCA_KIND TCA_ROOT_EXT_WARN_MSG
		TEAM_ATTR_OPTION_NAME THERMAL_GENL_ATTR_GOV_NAME THERMAL_GENL_ATTR_TZ_GOV_NAME TIPC_NLA_MEDIA_NAME T_cpu_mask
		T_cram_hmac_alg T_csums_alg T_helper T_helper_name T_info_text T_integrity_alg T_verify_alg
		VDPA_ATTR_DEV_VENDOR_ATTR_NAME VDPA_ATTR_MGMTDEV_BUS_NAME can_bittiming_const.name crypto_* ksmbd_startup_request.max_prot
		ksmbd_startup_request.min_prot nf_osf_user_finger.* tcf_em_text.algo tipc_aead_key.alg_name xfrm_algo.alg_name
		xfrm_algo_aead.alg_name xfrm_algo_auth.alg_name xt_ct_target_info.helper xt_ct_target_info_v1.helper xt_helper_info.name
		xt_string_info.algo iw_event.u acpi_genl_event.device_class monitor_netlink_header.prefix prefix IWPM_NLA_REG_ULIB_NAME
		IWPM_NLA_RREG_ULIB_NAME IWPM_NLA_MAPINFO_ULIB_NAME`},
	{schema.Common, "numbers and bits that have a text of their own: rates, handles, states, times, labels, versions, capabilities",
		`BATADV_ATTR_BLA_VID BATADV_ATTR_DAT_CACHE_VID BATADV_ATTR_TT_VID CTA_LABELS* CTA_TIMESTAMP_* IFE_META_*
		IFLA_VXLAN_TTL_INHERIT IPSET_ATTR_SKB* IPVS_INFO_ATTR_VERSION MPLS_IPTUNNEL_DST NETLINK_DIAG_GROUPS NFTA_SET_DATA_TYPE
		NFTA_SET_KEY_TYPE NFTA_SET_TYPE NL80211_ATTR_BSS_BASIC_RATES NL80211_ATTR_EXT_* NL80211_ATTR_HT_CAPABILITY*
		NL80211_ATTR_VHT_CAPABILITY* NL80211_ATTR_HE_CAPABILITY NL80211_ATTR_EHT_CAPABILITY NL80211_ATTR_UHR_* NL80211_ATTR_S1G_*
		NL80211_ATTR_STA_EXT_CAPABILITY NL80211_ATTR_STA_SUPPORTED_RATES NL80211_ATTR_KEY_SEQ NL80211_ATTR_QOS_MAP
		NL80211_ATTR_MU_MIMO_GROUP_DATA NL80211_ATTR_TD_BITMAP NL80211_BAND_* NL80211_MESHCONF_* NL80211_TXRATE_*
		NL80211_KEY_SEQ NL80211_NAN_PHY_CAP_* NL80211_REKEY_DATA_REPLAY_CTR NL80211_HE_OBSS_* NL802154_SECLEVEL_ATTR_LEVELS
		NL802154_KEY_ATTR_USAGE_CMDS IEEE802154_ATTR_LLSEC_KEY_USAGE_COMMANDS OVS_KEY_ATTR_MPLS TCA_*
		TCP_METRICS_A_* THERMAL_GENL_ATTR_T* WGPEER_A_LAST_HANDSHAKE_TIME cap_* new_p* old_p* pa pe pi pp
		inet_diag_msg.idiag_cookie inet_diag_req.idiag_cookie inet_diag_req_v2.idiag_cookie idiag_cookie ndiag_cookie pdiag_cookie
		udiag_cookie vdiag_cookie xdiag_cookie netlink_diag_* packet_diag_msg.* packet_diag_req.* smc_diag_* unix_diag_msg.*
		unix_diag_req.* unix_diag_vfs.* vsock_diag_* xdp_diag_* nfqnl_msg_verdict_hdr.verdict verdict ovs_action_* tc_* tcf_em_*
		tcf_meta_val.* tcmsg.* tcm_handle tcm_info tcm_parent tcp_info.* md_labels.* ovs_key_ct_labels.ct_labels
		xt_physdev_info.in_mask xt_physdev_info.out_mask iw_michaelmicfailure.tsc DEVLINK_ATTR_PARAM_VALUE_*`},
	{schema.Common, "keys of an audit record, and of a uevent, whose words are the system's",
		`action op success permissions mod module apparmor ACTION SUBSYSTEM SEQNUM DEVTYPE DRIVER MAJOR MINOR IFINDEX
		MODALIAS USEC_INITIALIZED PHYSDEVDRIVER PHYSDEVBUS SYNTH_UUID DEVLINKS_PRIORITY ID_BUS`},

	{schema.Words, "interfaces, devices, and what people call tables, chains, sets, objects",
		`BATADV_ATTR_HARD_IFNAME BATADV_ATTR_MESH_IFNAME BINDER_A_REPORT_CONTEXT CTA_TIMEOUT_NAME DCB_ATTR_IFNAME
		DEVLINK_ATTR_DEV_NAME DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME DEVLINK_ATTR_PORT_IBDEV_NAME DEVLINK_ATTR_PORT_NETDEV_NAME
		DEVLINK_ATTR_RATE_NODE_NAME DEVLINK_ATTR_RATE_PARENT_NODE_NAME DRM_RAS_A_NODE_ATTRS_* ETHTOOL_A_HEADER_DEV_NAME
		ETHTOOL_A_MODULE_FW_FLASH_FILE_NAME ETHTOOL_A_PHY_DOWNSTREAM_SFP_NAME ETHTOOL_A_PHY_NAME ETHTOOL_A_PHY_UPSTREAM_SFP_NAME
		FRA_IIFNAME FRA_OIFNAME HWSIM_ATTR_RADIO_NAME IEEE802154_ATTR_DEV_NAME IEEE802154_ATTR_PHY_NAME IFA_LABEL
		IFLA_ALT_IFNAME IFLA_IFALIAS IFLA_IFNAME IFLA_PARENT_DEV_NAME IFLA_PHYS_PORT_NAME IFLA_PORT_PROFILE IPSET_ATTR_COMMENT
		IPSET_ATTR_IFACE IPSET_ATTR_NAME IPSET_ATTR_NAMEREF IPSET_ATTR_SETNAME IPSET_ATTR_SETNAME2 IPVS_DAEMON_ATTR_MCAST_IFN
		IWPM_NLA_REG_IBDEV_NAME IWPM_NLA_REG_IF_NAME IWPM_NLA_RREG_IBDEV_NAME L2TP_ATTR_IFNAME LWT_BPF_PROG_NAME
		NBD_ATTR_BACKEND_IDENTIFIER NDTA_NAME NET_DM_ATTR_PORT_NETDEV_NAME NFACCT_NAME NFCTH_NAME NFCTH_POLICY_NAME
		NFC_ATTR_DEVICE_NAME NFC_ATTR_FIRMWARE_NAME NFC_SDP_ATTR_URI NFNLA_CHAIN_NAME NFNLA_CHAIN_TABLE NFNLA_HOOK_DEV
		NFTA_CHAIN_NAME NFTA_CHAIN_TABLE NFTA_DEVICE_NAME NFTA_DEVICE_PREFIX NFTA_DYNSET_SET_NAME NFTA_FLOWTABLE_NAME
		NFTA_FLOWTABLE_TABLE NFTA_FLOW_TABLE_NAME NFTA_GEN_PROC_NAME NFTA_HASH_SET_NAME NFTA_HOOK_DEV NFTA_LOG_PREFIX
		NFTA_LOOKUP_SET NFTA_NG_SET_NAME NFTA_OBJREF_IMM_NAME NFTA_OBJREF_SET_NAME NFTA_OBJ_NAME NFTA_OBJ_TABLE NFTA_RULE_CHAIN
		NFTA_RULE_TABLE NFTA_SET_ELEM_LIST_SET NFTA_SET_ELEM_LIST_TABLE NFTA_SET_ELEM_OBJREF NFTA_SET_NAME NFTA_SET_TABLE
		NFTA_TABLE_NAME NFTA_TRACE_CHAIN NFTA_TRACE_TABLE NFTA_VERDICT_CHAIN NFULA_PREFIX NL80211_ATTR_IFNAME
		NL80211_ATTR_WIPHY_NAME NL802154_ATTR_IFNAME NL802154_ATTR_WPAN_PHY_NAME NLBL_UNLABEL_A_IFACE OVS_CT_ATTR_TIMEOUT
		OVS_DP_ATTR_NAME OVS_VPORT_ATTR_NAME RDMA_NLDEV_ATTR_CHARDEV_NAME RDMA_NLDEV_ATTR_DEV_NAME RDMA_NLDEV_ATTR_NDEV_NAME
		RDMA_NLDEV_ATTR_PARENT_NAME SEG6_LOCAL_BPF_PROG_NAME SMC_NLA_DEV_IB_NAME SMC_NLA_DEV_PCI_ID SMC_NLA_LINK_IB_DEV
		SMC_PNETID_* TCA_ACT_BPF_NAME TCA_BPF_NAME TCA_DEF_DATA TCA_FLOWER_INDEV TCA_FW_INDEV TCA_U32_INDEV TCMU_ATTR_DEVICE
		TCMU_ATTR_DEV_CFG TEAM_ATTR_OPTION_DATA THERMAL_GENL_ATTR_CDEV_NAME THERMAL_GENL_ATTR_TZ_NAME TIPC_NLA_BEARER_NAME
		TIPC_NLA_LINK_NAME TIPC_NLA_MON_BEARER_NAME T_backing_dev T_ctx_resource_name T_meta_dev VDPA_ATTR_DEV_NAME
		VDPA_ATTR_MGMTDEV_DEV_NAME WGDEVICE_A_IFNAME acpi_genl_event.bus_id idletimer_tg_info.label idletimer_tg_info_v1.label
		ipq_packet_msg.indev_name ipq_packet_msg.outdev_name indev_name outdev_name rdma_ls_resolve_header.device_name
		smc_diag_linkinfo.ibname tcf_em_text.pattern ulog_packet_msg.* xt_cgroup_info_v1.path xt_cgroup_info_v2.classid_or_path
		xt_comment_info.comment xt_ct_target_info_v1.timeout xt_hashlimit_mtinfo1.name xt_hashlimit_mtinfo2.name
		xt_hashlimit_mtinfo3.name xt_log_info.prefix xt_nfacct_match_info.name xt_nfacct_match_info_v1.name xt_nflog_info.prefix
		xt_physdev_info.physindev xt_physdev_info.physoutdev xt_recent_mtinfo.name xt_recent_mtinfo_v1.name
		xt_string_info.pattern xt_tee_tginfo.oif dlm_lock_data.resource_name dm_ulog_request.uuid`},
	{schema.Words, "accounts, hosts, paths, networks, labels of security modules, and what a user has typed",
		`CIFS_GENL_ATTR_SWN_DOMAIN_NAME CIFS_GENL_ATTR_SWN_NET_NAME CIFS_GENL_ATTR_SWN_PASSWORD CIFS_GENL_ATTR_SWN_RESOURCE_NAME
		CIFS_GENL_ATTR_SWN_SHARE_NAME CIFS_GENL_ATTR_SWN_USER_NAME CTA_SECCTX_NAME HANDSHAKE_A_ACCEPT_PEERNAME NFQA_SECCTX
		NFSD_A_EXPKEY_CLIENT NFSD_A_EXPKEY_PATH NFSD_A_FSLOCATION_* NFSD_A_SERVER_SCOPE NFSD_A_SVC_EXPORT_CLIENT
		NFSD_A_SVC_EXPORT_PATH NFSD_A_UNLOCK_EXPORT_PATH NFSD_A_UNLOCK_FILESYSTEM_PATH NFTA_SECMARK_CTX
		NL80211_ATTR_FILS_ERP_REALM NL80211_ATTR_FILS_ERP_USERNAME NL80211_ATTR_MESH_ID NL80211_ATTR_SCAN_SSIDS NL80211_ATTR_SSID
		NL80211_SCHED_SCAN_MATCH_ATTR_SSID NLBL_MGMT_A_DOMAIN NLBL_UNLABEL_A_SECCTX SMC_NLA_EID_TABLE_ENTRY
		SMC_NLA_LGR_* SMC_NLA_SEID_ENTRY SMC_NLA_SYS_* SUNRPC_A_IP_MAP_ADDR SUNRPC_A_IP_MAP_DOMAIN T_shared_secret UNIX_DIAG_NAME
		audit_make_equiv.paths audit_sig_info.ctx comm_proc_event.comm iscsi_uevent.data iw_point.data ksmbd_*
		nduseroptmsg.nd_opt_data taskstats.ac_comm xfrm_user_sec_ctx.ctx_str`},
	{schema.Words, "keys of an audit record whose words are somebody's",
		`acct cmd comm cwd data dev_name dir exe grp invalid_context key name new_name old_name path proctitle unit vm watch`},
	{schema.Words, "serial numbers and GUIDs in text",
		`DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER DEVLINK_ATTR_INFO_SERIAL_NUMBER SMC_NLA_DEV_PORT_PNETID SMC_NLA_LINK_GID
		SMC_NLA_LINK_PEER_GID smc_diag_linkinfo.gid smc_diag_linkinfo.peer_gid`},

	{schema.Account, "users and groups",
		`NFQA_UID NFQA_GID NFULA_UID NFULA_GID NFSD_A_SVC_EXPORT_ANON_UID NFSD_A_SVC_EXPORT_ANON_GID PACKET_DIAG_UID RTA_UID
		SUNRPC_A_UNIX_GID_GIDS SUNRPC_A_UNIX_GID_UID TIPC_NLA_SOCK_UID UNIX_DIAG_UID XDP_DIAG_UID audit_sig_info.uid
		fib_rule_uid_range.* id_proc_event.ruid id_proc_event.euid id_proc_event.rgid id_proc_event.egid idiag_uid diag_uid
		ksmbd_login_response.uid ksmbd_login_response.gid ksmbd_share_config_response.force_uid
		ksmbd_share_config_response.force_gid IFLA_TUN_OWNER IFLA_TUN_GROUP taskstats.ac_uid taskstats.ac_gid
		xt_owner_match_info.* auid uid gid euid suid fsuid egid sgid fsgid ouid ogid oauid sauid old-auid iuid igid
		inode_uid inode_gid obj_uid`},
	{schema.Bits, "GUIDs, serials, public keys, hardware and node addresses that are no kind of their own",
		`IFLA_PORT_HOST_UUID IFLA_PORT_INSTANCE_UUID RDMA_NLDEV_ATTR_NODE_GUID RDMA_NLDEV_ATTR_SYS_IMAGE_GUID
		RDMA_NLDEV_ATTR_SUBNET_PREFIX WGDEVICE_A_PUBLIC_KEY WGPEER_A_PUBLIC_KEY ifla_vf_guid.guid SMC_NLA_LGR_D_GID
		SMC_NLA_LGR_D_EXT_GID SMC_NLA_LGR_D_PEER_GID SMC_NLA_LGR_D_PEER_EXT_GID smcd_diag_dmbinfo.my_gid smcd_diag_dmbinfo.my_gid_ext smcd_diag_dmbinfo.peer_gid smcd_diag_dmbinfo.peer_gid_ext NL802154_ATTR_EXTENDED_ADDR
		NL802154_DEVKEY_ATTR_EXTENDED_ADDR NL802154_DEV_ADDR_ATTR_EXTENDED NL802154_DEV_ATTR_EXTENDED_ADDR T_dev_current_uuid
		T_dev_exposed_data_uuid T_ed_uuid T_history_uuids T_peer_dev_bitmap_uuid T_uuids TIPC_NLA_MON_PEER_ADDR TIPC_NLA_NET_ADDR
		TIPC_NLA_NODE_ADDR TIPC_NLA_SOCK_ADDR TIPC_NLA_NET_NODEID TIPC_NLA_NET_NODEID_W1 MPTCP_ATTR_TOKEN NL802154_COORD_ADDR
		OVS_TUNNEL_KEY_ATTR_GENEVE_OPTS`},
	{schema.Bits, "packets and frames, of which a text is made",
		`HWSIM_ATTR_FRAME NFQA_PAYLOAD NFULA_PAYLOAD NL80211_ATTR_FRAME NL80211_WOWLAN_TRIG_WAKEUP_PKT_* ipq_packet_msg.payload
		ipq_verdict_msg.payload payload ulog_packet_msg.payload WGDEVICE_A_PRIVATE_KEY WGPEER_A_PRESHARED_KEY NL80211_FILS_DISCOVERY_ATTR_TMPL
		NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_TMPL`},
	{schema.Room, "addresses in bytes with room for either kind",
		`nf_nat_range.min_addr nf_nat_range.max_addr nf_nat_range2.min_addr nf_nat_range2.max_addr tcp_diag_md5sig.tcpm_addr xt_conntrack_mtinfo1.origsrc_addr xt_conntrack_mtinfo1.origdst_addr xt_conntrack_mtinfo1.replsrc_addr xt_conntrack_mtinfo1.repldst_addr xt_conntrack_mtinfo2.origsrc_addr xt_conntrack_mtinfo2.origdst_addr xt_conntrack_mtinfo2.replsrc_addr xt_conntrack_mtinfo2.repldst_addr xt_conntrack_mtinfo3.origsrc_addr xt_conntrack_mtinfo3.origdst_addr xt_conntrack_mtinfo3.replsrc_addr xt_conntrack_mtinfo3.repldst_addr
		xt_connlimit_info.mask xt_policy_elem.saddr xt_policy_elem.daddr packet_diag_mclist.pdmc_addr pref64.prefix 6co.prefix
		tc_u32_key.val tc_pedit_key.val`},
	{schema.SockAddr, "struct sockaddr",
		`CIFS_GENL_ATTR_SWN_IP INET_DIAG_LOCALS INET_DIAG_PEERS IWPM_NLA_* NFSD_A_SOCK_ADDR NFSD_A_UNLOCK_IP_ADDRESS
		RDMA_NLDEV_ATTR_RES_DST_ADDR RDMA_NLDEV_ATTR_RES_SRC_ADDR TIPC_NLA_UDP_LOCAL TIPC_NLA_UDP_REMOTE T_ctx_my_addr
		T_ctx_peer_addr WGPEER_A_ENDPOINT sctp_info.sctpi_p_address saddr`},
	{schema.PacketAddr, "struct nfqnl_msg_packet_hw", `NFQA_HWADDR NFULA_HWADDR`},
	{schema.Segments, "struct ipv6_sr_hdr", `SEG6_LOCAL_SRH seg6_iptunnel_encap.srh`},
	{schema.Conditions, "the filter of ss", `INET_DIAG_REQ_BYTECODE`},
	{schema.Labels, "search domains", `dnssl.domains`},
	{schema.Rule, "rules of audit", `audit_rule_data.rule`},
	{schema.Register, "registers of nftables", `NFTA_DATA_VALUE`},
	{schema.UserData, "comments of nftables",
		`NFTA_CHAIN_USERDATA NFTA_OBJ_USERDATA NFTA_RULE_USERDATA NFTA_SET_ELEM_USERDATA NFTA_SET_USERDATA NFTA_TABLE_USERDATA`},
	{schema.TLVs, "names of bearers and links", `TIPC_GENL_CMD`},
	{schema.Elements, "SSIDs and what access points tell of themselves and of others",
		`NL80211_ATTR_BEACON_TAIL NL80211_ATTR_EMA_RNR_ELEMS NL80211_ATTR_IE NL80211_ATTR_IE_* NL80211_ATTR_MBSSID_ELEMS
		NL80211_ATTR_REQ_IE NL80211_ATTR_RESP_IE NL80211_BAND_IFTYPE_ATTR_VENDOR_ELEMS NL80211_BSS_BEACON_IES
		NL80211_BSS_INFORMATION_ELEMENTS NL80211_MESH_SETUP_IE NL80211_NAN_CONF_VENDOR_ELEMS NL80211_S1G_SHORT_BEACON_ATTR_TAIL
		NL80211_ATTR_CSA_IES`},
	{schema.Frame80211, "beacons and probe responses", `NL80211_ATTR_BEACON_HEAD NL80211_ATTR_PROBE_RESP NL80211_S1G_SHORT_BEACON_ATTR_HEAD`},
}

// names are the lists by name, begun those that end in *.
var identityNames, identityBegun = func() (map[string]schema.Identity, map[string]schema.Identity) {
	names, begun := map[string]schema.Identity{}, map[string]schema.Identity{}
	for _, list := range identities {
		for _, name := range strings.Fields(list.names) {
			in := names
			if beginning, ok := strings.CutSuffix(name, "*"); ok {
				name, in = beginning, begun
			}
			if _, known := in[name]; !known {
				in[name] = list.what
			}
		}
	}
	return names, begun
}()

// Identity returns what the lists say of a name.
func Identity(name string) schema.Identity {
	if x, ok := identityNames[name]; ok {
		return x
	}
	for n := len(name); n > 0; n-- {
		if x, ok := identityBegun[name[:n]]; ok {
			return x
		}
	}
	return schema.Unmarked
}
