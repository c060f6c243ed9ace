# Multicast options of a bridge's VLANs, with the ports that lead to routers.
need ip bridge
load bridge
ip link add br0 type bridge vlan_filtering 1 mcast_snooping 1
ip link set br0 type bridge mcast_vlan_snooping 1
ip link add d0 type veth peer name d1
ip link set d0 master br0
ip link set d0 up
ip link set d1 up
ip link set br0 up
bridge vlan add dev d0 vid 10
bridge vlan add dev br0 vid 10 self
bridge vlan set dev d0 vid 10 mcast_router 2
truth global bridge -d vlan global show dev br0 vid 10
truth globalj bridge -d -j vlan global show dev br0 vid 10
bridge vlan global set dev br0 vid 10 mcast_snooping 1
truth mdb bridge -d mdb show dev br0
