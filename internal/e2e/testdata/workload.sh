#!/bin/bash
# Netlink traffic of real tools, for the comparison of nltop with tcpdump.
#   workload.sh full|check
# Every command must succeed unless it stands behind `fails`.
set -euo pipefail

fails() {
	if "$@" 2>/dev/null; then
		echo "expected to fail: $*" >&2
		exit 1
	fi
}

monitors=()
trap 'kill "${monitors[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
ip monitor all >/dev/null &
monitors+=($!)
ip monitor route >/dev/null &
monitors+=($!)

# First, so that a file of only this traffic names its generic families.
genl ctrl list >/dev/null
ip link add d0 type dummy
ip link set d0 mtu 1400 up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip addr add 192.0.2.1/24 dev d0
ip addr add 2001:db8::1/64 dev d0 nodad
ip route add 198.51.100.0/24 via 192.0.2.2 dev d0 mtu 1300
ip route add 203.0.113.0/24 nexthop via 192.0.2.3 dev d0 weight 2 nexthop via 192.0.2.4 dev d0
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev d0
ip rule add fwmark 0x10 table 100 priority 1000
fails ip link add d0 type dummy
fails ip route add 10.0.0.0/8 via 9.9.9.9
ip -s link show >/dev/null
ip route show table all >/dev/null
ip neigh show >/dev/null
ip rule show >/dev/null
ip netns add far
ip -n far link set lo up
ip -n far addr show >/dev/null

if [ "$1" = full ]; then
	ip link add br0 type bridge
	ip link set d0 master br0
	ip link set d0 nomaster
	ip link add vx0 type vxlan id 42 dev d0 dstport 4789
	ip link add link d0 name vl0 type vlan id 7
	for i in $(seq 1 200); do echo "route add 198.18.$i.0/24 via 192.0.2.2"; done | ip -batch -
	ip route show >/dev/null
	tc qdisc add dev d0 root handle 1: htb default 10
	tc class add dev d0 parent 1: classid 1:10 htb rate 1mbit
	tc filter add dev d0 parent 1: protocol ip prio 1 u32 match ip dst 192.0.2.9/32 flowid 1:10
	tc -s qdisc show >/dev/null
	tc class show dev d0 >/dev/null
	{
		echo "table inet t {"
		echo "chain c {"
		for i in $(seq 1 1000); do echo "ip daddr 10.1.$((i / 256)).$((i % 256)) tcp dport $i counter accept"; done
		echo "}"
		echo "}"
	} | nft -f -
	nft list ruleset >/dev/null
	fails nft add rule inet nosuch c accept
	ethtool d0 >/dev/null || true
	ethtool -i d0 >/dev/null
	ethtool -k d0 >/dev/null
	nft add table ip trk
	nft 'add chain ip trk out { type filter hook output priority 0; }'
	nft add rule ip trk out ct state new counter
	ip link set lo up
	for i in $(seq 1 20); do echo x >"/dev/udp/127.0.0.1/$((9000 + i))" 2>/dev/null || true; done
	conntrack -L >/dev/null
	ss -tuna >/dev/null
	ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode transport \
		enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff
	ip xfrm state flush
	nft delete table ip trk
	nft delete table inet t
	ip link del vx0
	ip link del vl0
	ip link del br0
fi

ip rule del priority 1000
ip neigh del 192.0.2.9 dev d0
ip route del 198.51.100.0/24
ip netns del far
ip link del v0
ip link del d0
