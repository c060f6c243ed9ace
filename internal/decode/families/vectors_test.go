// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

// A vector is a message of another project's tests or of a bug report that was
// decoded wrongly once, with what is right; those beside them are made by hand.
type vector struct {
	name   string // what the message is
	proto  uint16
	family string // of a generic-netlink message
	dir    capture.Dir
	hex    string
	typ    string
	want   map[string]string // by name, "" is not there
}

var vectors = []vector{
	{
		name: "thermal event", proto: 16, family: "thermal", dir: capture.DirEvent,
		hex: "2c000000130000000000000000000000 05020000 0800020003000000 0800050001000000 08000300683c0100",
		typ: "THERMAL_GENL_EVENT_TZ_TRIP_UP", want: map[string]string{"THERMAL_GENL_ATTR_TZ_TEMP": "81 °C"},
	},
	{
		name: "thermal answer of the same number", proto: 16, family: "thermal", dir: capture.DirReply,
		hex: "2400000013000000010000004d000000 05010000 0800020003000000 0800090001000000",
		typ: "THERMAL_GENL_CMD_TZ_GET_MODE", want: map[string]string{"THERMAL_GENL_ATTR_TZ_MODE": "THERMAL_DEVICE_ENABLED"},
	},
	{
		name: "IOAM6 event", proto: 16, family: "IOAM6", dir: capture.DirEvent,
		hex: "1c000000130000000000000000000000 01010000 060001007b000000",
		typ: "IOAM6_EVENT_TRACE", want: map[string]string{"IOAM6_EVENT_ATTR_TRACE_NAMESPACE": "123", "IOAM6_ATTR_NS_ID": ""},
	},
	{
		name: "SELinux denies", proto: 9, dir: capture.DirReply,
		hex: "98000000780500000100000000000000" + asHex(`audit(1700000000.123:7): avc:  denied  { read write } for  pid=9 comm="cat" `+
			`scontext=u:r:t:s0 tcontext=u:r:f:s0 tclass=file permissive=0`),
		typ: "AUDIT_AVC", want: map[string]string{"verdict": "denied", "permissions": "[read write]", "comm": "cat", "tclass": "file"},
	},
	{
		name: "SELinux grants", proto: 9, dir: capture.DirReply,
		hex: "60000000780500000100000000000000" + asHex(`audit(1700000000.123:8): avc:  granted  { setsecparam } for  pid=1 comm="init"`),
		typ: "AUDIT_AVC", want: map[string]string{"verdict": "granted", "permissions": "[setsecparam]", "pid": "1"},
	},
	{
		name: "a program's cache denies", proto: 9, dir: capture.DirReply,
		hex: "94000000530400000100000000000000" + asHex(`audit(1700000000.123:9): pid=600 uid=81 auid=4294967295 `+
			`msg='avc:  denied  { send_msg } for msgtype=method_call scontext=a tcontext=b exe="/x"'`),
		typ: "AUDIT_USER_AVC", want: map[string]string{"verdict": "denied", "permissions": "[send_msg]", "exe": "/x"},
	},
	{
		name: "AppArmor denies", proto: 9, dir: capture.DirReply,
		hex: "60000000780500000100000000000000" + asHex(`audit(1700000000.123:9): apparmor="DENIED" operation="open" requested_mask="r"`),
		typ: "AUDIT_AVC", want: map[string]string{"apparmor": "DENIED", "operation": "open", "verdict": ""},
	},
	{
		name: "words that only begin alike", proto: 9, dir: capture.DirReply,
		hex: "60000000780500000100000000000000" + asHex(`audit(1700000000.123:9): avc:  received policyload notice (seqno=2) x=1`),
		typ: "AUDIT_AVC", want: map[string]string{"verdict": "", "x": "1"},
	},
	{
		name: "TIPC's own command", proto: 16, family: "TIPC", dir: capture.DirRequest,
		hex: "1c000000150001000100000000000000 01010000 00000000 01410000",
		typ: "TIPC_GENL_CMD", want: map[string]string{"tipc_cmd": "TIPC_CMD_ENABLE_BEARER", "cmd": "1"},
	},
	{
		name: "EAPOL of a control port", proto: 16, family: "nl80211", dir: capture.DirReply,
		hex: "4c000000320000000100000000000000 81010000 2d003300 0203005f02008a00100000000000000001" + strings.Repeat("00", 24) + "000000 060066008e880000",
		typ: "NL80211_CMD_CONTROL_PORT_FRAME",
		want: map[string]string{
			"NL80211_ATTR_FRAME": "EAPOL key version 2, 95 B cut, 37 B descriptor 2, pairwise|ack, replay 1",
		},
	},
	{
		name: "Ethernet frame of a control port", proto: 16, family: "nl80211", dir: capture.DirEvent,
		hex: "2c000000320000000000000000000000 8b010000 16003300 020000000001 020000000002 888e 02010000 0000",
		typ: "NL80211_CMD_CONTROL_PORT_FRAME_TX_STATUS",
		want: map[string]string{
			"NL80211_ATTR_FRAME": "to 02:00:00:00:00:01 from 02:00:00:00:00:02 ETH_P_PAE: EAPOL start version 2, 0 B",
		},
	},
	{
		name: "WoWLAN: why it woke up", proto: 16, family: "nl80211", dir: capture.DirEvent,
		hex: "20000000320000000100000000000000 4a010000 0c007500 0800040001000000",
		typ: "NL80211_CMD_SET_WOWLAN", want: map[string]string{"NL80211_WOWLAN_TRIG_PKT_PATTERN": "1"},
	},
	{
		name: "WoWLAN: a pattern to wake up for", proto: 16, family: "nl80211", dir: capture.DirRequest,
		hex: "30000000320001000100000000000000 4a010000 1c007580 18000480 14000180 0500010001000000 0500020011000000",
		typ: "NL80211_CMD_SET_WOWLAN", want: map[string]string{"NL80211_PKTPAT_PATTERN": "11"},
	},
	{
		name: "decrypted management frame", proto: 16, family: "nl80211", dir: capture.DirReply,
		hex: "34000000320000000100000000000000 27010000 1e003300 c0403a01 020000000000 020000000100 020000000100 0001 0200 0000",
		typ: "NL80211_CMD_DEAUTHENTICATE", want: map[string]string{
			"NL80211_ATTR_FRAME": "DEAUTH to 02:00:00:00:00:00 from 02:00:00:00:01:00 bssid 02:00:00:00:01:00 seq 16 protected PREV_AUTH_NOT_VALID",
		},
	},
	{
		name: "encrypted management frame on the air", proto: 16, family: "MAC80211_HWSIM", dir: capture.DirEvent,
		hex: "40000000320000000000000000000000 02010000 2a000300 c0403a01 020000000000 020000000100 020000000100 0001 0100002000000000aabbccddeeff 0000",
		typ: "HWSIM_CMD_FRAME", want: map[string]string{
			"HWSIM_ATTR_FRAME": "DEAUTH to 02:00:00:00:00:00 from 02:00:00:00:01:00 bssid 02:00:00:00:01:00 seq 16 protected 14 B",
		},
	},
	{
		name: "ematch ipset", proto: 0, dir: capture.DirReply,
		hex: "540000002c0000000100000000000000 0000000002000000010000000000010008000100 0a0001006261736963000000 24000200 20000200 " +
			"0800010001000000 14000280 10000100 0000080000000000 13000206",
		typ: "RTM_NEWTFILTER", want: map[string]string{"kind": "TCF_EM_IPSET", "index": "19", "dim": "2"},
	},
	{
		name: "SMC over IPv4", proto: 4, dir: capture.DirReply,
		hex: "50000000140000000100000000000000 2b010000 1f900050 7f000001000000000000000000000000 0a000002000000000000000000000000" + strings.Repeat("00", 24),
		typ: "SOCK_DIAG_BY_FAMILY", want: map[string]string{"idiag_src": "127.0.0.1", "idiag_dst": "10.0.0.2", "idiag_sport": "8080"},
	},
	{
		name: "SMC over IPv6", proto: 4, dir: capture.DirReply,
		hex: "50000000140000000100000000000000 2b010000 1f900050 20010db8000000000000000000000001 20010db8000000000000000000000002" + strings.Repeat("00", 24),
		typ: "SOCK_DIAG_BY_FAMILY", want: map[string]string{"idiag_src": "2001:db8::1", "idiag_dst": "2001:db8::2"},
	},
	{
		name: "a verdict's packet with padding", proto: 12, dir: capture.DirRequest,
		hex: "5c000000010301000100000000000000 00000000 0c000200 0000000100000007 39000a00 450000351234000040110000c0000201c0000202 03e8003500210000" + strings.Repeat("78", 25) + "000000",
		typ: "NFQNL_MSG_VERDICT", want: map[string]string{
			"NFQA_PAYLOAD": "IPv4 192.0.2.1:1000 > 192.0.2.2:53 UDP: 450000351234000040110000c0000201c000020203e8003500210000" + strings.Repeat("78", 25),
		},
	},
	{
		name: "a verdict's packet and three bytes", proto: 12, dir: capture.DirRequest,
		hex: "5c000000010301000200000000000000 00000000 0c000200 0000000100000008 3c000a00 450000351234000040110000c0000201c0000202 03e8003500210000" + strings.Repeat("78", 25) + "000000",
		typ: "NFQNL_MSG_VERDICT", want: map[string]string{
			"NFQA_PAYLOAD": "IPv4 192.0.2.1:1000 > 192.0.2.2:53 UDP (packet of 53 B and 3 B behind it): 450000351234000040110000c0000201c000020203e8003500210000" + strings.Repeat("78", 25) + "000000",
		},
	},
	{
		name: "devlink port of a link", proto: 0, dir: capture.DirReply,
		hex: "54000000100000000100000000000000 00000100020000000000000000000000 34003e80 0e0001006e657464657673696d000000 0f0002006e657464657673696d310000 " +
			"0800b80000000000 0800030000000000",
		typ: "RTM_NEWLINK", want: map[string]string{"DEVLINK_ATTR_INDEX": "0", "DEVLINK_ATTR_PORT_INDEX": "0", "DEVLINK_ATTR_DEV_NAME": "netdevsim1"},
	},
}

func asHex(s string) string { return hex.EncodeToString([]byte(s)) }

// decodeVector decodes the first message of a datagram.
func decodeVector(t *testing.T, v *vector) *decode.Message {
	t.Helper()
	data, err := hex.DecodeString(strings.Join(strings.Fields(v.hex), ""))
	if err != nil {
		t.Fatal(err)
	}
	if v.proto == 9 { // text of any length
		data[0], data[1] = byte(len(data)), byte(len(data)>>8)
	}
	d := decode.New(families.All(), decode.Options{})
	if v.family != "" {
		d.LearnFamily(uint16(data[4])|uint16(data[5])<<8, v.family, 0, nil)
	}
	ms := d.Frame(&capture.Frame{
		Origin: &capture.Origin{Protocol: v.proto, Dir: v.dir, NetNS: 1}, Data: data, OrigLen: len(data),
	}, nil)
	if len(ms) != 1 {
		t.Fatalf("%d messages", len(ms))
	}
	return &ms[0]
}

func TestVectors(t *testing.T) {
	for i := range vectors {
		v := &vectors[i]
		t.Run(strings.ReplaceAll(v.name, " ", "-"), func(t *testing.T) {
			m := decodeVector(t, v)
			if m.Type != v.typ {
				t.Errorf("type %s, want %s", m.Type, v.typ)
			}
			b := m.Body()
			if b.Problem != "" || len(b.Rest) > 0 {
				t.Errorf("problem %q, rest %x", b.Problem, b.Rest)
			}
			for name, want := range v.want {
				n, ok := m.Lookup(name)
				if got := vectorText(&n); ok != (want != "") || ok && got != want {
					t.Errorf("%s: %q %v, want %q", name, got, ok, want)
				}
			}
		})
	}
}

// TestUnflagged: a nest without its flag, where the kernel refuses that and where not.
func TestUnflagged(t *testing.T) {
	for flags, hex := range map[string]string{
		"missing": "340000001300050001000000000000000000000003000000000000000000000014001a00100002000c0001000800090001000000",
		"set":     "340000001300050002000000000000000000000003000000000000000000000014001a80100002800c0001800800090001000000",
	} {
		m := decodeVector(t, &vector{dir: capture.DirRequest, hex: hex})
		conf, ok := m.Lookup("IFLA_INET_CONF")
		b := m.Body()
		spec := &b.Attrs[0]
		inner := &spec.Children[0].Children[0]
		if want := flags == "missing"; !ok || conf.Name != inner.Name || spec.Unflagged != want || spec.Refused || inner.Unflagged != want || inner.Refused != want {
			t.Errorf("%s: %+v", flags, inner)
		}
	}
}

// vectorText is a value as a line has it.
func vectorText(n *decode.Node) string {
	switch {
	case n.Text != "":
		return n.Text
	case n.Nested:
		var parts []string
		for i := range n.Children {
			parts = append(parts, vectorText(&n.Children[i]))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprint(n.Value)
}

// TestLegacyDumps: what libraries send to ask for a dump is no malformed message.
func TestLegacyDumps(t *testing.T) {
	const info = "00000000" + "0000" // behind the first two bytes
	for _, c := range []struct {
		name, hex, note string
		want            map[string]string
	}{
		{"GETNEIGH of a bridge, ifinfomsg", "200000001e000103070000000000000007000000030000000000000000000000",
			"ifinfomsg sent, which the kernel reads", map[string]string{"ifi_index": "3", "ndm_ifindex": ""}},
		{"GETNEIGH of a bridge, IFLA_MASTER", "280000001e00010308000000000000000700000000000000000000000000000008000a0002000000",
			"ifinfomsg sent, which the kernel reads", map[string]string{"IFLA_MASTER": "2"}},
		{"GETNEIGH of a bridge, ndmsg", "1c0000001e0001030800000000000000" + "070000000300000000000000",
			"", map[string]string{"ndm_ifindex": "3"}},
		{"GETNEIGH of a bridge, ndmsg and IFLA_MASTER", "240000001e0001030800000000000000" + "070000000300000000000000" + "0800090002000000",
			"", map[string]string{"ndm_ifindex": "3", "NDA_MASTER": "2"}},
		{"GETADDR, ifinfomsg", "20000000160001030800000000000000" + "02" + "00" + info + "00000000" + "00000000",
			"ifinfomsg sent; the kernel reads the family alone", map[string]string{"ifi_family": "AF_INET"}},
		{"GETADDR, ifinfomsg and IFLA_EXT_MASK", "28000000160001030800000000000000" + "02" + "00" + info + "00000000" + "00000000" + "08001d0001000000",
			"ifinfomsg sent; the kernel reads the family alone", map[string]string{"IFLA_EXT_MASK": "[RTEXT_FILTER_VF]"}},
		{"GETADDR, ifaddrmsg and an attribute", "20000000160001030800000000000000" + "0200000000000000" + "08000a0005000000",
			"", map[string]string{"IFA_TARGET_NETNSID": "5"}},
		{"GETROUTE, ifinfomsg", "200000001a0001030800000000000000" + "0a" + "00" + info + "00000000" + "00000000",
			"ifinfomsg sent; the kernel reads the family alone", map[string]string{"ifi_family": "AF_INET6", "rtm_family": ""}},
		{"GETROUTE, rtgenmsg", "110000001a0001030800000000000000" + "02",
			"rtgenmsg sent; the kernel reads the family alone", map[string]string{"rtm_family": "AF_INET"}},
		{"GETROUTE, rtgenmsg padded", "140000001a0001030800000000000000" + "02000000", // NetworkManager: no default route
			"rtgenmsg sent; the kernel reads the family alone", map[string]string{"rtm_family": "AF_INET", "rtm_dst_len": ""}},
		{"GETADDR, rtgenmsg padded", "14000000160001030800000000000000" + "02000000",
			"rtgenmsg sent; the kernel reads the family alone", map[string]string{"ifa_family": "AF_INET"}},
		{"GETRULE, ifinfomsg", "20000000220001030800000000000000" + "02" + "00" + info + "00000000" + "00000000",
			"ifinfomsg sent; the kernel reads the family alone", map[string]string{"ifi_family": "AF_INET"}},
		{"GETADDR of one, not a dump", "18000000160001000800000000000000" + "0200000000000000", "", map[string]string{"ifa_family": "AF_INET"}},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			m := decodeVector(t, &vector{proto: 0, dir: capture.DirRequest, hex: c.hex})
			if b := m.Body(); b.Problem != "" || len(b.Rest) > 0 {
				t.Errorf("problem %q, rest %x", b.Problem, b.Rest)
			}
			if m.Note() != c.note {
				t.Errorf("note %q, want %q", m.Note(), c.note)
			}
			for name, want := range c.want {
				n, ok := m.Lookup(name)
				if got := vectorText(&n); ok != (want != "") || ok && got != want {
					t.Errorf("%s: %q %v, want %q", name, got, ok, want)
				}
			}
		})
	}
}
