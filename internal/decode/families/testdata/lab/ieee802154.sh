# netns: host
# Low-rate radios: nl802154 by iwpan, the old family and the simulator's by
# raw messages.
need iwpan python3 ip
load mac802154_hwsim ieee802154_socket
sleep 1
truth phy iwpan phy
truth dev iwpan dev
iwpan phy phy0 set channel 0 15
may iwpan phy phy0 set tx_power 0
may iwpan phy phy0 set cca_mode 1
may iwpan phy phy0 set cca_ed_level -70
iwpan dev wpan0 set pan_id 0xabcd
iwpan dev wpan0 set short_addr 0x1234
may iwpan dev wpan0 set max_frame_retries 2
may iwpan dev wpan0 set backoff_exponents 3 5
may iwpan dev wpan0 set max_csma_backoffs 4
may iwpan dev wpan0 set lbt 0
may iwpan dev wpan0 set ackreq_default 1
truth info iwpan dev wpan0 info
may iwpan phy phy0 interface add mon0 type monitor
may iwpan dev mon0 del
may iwpan phy phy0 interface add wpan9 type coordinator
may iwpan dev wpan9 info
may iwpan dev wpan9 set pan_id 0x7777
may iwpan dev wpan9 set short_addr 0x0001
may iwpan dev wpan9 del
may iwpan dev lo info
ip link set wpan0 up
ip link set wpan1 up
python3 - <<'EOF'
import struct
from wireless_genl import Genl, attr, u8, u16
# the old family
g = Genl("802.15.4 MAC", ["coordinator", "beacon"])
g.ask(31, dump=True)                       # LIST_IFACE
g.ask(32, dump=True)                       # LIST_PHY
g.ask(31, attr(1, "wpan0"))
g.ask(32, attr(31, "phy1"))
ip = __import__("subprocess").run(["ip", "link", "set", "wpan1", "down"])
g.ask(35, attr(1, "wpan1"), attr(33, u8(3)), attr(34, u8(0)), attr(35, u8(1)), attr(37, u8(4)), attr(38, u8(3)), attr(39, u8(5)), attr(40, u8(3)))
g.ask(36, attr(1, "wpan1"))                # LLSEC_GETPARAMS
g.ask(37, attr(1, "wpan1"), attr(41, u8(1)), attr(42, u8(5)), attr(43, u8(1)), attr(46, u8(7)))
key = [attr(1, "wpan1"), attr(43, u8(1)), attr(46, u8(7)), attr(49, u8(0xf)), attr(50, bytes(32)), attr(48, bytes(range(16)))]
g.ask(39, *key)
dev = [attr(1, "wpan1"), attr(6, u16(0xabcd)), attr(4, u16(0x1234)), attr(5, bytes(range(8))), attr(47, 0), attr(54, u8(0)), attr(55, u8(0))]
g.ask(42, *dev)
g.ask(48, attr(1, "wpan1"), attr(51, u8(1)), attr(53, u8(0xff)), attr(54, u8(0)))
g.ask(45, attr(1, "wpan1"), attr(5, bytes(range(8))), attr(47, 3), attr(43, u8(1)), attr(46, u8(7)))
for c in (38, 41, 44, 47):                 # LLSEC_LIST_*
    g.ask(c, dump=True)
g.ask(1, attr(1, "wpan0"), attr(7, u8(11)), attr(10, u16(0xabcd)), attr(8, u16(1)), attr(17, u8(0x80)), attr(29, u8(0)))
g.ask(13, attr(1, "wpan0"), attr(10, u16(0xabcd)), attr(8, u16(1)), attr(7, u8(11)), attr(23, u8(15)), attr(24, u8(15)), attr(25, u8(1)), attr(26, u8(0)), attr(27, u8(0)), attr(29, u8(0)))
g.ask(33, attr(31, "phy1"), attr(1, "old0"), attr(32, u8(0)))
g.ask(34, attr(1, "old0"))
g.events(0.3)
# the simulator
h = Genl("MAC802154_HWSIM", ["config"])
h.ask(1, dump=True)
h.ask(3)
h.ask(1, attr(1, 0))
h.ask(8, attr(1, 2), attr(2, [attr(1, 0), attr(2, u8(200))]))
h.ask(6, attr(1, 2), attr(2, [attr(1, 0), attr(2, u8(77))]))
h.ask(1, dump=True)
h.ask(7, attr(1, 2), attr(2, [attr(1, 0)]))
h.ask(4, attr(1, 2))
h.ask(4, attr(1, 99))
h.events(0.3)
# what iwpan does not ask for: scans, beacons, associations (6.3 and later)
n = Genl("nl802154", ["config", "scan"])
idx = int(open("/sys/class/net/wpan0/ifindex").read())
n.ask(35, attr(3, idx), attr(31, u8(3)), attr(33, 0x07fff800), attr(7, u8(0)), attr(36, u8(1)))
n.events(1)
n.ask(36, attr(3, idx))
n.ask(43, attr(3, idx), dump=True)
n.ask(42, attr(3, idx), attr(39, 8))
n.ask(38, attr(3, idx), attr(38, u8(3)))
n.events(0.3)
EOF
ip link set wpan0 down
modprobe -r mac802154_hwsim
