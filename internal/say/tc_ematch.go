// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// ematches says a tree of extended matches (tc/m_ematch.c, tc/em_*.c of iproute2) as
// one word, in which tc finds the parts by itself.
func (t *telling) ematches(n nest, name string) {
	tree := n.peek(name)
	if tree == nil {
		return
	}
	in := nest{t, tree.Children}
	list := in.peek("TCA_EMATCH_TREE_LIST")
	if list == nil || len(list.Children) == 0 {
		return
	}
	e := ematchTree{t: t, nodes: list.Children}
	s, ok := e.sequence(0)
	if !ok || e.said != len(list.Children) {
		return
	}
	t.say("match", s)
	t.mark(tree, true)
}

// ematchTree is a list of matches; a container refers to where its own begin.
type ematchTree struct {
	t     *telling
	nodes []decode.Node
	said  int
}

// sequence writes matches from one on to the one that is the last.
func (e *ematchTree) sequence(at int) (string, bool) {
	var b strings.Builder
	for ; at < len(e.nodes); at++ {
		if e.said++; e.said > len(e.nodes) {
			return "", false // a circle
		}
		in := nest{e.t, e.nodes[at].Children}
		kind, flags, data := in.peek("kind"), in.peek("flags"), in.peek("data")
		if kind == nil || flags == nil {
			return "", false
		}
		if id := in.peek("matchid"); id != nil && !zero(id.Raw) {
			return "", false
		}
		v := number(flags)
		if v&4 != 0 {
			b.WriteString("not ")
		}
		s, ok := "", false
		if number(kind) == 0 {
			if data != nil && len(data.Raw) == 4 {
				if to := int(e.t.native(data)); to > at && to < len(e.nodes) {
					s, ok = e.sequence(to)
					s = "(" + s + ")"
				}
			}
		} else if data != nil {
			s, ok = ematch(e.t, number(kind), data)
		}
		if !ok {
			return "", false
		}
		b.WriteString(s)
		switch v &^ 4 {
		case 0:
			return b.String(), true
		case 1:
			b.WriteString(" and ")
		case 2:
			b.WriteString(" or ")
		default:
			return "", false
		}
	}
	return "", false
}

// ematch writes one match.
func ematch(t *telling, kind uint64, data *decode.Node) (string, bool) {
	switch kind {
	case 1:
		return emCmp(t, data)
	case 2:
		return emNbyte(t, data)
	case 3:
		k, ok := u32KeyOf(nest{t, data.Children})
		return "u32(" + strings.Join(k.words(false), " ") + ")", ok && k.off >= 0
	case 4:
		return emMeta(t, data)
	case 7:
		return emCanID(t, data)
	}
	return "", false
}

// halves splits a byte of two bit fields of four bits, the first of the struct first.
func (t *telling) halves(c byte) (first, second byte) {
	if t.m.Frame.Origin.BigEndian {
		return c >> 4, c & 15
	}
	return c & 15, c >> 4
}

var emOperands = []string{"eq", "gt", "lt"}

// emCmp writes struct tcf_em_cmp.
func emCmp(t *telling, data *decode.Node) (string, bool) {
	in := nest{t, data.Children}
	val, mask, off, align, layer := in.peek("val"), in.peek("mask"), in.peek("off"), in.peek("align"), in.peek("layer")
	if val == nil || mask == nil || off == nil || align == nil || layer == nil {
		return "", false
	}
	width, flags := t.halves(align.Raw[0])
	l, op := t.halves(layer.Raw[0])
	name := map[byte]string{1: "u8", 2: "u16", 4: "u32"}[width]
	if name == "" || flags > 1 || int(op) >= len(emOperands) || l > 2 {
		return "", false
	}
	s := "cmp(" + name + " at " + decimal(number(off)) + " layer " + strconv.Itoa(int(l))
	if !zero(mask.Raw) {
		s += " mask " + hexNumber(number(mask))
	}
	if flags == 1 {
		s += " trans"
	}
	return s + " " + emOperands[op] + " " + decimal(number(val)) + ")", true
}

// emNbyte writes struct tcf_em_nbyte: its length has 12 bits, the layer 4.
func emNbyte(t *telling, data *decode.Node) (string, bool) {
	if len(data.Raw) < 4 {
		return "", false
	}
	var off, n, l uint16
	if t.m.Frame.Origin.BigEndian {
		v := binary.BigEndian.Uint16(data.Raw[2:])
		off, n, l = binary.BigEndian.Uint16(data.Raw), v>>4, v&15
	} else {
		v := binary.LittleEndian.Uint16(data.Raw[2:])
		off, n, l = binary.LittleEndian.Uint16(data.Raw), v&0xfff, v>>12
	}
	if int(n) > len(data.Raw)-4 || n == 0 || l > 2 {
		return "", false
	}
	needle, ok := emString(data.Raw[4 : 4+n])
	return "nbyte(" + needle + " at " + strconv.Itoa(int(off)) + " layer " + strconv.Itoa(int(l)) + ")", ok
}

// emString writes bytes as tc's parser reads them. It ends them at a NUL.
func emString(b []byte) (string, bool) {
	var s strings.Builder
	s.WriteByte('"')
	for _, c := range b {
		switch {
		case c == 0:
			return "", false
		case c == '"' || c == '\\' || c < ' ' || c > '~':
			o := strconv.FormatUint(uint64(c), 8)
			s.WriteString(`\` + "000"[len(o):] + o)
		default:
			s.WriteByte(c)
		}
	}
	s.WriteByte('"')
	return s.String(), true
}

// metaWords are the words for TCF_META_ID_*.
var metaWords = map[uint64]string{1: "random", 2: "loadavg_1", 3: "loadavg_5", 4: "loadavg_15", 5: "dev", 6: "priority", 7: "protocol",
	8: "pkt_type", 9: "pkt_len", 10: "data_len", 11: "mac_len", 12: "nf_mark", 13: "tc_index", 14: "rt_classid", 15: "rt_iif",
	16: "sk_family", 17: "sk_state", 18: "sk_reuse", 19: "sk_bind_if", 20: "sk_refcnt", 21: "sk_shutdown", 22: "sk_proto", 23: "sk_type",
	24: "sk_rcvbuf", 25: "sk_rmem", 26: "sk_wmem", 27: "sk_omem", 28: "sk_wmem_queue", 29: "sk_rcv_queue", 30: "sk_snd_queue",
	31: "sk_err_queue", 32: "sk_fwd_alloc", 33: "sk_sndbuf", 46: "vlan"}

// emMeta writes TCA_EM_META_*: two sides and what is between them.
func emMeta(t *telling, data *decode.Node) (string, bool) {
	in := nest{t, data.Children}
	hdr := in.peek("TCA_EM_META_HDR")
	if hdr == nil {
		return "", false
	}
	sides := nest{t, hdr.Children}
	left, right := sides.peek("left"), sides.peek("right")
	if left == nil || right == nil {
		return "", false
	}
	op := nest{t, left.Children}.peek("op")
	if op == nil || int(number(op)) >= len(emOperands) {
		return "", false
	}
	l, ok := metaSide(t, left, in.peek("TCA_EM_META_LVALUE"))
	if !ok {
		return "", false
	}
	r, ok := metaSide(t, right, in.peek("TCA_EM_META_RVALUE"))
	return "meta(" + l + " " + emOperands[number(op)] + " " + r + ")", ok
}

// metaSide writes one side: what of the packet, shifted and masked, or a value.
func metaSide(t *telling, side, value *decode.Node) (string, bool) {
	in := nest{t, side.Children}
	kind, shift := in.peek("kind"), in.peek("shift")
	if kind == nil || shift == nil {
		return "", false
	}
	v := t.native(kind)
	isText := v>>12 == 0
	if v&0x7ff == 0 {
		switch {
		case value == nil || !zero(shift.Raw):
			return "", false
		case isText:
			return emString(value.Raw)
		}
		return decimal(t.native(value)), len(value.Raw) == 4
	}
	s := metaWords[v&0x7ff]
	if s == "" {
		return "", false
	}
	if !zero(shift.Raw) {
		s += " shift " + decimal(number(shift))
	}
	if value != nil && !zero(value.Raw) {
		if isText || len(value.Raw) != 4 {
			return "", false
		}
		s += " mask " + hexNumber(t.native(value))
	}
	return s, true
}

// emCanID writes a list of struct can_filter.
func emCanID(t *telling, data *decode.Node) (string, bool) {
	const eff = 0x80000000 // CAN_EFF_FLAG, which tc sets in every mask
	var parts []string
	for i := range data.Children {
		in := nest{t, data.Children[i].Children}
		id, mask := in.peek("can_id"), in.peek("can_mask")
		if id == nil || mask == nil || number(mask)&eff == 0 {
			return "", false
		}
		kind, own := "sff", uint64(0x7ff)
		if number(id)&eff != 0 {
			kind, own = "eff", 0x1fffffff
		}
		s := kind + " " + hexNumber(number(id)&^eff)
		if m := number(mask) &^ eff & math.MaxUint32; m != own {
			s += ":" + hexNumber(m)
		}
		parts = append(parts, s)
	}
	return "canid(" + strings.Join(parts, " ") + ")", len(parts) > 0
}
