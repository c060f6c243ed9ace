// SPDX-License-Identifier: Apache-2.0

package families_test

// beyond64: VDPA_ATTR_DEV_FEATURES has 64 bits.
const beyond64 = "a bit beyond those that vdpa tells"

func init() {
	const ioctls = "a number of the ioctl interface"
	headers = append(headers,
		cited{name: "linux/ethtool_netlink.h", of: []string{"ethtool"}, skip: map[string]string{
			"ETHTOOL_GENL_VERSION": notWire, "ETHTOOL_FLAG_ALL": notNames,
		}},
		cited{name: "linux/ethtool_netlink_generated.h", since: 613, skip: map[string]string{"ETHTOOL_FAMILY_VERSION": notWire, "ETHTOOL_GENL_VERSION": notWire}},
		cited{name: "linux/ethtool.h", only: []string{
			"ETHTOOL_LINK_MODE_", "ETHTOOL_LINK_EXT_", "ETH_SS_", "ETHTOOL_MAC_STATS_SRC_", "ETHTOOL_MODULE_",
			"ETHTOOL_C33_", "ETHTOOL_PODL_", "ETHTOOL_MM_", "PHY_UPSTREAM_", "PORT_", "XCVR_", "ETH_TP_MDI",
			"AUTONEG_", "SPEED_", "DUPLEX_", "MASTER_SLAVE_", "RATE_MATCH_", "WAKE_", "RXH_",
		}, skip: map[string]string{"ETH_SS_COUNT": notWire, "RXH_XFRM_NO_CHANGE": ioctls}},
		cited{name: "linux/net_tstamp.h", only: []string{"SOF_TIMESTAMPING_", "HWTSTAMP_"}, skip: map[string]string{
			"SOF_TIMESTAMPING_LAST": "alias of the highest", "SOF_TIMESTAMPING_MASK": notNames,
			"SOF_TIMESTAMPING_TX_RECORD_MASK": notNames, "HWTSTAMP_FLAG_LAST": "alias of the highest",
			"HWTSTAMP_FLAG_MASK": notNames, "HWTSTAMP_PROVIDER_QUALIFIER_CNT": notWire,
		}},
		cited{name: "linux/devlink.h", of: []string{"devlink"}, skip: map[string]string{
			"DEVLINK_GENL_VERSION": notWire, "DEVLINK_CMD_ESWITCH_MODE_*": "the old names of DEVLINK_CMD_ESWITCH_*",
			"DEVLINK_SB_THRESHOLD_TO_ALPHA_MAX": notWire, "DEVLINK_RATE_TC*_MAX": notWire, "DEVLINK_RATE_TCS_MAX": notWire,
			"DEVLINK_PARAM_FW_LOAD_POLICY_VALUE_*":         "values of one parameter among many, of which a message has only the type",
			"DEVLINK_PARAM_RESET_DEV_ON_DRV_PROBE_VALUE_*": "values of one parameter among many, of which a message has only the type",
			"DEVLINK_FLASH_OVERWRITE_SETTINGS_BIT":         "the number of DEVLINK_FLASH_OVERWRITE_SETTINGS",
			"DEVLINK_FLASH_OVERWRITE_IDENTIFIERS_BIT":      "the number of DEVLINK_FLASH_OVERWRITE_IDENTIFIERS",
			"DEVLINK_FLASH_OVERWRITE_MAX_BIT":              notWire, "DEVLINK_SUPPORTED_FLASH_OVERWRITE_SECTIONS": notNames,
			"DEVLINK_RELOAD_LIMITS_VALID_MASK": notNames, "DEVLINK_PORT_FN_ATTR_CAP_*": "the numbers of DEVLINK_PORT_FN_CAP_*",
			"DEVLINK_RESOURCE_SCOPE_*_BIT":  "the numbers of DEVLINK_RESOURCE_SCOPE_*",
			"DEVLINK_DPIPE_FIELD_ETHERNET_": otherNum, "DEVLINK_DPIPE_FIELD_ETHERNET_DST_MAC": "field numbers count for each header anew",
			"DEVLINK_DPIPE_FIELD_IPV4_DST_IP": "field numbers count for each header anew",
			"DEVLINK_DPIPE_FIELD_IPV6_DST_IP": "field numbers count for each header anew",
			"DEVLINK_DPIPE_HEADER_ETHERNET":   "drivers number headers of their own from 0, too",
			"DEVLINK_DPIPE_HEADER_IPV4":       "drivers number headers of their own from 0, too",
			"DEVLINK_DPIPE_HEADER_IPV6":       "drivers number headers of their own from 0, too",
		}},
		cited{name: "linux/netdev.h", of: []string{"netdev"}, since: 603, skip: map[string]string{
			"NETDEV_FAMILY_VERSION": notWire, "NETDEV_XDP_ACT_MASK": notNames,
		}},
		cited{name: "linux/dpll.h", of: []string{"dpll"}, since: 607, skip: map[string]string{
			"DPLL_FAMILY_VERSION": notWire, "DPLL_*_DIVIDER": notWire, "DPLL_TEMP_DIVIDER": notWire,
			"DPLL_PHASE_OFFSET_DIVIDER": notWire, "DPLL_PIN_MEASURED_FREQUENCY_DIVIDER": notWire,
			"DPLL_PIN_FREQUENCY_1_HZ": "a frequency like others", "DPLL_PIN_FREQUENCY_10_KHZ": "a frequency like others",
			"DPLL_PIN_FREQUENCY_77_5_KHZ": "a frequency like others", "DPLL_PIN_FREQUENCY_10_MHZ": "a frequency like others",
		}},
		cited{name: "linux/handshake.h", of: []string{"handshake"}, since: 604, skip: map[string]string{"HANDSHAKE_FAMILY_VERSION": notWire}},
		cited{name: "linux/net_shaper.h", of: []string{"net-shaper"}, since: 613, skip: map[string]string{"NET_SHAPER_FAMILY_VERSION": notWire}},
		cited{name: "linux/psp.h", of: []string{"psp"}, since: 618, skip: map[string]string{"PSP_FAMILY_VERSION": notWire}},
		cited{name: "linux/psample.h", of: []string{"psample"}, skip: map[string]string{"PSAMPLE_GENL_VERSION": notWire}},
		cited{name: "linux/net_dropmon.h", of: []string{"NET_DM"}, skip: map[string]string{
			"NET_DM_CFG_*":     "of struct net_dm_config_msg, which the kernel never read",
			"NET_DM_GRP_ALERT": "a group number that generic netlink no longer uses",
		}},
		cited{name: "linux/if_team.h", of: []string{"team"}, skip: map[string]string{"TEAM_GENL_VERSION": notWire, "TEAM_STRING_MAX_LEN": notWire}},
		cited{name: "linux/thermal.h", of: []string{"thermal"}, skip: map[string]string{
			"THERMAL_NAME_LENGTH": notWire, "THERMAL_GENL_VERSION": notWire,
			"THERMAL_GENL_EVENT_UNSPEC": "the number of THERMAL_GENL_SAMPLING_TEMP, which is sent",
		}},
		cited{name: "linux/vdpa.h", of: []string{"vdpa"}, skip: map[string]string{
			"VDPA_GENL_VERSION": notWire, "VDPA_ATTR_UNSPEC": "VDPA_ATTR_PAD",
			"VDPA_ATTR_VDPA_DEV_SUPPORTED_FEATURES": "Linux 6.1 only; its number became VDPA_ATTR_DEV_BLK_CFG_CAPACITY",
		}},
		cited{name: "linux/virtio_ids.h", skip: map[string]string{
			"VIRTIO_TRANS_ID_*": "ids of PCI devices from before virtio 1.0, in no message",
		}},
		cited{name: "linux/virtio_net.h", bits: []string{"VIRTIO_NET_F_"}, only: []string{"VIRTIO_NET_F_", "VIRTIO_NET_S_"}, skip: map[string]string{
			"VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO": beyond64, "VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM": beyond64,
			"VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO": beyond64, "VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM": beyond64,
		}},
		cited{name: "linux/virtio_blk.h", bits: []string{"VIRTIO_BLK_F_"}, only: []string{"VIRTIO_BLK_F_"}, skip: map[string]string{
			"VIRTIO_BLK_F_WCE": "the old name of VIRTIO_BLK_F_FLUSH",
		}},
		cited{name: "linux/virtio_config.h", bits: []string{"VIRTIO_F_"}, only: []string{"VIRTIO_F_"}, skip: map[string]string{
			"VIRTIO_F_IOMMU_PLATFORM": "the old name of VIRTIO_F_ACCESS_PLATFORM",
		}},
		cited{name: "linux/virtio_ring.h", bits: []string{"VIRTIO_RING_F_"}, only: []string{"VIRTIO_RING_F_"}},
		cited{name: "linux/hsr_netlink.h", of: []string{"HSR"}},
		cited{name: "linux/nfsd_netlink.h", of: []string{"nfsd"}, since: 607, skip: map[string]string{"NFSD_FAMILY_VERSION": notWire}},
		cited{name: "linux/lockd_netlink.h", of: []string{"lockd"}, since: 615, skip: map[string]string{"LOCKD_FAMILY_VERSION": notWire}},
		cited{name: "linux/ovpn.h", of: []string{"ovpn"}, since: 616, skip: map[string]string{
			"OVPN_FAMILY_VERSION": notWire, "OVPN_NONCE_TAIL_SIZE": notWire,
		}},
		cited{name: "linux/taskstats.h", of: []string{"TASKSTATS"}, skip: map[string]string{
			"TASKSTATS_VERSION": "the field version", "TS_COMM_LEN": notWire, "TASKSTATS_GENL_VERSION": notWire,
		}},
		cited{name: "linux/cgroupstats.h", skip: map[string]string{
			"CGROUPSTATS_CMD_UNSPEC": "counted on from linux/taskstats.h, which the reader cannot follow",
			"CGROUPSTATS_CMD_GET":    "counted on from linux/taskstats.h, which the reader cannot follow",
			"CGROUPSTATS_CMD_NEW":    "counted on from linux/taskstats.h, which the reader cannot follow",
		}},
		cited{name: "linux/acct.h", only: []string{"AFORK", "ASU", "ACOMPAT", "ACORE", "AXSIG", "AGROUP"}},
	)
	for _, n := range []string{
		"SOF_TIMESTAMPING_OPT_ID_TCP", "SOF_TIMESTAMPING_OPT_RX_FILTER", "SOF_TIMESTAMPING_TX_COMPLETION",
	} {
		newer[n] = true
	}
	foreign["ETHTOOL_A_PSE"] = "the header writes the kind of power in front"
	foreign["NET_DM_ATTR_STATS"] = "holds the padding of NET_DM_ATTR, too"
}
