# Sockets of all kinds, as ss lists them; filters that compile to bytecode;
# sockets destroyed; events of their end.
need ss python3 ip
for m in tcp_bbr tcp_dctcp tcp_vegas tcp_diag udp_diag raw_diag unix_diag netlink_diag af_packet_diag vsock vsock_loopback vsock_diag \
	mptcp_diag sctp sctp_diag xsk_diag tls tipc; do modprobe $m 2>/dev/null || echo "lab: no module $m"; done
sysctl -qw net.mptcp.enabled=1 || true
sysctl -qw net.ipv4.tcp_allowed_congestion_control='reno cubic bbr dctcp vegas' || true
ip link set lo up
ip link add dummy0 type dummy
ip addr add 192.0.2.1/24 dev dummy0
ip addr add 2001:db8::1/64 dev dummy0 nodad
ip link set dummy0 up
cat >/tmp/sockets.py <<'PY'
import os, select, socket, struct, sys, time
keep = []
def pair(cc, fam=socket.AF_INET, addr='127.0.0.1', port=0, proto=0):
    try:
        s = socket.socket(fam, socket.SOCK_STREAM, proto)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if cc: s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, cc)
        s.bind((addr, port)); s.listen(5)
        c = socket.socket(fam, socket.SOCK_STREAM, proto)
        if cc: c.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, cc)
        c.connect(s.getsockname()[:2])
        a = s.accept()[0]
        c.sendall(b'x' * 30000); n = 0
        while n < 30000: n += len(a.recv(65536))
        a.sendall(b'y' * 100); c.recv(100)
        keep.extend([s, c, a])
        return s, c, a
    except OSError as e:
        print('lab:', cc, fam, proto, e, file=sys.stderr)
pair(b'cubic', port=8001)
pair(b'bbr', port=8002)
pair(b'dctcp', port=8003)
pair(b'vegas', port=8004)
p = pair(b'reno', socket.AF_INET6, '::1', 8005)
p[1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 0x20)
p = pair(None, addr='192.0.2.1', port=8006)
p[1].setsockopt(socket.SOL_SOCKET, 36, 0x1234)       # SO_MARK
p[1].setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0x10)
p[1].setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
p[1].shutdown(socket.SHUT_WR)
try: p[0].setsockopt(socket.IPPROTO_TCP, 14, struct.pack('=HH124xBBHI80s', 2, 0, 0, 0, 4, 0, b'none') )  # TCP_MD5SIG
except OSError as e: print('lab: md5', e, file=sys.stderr)
pair(None, port=8007, proto=262)                     # IPPROTO_MPTCP
pair(None, port=8008, proto=132)                     # IPPROTO_SCTP
p = pair(None, port=8009)
try:
    p[1].setsockopt(socket.IPPROTO_TCP, 31, b'tls')
    p[1].setsockopt(282, 1, struct.pack('=HH8s16s4s8s', 0x303, 51, b'i'*8, b'k'*16, b's'*4, b'r'*8))
except (OSError, TypeError) as e: print('lab: tls', e, file=sys.stderr)
def one(*a, bind=None, conn=None, listen=False):
    try:
        s = socket.socket(*a)
        if bind is not None: s.bind(bind)
        if conn is not None: s.connect(conn)
        if listen: s.listen(3)
        keep.append(s)
        return s
    except OSError as e: print('lab:', a, e, file=sys.stderr)
one(socket.AF_INET, socket.SOCK_DGRAM, bind=('127.0.0.1', 5353))
one(socket.AF_INET, socket.SOCK_DGRAM, bind=('192.0.2.1', 5354), conn=('192.0.2.2', 53))
one(socket.AF_INET6, socket.SOCK_DGRAM, bind=('::', 5355))
one(socket.AF_INET, socket.SOCK_RAW, 1)
one(socket.AF_INET6, socket.SOCK_RAW, 58)
u = one(socket.AF_UNIX, socket.SOCK_STREAM, bind='/tmp/lab.sock', listen=True)
one(socket.AF_UNIX, socket.SOCK_STREAM, conn='/tmp/lab.sock')
one(socket.AF_UNIX, socket.SOCK_SEQPACKET, bind=b'\0lab-abstract', listen=True)
keep.extend(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
k = one(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88cc))
if k:
    k.bind(('dummy0', 0x88cc))
    k.setsockopt(263, 1, struct.pack('=iHH8s', socket.if_nametoindex('dummy0'), 0, 6, bytes.fromhex('0180c200000e')))
    k.setsockopt(263, 5, struct.pack('=IIII', 4096, 4, 2048, 8))   # PACKET_RX_RING
    k.setsockopt(263, 18, struct.pack('=HH', 7, 0))                # PACKET_FANOUT
import ctypes
bpf = ctypes.create_string_buffer(struct.pack('=HBBI', 6, 0, 0, 0xffff))
if k: k.setsockopt(socket.SOL_SOCKET, 26, struct.pack('@HP', 1, ctypes.addressof(bpf)))
v = one(40, socket.SOCK_STREAM, bind=(0xffffffff, 1234), listen=True)
one(40, socket.SOCK_STREAM, conn=(1, 1234))
one(30, socket.SOCK_RDM)
n = one(socket.AF_NETLINK, socket.SOCK_RAW, 0, bind=(0, 0x11))
if n: n.setsockopt(270, 3, 1)
one(44, socket.SOCK_RAW)
print('ready', flush=True)
open('/tmp/ready', 'w').close()
time.sleep(600)
PY
rm -f /tmp/ready /tmp/lab.sock
python3 /tmp/sockets.py &
pid=$!
i=0; while [ ! -e /tmp/ready ] && [ $i -lt 200 ]; do sleep 0.2; i=$((i + 1)); done
truth tcp ss -Htnaieom
truth udp ss -Huanem
truth unix ss -Hxa
truth bbr ss -Htni 'sport = :8002'
may ss -Hwane
may ss -H0nae
may ss -f link -H -nae --bpf
truth netlink ss -f netlink -Hn
may ss -f netlink -Hne
may ss --vsock -Hna
may ss --xdp -Hnae
may ss --tipc -Hnaie
may ss -M -Hnai
may ss -S -Hnai
may ss -HtniZ
may ss -Hxae
may ss -Htna 'sport >= 8001 and dst 192.0.2.0/24'
may ss -Htna '( sport = :8001 or sport = :8002 ) and not dst 10.0.0.0/8'
may ss -Htna 'dport > :8000 and ( src 127.0.0.1 or src [::1] ) and sport le 65000'
may ss -Htna 'fwmark = 0x1234/0xffff'
may ss -Htna 'dev = dummy0'
may ss -Htna 'cgroup = /sys/fs/cgroup'
may ss -Htna autobound
may ss -Htn state established state time-wait '( dport = :8001 or dport = :8002 or dport = :8003 )'
python3 - <<'PY'
# The old message type, and a family that nobody has.
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4); s.bind((0, 0)); s.settimeout(2)
def ask(typ, flags, body):
    s.send(struct.pack('=IHHII', 16 + len(body), typ, flags, 1, 0) + body)
    try:
        while True:
            d = s.recv(1 << 20)
            if struct.unpack_from('=H', d, 4)[0] in (2, 3) or not flags & 0x300: return
            off = 0
            while off < len(d):
                l, t = struct.unpack_from('=IH', d, off)
                if t == 3: return
                off += (l + 3) & ~3
    except OSError as e: print(e)
ask(18, 0x301, struct.pack('=BBBB', 2, 0, 0, 2) + bytes(48) + struct.pack('=II', 1 << 10, 0))
ask(20, 0x301, struct.pack('=BB', 39, 0) + bytes(6))
PY
ss -HtE >/dev/null 2>&1 &
ev=$!
sleep 0.5
may ss -HtK 'dport = :8001'
sleep 0.5
kill $ev $pid
wait || true
