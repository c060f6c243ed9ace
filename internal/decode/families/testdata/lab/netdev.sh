# netdev: no tool of Debian's speaks it, so the requests are made by hand. The
# truth is what ip says of the device.
need python3 ip ethtool
load veth
ip link add veth0 numtxqueues 2 numrxqueues 2 type veth peer name veth1
may ethtool -K veth0 gro on
ip link set veth0 up
ip link set veth1 up
truth link ip -d -j link show veth0
python3 ./netdev_raw.py
