# Two meshes of B.A.T.M.A.N. Advanced, one in a namespace of its own, joined by
# veth: settings, tables, a throughput test, events.
need batctl ip
load batman-adv
unshare -n sleep 300 & far=$!
sleep 1
in="nsenter -t $far -n"
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v1 netns $far
ip link set v0 up
$in ip link set v1 up
batctl ra
batctl meshif bat0 interface create
batctl meshif bat0 interface add v0
$in batctl meshif bat0 interface create
$in batctl meshif bat0 interface add v1
ip link set bat0 up
$in ip link set bat0 up
ip addr add 10.5.0.1/24 dev bat0
$in ip addr add 10.5.0.2/24 dev bat0
ip link add link bat0 name bat0.7 type vlan id 7
ip link set bat0.7 up
timeout 40 batctl event >/dev/null & events=$!
$in batctl meshif bat0 gw_mode server 50mbit/10mbit
batctl meshif bat0 gw_mode client
batctl meshif bat0 orig_interval 500
batctl meshif bat0 isolation_mark 0x10/0xf0
may batctl meshif bat0 multicast_fanout 8
may batctl meshif bat0 loglevel all
may batctl hardif v0 hop_penalty 3
may batctl hardif v0 elp_interval 400
may batctl hardif v0 throughput_override 100mbit
for s in aggregation ap_isolation bonding bridge_loop_avoidance distributed_arp_table fragmentation hop_penalty multicast_forceflood network_coding; do
	may batctl meshif bat0 $s
done
may batctl meshif bat0 bridge_loop_avoidance 1
may batctl meshif bat0 aggregation 0
may batctl meshif bat0 vid 7 ap_isolation 1
sleep 6
truth mj batctl meshif bat0 mj
truth oj batctl meshif bat0 oj
truth hj batctl hardif v0 hj
truth tgj batctl meshif bat0 tgj
truth tlj batctl meshif bat0 tlj
for t in nj gwj bbj clj dcj mfj hj; do may batctl meshif bat0 $t; done
may batctl meshif bat0 vid 7 vlj
may batctl meshif bat0 tp -t 1000 02:00:00:00:00:02
may batctl meshif bat0 tp -t 1000 02:00:00:00:00:09
# the other algorithm
may batctl ra BATMAN_V
may batctl meshif bat1 interface create
ip link add d0 type dummy
ip link set d0 up
may batctl meshif bat1 interface add d0
may batctl meshif bat1 nj
may batctl meshif bat1 oj
may batctl meshif bat1 interface del d0
may batctl meshif bat1 interface destroy
may batctl ra BATMAN_IV
may batctl meshif lo mj
kill $events $far
batctl meshif bat0 interface destroy
