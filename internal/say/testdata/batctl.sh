# Commands of batctl in the words that nltop says for what they ask (TestTold).
command ip link add d0 type dummy
command ip link set d0 up
command batctl meshif bat0 interface create
command batctl meshif bat0 interface add d0
command ip link set bat0 up
command ip link add link bat0 name bat0.7 type vlan id 7
batctl meshif bat0 aggregation 0
batctl meshif bat0 ap_isolation 1
batctl meshif bat0 bonding 1
batctl meshif bat0 bridge_loop_avoidance 0
batctl meshif bat0 distributed_arp_table 0
batctl meshif bat0 fragmentation 0
batctl meshif bat0 multicast_forceflood 1
batctl meshif bat0 hop_penalty 200
batctl meshif bat0 orig_interval 800
batctl meshif bat0 multicast_fanout 4
batctl meshif bat0 loglevel batman routes tt bla dat mcast tp
batctl meshif bat0 loglevel none
batctl meshif bat0 gw_mode server 50mbit/500kbit
batctl meshif bat0 gw_mode server 1mbit
batctl meshif bat0 gw_mode client
batctl meshif bat0 gw_mode off
batctl meshif bat0 isolation_mark 0x10/0xf0
batctl meshif bat0 vid 7 ap_isolation 1
batctl hardif d0 hop_penalty 3
batctl hardif d0 elp_interval 700
batctl hardif d0 throughput_override 2500kbit
batctl meshif bat0 tp -t 100 02:00:00:00:00:99
