// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// The structs of linux/drbd_genl.h, whose members the macros of
// linux/genl_magic_struct.h number as attributes T_NAME.

func drbdCfgReplySet() *schema.Set {
	return set("drbd_cfg_reply",
		attr(1, "T_info_text", str),
	)
}

func drbdCfgContextSet() *schema.Set {
	return set("drbd_cfg_context",
		attr(1, "T_ctx_volume", drbdU32),
		attr(2, "T_ctx_resource_name", str),
		attr(3, "T_ctx_my_addr", custom(drbdSockaddr)),
		attr(4, "T_ctx_peer_addr", custom(drbdSockaddr)),
	)
}

func drbdDiskConfSet() *schema.Set {
	return set("disk_conf",
		attr(1, "T_backing_dev", str),
		attr(2, "T_meta_dev", str),
		attr(3, "T_meta_dev_idx", drbdS32),
		attr(4, "T_disk_size", drbdU64),
		attr(5, "T_max_bio_bvecs", drbdU32),
		attr(6, "T_on_io_error", named(drbdU32, drbdIOError)),
		attr(7, "T_fencing", named(drbdU32, drbdFencing)),
		attr(8, "T_resync_rate", drbdU32),
		attr(9, "T_resync_after", drbdS32),
		attr(10, "T_al_extents", drbdU32),
		attr(11, "T_c_plan_ahead", drbdU32),
		attr(12, "T_c_delay_target", drbdU32),
		attr(13, "T_c_fill_target", drbdU32),
		attr(14, "T_c_max_rate", drbdU32),
		attr(15, "T_c_min_rate", drbdU32),
		attr(16, "T_disk_barrier", u8),
		attr(17, "T_disk_flushes", u8),
		attr(18, "T_disk_drain", u8),
		attr(19, "T_md_flushes", u8),
		attr(20, "T_disk_timeout", drbdU32),
		attr(21, "T_read_balancing", named(drbdU32, drbdReadBalancing)),
		attr(23, "T_al_updates", u8),
		attr(24, "T_discard_zeroes_if_aligned", u8),
		attr(25, "T_rs_discard_granularity", drbdU32),
		attr(26, "T_disable_write_same", u8),
	)
}

func drbdResOptsSet() *schema.Set {
	return set("res_opts",
		attr(1, "T_cpu_mask", str),
		attr(2, "T_on_no_data", named(drbdU32, drbdNoData)),
	)
}

func drbdNetConfSet() *schema.Set {
	return set("net_conf",
		attr(1, "T_shared_secret", secret(str, schema.Password)),
		attr(2, "T_cram_hmac_alg", str),
		attr(3, "T_integrity_alg", str),
		attr(4, "T_verify_alg", str),
		attr(5, "T_csums_alg", str),
		attr(6, "T_wire_protocol", named(drbdU32, drbdProtocol)),
		attr(7, "T_connect_int", hinted(drbdU32, schema.Seconds)),
		attr(8, "T_timeout", drbdU32),
		attr(9, "T_ping_int", hinted(drbdU32, schema.Seconds)),
		attr(10, "T_ping_timeo", drbdU32),
		attr(11, "T_sndbuf_size", hinted(drbdU32, schema.Bytes)),
		attr(12, "T_rcvbuf_size", hinted(drbdU32, schema.Bytes)),
		attr(13, "T_ko_count", drbdU32),
		attr(14, "T_max_buffers", drbdU32),
		attr(15, "T_max_epoch_size", drbdU32),
		attr(16, "T_unplug_watermark", drbdU32),
		attr(17, "T_after_sb_0p", named(drbdU32, drbdAfterSB)),
		attr(18, "T_after_sb_1p", named(drbdU32, drbdAfterSB)),
		attr(19, "T_after_sb_2p", named(drbdU32, drbdAfterSB)),
		attr(20, "T_rr_conflict", named(drbdU32, drbdAfterSB)),
		attr(21, "T_on_congestion", named(drbdU32, drbdCongestion)),
		attr(22, "T_cong_fill", drbdU32),
		attr(23, "T_cong_extents", drbdU32),
		attr(24, "T_two_primaries", u8),
		attr(25, "T_discard_my_data", u8),
		attr(26, "T_tcp_cork", u8),
		attr(27, "T_always_asbp", u8),
		attr(28, "T_tentative", u8),
		attr(29, "T_use_rle", u8),
		attr(33, "T_csums_after_crash_only", u8),
		attr(34, "T_sock_check_timeo", drbdU32),
	)
}

func drbdSetRoleParmsSet() *schema.Set {
	return set("set_role_parms",
		attr(1, "T_assume_uptodate", u8),
	)
}

func drbdResizeParmsSet() *schema.Set {
	return set("resize_parms",
		attr(1, "T_resize_size", drbdU64),
		attr(2, "T_resize_force", u8),
		attr(3, "T_no_resync", u8),
		attr(4, "T_al_stripes", drbdU32),
		attr(5, "T_al_stripe_size", drbdU32),
	)
}

func drbdStateInfoSet() *schema.Set {
	return set("state_info",
		attr(1, "T_sib_reason", named(drbdU32, drbdSIB)),
		attr(2, "T_current_state", hinted(drbdU32, schema.Hex)),
		attr(3, "T_capacity", drbdU64),
		attr(4, "T_ed_uuid", hinted(drbdU64, schema.Hex)),
		attr(5, "T_prev_state", hinted(drbdU32, schema.Hex)),
		attr(6, "T_new_state", hinted(drbdU32, schema.Hex)),
		attr(7, "T_uuids", packed(drbdHex64)),
		attr(8, "T_disk_flags", named(drbdU32, drbdMDF)),
		attr(9, "T_bits_total", drbdU64),
		attr(10, "T_bits_oos", drbdU64),
		attr(11, "T_bits_rs_total", drbdU64),
		attr(12, "T_bits_rs_failed", drbdU64),
		attr(13, "T_helper", str),
		attr(14, "T_helper_exit_code", drbdU32),
		attr(15, "T_send_cnt", drbdU64),
		attr(16, "T_recv_cnt", drbdU64),
		attr(17, "T_read_cnt", drbdU64),
		attr(18, "T_writ_cnt", drbdU64),
		attr(19, "T_al_writ_cnt", drbdU64),
		attr(20, "T_bm_writ_cnt", drbdU64),
		attr(21, "T_ap_bio_cnt", drbdU32),
		attr(22, "T_ap_pending_cnt", drbdU32),
		attr(23, "T_rs_pending_cnt", drbdU32),
	)
}

func drbdStartOvParmsSet() *schema.Set {
	return set("start_ov_parms",
		attr(1, "T_ov_start_sector", drbdU64),
		attr(2, "T_ov_stop_sector", drbdU64),
	)
}

func drbdNewCUuidParmsSet() *schema.Set {
	return set("new_c_uuid_parms",
		attr(1, "T_clear_bm", u8),
	)
}

func drbdTimeoutParmsSet() *schema.Set {
	return set("timeout_parms",
		attr(1, "T_timeout_type", drbdU32),
	)
}

func drbdDisconnectParmsSet() *schema.Set {
	return set("disconnect_parms",
		attr(1, "T_force_disconnect", u8),
	)
}

func drbdDetachParmsSet() *schema.Set {
	return set("detach_parms",
		attr(1, "T_force_detach", u8),
	)
}

func drbdResourceInfoSet() *schema.Set {
	return set("resource_info",
		attr(1, "T_res_role", named(drbdU32, drbdRole)),
		attr(2, "T_res_susp", u8),
		attr(3, "T_res_susp_nod", u8),
		attr(4, "T_res_susp_fen", u8),
	)
}

func drbdDeviceInfoSet() *schema.Set {
	return set("device_info",
		attr(1, "T_dev_disk_state", named(drbdU32, drbdDisk)),
	)
}

func drbdConnectionInfoSet() *schema.Set {
	return set("connection_info",
		attr(1, "T_conn_connection_state", named(drbdU32, drbdConns)),
		attr(2, "T_conn_role", named(drbdU32, drbdRole)),
	)
}

func drbdPeerDeviceInfoSet() *schema.Set {
	return set("peer_device_info",
		attr(1, "T_peer_repl_state", named(drbdU32, drbdConns)),
		attr(2, "T_peer_disk_state", named(drbdU32, drbdDisk)),
		attr(3, "T_peer_resync_susp_user", drbdU32),
		attr(4, "T_peer_resync_susp_peer", drbdU32),
		attr(5, "T_peer_resync_susp_dependency", drbdU32),
	)
}

func drbdResourceStatisticsSet() *schema.Set {
	return set("resource_statistics",
		attr(1, "T_res_stat_write_ordering", drbdU32),
	)
}

func drbdDeviceStatisticsSet() *schema.Set {
	return set("device_statistics",
		attr(1, "T_dev_size", drbdU64),
		attr(2, "T_dev_read", drbdU64),
		attr(3, "T_dev_write", drbdU64),
		attr(4, "T_dev_al_writes", drbdU64),
		attr(5, "T_dev_bm_writes", drbdU64),
		attr(6, "T_dev_upper_pending", drbdU32),
		attr(7, "T_dev_lower_pending", drbdU32),
		attr(8, "T_dev_upper_blocked", u8),
		attr(9, "T_dev_lower_blocked", u8),
		attr(10, "T_dev_al_suspended", u8),
		attr(11, "T_dev_exposed_data_uuid", hinted(drbdU64, schema.Hex)),
		attr(12, "T_dev_current_uuid", hinted(drbdU64, schema.Hex)),
		attr(13, "T_dev_disk_flags", named(drbdU32, drbdMDF)),
		attr(14, "T_history_uuids", packed(drbdHex64)),
	)
}

func drbdConnectionStatisticsSet() *schema.Set {
	return set("connection_statistics",
		attr(1, "T_conn_congested", u8),
	)
}

func drbdPeerDeviceStatisticsSet() *schema.Set {
	return set("peer_device_statistics",
		attr(1, "T_peer_dev_received", drbdU64),
		attr(2, "T_peer_dev_sent", drbdU64),
		attr(3, "T_peer_dev_pending", drbdU32),
		attr(4, "T_peer_dev_unacked", drbdU32),
		attr(5, "T_peer_dev_out_of_sync", drbdU64),
		attr(6, "T_peer_dev_resync_failed", drbdU64),
		attr(7, "T_peer_dev_bitmap_uuid", hinted(drbdU64, schema.Hex)),
		attr(9, "T_peer_dev_flags", named(drbdU32, drbdMDF)),
	)
}

func drbdNotificationHeaderSet() *schema.Set {
	return set("drbd_notification_header",
		attr(1, "T_nh_type", named(drbdU32, drbdNotify)),
	)
}

func drbdHelperInfoSet() *schema.Set {
	return set("drbd_helper_info",
		attr(1, "T_helper_name", str),
		attr(2, "T_helper_status", drbdU32),
	)
}
