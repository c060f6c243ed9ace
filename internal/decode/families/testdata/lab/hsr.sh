# hsr: a ring of two devices; its nodes by hand.
need ip python3
load hsr veth
ip link add a0 type veth peer name b0
ip link add a1 type veth peer name b1
for l in a0 a1 b0 b1; do ip link set $l up; done
ip link add hsr0 type hsr slave1 a0 slave2 a1 supervision 45 version 1
ip link set hsr0 up
ip link add hsr1 type hsr slave1 b0 slave2 b1 supervision 45 version 1
ip link set hsr1 up
sleep 4
truth link ip -j link show
python3 - <<'PY'
import socket, subprocess
from genlraw import *
f = Family("HSR")
for g in f.groups:
    f.join(g)
index = socket.if_nametoindex("hsr0")
out = subprocess.run(["ip", "-br", "link", "show", "hsr1"], stdout=subprocess.PIPE, text=True).stdout.split()
mac = bytes.fromhex(out[2].replace(":", ""))
f.call(5, u32(2, index))
f.call(3, u32(2, index) + attr(1, mac))
f.call(3, u32(2, index) + attr(1, b"\2\0\0\0\0\1"))
subprocess.call(["ip", "link", "set", "b0", "down"])
f.listen(4.0, 4)
PY
