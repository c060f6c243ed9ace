# A device over a local server, with Debian's client and by hand.
# netns: host
need nbd-client python3
load nbd
python3 - <<'PY' &
import socket, struct, threading
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 10809)); s.listen(5); s.settimeout(8)
def serve(c):
    def need(n):
        b = b""
        while len(b) < n:
            d = c.recv(n - len(b))
            if not d: raise SystemExit
            b += d
        return b
    c.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3)); need(4)
    while True:
        magic, opt, n = struct.unpack(">QII", need(16)); data = need(n)
        if opt == 1:
            c.sendall(struct.pack(">QH", 1 << 20, 0x2d)); break
        if opt in (6, 7):
            info = struct.pack(">HQH", 0, 1 << 20, 0x2d)
            c.sendall(struct.pack(">QIII", 0x3e889045565a9, opt, 3, len(info)) + info)
            c.sendall(struct.pack(">QIII", 0x3e889045565a9, opt, 1, 0))
            if opt == 7: break
            continue
        c.sendall(struct.pack(">QIII", 0x3e889045565a9, opt, 0x80000001, 0))
    while True:
        magic, fl, typ, handle, off, n = struct.unpack(">IHHQQI", need(28))
        if typ == 2: return
        if typ == 1: need(n)
        c.sendall(struct.pack(">IIQ", 0x67446698, 0, handle) + (bytes(n) if typ == 0 else b""))
try:
    while True:
        c, _ = s.accept(); threading.Thread(target=serve, args=(c,), daemon=True).start()
except socket.timeout:
    pass
PY
ip link set lo up
sleep 1
out=$(timeout 5 nbd-client -N x 127.0.0.1 10809 /dev/nbd3 -timeout 7 2>&1) || echo "lab: $out"
may nbd-client -c /dev/nbd3
python3 - <<'PY'
import socket, sys
sys.path.insert(0, ".")
from tun_genl import *
f = Family("nbd")
f.send(5)
f.send(5, attr(1, 3))
a, b = socket.socketpair()
sock = attr(7, [attr(1, [attr(1, a.fileno())])])
f.send(1, attr(1, 5), attr(2, u64(1 << 20)), attr(3, u64(4096)), attr(4, u64(3)), attr(5, u64(0x25)), attr(6, u64(3)),
       attr(8, u64(1)), attr(10, "lab"), sock)
f.send(5, attr(1, 5))
f.send(3, attr(1, 5), attr(4, u64(2)), attr(10, "lab"), sock)
f.send(2, attr(1, 5))
f.send(2, attr(1, 99))
PY
may nbd-client -d /dev/nbd3
wait
