# A session of iptables-nft in an empty network namespace: rules with extensions, which
# nft cannot read, and chains; one transaction of many lines.
ip link set lo up
iptables -N web
iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -m conntrack --ctstate NEW -p tcp -m multiport --dports 80,443,8000:8010 -j web
iptables -A INPUT ! -i lo -p icmp --icmp-type echo-request -m limit --limit 5/min -m comment --comment 'it'\''s "quoted" $(x)' -j ACCEPT
iptables -A INPUT -s 192.0.2.0/24 -p tcp --syn --dport 22 -m hashlimit --hashlimit-upto 10/min --hashlimit-mode srcip --hashlimit-name ssh -j ACCEPT
iptables -A INPUT -m mark --mark 0x1/0xff -m addrtype --dst-type LOCAL -m length --length 100:200 -j LOG --log-prefix 'in: ' --log-uid
iptables -A INPUT -m mac --mac-source 02:00:00:00:00:01 -m physdev --physdev-in eth+ -j NFLOG --nflog-group 3
iptables -I INPUT -m iprange --src-range 192.0.2.1-192.0.2.9 -j DROP
iptables -A web -m recent --name web --set -m statistic --mode random --probability 0.1 -j RETURN
iptables -A web -m string --algo bm --hex-string '|0d0a|evil' -j REJECT --reject-with tcp-reset -p tcp
iptables -A OUTPUT -m owner --uid-owner 1000-1010 -j ACCEPT
iptables -P FORWARD DROP
iptables -t mangle -A PREROUTING -m time --timestart 08:00 --timestop 17:30 --weekdays Mon,Tue -j MARK --set-mark 7
iptables -t mangle -A PREROUTING -p tcp -j TPROXY --on-port 8080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1
iptables -t mangle -A PREROUTING -j CONNMARK --restore-mark
iptables -t mangle -A POSTROUTING -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --zone 7
iptables -t raw -A PREROUTING -d 198.51.100.7 -j NOTRACK
iptables -t nat -A POSTROUTING -s 10.0.0.0/8 ! -d 10.0.0.0/8 -j MASQUERADE --random
iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1-10.0.0.9:8080
iptables -t nat -A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 8081
iptables -t nat -A POSTROUTING -o eth9 -j SNAT --to-source 192.0.2.1
iptables -t nat -A POSTROUTING -o eth8 -j SNAT --to-source 192.0.2.2
iptables -t nat -D POSTROUTING -o eth9 -j SNAT --to-source 192.0.2.1
ip6tables -A INPUT -p ipv6-icmp --icmpv6-type echo-request -m hl --hl-eq 255 -j ACCEPT
ip6tables -A INPUT -s 2001:db8::/32 -j REJECT --reject-with icmp6-adm-prohibited
ip6tables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination '[2001:db8::53]:5353'
iptables-restore --noflush <<'END'
*nat
:SVC - [0:0]
-A SVC -m comment --comment "for \"a\" service" -m statistic --mode nth --every 2 --packet 0 -j DNAT --to-destination 10.0.0.2:80
-A SVC -j DNAT --to-destination 10.0.0.3:80
-I PREROUTING -m addrtype --dst-type LOCAL -j SVC
COMMIT
END
iptables -N gone
iptables -X gone
