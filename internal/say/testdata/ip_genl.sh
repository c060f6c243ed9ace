# Commands of ip to small families in the words that nltop says for what they ask
# (TestTold), and of dcb. Before it: modprobe ila
command ip link set lo up
command ip link add d0 type dummy
ip ila add loc_match 2001:db8:0:1 loc 0:0:0:fffe dev lo csum-mode neutral-map-auto ident-type use-format
ip ila del loc_match 2001:db8:0:1
ip tcp_metrics delete source 192.0.2.2 address 192.0.2.1
ip tcp_metrics delete 2001:db8::1
ip tcp_metrics flush
ip sr tunsrc set 2001:db8::1
ip ioam namespace add 1 data 0x1 wide 0x10
ip ioam namespace add 2 wide 0xffffffffffffffff
ip ioam schema add 9 "$(printf 'a $(id)\012b')"
ip ioam namespace set 1 schema 9
ip ioam namespace set 1 schema none
ip ioam schema del 9
ip ioam namespace del 1
dcb app add dev d0 dgram-port-prio 53:1 port-prio 80:7 dscp-prio 46:5 0:1 ethtype-prio 0x600:2 default-prio 3 4
dcb app del dev d0 ethtype-prio 0x600:2
dcb dcbx set dev d0 lld-managed cee static
