# The CNI bridge plugin attaches a network namespace to a bridge, with an address, a
# default route and masquerading, and detaches it.
monitor
ip netns add pod
cat >net.conf <<-CONF
	{ "cniVersion": "0.4.0", "name": "lab", "type": "bridge", "bridge": "cni0",
	  "isGateway": true, "ipMasq": true,
	  "ipam": { "type": "host-local", "subnet": "10.88.0.0/24", "dataDir": "$PWD/ipam",
	            "routes": [ { "dst": "0.0.0.0/0" } ] } }
CONF
export CNI_PATH=/usr/lib/cni CNI_CONTAINERID=lab CNI_NETNS=/run/netns/pod CNI_IFNAME=eth0
CNI_COMMAND=ADD /usr/lib/cni/bridge <net.conf >&2
await ip -n pod route show default via 10.88.0.1
CNI_COMMAND=DEL /usr/lib/cni/bridge <net.conf
gone ip -n pod link show eth0
finish
