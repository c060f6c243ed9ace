# team: a device with two ports, its options and their changes.
need ip teamd teamnl
load team veth
may modprobe team_mode_activebackup
may modprobe team_mode_roundrobin
may modprobe team_mode_loadbalance
ip link add veth0 type veth peer name veth1
ip link add veth2 type veth peer name veth3
ip link set veth1 up
ip link set veth3 up
may teamd -d -t team0 -c '{"device": "team0", "runner": {"name": "activebackup"}, "link_watch": {"name": "ethtool"}}' -p /tmp/nltop-lab-teamd.pid
sleep 1
ip link show team0 >/dev/null || ip link add team0 type team
ip link set veth0 down
ip link set veth2 down
ip link set veth0 master team0
ip link set veth2 master team0
ip link set team0 up
sleep 1
truth ports teamnl team0 ports
truth options teamnl team0 options
may teamnl team0 setoption activeport "$(cat /sys/class/net/veth0/ifindex || echo 1)"
may teamnl team0 getoption mode
may teamnl team0 setoption mcast_rejoin_count 3
may teamnl -p veth0 team0 setoption priority 5
may teamnl -p veth0 team0 setoption priority -5
may teamnl team0 getoption nosuch
ip link set veth2 nomaster
may teamd -k -t team0 -p /tmp/nltop-lab-teamd.pid
may ip link add team1 type team
ip link set veth2 down
may teamnl team1 setoption mode loadbalance
may ip link set veth2 master team1
may teamnl team1 options
may ip link del team1
