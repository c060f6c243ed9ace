#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Binds NFQUEUE 5 and NFLOG 6, sends packets to itself, answers with verdicts,
# and prints what it reads of them: "queue ID HOOK SRC:PORT > DST:PORT LENGTH".
import socket, struct, time

def attr(t, b):
    b = struct.pack("=HH", 4 + len(b), t) + b
    return b + bytes(-len(b) % 4)

seq = 0
def send(s, typ, family, res, body, flags=5):
    global seq
    seq += 1
    m = struct.pack("=BBH", family, 0, socket.htons(res)) + body
    s.send(struct.pack("=IHHII", 16 + len(m), typ, flags, seq, 0) + m)

def attrs(b):
    out = {}
    while len(b) >= 4:
        n, t = struct.unpack_from("=HH", b)
        out[t & 0x3fff] = b[4:n]
        b = b[(n + 3) & ~3:]
    return out

def describe(p):
    if p[0] >> 4 == 4:
        src, dst, up = socket.inet_ntoa(p[12:16]), socket.inet_ntoa(p[16:20]), p[(p[0] & 15) * 4:]
    else:
        src = "[%s]" % socket.inet_ntop(socket.AF_INET6, p[8:24])
        dst, up = "[%s]" % socket.inet_ntop(socket.AF_INET6, p[24:40]), p[40:]
    return "%s:%d > %s:%d" % ((src, *struct.unpack_from(">H", up), dst, struct.unpack_from(">H", up, 2)[0]))

def netlink():
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    s.bind((0, 0))
    s.settimeout(1)
    return s

q, l = netlink(), netlink()
QUEUE, LOG = 3 << 8, 4 << 8
send(q, QUEUE | 2, 2, 0, attr(1, struct.pack(">BBH", 3, 0, 2)))       # PF_BIND
send(q, QUEUE | 2, 0, 5, attr(1, struct.pack(">BBH", 1, 0, 2)))       # BIND
send(q, QUEUE | 2, 0, 5, attr(2, struct.pack(">IB", 0xffff, 2)))      # copy packets
send(q, QUEUE | 2, 0, 5, attr(3, struct.pack(">I", 64)))
send(q, QUEUE | 2, 0, 5, attr(4, struct.pack(">I", 0x1f)) + attr(5, struct.pack(">I", 0x0f)))
send(q, QUEUE | 2, 0, 5, attr(1, struct.pack(">BBH", 9, 0, 2)))       # no such command
send(l, LOG | 1, 0, 6, attr(1, b"\1"))                                # BIND
send(l, LOG | 1, 0, 6, attr(2, struct.pack(">IBB", 0xffff, 2, 0)))
send(l, LOG | 1, 0, 6, attr(3, struct.pack(">I", 4096)) + attr(4, struct.pack(">I", 50)) + attr(5, struct.pack(">I", 1)))
send(l, LOG | 1, 0, 6, attr(6, struct.pack(">H", 7)))
time.sleep(0.2)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"queued", ("127.0.0.1", 7))
u6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u6.sendto(b"queued", ("2001:db8::1", 7))
for i in range(2):
    u.sendto(b"logged", ("127.0.0.1", 8))

seen, deadline = 0, time.time() + 3
while time.time() < deadline and seen < 3:
    try:
        b = q.recv(65536)
    except OSError:
        break
    n, typ, _, _, _ = struct.unpack_from("=IHHII", b)
    if typ != QUEUE:
        continue
    family, a = b[16], attrs(b[20:n])
    pid, proto, hook = struct.unpack(">IHB", a[1])
    print("queue", pid, hook, describe(a[10]), len(a[10]))
    seen += 1
    if seen == 1:  # on to the input hook, which queues it again
        send(q, QUEUE | 1, family, 5, attr(2, struct.pack(">II", 1, pid)) + attr(3, struct.pack(">I", 0x99)))
    elif seen == 2:
        send(q, QUEUE | 1, family, 5, attr(2, struct.pack(">II", 0, pid)))
    else:
        send(q, QUEUE | 3, family, 5, attr(2, struct.pack(">II", 1, pid)))
seen, deadline = 0, time.time() + 3
while time.time() < deadline and seen < 4:
    try:
        b = l.recv(65536)
    except OSError:
        break
    while len(b) >= 16:
        n, typ, _, _, _ = struct.unpack_from("=IHHII", b)
        if typ == LOG:
            a = attrs(b[20:n])
            print("log", a[10].rstrip(b"\0").decode(), describe(a[9]), len(a[9]))
            seen += 1
        b = b[(n + 3) & ~3:]
send(l, LOG | 1, 0, 6, attr(1, b"\2"))
send(q, QUEUE | 2, 0, 5, attr(1, struct.pack(">BBH", 2, 0, 2)))
time.sleep(0.1)
