# bird has a static route with next hop 192.0.2.2; a second one comes by reconfiguration,
# and then the first one goes.
monitor
link up0 192.0.2.1/24
config() {
	cat >bird.conf <<-CONF
		router id 192.0.2.1;
		protocol device { scan time 3600; }
		protocol direct { disabled; ipv4; }
		protocol kernel { scan time 3600; ipv4 { export all; }; }
		protocol static { ipv4; $1 }
	CONF
}
config 'route 172.21.0.0/16 via 192.0.2.2;'
daemon bird -f -c "$PWD/bird.conf" -s "$PWD/bird.ctl"
await ip route show 172.21.0.0/16 proto bird
config 'route 172.21.0.0/16 via 192.0.2.2; route 172.22.0.0/16 blackhole;'
birdc -s "$PWD/bird.ctl" configure >&2
await ip route show 172.22.0.0/16 type blackhole
config 'route 172.22.0.0/16 blackhole;'
birdc -s "$PWD/bird.ctl" configure >&2
gone ip route show 172.21.0.0/16
finish
