# A session with keys in it, in an empty network namespace: WireGuard, IPsec, MACsec.
# The keys stand here by the names of the variables that a script leaves to be set.
WG_PRIVATE_KEY=UIefkAqXU7dWTAbGcELzEyiHHxaJTDEVSQImEPCUBFg=
WG_PRESHARED_KEY=FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=
XFRM_ENC_KEY=0x101112131415161718191a1b1c1d1e1f
XFRM_AUTH_KEY=0x202122232425262728292a2b2c2d2e2f30313233
XFRM_AEAD_KEY=0x404142434445464748494a4b4c4d4e4f50515253
MACSEC_KEY=606162636465666768696a6b6c6d6e6f
one=kOSKI1mABAtK/414TL+UFj3oEGltI9eTB3FAIIBbHXY=
two=TUjXtouIMqALW5qpvFQgUzHztaFLco7QLw9JW5z2Xjk=
three=1w+SIgZwnW2cCzH7LbWyL0YAqhyUZyPYxvSK5P8npyc=
tmp=$(mktemp -d)
echo $WG_PRIVATE_KEY >"$tmp/private"
echo $WG_PRESHARED_KEY >"$tmp/shared"
ip link set lo up
ip link add d0 address 02:00:00:00:00:01 type dummy
ip addr add 192.0.2.1/24 dev d0
ip -6 addr add 2001:db8::1/64 dev d0 nodad
ip link set d0 up

ip link add wg0 type wireguard
ip link add wg1 type wireguard
wg set wg0 private-key "$tmp/private" listen-port 51820 fwmark 0xca6c peer $one preshared-key "$tmp/shared" \
	endpoint 192.0.2.2:51821 persistent-keepalive 25 allowed-ips 10.1.0.2/32,10.2.0.0/16,fd00:1::/64
wg set wg0 peer $two endpoint '[2001:db8::3]:1234' allowed-ips 10.3.0.0/24 peer $three allowed-ips ''
wg showconf wg0 >"$tmp/conf"
wg syncconf wg0 "$tmp/conf"
wg setconf wg0 "$tmp/conf"
wg addconf wg0 "$tmp/conf"
wg set wg0 peer $three remove
wg set wg0 peer $two persistent-keepalive off preshared-key /dev/null
wg set wg1 listen-port 51830 private-key "$tmp/private"
wg set wg1 private-key /dev/null fwmark off

x() { ip xfrm state "$@" || true; }
x add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 reqid 7 mode tunnel \
	auth-trunc 'hmac(sha1)' $XFRM_AUTH_KEY 96 enc 'cbc(aes)' $XFRM_ENC_KEY \
	flag noecn flag decap-dscp sel src 10.1.0.0/16 dst 10.2.0.0/24 proto tcp dport 80 \
	limit byte-soft 1000000 limit byte-hard 2000000 limit packet-hard 5000 \
	mark 0x6 mask 0xf if_id 0x11
x add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x101 mode tunnel replay-window 128 flag esn \
	aead 'rfc4106(gcm(aes))' $XFRM_AEAD_KEY 128 tfcpad 64 extra-flag dont-encap-dscp
x add src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x102 mode transport replay-window 32 auth 'hmac(sha1)' $XFRM_AUTH_KEY
x add src 192.0.2.1 dst 192.0.2.4 proto comp spi 0x103 mode transport comp deflate
x add src 192.0.2.1 dst 192.0.2.5 proto esp spi 0x104 mode tunnel enc 'cbc(aes)' $XFRM_ENC_KEY \
	auth 'hmac(sha1)' $XFRM_AUTH_KEY encap espinudp 4500 4501 0.0.0.0 output-mark 0x5 mask 0xff
x add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode tunnel enc 'cbc(aes)' $XFRM_ENC_KEY # it is there
x update src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x102 mode transport replay-window 32 auth 'hmac(sha1)' $XFRM_AUTH_KEY
x allocspi src 192.0.2.1 dst 192.0.2.6 proto esp mode tunnel reqid 9 min 0x1000 max 0x1000
x add src 192.0.2.1 dst 192.0.2.7 proto esp spi 0x105 mode beet enc 'cbc(aes)' $XFRM_ENC_KEY sel src 192.0.2.1 dst 192.0.2.7
x delete src 192.0.2.1 dst 192.0.2.7 proto esp spi 0x105
x deleteall src 192.0.2.1 proto comp
ip xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/24 proto tcp sport 1024 dport 80 dir out priority 100 index 0x1001 \
	tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 7 mode tunnel tmpl proto comp mode transport level use
ip xfrm policy add src 2001:db8:1::/48 dst 2001:db8:2::/48 dir in flag icmp \
	tmpl src 2001:db8::1 dst 2001:db8::2 proto esp mode tunnel
ip xfrm policy add src 0.0.0.0/0 dst 10.9.0.0/16 dev d0 dir fwd action block mark 0x1 mask 0xff
ip xfrm policy update src 0.0.0.0/0 dst 10.9.0.0/16 dev d0 dir fwd action block mark 0x1 mask 0xff priority 5
ip xfrm policy add src 10.5.0.0/16 dst 10.6.0.0/16 dir out if_id 5 tmpl proto esp mode tunnel
ip xfrm policy delete src 10.5.0.0/16 dst 10.6.0.0/16 dir out if_id 5
ip xfrm policy set hthresh4 24 32 hthresh6 64 128
ip xfrm policy setdefault in block fwd accept out accept

ip link add link d0 mac0 type macsec port 11 encrypt on replay on window 64
ip macsec add mac0 tx sa 0 pn 100 on key 01 $MACSEC_KEY
ip macsec add mac0 tx sa 1 pn 7 key 03 $MACSEC_KEY
ip macsec add mac0 rx sci 020000000002000c on
ip macsec add mac0 rx sci 020000000002000c sa 0 pn 1 on key 02 $MACSEC_KEY
ip macsec add mac0 rx port 13 address 02:00:00:00:00:03
ip macsec set mac0 tx sa 1 on
ip macsec set mac0 rx sci 020000000002000c sa 0 pn 2000 off
ip macsec del mac0 rx port 13 address 02:00:00:00:00:03
rm -rf "$tmp"
