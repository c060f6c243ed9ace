# A session of ip and bridge in an empty network namespace. Addresses of links are
# given, so that two runs end in the same state.
ip link set lo up
ip link add d0 address 02:00:00:00:00:01 type dummy
ip link set d0 up mtu 1400 alias 'a dummy $(id) "quoted"' txqueuelen 77
ip link add v0 address 02:00:00:00:00:02 type veth peer name v1 address 02:00:00:00:00:03
ip link add br0 address 02:00:00:00:00:04 type bridge stp_state 0 vlan_filtering 1 mcast_snooping 1 ageing_time 1000
ip link set v0 master br0
ip link set v0 up
ip link set v1 up
ip link set br0 up
ip link add link d0 name d0.5 type vlan id 5 protocol 802.1ad reorder_hdr off
ip link add link d0 name mv0 address 02:00:00:00:00:05 type macvlan mode bridge
ip link add vx0 address 02:00:00:00:00:06 type vxlan id 42 local 10.7.0.1 remote 10.7.0.2 dstport 4789 dev d0 ttl 9
ip link add vrf5 address 02:00:00:00:00:07 type vrf table 500
ip link add bond0 address 02:00:00:00:00:08 type bond mode active-backup miimon 100
ip link add gre0a type gre local 10.7.0.1 remote 10.7.0.4 key 99 ttl 64
ip link set d0.5 up
ip link set vrf5 up
ip link property add dev d0 altname another-name-of-d0
ip addr add 10.7.0.1/24 broadcast 10.7.0.255 dev d0 label d0:1
ip addr add 10.7.1.1 peer 10.7.1.2/32 dev d0
ip -6 addr add 2001:db8::1/64 dev d0 nodad
ip route add 10.20.0.0/16 via 10.7.0.9 metric 50 mtu 1400 advmss 1300 rtt 30ms initcwnd 10 quickack 1
ip route add default table 100 nexthop via 10.7.0.5 dev d0 weight 2 nexthop via 10.7.0.6 dev d0
ip route add blackhole 10.24.0.0/16
ip route add table 500 unreachable default
ip route add 10.26.0.0/16 dev d0 scope link proto static src 10.7.0.1
ip route replace 10.26.0.0/16 via 10.7.0.9 tos 0x10
ip route append 10.27.0.0/16 via 10.7.0.9
ip -6 route add 2001:db8:1::/48 via 2001:db8::9 metric 7
ip -6 route add default via 2001:db8::9 dev d0
ip -6 route add unreachable 2001:db8:2::/48
ip nexthop add id 1 via 10.7.0.9 dev d0
ip nexthop add id 4 via 10.7.0.10 dev d0
ip nexthop add id 10 group 1,2/4
ip route add 10.25.0.0/16 nhid 10
ip rule add not from 10.2.0.0/16 fwmark 0x5/0xff lookup 100 pref 77
ip rule add from 10.7.0.0/24 to 10.20.0.0/16 iif d0 table 500 priority 100
ip rule add ipproto tcp dport 80-90 sport 1000 uidrange 0-1000 priority 101 lookup main suppress_prefixlength 0
ip -6 rule add from 2001:db8::/32 tos 0x10 table 500 priority 102
ip rule add blackhole from 10.99.0.0/16 priority 103
ip neigh add 10.7.0.9 lladdr 02:00:00:00:00:09 dev d0
ip neigh add proxy 10.7.0.77 dev d0
ip neigh replace 10.7.0.9 lladdr 02:00:00:00:00:0a dev d0 nud permanent
bridge fdb add 02:00:00:00:00:aa dev v0 master static vlan 1
bridge fdb add 02:00:00:00:00:ab dev vx0 dst 10.7.0.44 vni 43 self
bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent vid 1
bridge vlan add dev v0 vid 10-12 tagged 2>/dev/null || bridge vlan add dev v0 vid 10-12
bridge vlan add dev v0 vid 20 pvid untagged
bridge vlan add dev br0 vid 10 self
bridge vlan del dev v0 vid 11
bridge link set dev v0 cost 5 learning off mcast_flood off isolated on
ip link set dev d0 name d1
ip link set d1 group 3
ip addr del 10.7.1.1 peer 10.7.1.2/32 dev d1
ip route del 10.24.0.0/16
ip rule del priority 103
ip link del gre0a
