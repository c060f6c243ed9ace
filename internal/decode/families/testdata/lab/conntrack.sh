# SPDX-License-Identifier: Apache-2.0
# Connection tracking: conntrack's own entries and those of real traffic,
# expectations, events, statistics; timeouts and helpers by nfct.
need conntrack nfct python3 iptables-legacy ip
load nf_conntrack nf_conntrack_netlink nfnetlink_cttimeout nfnetlink_cthelper nf_conntrack_ftp xt_CT xt_connlabel xt_conntrack
ip link set lo up
echo 1 >/proc/sys/net/netfilter/nf_conntrack_acct
echo 1 >/proc/sys/net/netfilter/nf_conntrack_timestamp
iptables-legacy -t raw -A OUTPUT -p tcp --dport 2121 -j CT --helper ftp
iptables-legacy -A OUTPUT -m conntrack --ctstate NEW,ESTABLISHED -m connlabel --label 3 --set
conntrack -E -o xml,timestamp,id >/dev/null &
events=$!
conntrack -E expect >/dev/null &
expects=$!
sleep 1

# Entries that nothing but the request made.
may conntrack -I -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1000 --dport 80 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 300 -m 0x2a
may conntrack -I -s 192.0.2.3 -d 192.0.2.4 -p udp --sport 53 --dport 5353 -t 60 --zone 7
may conntrack -I -s 192.0.2.5 -d 192.0.2.6 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 30
may conntrack -I -s 2001:db8::1 -d 2001:db8::2 -p tcp --sport 1001 --dport 443 --state SYN_SENT -t 90
may conntrack -I -s 2001:db8::3 -d 2001:db8::4 -p icmpv6 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 9 -t 30
may conntrack -I -s 192.0.2.7 -d 192.0.2.8 -p sctp --sport 11 --dport 12 --state ESTABLISHED --orig-vtag 5 --reply-vtag 6 -t 50
may conntrack -I -s 192.0.2.7 -d 192.0.2.8 -p dccp --sport 11 --dport 12 --state OPEN --role client -t 50
may conntrack -I -s 192.0.2.9 -d 192.0.2.10 -p gre --srckey 0x10 --dstkey 0x20 -t 50
may conntrack -I -s 192.0.2.11 -d 192.0.2.12 -p udp --sport 5 --dport 6 -t 60 --dst-nat 198.51.100.1:99
may conntrack -I -s 192.0.2.13 -d 192.0.2.14 -p tcp --sport 5 --dport 6 -t 60 --state SYN_SENT --src-nat 198.51.100.2
may conntrack -I -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1000 --dport 80 --state ESTABLISHED -t 300
may conntrack -I -s 192.0.2.1 -d 192.0.2.2 -p 99 -t 20
may conntrack -U -s 192.0.2.1 -p tcp -m 0x2b/0xff
may conntrack -U -s 192.0.2.3 -t 70 -u FIXED_TIMEOUT
may conntrack -G -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1000 --dport 80

# Traffic: TCP with a helper that expects a connection.
python3 - <<'EOF'
import socket, time
l = socket.create_server(("127.0.0.1", 2121))
c = socket.create_connection(("127.0.0.1", 2121))
s = l.accept()[0]
s.sendall(b"220 ready\r\n"); c.recv(99)
c.sendall(b"USER lab\r\n"); s.recv(99)  # the helper looks at what follows a line's end
s.sendall(b"331 who\r\n"); c.recv(99)
c.sendall(b"PORT 127,0,0,1,40,1\r\n"); s.recv(99)
s.sendall(b"200 ok\r\n"); c.recv(99)
import subprocess
subprocess.run(["conntrack", "-L", "expect"])
subprocess.run(["conntrack", "-L", "-p", "tcp", "--dport", "2121", "-o", "extended"])
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"x", ("127.0.0.1", 9))
c.close(); s.close(); time.sleep(0.2)
EOF
may conntrack -I expect --src 192.0.2.1 --dst 192.0.2.2 -p tcp --sport 1000 --dport 80 -t 300 \
	--tuple-src 192.0.2.1 --tuple-dst 192.0.2.2 --mask-src 255.255.255.255 --mask-dst 255.255.255.255 \
	--tuple-port-src 10 --tuple-port-dst 300 --mask-port-src 65535 --mask-port-dst 65535
may conntrack -L expect
truth list.xml conntrack -L -o xml,id,timestamp,labels
may conntrack -L -f ipv6 -o extended
may conntrack -L --mark 0x2b
may conntrack -L -z -p udp
may conntrack -C
truth stats conntrack -S
may conntrack -S expect
may conntrack -C expect
may conntrack -L dying
may conntrack -L unconfirmed

# Timeouts and helpers.
may nfct add timeout web inet tcp syn_sent 11 established 100 close 12 time_wait 13
may nfct add timeout dns inet udp unreplied 5 replied 17
may nfct add timeout any inet generic timeout 70
may nfct add timeout ping6 inet6 icmpv6 timeout 9
may nfct add timeout stream inet sctp established 99
may nfct add timeout phone inet dccp open 98
may nfct add timeout lite inet udplite replied 97
may nfct add timeout tunnel inet gre replied 96
truth timeouts nfct list timeout
may nfct get timeout web
may nfct get timeout nosuch
may nfct default-get timeout inet tcp
may nfct default-get timeout inet udp
may nfct default-set timeout inet udp unreplied 31
may nfct delete timeout dns
may nfct add helper ftp inet tcp
may nfct add helper rpc inet udp
truth helpers nfct list helper
may nfct get helper ftp inet tcp
may nfct disable helper ftp inet tcp
may nfct delete helper ftp inet tcp

may conntrack -D -s 192.0.2.1
may conntrack -D -s 203.0.113.9
may conntrack -F expect
may conntrack -F
sleep 0.3
kill $events $expects
