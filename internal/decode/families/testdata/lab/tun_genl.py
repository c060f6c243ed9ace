# SPDX-License-Identifier: Apache-2.0
# Sends generic-netlink messages for families that no tool of Debian drives.
import socket
import struct


def attr(typ, payload, nested=False):
    if isinstance(payload, int):
        payload = struct.pack("=I", payload)
    elif isinstance(payload, str):
        payload = payload.encode() + b"\0"
    elif isinstance(payload, list):
        payload, nested = b"".join(payload), True
    n = 4 + len(payload)
    return struct.pack("=HH", n, typ | (0x8000 if nested else 0)) + payload + bytes(-n % 4)


def u8(v):
    return struct.pack("=B", v)


def u16(v):
    return struct.pack("=H", v)


def u64(v):
    return struct.pack("=Q", v)


def ip4(a):
    return socket.inet_pton(socket.AF_INET, a)


def ip6(a):
    return socket.inet_pton(socket.AF_INET6, a)


class Family:
    def __init__(self, name, version=1):
        self.s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.s.bind((0, 0))
        self.s.settimeout(3)
        self.seq, self.id, self.version = 0, 16, 1
        for m in self.send(3, attr(2, name)):  # CTRL_CMD_GETFAMILY
            at = m[20:]
            while len(at) >= 4:
                n, t = struct.unpack("=HH", at[:4])
                if t == 1:
                    self.id = struct.unpack("=H", at[4:6])[0]
                at = at[(n + 3) & ~3:]
        if self.id == 16 and name != "nlctrl":
            raise SystemExit("no family " + name)
        self.version = version

    def send(self, cmd, *attrs, dump=False, ack=True, header=b""):
        """Sends one request and returns the messages of the answer."""
        self.seq += 1
        body = struct.pack("=BBH", cmd, self.version, 0) + header + b"".join(attrs)
        flags = 1 | (0x300 if dump else 4 if ack else 0)
        self.s.send(struct.pack("=IHHII", 16 + len(body), self.id, flags, self.seq, 0) + body)
        out = []
        while True:
            try:
                b = self.s.recv(1 << 16)
            except socket.timeout:
                return out
            while len(b) >= 16:
                n, typ = struct.unpack("=IH", b[:6])
                if typ in (2, 3):
                    err = struct.unpack("=i", b[16:20])[0] if n >= 20 else 0  # SMC_PNETID ends a flush without
                    if err:
                        print("cmd %d: errno %d" % (cmd, -err))
                    return out
                out.append(b[:n])
                b = b[(n + 3) & ~3:]
