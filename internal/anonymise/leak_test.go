// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// minTold is how many bytes a value must have, not to stand somewhere by chance.
const minTold = 5

// told collects what of a recording tells whose it is: bytes, and how people write them.
type told struct {
	a      *Anonymiser
	bytes  map[string]string // → where
	pairs  map[string]string // value → pseudonym, by kind
	common map[string]bool   // words that stay, because they are no names elsewhere
}

func (x *told) node(was, now *decode.Node, in within) {
	switch id := x.a.identity(was, in); {
	case was.Word, was.Hidden, schema.FilledRest(was.Raw):
	case was.Kind() == schema.IPAddr && len(was.Children) == 0:
		x.address(was, now)
	case was.Kind() == schema.HWAddr && len(was.Raw) == 6:
		x.pair("mac ", was.Raw, now.Raw)
		if !reservedMAC(was.Raw) {
			x.bytes[string(was.Raw)] = was.Label()
		}
	case was.Kind() == schema.String && id == schema.Words:
		name := bytes.TrimRight(was.Raw, "\x00")
		x.pair("text ", was.Raw, now.Raw)
		if len(name) >= minTold && !unnamedSet.Match(name) && bytes.ContainsFunc(name, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
			x.bytes[string(name)] = was.Label()
		}
	}
	if was.Kind() == schema.String && x.a.identity(was, in) == schema.Common {
		x.common[string(bytes.TrimRight(was.Raw, "\x00"))] = true
	}
	inner := within{name: was.Name}
	if was.Name == "" {
		inner.name = in.name
	}
	if t := was.Type(); t != nil && t.Struct != nil {
		inner.strct = t.Struct.Name
	}
	x.nodes(was.Children, now.Children, inner)
}

func (x *told) nodes(was, now []decode.Node, in within) {
	for i := range was {
		if i < len(now) {
			x.node(&was[i], &now[i], in)
		}
	}
}

func (x *told) pair(kind string, was, now []byte) { x.pairs[kind+string(was)] = string(now) }

func (x *told) address(was, now *decode.Node) {
	text, ok := was.Value.(string)
	if !ok {
		return
	}
	if _, prefix := prefixOf(was); !prefix {
		x.pair("ip ", was.Raw, now.Raw)
	}
	a, err := netip.ParseAddr(text)
	if err == nil && !reservedIP(a) && len(was.Raw) == len(a.AsSlice()) {
		if _, prefix := prefixOf(was); !prefix {
			x.bytes[string(was.Raw)] = was.Label()
		}
	}
}

// reservedIP: these mean the same everywhere, and stay.
func reservedIP(a netip.Addr) bool {
	b := a.As16()
	zero := 0
	for _, c := range b {
		if c == 0 || c == 0xff {
			zero++
		}
	}
	return a.IsUnspecified() || a.IsLoopback() || a.Is4() && (a.As4()[0] >= 224 || a.As4()[0] == 0 || a.As4()[0] == 127) ||
		a.Is6() && (b[0] == 0xff || zero > 12)
}

// reservedMAC: of many, or with so many zeros that a number looks the same.
func reservedMAC(b []byte) bool { return bytes.Count(b, []byte{0}) > 3 || same(b, 0xff) || b[0]&1 == 1 }

// process: what a process is called may be a word of the kernel's, too ("ip", "sleep").
func (x *told) process(p *capture.Proc) {
	for _, s := range append(p.CmdLine.Args(), p.Exe) {
		if len(s) >= 2*minTold && strings.ContainsAny(s, "/=-.") {
			x.bytes[s] = "command line"
		}
	}
}

func (x *told) search(t *testing.T, file []byte) {
	t.Helper()
	lower := bytes.ToLower(file)
	for v, where := range x.bytes {
		b := []byte(v)
		if x.common[v] {
			continue
		}
		forms := [][]byte{b}
		if len(b) >= minTold {
			forms = append(forms, []byte(hex.EncodeToString(b)))
		}
		for _, form := range base64Forms(b) {
			if bytes.Contains(file, form) {
				t.Errorf("%s: %q is in the file, as %s", where, b, form)
			}
		}
		switch {
		case len(b) == 6 && strings.Contains(where, "ADDR") || where == "mac":
			forms = append(forms, []byte(colons(b)))
		case len(b) == 4 || len(b) == 16:
			if a, ok := netip.AddrFromSlice(b); ok {
				forms = append(forms, []byte(a.String()))
			}
			if len(b) == 4 {
				forms = forms[1:] // four bytes stand somewhere by chance: the tree is compared instead
			}
		}
		for _, form := range forms {
			in := file
			if len(form) > len(b) {
				in = lower
			}
			if len(form) >= minTold && bytes.Contains(in, form) {
				t.Errorf("%s: %q is in the file", where, form)
			}
		}
	}
}

// base64Forms are those that bytes have in base64 by what is in front of them, without the
// signs that others have a part in.
func base64Forms(b []byte) (forms [][]byte) {
	for in := range 3 {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, in), b...))
		from, to := (8*in+5)/6, (8*(in+len(b)))/6
		if to-from >= minTold+3 { // what is shorter stands somewhere by chance
			forms = append(forms, []byte(text[from:to]))
		}
	}
	return forms
}

// TestBase64Forms: they are found whatever is around the bytes.
func TestBase64Forms(t *testing.T) {
	secret := []byte("wlan-of-the-smiths")
	for n := range 7 {
		text := []byte(base64.StdEncoding.EncodeToString([]byte("abcdefg"[:n] + string(secret) + "xyz")))
		found := 0
		for _, form := range base64Forms(secret) {
			if bytes.Contains(text, form) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("behind %d bytes: %d of the forms are in %s", n, found, text)
		}
	}
}

func colons(b []byte) string {
	var parts []string
	for _, c := range b {
		parts = append(parts, hex.EncodeToString([]byte{c}))
	}
	return strings.Join(parts, ":")
}

// consistent: equal values have equal pseudonyms, others have others, and addresses have
// in common what they had.
func (x *told) consistent(t *testing.T) {
	t.Helper()
	back := map[string]string{}
	var v4, n4 [][]byte
	for was, now := range x.pairs {
		kind, value, _ := strings.Cut(was, " ")
		if other, ok := back[kind+" "+now]; ok {
			t.Errorf("%s %x and %x are both %x", kind, value, other, now)
		}
		back[kind+" "+now] = value
		if kind == "ip" && len(value) == 4 && len(v4) < 200 {
			v4, n4 = append(v4, []byte(value)), append(n4, []byte(now))
		}
	}
	for i := range v4 {
		for k := range i {
			if a, b := common(v4[i], v4[k]), common(n4[i], n4[k]); a != b {
				t.Errorf("%v and %v have %d bits in common, %v and %v %d", v4[i], v4[k], a, n4[i], n4[k], b)
			}
		}
	}
}

func common(a, b []byte) int {
	for i := range 8 * len(a) {
		if bit := byte(0x80) >> (i % 8); a[i/8]&bit != b[i/8]&bit {
			return i
		}
	}
	return 8 * len(a)
}
