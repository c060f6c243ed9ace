# SPDX-License-Identifier: Apache-2.0
"""Makes a network device of VDUSE (linux/vduse.h) and keeps it for a minute."""
import fcntl
import os
import struct
import sys
import time


def iow(number, size):
    return 1 << 30 | size << 16 | 0x81 << 8 | number


name = sys.argv[1].encode()
control = os.open("/dev/vduse/control", os.O_RDWR)
fcntl.ioctl(control, iow(1, 8), struct.pack("=Q", 0))  # VDUSE_SET_API_VERSION
BOTH = 1 << 32 | 1 << 33  # VERSION_1, ACCESS_PLATFORM
KINDS = (
    # struct virtio_net_config: mac, status, max_virtqueue_pairs, mtu; MTU, MAC, STATUS
    (1, BOTH | 1 << 3 | 1 << 5 | 1 << 16, bytes.fromhex("001122334455") + struct.pack("<HHH", 1, 1, 1400)),
    # struct virtio_blk_config: capacity, size_max, seg_max; SIZE_MAX, SEG_MAX
    (2, BOTH | 1 << 1 | 1 << 2, struct.pack("<QII", 2048, 4096, 8) + bytes(44)),
)
for kind, features, config in KINDS:
    head = struct.pack("=256sIIQII13II", name, 0x1AF4, kind, features, 2, 4096, *([0] * 13), len(config))
    try:
        fcntl.ioctl(control, iow(2, len(head)), head + config)  # VDUSE_CREATE_DEV
        break
    except OSError as e:
        print("lab: may: VDUSE device", kind, e, file=sys.stderr)
dev = os.open("/dev/vduse/" + sys.argv[1], os.O_RDWR)
for i in range(2):
    fcntl.ioctl(dev, iow(0x14, 32), struct.pack("=IH13H", i, 256, *([0] * 13)))  # VDUSE_VQ_SETUP
time.sleep(60)
