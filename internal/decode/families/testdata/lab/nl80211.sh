# netns: host
# Simulated radios: access point with hostapd, station with wpa_supplicant, a
# mesh, an IBSS, a monitor, scans, surveys, regulatory domains, WoWLAN, events.
need iw hostapd wpa_supplicant ip
modprobe mac80211_hwsim radios=2 || exit 77
tmp=$(mktemp -d)
iw event >/dev/null & events=$!
truth phy iw phy
iw dev
may iw reg set DE
truth reg iw reg get
iw phy phy0 info
iw dev wlan0 info
# an access point on wlan0, with a key for every station
cat >"$tmp/ap.conf" <<EOF
interface=wlan0
driver=nl80211
ssid=lab ap
country_code=DE
hw_mode=g
channel=6
ieee80211n=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=not a secret
EOF
hostapd -B -P "$tmp/ap.pid" "$tmp/ap.conf" || hostapd -dd "$tmp/ap.conf"
truth apdev iw dev wlan0 info
ip link set wlan1 up
timeout 20 iw dev wlan1 scan freq 2437
truth scan iw dev wlan1 scan dump
cat >"$tmp/sta.conf" <<EOF
network={
	ssid="lab ap"
	psk="not a secret"
	scan_freq=2437
}
EOF
wpa_supplicant -B -P "$tmp/sta.pid" -D nl80211 -i wlan1 -c "$tmp/sta.conf"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	iw dev wlan1 link | grep -q 'Connected' && break
	sleep 1
done
sleep 2
iw dev wlan1 link
truth station iw dev wlan0 station dump
truth dev iw dev
truth survey iw dev wlan1 survey dump
may iw dev wlan1 set power_save on
iw dev wlan1 get power_save
may iw dev wlan1 cqm rssi -60 5
may iw dev wlan1 set bitrates legacy-2.4 1 2 5.5
may iw dev wlan1 set txpower fixed 1500
may iw phy phy1 wowlan enable disconnect magic-packet
may iw phy phy1 wowlan show
may iw phy phy1 coalesce show
may iw dev wlan1 disconnect
kill "$(cat "$tmp/sta.pid")" "$(cat "$tmp/ap.pid")"
sleep 1
# interfaces, a mesh of two, an IBSS, a network outside of any
may iw phy phy0 set rts 500
may iw phy phy0 set frag 1000
may iw phy phy0 set retry short 5 long 3
may iw phy phy0 set antenna all
ip link set wlan0 down
ip link set wlan1 down
iw phy phy0 interface add mon0 type monitor flags control otherbss
iw dev mon0 info
iw dev mon0 del
iw dev wlan0 set type mp
iw dev wlan1 set type mp
ip link set wlan0 up
ip link set wlan1 up
iw dev wlan0 mesh join labmesh freq 2412
iw dev wlan1 mesh join labmesh freq 2412
sleep 5
iw dev wlan0 get mesh_param
truth meshparam iw dev wlan0 get mesh_param mesh_ttl
iw dev wlan0 set mesh_param mesh_ttl=20
iw dev wlan0 station dump
may iw dev wlan0 mpath dump
may iw dev wlan0 mpp dump
iw dev wlan0 mesh leave
iw dev wlan1 mesh leave
ip link set wlan0 down
ip link set wlan1 down
iw dev wlan0 set type ibss
ip link set wlan0 up
iw dev wlan0 ibss join labibss 2412
sleep 1
iw dev wlan0 ibss leave
ip link set wlan0 down
iw dev wlan0 set type ocb
ip link set wlan0 up
may iw dev wlan0 ocb join 5890 10MHz
may iw dev wlan0 ocb leave
# refused
may iw dev wlan0 set type wds
may iw dev wlan0 set freq 1
may iw dev lo info
may iw phy phy0 set distance auto
may iw dev wlan1 vendor send 0x001122 3 0x01 0x02
kill "$events"
rm -rf "$tmp"
modprobe -r mac80211_hwsim
