# SPDX-License-Identifier: Apache-2.0
# Accounting objects, with quotas, traffic that counts, and the notice of a
# quota that was reached.
need nfacct iptables-legacy python3 ip
load nfnetlink_acct xt_nfacct
ip link set lo up
nfacct add plain
nfacct add quotapkts packet 3
nfacct add quotabytes byte 1000
may nfacct add plain
nfacct monitor >/dev/null &
monitor=$!
sleep 0.5
iptables-legacy -A OUTPUT -p udp -m nfacct --nfacct-name plain
iptables-legacy -A OUTPUT -p udp -m nfacct --nfacct-name quotapkts
iptables-legacy -A OUTPUT -p udp -m nfacct --nfacct-name quotabytes
python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(6):
	s.sendto(bytes(300), ("127.0.0.1", 9))
'
sleep 0.3
kill $monitor
truth list nfacct list
truth get nfacct get plain
may nfacct get nosuch
nfacct list reset
iptables-legacy -F
may nfacct list xml
nfacct delete plain
may nfacct delete plain
nfacct flush
