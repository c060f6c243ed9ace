# A session of nft in an empty network namespace: transactions of one and of many
# statements.
ip link set lo up
nft add table inet fw
nft add chain inet fw input '{ type filter hook input priority 0; policy accept; }'
nft add set inet fw blocked '{ type ipv4_addr; flags interval; }'
nft add element inet fw blocked '{ 10.1.0.0/16, 192.0.2.7 }'
nft add rule inet fw input ip saddr @blocked counter drop
nft add rule inet fw input tcp dport '{ 22, 80, 443 }' accept comment '"web and ssh"'
nft add rule inet fw input iifname lo accept
nft insert rule inet fw input ct state established,related accept
nft -f - <<'END'
add table ip nat
add chain ip nat pre { type nat hook prerouting priority -100; policy accept; }
add chain ip nat post { type nat hook postrouting priority 100; policy accept; }
add map ip nat ports { type inet_service : ipv4_addr; }
add element ip nat ports { 8080 : 10.9.0.1, 8081 : 10.9.0.2 }
add rule ip nat pre dnat to tcp dport map @ports
add rule ip nat post ip saddr 10.9.0.0/24 masquerade
END
nft add counter inet fw hits
nft add rule inet fw input meta l4proto icmp counter name hits limit rate 10/second accept
nft delete element inet fw blocked '{ 192.0.2.7 }'
nft add chain inet fw extra
nft add rule inet fw input jump extra
nft add rule inet fw extra log prefix '"dropped: "' level info drop
nft flush chain ip nat post
nft delete table ip nat
