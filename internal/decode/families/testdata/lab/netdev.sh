# netdev: no tool of Debian's speaks it, so the requests are made by hand. The
# truth of the queues is what ip says of the device.
need python3 ip
load netdevsim veth
python3 - <<'PY'
from genlraw import *
Family("netdev")
PY
echo "51 1 4" >/sys/bus/netdevsim/new_device || echo "51 1" >/sys/bus/netdevsim/new_device
sleep 1
nsim=$(ip -br link | grep -v '^lo' | head -n 1 | cut -d' ' -f1 | cut -d@ -f1)
ip link set "$nsim" name nsim0 up
ip link add veth0 numtxqueues 2 numrxqueues 2 type veth peer name veth1
ip link set veth0 up
ip link set veth1 up
truth link ip -d -j link show veth0
python3 ./netdev_raw.py
echo 51 >/sys/bus/netdevsim/del_device
