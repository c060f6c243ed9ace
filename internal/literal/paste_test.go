// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// addr is RTM_NEWADDR of 192.0.2.2/24 on eth0, a part of a dump: the message of
// testdata/paste.
const addr = "34000000140002000100000" + "04d00000002188000040000000800" +
	"0100c000020208000200c0000202090003006574683000000000"

// TestPaste: what people paste is the message again, or refused with what to do.
func TestPaste(t *testing.T) {
	ethtoolOps := "20000000100005000100000000000000" + "030100000c000200657468746f6f6c00"
	for name, want := range map[string][]string{
		"dmesg-hexdump": {addr}, "gdb-x": {addr}, "libnl-nlcb": {addr}, "nldebug": {addr}, "py-bytes": {addr},
		"strace-x":     {"180000001600010301000000000000000200000000000000"},
		"strace-write": {ethtoolOps, "28000000150005000200000000000000" + "0b01000014000180070002006c6f00000800030001000000"},
	} {
		t.Run(name, func(t *testing.T) {
			got := parsePaste(t, name)
			if len(got) != len(want) {
				t.Fatalf("%d datagrams", len(got))
			}
			for i := range want {
				if s := hex.EncodeToString(got[i].Data); s != want[i] {
					t.Errorf("got %s\nwant %s", s, want[i])
				}
			}
		})
	}
	got := parsePaste(t, "strace-genl")
	if len(got) != 2 || len(got[0].Data) != 32 || len(got[1].Data) != 1096 || got[0].Way != WaySent || got[1].Way != WayReceived ||
		len(got[0].Types) != 1 || got[0].Types[0] != (TypeName{Name: "nlctrl"}) {
		t.Errorf("strace-genl: %d datagrams, %+v", len(got), got)
	}
	if got := parsePaste(t, "strace-write"); len(got[1].Types) != 1 || got[1].Types[0] != (TypeName{Name: "ethtool", N: 21}) {
		t.Errorf("the dump below a line has the number of its type: %+v", got[1].Types)
	}
}

func parsePaste(t *testing.T, name string) []Datagram {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "paste", name))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// words of w bytes in the order of a little-endian machine.
func wordsOf(b []byte, w int, prefix, sep string) string {
	var out []string
	for i := 0; i < len(b); i += w {
		out = append(out, prefix+hex.EncodeToString(swapped(b[i:i+w], w)))
	}
	return strings.Join(out, sep)
}

// TestParseMore: formats in which the same characters could be other bytes.
func TestParseMore(t *testing.T) {
	h := hex.EncodeToString(msg)
	p := pairs(h)
	decimal := func(sep string) string { return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(msg)), sep), "[]") }
	signed := func() string {
		var s []string
		for _, c := range msg {
			s = append(s, fmt.Sprint(int8(c)))
		}
		return strings.Join(s, ", ")
	}
	rows := func(w int, format string) string {
		var b strings.Builder
		for i := 0; i < len(msg); i += 8 {
			fmt.Fprintf(&b, format, 0x7ffe1230+i)
			b.WriteString(wordsOf(msg[i:i+8], w, "0x", "\t") + "\n")
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"Rust {:02x?}":        "[" + strings.Join(p, ", ") + "]",
		"Rust {:?}":           "[" + decimal(", ") + "]",
		"Rust name":           "sent buf = [" + strings.Join(p, ", ") + "]",
		"Go %v":               "[" + decimal(" ") + "]",
		"Go %v alone":         decimal(" "),
		"Java":                "[" + signed() + "]",
		"Python list":         "[" + decimal(", ") + "]",
		"Python bytearray":    `bytearray(b'(\x00\x00\x00\x12\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x03\x00beef')`,
		"Erlang":              "<<" + decimal(",") + ">>",
		"Node":                "<Buffer " + strings.Join(p, " ") + ">",
		"JSON of hex":         `{"name": "x", "data": "` + h + `"}`,
		"JSON of characters":  `{"data": "(\u0000\u0000\u0000\u0012\u0000\u0001\u0000\u0001` + strings.Repeat(`\u0000`, 23) + `\b\u0000\u0003\u0000beef"}`,
		"C#":                  strings.Join(p, "-"),
		"gdb x/8xb":           rows(1, "0x%x:\t"),
		"gdb x/8xb of name":   rows(1, "0x%x <buf+16>:\t"),
		"gdb x/2xw":           rows(4, "0x%x:\t"),
		"gdb x/1xg":           rows(8, "0x%x:\t"),
		"gdb p":               "$1 = {0x28, 0x0 <repeats 3 times>, 0x12, 0x0, 0x1, 0x0, 0x1, 0x0 <repeats 23 times>, 0x8, 0x0, 0x3, 0x0, 0x62, 0x65, 0x65, 0x66}",
		"lldb":                "0x7ffe1230: " + strings.Join(p[:16], " ") + "  (...............\n0x7ffe1240: " + strings.Join(p[16:32], " ") + "  ................\n0x7ffe1250: " + strings.Join(p[32:], " ") + "                          ....beef\n",
		"dmesg, no offset":    "[    1.5] nl: " + strings.Join(p[:32], " ") + "\n[    1.5] nl: " + strings.Join(p[32:], " ") + "\n",
		"dmesg, words":        "[    1.5] nl: 00000000: " + wordsOf(msg[:32], 4, "", " ") + "\n[    1.5] nl: 00000020: " + wordsOf(msg[32:], 4, "", " ") + "\n",
		"journal":             "Nov 29 22:37:01 host kernel: nl: 00000000: " + strings.Join(p[:32], " ") + "\nNov 29 22:37:01 host kernel: nl: 00000020: " + strings.Join(p[32:], " ") + "\n",
		"hexdump":             "0000000 " + wordsOf(msg[:16], 2, "", " ") + "\n0000010 " + wordsOf(msg[16:32], 2, "", " ") + "\n0000020 " + wordsOf(msg[32:], 2, "", " ") + "\n0000028\n",
		"bpftrace":            `(` + strings.Repeat(`\x00`, 3) + `\x12\x00\x01\x00\x01` + strings.Repeat(`\x00`, 23) + `\x08\x00\x03\x00beef`,
		"strace among others": "openat(AT_FDCWD, \"/etc/ld.so.cache\", O_RDONLY) = 3\nsendto(3, \"\\x" + strings.Join(p, `\x`) + "\", 40, 0, NULL, 0) = 40\n",
		"strace -f": `[pid  7] sendto(3, {{len=40, type=0x12 /* NLMSG_??? */, flags=NLM_F_REQUEST, seq=1, pid=0}, ` +
			`"` + strings.Repeat(`\x00`, 16) + `\x08\x00\x03\x00beef"}, 40, 0, NULL, 0) = 40`,
		"Go %#v": `netlink.Message{Header:netlink.Header{Length:0x28, Type:0x12, Flags:0x1, Sequence:0x1, PID:0x0}, Data:[]uint8{` +
			"0x" + strings.Join(p[16:], ", 0x") + "}}",
		"Go, source": "x := netlink.Message{\n\tHeader: netlink.Header{\n\t\tLength: 40,\n\t\tType: 0x12,\n\t\tFlags: 1,\n\t\tSequence: 1,\n\t\tPID: 0,\n\t},\n" +
			"\tData: []byte{0x" + strings.Join(p[16:], ", 0x") + "},\n}",
		"go-spew": "(netlink.Message) {\n Header: (netlink.Header) {\n  Length: (uint32) 40,\n  Type: (netlink.HeaderType) unknown(18),\n" +
			"  Flags: (netlink.HeaderFlags) request,\n  Sequence: (uint32) 1,\n  PID: (uint32) 0\n },\n Data: ([]uint8) (len=24 cap=4080) {\n" +
			"  00000000  " + strings.Join(p[16:24], " ") + "  " + strings.Join(p[24:32], " ") + "  |................|\n" +
			"  00000010  " + strings.Join(p[32:], " ") + "                           |....beef|\n }\n}\n",
		"Go %v, of messages": "got {{40 unknown(18) request 1 0} [" + strings.Trim(fmt.Sprint(msg[16:]), "[]") + "]}",
		"syscall of Go":      "{Header:{Len:40 Type:18 Flags:1 Seq:1 Pid:0} Data:[" + strings.Trim(fmt.Sprint(msg[16:]), "[]") + "]}",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if len(got) != 1 || !bytes.Equal(got[0].Data, msg) {
				t.Errorf("got %v\nwant %x\nof %s", got, msg, text)
			}
		})
	}
}

// TestParseTold: headers in words, with payloads of every kind.
func TestParseTold(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"done": {`recvmsg(3, [{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pid=9}, 0], 20) = 20`,
			"14000000000002000700000009000000" + "00000000"},
		"error": {`recvmsg(3, [{nlmsg_len=36, nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_CAPPED, nlmsg_seq=7, nlmsg_pid=9}, ` +
			`{error=-EEXIST, msg={nlmsg_len=48, nlmsg_type=RTM_NEWADDR, nlmsg_flags=NLM_F_REQUEST|0x600, nlmsg_seq=7, nlmsg_pid=0}}], 36) = 36`,
			"24000000000000010700000009000000" + "efffffff" + "30000000000001060700000000000000"},
		"no payload": {`sendto(3, [{nlmsg_len=16, nlmsg_type=0x3f0, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_pid=-1}], 16, 0, NULL, 0) = 16`,
			"10000000f003010007000000ffffffff"},
		"go-spew without payload": {"(syscall.NetlinkMessage) {\n Header: (syscall.NlMsghdr) {\n  Len: (uint32) 16,\n  Type: (uint16) 18,\n  Flags: (uint16) 769,\n  Seq: (uint32) 1,\n  Pid: (uint32) 0\n },\n Data: ([]uint8) <nil>\n}",
			"10000000120001030100000000000000"},
		"Go %#v without payload": {"netlink.Message{Header:netlink.Header{Length:0x10, Type:0x12, Flags:0x301, Sequence:0x1, PID:0x0}, Data:[]uint8(nil)}",
			"10000000120001030100000000000000"},
		"two": {`recvmsg(3, [[{nlmsg_len=17, nlmsg_type=20, nlmsg_flags=0, nlmsg_seq=1, nlmsg_pid=0}, "\x02"], [{nlmsg_len=16, nlmsg_type=20, nlmsg_flags=0, nlmsg_seq=2, nlmsg_pid=0}]], 36) = 36`,
			"11000000140000000100000000000000" + "02000000" + "10000000140000000200000000000000"},
		"libnl, attributes": {`--------------------------   BEGIN NETLINK MESSAGE ---------------------------
  [NETLINK HEADER] 16 octets
    .nlmsg_len = 36
    .type = 16 <nlctrl>
    .flags = 5 <REQUEST,ACK>
    .seq = 1
    .port = 77
  [GENERIC NETLINK HEADER] 4 octets
    .cmd = 3
    .version = 1
    .unused = 0
  [ATTR 07 NESTED] 12 octets
    [ATTR 02] 5 octets
      64 65 20 61 00 de a.
    [PADDING] 3 octets
      00 00 00                                        ...
---------------------------  END NETLINK MESSAGE   ---------------------------`,
			"2400000010000500010000004d000000" + "03010000" + "10000780" + "09000200" + "6465206100" + "000000"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if s := hex.EncodeToString(got[0].Data); len(got) != 1 || s != c.want {
				t.Errorf("%d datagrams\n got %s\nwant %s", len(got), s, c.want)
			}
		})
	}
}

// TestParseRefused: bytes that are not all there, or are no bytes.
func TestParseRefused(t *testing.T) {
	h := hex.EncodeToString(msg)
	for text, want := range map[string]string{
		h + "0":       "odd number",
		h[:36] + "xy": "no hex",
		"[" + strings.Join(pairs(h[:20]), ", ") + ", ...]":                                "leaves bytes out",
		`sendto(3, "\x28\x00\x00\x00\x12\x00"..., 40, 0, NULL, 0) = 40`:                   "strace -s 65536",
		`<Buffer 28 00 00 00 12 00 ... 34 more bytes>`:                                    "leaves bytes out",
		"0000000 000050 000000 000022 000001 000001 000000 000000 000000\n0000020 000000": "octal",
		`sendto(3, {{len=40, type=RTM_GETLINK, flags=NLM_F_REQUEST, seq=1, pid=0}, {ifi_family=AF_UNSPEC, ifi_index=0}, [{nla_len=8, nla_type=IFLA_IFNAME}, "beef"]}, 40) = 40`:                                                          "strace has decoded",
		`sendto(3, [{nlmsg_len=40, nlmsg_type=nlctrl, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=1, nlmsg_pid=0}, "\x03\x01"...], 40) = 40`:                                                                                                    "strace -s 65536",
		`sendto(3, [{nlmsg_len=40, nlmsg_type=nlctrl, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=1, nlmsg_pid=0}, "\x03\x01"], 40) = 40`:                                                                                                       "has 2 of its payload's 24",
		`sendto(3, [{nlmsg_len=16, nlmsg_type=nlctrl, nlmsg_flags=NLM_F_WHAT, nlmsg_seq=1, nlmsg_pid=0}], 16) = 16`:                                                                                                                      "unknown flag",
		`NetlinkMessage { header: NetlinkHeader { length: 40, message_type: 18 }, payload: x }`:                                                                                                                                          "decoded",
		`{'attrs': [('IFLA_IFNAME', 'eth0')], 'header': {'length': 40}}`:                                                                                                                                                                 "decoded",
		`nl: send: {Header:{Length:40 Type:unknown(18) Flags:request Sequence:1 PID:0} Data:[1 2]}`:                                                                                                                                      "has 2 of its payload's 24",
		"Header: (netlink.Header) {\n Length: (uint32) 40,\n Type: (netlink.HeaderType) done,\n Flags: (netlink.HeaderFlags) multi,\n Sequence: (uint32) 1,\n PID: (uint32) 0\n},\nData: ([]uint8) (len=24) {\n 00000000  01 02 |..|\n}": "has 2 of its payload's 24",
		`{"name": "eth0", "mac": "aa:bb"}`: "none of the",
		"something else entirely":          "no hex",
	} {
		got, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

// TestParseStraceDump: where strace has decoded the payload, the dump below has it.
func TestParseStraceDump(t *testing.T) {
	text := `sendto(3, {{len=40, type=RTM_GETLINK, flags=NLM_F_REQUEST, seq=1, pid=0}, {ifi_family=AF_UNSPEC, ifi_index=0}, [{nla_len=8, nla_type=IFLA_IFNAME}, "beef"]}, 40, 0, NULL, 0) = 40
 | 00000  28 00 00 00 12 00 01 00  01 00 00 00 00 00 00 00   (............... |
 | 00010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00   ................ |
 | 00020  08 00 03 00 62 65 65 66                            ....beef |
`
	got, err := Parse(text)
	if err != nil || len(got) != 1 || !bytes.Equal(got[0].Data, msg) {
		t.Fatalf("%v, %v", got, err)
	}
	if len(got[0].Types) != 1 || got[0].Types[0] != (TypeName{Name: "RTM_GETLINK", N: 18}) {
		t.Errorf("%+v", got[0].Types)
	}
}
