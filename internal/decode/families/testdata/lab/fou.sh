# Ports that receive encapsulated packets.
need ip
load fou
may modprobe fou6
ip link set lo up
ip addr add 10.1.0.1/32 dev lo
ip fou add port 5555 ipproto 4
ip fou add port 5556 gue
ip fou add port 5557 ipproto 47 local 10.1.0.1 peer 127.0.0.1 peer_port 777
may ip -6 fou add port 5558 gue local ::1 peer ::1 peer_port 778
may ip fou add port 5559 ipproto 4 dev lo
may ip fou add port 5556 gue
truth show ip -j fou show
ip fou del port 5555
may ip fou del port 5999
