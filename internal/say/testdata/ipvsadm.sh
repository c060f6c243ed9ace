# Commands of ipvsadm in the words that nltop says for what they ask (TestTold).
ipvsadm -A -t 192.0.2.1:80 -s wlc -p 300 -M 255.255.255.0
ipvsadm -A -t 192.0.2.1:0 -s rr -p 10
ipvsadm -A -u 192.0.2.1:53 -s mh -o -b mh-fallback,mh-port,flag-3
ipvsadm -A --sctp-service '[2001:db8::1]:443' -s sh -p 20 -b sh-fallback -M 64
ipvsadm -A -f 5 -6 -s rr --pe sip
ipvsadm -A -f 6 -s 'a $(id)'
ipvsadm -a -f 6 -r 127.0.0.1:0 -m
ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.1:8080 -m -w 0 -x 100 -y 10
ipvsadm -a -t 192.0.2.1:80 -r '[2001:db8::2]:80' -i -w 65535 --tun-type gre --tun-csum
ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.3:80 -i --tun-type gue --tun-port 6080 --tun-remcsum
ipvsadm -e -t 192.0.2.1:80 -r 198.51.100.3:80 -g
ipvsadm -E -t 192.0.2.1:80 -s rr
ipvsadm -d -t 192.0.2.1:80 -r 198.51.100.3:80
ipvsadm -d -f 6 -r 127.0.0.1:0
ipvsadm -Z -t 192.0.2.1:80
ipvsadm -Z
ipvsadm --set 0 60 30
ipvsadm --start-daemon backup --mcast-interface lo --syncid 7 --sync-maxlen 500 --mcast-group 224.0.0.99 --mcast-port 8849 --mcast-ttl 2
ipvsadm --stop-daemon backup --syncid 7
ipvsadm -D -f 5 -6
ipvsadm -D -t 192.0.2.1:80
ipvsadm -C
