#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# What ip does not send: XFRM_MSG_GETAE, XFRM_MSG_NEWAE and XFRM_MSG_MIGRATE.
import socket, struct

s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
s.bind((0, 0))
s.settimeout(1)

def attr(t, b):
    b = struct.pack("=HH", 4 + len(b), t) + b
    return b + bytes(-len(b) % 4)

def ask(typ, body):
    s.send(struct.pack("=IHHII", 16 + len(body), typ, 5, typ, 0) + body)
    try:
        s.recv(65536)
        s.recv(65536)
    except OSError:
        pass

def v4(a):
    return socket.inet_aton(a) + bytes(12)

said = v4("192.0.2.3") + struct.pack(">I", 0x102) + struct.pack("=HBB", 2, 51, 0)
ask(0x1f, said + v4("192.0.2.1") + struct.pack("=II", 0xf, 0))
ask(0x1e, said + v4("192.0.2.1") + struct.pack("=II", 0, 0) + attr(10, struct.pack("=III", 5, 6, 7)))
sel = v4("10.2.0.0") + v4("10.1.0.0") + struct.pack(">HHHH", 80, 0xffff, 1024, 0xffff)
sel += struct.pack("=HBBBxxxiI", 2, 24, 16, 6, 0, 0)
move = v4("192.0.2.2") + v4("192.0.2.1") + v4("192.0.2.22") + v4("192.0.2.11")
move += struct.pack("=BBHIHH", 50, 1, 0, 7, 2, 2)
ask(0x21, sel + struct.pack("=IBxxx", 0, 1) + attr(17, move) +
    attr(19, v4("192.0.2.11") + v4("192.0.2.22") + struct.pack("=IHxx", 0, 2)))
