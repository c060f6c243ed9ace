# Two ends of a tunnel over veth, one of them in a namespace of its own; a
# handshake, then what wg says.
need wg ip
load wireguard
tmp=$(mktemp -d)
a=UIefkAqXU7dWTAbGcELzEyiHHxaJTDEVSQImEPCUBFg=
b=IEV3v9hJVZfHq0xUpnBpVkZ8cA4WXlGv4fzTtW8Sf3o=
psk=FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=
echo $a >"$tmp/a"; echo $b >"$tmp/b"; echo $psk >"$tmp/psk"
pa=$(wg pubkey <"$tmp/a"); pb=$(wg pubkey <"$tmp/b")
sleep 300 & hold=$!
unshare -n sleep 300 & far=$!
sleep 1
in="nsenter -t $far -n"
ip link add v0 type veth peer name v1
ip link set v1 netns $far
ip addr add 192.0.2.1/24 dev v0
ip addr add 2001:db8::1/64 dev v0 nodad
ip link set v0 up
$in ip addr add 192.0.2.2/24 dev v1
$in ip addr add 2001:db8::2/64 dev v1 nodad
$in ip link set v1 up
ip link add wg0 type wireguard
$in ip link add wg0 type wireguard
wg set wg0 private-key "$tmp/a" listen-port 51820 fwmark 0xca6c peer "$pb" preshared-key "$tmp/psk" \
	endpoint 192.0.2.2:51821 persistent-keepalive 25 allowed-ips 10.1.0.2/32,10.2.0.0/16,fd00:1::/64
$in wg set wg0 private-key "$tmp/b" listen-port 51821 peer "$pa" preshared-key "$tmp/psk" \
	endpoint '[2001:db8::1]:51820' allowed-ips 0.0.0.0/0,::/0
wg set wg0 peer "$(printf '%s' "$psk" | wg pubkey)" endpoint '[2001:db8::3]:1234' allowed-ips 10.3.0.0/24
wg set wg0 peer "$(printf '%s' "$a" | wg pubkey | wg pubkey)" allowed-ips ''
ip addr add 10.1.0.1/24 dev wg0
ip link set wg0 up
$in ip addr add 10.1.0.2/24 dev wg0
$in ip link set wg0 up
truth show wg show all dump
$in wg show
wg showconf wg0 >"$tmp/conf"
wg syncconf wg0 "$tmp/conf"
wg setconf wg0 "$tmp/conf"
wg set wg0 peer "$pb" remove
may wg set wg0 listen-port 0 fwmark off
may wg show nosuch
may wg set lo private-key "$tmp/a"
kill $far $hold
rm -rf "$tmp"
