# Raw generic netlink for scripts of families that no tool speaks.
import os
import socket
import struct


def attr(n, b):
    """An attribute: bytes, text, a number of 32 bits, or a list that is nested."""
    if isinstance(b, list):
        n, b = n | 0x8000, b"".join(b)
    elif isinstance(b, str):
        b = b.encode() + b"\0"
    elif isinstance(b, int):
        b = struct.pack("=I", b)
    return struct.pack("=HH", 4 + len(b), n) + b + bytes(-len(b) % 4)


def u8(v):
    return struct.pack("B", v)


def u16(v):
    return struct.pack("=H", v)


def attrs(b):
    """Numbers and payloads of attributes."""
    out = []
    while len(b) >= 4:
        n, t = struct.unpack_from("=HH", b)
        out.append((t & 0x3FFF, b[4:n]))
        b = b[(n + 3) & ~3 :]
    return out


class Genl:
    def __init__(self, name, groups=()):
        self.s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.s.bind((0, 0))
        self.s.settimeout(3)
        self.seq = 0
        self.id = 16
        got = dict(attrs(self.ask(3, attr(2, name))[0]))
        self.id = struct.unpack("=H", got[1])[0]
        for _, g in attrs(got.get(7, b"")):
            g = dict(attrs(g))
            if g[1].rstrip(b"\0").decode() in groups:
                self.s.setsockopt(270, 1, struct.unpack("=I", g[2])[0])

    def send(self, cmd, *a, dump=False, version=1):
        self.seq += 1
        flags = 0x305 if dump else 5
        body = struct.pack("=BBH", cmd, version, 0) + b"".join(a)
        self.s.send(struct.pack("=IHHII", 16 + len(body), self.id, flags, self.seq, 0) + body)

    def ask(self, cmd, *a, dump=False, version=1):
        """Attributes of the answers; an error is an answer of none."""
        self.send(cmd, *a, dump=dump, version=version)
        out = []
        while True:
            b = self.s.recv(65536)
            while len(b) >= 16:
                n, t, _, seq, _ = struct.unpack_from("=IHHII", b)
                if seq == self.seq and t in (2, 3):
                    code = struct.unpack_from("=i", b, 16)[0]
                    if code:
                        print(cmd, os.strerror(-code))
                    return out
                if seq == self.seq:
                    out.append(b[20:n])
                b = b[(n + 3) & ~3 :]

    def events(self, seconds):
        """Command and attributes of what comes in by itself."""
        self.s.settimeout(seconds)
        out = []
        try:
            while True:
                b = self.s.recv(65536)
                out.append((b[16], b[20:]))
        except socket.timeout:
            pass
        self.s.settimeout(3)
        return out
