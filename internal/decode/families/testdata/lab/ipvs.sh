# SPDX-License-Identifier: Apache-2.0
# Virtual services, their destinations, timeouts, the synchronising daemon.
need ipvsadm ip python3
load ip_vs ip_vs_rr ip_vs_wlc ip_vs_sh
ip link set lo up
ip addr add 192.0.2.1/32 dev lo
ipvsadm -A -t 192.0.2.1:80 -s wlc -p 300
ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.1:8080 -m -w 3 -x 100 -y 10
ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.2 -g -w 1
may ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.3 -i -w 2 --tun-type gue --tun-port 6080 --tun-nocsum
may ipvsadm -A -u 192.0.2.1:53 -s rr -o
may ipvsadm -A -t '[2001:db8::1]:443' -s sh -b sh-port
may ipvsadm -a -t '[2001:db8::1]:443' -r '[2001:db8::2]:443' -m
ipvsadm -A -f 77 -s rr
ipvsadm -a -f 77 -r 127.0.0.1 -m
may ipvsadm -A -t 192.0.2.1:80 -s wlc
may ipvsadm -A -t 192.0.2.1:81 -s nosuch
may ipvsadm -a -t 192.0.2.1:99 -r 198.51.100.1
ipvsadm -E -t 192.0.2.1:80 -s rr -p 200
ipvsadm -e -t 192.0.2.1:80 -r 198.51.100.2 -g -w 9
ipvsadm --set 120 60 30
may ipvsadm --start-daemon master --mcast-interface lo --syncid 5
truth save ipvsadm -S -n
ipvsadm -L -n --stats --exact
truth thresholds ipvsadm -L -n --thresholds
truth timeout ipvsadm -L --timeout
truth daemon ipvsadm -L --daemon
ipvsadm -L -n --rate
ipvsadm -L -n -t 192.0.2.1:80
may ipvsadm --stop-daemon master
ipvsadm -Z
ipvsadm -d -t 192.0.2.1:80 -r 198.51.100.2
ipvsadm -D -t 192.0.2.1:80
ipvsadm -C
