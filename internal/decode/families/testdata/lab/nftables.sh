# nftables: a rich ruleset in one batch, listed, changed, traced, refused.
need nft ip
load nf_tables
ip link set lo up
ip link add dummy0 type dummy
ip link set dummy0 up
ip addr add 192.0.2.1/24 dev dummy0
nft -f nftables.nft
truth list nft -a list ruleset
truth json nft -j list ruleset
truth rules nft list ruleset
# What not every kernel or tool has.
may nft add rule inet t misc last
may nft add rule inet t misc meta broute set 1
may nft add rule inet t misc socket cgroupv2 level 1 '"x"'
may nft add rule inet t misc synproxy mss 1460 wscale 7 timestamp sack-perm
may nft add rule inet t misc osf name '"Linux"'
may nft add rule inet t misc 'ipsec in reqid 1 accept'
may nft add rule inet t misc 'ipsec out ip saddr 192.0.2.7 accept'
may nft add rule inet t misc 'udp dport 4789 vxlan ip saddr 10.1.2.3'
may nft add rule inet t misc 'reset tcp option sack'
may nft add secmark inet t sm '"system_u:object_r:ssh_server_packet_t:s0"'
may nft add flowtable inet t ft '{ hook ingress priority 0; devices = { lo, dummy0 }; counter; }'
may nft add rule inet t forward ip protocol '{ tcp, udp }' flow add @ft
may nft add table netdev nd
may nft add chain netdev nd in '{ type filter hook ingress device "dummy0" priority -500; policy accept; }'
may nft add rule netdev nd in ip daddr 198.51.100.7 fwd to lo
may nft add rule netdev nd in ip daddr 198.51.100.8 dup to lo
may nft add chain netdev nd out '{ type filter hook egress devices = { lo, dummy0 } priority 0; }'
may nft add table arp a '{ chain i { type filter hook input priority 0; arp operation request arp saddr ip 192.0.2.9 drop; }; }'
may nft add table bridge b '{ chain f { type filter hook forward priority 0; ether type ip counter; vlan id 7 ip daddr 192.0.2.1 accept; ibrname "br0" drop; }; }'
# Changes, one transaction each.
nft add element inet t s '{ 192.0.2.1 timeout 30s, 192.0.2.2 comment "two" }'
nft add element inet t ports '{ 8000-8010 }'
nft add element inet t conc '{ 192.0.2.1 . tcp . 80 }'
nft get element inet t ports '{ 8005 }'
nft delete element inet t s '{ 192.0.2.2 }'
h=$(nft -a list chain inet t input | sed -n 's/.*tcp dport 8443.*# handle //p')
nft replace rule inet t input handle "$h" tcp dport 8444 counter accept
nft insert rule inet t input position "$h" udp dport 53 accept
nft delete rule inet t input handle "$h"
nft reset counters
nft reset quotas
nft rename chain inet t misc other
nft add map inet t names '{ type ifname : verdict; comment "by name"; }'
nft 'add table ip dorm { flags dormant; }'
may nft destroy table ip nosuch
# A transaction that fails at its third message.
may nft -f - <<'NFT'
add table ip fails
add chain ip fails c
add rule ip fails nochain tcp dport 1 accept
add rule ip fails c accept
NFT
may nft add rule inet t nochain accept
# Trace.
nft monitor trace >/dev/null 2>&1 & mon=$!
nft monitor >/dev/null 2>&1 & mon2=$!
sleep 0.5
nft insert rule inet t output ip daddr 127.0.0.0/8 udp dport 9 meta nftrace set 1
may python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))'
nft flush set inet t s
nft delete table ip dorm
nft flush chain inet t other
sleep 0.5
kill $mon $mon2
nft list tables
nft list flowtables
nft flush ruleset
