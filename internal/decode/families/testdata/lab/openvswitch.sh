# Datapaths, ports, flows, meters and limits without daemons.
need ovs-dpctl ip python3
load openvswitch
may modprobe vport-vxlan
may modprobe vport-geneve
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ovs-dpctl add-dp dp0
ovs-dpctl add-if dp0 v0
may ovs-dpctl add-if dp0 vx,type=vxlan,dst_port=4789
may ovs-dpctl add-if dp0 gn,type=geneve,dst_port=6081
may ovs-dpctl add-if dp0 in0,type=internal
flow() { out=$(ovs-dpctl add-flow dp0 "$@" 2>&1) || echo "lab: $1 $2: $out"; }
flow 'in_port(1),eth(src=00:01:02:03:04:05,dst=10:11:12:13:14:15),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1000,dst=80),tcp_flags(0/0)' '0'
flow 'in_port(1),eth(),eth_type(0x86dd),ipv6(src=fd00::1/ffff::,dst=fd00::2,label=0x1234/0xfffff,proto=17,tclass=0x20/0xfc,hlimit=0/0,frag=no),udp(src=53/0xffff,dst=0/0)' 'push_vlan(vid=5,pcp=0),0'
flow 'in_port(1),eth(),eth_type(0x8100),vlan(vid=7,pcp=0),encap(eth_type(0x0806),arp(sip=10.0.0.1,tip=10.0.0.2,op=1/0xff))' 'pop_vlan,0'
flow 'in_port(1),eth(),eth_type(0x8847),mpls(label=100,tc=0,ttl=64,bos=1)' 'pop_mpls(eth_type=0x800),0'
flow 'in_port(1),eth(),eth_type(0x86dd),ipv6(src=::/::,dst=::/::,proto=58,frag=no),icmpv6(type=135,code=0),nd(target=fd00::9)' '0'
flow 'ct_state(+trk+est),ct_zone(5),ct_mark(0x1/0xff),ct_label(0x1/0x1),in_port(1),eth(),eth_type(0x0800),ipv4(proto=17,frag=no)' 'ct(commit,zone=5,mark=0x42/0xff,label=0x3/0xff,nat(src=10.0.0.9-10.0.0.10:1000-2000,random)),recirc(0x7)'
flow 'recirc_id(0x7),in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)' 'sample(sample=25.0%,actions(userspace(pid=7,userdata(0102)))),set(eth(src=00:00:00:00:00:09)),set(ipv4(ttl=9)),clone(0),check_pkt_len(size=200,gt(0),le(2)),trunc(100),2'
flow 'in_port(1),skb_priority(0x9),skb_mark(0x42),eth(),eth_type(0x0800),ipv4(proto=132,frag=no),sctp(src=9,dst=10)' 'hash(l4(0)),recirc(0x9)'
flow 'tunnel(tun_id=0x64,src=10.0.0.1,dst=10.0.0.2,ttl=64,tp_src=0/0,tp_dst=4789,geneve(),flags(-df-csum+key)),in_port(3),eth(),eth_type(0x0800),ipv4(frag=no)' 'set(tunnel(tun_id=0x65,src=10.0.0.2,dst=10.0.0.3,ttl=64,tp_dst=4789,flags(df|key))),3'
may ovs-dpctl add-flow dp0 'in_port(1),eth(),eth_type(0x0800),ipv4(proto=1,frag=later),icmp(type=8,code=0)' 'bad action'
truth show ovs-dpctl show
truth flows ovs-dpctl -m --names dump-flows dp0
may ovs-dpctl ct-set-limits dp0 default=1000 zone=5,limit=70
may ovs-dpctl ct-get-limits dp0
python3 - <<'PY'
import socket, sys
sys.path.insert(0, ".")
from tun_genl import *
dp = struct.pack("=i", socket.if_nametoindex("dp0"))
def nest(t, *a): return attr(t, b"".join(a))
def band(rate, burst): return nest(0, attr(1, 1), attr(2, rate), attr(3, burst))
m = Family("ovs_meter")
m.send(1, header=dp)
m.send(2, attr(1, 7), attr(2, b""), nest(4, band(1000, 200)), header=dp)
m.send(4, attr(1, 7), header=dp)
m.send(2, attr(1, 8), nest(4, band(5, 1)), header=dp)
m.send(3, attr(1, 7), header=dp)
m.send(4, attr(1, 99), header=dp)
lim = Family("ovs_ct_limit")
z = struct.pack("=iIIiII", -1, 1000, 0, 5, 70, 0)
lim.send(1, attr(1, z), header=dp)
lim.send(3, attr(1, z), header=dp)
lim.send(3, header=dp)
lim.send(2, attr(1, z), header=dp)
# Packets that match no flow go to the port ID of this port's socket.
up = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
up.bind((0, 0)); up.settimeout(2)
v = Family("ovs_vport")
v.send(4, attr(1, 1), attr(5, up.getsockname()[0]), header=dp)
p = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
p.bind(("v1", 0))
frame = bytes.fromhex("1011121314150001020304060800") + bytes.fromhex("4500001c00000000401100000a0000050a000006") + bytes.fromhex("1388138900080000")
p.send(frame)
try:
    up.recv(65536)
except socket.timeout:
    print("no upcall")
pk = Family("ovs_packet")
key = nest(2, attr(3, 1), attr(4, bytes.fromhex("000102030406101112131415")), attr(6, struct.pack(">H", 0x88b5)))
pk.send(3, attr(1, bytes.fromhex("10111213141500010203040688b5") + bytes(46)), key, nest(3, attr(1, 0)), header=dp)
v.send(3, dump=True, header=dp)
d = Family("ovs_datapath", 2)
d.send(4, attr(1, "dp0"), attr(5, 1), attr(7, 512), header=dp)
d.send(4, attr(1, "nosuch"), header=struct.pack("=i", 0))
PY
may ovs-dpctl del-flow dp0 'recirc_id(0x7),in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)'
may ovs-dpctl del-flows dp0
ovs-dpctl del-if dp0 v0
ovs-dpctl del-dp dp0
