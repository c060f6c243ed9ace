// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Bit sets: struct ethnl bitsets are compact (u32 words) or verbose (a list of
// bits), as ETHTOOL_FLAG_COMPACT_BITSETS asks (net/ethtool/bitset.c).

// ethtoolBitset is a bit set whose bits have these names; value is what the
// words of the compact form are.
func ethtoolBitset(index, value schema.Type) schema.Type {
	bit := set("ETHTOOL_A_BITSET_BIT",
		unspec("ETHTOOL_A_BITSET_BIT_UNSPEC"),
		attr(1, "ETHTOOL_A_BITSET_BIT_INDEX", index),
		attr(2, "ETHTOOL_A_BITSET_BIT_NAME", str),
		attr(3, "ETHTOOL_A_BITSET_BIT_VALUE", flag),
	)
	return nest(set("ETHTOOL_A_BITSET",
		unspec("ETHTOOL_A_BITSET_UNSPEC"),
		attr(1, "ETHTOOL_A_BITSET_NOMASK", flag),
		attr(2, "ETHTOOL_A_BITSET_SIZE", u32),
		attr(3, "ETHTOOL_A_BITSET_BITS", nest(set("ETHTOOL_A_BITSET_BITS",
			unspec("ETHTOOL_A_BITSET_BITS_UNSPEC"),
			attr(1, "ETHTOOL_A_BITSET_BITS_BIT", nest(bit)),
		))),
		attr(4, "ETHTOOL_A_BITSET_VALUE", value),
		attr(5, "ETHTOOL_A_BITSET_MASK", value),
	))
}

// ethtoolBits is a set that fits a word.
func ethtoolBits(index, bits *schema.Enum) schema.Type {
	return ethtoolBitset(named(u32, index), named(u32, bits))
}

// ethtoolLinkModes is a set of link modes.
func ethtoolLinkModes() schema.Type {
	return ethtoolBitset(named(u32, ethtoolLinkMode), where(ethtoolLinkModeWords, func(b []byte, big bool) any { return bitNames(b, big, 4, ethtoolLinkMode) }))
}

// ethtoolOwnBits is a set whose names only the device has: the kernel gives
// them in the verbose form and in string sets.
func ethtoolOwnBits() schema.Type {
	return ethtoolBitset(u32, where(ethtoolWords, func(b []byte, big bool) any { return bitNames(b, big, 4, nil) }))
}

func ethtoolLinkModeWords(b []byte, big bool) (string, bool) {
	return ethtoolBitList(b, big, ethtoolLinkMode)
}

func ethtoolWords(b []byte, big bool) (string, bool) { return ethtoolBitList(b, big, nil) }

// ethtoolBitList writes the bits of u32 words by name, else by number.
func ethtoolBitList(b []byte, big bool, names *schema.Enum) (string, bool) {
	if len(b)%4 != 0 {
		return "", false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	var out []byte
	for i := range len(b) / 4 {
		for w, bit := order.Uint32(b[4*i:]), 32*i; w != 0; w, bit = w>>1, bit+1 {
			if w&1 == 0 {
				continue
			}
			if len(out) > 0 {
				out = append(out, '|')
			}
			if name, ok := ethtoolBitName(names, bit); ok {
				out = append(out, name...)
				continue
			}
			out = strconv.AppendInt(append(out, "bit "...), int64(bit), 10)
		}
	}
	if len(out) == 0 {
		return "none", true
	}
	return string(out), true
}

func ethtoolBitName(names *schema.Enum, bit int) (string, bool) {
	if names == nil {
		return "", false
	}
	return names.Lookup(uint64(bit))
}
