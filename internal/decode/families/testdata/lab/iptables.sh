# iptables-nft: rules whose matches and targets travel as xtables structs.
need iptables-nft ip6tables-nft ip ipset
load nf_tables nft_compat
ip link set lo up
i() { may iptables-nft "$@"; }
i6() { may ip6tables-nft "$@"; }
a() { i -A INPUT "$@"; }
a -p tcp --dport 22 -j ACCEPT
a -p tcp --sport 1000:2000 ! --dport 25 --tcp-flags SYN,ACK SYN -j DROP
a -p tcp --tcp-option 5 -j DROP
a -p udp --dport 53 -j ACCEPT
a -s 192.0.2.0/24 -d 198.51.100.1 -i eth+ -j ACCEPT
a ! -i lo -p icmp --icmp-type echo-request -j ACCEPT
a -p tcp -m multiport --dports 22,80,1000:1010 -j ACCEPT
a -p tcp -m multiport ! --ports 5,6 -j ACCEPT
a -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
a -m conntrack ! --ctstate INVALID --ctorigsrc 192.0.2.1 --ctproto tcp --ctorigdstport 80:90 --ctstatus ASSURED --ctdir ORIGINAL --ctexpire 1:100 -j ACCEPT
a -m state --state NEW -j ACCEPT
a -m addrtype --src-type LOCAL --dst-type BROADCAST --limit-iface-in -j DROP
a -m limit --limit 5/min --limit-burst 7 -j ACCEPT
a -m hashlimit --hashlimit-above 10/sec --hashlimit-burst 20 --hashlimit-mode srcip,dstport --hashlimit-name hl --hashlimit-srcmask 24 -j DROP
a -m comment --comment "a comment" -j ACCEPT
a -m mark --mark 0x1/0xff -j ACCEPT
a -m connmark ! --mark 0x7 -j ACCEPT
a -m mac --mac-source 02:00:00:00:00:01 -j ACCEPT
a -m iprange --src-range 192.0.2.1-192.0.2.9 ! --dst-range 198.51.100.1-198.51.100.2 -j DROP
a -m length --length 100:200 -j ACCEPT
a -m pkttype --pkt-type broadcast -j DROP
a -m recent --name ssh --update --seconds 60 --hitcount 4 --rttl --rsource -j DROP
a -m recent --name ssh --set -j ACCEPT
a -m statistic --mode random --probability 0.25 -j DROP
a -m statistic --mode nth --every 3 --packet 1 -j DROP
a -m string --algo bm --string "evil" --from 10 --to 100 -j DROP
a -m time --timestart 08:00 --timestop 17:00 --weekdays Mon,Tue --datestart 2026-01-01 -j ACCEPT
a -m tos --tos 0x10/0x3f -j ACCEPT
a -m dscp --dscp 0x20 -j ACCEPT
a -m ttl --ttl-lt 5 -j DROP
a -p tcp -m connlimit --connlimit-above 10 --connlimit-mask 24 -j REJECT --reject-with tcp-reset
a -m connbytes --connbytes 1000:2000 --connbytes-dir both --connbytes-mode bytes -j DROP
a -m connlabel --label 3
a -m cpu --cpu 0 -j ACCEPT
a -m devgroup --src-group 0x5/0xff -j ACCEPT
a -p tcp -m tcp -m helper --helper ftp -j ACCEPT
a -m quota --quota 100000 -j ACCEPT
a -m realm --realm 5 -j ACCEPT
a -p tcp -m tcpmss --mss 500:1000 -j DROP
a -p tcp -m ecn --ecn-tcp-cwr -j DROP
a -m socket --transparent -j ACCEPT
a -m physdev --physdev-in eth7 -j ACCEPT
a -m policy --dir in --pol ipsec --reqid 5 --proto esp --mode tunnel --tunnel-src 192.0.2.1 --tunnel-dst 192.0.2.2 -j ACCEPT
a -m u32 --u32 "0&0xFFFF=0x100:0x200" -j DROP
a -m cluster --cluster-total-nodes 3 --cluster-local-node 1 --cluster-hash-seed 0xdead -j ACCEPT
a -m cgroup --cgroup 5 -j ACCEPT
a -m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0" -j ACCEPT
a -m rpfilter --loose -j ACCEPT
a -p sctp --dport 80 --chunk-types any INIT -j ACCEPT
a -p dccp --dport 80 -j ACCEPT
a -p esp -m esp --espspi 5:6 -j ACCEPT
a -p ah -m ah --ahspi 5 -j ACCEPT
i -A OUTPUT -m owner --uid-owner 1000-1010 -j ACCEPT
ipset create ips hash:ip
a -m set --match-set ips src -j DROP
a -j LOG --log-prefix "in: " --log-level info --log-uid
a -j NFLOG --nflog-group 3 --nflog-prefix "p" --nflog-threshold 2 --nflog-size 64
a -j NFQUEUE --queue-balance 1:3 --queue-bypass
a -j REJECT --reject-with icmp-host-prohibited
a -j SET --add-set ips src --timeout 60 --exist
a -j AUDIT --type drop
i -t mangle -A PREROUTING -j MARK --set-xmark 0x1/0xff
i -t mangle -A PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff
i -t mangle -A PREROUTING -j CLASSIFY --set-class 1:2
i -t mangle -A PREROUTING -j DSCP --set-dscp 0x10
i -t mangle -A PREROUTING -j TOS --set-tos 0x10/0xff
i -t mangle -A PREROUTING -j TTL --ttl-inc 1
i -t mangle -A PREROUTING -p tcp -j TPROXY --on-port 8080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1
i -t mangle -A PREROUTING -j TEE --gateway 192.0.2.9
i -t mangle -A PREROUTING -p tcp -j ECN --ecn-tcp-remove
i -t mangle -A POSTROUTING -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
i -t mangle -A POSTROUTING -p tcp -j TCPOPTSTRIP --strip-options sack,timestamp
i -t mangle -A POSTROUTING -p udp -j CHECKSUM --checksum-fill
i -t mangle -A POSTROUTING -j IDLETIMER --timeout 60 --label idle
i -t raw -A PREROUTING -j CT --notrack
i -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp --ctevents new,destroy --zone 7
i -t raw -A PREROUTING -j NOTRACK
i -t raw -A PREROUTING -j TRACE
i -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1-10.0.0.9:8080-8090
i -t nat -A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 8080
i -t nat -A PREROUTING -d 192.0.2.0/24 -j NETMAP --to 198.51.100.0/24
i -t nat -A POSTROUTING -s 10.0.0.0/8 -j SNAT --to-source 192.0.2.1:1024-2048 --random
i -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1024-65535 --random-fully
i -A INPUT -p tcp -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460
i6 -A INPUT -p ipv6-icmp --icmpv6-type echo-request -j ACCEPT
i6 -A INPUT -s 2001:db8::/32 -m hl --hl-eq 255 -j ACCEPT
i6 -A INPUT -m frag --fragid 5 --fragfirst -j DROP
i6 -A INPUT -m rt --rt-type 0 --rt-segsleft 1 -j DROP
i6 -A INPUT -m ipv6header --header frag --soft -j DROP
i6 -A INPUT -m hbh --hbh-len 8 -j DROP
i6 -A INPUT -m dst --dst-len 8 -j DROP
i6 -A INPUT -p mobility-header -m mh --mh-type 5 -j DROP
i6 -A INPUT -j REJECT --reject-with icmp6-adm-prohibited
i6 -t mangle -A PREROUTING -j HL --hl-set 64
i6 -t mangle -A PREROUTING -j SNPT --src-pfx 2001:db8:1::/48 --dst-pfx 2001:db8:2::/48
i -N user
i -A INPUT -g user
i -I INPUT 1 -j user
i -D INPUT 1
i -P FORWARD DROP
truth save iptables-nft-save
truth save6 ip6tables-nft-save
truth list nft -a list ruleset
may arptables-nft -A INPUT -s 192.0.2.1 -j DROP
may ebtables-nft -A INPUT -p IPv4 --ip-src 192.0.2.1 -j DROP
may ebtables-nft -A INPUT --log --log-prefix x --limit 5/sec -j DROP
may ebtables-nft -t nat -A PREROUTING -s 02:00:00:00:00:01 -j dnat --to-destination 02:00:00:00:00:02
iptables-nft -F
ip6tables-nft -F
may nft add rule ip filter INPUT comment x nosuch
