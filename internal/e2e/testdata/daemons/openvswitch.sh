# ovs-vswitchd makes a datapath with a bridge and a port, and a flow for the packet
# that comes in.
modprobe openvswitch
mkdir -p /run/openvswitch
monitor
ip link add up0 type veth peer name peer0
ip link set up0 up
ip link set peer0 up
export OVS_RUNDIR=/run/openvswitch OVS_LOGDIR=$PWD OVS_DBDIR=$PWD
ovsdb-tool create "$PWD/conf.db" /usr/share/openvswitch/vswitch.ovsschema
daemon ovsdb-server "$PWD/conf.db" --remote=punix:/run/openvswitch/db.sock
await ovs-vsctl --no-wait init
daemon /usr/lib/openvswitch-switch/ovs-vswitchd --pidfile unix:/run/openvswitch/db.sock
ovs-vsctl add-br br0 -- add-port br0 up0 >&2
ip addr add 192.0.2.1/24 dev br0
ip link set br0 up
ip netns add far
ip link set peer0 netns far
ip -n far addr add 192.0.2.2/24 dev peer0
ip -n far link set peer0 up
await ip netns exec far ping -c 1 -W 1 192.0.2.1
flow() { ovs-appctl dpctl/dump-flows | grep -q 'eth_type(0x0800)'; }
await flow
ovs-vsctl del-br br0 >&2
finish
