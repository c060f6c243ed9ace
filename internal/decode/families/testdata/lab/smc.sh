# Networks by name and what the SMC protocol knows; the tools are not in
# Debian.
need python3 ip
load smc
may modprobe smc_diag
ip link set lo up
ip link add d0 type dummy
python3 - <<'PY'
import socket, sys
sys.path.insert(0, ".")
from tun_genl import *
# Sockets that fall back to TCP make statistics.
def smc():  # AF_SMC, whose addresses are those of AF_INET
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=socket.socket(43, socket.SOCK_STREAM, 0).detach())
s = smc()
s.bind(("127.0.0.1", 5000)); s.listen(1)
c = smc()
try:
    c.settimeout(5); c.connect(("127.0.0.1", 5000)); p, _ = s.accept(); c.send(b"x"); p.recv(1)
except OSError as e:
    print(e)
n = Family("SMC_PNETID")
n.send(2, attr(1, "LABNET"), attr(2, "d0"))
n.send(2, attr(1, "LABNET2"), attr(3, "mlx9"), attr(4, u8(1)))
n.send(1, dump=True)
n.send(1, attr(1, "LABNET"))
n.send(3, attr(1, "LABNET"))
n.send(4)
g = Family("SMC_GEN_NETLINK")
g.send(10, attr(1, "LABUEID" + " " * 25))
g.send(10, attr(1, "bad"))
for cmd in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16):
    g.send(cmd, dump=True)
for cmd in (14, 15, 17, 18):
    g.send(cmd)
g.send(11, attr(1, "LABUEID" + " " * 25))
g.send(12)
PY
