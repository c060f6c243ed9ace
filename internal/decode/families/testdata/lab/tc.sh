# Traffic control: every kind of qdisc and class that tc 6.1 can make and the
# kernel has, with traffic through them. A device per kind, so that one dump
# shows them all; in batches, since each run of a tool begins with a dump of all
# links. tc says on standard error what this kernel refuses.
need tc ip python3
dir=$(mktemp -d)
n=0
for d in bfifo pfifo headdrop pfast prio plug tbf sfb sfq red choke gred htb hfsc cbq dsmark drr netem netemgi netemge mqprio mq qfq fq fqcodel codel fqpie pie cake cbs etf ets taprio hhf skbprio multiq stab rate; do
	n=$((n + 1))
	echo "link add $d numtxqueues 4 type dummy" >>"$dir/ip"
	echo "addr add 10.9.$n.1/24 dev $d" >>"$dir/ip"
	echo "link set $d up" >>"$dir/ip"
	echo "10.9.$n.2" >>"$dir/hosts"
done
ip -batch "$dir/ip"
cat >"$dir/tc" <<'END'
qdisc add dev bfifo root handle 1: bfifo limit 20000
qdisc add dev pfifo root handle 1: pfifo limit 200
qdisc add dev headdrop root handle 1: pfifo_head_drop limit 100
qdisc add dev pfast root handle 1: pfifo_fast
qdisc add dev prio root handle 1: prio bands 4 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1
qdisc add dev plug root handle 1: plug limit 20000
qdisc change dev plug root plug block
qdisc change dev plug root plug release_indefinite
qdisc add dev tbf root handle 1: tbf rate 1mbit burst 10kb latency 50ms peakrate 2mbit minburst 1600
qdisc add dev sfb root handle 1: sfb
qdisc add dev sfq root handle 1: sfq quantum 1600 perturb 10 limit 100 depth 100 headdrop redflowlimit 30000 min 4000 max 12000 probability 0.1 ecn
qdisc add dev red root handle 1: red limit 60000 min 15000 max 45000 avpkt 1000 burst 20 ecn adaptive bandwidth 10mbit
qdisc add dev choke root handle 1: choke limit 100 min 20 max 60 bandwidth 10mbit ecn
qdisc add dev gred root handle 1: gred setup DPs 3 default 2 grio
qdisc change dev gred root gred DP 2 limit 60KB min 15K max 25K burst 20 avpkt 1000 bandwidth 10Mbit probability 0.02 prio 2
qdisc add dev htb root handle 1: htb default 10 r2q 5
qdisc add dev hfsc root handle 1: hfsc default 10
qdisc add dev cbq root handle 1: cbq bandwidth 100mbit avpkt 1000
qdisc add dev dsmark root handle 1: dsmark indices 8 default_index 2 set_tc_index
qdisc add dev drr root handle 1: drr
qdisc add dev netem root handle 1: netem delay 1ms 500us 25% loss 1% 25% duplicate 1% reorder 5% 50% gap 5 corrupt 0.1% rate 5mbit 20 100 5 limit 500
qdisc add dev netemgi root handle 1: netem delay 100us loss state 1% 90% 50% 2% 3% slot 800us 1ms packets 10 bytes 3000
qdisc add dev netemge root handle 1: netem loss gemodel 1% 10% 70% 0.1% ecn
qdisc add dev mqprio root handle 1: mqprio num_tc 2 map 0 1 0 1 0 1 0 1 0 0 0 0 0 0 0 0 queues 1@0 1@1 hw 0
qdisc add dev mq root handle 1: mq
qdisc add dev qfq root handle 1: qfq
qdisc add dev fq root handle 1: fq limit 2000 flow_limit 50 quantum 3028 initial_quantum 15140 maxrate 10mbit ce_threshold 4ms refill_delay 40ms orphan_mask 1023 low_rate_threshold 550kbit horizon 5s
qdisc add dev fqcodel root handle 1: fq_codel limit 500 flows 64 target 5ms interval 100ms quantum 1514 memory_limit 1mb ce_threshold 4ms drop_batch 32
qdisc add dev codel root handle 1: codel limit 500 target 5ms interval 100ms ecn ce_threshold 3ms
qdisc add dev fqpie root handle 1: fq_pie limit 500 flows 64 target 15ms tupdate 15ms alpha 2 beta 20 quantum 1514 memory_limit 1mb ecn_prob 10 ecn bytemode
qdisc add dev pie root handle 1: pie limit 500 target 15ms tupdate 15ms alpha 2 beta 20 ecn bytemode
qdisc add dev cake root handle 1: cake bandwidth 10mbit diffserv4 triple-isolate nat wash ack-filter overhead 18 mpu 64 ptm rtt 50ms memlimit 1mb fwmark 0xff
qdisc add dev cbs root handle 1: cbs hicredit 153 locredit -1389 sendslope -980000 idleslope 20000
qdisc add dev etf root handle 1: etf clockid CLOCK_TAI delta 300000 skip_sock_check
qdisc add dev ets root handle 1: ets bands 6 strict 2 quanta 4000 3000 2000 1500 priomap 0 1 1 1 2 3 4 5
qdisc add dev taprio root handle 1: taprio num_tc 2 map 0 1 0 1 0 1 0 1 0 0 0 0 0 0 0 0 queues 1@0 1@1 base-time 1000000000 sched-entry S 01 300000 sched-entry S 03 300000 clockid CLOCK_TAI
qdisc add dev hhf root handle 1: hhf limit 500 quantum 1514 hh_limit 100 reset_timeout 50ms admit_bytes 10000 evict_timeout 2s non_hh_weight 3
qdisc add dev skbprio root handle 1: skbprio limit 64
qdisc add dev multiq root handle 1: multiq
qdisc add dev stab root handle 1: stab overhead 20 linklayer atm mpu 64 pfifo limit 100
qdisc add dev rate root handle 1: estimator 250ms 2s pfifo limit 100
qdisc add dev pfifo ingress
qdisc add dev nosuchdev root pfifo
qdisc add dev bfifo root handle 1: nosuchkind
class add dev htb parent 1: classid 1:1 htb rate 10mbit ceil 20mbit burst 15k cburst 20k
class add dev htb parent 1:1 classid 1:10 htb rate 5mbit ceil 20mbit prio 2 quantum 2000 mpu 64 overhead 14
class add dev htb parent 1:1 classid 1:20 htb rate 50gbit ceil 60gbit
qdisc add dev htb parent 1:10 handle 10: sfq
class add dev hfsc parent 1: classid 1:10 hfsc rt m1 2mbit d 10ms m2 1mbit ls m2 5mbit ul m2 10mbit
class add dev drr parent 1: classid 1:10 drr quantum 3000
class add dev qfq parent 1: classid 1:10 qfq weight 10 maxpkt 1500
class add dev cbq parent 1: classid 1:1 cbq bandwidth 100mbit rate 10mbit allot 1514 weight 1mbit prio 5 maxburst 20 avpkt 1000 bounded isolated split 1:0 defmap 3
class change dev dsmark classid 1:1 dsmark mask 0x3 value 0xb8
class change dev ets classid 1:3 ets quantum 5000
filter add dev drr parent 1: protocol all prio 1 matchall classid 1:10
filter add dev qfq parent 1: protocol all prio 1 matchall classid 1:10
END
may tc -force -batch "$dir/tc"
python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for h in open(sys.argv[1]).read().split():
    for i in range(20):
        s.sendto(b"x" * (100 + 40 * i), (h, 5000 + i % 5))
' "$dir/hosts"
for d in htb hfsc drr qfq ets fqcodel cake sfq; do
	echo "class show dev $d"
done >"$dir/show"
truth class tc -s -force -batch "$dir/show"
truth qdisc tc -s -j qdisc show
tc qdisc del dev bfifo root
rm -r "$dir"
