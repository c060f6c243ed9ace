// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/redact"
)

// key is 32 bytes like no others.
var key = []byte("\x9f\x02kEy-mAt\x81\xf3rial\x07\xfe\x03of\x11a-thing\x88\xc5!\xd1")

// Generic-netlink ids that taught has.
const (
	idWireguard = 40
	idForeign   = 41 // a family that is known by its name
	idPolicy    = 42 // a family of which the kernel's policy is known
	idUnknown   = 43
)

// taught is a decoder that knows them.
func taught() *decode.Decoder {
	d := decode.New(families.All(), decode.Options{})
	say := func(b []byte) {
		d.Frame(&capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_GENERIC, Dir: capture.DirReply}, Data: b, OrigLen: len(b)}, nil)
	}
	for id, name := range map[uint16]string{idWireguard: "wireguard", idForeign: "foreign", idPolicy: "amneziawg"} {
		say(nltest.NewFamily(id, name))
	}
	policy := func(attrs ...[]byte) []byte {
		return nltest.Genl(16, 2, 1, 0, 10, 2, append([][]byte{nltest.Attr(1, nltest.U16(idPolicy))}, attrs...)...)
	}
	rule := func(id uint16, typ uint32) []byte {
		return policy(nltest.Nest(8, nltest.Nest(0, nltest.Nest(id, nltest.Attr(1, nltest.U32(typ))))))
	}
	say(policy(nltest.Nest(9, nltest.Nest(1, nltest.Attr(1, nltest.U32(0)), nltest.Attr(2, nltest.U32(0))))))
	say(rule(1, 4))  // u32
	say(rule(2, 12)) // NUL-terminated string
	say(rule(3, 11)) // binary
	return d
}

// taughtOnce is one of them, for all.
var taughtOnce = sync.OnceValue(taught)

// frame is one datagram.
func frame(protocol uint16, dir capture.Dir, data []byte) *capture.Frame {
	return &capture.Frame{Origin: &capture.Origin{Protocol: protocol, Dir: dir}, ID: 1, Data: data, OrigLen: len(data)}
}

// wgSet is a request that sets a private key, with more behind it.
func wgSet(more ...[]byte) []byte {
	return nltest.Genl(idWireguard, 5, 1, 0, 1, 1, append([][]byte{
		nltest.Attr(2, nltest.Str("wg0")), nltest.Attr(3, key), nltest.Attr(6, nltest.U16(51820))}, more...)...)
}

// lengthened has another nla_len at an offset.
func lengthened(b []byte, off int, size uint16) []byte {
	b = bytes.Clone(b)
	copy(b[off:], nltest.U16(size))
	return b
}

func quote(flags uint16, request []byte, more ...[]byte) []byte {
	return nltest.Message(2, flags, 1, 0, append([][]byte{{0xea, 0xff, 0xff, 0xff}, request}, more...)...)
}

// TestCases overwrites what is to be, and nothing else.
func TestCases(t *testing.T) {
	const genl, request, reply = capture.NETLINK_GENERIC, capture.DirRequest, capture.DirReply
	text := nltest.Str("a name to be read")
	ifreq := make([]byte, 16)
	iscsi := func(param uint32, value string) []byte {
		b := make([]byte, 56) // type, iferror, handle, u, r
		copy(b, nltest.U32(16))
		copy(b[24:], nltest.U32(param))
		return nltest.Message(16, 1, 1, 0, b, []byte(value))
	}
	audit := func(typ uint16, text string) []byte { return nltest.Message(typ, 0, 1, 0, []byte(text)) }
	for _, x := range []struct {
		name     string
		protocol uint16
		dir      capture.Dir
		data     []byte
		gone     string // "": nothing
		kept     string
	}{
		{"a key", genl, request, wgSet(), string(key), "wg0\x00"},
		{"a key of zeros", genl, request, nltest.Genl(idWireguard, 5, 1, 0, 1, 1, nltest.Attr(3, make([]byte, 32))), "", ""},
		{"in an error", genl, reply, quote(0, wgSet()), string(key), "wg0\x00"},
		{"in an error with a message", genl, reply, quote(0x200, wgSet(), nltest.Attr(1, nltest.Str("the kernel says"))), string(key), "the kernel says"},
		{"in an error in a datagram", genl, reply, nltest.Cat(quote(0, wgSet()), nltest.Message(3, 2, 1, 0, nltest.U32(0))), string(key), "wg0\x00"},
		{"in an error with a wrong length", genl, reply, quote(0, lengthened(wgSet(), 0, 4000)), string(key), "wg0\x00"},
		{"behind an error whose length is none", genl, reply, quote(0, lengthened(wgSet(), 0, 3)), string(key), ""},
		{"swallowed by an attribute in front", genl, request, lengthened(wgSet(), 20, 60), string(key), ""},
		{"behind a length that is none", genl, request, lengthened(wgSet(), 20, 2), string(key), ""},
		{"too long", genl, request, lengthened(wgSet(), 28, 9000), string(key), "wg0\x00"},
		{"as another attribute", genl, request, nltest.Genl(idWireguard, 5, 1, 0, 1, 1, nltest.Attr(6, key)), string(key), ""},
		{"in an attribute without a name", genl, request, nltest.Genl(idWireguard, 5, 1, 0, 1, 1, nltest.Attr(77, key), nltest.Attr(78, text)), string(key), string(text)},
		{"the message is longer than the datagram", genl, request, lengthened(wgSet(), 0, 4000), string(key), "wg0\x00"},
		{"the message has no length", genl, request, lengthened(wgSet(), 0, 4), string(key), ""},
		{"behind the last message", genl, request, nltest.Cat(wgSet(), []byte("left \x01over")), "left \x01over", "wg0\x00"},
		{"in place of an algorithm's name", capture.NETLINK_XFRM, request, nltest.Message(16, 1, 1, 0, make([]byte, 224), nltest.Attr(2, key)), string(key), ""},
		{"an algorithm's name alone", capture.NETLINK_XFRM, request, nltest.Message(16, 1, 1, 0, make([]byte, 224), nltest.Attr(2, []byte("cbc(aes)\x00"))), "", "cbc(aes)\x00"},
		{"a family without tables", genl, request, nltest.Genl(idForeign, 1, 1, 0, 1, 1, nltest.Attr(1, key), nltest.Attr(2, text), nltest.Nest(3, nltest.Attr(1, key))), string(key), string(text)},
		{"a family with a policy", genl, request, nltest.Genl(idPolicy, 1, 1, 0, 1, 1, nltest.Attr(1, nltest.U32(0x77665544)), nltest.Attr(2, text), nltest.Attr(3, key)), string(key), string(text)},
		{"a family that nobody knows", genl, request, nltest.Genl(idUnknown, 1, 1, 0, 1, 1, nltest.Attr(1, key), nltest.Attr(2, text)), string(key), string(text)},
		{"an attribute that is too long, in a family that nobody knows", genl, request, nltest.Genl(idUnknown, 1, 1, 0, 1, 1, lengthened(nltest.Attr(1, key), 0, 900)), string(key), ""},
		{"behind a header, in a family without tables", genl, request, nltest.Genl(idForeign, 1, 1, 0, 1, 1, nltest.U32(7), nltest.Attr(1, key)), string(key), ""},
		{"text without attributes, in a family without tables", genl, request, nltest.Genl(idForeign, 1, 1, 0, 1, 1, text), "", string(text)},
		{"a type that nobody knows", capture.NETLINK_XFRM, request, nltest.Message(90, 1, 1, 0, nltest.Attr(300, key)), string(key), ""},
		{"no attributes that nobody knows", capture.NETLINK_USERSOCK, capture.DirPeer, nltest.Message(90, 1, 1, 0, key), "", string(key)},
		{"a family without secrets", capture.NETLINK_NETFILTER, request, nltest.Message(10<<8|6, 1, 1, 0, make([]byte, 4), nltest.Attr(99, key)), "", string(key)},
		{"a link", capture.NETLINK_ROUTE, request, nltest.Message(16, 1, 1, 0, ifreq, nltest.Attr(3, text), nltest.Attr(999, key)), "", string(key)},
		{"iSCSI's password", unix.NETLINK_ISCSI, request, iscsi(24, "hunter22\x00"), "hunter22\x00", ""},
		{"iSCSI's target", unix.NETLINK_ISCSI, request, iscsi(15, "iqn.2001-04.com\x00"), "", "iqn.2001-04.com\x00"},
		{"what was typed", capture.NETLINK_AUDIT, capture.DirEvent, audit(1319, `audit(1364481363.243:24): tty pid=1 uid=0 comm="bash" data=68756E74657232320D`), "68756E74657232320D", "bash"},
		{"what was typed, told by a shell", capture.NETLINK_AUDIT, capture.DirEvent, audit(1124, `audit(1364481363.243:24): pid=1 uid=0 data="hunter22"`), "hunter22", "pid=1"},
		{"what was typed, as a shell sends it", capture.NETLINK_AUDIT, request, nltest.Message(1124, 5, 1, 0, []byte("su hunter22\x00")), "hunter22", ""},
		{"what was typed, in an error", capture.NETLINK_AUDIT, reply, quote(0, nltest.Message(1124, 5, 1, 0, []byte("su hunter22\x00"))), "hunter22", ""},
		{"an argument", capture.NETLINK_AUDIT, capture.DirEvent, audit(1309, `audit(1364481363.243:24): argc=7 a0="ip" a1="macsec" a2="add" a3="m" a4="key" a5="01" a6="hunter22"`), "hunter22", "macsec"},
		{"an argument in digits", capture.NETLINK_AUDIT, capture.DirEvent, audit(1309, `audit(1364481363.243:24): argc=3 a0="wpa_passphrase" a1="home" a2=68756E746572203232`), "68756E746572203232", "home"},
		{"an argument in the form of a key", capture.NETLINK_AUDIT, capture.DirEvent, audit(1309, `audit(1364481363.243:24): argc=2 a0="send" a1="0x00112233445566778899"`), "0x00112233445566778899", "send"},
		{"arguments without secrets", capture.NETLINK_AUDIT, capture.DirEvent, audit(1309, `audit(1364481363.243:24): argc=3 a0="ip" a1="link" a2="show"`), "", "link"},
		{"a title", capture.NETLINK_AUDIT, capture.DirEvent, audit(1327, `audit(1364481363.243:24): proctitle=746F6F6C002D2D70617373776F72643D68756E7465723232`), "68756E7465723232", ""},
		{"a title without secrets", capture.NETLINK_AUDIT, capture.DirEvent, audit(1327, `audit(1364481363.243:24): proctitle=6970006C696E6B`), "", "6970006C696E6B"},
		{"a command of sudo", capture.NETLINK_AUDIT, capture.DirEvent, audit(1123, `audit(1364481363.243:24): pid=1 cmd="wpa_passphrase home hunter22"`), "hunter22", "pid=1"},
		{"a command of sudo without secrets", capture.NETLINK_AUDIT, capture.DirEvent, audit(1123, `audit(1364481363.243:24): pid=1 cmd="ip link"`), "", "ip link"},
		{"data of another record", capture.NETLINK_AUDIT, capture.DirEvent, audit(1112, `audit(1364481363.243:24): pid=1 data="hunter22"`), "", "hunter22"},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := taught()
			f := frame(x.protocol, x.dir, x.data)
			before := shapes(d.Frame(f, nil))
			r := redact.New(d, redact.Policy{})
			n := r.Frame(f)
			if r.Harmless(frame(x.protocol, x.dir, x.data)) && n > 0 {
				t.Error("it is harmless")
			}
			switch {
			case (n > 0) != (x.gone != ""):
				t.Errorf("%d messages redacted", n)
			case x.gone != "" && bytes.Contains(f.Data, []byte(x.gone)):
				t.Errorf("it is still there: %q", f.Data)
			case !bytes.Contains(f.Data, []byte(x.kept)):
				t.Errorf("%q is gone: %q", x.kept, f.Data)
			}
			if diff := cmp.Diff(before, shapes(d.Frame(f, nil))); diff != "" {
				t.Errorf("(-before +redacted):\n%s", diff)
			}
			if n > 0 && !strings.HasPrefix(x.name, "swallowed") && !strings.Contains(told(d.Frame(f, nil)), "redacted") {
				t.Error("nothing says that it was redacted")
			}
			kept := frame(x.protocol, x.dir, x.data)
			if n := redact.New(d, redact.Policy{Keep: true}).Frame(kept); n != 0 || !bytes.Equal(kept.Data, x.data) {
				t.Errorf("%d messages redacted though all is to be kept", n)
			}
		})
	}
}

// told says which nodes were redacted.
func told(ms []decode.Message) string {
	var s strings.Builder
	var nodes func(list []decode.Node)
	nodes = func(list []decode.Node) {
		for i := range list {
			if n := &list[i]; n.Redacted && n.Value == nil {
				s.WriteString("redacted " + n.Label() + " " + n.Secret().String() + "\n")
			}
			nodes(list[i].Children)
		}
	}
	for i := range ms {
		b := ms[i].Body()
		nodes(b.Fields)
		nodes(b.Attrs)
		if b.RestRedacted {
			s.WriteString("redacted rest\n")
		}
	}
	return s.String()
}

// TestAlso: a policy may take more.
func TestAlso(t *testing.T) {
	packet := bytes.Repeat([]byte("packet\x01\xff"), 4)
	data := nltest.Message(3<<8, 0, 1, 0, make([]byte, 4), nltest.Attr(10, packet))
	for _, also := range []schema.Classes{0, schema.ClassesOf(schema.Payload)} {
		f := frame(capture.NETLINK_NETFILTER, capture.DirEvent, data)
		n := redact.New(taught(), redact.Policy{Also: also}).Frame(f)
		if gone := !bytes.Contains(f.Data, packet); gone != (also != 0) || gone != (n == 1) {
			t.Errorf("also %x: %d messages, %q", also, n, f.Data)
		}
	}
}

// TestReports: what a reader got of a datagram is treated like one; a report without a
// payload is left alone.
func TestReports(t *testing.T) {
	for kind, want := range map[capture.Kind]int{capture.KindTruncated: 1, capture.KindExtack: 0, capture.KindLock: 0, capture.KindCompletion: 0} {
		f := frame(capture.NETLINK_GENERIC, capture.DirReply, wgSet())
		f.Origin.Kind, f.Data = kind, f.Data[:60]
		if n := redact.New(taught(), redact.Policy{}).Frame(f); n != want || bytes.Contains(f.Data, key[:20]) != (want == 0) {
			t.Errorf("%s: %d messages, %q", kind.Name(), n, f.Data)
		}
	}
}

// TestCut: of a datagram that was cut, what is left of a key is overwritten.
func TestCut(t *testing.T) {
	t.Run("known", func(t *testing.T) { testCut(t, wgSet()) })
	unknown := wgSet()
	copy(unknown[4:], nltest.U16(idUnknown))
	t.Run("unknown", func(t *testing.T) { testCut(t, unknown) })
}

func testCut(t *testing.T, whole []byte) {
	t.Helper()
	d := taught()
	for n := range whole {
		f := frame(capture.NETLINK_GENERIC, capture.DirRequest, bytes.Clone(whole[:n]))
		f.OrigLen = len(whole)
		before := shapes(d.Frame(f, nil))
		redact.New(d, redact.Policy{}).Frame(f)
		if left := n - 32; left >= 4 && bytes.Contains(f.Data, key[:min(left, len(key))]) {
			t.Fatalf("cut at %d: %q", n, f.Data)
		}
		if diff := cmp.Diff(before, shapes(d.Frame(f, nil))); diff != "" {
			t.Errorf("cut at %d (-before +redacted):\n%s", n, diff)
		}
	}
}

// TestSeals: that a key is another one is noticed of the messages that no longer have it.
func TestSeals(t *testing.T) {
	d := taught()
	r := redact.New(d, redact.Policy{})
	seal := func(key []byte) (sum uint64) {
		f := frame(capture.NETLINK_GENERIC, capture.DirRequest, nltest.Genl(idWireguard, 5, 1, 0, 1, 1, nltest.Attr(2, nltest.Str("wg0")), nltest.Attr(3, key)))
		r.Frame(f)
		ms := d.Frame(f, nil)
		r.Mark(ms)
		n, _ := ms[0].Lookup("WGDEVICE_A_PRIVATE_KEY")
		return ms[0].SealIn(n.Off, n.Off+len(n.Raw))
	}
	other := bytes.Clone(key)
	other[31]++
	if a, b, c := seal(key), seal(key), seal(other); a == 0 || a != b || a == c {
		t.Errorf("seals %x, %x of the same key, %x of another", a, b, c)
	}
}
