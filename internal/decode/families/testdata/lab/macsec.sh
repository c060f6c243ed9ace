# MACsec over veth: both directions, keys, extended packet numbers, refusals.
need ip
load macsec
unshare -n sleep 300 & far=$!
sleep 1
in="nsenter -t $far -n"
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v1 netns $far
ip link set v0 up
$in ip link set v1 up
ip link add link v0 macsec0 type macsec port 11 encrypt on replay on window 64
$in ip link add link v1 macsec0 type macsec port 12 encrypt on
ip macsec add macsec0 tx sa 0 pn 100 on key 01 11111111111111111111111111111111
ip macsec add macsec0 tx sa 1 pn 7 key 03 33333333333333333333333333333333
ip macsec add macsec0 rx port 12 address 02:00:00:00:00:02 on
ip macsec add macsec0 rx port 12 address 02:00:00:00:00:02 sa 0 pn 1 on key 02 22222222222222222222222222222222
$in ip macsec add macsec0 tx sa 0 pn 1 on key 02 22222222222222222222222222222222
$in ip macsec add macsec0 rx port 11 address 02:00:00:00:00:01
$in ip macsec add macsec0 rx port 11 address 02:00:00:00:00:01 sa 0 pn 100 on key 01 11111111111111111111111111111111
ip addr add 10.0.0.1/24 dev macsec0
ip link set macsec0 up
$in ip addr add 10.0.0.2/24 dev macsec0
$in ip link set macsec0 up
truth show ip -j -s macsec show
ip macsec set macsec0 tx sa 1 on
ip macsec set macsec0 rx port 12 address 02:00:00:00:00:02 off
ip macsec set macsec0 rx port 12 address 02:00:00:00:00:02 sa 0 pn 2000 off
ip macsec del macsec0 rx port 12 address 02:00:00:00:00:02 sa 0
ip macsec del macsec0 rx port 12 address 02:00:00:00:00:02
ip macsec del macsec0 tx sa 1
may ip macsec offload macsec0 mac
may ip link add dummy0 type dummy
may ip link add link dummy0 macsec1 type macsec cipher gcm-aes-xpn-128 port 3
may ip macsec add macsec1 tx sa 0 xpn 1000000000000 ssci 5 salt 000102030405060708090a0b on key 09 44444444444444444444444444444444
truth xpn ip -j macsec show macsec1
may ip macsec add macsec0 tx sa 0 pn 1 key 01 11111111111111111111111111111111
may ip macsec add lo tx sa 0 pn 1 key 01 11111111111111111111111111111111
kill $far
