# A session of ipset and ethtool in an empty network namespace.
ipset create ip hash:ip counters comment skbinfo hashsize 64 maxelem 1000 bucketsize 4 initval 0x12345678 forceadd
ipset add ip 192.0.2.1 packets 5 bytes 600 comment "it's a note" skbmark 0x1111/0xff00ffff skbprio 1:10 skbqueue 10
ipset add ip 192.0.2.8/30
ipset create ip6mask hash:ip family inet6 netmask 64 initval 1
ipset add ip6mask 2001:db8:1::5
ipset create net hash:net initval 1
ipset add net 198.51.100.0/24
ipset add net 198.51.100.128/25 nomatch
ipset create net6 hash:net family inet6 counters initval 1
ipset add net6 2001:db8::/32
ipset create ipport hash:ip,port initval 1
ipset add ipport 192.0.2.1,tcp:80-82
ipset add ipport 192.0.2.1,icmp:8/0
ipset add ipport 192.0.2.1,udp:53
ipset create ipportip hash:ip,port,ip initval 1
ipset add ipportip 192.0.2.1,sctp:80,198.51.100.1
ipset create ipportnet hash:ip,port,net initval 1
ipset add ipportnet 192.0.2.1,tcp:80,198.51.100.0/24
ipset create ipmark hash:ip,mark markmask 0xff00 initval 1
ipset add ipmark 192.0.2.1,0x1234
ipset create netport hash:net,port initval 1
ipset add netport 192.0.2.0/24,tcp:80
ipset create netiface hash:net,iface initval 1
ipset add netiface 192.0.2.0/24,eth0
ipset add netiface 192.0.2.0/24,physdev:eth1
ipset create netnet hash:net,net initval 1
ipset add netnet 192.0.2.0/24,198.51.100.0/24
ipset create netportnet hash:net,port,net initval 1
ipset add netportnet 192.0.2.0/24,tcp:80,198.51.100.0/24
ipset create mac hash:mac initval 1
ipset add mac 02:00:00:00:00:01
ipset create ipmac hash:ip,mac initval 1
ipset add ipmac 192.0.2.1,02:00:00:00:00:02
ipset create bip bitmap:ip range 192.0.2.0/24
ipset add bip 192.0.2.7
ipset create bnet bitmap:ip range 10.0.0.0/16 netmask 24
ipset create bipmac bitmap:ip,mac range 192.0.2.0-192.0.2.63
ipset add bipmac 192.0.2.5,02:00:00:00:00:03
ipset create bport bitmap:port range 1000-2000
ipset add bport 1024
ipset add bport 1024 -exist
ipset add bport 5000 || true # out of its range
ipset create list list:set size 4
ipset add list ip
ipset add list net before ip
ipset rename bnet bnet2
ipset create other hash:ip initval 1
ipset swap other ip
ipset restore <<'EOF'
create many hash:ip initval 1
add many 192.0.2.1
add many 192.0.2.2
add many 192.0.2.3
del many 192.0.2.2
EOF
ipset del many 192.0.2.1
ipset create gone hash:ip initval 1
ipset add gone 192.0.2.1
ipset flush gone
ipset destroy gone

ip link add veth0 address 02:00:00:00:00:02 numtxqueues 4 numrxqueues 4 type veth peer name veth1 address 02:00:00:00:00:03
ip link add br0 address 02:00:00:00:00:01 type bridge
ip tuntap add dev tun0 mode tap
ip link set tun0 address 02:00:00:00:00:04
e() { ethtool "$@" || true; } # what a device has not, it refuses
e -K veth0 tx off
e -K veth0 tx on gso off
e -K tun0 hw-tc-offload on
e -G tun0 rx 64 tx 32
e -C tun0 rx-frames 7
e -L veth0 rx 2 tx 2
e -L veth0 combined 3
e -A tun0 rx on tx on
e --set-fec tun0 encoding rs
e -s tun0 msglvl drv on link on
e -s tun0 wol ug
e -s tun0 speed 2500 duplex half autoneg off
e -s tun0 port tp
e --set-eee tun0 eee on tx-lpi on tx-timer 20
e --set-priv-flags tun0 a on
