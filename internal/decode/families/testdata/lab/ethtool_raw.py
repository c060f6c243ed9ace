# SPDX-License-Identifier: Apache-2.0
"""Requests that ethtool of Debian 12 does not make, and each GET once with
compact and once with verbose bit sets, for the devices of the command line."""
import sys

from genlraw import ACK, DUMP, Family, attr, nest, u32

f = Family("ethtool")
gets = [1, 2, 4, 6, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 28, 29, 32, 33, 34, 36, 38, 39, 41, 42, 45, 46]
for dev in sys.argv[1:]:
    for cmd in gets:
        for flags in (5, 4):  # STATS, COMPACT_BITSETS
            body = nest(1, attr(2, dev), u32(3, flags))
            if cmd == 32:  # STATS_GET has its header behind a pad
                body = nest(2, attr(2, dev), u32(3, flags)) + \
                    nest(3, attr(1), u32(2, 4), attr(4, b"\x0f\0\0\0"), attr(5, b"\x0f\0\0\0"))
            print(dev, cmd, flags)
            f.call(cmd, body)
for cmd in (4, 17, 25):
    f.call(cmd, nest(1, u32(3, 1)), DUMP | ACK)
# The string sets that no device owns: stats of the groups, wake-on-LAN, ...
f.call(1, nest(1) + nest(2, *[nest(1, u32(1, i)) for i in range(9, 22)]))
