// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	known "github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// statement says one request of nftables: its type, flags and attributes, of family ip.
func statement(t *testing.T, typ, flags uint16, attrs ...[]byte) Statement {
	t.Helper()
	data := nltest.Message(10<<8|typ, flags, 1, 0, append([][]byte{{2, 0, 0, 0}}, attrs...)...)
	f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Protocol: capture.NETLINK_NETFILTER}, ID: 1, Data: data, OrigLen: len(data)}
	m := decode.New(known.All(), decode.Options{}).Frame(f, nil)
	var l Lines
	s, ok := l.Statement(&m[0])
	if !ok {
		t.Fatalf("%s is no request of nftables", m[0].TypeText())
	}
	return s
}

func be32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// note is a comment in userdata.
func note(text string) []byte {
	return append([]byte{0, byte(len(text) + 1)}, append([]byte(text), 0)...)
}

func TestStatement(t *testing.T) {
	const newTable, newChain, delRule = 0, 3, 8
	for _, x := range []struct {
		got  Statement
		want string
	}{
		{statement(t, newTable, 0x405, nltest.Attr(1, nltest.Str("t"))), "add table ip t"},
		{statement(t, newTable, 0x605, nltest.Attr(1, nltest.Str("t"))), "create table ip t"},
		{statement(t, newTable, 0x405, nltest.Attr(1, nltest.Str("t")), nltest.Attr(6, note("it's [a] {b}; #c"))), `add table ip t { comment "it's [a] {b}; #c"; }`},
		{statement(t, newChain, 0x405, nltest.Attr(1, nltest.Str("t")), nltest.Attr(3, nltest.Str("c")), nltest.Attr(5, be32(0))), "add chain ip t c { policy drop; }"},
		{statement(t, delRule, 5, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("c"))), "flush chain ip t c"},
		{statement(t, delRule, 5, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("c")), nltest.Attr(3, append(be32(0), be32(9)...))), "delete rule ip t c handle 9"},
	} {
		if x.got.Text != x.want || len(x.got.Left) > 0 {
			t.Errorf("said %q, want %q; left %v", x.got.Text, x.want, x.got.Left)
		}
		if byHandle := strings.Contains(x.want, "handle"); byHandle != (x.got.Note != "") {
			t.Errorf("%q has the note %q", x.want, x.got.Note)
		}
	}
}

// TestStatementTimes: nft reads times in quotes in the zone of whoever runs it.
func TestStatementTimes(t *testing.T) {
	expr := func(name string, attrs ...[]byte) []byte {
		return nltest.Nest(1, nltest.Attr(1, nltest.Str(name)), nltest.Nest(2, attrs...))
	}
	for _, x := range []struct {
		key  uint32
		data []byte
		want string
	}{
		{32, binary.NativeEndian.AppendUint32(nil, 3600), "add rule ip t c meta hour 3600"},
		{30, binary.NativeEndian.AppendUint64(nil, 1600000000e9), "add rule ip t c meta time 1600000000"},
		{30, binary.NativeEndian.AppendUint64(nil, 1600000000e9+1), ""},
	} {
		s := statement(t, 6, 0xc05, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("c")), nltest.Nest(4,
			expr("meta", nltest.Attr(2, be32(x.key)), nltest.Attr(1, be32(1))),
			expr("cmp", nltest.Attr(1, be32(1)), nltest.Attr(2, be32(0)), nltest.Nest(3, nltest.Attr(1, x.data)))))
		if s.Text != x.want {
			t.Errorf("said %q, want %q", s.Text, x.want)
		}
	}
}

// TestStatementUnsaid: nothing that nft would read as something else is said.
func TestStatementUnsaid(t *testing.T) {
	for _, name := range []string{"", "a b", "a;flush ruleset", "a\nflush ruleset", `"a"`, "accept", "table", "ip", "-x", "1a", "$x", "#a", "{", "a[0]", "\xff", "ü", "a%d"} {
		for what, s := range map[string]Statement{
			"table": statement(t, 0, 0x405, nltest.Attr(1, nltest.Str(name))),
			"chain": statement(t, 3, 0x405, nltest.Attr(1, nltest.Str("t")), nltest.Attr(3, nltest.Str(name))),
		} {
			if s.Text != "" {
				t.Errorf("a %s with the name %q is said: %q", what, name, s.Text)
			}
		}
	}
	for _, text := range []string{"a\"; flush ruleset; \"", "a\nb", "a\\", "\x1b[m", "\u202e", "\xff", strings.Repeat("x", 128)} {
		if s := statement(t, 0, 0x405, nltest.Attr(1, nltest.Str("t")), nltest.Attr(6, note(text))); s.Text != "" {
			t.Errorf("the comment %q is said: %s", text, s.Text)
		}
	}
	s := statement(t, 0, 0x405, nltest.Attr(1, nltest.Str("t")), nltest.Attr(0x70, be32(1)))
	if s.Text != "" && len(s.Left) == 0 {
		t.Errorf("an attribute that nobody knows is lost: %+v", s)
	}
}

// TestKeywords: the names that the kernel and distributions give chains are none.
func TestKeywords(t *testing.T) {
	for _, name := range []string{"input", "output", "forward", "prerouting", "postrouting", "INPUT", "filter", "nat", "raw", "mangle", "DOCKER-USER", "f2b-sshd", "ts-input"} {
		if !identifier(name) {
			t.Errorf("%s is taken for a word of nft's own", name)
		}
	}
	for _, word := range []string{"accept", "rule", "ip6", "counter"} {
		if identifier(word) {
			t.Errorf("%s is taken for a name", word)
		}
	}
}
