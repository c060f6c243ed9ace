# SPDX-License-Identifier: Apache-2.0
"""The drop monitor: configuration, statistics, both kinds of alert."""
import socket

from genlraw import Family, attr, u8, u32


def drops():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(3):  # a port where nobody listens
        s.sendto(b"nltop lab", ("127.0.0.1", 9))


f = Family("NET_DM")
f.join("events")
f.call(6)
f.call(3, attr(20))                     # START, SW_DROPS
drops()
f.listen(2.5, 3)
f.call(4, attr(20))                     # STOP
f.call(2, u8(1, 1) + u32(9, 64) + u32(11, 100))   # CONFIG: packets, 64 bytes
f.call(6)
f.call(3, attr(20) + attr(21))
f.call(3, attr(20))
drops()
f.listen(1.5, 6)
f.call(8)
f.call(4, attr(20))
f.call(2, u8(1, 0))
