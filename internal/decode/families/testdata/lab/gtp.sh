# PDP contexts; no tool of Debian 12 speaks this family.
need ip python3
load gtp
ip link set lo up
may ip link add gtp0 type gtp role sgsn
python3 - <<'PY'
import socket, sys
sys.path.insert(0, ".")
from tun_genl import *
try:
    dev = socket.if_nametoindex("gtp0")
except OSError:  # the kernel makes no sockets of its own
    r = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    r.bind((0, 0))
    u = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    u[0].bind(("0.0.0.0", 3386)); u[1].bind(("0.0.0.0", 2152))
    info = attr(1, "gtp") + attr(2, attr(1, u[0].fileno()) + attr(2, u[1].fileno()) + attr(3, 1024), True)
    body = struct.pack("=BBHiII", 0, 0, 0, 0, 0, 0) + attr(3, "gtp9") + attr(18, info, True)
    r.send(struct.pack("=IHHII", 16 + len(body), 16, 0x605, 1, 0) + body)
    r.recv(9999)
    dev = socket.if_nametoindex("gtp9")
f = Family("gtp", 0)
f.send(0, attr(1, dev), attr(2, 1), attr(8, 100), attr(9, 200), attr(4, ip4("127.0.0.2")), attr(5, ip4("10.9.0.2")))
f.send(0, attr(1, dev), attr(2, 0), attr(3, u64(0x1122334455667788)), attr(6, u16(42)), attr(4, ip4("127.0.0.3")), attr(5, ip4("10.9.0.3")))
f.send(0, attr(1, dev), attr(2, 1), attr(8, 101), attr(9, 201), attr(13, u8(10)), attr(11, ip6("::1")), attr(12, ip6("fd00::")))
f.send(2, dump=True)
f.send(2, attr(1, dev), attr(2, 1), attr(8, 100))
f.send(3, attr(1, dev), attr(2, 1), attr(4, ip4("127.0.0.2")), attr(5, ip4("127.0.0.1")))
f.send(1, attr(1, dev), attr(2, 1), attr(8, 100), attr(5, ip4("10.9.0.2")), attr(4, ip4("127.0.0.2")))
f.send(1, attr(1, dev), attr(2, 1), attr(8, 999))
PY
