# Commands of iw in the words that nltop says for what they ask (TestTold). Radios:
# modprobe mac80211_hwsim radios=2
iw reg set DE
command ip link set wlan0 down
iw dev wlan0 set type ibss
command ip link set wlan0 up
iw dev wlan0 ibss join 'a b $(id)' 2412 HT20 fixed-freq 02:00:00:00:00:11 beacon-interval 200 basic-rates 1,2,5.5 mcast-rate 5.5
iw dev wlan0 set bitrates legacy-2.4 1 2 5.5 ht-mcs-2.4 0 7 vht-mcs-2.4 1:0,9 sgi-2.4 legacy-5 6 vht-mcs-5 1:0,1 2:7 lgi-5
iw dev wlan0 set bitrates
iw dev wlan0 ibss leave
iw dev wlan0 set mcast_rate 11
command ip link set wlan0 down
iw dev wlan0 set type managed
command ip link set wlan0 up
iw dev wlan0 scan trigger freq 2412 2437 duration 20 ies 00:03:41:42:43 lowpri flush randomise ssid one 'two $(id)'
iw dev wlan0 scan abort
iw dev wlan0 scan trigger flush passive
iw dev wlan0 scan abort
iw dev wlan0 scan trigger
iw dev wlan0 scan sched_start interval 5000 freqs 2412 randomise=02:00:00:00:00:00/0f:00:00:00:00:00 matches ssid x active ssid y ssid 'z z'
iw dev wlan0 scan sched_start scan_plans 10:3 20 delay 2 flush passive
iw dev wlan0 scan sched_stop
iw dev wlan0 connect 'it'\''s' 2412 02:00:00:00:00:22
iw dev wlan0 disconnect
iw dev wlan0 auth net 02:00:00:00:00:22 open 2412
iw dev wlan0 cqm rssi off
iw dev wlan0 set power_save off
iw dev wlan0 set txpower limit -500
iw dev wlan0 set txpower auto
iw dev wlan0 set noack_map 0x9
iw dev wlan0 set 4addr on
iw dev wlan0 offchannel 2412 20
iw dev wlan0 station set 02:00:00:00:00:22 airtime_weight 300
iw dev wlan0 station set 02:00:00:00:00:22 mesh_power_mode deep
iw dev wlan0 station set 02:00:00:00:00:22 txpwr limit 10
iw dev wlan0 station del 02:00:00:00:00:22 subtype 12 reason-code 3
iw dev wlan0 vendor send 0x1374 0x1 0x2 0xff # said: iw dev wlan0 vendor send 0x1374 0x1 <VENDOR_DATA>
command ip link set wlan0 down
iw dev wlan0 set type __ap
command ip link set wlan0 up
iw dev wlan0 ap start 'net $x' 2412 NOHT 100 2 hidden-ssid head 80000000ffffffffffff020000000000020000000000000000000000000000000000640001000000010882848b960c121824 tail 2a0100 inactivity-time 300
iw dev wlan0 switch freq 2437 HT20 beacons 5 block-tx
iw dev wlan0 ap stop
command ip link set wlan0 down
iw dev wlan0 set type monitor
iw dev wlan0 set monitor control otherbss
command ip link set wlan0 up
iw dev wlan0 set freq 5180 HT40+
iw dev wlan0 set freq 5180 80 5210
iw dev wlan0 set freq 5180 160 5250
iw dev wlan0 set freq 5180 80+80 5210 5530
iw dev wlan0 set freq 5200 HT40-
iw dev wlan0 set freq 2412 5MHz
iw dev wlan0 set freq 2412
iw dev wlan0 cac trigger freq 5260 HT20
command ip link set wlan0 down
iw dev wlan0 set meshid 'a mesh'
iw dev wlan0 set type mp
command ip link set wlan0 up
iw dev wlan0 mesh join m freq 2412 HT20 basic-rates 1,2 mcast-rate 2 beacon-interval 500 dtim-period 3 vendor_sync off mesh_ttl=20 mesh_rssi_threshold=-70 mesh_power_mode=active
iw dev wlan0 set mesh_param mesh_retry_timeout=100 mesh_max_peer_links=5 mesh_hwmp_rootmode=2 mesh_fwding=1 mesh_plink_timeout=60
iw dev wlan0 mpath del 02:00:00:00:00:22
iw dev wlan0 mesh leave
iw 'phy#1' wowlan enable any magic-packet patterns 14+02:-:ff 0+01
iw 'phy#1' wowlan disable
iw 'phy#1' coalesce disable
iw 'phy#1' set rts off
iw 'phy#1' set coverage 5
iw 'phy#1' set distance auto
iw 'phy#1' set antenna 0x1 0x2
iw 'phy#1' set txq limit 100
iw 'phy#1' set txq quantum 300
iw 'phy#1' set name 'b c'
iw 'phy#1' interface add mesh9 type mp addr 02:00:00:00:00:99 mesh_id 'm $(id)'
iw 'phy#1' interface add mon9 type monitor flags none
iw 'phy#1' interface add __nan9 type __nan
iw 'phy#1' set sar_specs 0 0:20 1:-5
iw 'phy#1' set netns 1
