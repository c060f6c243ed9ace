# Commands of ss in the words that nltop says for what they ask (TestTold).
ss -t -4
ss -t -6 -a
ss -t -4 -m -i --tos -l
ss -u -4 -a 'sport = :53'
ss -u -4 state established
ss -u -6 -l 'sport != :53'
ss -w -4 -a
ss -x
ss -x -e -m -a
ss -x -l
ss -x state listening
ss --family=netlink
ss -0
ss -t -4 exclude listening
ss -t -4 exclude time-wait exclude unconnected exclude listening
ss -t -6 state syn-sent state close-wait
ss -t -4 'sport = :22 or sport = :80'
ss -t -4 'sport = :22 or sport = :80 or dport = :443'
ss -t -4 '( sport = :22 or sport = :80 ) and dport > :1000'
ss -t -4 'sport < :22 and dport >= :80 and dst 10.0.0.0/8'
ss -t -4 'not ( sport = :22 and dst 10.0.0.1 )'
ss -t -4 'not ( sport = :22 or dst 10.0.0.1 ) and src 192.0.2.0/24:8080'
ss -t -4 'src 0.0.0.0/0 or ( dst 10.0.0.1:80 and not ( sport > :5 or autobound ) )'
ss -t -6 'src [::1] and dst [2001:db8::/32]:443'
ss -t -6 'dst [fe80::1]'
ss -t -4 'src *'
ss -t -4 'fwmark = 0x10/0xff or fwmark != 0x1/0xffffffff'
ss -t -4 'not not autobound'
ss -t -4 'sport = :1 or ( sport = :2 or sport = :3 )'
ss -t -4 'sport = :1 or ( sport = :2 and sport = :3 ) or ( dport != :4 and ( dport < :5 or dport > :6 ) )'
