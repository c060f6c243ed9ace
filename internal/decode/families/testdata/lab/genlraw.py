# SPDX-License-Identifier: Apache-2.0
"""Generic netlink by hand, for the scripts of the lab: see generic()."""
import os
import socket
import struct

REQUEST, ACK, DUMP = 1, 4, 0x300


def attr(kind, payload=b"", nested=False):
    if isinstance(payload, str):
        payload = payload.encode() + b"\0"
    head = struct.pack("=HH", 4 + len(payload), kind | (0x8000 if nested else 0))
    return head + payload + b"\0" * (-len(payload) % 4)


def nest(kind, *parts):
    return attr(kind, b"".join(parts), True)


def u8(kind, v):
    return attr(kind, struct.pack("=B", v))


def u32(kind, v):
    return attr(kind, struct.pack("=I", v))


def attrs(data):
    """Yields (type, payload) of the attributes in data."""
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4:
            return
        yield kind & 0x3FFF, data[4:size]
        data = data[(size + 3) & ~3:]


class Family:
    """A generic-netlink family by name; .groups has its multicast groups."""

    def __init__(self, name):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.setsockopt(270, 11, 1)  # NETLINK_EXT_ACK
        self.sock.bind((0, 0))
        self.sock.settimeout(3)
        self.seq, self.id, self.groups = 0, 16, {}
        found = self.call(3, attr(2, name))
        if not found:
            raise OSError("no family " + name)
        got = dict(attrs(found[0]))
        self.id = struct.unpack("=H", got[1])[0]
        for _, group in attrs(got.get(7, b"")):
            g = dict(attrs(group))
            self.groups[g[1].rstrip(b"\0").decode()] = struct.unpack("=I", g[2])[0]

    def join(self, group):
        self.sock.setsockopt(270, 1, self.groups[group])

    def send(self, cmd, body=b"", flags=ACK, version=1):
        self.seq += 1
        self.sock.send(struct.pack("=IHHIIBBH", 20 + len(body), self.id, REQUEST | flags, self.seq, 0,
                                   cmd, version, 0) + body)

    def call(self, cmd, body=b"", flags=ACK, version=1):
        """Sends a command; returns the attributes of the answers as bytes."""
        self.send(cmd, body, flags, version)
        out = []
        while True:
            for kind, payload in self.receive():
                if kind == 2:
                    error = struct.unpack_from("=i", payload)[0]
                    if error:
                        print("errno", -error, os.strerror(-error))
                    return out
                if kind == 3:
                    return out
                out.append(payload[4:])

    def receive(self):
        data = self.sock.recv(65536)
        while len(data) >= 16:
            size, kind = struct.unpack_from("=IH", data)
            yield kind, data[16:size]
            data = data[(size + 3) & ~3:]

    def listen(self, seconds=2.0, limit=20):
        """Takes what comes from the groups, for so long at most."""
        self.sock.settimeout(seconds)
        got = []
        try:
            while len(got) < limit:
                got += list(self.receive())
        except (socket.timeout, OSError):
            pass
        return got
