# SPDX-License-Identifier: Apache-2.0
# ipset: all types of sets with their options, entries, errors.
need ipset
load ip_set
ipset create ip hash:ip timeout 300 counters comment skbinfo hashsize 64 maxelem 1000 bucketsize 4 initval 0x12345678 forceadd
ipset add ip 192.0.2.1 timeout 100 packets 5 bytes 600 comment 'a note' skbmark 0x1111/0xff00ffff skbprio 1:10 skbqueue 10
ipset add ip 192.0.2.8/30
may ipset create ip6mask hash:ip family inet6 netmask 64
may ipset add ip6mask 2001:db8:1::5
may ipset create bits hash:ip bitmask 255.255.0.255
ipset create net hash:net
ipset add net 198.51.100.0/24
ipset add net 198.51.100.128/25 nomatch
ipset create net6 hash:net family inet6 counters
ipset add net6 2001:db8::/32
ipset create ipport hash:ip,port
ipset add ipport 192.0.2.1,tcp:80-82
ipset add ipport 192.0.2.1,icmp:8/0
ipset add ipport 192.0.2.1,udp:53
ipset create ipportip hash:ip,port,ip
ipset add ipportip 192.0.2.1,sctp:80,198.51.100.1
ipset create ipportnet hash:ip,port,net
ipset add ipportnet 192.0.2.1,tcp:80,198.51.100.0/24
ipset create ipmark hash:ip,mark markmask 0xff00
ipset add ipmark 192.0.2.1,0x1234
ipset create netport hash:net,port
ipset add netport 192.0.2.0/24,tcp:80
ipset create netiface hash:net,iface
ipset add netiface 192.0.2.0/24,eth0
may ipset add netiface 192.0.2.0/24,physdev:eth1
ipset create netnet hash:net,net
ipset add netnet 192.0.2.0/24,198.51.100.0/24
ipset create netportnet hash:net,port,net
ipset add netportnet 192.0.2.0/24,tcp:80,198.51.100.0/24
ipset create mac hash:mac
ipset add mac 02:00:00:00:00:01
may ipset create ipmac hash:ip,mac
may ipset add ipmac 192.0.2.1,02:00:00:00:00:02
ipset create bip bitmap:ip range 192.0.2.0/24 timeout 60
ipset add bip 192.0.2.7
ipset create bnet bitmap:ip range 10.0.0.0/16 netmask 24
ipset create bipmac bitmap:ip,mac range 192.0.2.0-192.0.2.63
ipset add bipmac 192.0.2.5,02:00:00:00:00:03
ipset create bport bitmap:port range 1000-2000
ipset add bport 1024
ipset create list list:set size 4
ipset add list ip
ipset add list net before ip
ipset test ip 192.0.2.1
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
ipset rename bnet bnet2
ipset create swap hash:ip
ipset swap swap ip
ipset swap swap ip
ipset restore <<'EOF'
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
ipset list -n >/dev/null
ipset list -t >/dev/null
ipset save >/dev/null
ipset del ip 192.0.2.1
may ipset del ip 192.0.2.1
ipset flush ip
ipset destroy list
ipset destroy
