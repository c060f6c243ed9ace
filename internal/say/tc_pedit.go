// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"net"

	"github.com/nltop/nltop/internal/decode"
)

// peditKey is struct tc_pedit_key: the bytes at an offset, of which those in mask
// stay; val replaces the others, or is added to them.
type peditKey struct {
	mask, val, off, at, offmask, shift uint64
	header, cmd                        uint64 // of struct TCA_PEDIT_KEY_EX
}

// peditField is a part of a header that tc has a word for: width in bytes.
type peditField struct {
	header     uint64
	name       string
	off, width uint64
}

// What keys are relative to, and the words for it (TCA_PEDIT_KEY_EX_HDR_TYPE_*).
var (
	peditHeaders = []string{"", "eth", "ip", "ip6", "tcp", "udp"}
	peditFields  = []peditField{
		{1, "type", 12, 2}, {2, "src", 12, 4}, {2, "dst", 16, 4}, {2, "tos", 1, 1}, {2, "ttl", 8, 1}, {2, "protocol", 9, 1},
		{2, "nofrag", 6, 1}, {2, "ihl", 0, 1},
		{3, "payload_len", 4, 2}, {3, "nexthdr", 6, 1}, {3, "hoplimit", 7, 1}, {3, "flow_lbl", 0, 4},
		{4, "sport", 0, 2}, {4, "dport", 2, 2}, {4, "flags", 13, 1}, {5, "sport", 0, 2}, {5, "dport", 2, 2},
	}
)

// pedit says what is changed in packets (tc/m_pedit.c, tc/p_*.c of iproute2).
func pedit(t *telling, o, _ nest) {
	parms, extended := o.peek("TCA_PEDIT_PARMS_EX"), true
	if parms == nil {
		if parms, extended = o.peek("TCA_PEDIT_PARMS"), false; parms == nil {
			return
		}
	}
	in := t.record(parms)
	var ex *decode.Node
	if extended {
		t.say("ex")
		ex = o.peek("TCA_PEDIT_KEYS_EX")
	}
	if keys, ok := peditKeys(in.peek("keys"), ex); ok {
		words, all := munge(keys, extended)
		t.say(words...)
		if all {
			in.take("nkeys")
			in.take("keys")
			if ex != nil {
				t.mark(ex, true)
			}
		}
	}
	if x := in.peek("action"); x != nil {
		if !zero(x.Raw) { // to let it pass is tc's own
			t.control(x)
		}
	}
	in.options([]option{{"index", "index", some(asNumber)}})
}

func peditKeys(list, ex *decode.Node) ([]peditKey, bool) {
	if list == nil || ex != nil && len(ex.Children) != len(list.Children) {
		return nil, false
	}
	keys := make([]peditKey, len(list.Children))
	for i := range list.Children {
		k := &keys[i]
		for j := range list.Children[i].Children {
			n := &list.Children[i].Children[j]
			to := map[string]*uint64{"mask": &k.mask, "val": &k.val, "off": &k.off, "at": &k.at, "offmask": &k.offmask, "shift": &k.shift}[n.Name]
			if to != nil {
				*to = number(n)
			}
		}
		if ex == nil {
			continue
		}
		for j := range ex.Children[i].Children {
			switch n := &ex.Children[i].Children[j]; n.Name {
			case "TCA_PEDIT_KEY_EX_HTYPE":
				k.header = number(n)
			case "TCA_PEDIT_KEY_EX_CMD":
				k.cmd = number(n)
			}
		}
	}
	return keys, true
}

// munge writes the words for keys; all says whether it has them for every one.
func munge(keys []peditKey, extended bool) (words []string, all bool) {
	all = true
	for i := 0; i < len(keys); i++ {
		k := &keys[i]
		if w := k.inverted(); w != nil {
			words = append(words, w...)
			continue
		}
		if k.val&k.mask != 0 || k.cmd > 1 || !extended && k.cmd != 0 {
			all = false
			continue
		}
		if w, n := mungeWide(keys[i:]); n > 0 {
			words = append(words, w...)
			i += n - 1
			continue
		}
		if w := k.words(); w != nil {
			words = append(words, w...)
		} else {
			all = false
		}
	}
	return words, all
}

// mungeWide writes addresses that take several keys, and says how many.
func mungeWide(keys []peditKey) ([]string, int) {
	same := func(i int, off, mask uint64) bool {
		return i < len(keys) && keys[i].off == off && keys[i].mask == mask && keys[i].header == keys[0].header && keys[i].cmd == 0 && keys[i].at == 0 && keys[i].offmask == 0
	}
	switch {
	case keys[0].header == 3 && same(0, 0, 0xf00fffff) && keys[0].shift == 0:
		return []string{"munge", "ip6", "traffic_class", "set", hexNumber(keys[0].val >> 20)}, 1
	case keys[0].header == 1 && same(0, 0, 0) && same(1, 4, 0xffff):
		b := append(beBytes(uint32(keys[0].val)), beBytes(uint32(keys[1].val))[:2]...)
		return []string{"munge", "eth", "dst", "set", net.HardwareAddr(b).String()}, 2
	case keys[0].header == 1 && same(0, 4, 0xffff0000) && same(1, 8, 0):
		b := append(beBytes(uint32(keys[0].val))[2:], beBytes(uint32(keys[1].val))...)
		return []string{"munge", "eth", "src", "set", net.HardwareAddr(b).String()}, 2
	case keys[0].header == 3:
		for _, f := range []struct {
			name string
			off  uint64
		}{{"src", 8}, {"dst", 24}} {
			if !same(0, f.off, 0) || !same(1, f.off+4, 0) || !same(2, f.off+8, 0) || !same(3, f.off+12, 0) {
				continue
			}
			var b []byte
			for _, k := range keys[:4] {
				b = binary.BigEndian.AppendUint32(b, uint32(k.val))
			}
			s, _ := addr(b)
			return []string{"munge", "ip6", f.name, "set", s}, 4
		}
	}
	return nil, 0
}

// words writes one key: by the name of its field, else by its offset, which tc takes
// from the network header only.
func (k *peditKey) words() []string {
	change := ^k.mask & 0xffffffff
	cmd := []string{"set", "add"}[k.cmd]
	if k.header != 0 && k.at == 0 && k.offmask == 0 && k.shift == 0 {
		for _, f := range peditFields {
			bits := 8 * f.width
			full := uint64(1)<<bits - 1
			down := 32 - bits - 8*(f.off&3)
			if f.header != k.header || f.off&^3 != k.off || change&^(full<<down) != 0 || change == 0 {
				continue
			}
			words := []string{"munge", peditHeaders[f.header], f.name, cmd}
			retain, v := change>>down, k.val>>down
			if f.header == 2 && f.width == 4 {
				s, _ := addr(beBytes(uint32(v)))
				words = append(words, s)
			} else {
				words = append(words, hexNumber(v))
			}
			if own := f.retains(full); retain != own {
				words = append(words, "retain", hexNumber(retain))
			}
			return words
		}
		return nil
	}
	if k.header != 0 {
		return nil
	}
	words := []string{"munge", "offset", decimal(k.off), "u32"}
	width, off := uint64(4), k.off
	for _, w := range []uint64{1, 2} { // a byte or two of the four
		for at := uint64(0); at+w <= 4; at++ {
			down := 8 * (4 - w - at)
			if change == (uint64(1)<<(8*w)-1)<<down && width == 4 {
				width, off = w, k.off+at
			}
		}
	}
	v, retain := k.val, change
	if width < 4 {
		down := 8 * (4 - width - (off - k.off))
		v, retain = k.val>>down, 0
		words = []string{"munge", "offset", decimal(off), []string{"", "u8", "u16"}[width]}
	}
	if k.at != 0 || k.offmask != 0 || k.shift != 0 {
		words = append(words, "at", decimal(k.at), hexNumber(k.offmask), decimal(k.shift))
	}
	words = append(words, cmd, hexNumber(v))
	if retain != 0 && retain != 0xffffffff {
		words = append(words, "retain", hexNumber(retain))
	}
	if change == 0 {
		words = append(words, "retain", "0")
	}
	return words
}

// inverted writes a key that keeps all bytes, and turns over all bits of some.
func (k *peditKey) inverted() []string {
	if k.header != 0 || k.cmd != 0 || k.mask != 0xffffffff || k.at != 0 || k.offmask != 0 || k.shift != 0 {
		return nil
	}
	for _, width := range []uint64{4, 2, 1} {
		for at := uint64(0); at+width <= 4; at++ {
			if k.val == (uint64(1)<<(8*width)-1)<<(8*(4-width-at)) {
				return []string{"munge", "offset", decimal(k.off + at), "u" + decimal(8*width), "invert"}
			}
		}
	}
	return nil
}

// retains is what tc changes of a field by itself.
func (f *peditField) retains(full uint64) uint64 {
	switch f.name {
	case "nofrag":
		return 0x3f
	case "ihl":
		return 0x0f
	case "flow_lbl":
		return 0x7ffff
	}
	return full
}
