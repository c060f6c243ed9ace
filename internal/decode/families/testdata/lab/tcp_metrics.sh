# What TCP remembers of its peers, after connections on lo.
need ip python3
ip link set lo up
ip addr add 10.1.0.1/32 dev lo
sysctl -qw net.ipv4.tcp_fastopen=3
python3 - <<'PY'
import socket
for fam, a in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "10.1.0.1"), (socket.AF_INET6, "::1")):
    s = socket.socket(fam, socket.SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_TCP, 23, 5)  # TCP_FASTOPEN
    s.bind((a, 5000)); s.listen(5)
    for i in range(3):
        c = socket.socket(fam, socket.SOCK_STREAM)
        c.sendto(b"hello", 0x20000000, (a, 5000))  # MSG_FASTOPEN
        p, _ = s.accept()
        for j in range(20):
            c.send(b"x" * 5000); p.recv(9000); p.send(b"y"); c.recv(9)
        c.close(); p.close()
    s.close()
PY
truth show ip -j tcp_metrics show
may ip tcp_metrics show 127.0.0.1
may ip tcp_metrics show 192.0.2.1
may ip tcp_metrics delete 10.1.0.1
may ip tcp_metrics flush
