# netns: host
# wpa_supplicant on one simulated radio joins the network of hostapd on the other.
monitor
modprobe mac80211_hwsim radios=2
await test -d /sys/class/net/wlan1
cat >hostapd.conf <<-CONF
	interface=wlan0
	driver=nl80211
	ctrl_interface=$PWD/ap
	ssid=lab
	hw_mode=g
	channel=1
	wpa=2
	wpa_key_mgmt=WPA-PSK
	rsn_pairwise=CCMP
	wpa_passphrase=correct horse
CONF
cat >wpa.conf <<-CONF
	ctrl_interface=$PWD/sta
	network={
		ssid="lab"
		psk="correct horse"
		scan_freq=2412
	}
CONF
daemon hostapd "$PWD/hostapd.conf"
await sh -c "hostapd_cli -p '$PWD/ap' status | grep -q state=ENABLED"
daemon wpa_supplicant -i wlan1 -D nl80211 -c "$PWD/wpa.conf"
await sh -c "wpa_cli -p '$PWD/sta' -i wlan1 status | grep -q wpa_state=COMPLETED"
wpa_cli -p "$PWD/sta" -i wlan1 disconnect >&2
await sh -c "wpa_cli -p '$PWD/sta' -i wlan1 status | grep -q wpa_state=DISCONNECTED"
finish
modprobe -r mac80211_hwsim
