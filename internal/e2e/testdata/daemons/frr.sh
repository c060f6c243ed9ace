# zebra installs the static route of its configuration, which staticd gives it, and one
# more that is added by vtysh; the first one is taken away again.
monitor
link up0 192.0.2.1/24
mkdir -p /run/frr
cat >frr.conf <<-CONF
	ip route 172.20.0.0/16 192.0.2.2
CONF
daemon /usr/lib/frr/zebra -u root -g root -f "$PWD/frr.conf" -A 127.0.0.1
await test -S /run/frr/zserv.api
daemon /usr/lib/frr/staticd -u root -g root -f "$PWD/frr.conf" -A 127.0.0.1
await ip route show 172.20.0.0/16 proto 196
vtysh -d staticd -c 'configure terminal' -c 'ip route 172.23.0.0/16 blackhole' >&2
await ip route show 172.23.0.0/16 type blackhole
vtysh -d staticd -c 'configure terminal' -c 'no ip route 172.20.0.0/16 192.0.2.2' >&2
gone ip route show 172.20.0.0/16
finish
