# psample: packets that the action sample of tc copies to the group.
need tc ip python3
load psample act_sample sch_ingress cls_matchall veth
ip link add veth0 type veth peer name veth1
ip link set veth0 up
ip link set veth1 up
ip addr add 10.9.9.1/24 dev veth0
tc qdisc add dev veth1 clsact
tc filter add dev veth1 ingress matchall action sample rate 1 group 5 trunc 64
truth tc tc -j filter show dev veth1 ingress
python3 - <<'PY'
import socket, subprocess
from genlraw import *
f = Family("psample")
f.join("packets")
f.join("config")
f.call(1, b"", DUMP | ACK)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for _ in range(3):
    s.sendto(b"nltop lab", ("10.9.9.255", 9))
f.listen(1.0)
subprocess.call(["tc", "filter", "del", "dev", "veth1", "ingress"])
f.listen(1.0)
PY
