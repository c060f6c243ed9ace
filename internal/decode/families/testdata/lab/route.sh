# rtnetlink without traffic control: links of many kinds, addresses, routes with
# encapsulation, rules, neighbours, nexthops, bridge and its databases, netconf,
# netns IDs, statistics.
need ip bridge
modprobe -a dummy veth bridge vxlan geneve bonding ip_gre ip6_gre ipip sit ip6_tunnel macvlan ipvlan vrf macsec wireguard ifb netdevsim mpls_router mpls_iptunnel 2>/dev/null || true
may ip -force -batch - <<'END'
link set lo up
link add v0 type veth peer name v1
link add v2 type veth peer name v3
link add br0 type bridge vlan_filtering 1 mcast_snooping 1 vlan_stats_enabled 1 stp_state 1
link add bond0 type bond mode 802.3ad miimon 100 xmit_hash_policy layer3+4
link add vx0 type vxlan id 42 local 10.7.0.1 remote 10.7.0.2 dstport 4789 dev v0 ttl 9 gbp
link add vxm type vxlan external vnifilter dstport 4790
link add gnv0 type geneve id 7 remote 10.7.0.3 ttl 5
link add gre0a type gre local 10.7.0.1 remote 10.7.0.4 key 99 ttl 64
link add ip6g type ip6gretap local 2001:db8::1 remote 2001:db8::2
link add ipip0a type ipip local 10.7.0.1 remote 10.7.0.5
link add sit0a type sit local 10.7.0.1 remote 10.7.0.6
link add vlan5 link v0 type vlan id 5 protocol 802.1ad
link add mv0 link v0 type macvlan mode bridge
link add ipvl0 link v1 type ipvlan mode l3s
link add vrf5 type vrf table 500
link add ms0 link v0 type macsec sci 1 encrypt on
link add dm0 type dummy
link property add dev dm0 altname another-name-of-dm0
link set dm0 alias 'a dummy' group 3 txqueuelen 77
link set v2 master br0
link set v3 up
link set v2 up
link set dm0 master br0
link set v0 up
link set v1 up
link set br0 up
link set vx0 up
link set vxm up
link set dm0 up
link set vlan5 up
link set vrf5 up
addr add 10.7.0.1/24 brd + dev v0 label v0:1
addr add 2001:db8::1/64 dev v0 nodad valid_lft 1000 preferred_lft 500
addr add 10.7.1.1 peer 10.7.1.2/32 dev v0
route add 10.20.0.0/16 via 10.7.0.9 metric 50 mtu 1400 advmss 1300 rtt 30ms initcwnd 10 quickack 1
route add 10.21.0.0/16 nexthop via 10.7.0.9 weight 2 nexthop via 10.7.0.10 weight 3
route add 10.22.0.0/16 encap mpls 100/200 via 10.7.0.9
route add 10.23.0.0/16 encap ip id 5 dst 10.7.0.9 ttl 9 dev vxm
route add 2001:db8:1::/48 encap seg6 mode encap segs 2001:db8::a,2001:db8::b dev v0
route add 2001:db8:2::/48 encap seg6local action End.DT6 table 254 dev v0
route add blackhole 10.24.0.0/16
route add table 500 unreachable default
route add 10.99.0.0/16 via 192.0.2.77
rule add from 10.7.0.0/24 to 10.20.0.0/16 fwmark 0x5/0xff iif v0 table 500 priority 100
rule add ipproto tcp dport 80-90 sport 1000 uidrange 0-1000 priority 101 lookup main suppress_prefixlength 0
END
may ip -6 rule add from 2001:db8::/32 tos 0x10 table 500 priority 102
# Refused: a neighbour with no address; ip ends a batch here.
may ip neigh add 10.7.0.88 dev v0 nud probe
may ip -force -batch - <<'END'
neigh add 10.7.0.9 lladdr 02:00:00:00:00:09 dev v0
neigh add proxy 10.7.0.77 dev v0
nexthop add id 1 via 10.7.0.9 dev v0
nexthop add id 2 via 2001:db8::9 dev v0
nexthop add id 3 blackhole
nexthop add id 4 via 10.7.0.10 dev v0
nexthop add id 10 group 1,2/4,3
nexthop add id 11 group 1/4 type resilient buckets 8 idle_timer 60 unbalanced_timer 300
route add 10.25.0.0/16 nhid 10
END
may bridge -force -batch - <<'END'
fdb add 02:00:00:00:00:aa dev v2 master static vlan 1
fdb add 02:00:00:00:00:ac dev v1 self permanent
fdb add 02:00:00:00:00:ab dev vx0 dst 10.7.0.44 vni 43 self
mdb add dev br0 port v2 grp 239.1.1.1 permanent vid 1
mdb add dev br0 port v2 grp ff0e::1 temp
vlan add dev v2 vid 10-12 pvid untagged
vlan add dev br0 vid 10 self
vlan set dev v2 vid 10 state learning
vni add dev vxm vni 100-110
vni show
link set dev v2 cost 5 learning off mcast_flood off isolated on
END
may ip -force -batch - <<'END'
netconf show dev v0
addrlabel add prefix 2001:db8:7::/48 label 77
addrlabel list
ntable show dev v0
ntable change name arp_cache dev v0 queue 8
END
may sysctl -q -w net.mpls.platform_labels=1000
may ip -f mpls route add 300 as 400 via inet 10.7.0.9 dev v0
ip netns add other 2>/dev/null || true
may ip netns set other 5
may ip netns list-id
may ip -force -batch - <<'END'
link add link v0 name mvx netns other type macvlan
stats show dev v0
END
may ip -s -d link show dev br0
may ip -force -batch - <<'END'
maddr show
mroute show table all
token list
route get 10.20.1.1
END
may ip -6 route get 2001:db8:1::5
may ip -force -batch - <<'END'
route get 10.20.1.1 mark 5 uid 0
END
may bridge -d -s -j vlan show
may bridge -j vlan global show
may ip -j nexthop bucket list
truth link ip -s -d -j link show
truth addr ip -d -j addr show
truth route ip -d -j route show table all
truth route6 ip -6 -d -j route show table all
truth mpls ip -f mpls -d -j route show
truth rule ip -d -j rule show
truth rule6 ip -6 -d -j rule show
truth neigh ip -s -j neigh show
truth nexthop ip -d -j nexthop show
truth fdb bridge -d -j fdb show
truth mdb bridge -d -s -j mdb show
truth netconf ip -j netconf show
truth nsid ip -j netns list-id
may ip -force -batch - <<'END'
link del vx0
route del 10.20.0.0/16
route flush table 500
END
ip netns del other 2>/dev/null || true
