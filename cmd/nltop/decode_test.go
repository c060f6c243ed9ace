// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/literal"
)

// volleyed decodes a text and returns the lines of its messages and what was noted.
func volleyed(t *testing.T, text string, change func(*volley)) (lines []string, notes string, err error) {
	t.Helper()
	datagrams, err := literal.Parse(text)
	if err != nil {
		return nil, "", err
	}
	var out, noted bytes.Buffer
	v := volley{dec: decode.New(families.All(), decode.Options{}), out: export.NewText(&out, export.TextOptions{UTC: true, Bare: true})}
	if change != nil {
		change(&v)
	}
	err = v.write(datagrams, families.All(), &noted)
	return strings.Split(strings.TrimSpace(out.String()), "\n"), noted.String(), err
}

// TestDecodePastes: the messages of what people paste, with the protocol that strace
// names, and none other.
func TestDecodePastes(t *testing.T) {
	addr := "← route RTM_NEWADDR MULTI IFA_LOCAL=192.0.2.2/24"
	get := "→ nlctrl CTRL_CMD_GETFAMILY ACK CTRL_ATTR_FAMILY_NAME=ethtool"
	for name, want := range map[string][]string{
		"dmesg-hexdump": {addr}, "gdb-x": {addr}, "libnl-nlcb": {addr}, "nldebug": {addr}, "py-bytes": {addr},
		"strace-x":     {"→ route RTM_GETADDR DUMP"},
		"strace-genl":  {get, "← nlctrl CTRL_CMD_NEWFAMILY CTRL_ATTR_FAMILY_NAME=ethtool CTRL_ATTR_FAMILY_ID=21"},
		"strace-write": {get, "→ ethtool ETHTOOL_MSG_FEATURES_GET ACK ethtool -k lo"},
	} {
		text, err := os.ReadFile(filepath.Join("../../internal/literal/testdata/paste", name))
		if err != nil {
			t.Fatal(err)
		}
		got, notes, err := volleyed(t, string(text), nil)
		if err != nil || notes != "" || len(got) != len(want) {
			t.Errorf("%s: %v, %q, %q", name, err, notes, got)
			continue
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("%s: got %s\nwant %s", name, got[i], want[i])
			}
		}
	}
}

func TestDecodeNames(t *testing.T) {
	head := func(typ string) string {
		return "sendto(3, [{nlmsg_len=20, nlmsg_type=" + typ + ", nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=1, nlmsg_pid=0}, \"\\x0a\\x00\\x00\\x00\"], 20) = 20"
	}
	for typ, want := range map[string]string{
		"NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GETGEN": "→ nftables NFT_MSG_GETGEN",
		"NFNL_SUBSYS_CTNETLINK<<8|0x1":           "→ ctnetlink IPCTNL_MSG_CT_GET",
		"NFNL_MSG_BATCH_END":                     "→ netfilter NFNL_MSG_BATCH_END",
		"XFRM_MSG_FLUSHPOLICY":                   "→ xfrm XFRM_MSG_FLUSHPOLICY",
		"wireguard":                              "→ wireguard",
		"NLMSG_NOOP":                             "→ route NLMSG_NOOP",
	} {
		got, _, err := volleyed(t, head(typ), nil)
		if err != nil || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %q, %v, want %s", typ, got, err, want)
		}
	}
	if _, _, err := volleyed(t, head("somefamily"), nil); err == nil || !strings.Contains(err.Error(), "strace -e write=all") {
		t.Errorf("a name that nobody knows: %v", err)
	}
	if _, _, err := volleyed(t, head("nlctrl"), func(v *volley) { v.given = true }); err == nil || !strings.Contains(err.Error(), "NETLINK_GENERIC") {
		t.Errorf("--protocol route of nlctrl: %v", err)
	}
}

// TestDecodeRather: a generic message read as a route one is asked about.
func TestDecodeRather(t *testing.T) {
	for name, c := range map[string]struct{ hex, want string }{
		"generic as RTM_DELQDISC": {"28000000250001000100000000000000" + "03010000" + "14000180" + "070002006c6f0000" + "0800030001000000", "rather generic?"},
		"generic, short":          {"20000000250001000100000000000000" + "03010000" + "0c0002006e65746465760000", "rather generic?"},
		"a real RTM_DELQDISC":     {"24000000250001000100000000000000" + "0000000003000000" + "00000100" + "ffffffff" + "00000000", ""},
		"nonsense":                {"24000000f07f01000100000000000000" + strings.Repeat("ff", 20), ""},
	} {
		b, err := hex.DecodeString(c.hex[:len(c.hex)&^1])
		if err != nil {
			t.Fatal(err)
		}
		b[0] = byte(len(b))
		_, notes, err := volleyed(t, hex.EncodeToString(b), nil)
		if err != nil || (c.want == "") != (notes == "") || !strings.Contains(notes, c.want) {
			t.Errorf("%s: %q, %v", name, notes, err)
		}
	}
}

func TestParseProtocolNames(t *testing.T) {
	tables := families.All()
	for s, want := range map[string]struct {
		protocol uint16
		family   string
	}{
		"route": {0, ""}, "16": {16, ""}, "NETLINK_XFRM": {6, ""}, "generic": {16, ""}, "netfilter": {12, ""}, "inet_diag": {4, ""},
		"generic:wireguard": {16, "wireguard"}, "WireGuard": {16, "wireguard"}, "nfqueue": {12, "nfqueue"}, "netfilter:nftables": {12, "nftables"},
		"nftables": {12, "nftables"}, "uevent": {capture.NETLINK_KOBJECT_UEVENT, ""}, "sock_diag": {4, ""},
	} {
		p, f, err := parseProtocol(s, tables)
		name := ""
		if f != nil {
			name = f.Name
		}
		if err != nil || p != want.protocol || name != want.family {
			t.Errorf("%s: %d %q %v, want %v", s, p, name, err, want)
		}
	}
	for s, want := range map[string]string{
		"generic:wirguard": `did you mean "wireguard"?`, "wirguard": `did you mean "wireguard"?`, "rote": `did you mean "route"?`,
		"route:x": "only generic and netfilter", "99": "out of range", "generic:route": "unknown family",
	} {
		if _, _, err := parseProtocol(s, tables); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", s, err, want)
		}
	}
	protocols, expr, err := wanted([]string{"route", "wireguard", "nfqueue", "ethtool"}, tables)
	if err != nil || len(protocols) != 3 || expr != `(protocol_id != 16 or family in ["wireguard", "ethtool"]) and (protocol_id != 12 or family in ["nfqueue"])` {
		t.Errorf("%v %s %v", protocols, expr, err)
	}
	if _, expr, _ := wanted([]string{"generic", "wireguard"}, tables); expr != "" {
		t.Errorf("all of generic is wanted: %s", expr)
	}
	f := captureFlags{protocols: []string{"wireguard"}, expr: "error != 0 or seq == 1"}
	if x, err := f.compile(); err != nil || x == nil {
		t.Errorf("compile: %v", err)
	}
	f = captureFlags{protocols: []string{"wireguard"}, expr: "errr != 0"}
	if _, err := f.compile(); err == nil || !strings.Contains(err.Error(), `did you mean "error"`) {
		t.Errorf("compile: %v", err)
	}
}

// TestDecodeArgument: hex on the command line, however long, and a slip in it.
func TestDecodeArgument(t *testing.T) {
	long := strings.Repeat("00", 300)
	if got, err := literalText([]string{long}); err != nil || got != long {
		t.Errorf("a message of 300 bytes: %.20q, %v", got, err)
	}
	for arg, want := range map[string]string{long + "0": "odd number of hex digits", "2800000012000100010000000": "odd number", "no-such-file": "no such file"} {
		if _, err := literalText([]string{arg}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s…: %v, want %s", arg, err, want)
		}
	}
}
