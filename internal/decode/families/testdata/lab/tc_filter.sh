# Traffic control: filters of every kind, chains, blocks, and actions of every
# kind, with traffic.
need tc ip python3
dir=$(mktemp -d)
ip link add flt type dummy
ip addr add 10.8.0.1/24 dev flt
ip link set flt up
ip link add mir type dummy
ip link set mir up
tc qdisc add dev flt clsact
tc qdisc add dev mir ingress_block 7 clsact

cat >"$dir/tc" <<'END'
filter add dev flt egress protocol ip prio 1 flower skip_hw dst_ip 10.8.0.0/24 src_ip 10.8.0.1 ip_proto udp dst_port 5000 src_port 1-65535 ip_tos 0x0/0xfc ip_ttl 64 ip_flags nofrag action gact ok random netrand pipe 3
filter add dev flt egress protocol ip prio 1 flower ip_proto tcp tcp_flags 0x2/0x17 src_port 80 ct_state +trk+new-inv ct_zone 3 ct_mark 0x10/0xff ct_label 0102030405060708090a0b0c0d0e0f10 action pass
filter add dev flt egress protocol ip prio 1 flower ip_proto sctp dst_port 7 action pass
filter add dev flt egress protocol ip prio 1 flower ip_proto icmp type 8 code 0 action pass
filter add dev flt egress protocol ip prio 1 flower enc_src_ip 192.0.2.1 enc_dst_ip 192.0.2.2/31 enc_key_id 77 enc_dst_port 6081 enc_tos 4 enc_ttl 63 geneve_opts 0102:80:11223344 action pass
filter add dev flt egress protocol ip prio 1 flower enc_key_id 78 enc_dst_ip 192.0.2.3 vxlan_opts 500 action pass
filter add dev flt egress protocol ip prio 1 flower enc_key_id 79 enc_dst_ip 192.0.2.3 erspan_opts 2:0:1:15 action pass
filter add dev flt egress protocol ip prio 1 flower enc_key_id 80 enc_dst_ip 192.0.2.3 gtp_opts 1:3 action pass
filter add dev flt egress protocol ipv6 prio 2 flower dst_ip 2001:db8::/32 src_ip fe80::1 ip_proto icmpv6 type 128 enc_dst_ip 2001:db8::9 enc_key_id 5 action pass
filter add dev flt egress protocol arp prio 3 flower arp_sip 10.8.0.0/24 arp_tip 10.8.0.2 arp_op request arp_sha 02:00:00:00:00:01 arp_tha 02:00:00:00:00:02/ff:ff:ff:00:00:00 action pass
filter add dev flt egress protocol 802.1q prio 4 flower vlan_id 100 vlan_prio 3 vlan_ethtype 802.1q cvlan_id 200 cvlan_prio 2 cvlan_ethtype ip dst_mac 02:00:00:00:00:00/ff:ff:00:00:00:00 src_mac 02:00:00:00:00:05 action pass
filter add dev flt egress protocol mpls_uc prio 5 flower mpls_label 1000 mpls_tc 3 mpls_bos 1 mpls_ttl 64 action pass
filter add dev flt egress protocol mpls_uc prio 5 flower mpls lse depth 1 label 100 tc 2 bos 0 ttl 60 lse depth 2 label 101 action pass
filter add dev flt egress protocol all prio 6 flower num_of_vlans 2 action pass
filter add dev flt egress protocol ppp_ses prio 7 flower pppoe_sid 12 ppp_proto ip action pass
filter add dev flt egress protocol ip prio 10 u32 match ip dst 10.8.0.0/24 match udp dst 5001 0xffff at nexthdr+2 match mark 0x0 0xff action gact pipe
filter add dev flt egress protocol ip prio 10 handle 2: u32 divisor 16
filter add dev flt egress protocol ip prio 10 u32 ht 800: match ip protocol 17 0xff offset at 0 mask 0x0f00 shift 6 plus 0 eat link 2: hashkey mask 0x000000ff at 12
filter add dev flt egress protocol ip prio 10 u32 ht 2:3: match u32 0x12340000 0xffff0000 at 4 action pass
filter add dev flt egress protocol all prio 20 bpf bytecode '4,40 0 0 12,21 0 1 2048,6 0 0 262144,6 0 0 0,' action pass
filter add dev flt egress protocol ip prio 30 handle 3 flow hash keys src,dst,proto,mark divisor 16 baseclass 1:10 perturb 60
filter add dev flt egress protocol ip prio 31 handle 4 flow map key dst rshift 2 addend 0x10 and 0xff xor 3 baseclass 1:20
filter add dev flt egress protocol ip prio 40 handle 0x10/0xff fw classid 1:5 action pass
filter add dev flt egress protocol ip prio 50 basic match 'cmp(u16 at 0 layer 2 mask 0xff00 gt 1000) and not meta(pkt_len lt 500)' classid 1:6 action pass
filter add dev flt egress protocol ip prio 51 basic match '(nbyte("abc" at 20 layer 1) or u32(u32 0x01020304 0xff00ff00 at 4)) and meta(priority eq 3)' action pass
filter add dev flt egress protocol ip prio 52 basic match 'text("needle" kmp from 0 to 100)' action pass
filter add dev flt egress protocol can prio 53 basic match 'canid(sff 0x123:0x7ff eff 0x1fffffff)' action pass
filter add dev flt egress protocol ip prio 60 handle 1 cgroup match 'meta(nf_mark gt 5)' action pass
filter add dev flt egress protocol ip prio 70 matchall skip_hw classid 1:9 action police rate 100mbit burst 20k conform-exceed pipe/ok
filter add dev flt egress protocol ip prio 71 matchall action police pkts_rate 1000 pkts_burst 100 conform-exceed continue
filter add dev flt egress protocol ip prio 80 route from 3 to 4 classid 1:7
filter add dev flt egress protocol ip prio 81 handle 2 tcindex mask 0xff shift 2 pass_on classid 1:8
filter add dev flt egress protocol ip prio 82 rsvp ipproto udp session 10.8.0.5/5000 sender 10.8.0.1/6000 classid 1:9
chain add dev flt egress chain 5 proto ip flower dst_ip 0.0.0.0/16
filter add dev flt egress protocol ip chain 5 prio 1 flower dst_ip 10.8.0.0/16 action goto chain 6
filter add block 7 protocol ip prio 1 flower dst_ip 192.0.2.0/24 action drop
filter add dev flt egress protocol ip prio 1 nosuchfilter
filter add dev flt egress protocol ip prio 90 flower dst_port 5
actions add action gact drop index 11 cookie 00112233445566778899aabbccddeeff
actions add action bpf bytecode '1,6 0 0 4294967295,' pipe index 1
actions add action connmark zone 3 continue index 1
actions add action csum ip4h and tcp and udp pipe index 1
actions add action ct commit zone 5 mark 0x10/0xff pipe index 1
actions add action ct clear index 2
actions add action ctinfo dscp 0xfc000000 0x01000000 cpmark 0xff zone 2 index 1
actions add action simple sdata "Hello, world" index 1
actions add action gate clockid CLOCK_TAI priority 2 base-time 200000000000 sched-entry open 200000000 -1 8000000 sched-entry close 100000000 -1 -1 index 1
actions add action ife encode use mark 10 allow prio use tcindex 3 type 0xfefe dst 02:15:15:15:15:15 src 02:15:15:15:15:16 index 1
actions add action mirred egress mirror dev mir index 1
actions add action mirred ingress redirect dev mir index 2
actions add action mpls push protocol mpls_uc label 123 tc 3 ttl 64 bos 1 index 1
actions add action mpls pop protocol ipv4 index 2
actions add action mpls dec_ttl index 3
actions add action nat egress 10.8.0.0/24 192.0.2.1 index 1
actions add action pedit ex munge ip ttl set 3 munge eth dst set 02:01:02:03:04:05 munge tcp dport add 5 pipe index 1
actions add action pedit munge offset 0 u8 set 0x45 index 2
actions add action police rate 10mbit burst 100k conform-exceed drop/ok index 1
actions add action sample rate 100 group 5 trunc 120 index 1
actions add action skbedit priority 1:5 queue_mapping 3 mark 7/0xff ptype otherhost inheritdsfield index 1
actions add action skbmod set dmac 02:11:22:33:44:55 set smac 02:11:22:33:44:66 set etype 0x1abc index 1
actions add action skbmod ecn index 2
actions add action tunnel_key set src_ip 192.0.2.1 dst_ip 192.0.2.2 id 11 dst_port 6081 geneve_opts 0102:80:11223344 tos 4 ttl 30 nocsum index 1
actions add action tunnel_key set src_ip 2001:db8::1 dst_ip 2001:db8::2 id 12 dst_port 4789 vxlan_opts 7 csum index 2
actions add action tunnel_key unset index 3
actions add action vlan push id 123 protocol 802.1ad priority 5 index 1
actions add action vlan pop index 2
actions add action vlan push_eth dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:02 index 3
actions add action xt -j MARK --set-mark 5 index 1
actions add action nosuchaction index 1
END
may tc -force -batch "$dir/tc"
python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(20):
    s.sendto(b"x" * (100 + 40 * i), ("10.8.0.2", 5000 + i % 5))
'
truth egress tc -s -j filter show dev flt egress
may tc -j chain show dev flt egress
may tc -s filter show block 7
for k in gact bpf connmark csum ct ctinfo simple gate ife mirred mpls nat pedit police sample skbedit skbmod tunnel_key vlan; do
	echo "actions list action $k"
done >"$dir/show"
truth actions tc -s -j -force -batch "$dir/show"
may tc -j actions get action gact index 11
may tc actions del action gact index 11
may tc actions flush action vlan
may tc filter del dev flt egress prio 1 protocol ip
may tc filter del dev flt egress