# Path manager: endpoints, limits, and the events of connections on lo. The
# announcements of the user-space path manager are sent by hand.
need ip python3
ip link set lo up
for a in 1 2 3 4; do ip addr add 10.1.0.$a/32 dev lo; done
ip addr add fd00:1::1/128 dev lo
sysctl -qw net.mptcp.enabled=1
ip mptcp limits set subflows 4 add_addr_accepted 4
truth limits ip mptcp limits show
ip mptcp endpoint add 10.1.0.2 dev lo id 7 subflow
ip mptcp endpoint add 10.1.0.3 id 8 port 4433 signal
ip mptcp endpoint add 10.1.0.4 id 9 backup subflow fullmesh
ip mptcp endpoint add fd00:1::1 id 10 signal
truth endpoints ip -j mptcp endpoint show
may ip mptcp endpoint show id 7
may ip mptcp endpoint show id 77
may ip mptcp endpoint add 10.1.0.3 id 8 signal
ip mptcp endpoint change id 7 backup
timeout 8 ip mptcp monitor >"$LAB_PREFIX.events" &
sleep 1
timeout 7 python3 - <<'PY' || true
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
s.bind(("10.1.0.1", 5000)); s.listen(5)
c = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
c.connect(("10.1.0.1", 5000))
p, _ = s.accept()
for i in range(3):
    c.send(b"x" * 100); p.recv(200); p.send(b"y" * 100); c.recv(200); time.sleep(0.4)
c.close(); p.close(); s.close()
time.sleep(1)
PY
wait
ip mptcp endpoint delete id 9
ip mptcp endpoint flush
python3 - <<'PY'
import sys
sys.path.insert(0, ".")
from tun_genl import *
f = Family("mptcp_pm")
def addr(i, a, flags=0): return [attr(1, u16(2)), attr(2, u8(i)), attr(3, ip4(a)), attr(5, u16(4433)), attr(6, flags)]
tok = attr(4, 0x12345678)
f.send(8, tok, attr(1, addr(1, "10.1.0.1", 1)))
f.send(9, tok, attr(5, u8(1)))
f.send(10, tok, attr(1, addr(1, "10.1.0.1")), attr(6, addr(0, "10.1.0.2")))
f.send(11, tok, attr(1, addr(1, "10.1.0.1")), attr(6, addr(0, "10.1.0.2")))
PY
