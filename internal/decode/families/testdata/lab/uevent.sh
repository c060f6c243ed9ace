# Uevents of devices, the kernel's and udevd's copies.
# netns: host
need udevadm ip
mkdir -p /run/udev
/lib/systemd/systemd-udevd --daemon 2>/dev/null || echo "lab: no udevd"
sleep 1
udevadm monitor --kernel --udev --property >"$LAB_PREFIX.monitor" 2>/dev/null &
mon=$!
sleep 1
ip link add labdummy type dummy
ip link set labdummy name labrenamed
may udevadm trigger --action=change /sys/class/mem/null
may modprobe loop
ip link del labrenamed
udevadm settle -t 5 || true
sleep 1
kill $mon
wait $mon || true
may udevadm control --exit
