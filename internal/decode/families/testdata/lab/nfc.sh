# netns: host
# Two simulated devices that see each other; no tool of Debian speaks to them.
need python3
load nfcsim
python3 - <<'EOF'
import struct
from wireless_genl import Genl, attr, attrs, u8, u16
g = Genl("nfc", ["events"])
dev = [struct.unpack("=I", dict(attrs(a))[1])[0] for a in g.ask(1, dump=True)]
g.ask(1, attr(1, dev[0]))
for d in dev:
    g.ask(2, attr(1, d))
g.ask(6, attr(1, dev[0]), attr(14, 1 << 5))                       # target
g.ask(6, attr(1, dev[1]), attr(13, 1 << 5), attr(3, 1 << 5))      # initiator
g.events(2)
g.ask(8, attr(1, dev[1]), dump=True)
g.ask(4, attr(1, dev[1]), attr(4, 0), attr(10, u8(0)))
g.events(1)
g.ask(15, attr(1, dev[1]))
g.ask(16, attr(1, dev[1]), attr(15, u8(100)), attr(16, u8(2)), attr(17, u16(64)))
g.ask(19, attr(1, dev[1]), attr(19, [attr(1, [attr(1, "urn:nfc:sn:handover")])]))
g.events(1)
g.ask(28, attr(1, dev[1]), attr(4, 0), attr(3, 5))
g.ask(30, attr(1, dev[1]), attr(4, 0))
g.ask(26, dump=True)
g.ask(17, attr(1, dev[1]), attr(21, 1))
g.ask(21, attr(1, dev[0]), attr(20, "no-such-firmware"))
g.ask(29, attr(1, dev[0]), attr(29, 0x1234), attr(30, 7), attr(31, b"\1\2"))
g.ask(5, attr(1, dev[1]))
g.ask(7, attr(1, dev[0]))
g.events(0.5)
for d in dev:
    g.ask(3, attr(1, d))
g.ask(1, attr(1, 99))
EOF
modprobe -r nfcsim
