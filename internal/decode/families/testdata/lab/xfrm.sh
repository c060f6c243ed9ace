# SPDX-License-Identifier: Apache-2.0
# IPsec states and policies: all that ip xfrm sets, lists and is told.
need ip python3
load xfrm_user esp4 esp6 ah4 ipcomp
ip link set lo up
ip link add d0 type dummy
ip addr add 192.0.2.1/24 dev d0
ip -6 addr add 2001:db8::1/64 dev d0 nodad
ip link set d0 up
ip xfrm monitor >/dev/null &
monitor=$!
sleep 0.5
may ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 reqid 7 mode tunnel \
	auth-trunc 'hmac(sha256)' 0x000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f 96 \
	enc 'cbc(aes)' 0x000102030405060708090a0b0c0d0e0f \
	flag noecn flag decap-dscp sel src 10.1.0.0/16 dst 10.2.0.0/24 proto tcp dport 80 \
	limit byte-soft 1000000 limit byte-hard 2000000 limit packet-hard 5000 limit time-soft 3000 limit time-hard 3600 \
	mark 0x6 mask 0xf if_id 0x11
may ip xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x101 mode tunnel replay-window 128 flag esn \
	aead 'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 128 tfcpad 64 extra-flag dont-encap-dscp
may ip xfrm state add src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x102 mode transport replay-window 32 \
	auth 'hmac(sha1)' 0x000102030405060708090a0b0c0d0e0f00010203
may ip xfrm state add src 192.0.2.1 dst 192.0.2.4 proto comp spi 0x103 mode transport comp deflate
may ip xfrm state add src 192.0.2.1 dst 192.0.2.5 proto esp spi 0x104 mode tunnel \
	enc 'cbc(aes)' 0x000102030405060708090a0b0c0d0e0f auth 'hmac(sha1)' 0x000102030405060708090a0b0c0d0e0f00010203 \
	encap espinudp 4500 4501 0.0.0.0 output-mark 0x5 mask 0xff
may ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode tunnel enc 'cbc(aes)' 0x0001
may ip xfrm state add src 192.0.2.1 dst 192.0.2.9 proto esp spi 0x109 mode tunnel enc 'no such' 0x00010203040506070809
may ip xfrm state update src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x102 mode transport replay-window 32 \
	auth 'hmac(sha1)' 0x000102030405060708090a0b0c0d0e0f00010203
may ip xfrm state allocspi src 192.0.2.1 dst 192.0.2.6 proto esp mode tunnel reqid 9 min 0x1000 max 0x1fff
may ip xfrm state get src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x102
may ip xfrm state get src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x999
may ip xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/24 proto tcp sport 1024 dport 80 dir out priority 100 index 0x1001 \
	tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 7 mode tunnel \
	tmpl proto comp mode transport level use
may ip xfrm policy add src 2001:db8:1::/48 dst 2001:db8:2::/48 dir in flag icmp \
	tmpl src 2001:db8::1 dst 2001:db8::2 proto esp mode tunnel
may ip xfrm policy add src 0.0.0.0/0 dst 10.9.0.0/16 dev d0 dir fwd action block mark 0x1 mask 0xff limit time-hard 100
may ip xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/24 proto tcp sport 1024 dport 80 dir out
may ip xfrm policy update src 0.0.0.0/0 dst 10.9.0.0/16 dev d0 dir fwd action block mark 0x1 mask 0xff priority 5
# Traffic that wants a state that is not there: an acquire, and states that expire.
may ip xfrm policy add src 192.0.2.1/32 dst 192.0.2.77/32 dir out tmpl src 192.0.2.1 dst 192.0.2.77 proto esp mode transport
may ip -6 xfrm policy add src 2001:db8::1/128 dst 2001:db8::77/128 dir out tmpl src 2001:db8::1 dst 2001:db8::77 proto esp mode transport
may ip xfrm state add src 192.0.2.1 dst 192.0.2.8 proto esp spi 0x108 mode tunnel limit time-soft 1 limit time-hard 2 \
	enc 'cbc(aes)' 0x000102030405060708090a0b0c0d0e0f auth 'hmac(sha1)' 0x000102030405060708090a0b0c0d0e0f00010203
may ip xfrm policy add src 10.8.0.0/16 dst 10.8.0.0/16 dir out limit time-soft 1 limit time-hard 2 action block
python3 - <<'EOF'
import socket
for f, a in ((socket.AF_INET, "192.0.2.77"), (socket.AF_INET6, "2001:db8::77")):
    u = socket.socket(f, socket.SOCK_DGRAM)
    u.setblocking(False)
    try:
        u.sendto(b"x", (a, 9))
    except OSError:
        pass
EOF
truth state ip -s xfrm state
truth policy ip -s xfrm policy
may ip xfrm state list src 192.0.2.1/32 proto esp >/dev/null
may ip xfrm policy set hthresh4 24 32 hthresh6 64 128
may ip -s xfrm policy count
may ip -s xfrm state count
may ip xfrm policy setdefault in block fwd accept out accept
truth default ip xfrm policy getdefault
may python3 xfrm.py
sleep 2
may ip xfrm policy get src 10.1.0.0/16 dst 10.2.0.0/24 proto tcp sport 1024 dport 80 dir out
may ip xfrm policy delete index 0x1001 dir out
may ip xfrm state delete src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x102
may ip xfrm state delete src 192.0.2.1 dst 192.0.2.3 proto ah spi 0x102
may ip xfrm state deleteall src 192.0.2.1 proto comp
may ip xfrm state flush proto esp
may ip xfrm policy flush
may ip xfrm state flush
sleep 0.2
kill $monitor
