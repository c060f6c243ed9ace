# netns: host
# Simulated radios: an IBSS, a mesh, interfaces of most types, surveys,
# regulatory domains, WoWLAN, events, refusals.
need iw ip
modprobe mac80211_hwsim radios=2 || exit 77
sleep 1
timeout 80 iw event >/dev/null & events=$!
truth phy iw phy phy0 info
may iw reg set DE
sleep 1
truth reg iw reg get
may iw dev wlan0 info
# an IBSS of two. No scan: the dump of its results ends in ENOBUFS, which iw
# reads again and again on the same request: a recording of many megabytes
may iw dev wlan0 set type ibss
may ip link set wlan0 up
may iw dev wlan0 ibss join labibss 2412 HT20 beacon-interval 100
may ip link set wlan1 up
sleep 1
may iw dev wlan1 set power_save on
may iw dev wlan1 get power_save
may iw dev wlan1 cqm rssi -60 5
may timeout 3 iw dev wlan1 connect nosuch 2412 key 0:abcde
may iw dev wlan1 disconnect
may ip link set wlan1 down
may iw dev wlan1 set type ibss
may ip link set wlan1 up
may iw dev wlan1 ibss join labibss 2412 HT20
for i in 1 2 3 4 5 6 7 8; do
	iw dev wlan0 station dump | grep -q Station && break
	sleep 1
done
sleep 1
truth station iw dev wlan0 station dump
truth dev iw dev
truth survey iw dev wlan0 survey dump
may iw dev wlan0 set bitrates legacy-2.4 1 2 5.5
may iw dev wlan0 set txpower fixed 1500
may iw dev wlan0 info
may iw dev wlan0 set mcast_rate 2
may iw dev wlan0 ibss leave
may iw dev wlan1 ibss leave
# the radio itself
may iw phy phy1 wowlan enable disconnect magic-packet
may iw phy phy1 wowlan show
may iw phy phy1 wowlan disable
may iw phy phy1 coalesce show
may iw phy phy0 set rts 500
may iw phy phy0 set frag 1000
may iw phy phy0 set retry short 5 long 3
may iw phy phy0 set antenna all
may iw phy phy0 set name labphy
may iw phy labphy set name phy0
may ip link set wlan0 down
may ip link set wlan1 down
# interfaces of several types
may iw phy phy0 interface add mon0 type monitor flags control otherbss
may ip link set mon0 up
may iw dev mon0 set freq 2437 HT20
may iw dev mon0 info
may iw dev mon0 del
may iw phy phy0 interface add ap0 type __ap
may iw dev ap0 info
may iw dev ap0 del
may iw phy phy0 interface add sta9 type managed addr 02:00:00:00:09:00 4addr on
may iw dev sta9 del
may iw phy phy1 interface add p2p type __p2pdev
# a mesh of two
may iw dev wlan0 set type mp
may iw dev wlan1 set type mp
may ip link set wlan0 up
may ip link set wlan1 up
may iw dev wlan0 mesh join labmesh freq 2412
may iw dev wlan1 mesh join labmesh freq 2412
sleep 4
may iw dev wlan0 get mesh_param mesh_ttl
may iw dev wlan0 set mesh_param mesh_ttl=20
may iw dev wlan0 station dump
may iw dev wlan0 mpath dump
may iw dev wlan0 mpp dump
may iw dev wlan0 mpath new 02:00:00:00:09:01 next_hop 02:00:00:00:01:00
may iw dev wlan0 station get 02:00:00:00:01:00
may iw dev wlan0 station set 02:00:00:00:01:00 plink_action block
may iw dev wlan0 station del 02:00:00:00:01:00
may iw dev wlan0 mesh leave
may iw dev wlan1 mesh leave
may ip link set wlan0 down
may ip link set wlan1 down
may iw dev wlan0 set type ocb
may ip link set wlan0 up
may iw dev wlan0 ocb join 5890 10MHz
may iw dev wlan0 ocb leave
# refused
may iw dev wlan0 set type wds
may iw dev wlan0 set freq 1
may iw dev lo info
may iw phy phy0 set distance auto
may iw dev wlan1 vendor send 0x001122 3 0x01 0x02
may iw reg set ZZ
kill "$events" || true
may modprobe -r mac80211_hwsim
