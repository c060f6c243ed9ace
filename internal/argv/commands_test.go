// SPDX-License-Identifier: Apache-2.0

package argv

import "testing"

// Command lines as manual pages, usage and questions of users have them, with secrets that
// only a key word tells: what is between « and » is taken out, and nothing else.
func TestRealCommands(t *testing.T) {
	for _, l := range []string{
		// ip-xfrm(8), ip-macsec(8), tipc-node(8), wg(8), iw(8), ethtool(8), tcpdump(1).
		words("ip xfrm state add src 192.168.1.1 dst 192.168.1.2 proto esp spi 0x01000000 reqid 1 mode tunnel enc cbc(aes) «aeskey» auth hmac(sha1) «hello» sel src 10.0.0.0/8"),
		words("ip -6 xfrm state update src fd00::1 dst fd00::2 proto esp spi 1 mode transport aead rfc4106(gcm(aes)) «k» 96 encap espinudp 4500 4500 ::"),
		words("ip macsec add macsec0 rx port 1 address 00:11:22:33:44:55 sa 0 pn 1 on key 81 «82828282»"),
		words("tipc node set key «this_is_a_key» algname gcm(aes) nodeid 1001002"),
		words("wg set wg0 listen-port 51820 private-key /path/to/private-key peer ABCDEF= allowed-ips 192.168.88.0/24 endpoint 209.202.254.14:8172"),
		line("bash", "-c", "wg set wg0 peer x preshared-key <(echo «"+base64Key+"»)"),
		words("iw dev wlan0 connect foo 2432 00:11:22:33:44:55 auth open key «d:2:6162636465»"),
		words("iw dev wlan0 ibss join foo 2412 fixed-freq key «0:abcde»"),
		words("ethtool --flash-module-firmware eth0 file f.bin pass «0x01020304»"),
		line("tcpdump", "-i", "eth0", "-E", "«0x1234@10.0.0.1 3des-cbc-hmac96:0x4043»", "esp"),
		words("tcpdump -M «bgpsecret» port 179"),
		line("tshark", "-o", "«uat:80211_keys:\"wpa-pwd\",\"hunter22:home\"»", "-r", "f.pcap"),
		words("tshark -o tcp.desegment_tcp_streams:FALSE -r f.pcap"),
		// nmcli(1).
		line("nmcli", "device", "wifi", "connect", "Cafe Hotspot 1", "password", "«caffeine»", "name", "My cafe"),
		words("nmcli dev wifi hotspot ifname wlan0 ssid home password «hunter22»"),
		words("nmcli con add type wifi con-name a ifname wlan0 ssid home -- wifi-sec.key-mgmt wpa-psk wifi-sec.psk «hunter22»"),
		line("nmcli", "con", "modify", "work", "802-1x.identity", "me", "802-1x.password", "«pw 1»", "802-1x.private-key", "/etc/k.pem", "802-1x.private-key-password", "«pw2»"),
		line("nmcli", "connection", "modify", "vpn", "vpn.secrets", "password=«pw»"),
		words("nmcli con add type gsm ifname * apn internet gsm.pin «1234»"),
		words("nmcli con modify wg0 wireguard.private-key «abc» ipv6.token ::1"),
		words("nmcli con add type macsec ifname m macsec.parent eth0 macsec.mode psk macsec.mka-cak «00» macsec.mka-ckn 01"),
		// wpa_cli(8), hostapd_cli(1), wpa_passphrase(8), iwctl(1), iwpriv(8).
		line("wpa_cli", "-i", "wlan0", "set_network", "0", "sae_password", "\"«hunter 22»\""),
		words("wpa_cli set_network 0 wep_key0 «6162636465»"),
		words("wpa_cli set_network 0 pin «1234»"),
		words("wpa_cli pin 0 «1234»"),
		words("wpa_cli -i wlan0 wps_reg 00:11:22:33:44:55 «12345670»"),
		words("wpa_cli p2p_connect 00:11:22:33:44:55 «12345670» display"),
		words("wpa_cli p2p_connect 00:11:22:33:44:55 pbc"),
		words("wpa_cli set_cred 0 password «pw»"),
		words("hostapd_cli -i wlan0 set wpa_passphrase «hunter22»"),
		words("hostapd_cli wps_pin any «12345670» 300"),
		words("hostapd_cli wps_ap_pin set «12345670»"),
		words("hostapd_cli wps_config home WPA2PSK CCMP «hunter22»"),
		words("hostapd_cli set auth_server_shared_secret «radius»"),
		words("wpa_passphrase MyHome «hunter22»"),
		words("iwctl --passphrase «hunter22» station wlan0 connect-hidden home"),
		words("iwpriv ra0 set WPAPSK=«hunter22»"),
		words("uci set wireless.default_radio0.key=«hunter22»"),
		words("uci set wireless.@wifi-iface[0].key='«hunter22»'"),
		words("uci set wireless.radio0.channel=11"),
		// IPsec and VPNs.
		words("ipsec whack --name a --initiate --xauthname me --xauthpass «pw»"),
		words("ipsec spi --edst 10.0.0.2 --spi 0x113 --esp 3des --enckey «0x66» --authkey «0x99»"),
		words("swanctl --load-creds --file /etc/swanctl/swanctl.conf"),
		words("openvpn --remote a --auth-user-pass /etc/up --secret static.key 1 --askpass /etc/pw"),
		words("openconnect --user me --cookie «3A» vpn.example.com"),
		words("openfortivpn vpn.example.com:443 -u me -p «pw» --otp=«123456»"),
		words("pppd call isp user me password «pw» nodetach"),
		words("tailscale up --authkey «tskey-auth-x» --hostname a"),
		words("netbird up --setup-key «A1»"),
		words("edge -d n2n0 -c mynet -k «mykey» -a 10.1.2.3 -l host:7777"),
		// Routing.
		line("vtysh", "-c", "configure terminal", "-c", "interface eth0", "-c", "ip ospf message-digest-key 1 md5 «ospfkey»"),
		line("vtysh", "-c", "interface eth0", "-c", "ip rip authentication string «ripkey»"),
		line("vtysh", "-c", "router isis a", "-c", "area-password «clear» «isiskey»"),
		words("gobgp neighbor add 10.0.0.2 as 65002 auth-password «bgpkey»"),
		// Storage.
		words("iscsiadm -m node -T iqn.2001-04.com.example:disk -o update --name=node.session.auth.password --value=«pw»"),
		words("iscsiadm -m node -o update -n node.session.auth.password_in -v «pw»"),
		words("iscsiadm -m node -o update -n node.startup -v automatic"),
		words("mount -t cifs //srv/a /mnt -o username=me,password2=«pw»,vers=3.0"),
		words("nvme connect -t tcp -a 10.0.0.1 -n nqn -k 5 --dhchap-secret «DHHC-1:00:AA:»"),
		words("drbdsetup net-options 10.0.0.1 10.0.0.2 --shared-secret=«FooFunFactory»"),
		words("ksmbd.adduser -a me -p «pw»"),
		// And what runs beside them.
		words("radtest me «pw» localhost 0 «testing123»"),
		words("radclient -x localhost auth «testing123»"),
		words("eapol_test -c peap.conf -a 127.0.0.1 -s «testing123»"),
		words("net ads join -U Administrator%«pw»"),
		line("curl", "-H", "Authorization: Bearer «abc»", "https://a/"),
		line("wget", "--header=Authorization: Basic «bWU6cHc=»", "https://a/"),
		words("tool «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U»"),
		words("env PGPASSWORD=«pw» psql -h db"),
		words("keytool -list -keystore k.jks -storepass «changeit»"),
		words("htpasswd -b /etc/htpasswd me «pw»"),
		words("mkpasswd «pw»"),
		words("mmcli -i 0 --pin=«1234»"),
	} {
		redacts(t, l)
	}
}
