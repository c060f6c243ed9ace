# Lookups in the IPv4 routing table by the old interface.
need python3 ip
ip link set lo up
ip link add dummy0 type dummy
ip addr add 192.0.2.1/24 dev dummy0
ip link set dummy0 up
ip route add 198.51.100.0/25 via 192.0.2.9
python3 - <<'PY'
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 10); s.bind((0, 0)); s.settimeout(3)
for addr, mark, tos, scope, table in (('198.51.100.77', 0, 0, 0, 254), ('192.0.2.1', 0, 0, 0, 255), ('192.0.2.40', 7, 16, 253, 254), ('203.0.113.1', 0, 0, 0, 254)):
    body = socket.inet_aton(addr) + struct.pack('=IBBBBBBBBi', mark, tos, scope, table, 0, 0, 0, 0, 0, 0)
    s.send(struct.pack('=IHHII', 16 + len(body), 0, 1, 1, 0) + body)
    s.recv(4096)
PY
truth route ip -j route get fibmatch 198.51.100.77
