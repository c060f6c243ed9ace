# Commands of nfct and nfacct in the words that nltop says for what they ask
# (TestTold).
nfct add timeout 'a $(id)' inet tcp syn_sent 11 syn_recv 1 established 100 fin_wait 2 close_wait 3 last_ack 4 time_wait 13 close 12 syn_sent2 5 retrans 6 unacknowledged 7
nfct add timeout u inet6 udp unreplied 5 replied 17
nfct add timeout g inet generic timeout 70
nfct add timeout i inet icmp timeout 8
nfct add timeout i6 inet6 icmpv6 timeout 9
nfct add timeout s inet sctp closed 1 cookie_wait 2 cookie_echoed 3 established 99 shutdown_sent 4 shutdown_recd 5 shutdown_ack_sent 6
nfct add timeout d inet dccp request 1 respond 2 partopen 3 open 98 closereq 4 closing 5 timewait 6
nfct add timeout l inet udplite unreplied 1 replied 97
nfct add timeout r inet gre unreplied 1 replied 96
nfct default-set timeout inet udp unreplied 31
nfct delete timeout u
nfct flush timeout
nfct disable helper ftp inet tcp
nfct delete helper ftp inet tcp
nfct delete helper ftp inet
nfct flush helper
nfacct add 'b $(id)'
nfacct add p packet 3
nfacct add q byte 1000000000000
nfacct delete p
nfacct flush
