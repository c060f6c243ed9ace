// SPDX-License-Identifier: Apache-2.0

package argv

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
)

const (
	hexKey    = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	base64Key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
)

// line makes a command line of arguments; of a text without NULs, of its words.
func line(args ...string) string { return strings.Join(args, "\x00") + "\x00" }

func words(text string) string { return line(strings.Fields(text)...) }

// Of these, what is between « and » is a secret.
func TestRedacted(t *testing.T) {
	for _, tt := range []struct{ name, line string }{
		// Key words of the tools.
		{"xfrm enc and auth", words("ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100 mode tunnel auth hmac(sha256) «0xaa» enc cbc(aes) «textkey»")},
		{"xfrm aead", words("/sbin/ip -n red xfrm state add proto esp spi 1 aead rfc4106(gcm(aes)) «short» 128 reqid 5")},
		{"xfrm auth-trunc, abbreviated", words("ip x s a proto esp spi 1 auth-trunc hmac(sha256) «abc» 96")},
		{"macsec", words("ip macsec add macsec0 tx sa 0 pn 1 on key 01 «11223344»")},
		{"macsec, abbreviated, another namespace", words("ip netns exec a ip mac add m rx port 1 address 02:00:00:00:00:01 sa 0 pn 1 on key 0201 «11223344»")},
		{"iw", words("iw dev wlan0 connect net 2412 key «0:abcde» «d:1:6162636465» mfp:req")},
		{"iwconfig", words("iwconfig wlan0 key «s:abc» [2] open")},
		{"ethtool", words("ethtool -s eth0 wol s sopass «00:11:22:33:44:55»")},
		{"tipc", words("tipc node set key «0x00» algname gcm(aes) nodeid 5")},
		{"nmcli", line("nmcli", "dev", "wifi", "connect", "My Net", "password", "«with blank»", "ifname", "wlan0")},
		{"nmcli setting", words("nmcli con modify x wifi-sec.psk «pw» wifi-sec.key-mgmt wpa-psk")},
		{"wpa_cli", line("wpa_cli", "-i", "wlan0", "set_network", "0", "psk", "\"«pass phrase»\"")},
		{"wpa_cli command", words("wpa_cli passphrase «0» «pw»")},
		{"wpa_passphrase", words("wpa_passphrase home «hunter22»")},
		{"iwctl", words("iwctl --passphrase «hunter22» station wlan0 connect home")},
		{"iscsiadm", words("iscsiadm -m node -o update -n node.session.auth.password -v «pw»")},
		{"drbdsetup", words("drbdsetup net-options a --shared-secret «pw»")},
		{"drbdsetup =", words("drbdsetup net-options a --shared-secret=«pw»")},
		{"setkey", line("sh", "-c", "setkey -c <<E\nadd 10.0.0.1 10.0.0.2 esp 1 -E rijndael-cbc «0x01» -A hmac-sha1 \"«text»\";\nE")},
		{"vtysh", line("vtysh", "-c", "conf t", "-c", "neighbor 10.0.0.1 password «bgpkey»")},
		{"mount", words("mount -t cifs //a/b /mnt -o user=x,password=«pw»,uid=0")},
		{"mysql", words("mysql -u root -p«pw» db")},
		{"sshpass", words("sshpass -p «pw» ssh host")},
		{"docker login", words("docker login -u me -p «pw» registry")},
		{"curl", words("curl -u me:«pw» http://a/")},
		{"keyctl", words("keyctl add user name «data» @s")},
		// Names of options, variables, settings.
		{"an option", words("tool --password «x» eth0")},
		{"an option that has =", line("tool", "--password=«with, blank»", "eth0")},
		{"one dash", words("tool -psk «x»")},
		{"a variable", words("env DB_PASSWORD=«x» tool")},
		{"a variable with blanks", line("env", "PASSWORD=«a b»", "tool")},
		{"camels", words("tool --sharedSecret=«x» --authKey «y»")},
		{"an address", words("git clone https://me:«pw»@host/x.git")},
		{"JSON", line("curl", "-d", `{"user":"a","password":"«x»","n":1}`, "http://a/")},
		{"JSON with blanks", line("curl", "-d", `{"user": "a", "password": "«x y»", "n": 1}`, "http://a/")},
		{"openssl", words("openssl enc -pass «pass:x» -in f")},
		// Scripts.
		{"a shell", line("sh", "-c", "modprobe xfrm_user; ip xfrm state add proto esp spi 1 enc 'cbc(aes)' «0xab» && ip link")},
		{"two shells", line("sudo", "sh", "-c", `exec bash -c "ip macsec add m tx sa 0 pn 1 on key 01 '«aa»'"`)},
		{"nltop", words("nltop trace -- ip xfrm state add proto esp spi 1 enc cbc(aes) «0xab»")},
		{"a line that goes on", line("sh", "-c", "ip xfrm state add \\\n proto esp spi 1 enc 'cbc(aes)' \\\n «0xab» \\\n mode tunnel")},
		{"a configuration", line("sh", "-c", "wg setconf wg0 <(echo '[Interface]\nPrivateKey = «abc»\nListenPort = 1')")},
		{"wpa_supplicant's", line("sh", "-c", `printf 'network={\n ssid="a"\n psk="«my pass»"\n}' > /tmp/c`)},
		{"escaped quotes", line("sh", "-c", `printf "network={\npsk=\"«my pass»\"\n}" > /tmp/c`)},
		{"quotes in a password", line("sh", "-c", `psk="«a\"b»" tool`)},
		{"a batch", line("sh", "-c", `echo "xfrm state add proto esp spi 1 enc cbc(aes) «textkey»" | ip -b -`)},
		{"another batch", line("bash", "-c", `ip -batch - <<< 'macsec add m tx sa 0 pn 1 on key 01 «aa»'`)},
		{"a substitution", line("bash", "-c", "wpa_supplicant -i wlan0 -c <(wpa_passphrase home «hunter22»)")},
		{"YNL", line("cli.py", "--do", "key-new", "--json", `{"peer": 1, "keydir": {"cipher-key": "«0011»", "nonce-tail": "«22»"}}`)},
		{"an assignment in front", line("sh", "-c", "PASSWORD=«x» tool eth0; KEY=1 tool")},
		{"hostapd_cli", words("hostapd_cli set wpa_passphrase «hunter22»")},
		{"a pipe", line("sh", "-c", "echo «"+base64Key+"» | wg set wg0 private-key /dev/stdin")},
		{"substitution", line("bash", "-c", "wg set wg0 peer x preshared-key <(echo «"+base64Key+"»)")},
		{"Python", line("python3", "-c", "subprocess.run(['ip', 'xfrm', 'state', 'add', 'enc', 'cbc(aes)', '«0xab»'])")},
		{"a title", "tool --password=«x»"},
		// By form.
		{"hexadecimal", words("python3 send.py «" + hexKey + "» eth0")},
		{"capitals", words("python3 send.py «" + strings.ToUpper(hexKey) + "»")},
		{"with 0x", words("python3 send.py «0x0011223344556677»")},
		{"with colons", words("python3 send.py «0f:1e:2d:3c:4b:5a:69:78:87:96:a5:b4:c3:d2:e1:f0»")},
		{"base64", words("python3 send.py «" + base64Key + "»")},
		{"base64 without padding", words("python3 send.py «" + strings.TrimRight(base64Key, "=") + "»")},
		{"behind a sign", words("python3 send.py --foo=«" + hexKey + "» bar:«" + base64Key + "»")},
		{"a script's", line("python3", "-c", "send(bytes.fromhex('«"+hexKey+"»'))")},
		{"a tool's name is no tool", words("python3 send.py ip «" + hexKey + "»")},
		{"a call", line("python3", "-c", "send("+"«"+hexKey+"»"+")")},
		{"behind a tool", line("sh", "-c", "ip link; python3 send.py «"+hexKey+"»")},
		{"in another namespace", words("ip netns exec red python3 send.py «" + hexKey + "»")},
		{"cut in it", "python3\x00send.py\x00«0f1e2d»"},
		{"cut in base64", "python3\x00send.py\x00«yAnz5TF»"},
		{"cut behind a key word", "ip\x00xfrm\x00state\x00add\x00enc\x00cbc(aes)\x00«0x»"},
		{"cut in a quote", "sh\x00-c\x00ip xfrm state add enc 'cbc(aes)' '«0xab»"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			redacts(t, tt.line)
		})
	}
}

// redacts fails unless what is between « and » is taken out of a line, and nothing else.
func redacts(t *testing.T, line string) {
	t.Helper()
	plain, want := strings.NewReplacer("«", "", "»", "").Replace(line), line
	for {
		from, to := strings.Index(want, "«"), strings.Index(want, "»")
		if from < 0 {
			break
		}
		want = want[:from] + Redacted + want[to+len("»"):]
	}
	got := Redact(plain)
	if got != want {
		t.Errorf("%q\n is %q\nwant %q", plain, got, want)
	}
	if again := Redact(got); again != got {
		t.Errorf("%q\n becomes %q", got, again)
	}
}

// What has no secret stays as it is.
func TestNotRedacted(t *testing.T) {
	for _, s := range []string{
		words("ip route add 10.0.0.0/8 via 192.168.0.1 dev eth0 proto static metric 100"),
		words("ip link add gre1 type gre local 10.0.0.1 remote 10.0.0.2 key 42 ttl 64"),
		words("ip tunnel add t mode vti local 1.2.3.4 remote 4.3.2.1 ikey 0x2a okey 10.0.0.1"),
		words("ip link set ib0 address a0:00:02:20:fe:80:00:00:00:00:00:00:00:11:22:33:44:55:66:77"),
		words("ip token set ::1 dev eth0"),
		words("ip xfrm policy add src 10.0.0.0/24 dst 10.1.0.0/24 dir out tmpl proto esp mode tunnel reqid 1"),
		words("ip macsec show"),
		words("ip xfrm state"),
		words("tc filter add dev eth0 parent 1: protocol ip u32 match ip dst 10.0.0.1/32 flowid 1:10"),
		words("bridge fdb add 02:00:00:00:00:01 dev vxlan0 dst 10.0.0.1 vni 10 self"),
		words("wg set wg0 listen-port 51820 private-key /etc/wg.key peer " + base64Key + " preshared-key /etc/psk allowed-ips 10.0.0.2/32"),
		words("iw dev wlan0 scan"),
		words("iw dev wlan0 interface add mon0 type monitor"),
		words("ethtool -X eth0 hkey 0f:1e:2d:3c:4b:5a:69:78:87:96:a5:b4:c3:d2:e1:f0:0f:1e:2d:3c:4b:5a:69:78:87:96:a5:b4:c3:d2:e1:f0:0f:1e:2d:3c:4b:5a:69:78"),
		words("tipc node set key rekeying 10"),
		words("nmcli con show --show-secrets home"),
		words("nmcli con add type wifi ifname wlan0 ssid home"),
		words("wpa_supplicant -B -i wlan0 -c /etc/wpa_supplicant/wpa_supplicant.conf"),
		words("wpa_passphrase home"),
		words("openvpn --config /etc/openvpn/a.conf --secret static.key --askpass /etc/pw"),
		words("nft -f /etc/nftables.conf"),
		words("nltop record -w /tmp/a.pcapng --for 10s"),
		words("nltop scrub --key mykeyfile a b"),
		words("grep key file"),
		words("grep -r password /etc"),
		words("passwd root"),
		words("sort --key 2 -t : /etc/passwd"),
		words("curl --key /etc/k.pem --cert c.pem https://example.com/token/list?a=b"),
		words("ssh -i /home/me/.ssh/id_ed25519 me@example.com"),
		words("psql postgres://me@host/db"),
		words("kubectl get secret -n kube-system"),
		words("tool --password-file /etc/pw --token-file t --no-password --ask-password"),
		words("tool --private-key /etc/k --secret ./s --api-key $KEY"),
		words("env PWD=/home/me OLDPWD=/ HOME=/root KEYMAP=us tool"),
		words("docker run -p 8080:80 nginx"),
		words("docker run -d --name x nginx@sha256:" + hexKey + hexKey),
		words("/usr/bin/containerd-shim-runc-v2 -namespace moby -id " + hexKey + hexKey + " -address /run/containerd/containerd.sock"),
		words("runc --root /var/run/docker/runtime-runc/moby create --bundle /run/containerd/io.containerd.runtime.v2.task/moby/" + hexKey + hexKey + " " + hexKey + hexKey),
		words("git fetch origin 65e8e4f8e0264a220ccb1b14d22f808f5d49d05b"),
		words("tool --commit=65e8e4f8e0264a220ccb1b14d22f808f5d49d05b --id 65e8e4f8e0264a220ccb1b14d22f808f5d49d05b"),
		words("tool 123e4567-e89b-12d3-a456-426614174000 1699999999999 0xdeadbeef 02:42:ac:11:00:02"),
		words("tool fe80:0000:0000:0000:0202:b3ff:fe1e:8329 00:11:22:33:44:55 2001:db8::1/64"),
		words("/usr/lib/systemd/systemd --switched-root --system --deserialize=31"),
		words("/usr/lib/NetworkManager/nm-dispatcher org.freedesktop.NetworkManager.DeviceStatistics"),
		words("java -Dorg.example.VeryLongPropertyName=true -cp /opt/a.jar com.example.MainApplicationServer"),
		words("/tmp/TestLiveProcess123456789/001/child TestLiveProcessOfAShellWithAName17 a/TestLiveProcess123456789/x"),
		words("link -buildmode=exe -buildid=iFaMPQOFtQXCIPEJEqvD/rjgQcoo5TsWvP8Js5J8C/-40tct6FJxBcpo0OvnOR/iFaMPQOFtQXCIPEJEqvD -X t"),
		words("tool Acquire::IndexTargets::deb::DEP-11-icons-large-hidpi;"),
		words("tool --deserialize-a-thing1= --with-long-option-names=x"),
		line("sshd: me [priv]"),
		line("sh", "-c", "for i in 1 2 3; do ip link add v$i type dummy; done"),
		line("sh", "-c", "ip tunnel add t mode gre key 5; echo password is in file"),
		line("bash", "-c", "while read key value; do echo $key = $value; done < /etc/x"),
		"", "\x00", "\x00\x00", line("ip"), line("'"), line(`"`), line("-"), line("="), line(":"), line("://@"), "ip\x00xfrm\x00enc",
		"/usr/lib/x86_64-linux-gnu/libexec/pol",
	} {
		if got := Redact(s); got != s {
			t.Errorf("%q\n is %q", s, got)
		}
	}
}

// Everything in a text that only quotes a command line.
func TestText(t *testing.T) {
	if got, want := Text(`proc.cmdline contains "`+hexKey+`" && len > 4`), `proc.cmdline contains "<redacted>" && len > 4`; got != want {
		t.Errorf("%s", got)
	}
	if s := `family == "route" && attr.mtu > 1500`; Text(s) != s {
		t.Errorf("%s", Text(s))
	}
}

func TestKeep(t *testing.T) {
	Keep(true)
	defer Keep(false)
	if s := words("ip xfrm state add enc cbc(aes) 0xab"); Redact(s) != s || Text(base64Key) != base64Key {
		t.Error("something is taken out")
	}
}

// However it is written, a key behind its key word is gone, and what is left is still the
// arguments that it was.
func FuzzRedact(f *testing.F) {
	f.Add("ip\x00xfrm\x00state\x00add\x00enc\x00cbc(aes)\x000xab\x00")
	f.Add("sh\x00-c\x00echo '\\\"`$(\x00")
	f.Add("tool\x00--password=\"a b\x00PASSWORD='\\\x00")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4096 {
			return
		}
		got := Redact(s)
		if n := strings.Count(got, "\x00"); n > strings.Count(s, "\x00") {
			t.Errorf("%q has more arguments than %q", got, s)
		}
		if strings.ReplaceAll(got, Redacted, "") == got && got != s {
			t.Errorf("%q became %q", s, got)
		}
		prove(t, s)
	})
}

// Of random keys, few are not taken for keys by their form, and none that is padded or
// hexadecimal.
func TestFormOfRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	missed := 0
	const n = 10000
	for range n {
		key := make([]byte, 32)
		for i := range key {
			key[i] = byte(rng.Uint32())
		}
		for _, s := range []string{hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key), base64.URLEncoding.EncodeToString(key), hex.EncodeToString(key[:16])} {
			if l := words("tool " + s); !strings.HasPrefix(s, "--") && Redact(l) == l {
				t.Errorf("%s is no key", s)
			}
		}
		if l := words("tool " + base64.RawStdEncoding.EncodeToString(key)); Redact(l) == l {
			missed++
		}
	}
	if missed > n/50 {
		t.Errorf("%d of %d without padding are no keys", missed, n)
	}
	t.Log(missed, "without padding are missed")
}
