// SPDX-License-Identifier: Apache-2.0

package say

import (
	"math"

	"github.com/nltop/nltop/internal/decode"
)

// fieldsOf returns the fields of a struct as a nest; what is taken of it is not
// counted, since its node is.
func fieldsOf(n *decode.Node) nest { return nest{&telling{}, n.Children} }

// asAlgorithm is an algorithm with its key, and behind that the number in a field.
func asAlgorithm(key, field string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		name := f.peek("alg_name")
		if name == nil {
			return nil, false
		}
		words := []string{text(name)}
		switch bits := f.num("alg_key_len"); {
		case key == "":
			return words, bits == 0
		case bits == 0:
			words = append(words, "")
		default:
			words = append(words, secret(key))
		}
		if field != "" {
			words = append(words, decimal(f.num(field)))
		}
		return words, true
	}
}

var (
	// asXfrmMark is a mark with its mask, without which ip sends none.
	asXfrmMark form = func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		v, m := f.num("v"), f.num("m")
		return []string{hexNumber(v), "mask", hexNumber(m)}, m != 0
	}
	asXfrmAddr form = func(t *telling, n *decode.Node) ([]string, bool) {
		s := t.xfrmAddr(n, xfrmFamily(t.fields().peek("family")))
		return []string{s}, s != ""
	}
	asXfrmContext form = func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		s := f.peek("ctx_str")
		if s == nil || f.num("ctx_doi") != 1 || f.num("ctx_alg") != 1 {
			return nil, false
		}
		return []string{text(s)}, text(s) != ""
	}
	asXfrmEncap form = func(t *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		name, ok := map[uint64]string{1: "espinudp-nonike", 2: "espinudp", 7: "espintcp"}[f.num("encap_type")]
		oa := f.peek("encap_oa")
		if oa == nil || len(oa.Raw) != 16 {
			return nil, false
		}
		s, _ := addr(oa.Raw[:4]) // 0.0.0.0 is all zeros, in IPv6 too
		if !zero(oa.Raw) {
			s = t.xfrmAddr(oa, xfrmFamily(t.fields().peek("family")))
		}
		return []string{name, decimal(f.num("encap_sport")), decimal(f.num("encap_dport")), s}, ok && s != ""
	}
	// asXfrmOffload: what the kernel does not read of the flags is XFRM_OFFLOAD_IPV6.
	asXfrmOffload form = func(t *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		flags := f.num("flags")
		var words []string
		if flags&4 != 0 {
			words = append(words, "packet")
		}
		words = append(words, "dev", t.ifName(f.num("ifindex")))
		if t.fields().has("dir") { // of a policy
			return words, flags == 4
		}
		return append(words, "dir", map[bool]string{true: "in", false: "out"}[flags&2 != 0]), flags&^7 == 0
	}
	asReplay form = func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		words := numbersOf(f, "seq", "replay-seq", "oseq", "replay-oseq")
		return words, f.num("bitmap") == 0 && len(words) > 0
	}
	// asReplayESN leaves out a bitmap of zeros, which the kernel has where none is sent.
	asReplayESN form = func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		window := f.num("replay_window")
		if bmp := f.peek("bmp"); bmp != nil && !zero(bmp.Raw) || f.num("bmp_len") != (window+31)/32 {
			return nil, false
		}
		return append([]string{"replay-window", decimal(window)}, numbersOf(f, "seq", "replay-seq", "seq_hi", "replay-seq-hi",
			"oseq", "replay-oseq", "oseq_hi", "replay-oseq-hi")...), true
	}
	// asTemplates are the templates of a policy.
	asTemplates form = func(t *telling, n *decode.Node) ([]string, bool) {
		var words []string
		for i := range n.Children {
			w, ok := t.template(&n.Children[i])
			if !ok {
				return nil, false
			}
			words = append(words, w...)
		}
		return words, len(words) > 0
	}
)

// numbersOf says the fields that are not zero: pairs of name and word.
func numbersOf(f nest, pairs ...string) []string {
	var words []string
	for i := 0; i < len(pairs); i += 2 {
		if v := f.num(pairs[i]); v != 0 {
			words = append(words, pairs[i+1], decimal(v))
		}
	}
	return words
}

// template writes an xfrm_user_tmpl. ip asks for all algorithms, and for no share.
func (t *telling) template(n *decode.Node) ([]string, bool) {
	f := fieldsOf(n)
	for _, name := range []string{"aalgos", "ealgos", "calgos"} {
		if f.num(name) != math.MaxUint32 {
			return nil, false
		}
	}
	id := f.in("id")
	bytes := xfrmFamily(f.peek("family"))
	proto, ok := xfrmProtos[id.num("proto")]
	mode, known := xfrmModes[f.num("mode")]
	if !ok || !known || bytes == 0 || f.num("share") != 0 {
		return nil, false
	}
	words := []string{"tmpl"}
	src, dst := f.peek("saddr"), id.peek("daddr")
	if src == nil || dst == nil {
		return nil, false
	}
	if of := t.fields().in("sel").peek("family"); !zero(src.Raw) || !zero(dst.Raw) || of == nil || xfrmFamily(of) != bytes {
		words = append(words, "src", t.xfrmAddr(src, bytes), "dst", t.xfrmAddr(dst, bytes))
	}
	words = append(words, "proto", proto)
	if spi := id.peek("spi"); spi != nil && !zero(spi.Raw) {
		words = append(words, "spi", hexNumber(number(spi)))
	}
	words = append(words, numbersOf(f, "reqid", "reqid")...)
	words = append(words, "mode", mode)
	switch f.num("optional") {
	case 0:
	case 1:
		words = append(words, "level", "use")
	default:
		return nil, false
	}
	return words, true
}
