# A session of tc in an empty network namespace: a device for each qdisc, classes,
# filters, chains, a block, actions. Addresses of links are given, so that two runs
# end in the same state.
n=0
link() { # NAME
	n=$((n + 1))
	ip link add "$1" address "02:00:00:00:01:$(printf %02x $n)" numtxqueues 4 type dummy
	ip link set "$1" up
}
q() { # KIND OPTIONS: a qdisc at the root of a device that has its name
	link "$1"
	dev=$1
	shift
	tc qdisc add dev "$dev" root handle 1: "$@"
}
ip link set lo up
ip link add br0 address 02:00:00:00:02:01 type bridge # without one, bridge on 6.1 prints half a list
q bfifo bfifo limit 20000
q pfifo pfifo limit 200
q prio prio bands 4 priomap 1 2 2 2 1 2 0 0 1 3 1 1 1 1 1 1
q prio2 prio
q plug plug limit 20000
tc qdisc change dev plug root plug block
q tbf tbf rate 1mbit burst 10kb latency 50ms peakrate 2mbit minburst 1600
q tbf2 tbf rate 40gbit burst 10mb limit 3mb mpu 64 overhead 22
q sfb sfb rehash 30000 db 1000 limit 500 max 40 target 30 increment 0.005 decrement 0.001
q sfq sfq quantum 1600 perturb 10 limit 100 depth 100 headdrop redflowlimit 30000 min 4000 max 12000 probability 0.1 ecn
q red red limit 60000 min 15000 max 45000 avpkt 1000 burst 20 ecn adaptive bandwidth 10mbit
q red2 red limit 400000 min 30000 max 90000 avpkt 1500 burst 55 bandwidth 100mbit probability 0.1
q choke choke limit 100 min 20 max 60 bandwidth 10mbit ecn
q gred gred setup DPs 3 default 2 grio
tc qdisc change dev gred root gred DP 2 limit 60KB min 15K max 25K burst 20 avpkt 1000 bandwidth 10Mbit probability 0.02 prio 2
q netem netem delay 1ms 500us 25% loss 1% 25% duplicate 1% reorder 5% 50% gap 5 corrupt 0.1% rate 5mbit 20 100 5 limit 500
q netem2 netem delay 100us loss state 1% 90% 50% 2% 3% slot 800us 1ms packets 10 bytes 3000
q netem3 netem loss gemodel 1% 10% 70% 0.1% ecn
q netem4 netem delay 10ms 20ms distribution normal
q mqprio mqprio num_tc 2 map 0 1 0 1 0 1 0 1 0 0 0 0 0 0 0 0 queues 1@0 1@1 hw 0
q mq mq
q fq fq limit 2000 flow_limit 50 quantum 3028 initial_quantum 15140 maxrate 10mbit ce_threshold 4ms refill_delay 40ms
q fqcodel fq_codel limit 500 flows 64 target 5ms interval 100ms quantum 1514 memory_limit 1mb ce_threshold 4ms drop_batch 32
q codel codel limit 500 target 5ms interval 100ms ecn ce_threshold 3ms
q fqpie fq_pie limit 500 flows 64 target 15ms tupdate 15ms alpha 2 beta 20 quantum 1514 ecn bytemode
q pie pie limit 500 target 15ms tupdate 15ms alpha 2 beta 20 ecn bytemode
q cake cake bandwidth 10mbit diffserv4 triple-isolate nat wash ack-filter overhead 18 mpu 64 ptm rtt 50ms memlimit 1mb fwmark 0xff
q cake2 cake unlimited besteffort dual-srchost nonat nowash no-split-gso raw internet
q etf etf clockid CLOCK_TAI delta 300000 skip_sock_check
q ets ets bands 6 strict 2 quanta 4000 3000 2000 1500 priomap 0 1 1 1 2 3 4 5
q hhf hhf limit 500 quantum 1514 hh_limit 100 reset_timeout 50ms admit_bytes 10000 evict_timeout 2s non_hh_weight 3
q skbprio skbprio limit 64
q stab stab overhead 20 linklayer atm mpu 64 pfifo limit 100
q rate estimator 250ms 2s pfifo limit 100
q htb htb default 10 r2q 5
tc class add dev htb parent 1: classid 1:1 htb rate 10mbit ceil 20mbit burst 15k cburst 20k
tc class add dev htb parent 1:1 classid 1:10 htb rate 5mbit ceil 20mbit prio 2 quantum 2000 mpu 64 overhead 14
tc class add dev htb parent 1:1 classid 1:20 htb rate 50gbit ceil 60gbit
tc class add dev htb parent 1:1 classid 1:30 htb rate 777kbit burst 1555
tc class change dev htb parent 1:1 classid 1:30 htb rate 999kbit burst 3k
tc qdisc add dev htb parent 1:10 handle 10: sfq
tc class add dev htb parent 1:1 classid 1:40 htb rate 5mbit
tc class del dev htb classid 1:40
q hfsc hfsc default 10
tc class add dev hfsc parent 1: classid 1:10 hfsc rt m1 2mbit d 10ms m2 1mbit ls m2 5mbit ul m2 10mbit
q drr drr
tc class add dev drr parent 1: classid 1:10 drr quantum 3000
q qfq qfq
tc class add dev qfq parent 1: classid 1:10 qfq weight 10 maxpkt 1500

link flt
link mir
tc qdisc add dev flt clsact
tc qdisc add dev mir ingress_block 7 clsact
f() { # PRIO PROTOCOL KIND OPTIONS
	prio=$1
	protocol=$2
	shift 2
	tc filter add dev flt egress protocol "$protocol" prio "$prio" "$@"
}
f 1 ip flower skip_hw dst_ip 10.8.0.0/24 src_ip 10.8.0.1 ip_proto udp dst_port 5000 src_port 1-65535 ip_tos 0x0/0xfc ip_ttl 64 ip_flags nofrag action ok random netrand pipe 3
f 1 ip flower ip_proto tcp tcp_flags 0x2/0x17 src_port 80 ct_state +trk+new-inv ct_zone 3 ct_mark 0x10/0xff ct_label 0102030405060708090a0b0c0d0e0f10 action pass
f 1 ip flower enc_src_ip 192.0.2.1 enc_dst_ip 192.0.2.2/31 enc_key_id 77 enc_dst_port 6081 enc_tos 4 enc_ttl 63 geneve_opts 0102:80:11223344 action pass
f 1 ip flower enc_key_id 78 enc_dst_ip 192.0.2.3 vxlan_opts 500 action pass
f 2 ipv6 flower dst_ip 2001:db8::/32 src_ip fe80::1 ip_proto icmpv6 type 128 action pass
f 3 arp flower arp_sip 10.8.0.0/24 arp_tip 10.8.0.2 arp_op request arp_sha 02:00:00:00:00:01 arp_tha 02:00:00:00:00:02/ff:ff:ff:00:00:00 action pass
f 4 802.1q flower vlan_id 100 vlan_prio 3 vlan_ethtype 802.1q cvlan_id 200 dst_mac 02:00:00:00:00:00/ff:ff:00:00:00:00 action pass
f 5 mpls_uc flower mpls lse depth 1 label 100 tc 2 bos 0 ttl 60 lse depth 2 label 101 action pass
f 10 ip u32 match ip dst 10.8.0.0/24 match udp dst 5001 0xffff at nexthdr+2 match mark 0x0 0xff action gact pipe
tc filter add dev flt egress protocol ip prio 10 handle 2: u32 divisor 16
f 10 ip u32 ht 800: match ip protocol 17 0xff offset at 0 mask 0x0f00 shift 6 plus 0 eat link 2: hashkey mask 0x000000ff at 12
f 10 ip u32 ht 2:3: match u32 0x12340000 0xffff0000 at 4 action pass
f 20 all bpf bytecode '4,40 0 0 12,21 0 1 2048,6 0 0 262144,6 0 0 0,' action pass
f 30 ip handle 3 flow hash keys src,dst,proto,mark divisor 16 baseclass 1:10
f 31 ip handle 4 flow map key dst rshift 2 addend 0x10 and 0xff xor 3 baseclass 1:20
f 40 ip handle 0x10/0xff fw classid 1:5 action pass
f 50 ip basic match 'cmp(u16 at 0 layer 2 mask 0xff00 gt 1000) and not meta(pkt_len lt 500)' classid 1:6 action pass
f 51 ip basic match '(nbyte("abc" at 20 layer 1) or u32(u32 0x01020304 0xff00ff00 at 4)) and meta(priority eq 3)' action pass
f 60 ip handle 1 cgroup match 'meta(nf_mark gt 5)' action pass
f 70 ip matchall skip_hw classid 1:9 action police rate 100mbit burst 20k conform-exceed pipe/continue
f 71 ip matchall action mirred egress mirror dev mir action drop
f 80 ip route from 3 to 4 classid 1:7
tc chain add dev flt egress chain 5 proto ip flower dst_ip 0.0.0.0/16
tc filter add dev flt egress protocol ip chain 5 prio 1 flower dst_ip 10.8.0.0/16 action goto chain 6
tc filter add block 7 protocol ip prio 1 flower dst_ip 192.0.2.0/24 action drop
tc filter add dev flt ingress protocol ip prio 3 flower action drop
tc filter del dev flt ingress protocol ip prio 3
tc qdisc add dev pfifo ingress
tc qdisc del dev bfifo root

# Filters have taken the low numbers.
a() { tc actions add action "$@"; }
a gact drop index 1011 cookie 00112233445566778899aabbccddeeff
a gact drop index 1012
a bpf bytecode '1,6 0 0 4294967295,' index 1001
a connmark zone 3 continue index 1001
a csum ip4h and tcp and udp pipe index 1001
a ct clear index 1002
a ctinfo dscp 0xfc000000 0x01000000 cpmark 0xff zone 2 index 1001
a gate clockid CLOCK_TAI priority 2 base-time 200000000000 sched-entry open 200000000 -1 8000000 sched-entry close 100000000 -1 -1 index 1001
a mirred ingress redirect dev mir index 1002
a mpls push protocol mpls_uc label 123 tc 3 ttl 64 bos 1 index 1001
a nat egress 10.8.0.0/24 192.0.2.1 index 1001
a pedit ex munge ip ttl set 3 munge eth dst set 02:01:02:03:04:05 munge tcp dport add 5 pipe index 1001
a pedit munge offset 0 u8 set 0x45 index 1002
a police rate 10mbit burst 100k conform-exceed drop/ok index 1001
a police rate 333kbit burst 12345 index 1002
a police pkts_rate 1000 pkts_burst 100 conform-exceed continue index 1003
a sample rate 100 group 5 trunc 120 index 1001
a skbedit priority 1:5 queue_mapping 3 mark 7/0xff ptype otherhost inheritdsfield index 1001
a skbmod set dmac 02:11:22:33:44:55 set smac 02:11:22:33:44:66 set etype 0x1abc index 1001
a tunnel_key set src_ip 192.0.2.1 dst_ip 192.0.2.2 id 11 dst_port 6081 geneve_opts 0102:80:11223344 tos 4 ttl 30 nocsum index 1001
a vlan push id 123 protocol 802.1ad priority 5 index 1001
tc actions replace action gact continue index 1012
tc actions del action gact index 1011
