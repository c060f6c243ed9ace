# Bearers, links, names, nodes, monitoring; two nodes over a veth. Also the
# older family, by hand.
need tipc ip python3
load tipc
ip link set lo up
ip link add t0 type veth peer name t1
ip link set t0 up
ip netns add peer
ip link set t1 netns peer
ip netns exec peer ip link set lo up
ip netns exec peer ip link set t1 up
ip addr add 10.1.0.1/24 dev t0
tipc node set netid 4711
tipc node set address 1.1.1
ip netns exec peer tipc node set netid 4711
ip netns exec peer tipc node set address 1.1.2
tipc bearer enable media eth device t0
ip netns exec peer tipc bearer enable media eth device t1
tipc bearer enable media udp name u0 localip 10.1.0.1
sleep 2
truth bearers tipc bearer list
truth links tipc -j link list
truth names tipc -j nametable show
truth nodes tipc -j node list
truth stats tipc -j link stat show
may tipc bearer get priority media eth device t0
may tipc bearer set tolerance 2000 media eth device t0
may tipc bearer get media udp name u0
may tipc media list
may tipc media get priority media eth
may tipc media set window 60 media eth
may tipc node get address
may tipc node get netid
may tipc node get identity
may tipc socket list
link=$(tipc link list | sed -n 's/^\(.*t0.*\): up$/\1/p' | head -n 1)
[ -z "$link" ] || may tipc link get priority link "$link"
[ -z "$link" ] || may tipc link set priority 12 link "$link"
[ -z "$link" ] || may tipc link stat reset link "$link"
may tipc link get broadcast
may tipc link monitor set threshold 8
may tipc link monitor get threshold
may tipc link monitor list
may tipc link monitor summary
may tipc peer remove address 1.1.9
may tipc node set key 746970632d6c61622d6b65792d313131 cluster
may tipc node flush key
python3 - <<'PY'
import socket, sys
sys.path.insert(0, ".")
from tun_genl import *
s = socket.socket(30, socket.SOCK_SEQPACKET)  # AF_TIPC
s.bind((socket.TIPC_ADDR_NAMESEQ, 18888, 17, 17))
f = Family("TIPCv2")
f.send(6, dump=True)
for m in f.send(6, dump=True):
    pass
f.send(7, attr(2, [attr(2, 1)]), dump=True)
old = Family("TIPC")
def tlv(t, b): return struct.pack(">HH", 4 + len(b), t) + b + bytes(-len(b) % 4)
def cfg(cmd, *t): old.send(1, *t, header=struct.pack("=IHH", 0, cmd, 0), ack=False)
old.s.settimeout(1)
cfg(0x0003)
cfg(0x0004, tlv(17, struct.pack(">I", 0)))
cfg(0x0005, tlv(25, struct.pack(">IIII", 1, 0x80000000, 0, 0)))
cfg(0x400b)
cfg(0x0001, tlv(17, struct.pack(">I", 0)))
PY
may tipc bearer disable media eth device t0
ip netns del peer
