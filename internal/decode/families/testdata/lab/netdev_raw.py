# SPDX-License-Identifier: Apache-2.0
"""All GETs of netdev, as dumps and by interface, and changes that it reports."""
import socket
import subprocess
import sys

from genlraw import ACK, DUMP, Family, nest, u32

try:
    f = Family("netdev")
except OSError as e:  # before 6.3
    print("lab: left out:", e)
    sys.exit(77)
index = {name: i for i, name in socket.if_nameindex()}
f.call(1, b"", DUMP | ACK)
for name, i in index.items():
    f.call(1, u32(1, i))
    f.call(10, u32(2, i), DUMP | ACK)
    f.call(10, u32(2, i) + u32(1, 0) + u32(3, 1))
    f.call(11, u32(1, i), DUMP | ACK)
    f.call(12, u32(1, i) + u32(4, 1), DUMP | ACK)
for cmd in (5, 9, 10, 11, 12):
    f.call(cmd, b"", DUMP | ACK)
f.call(5, u32(1, 99))
f.call(9, nest(1, u32(1, 99)))
f.call(11, u32(2, 9999))
f.call(13, u32(1, 1) + u32(3, 0) + nest(2, u32(1, 0) + u32(3, 0)))   # BIND_RX
f.call(14, u32(2, 9999) + u32(5, 1) + u32(6, 1000))                 # NAPI_SET
for group in f.groups:
    f.join(group)
subprocess.call(["ip", "link", "add", "veth8", "type", "veth", "peer", "name", "veth9"])
subprocess.call(["ip", "link", "del", "veth8"])
f.listen(1.0)
