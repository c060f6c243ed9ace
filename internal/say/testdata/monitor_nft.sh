# A session of nft and conntrack for their monitors.
ip link set lo up
ip link add d0 type dummy; ip link set d0 up
nft add table inet fw
nft add table ip dormant '{ flags dormant; comment "a comment"; }'
nft add chain inet fw input '{ type filter hook input priority 0; policy accept; }'
nft add chain inet fw out '{ type filter hook output priority filter - 5; policy drop; comment "out"; }'
nft add chain inet fw extra
nft add set inet fw blocked '{ type ipv4_addr; flags interval; }'
nft add element inet fw blocked '{ 10.1.0.0/16, 192.0.2.7, 192.0.2.10-192.0.2.20 }'
nft add set inet fw seen '{ type ipv4_addr . inet_service; flags dynamic,timeout; timeout 1m; size 100; }'
nft add element inet fw seen '{ 10.0.0.1 . 80 timeout 30s comment "x" }'
nft add map inet fw ports '{ type inet_service : ipv4_addr; }'
nft add element inet fw ports '{ 8080 : 10.9.0.1, 8081 : 10.9.0.2 }'
nft add map inet fw verdicts '{ type ipv4_addr : verdict; }'
nft add element inet fw verdicts '{ 10.0.0.1 : drop, 10.0.0.2 : jump extra }'
nft add rule inet fw input ip saddr @blocked counter drop
nft add rule inet fw input tcp dport '{ 22, 80, 443 }' accept comment '"web and ssh"'
nft add rule inet fw input iifname lo accept
nft insert rule inet fw input ct state established,related accept
nft add rule inet fw input meta l4proto icmp limit rate 10/second accept
nft add rule inet fw input ip saddr vmap @verdicts
nft add rule inet fw input ip6 saddr 2001:db8::/32 udp sport 1000-2000 reject
nft add rule inet fw extra log prefix '"dropped: "' level info drop
nft add rule inet fw extra update @seen '{ ip saddr . tcp dport timeout 10s }'
nft add rule inet fw extra ct mark set 0x10 meta mark set ct mark
nft add counter inet fw hits
nft add quota inet fw q '{ over 10 mbytes }'
nft add limit inet fw l '{ rate 10/second burst 5 packets; }'
nft add rule inet fw input tcp dport 99 counter name hits quota name q limit name l
nft add ct helper inet fw ftp '{ type "ftp" protocol tcp; l3proto ip; }'
nft add ct timeout inet fw tmo '{ protocol tcp; l3proto ip; policy = { established : 100, close : 4 }; }'
nft add flowtable inet fw ft '{ hook ingress priority 0; devices = { lo, d0 }; }'
nft -f - <<'END'
add table ip nat
add chain ip nat pre { type nat hook prerouting priority -100; policy accept; }
add chain ip nat post { type nat hook postrouting priority 100; policy accept; }
add rule ip nat pre tcp dport 80 dnat to 10.0.0.1:8080
add rule ip nat post ip saddr 10.9.0.0/24 oifname "eth0" masquerade
add rule ip nat post ip saddr 10.8.0.0/24 snat to 192.0.2.1
END
nft delete element inet fw blocked '{ 192.0.2.7 }'
nft flush map inet fw ports
nft delete map inet fw ports
nft delete flowtable inet fw ft
nft flush chain ip nat post
nft delete chain ip nat post
nft add rule inet fw out accept
nft delete table ip nat
nft delete ct helper inet fw ftp
conntrack -I -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80 --state SYN_SENT -t 60 -u SEEN_REPLY,ASSURED
conntrack -I -s 10.0.0.3 -d 10.0.0.4 -p udp --sport 53 --dport 53 -t 30 -m 5
conntrack -I -s 10.0.0.5 -d 10.0.0.6 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 7 -t 30
conntrack -I -s 2001:db8::1 -d 2001:db8::2 -p tcp --sport 1 --dport 2 --state ESTABLISHED -t 100 -w 3
conntrack -I -s 10.0.0.7 -d 10.0.0.8 -p sctp --sport 1 --dport 2 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2 -t 30
conntrack -I -s 10.0.0.7 -d 10.0.0.8 -p gre --srckey 1 --dstkey 2 -t 30
conntrack -I -s 10.0.0.9 -d 10.0.0.10 -p 99 -t 30
conntrack -I -s 10.0.1.1 -d 10.0.1.2 -p tcp --sport 1000 --dport 80 --state ESTABLISHED -t 60 -n 192.0.2.1
conntrack -U -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80 -m 9
conntrack -U -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80 --state ESTABLISHED -t 500
# A session of FTP, whose helper expects a connection.
nft delete table inet fw
nft -f - <<'END'
table inet h {
	ct helper ftp { type "ftp" protocol tcp; l3proto ip; }
	chain out { type filter hook output priority 0; tcp dport 21 ct helper set "ftp"; }
	chain in { type filter hook input priority 0; ct state new accept; }
}
END
python3 - <<'END'
import socket, time
server = socket.create_server(("127.0.0.1", 21))
client = socket.create_connection(("127.0.0.1", 21))
there, _ = server.accept()
for line in b"USER x\r\n", b"PORT 127,0,0,1,78,32\r\n":
    client.sendall(line)
    there.recv(100)
time.sleep(1)
for s in client, there, server:
    s.close()
END
conntrack -F expect
conntrack -D -s 10.0.0.3
conntrack -F
nft flush ruleset
