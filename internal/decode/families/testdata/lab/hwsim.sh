# netns: host
# MAC80211_HWSIM: radios made and listed, and a medium in user space that
# carries what one radio sends to the other.
need python3 iw ip
modprobe mac80211_hwsim radios=0 || exit 77
truth radios python3 - <<'EOF'
import struct, subprocess, time
from wireless_genl import Genl, attr, attrs, u8
g = Genl("MAC80211_HWSIM", ["config"])
ids = []
for name, more in (("labradio0", [attr(15, b""), attr(9, 2)]), ("labradio1", [attr(11, b"DE"), attr(13, b"")]),
                   ("labradio2", [attr(23, 0x4 | 0x8), attr(24, struct.pack("=II", 0x000fac04, 0x000fac06)), attr(10, 99)])):
    g.ask(4, attr(17, name.encode()), *more)
for a in g.ask(6, dump=True):
    a = dict(attrs(a))
    ids.append(a[10])
    print(struct.unpack("=I", a[10])[0], a[17].rstrip(b"\0").decode())
g.ask(1)
names = [d.strip() for d in subprocess.run("ls /sys/class/ieee80211/*/device/net", shell=True, capture_output=True, text=True).stdout.split() if d.startswith("wlan")]
subprocess.run(["ip", "link", "set", names[0], "up"])
scan = subprocess.Popen(["iw", "dev", names[0], "scan", "freq", "2412", "ssid", "lab"], stdout=subprocess.DEVNULL)
n = 0
for cmd, b in g.events(2):
    a = dict(attrs(b))
    if cmd != 2 or n == 4:
        continue
    n += 1
    g.ask(3, attr(2, a[2]), attr(4, struct.unpack("=I", a[4])[0] | 4), attr(6, struct.pack("=i", -40)), attr(7, a[7]), attr(8, a[8]))
    g.ask(2, attr(1, b"\x42" + a[2][1:]), attr(3, a[3]), attr(5, 0), attr(6, struct.pack("=i", -40)), attr(19, 2412))
scan.wait()
g.ask(7, attr(2, b"\x42\0\0\0\0\0"), attr(1, b"\x42\0\0\0\1\1"))
g.ask(6, attr(10, 12345))
for i in ids:
    g.ask(5, attr(10, i))
g.events(0.5)
EOF
modprobe -r mac80211_hwsim
