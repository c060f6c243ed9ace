#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Asks for the functions at netfilter's hooks and prints "FAMILY HOOK PRIORITY
# FUNCTION MODULE"; then adds and removes one fingerprint of osf.
import socket, struct

def attr(t, b):
    b = struct.pack("=HH", 4 + len(b), t) + b
    return b + bytes(-len(b) % 4)

def attrs(b):
    out = {}
    while len(b) >= 4:
        n, t = struct.unpack_from("=HH", b)
        out[t & 0x3fff] = b[4:n]
        b = b[(n + 3) & ~3:]
    return out

s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.bind((0, 0))
s.settimeout(2)
seq = 0
def ask(typ, flags, family, body):
    global seq
    seq += 1
    m = struct.pack("=BBH", family, 0, 0) + body
    s.send(struct.pack("=IHHII", 16 + len(m), typ, flags, seq, 0) + m)
    while True:
        b = s.recv(65536)
        while len(b) >= 16:
            n, t, f, _, _ = struct.unpack_from("=IHHII", b)
            if t in (2, 3):
                return
            yield b[16], attrs(b[20:n])
            b = b[(n + 3) & ~3:]

for family, hooks in ((2, 5), (10, 5), (3, 3), (7, 5), (5, 2)):
    for hook in range(hooks):
        body = attr(1, struct.pack(">I", hook))
        if family == 5:
            body += attr(3, b"lo\0")
        for fam, a in ask(12 << 8, 0x301, family, body):
            num, prio = struct.unpack(">I", a[1])[0], struct.unpack(">i", a[2])[0]
            print(fam, num, prio, a.get(4, b"-").rstrip(b"\0").decode(), a.get(5, b"-").rstrip(b"\0").decode())

finger = struct.pack("=II BB HHH 32s32s32s", 1, 4, 64, 1, 60, 0, 3, b"Linux", b"3.11", b"lab")
finger += struct.pack("=HHII", 2, 4, 0, 0) + struct.pack("=HHII", 4, 2, 0, 0) + struct.pack("=HHII", 8, 10, 0, 0)
finger += bytes(592 - len(finger))
for flags, msg in ((0x405, 0), (5, 1), (5, 1)):
    for _ in ask(5 << 8 | msg, flags, 0, attr(1, finger)):
        pass
