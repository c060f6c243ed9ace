# SPDX-License-Identifier: Apache-2.0
# ipset: all types of sets with their options, entries, errors.
need ipset
load ip_set
may ipset create ip hash:ip timeout 300 counters comment skbinfo hashsize 64 maxelem 1000 bucketsize 4 initval 0x12345678 forceadd
may ipset add ip 192.0.2.1 timeout 100 packets 5 bytes 600 comment 'a note' skbmark 0x1111/0xff00ffff skbprio 1:10 skbqueue 10
may ipset add ip 192.0.2.8/30
may ipset create ip6mask hash:ip family inet6 netmask 64
may ipset add ip6mask 2001:db8:1::5
may ipset create bits hash:ip bitmask 255.255.0.255
may ipset create net hash:net
may ipset add net 198.51.100.0/24
may ipset add net 198.51.100.128/25 nomatch
may ipset create net6 hash:net family inet6 counters
may ipset add net6 2001:db8::/32
may ipset create ipport hash:ip,port
may ipset add ipport 192.0.2.1,tcp:80-82
may ipset add ipport 192.0.2.1,icmp:8/0
may ipset add ipport 192.0.2.1,udp:53
may ipset create ipportip hash:ip,port,ip
may ipset add ipportip 192.0.2.1,sctp:80,198.51.100.1
may ipset create ipportnet hash:ip,port,net
may ipset add ipportnet 192.0.2.1,tcp:80,198.51.100.0/24
may ipset create ipmark hash:ip,mark markmask 0xff00
may ipset add ipmark 192.0.2.1,0x1234
may ipset create netport hash:net,port
may ipset add netport 192.0.2.0/24,tcp:80
may ipset create netiface hash:net,iface
may ipset add netiface 192.0.2.0/24,eth0
may ipset add netiface 192.0.2.0/24,physdev:eth1
may ipset create netnet hash:net,net
may ipset add netnet 192.0.2.0/24,198.51.100.0/24
may ipset create netportnet hash:net,port,net
may ipset add netportnet 192.0.2.0/24,tcp:80,198.51.100.0/24
may ipset create mac hash:mac
may ipset add mac 02:00:00:00:00:01
may ipset create ipmac hash:ip,mac
may ipset add ipmac 192.0.2.1,02:00:00:00:00:02
may ipset create bip bitmap:ip range 192.0.2.0/24 timeout 60
may ipset add bip 192.0.2.7
may ipset create bnet bitmap:ip range 10.0.0.0/16 netmask 24
may ipset create bipmac bitmap:ip,mac range 192.0.2.0-192.0.2.63
may ipset add bipmac 192.0.2.5,02:00:00:00:00:03
may ipset create bport bitmap:port range 1000-2000
may ipset add bport 1024
may ipset create list list:set size 4
may ipset add list ip
may ipset add list net before ip
may ipset test ip 192.0.2.1
may ipset test ip 192.0.2.100
may ipset create ip hash:ip
may ipset create ip hash:net
may ipset add ip 192.0.2.1 -exist
may ipset add bport 5000
may ipset add list nosuch
may ipset destroy ip
may ipset add nosuch 192.0.2.1
may ipset add bip 192.0.2.7
may ipset create full hash:ip maxelem 1 hashsize 64
may ipset add full 192.0.2.1
may ipset add full 192.0.2.2
may ipset create bad bitmap:port range 0-65535 nosuch
may ipset create worst nosuch:type
may ipset rename bnet bnet2
may ipset create swap hash:ip
may ipset swap swap ip
may ipset swap swap ip
may ipset restore <<'EOF'
create many hash:ip
add many 192.0.2.1
add many 192.0.2.2
add many 192.0.2.3
del many 192.0.2.2
EOF
may ipset restore <<'EOF'
add many 192.0.2.9
add many 192.0.2.9
EOF
truth list.xml ipset list -o xml
may ipset list -n >/dev/null
may ipset list -t >/dev/null
may ipset save >/dev/null
may ipset del ip 192.0.2.1
may ipset del ip 192.0.2.1
may ipset flush ip
may ipset destroy list
may ipset destroy
