# Traffic control: qdiscs that every kernel has, and the classes of htb, with
# traffic; over veth, so that it also runs where modules are few.
# tc_shape.6.18 was recorded on such a kernel, with --source syscall.
need tc ip python3
ip link set lo up
hosts=$(mktemp)
n=0
for d in bfifo pfifo tbf htb; do
	n=$((n + 1))
	ip link add "$d" type veth peer name "p$d"
	ip link set "p$d" up
	ip addr add "10.9.$n.1/24" dev "$d"
	ip link set "$d" arp off up
	echo "10.9.$n.2" >>"$hosts"
done
tc qdisc add dev bfifo root handle 1: bfifo limit 20000
tc qdisc add dev pfifo root handle 1: pfifo limit 200
tc qdisc add dev tbf root handle 1: tbf rate 1mbit burst 10kb latency 50ms peakrate 2mbit minburst 1600
tc qdisc add dev htb root handle 1: htb default 10 r2q 5
tc class add dev htb parent 1: classid 1:1 htb rate 10mbit ceil 20mbit burst 15k cburst 20k
tc class add dev htb parent 1:1 classid 1:10 htb rate 5mbit ceil 20mbit prio 2 quantum 2000 mpu 64 overhead 14
tc class add dev htb parent 1:1 classid 1:20 htb rate 50gbit ceil 60gbit
may tc qdisc add dev bfifo root handle 1: nosuchkind
may tc qdisc add dev pfifo root handle 1: pfifo limit 5
may tc class add dev htb parent 1:7 classid 1:30 htb rate 5mbit
python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for h in open(sys.argv[1]).read().split():
    for i in range(20):
        s.sendto(b"x" * (100 + 40 * i), (h, 5000 + i % 5))
' "$hosts"
sleep 1
truth class tc -s class show dev htb
truth qdisc tc -s -j qdisc show
tc class del dev htb classid 1:20
tc qdisc del dev tbf root
rm "$hosts"
