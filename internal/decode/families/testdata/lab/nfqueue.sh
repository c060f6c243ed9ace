# SPDX-License-Identifier: Apache-2.0
# Packets to user space by NFQUEUE and NFLOG, a listener that answers with
# verdicts, and tcpdump's own configuration of nflog. No tool of Debian's
# listens to a queue, so a script does.
need iptables-legacy ip6tables-legacy ip python3 tcpdump conntrack
load nfnetlink_queue nfnetlink_log xt_NFQUEUE xt_NFLOG xt_mark xt_CT nf_conntrack_netlink
ip link add veth0 type veth peer name veth1
ip addr add 192.0.2.1/24 dev veth0
ip -6 addr add 2001:db8::1/64 dev veth0 nodad
ip link set veth0 address 02:00:00:00:00:01 up
ip link set veth1 address 02:00:00:00:00:02 up
ip link set lo up
iptables-legacy -A OUTPUT -p udp --dport 7 -j NFQUEUE --queue-num 5
iptables-legacy -A INPUT -p udp --dport 7 -j NFQUEUE --queue-num 5
ip6tables-legacy -A OUTPUT -p udp --dport 7 -j NFQUEUE --queue-num 5
iptables-legacy -t mangle -A OUTPUT -p udp --dport 8 -j MARK --set-mark 0x77
iptables-legacy -A OUTPUT -p udp --dport 8 -j NFLOG --nflog-group 6 --nflog-prefix 'out "it"'
iptables-legacy -A INPUT -p udp --dport 8 -j NFLOG --nflog-group 6 --nflog-prefix in
iptables-legacy -A OUTPUT -m conntrack --ctstate NEW
iptables-legacy -A OUTPUT -p tcp --dport 2121 -j NFQUEUE --queue-num 5 --queue-bypass
truth packets python3 nfqueue.py
tcpdump -n -c 1 -i nflog:6 2>/dev/null >/dev/null &
dump=$!
sleep 1
python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(3):
	s.sendto(b"dump me", ("127.0.0.1", 8))
'
sleep 0.5
kill $dump 2>/dev/null || true
