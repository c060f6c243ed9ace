// SPDX-License-Identifier: Apache-2.0

package families

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// vdpa is virtio devices in hardware (linux/vdpa.h, drivers/vdpa/vdpa.c).
func vdpa() *schema.Family {
	return &schema.Family{
		Name:     "vdpa",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      vdpaAttrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "VDPA_CMD_UNSPEC"},
			{ID: 1, Name: "VDPA_CMD_MGMTDEV_NEW"},
			{ID: 2, Name: "VDPA_CMD_MGMTDEV_GET"},
			{ID: 3, Name: "VDPA_CMD_DEV_NEW"},
			{ID: 4, Name: "VDPA_CMD_DEV_DEL"},
			{ID: 5, Name: "VDPA_CMD_DEV_GET"},
			{ID: 6, Name: "VDPA_CMD_DEV_CONFIG_GET"},
			{ID: 7, Name: "VDPA_CMD_DEV_VSTATS_GET"},
			{ID: 8, Name: "VDPA_CMD_DEV_ATTR_SET"},
		},
		Lead: []string{
			"VDPA_ATTR_DEV_NAME", "VDPA_ATTR_DEV_ID", "VDPA_ATTR_MGMTDEV_BUS_NAME", "VDPA_ATTR_MGMTDEV_DEV_NAME",
			"VDPA_ATTR_DEV_NET_CFG_MACADDR", "VDPA_ATTR_DEV_QUEUE_INDEX",
			">*",
		},
	}
}

func vdpaAttrs() *schema.Set {
	return set("VDPA_ATTR",
		attr(0, "VDPA_ATTR_PAD", padAt), // VDPA_ATTR_UNSPEC
		attr(1, "VDPA_ATTR_MGMTDEV_BUS_NAME", str),
		attr(2, "VDPA_ATTR_MGMTDEV_DEV_NAME", str),
		attr(3, "VDPA_ATTR_MGMTDEV_SUPPORTED_CLASSES", named(u64, vdpaClasses)),
		attr(4, "VDPA_ATTR_DEV_NAME", str),
		attr(5, "VDPA_ATTR_DEV_ID", named(u32, vdpaClass)),
		attr(6, "VDPA_ATTR_DEV_VENDOR_ID", hex32),
		attr(7, "VDPA_ATTR_DEV_MAX_VQS", u32),
		attr(8, "VDPA_ATTR_DEV_MAX_VQ_SIZE", u16),
		attr(9, "VDPA_ATTR_DEV_MIN_VQ_SIZE", u16),
		attr(10, "VDPA_ATTR_DEV_NET_CFG_MACADDR", hwaddr),
		attr(11, "VDPA_ATTR_DEV_NET_STATUS", named(u16, vdpaNetStatus)),
		attr(12, "VDPA_ATTR_DEV_NET_CFG_MAX_VQP", u16),
		attr(13, "VDPA_ATTR_DEV_NET_CFG_MTU", u16),
		attr(14, "VDPA_ATTR_DEV_NEGOTIATED_FEATURES", vdpaFeatures()),
		attr(15, "VDPA_ATTR_DEV_MGMTDEV_MAX_VQS", u32),
		attr(16, "VDPA_ATTR_DEV_SUPPORTED_FEATURES", vdpaFeatures()),
		attr(17, "VDPA_ATTR_DEV_QUEUE_INDEX", u32),
		attr(18, "VDPA_ATTR_DEV_VENDOR_ATTR_NAME", str),
		attr(19, "VDPA_ATTR_DEV_VENDOR_ATTR_VALUE", u64),
		attr(20, "VDPA_ATTR_DEV_FEATURES", vdpaFeatures()),
		attr(21, "VDPA_ATTR_DEV_BLK_CFG_CAPACITY", u64),
		attr(22, "VDPA_ATTR_DEV_BLK_CFG_SIZE_MAX", bytes32),
		attr(23, "VDPA_ATTR_DEV_BLK_CFG_BLK_SIZE", bytes32),
		attr(24, "VDPA_ATTR_DEV_BLK_CFG_SEG_MAX", u32),
		attr(25, "VDPA_ATTR_DEV_BLK_CFG_NUM_QUEUES", u16),
		attr(26, "VDPA_ATTR_DEV_BLK_CFG_PHY_BLK_EXP", u8),
		attr(27, "VDPA_ATTR_DEV_BLK_CFG_ALIGN_OFFSET", u8),
		attr(28, "VDPA_ATTR_DEV_BLK_CFG_MIN_IO_SIZE", u16),
		attr(29, "VDPA_ATTR_DEV_BLK_CFG_OPT_IO_SIZE", u32),
		attr(30, "VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEC", u32),
		attr(31, "VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEG", u32),
		attr(32, "VDPA_ATTR_DEV_BLK_CFG_DISCARD_SEC_ALIGN", u32),
		attr(33, "VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEC", u32),
		attr(34, "VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEG", u32),
		attr(35, "VDPA_ATTR_DEV_BLK_READ_ONLY", u8),
		attr(36, "VDPA_ATTR_DEV_BLK_FLUSH", u8),
	)
}

// vdpaFeatures are features of virtio: the bits below 24, and 50 and above,
// belong to the kind of device, and no kind is in every message.
func vdpaFeatures() schema.Type {
	net, blk := named(u64, vdpaNetFeatures), named(u64, vdpaBlkFeatures)
	return by("VDPA_ATTR_DEV_ID", named(u64, vdpaCommonFeatures), map[string]schema.Type{
		"VIRTIO_ID_NET":   net,
		"VIRTIO_ID_BLOCK": blk,
	})
}

// linux/virtio_config.h, linux/virtio_ring.h
var vdpaCommon = []schema.Value{
	val(1<<24, "VIRTIO_F_NOTIFY_ON_EMPTY"),
	val(1<<27, "VIRTIO_F_ANY_LAYOUT"),
	val(1<<28, "VIRTIO_RING_F_INDIRECT_DESC"),
	val(1<<29, "VIRTIO_RING_F_EVENT_IDX"),
	val(1<<32, "VIRTIO_F_VERSION_1"),
	val(1<<33, "VIRTIO_F_ACCESS_PLATFORM"),
	val(1<<34, "VIRTIO_F_RING_PACKED"),
	val(1<<35, "VIRTIO_F_IN_ORDER"),
	val(1<<36, "VIRTIO_F_ORDER_PLATFORM"),
	val(1<<37, "VIRTIO_F_SR_IOV"),
	val(1<<38, "VIRTIO_F_NOTIFICATION_DATA"),
	val(1<<39, "VIRTIO_F_NOTIF_CONFIG_DATA"),
	val(1<<40, "VIRTIO_F_RING_RESET"),
	val(1<<41, "VIRTIO_F_ADMIN_VQ"),
}

var vdpaCommonFeatures = masks("VIRTIO_F", vdpaCommon...)

// linux/virtio_net.h
var vdpaNetFeatures = masks("VIRTIO_NET_F", slices.Concat([]schema.Value{
	val(1<<0, "VIRTIO_NET_F_CSUM"),
	val(1<<1, "VIRTIO_NET_F_GUEST_CSUM"),
	val(1<<2, "VIRTIO_NET_F_CTRL_GUEST_OFFLOADS"),
	val(1<<3, "VIRTIO_NET_F_MTU"),
	val(1<<5, "VIRTIO_NET_F_MAC"),
	val(1<<6, "VIRTIO_NET_F_GSO"),
	val(1<<7, "VIRTIO_NET_F_GUEST_TSO4"),
	val(1<<8, "VIRTIO_NET_F_GUEST_TSO6"),
	val(1<<9, "VIRTIO_NET_F_GUEST_ECN"),
	val(1<<10, "VIRTIO_NET_F_GUEST_UFO"),
	val(1<<11, "VIRTIO_NET_F_HOST_TSO4"),
	val(1<<12, "VIRTIO_NET_F_HOST_TSO6"),
	val(1<<13, "VIRTIO_NET_F_HOST_ECN"),
	val(1<<14, "VIRTIO_NET_F_HOST_UFO"),
	val(1<<15, "VIRTIO_NET_F_MRG_RXBUF"),
	val(1<<16, "VIRTIO_NET_F_STATUS"),
	val(1<<17, "VIRTIO_NET_F_CTRL_VQ"),
	val(1<<18, "VIRTIO_NET_F_CTRL_RX"),
	val(1<<19, "VIRTIO_NET_F_CTRL_VLAN"),
	val(1<<20, "VIRTIO_NET_F_CTRL_RX_EXTRA"),
	val(1<<21, "VIRTIO_NET_F_GUEST_ANNOUNCE"),
	val(1<<22, "VIRTIO_NET_F_MQ"),
	val(1<<23, "VIRTIO_NET_F_CTRL_MAC_ADDR"),
}, vdpaCommon, []schema.Value{
	val(1<<46, "VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_MAPPED"),
	val(1<<47, "VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM_MAPPED"),
	val(1<<50, "VIRTIO_NET_F_DEVICE_STATS"),
	val(1<<52, "VIRTIO_NET_F_VQ_NOTF_COAL"),
	val(1<<53, "VIRTIO_NET_F_NOTF_COAL"),
	val(1<<54, "VIRTIO_NET_F_GUEST_USO4"),
	val(1<<55, "VIRTIO_NET_F_GUEST_USO6"),
	val(1<<56, "VIRTIO_NET_F_HOST_USO"),
	val(1<<57, "VIRTIO_NET_F_HASH_REPORT"),
	val(1<<59, "VIRTIO_NET_F_GUEST_HDRLEN"),
	val(1<<60, "VIRTIO_NET_F_RSS"),
	val(1<<61, "VIRTIO_NET_F_RSC_EXT"),
	val(1<<62, "VIRTIO_NET_F_STANDBY"),
	val(1<<63, "VIRTIO_NET_F_SPEED_DUPLEX"),
})...)

// linux/virtio_blk.h
var vdpaBlkFeatures = masks("VIRTIO_BLK_F", slices.Concat([]schema.Value{
	val(1<<0, "VIRTIO_BLK_F_BARRIER"),
	val(1<<1, "VIRTIO_BLK_F_SIZE_MAX"),
	val(1<<2, "VIRTIO_BLK_F_SEG_MAX"),
	val(1<<4, "VIRTIO_BLK_F_GEOMETRY"),
	val(1<<5, "VIRTIO_BLK_F_RO"),
	val(1<<6, "VIRTIO_BLK_F_BLK_SIZE"),
	val(1<<7, "VIRTIO_BLK_F_SCSI"),
	val(1<<9, "VIRTIO_BLK_F_FLUSH"),
	val(1<<10, "VIRTIO_BLK_F_TOPOLOGY"),
	val(1<<11, "VIRTIO_BLK_F_CONFIG_WCE"),
	val(1<<12, "VIRTIO_BLK_F_MQ"),
	val(1<<13, "VIRTIO_BLK_F_DISCARD"),
	val(1<<14, "VIRTIO_BLK_F_WRITE_ZEROES"),
	val(1<<16, "VIRTIO_BLK_F_SECURE_ERASE"),
	val(1<<17, "VIRTIO_BLK_F_ZONED"),
}, vdpaCommon)...)

// linux/virtio_ids.h
var vdpaClass = values("VIRTIO_ID",
	val(1, "VIRTIO_ID_NET"),
	val(2, "VIRTIO_ID_BLOCK"),
	val(3, "VIRTIO_ID_CONSOLE"),
	val(4, "VIRTIO_ID_RNG"),
	val(5, "VIRTIO_ID_BALLOON"),
	val(6, "VIRTIO_ID_IOMEM"),
	val(7, "VIRTIO_ID_RPMSG"),
	val(8, "VIRTIO_ID_SCSI"),
	val(9, "VIRTIO_ID_9P"),
	val(10, "VIRTIO_ID_MAC80211_WLAN"),
	val(11, "VIRTIO_ID_RPROC_SERIAL"),
	val(12, "VIRTIO_ID_CAIF"),
	val(13, "VIRTIO_ID_MEMORY_BALLOON"),
	val(16, "VIRTIO_ID_GPU"),
	val(17, "VIRTIO_ID_CLOCK"),
	val(18, "VIRTIO_ID_INPUT"),
	val(19, "VIRTIO_ID_VSOCK"),
	val(20, "VIRTIO_ID_CRYPTO"),
	val(21, "VIRTIO_ID_SIGNAL_DIST"),
	val(22, "VIRTIO_ID_PSTORE"),
	val(23, "VIRTIO_ID_IOMMU"),
	val(24, "VIRTIO_ID_MEM"),
	val(25, "VIRTIO_ID_SOUND"),
	val(26, "VIRTIO_ID_FS"),
	val(27, "VIRTIO_ID_PMEM"),
	val(28, "VIRTIO_ID_RPMB"),
	val(29, "VIRTIO_ID_MAC80211_HWSIM"),
	val(30, "VIRTIO_ID_VIDEO_ENCODER"),
	val(31, "VIRTIO_ID_VIDEO_DECODER"),
	val(32, "VIRTIO_ID_SCMI"),
	val(33, "VIRTIO_ID_NITRO_SEC_MOD"),
	val(34, "VIRTIO_ID_I2C_ADAPTER"),
	val(35, "VIRTIO_ID_WATCHDOG"),
	val(36, "VIRTIO_ID_CAN"),
	val(37, "VIRTIO_ID_DMABUF"),
	val(38, "VIRTIO_ID_PARAM_SERV"),
	val(39, "VIRTIO_ID_AUDIO_POLICY"),
	val(40, "VIRTIO_ID_BT"),
	val(41, "VIRTIO_ID_GPIO"),
	val(45, "VIRTIO_ID_SPI"),
)

var vdpaClasses = bitsOf(vdpaClass)

var vdpaNetStatus = bits("VIRTIO_NET_S", "VIRTIO_NET_S_LINK_UP", "VIRTIO_NET_S_ANNOUNCE")
