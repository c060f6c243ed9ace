// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/say"
)

// xtExpression is an extension as it was recorded, and the rule's family and protocol.
type xtExpression struct {
	kind, name string // "match" or "target"
	rev        uint32
	info       []byte
	family     byte
	proto      []byte
	unused     [][2]int // from, to: bytes that nobody reads
}

// message is a rule with the extension and nothing else.
func (x *xtExpression) message(info []byte) []byte {
	be := func(v uint32) []byte { return []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)} }
	expr := func(name string, attrs ...[]byte) []byte {
		return nltest.Nest(unix.NFTA_LIST_ELEM, nltest.Attr(unix.NFTA_EXPR_NAME, nltest.Str(name)), nltest.Nest(unix.NFTA_EXPR_DATA, attrs...))
	}
	var exprs [][]byte
	if len(x.proto) == 1 {
		exprs = append(exprs, expr("meta", nltest.Attr(unix.NFTA_META_KEY, be(unix.NFT_META_L4PROTO)), nltest.Attr(unix.NFTA_META_DREG, be(1))),
			expr("cmp", nltest.Attr(unix.NFTA_CMP_SREG, be(1)), nltest.Attr(unix.NFTA_CMP_OP, be(0)),
				nltest.Nest(unix.NFTA_CMP_DATA, nltest.Attr(unix.NFTA_DATA_VALUE, x.proto))))
	}
	counter := expr("counter", nltest.Attr(unix.NFTA_COUNTER_BYTES, make([]byte, 8)), nltest.Attr(unix.NFTA_COUNTER_PACKETS, make([]byte, 8)))
	xt := expr(x.kind, nltest.Attr(1, nltest.Str(x.name)), nltest.Attr(2, be(x.rev)), nltest.Attr(3, info))
	exprs = append(exprs, counter, xt)
	return nltest.Message(unix.NFNL_SUBSYS_NFTABLES<<8|unix.NFT_MSG_NEWRULE, 0xc05, 1, 0, []byte{x.family, 0, 0, 0},
		nltest.Attr(unix.NFTA_RULE_TABLE, nltest.Str("filter")), nltest.Attr(unix.NFTA_RULE_CHAIN, nltest.Str("INPUT")),
		nltest.Nest(unix.NFTA_RULE_EXPRESSIONS, exprs...))
}

// xtDecoder is shared: making one takes longer than a message.
var xtDecoder = decode.New(families.All(), decode.Options{})

// said says a rule with the extension.
func (x *xtExpression) said(info []byte) (say.Said, string) { return said(x.message(info)) }

func said(data []byte) (say.Said, string) {
	f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Protocol: capture.NETLINK_NETFILTER}, Data: data, OrigLen: len(data)}
	m := xtDecoder.Frame(f, nil)
	var words say.Speaker
	body := m[0].Values()
	s := words.Say(&m[0], &body)
	return s, s.Text()
}

// xtExpressions are the extensions that the lab's iptables used.
func xtExpressions(t *testing.T) []xtExpression {
	var all []xtExpression
	requests(t, filepath.Join(labDir, "iptables.6.12.pcapng.gz"), func(m *decode.Message, said say.Said) {
		if m.Type != "NFT_MSG_NEWRULE" || !strings.Contains(said.Text(), "tables") {
			return
		}
		body := m.Values()
		x := xtExpression{family: body.Fields[0].Raw[0]}
		for _, list := range body.Attrs {
			for _, e := range list.Children {
				if list.Name != "NFTA_RULE_EXPRESSIONS" || len(e.Children) != 2 {
					continue
				}
				name, data := e.Children[0].Value, e.Children[1].Children
				switch {
				case name == "cmp" && len(data[2].Children) == 1 && len(data[2].Children[0].Raw) == 1:
					x.proto = bytes.Clone(data[2].Children[0].Raw)
				case name == "match" || name == "target":
					own := x
					own.kind, _ = name.(string)
					own.name, _ = data[0].Value.(string)
					own.rev, own.info = uint32(data[1].Num), bytes.Clone(data[2].Raw)
					own.unread(&data[2], data[2].Off)
					all = append(all, own)
				}
			}
		}
	})
	return all
}

// unread notes the bytes of an extension that nobody reads: padding, what stands behind
// the end of a text, and the twelve bytes behind an address of IPv4.
func (x *xtExpression) unread(n *decode.Node, start int) {
	for i := range n.Children {
		c := &n.Children[i]
		at := c.Off - start
		switch s, text := c.Value.(string); {
		case c.Hidden:
			x.unused = append(x.unused, [2]int{at, at + len(c.Raw)})
		case text && x.family == unix.NFPROTO_IPV4 && len(c.Raw) == 16 && strings.Count(s, ".") == 3:
			x.unused = append(x.unused, [2]int{at + 4, at + 16})
		}
		x.unread(c, start)
	}
}

func (x *xtExpression) reads(at int) bool {
	for _, p := range x.unused {
		if at >= p[0] && at < p[1] {
			return false
		}
	}
	return true
}

// Each byte of an extension is in its words, or the rule has none: a rule of a hostile
// recording is said as what it is, or not at all.
func TestExtensionBytes(t *testing.T) {
	all := xtExpressions(t)
	if len(all) < 75 {
		t.Fatalf("%d extensions", len(all))
	}
	for i := range all {
		x := &all[i]
		s, want := x.said(x.info)
		if !s.Whole() || !strings.Contains(want, "tables ") {
			t.Errorf("%s rev %d: not said: %s", x.name, x.rev, want)
			continue
		}
		for at := range x.info {
			if !x.reads(at) {
				continue
			}
			for _, flip := range []byte{0x01, 0x80} {
				info := bytes.Clone(x.info)
				info[at] ^= flip
				if s, text := x.said(info); len(s.Commands) > 0 && text == want {
					t.Errorf("%s rev %d: byte %d ^ %#x is still %s", x.name, x.rev, at, flip, text)
				}
			}
		}
	}
}

// An extension that is cut short, or too long, has no words; whatever is in it, nothing
// panics, and what is said can be handed over.
func TestExtensionHostile(t *testing.T) {
	all := xtExpressions(t)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range all {
		x := &all[i]
		for n := range len(x.info) - 7 {
			if s, text := x.said(x.info[:n]); len(s.Commands) > 0 {
				t.Errorf("%s rev %d: %d of %d bytes are %s", x.name, x.rev, n, len(x.info), text)
			}
		}
		for range 100 {
			info := bytes.Clone(x.info)
			for range 1 + random.IntN(8) {
				info[random.IntN(len(info))] = byte(random.Uint32())
			}
			s, _ := x.said(info)
			for _, c := range s.Commands {
				if _, ok := c.Shell(); !ok {
					t.Errorf("%s: %q cannot be handed over", x.name, c.Words)
				}
			}
		}
	}
}

// Fields that iptables itself wrote at these offsets: the mask of recent behind a byte of
// padding, the SPI of policy in the sender's order.
func TestExtensionLayout(t *testing.T) {
	recent := make([]byte, 232)
	recent[8], recent[210] = 2, 0 // XT_RECENT_SET, XT_RECENT_SOURCE
	copy(recent[10:], "DEFAULT")
	copy(recent[212:], []byte{255, 255, 0, 0})
	policy := make([]byte, 312)
	policy[64], policy[72], policy[74] = 1, unix.IPPROTO_ESP, 4|16 // proto and SPI
	policy[304], policy[306] = 1, 1                                // XT_POLICY_MATCH_IN, one element
	for _, tt := range []struct {
		x    xtExpression
		want string
	}{
		{xtExpression{kind: "match", name: "recent", rev: 1, info: recent, family: unix.NFPROTO_IPV4},
			"iptables -A INPUT -m recent --set --name DEFAULT --mask 255.255.0.0 --rsource"},
		{xtExpression{kind: "match", name: "policy", info: policy, family: unix.NFPROTO_IPV4},
			"iptables -A INPUT -m policy --dir in --pol ipsec --spi 0x1 --proto esp"},
	} {
		if _, text := tt.x.said(tt.x.info); text != tt.want {
			t.Errorf("%s: %s, want %s", tt.x.name, text, tt.want)
		}
	}
}

// A rule whose registers do not fit together, or that has an attribute that nobody knows,
// is not one that iptables makes: it has no words.
func TestRuleBytes(t *testing.T) {
	x := xtExpression{kind: "match", name: "length", info: []byte{100, 0, 200, 0, 0, 0, 0, 0}, family: unix.NFPROTO_IPV4, proto: []byte{6}}
	want := "iptables -A INPUT -p tcp -m length --length 100:200"
	if _, text := x.said(x.info); text != want {
		t.Fatalf("%s, want %s", text, want)
	}
	data := x.message(x.info)
	// The first expression begins behind the headers, the names and two nests.
	for at := decode.HeaderLen + 4 + 12 + 12 + 4; at < len(data); at++ {
		bad := bytes.Clone(data)
		bad[at] ^= 0x41
		if s, text := said(bad); len(s.Commands) > 0 && text == want && !unreadByte(data, at) {
			t.Errorf("byte %d ^ 0x41 is still %s", at, text)
		}
	}
}

// unreadByte says whether a byte is padding behind an attribute.
func unreadByte(data []byte, at int) bool {
	f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Protocol: capture.NETLINK_NETFILTER}, Data: data, OrigLen: len(data)}
	body := xtDecoder.Frame(f, nil)[0].Values()
	var in func(nodes []decode.Node) bool
	in = func(nodes []decode.Node) bool {
		for i := range nodes {
			n := &nodes[i]
			head := 0
			if n.Attr {
				head = 4
			}
			if len(n.Children) == 0 && at >= n.Off-head && at < n.Off+len(n.Raw) && !n.Hidden || at >= n.Off-head && at < n.Off && n.Attr || in(n.Children) {
				return true
			}
		}
		return false
	}
	return !in(body.Attrs)
}
