// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// What values that say several things give to programs: an object, a list or a number in
// place of the words that people read. Each stands beside the Format of the same name and
// reads the same bytes; TestFacts finds a Format of several things that has none.

type (
	formatFunc = func(b []byte, big bool) (string, bool)
	factsFunc  = func(b []byte, big bool) any
)

// several is a value of more than one fact.
func several(format formatFunc, facts factsFunc) schema.Type {
	t := custom(format)
	t.Facts = facts
	return t
}

// obj makes an Object of names and values in turn.
func obj(pairs ...any) schema.Object {
	o := make(schema.Object, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		o = o.With(pairs[i].(string), pairs[i+1])
	}
	return o
}

// nameOr is the name of a number, else the number.
func nameOr(e *schema.Enum, v uint64) any {
	if name, ok := e.Lookup(v); ok {
		return name
	}
	return v
}

// bitNames lists the names of the bits that are set, by the number of each bit; those
// without a name as numbers. The units are of so many bytes, in the order that big says.
func bitNames(b []byte, big bool, unit int, e *schema.Enum) []any {
	list := []any{}
	for i := range 8 * len(b) {
		at := i / 8
		if big {
			at ^= unit - 1
		}
		if at >= len(b) || b[at]>>(i%8)&1 == 0 {
			continue
		}
		if e == nil {
			list = append(list, uint64(i))
		} else {
			list = append(list, nameOr(e, uint64(i)))
		}
	}
	return list
}

// maskNames lists the names of the bits of a number; the rest of it comes last, as a number.
func maskNames(e *schema.Enum, v uint64) []any {
	list := []any{}
	for _, x := range e.Values {
		if x.N != 0 && v&x.N == x.N {
			list = append(list, x.Name)
			v &^= x.N
		}
	}
	if v != 0 {
		list = append(list, v)
	}
	return list
}

// where gives facts only of bytes that the format takes.
func where(format formatFunc, facts factsFunc) schema.Type {
	return several(format, func(b []byte, big bool) any {
		if _, ok := format(b, big); !ok {
			return nil
		}
		return facts(b, big)
	})
}

func tcPriorityFacts(b []byte, big bool) any {
	v := tcNumber32(b, big)
	proto := uint16(v)
	if !big {
		proto = proto<<8 | proto>>8
	}
	return obj("priority", uint64(v>>16), "protocol", nameOr(etherType, uint64(proto)))
}

// tcVerdictFacts is nil where a verdict has no argument: it is one name then.
func tcVerdictFacts(b []byte, big bool) any {
	v := uint64(tcNumber32(b, big))
	if _, ok := tcVerdicts.Lookup(v); ok {
		return nil
	}
	name, ok := tcVerdicts.Lookup(v &^ (1<<28 - 1))
	if !ok || v>>28 == 0 {
		return nil
	}
	return obj("action", name, "argument", v&(1<<28-1))
}

// tcNibblesFacts are the two halves, first and second.
func tcNibblesFacts(first, second *schema.Enum) factsFunc {
	return func(b []byte, big bool) any {
		lo, hi := uint64(b[0]&0xf), uint64(b[0]>>4)
		if big {
			lo, hi = hi, lo
		}
		return []any{nameOr(first, lo), nameOr(second, hi)}
	}
}

func tcEmLengthFacts(b []byte, big bool) any {
	v := binary.LittleEndian.Uint16(b)
	n, layer := v&0xfff, v>>12
	if big {
		v = binary.BigEndian.Uint16(b)
		n, layer = v>>4, v&0xf
	}
	return obj("len", uint64(n), "layer", nameOr(tcEmLayer, uint64(layer)))
}

func tcEmMetaKindFacts(b []byte, big bool) any {
	v := sockDiagOrder(big).Uint16(b)
	return obj("type", nameOr(tcEmMetaType, uint64(v>>12)), "id", nameOr(tcEmMetaID, uint64(v&0x7ff)))
}

// tcIFEMetaFacts: a metadatum that a request allows has no value, one that it sets has.
func tcIFEMetaFacts(b []byte, big bool) any {
	if len(b) == 0 {
		return obj("allow", true)
	}
	v, _ := nl80211Number(b, big)
	return obj("use", v)
}

func segmentRoutingFacts(b []byte, _ bool) any {
	n := int(b[4]) + 1
	segments := make([]string, n)
	for i := range n {
		segments[i] = netip.AddrFrom16([16]byte(b[8+16*i:])).String()
	}
	o := obj("nexthdr", nameOr(ipProtocol, uint64(b[0])), "hdrlen", uint64(b[1]), "type", uint64(b[2]),
		"segments_left", uint64(b[3]), "first_segment", uint64(b[4]), "flags", uint64(b[5]),
		"tag", uint64(binary.BigEndian.Uint16(b[6:])), "segments", segments)
	if tlvs := b[8+16*n:]; len(tlvs) > 0 {
		o = o.With("tlvs", hex.EncodeToString(tlvs))
	}
	return o
}

func mplsLabelsFacts(b []byte, _ bool) any {
	list := []any{}
	for ; len(b) >= 4; b = b[4:] {
		v := uint64(binary.BigEndian.Uint32(b))
		list = append(list, obj("label", v>>12, "tc", v>>9&7, "bottom", v>>8&1 == 1, "ttl", v&0xff))
	}
	return list
}

func ovsGeneveFacts(b []byte, _ bool) any {
	list := []any{}
	for len(b) >= 4 {
		n := 4 + 4*int(b[3]&0x1f)
		list = append(list, obj("class", uint64(binary.BigEndian.Uint16(b)), "type", uint64(b[2]), "data", hex.EncodeToString(b[4:n])))
		b = b[n:]
	}
	return list
}

// wordList is a text of words, as a list.
func wordList(format formatFunc) factsFunc {
	return func(b []byte, big bool) any {
		s, _ := format(b, big)
		return append([]string{}, strings.Fields(s)...)
	}
}

func nftUserdataFacts(names []string) factsFunc {
	return func(b []byte, _ bool) any {
		list := []any{}
		for len(b) >= 2 {
			var typ any = uint64(b[0])
			name := ""
			if int(b[0]) < len(names) {
				name = names[b[0]]
				typ = strings.ReplaceAll(name, " ", "_")
			}
			v := b[2 : 2+int(b[1])]
			list = append(list, obj("type", typ, "value", nftUserdataFact(nftUserdataValue(name, v), v)))
			b = b[2+int(b[1]):]
		}
		return list
	}
}

// nftUserdataFact is a number where the text is one that stands for these bytes.
func nftUserdataFact(text string, v []byte) any {
	if len(v) == 1 || len(v) == 4 {
		if n, err := strconv.ParseUint(text, 10, 32); err == nil {
			return n
		}
	}
	return text
}

// nftDatatypeFacts lists the parts of a concatenation; a type alone is its name.
func nftDatatypeFacts(text string) any {
	if parts := strings.Split(text, " . "); len(parts) > 1 {
		return parts
	}
	return nil
}

func ipsetSkbMarkFacts(b []byte, _ bool) any {
	return obj("mark", uint64(binary.BigEndian.Uint32(b)), "mask", uint64(binary.BigEndian.Uint32(b[4:])))
}

// tipcTLVsFacts: a list of TLVs, each with its numbers and its text.
func tipcTLVsFacts(b []byte, _ bool) any {
	list := []any{}
	for len(b) >= 4 {
		n, typ := int(binary.BigEndian.Uint16(b)), uint64(binary.BigEndian.Uint16(b[2:]))
		o := obj("type", nameOr(tipcTLVNames, typ))
		numbers, text := tipcTLVParts(typ, b[4:n])
		if len(numbers) > 0 {
			o = o.With("numbers", numbers)
		}
		if text != "" {
			o = o.With("text", text)
		}
		list = append(list, o)
		b = b[min((n+3)&^3, len(b)):]
	}
	return list
}
