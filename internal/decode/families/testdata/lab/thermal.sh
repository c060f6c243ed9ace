# thermal: zones, trips and cooling devices, by hand. The truth is sysfs.
# netns: host
need python3
may modprobe intel_powerclamp
truth zones sh -c 'for z in /sys/class/thermal/thermal_zone* /sys/class/thermal/cooling_device*; do [ -e "$z/type" ] && echo "${z##*/} $(cat "$z/type")"; done; true'
python3 - <<'PY'
from genlraw import *
f = Family("thermal")
for g in f.groups:
    f.join(g)
f.call(1, b"", DUMP | ACK)
f.call(6, b"", DUMP | ACK)
for tz in range(2):
    for cmd in (2, 3, 4, 5):
        f.call(cmd, u32(2, tz))
f.listen(1.0)
PY
