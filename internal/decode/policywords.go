// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// rule is one policy as __netlink_policy_dump_write_attr writes it
// (enum netlink_policy_type_attr, include/uapi/linux/netlink.h).
type rule struct {
	typ            uint64
	minS, maxS     int64
	minU, maxU     uint64
	minLen, maxLen uint64
	mask           uint64
	has            uint16 // bit per attribute ID
}

// The IDs of enum netlink_policy_type_attr that a rule is made of.
const (
	policyType    = 1
	policyMinS    = 2
	policyMaxS    = 3
	policyMinU    = 4
	policyMaxU    = 5
	policyMinLen  = 6
	policyMaxLen  = 7
	policyBits    = 10 // NL_POLICY_TYPE_ATTR_BITFIELD32_MASK
	policyMask    = 12
	policyAttrMax = 12
)

func (r *rule) hasAttr(id uint16) bool { return r.has&(1<<id) != 0 }

// readRule reads the policy at [lo, hi).
func (v *view) readRule(lo, hi int) rule {
	var r rule
	for lo < hi {
		a, ok := v.ord.attrAt(v.data, lo, hi)
		if !ok {
			break
		}
		lo = a.next
		var n uint64
		switch b := v.data[a.lo:a.hi]; len(b) {
		case 4:
			n = uint64(v.ord.u32(b))
		case 8:
			n = v.ord.u64(b)
		default:
			continue
		}
		if a.id > policyAttrMax {
			continue
		}
		r.has |= 1 << a.id
		switch a.id {
		case policyType:
			r.typ = n
		case policyMinS:
			r.minS = int64(n)
		case policyMaxS:
			r.maxS = int64(n)
		case policyMinU:
			r.minU = n
		case policyMaxU:
			r.maxU = n
		case policyMinLen:
			r.minLen = n
		case policyMaxLen:
			r.maxLen = n
		case policyBits, policyMask:
			r.mask = n
		}
	}
	return r
}

// policyTypes are what enum netlink_attribute_type calls for, in words, and
// the largest number of each.
var policyTypes = [...]struct {
	words string
	max   uint64
}{
	1: {"a flag, without payload", 0}, 2: {"a number of 1 byte", math.MaxUint8}, 3: {"a number of 2 bytes", math.MaxUint16},
	4: {"a number of 4 bytes", math.MaxUint32}, 5: {"a number of 8 bytes", math.MaxUint64},
	6: {"a signed number of 1 byte", math.MaxInt8}, 7: {"a signed number of 2 bytes", math.MaxInt16},
	8: {"a signed number of 4 bytes", math.MaxInt32}, 9: {"a signed number of 8 bytes", math.MaxInt64},
	10: {"bytes", 0}, 11: {"a string", 0}, 12: {"a string that ends with a NUL", 0}, 13: {"a nest", 0},
	14: {"a nest of nests", 0}, 15: {"a bitfield of 8 bytes (value, selector)", 0},
	16: {"a signed number of 4 or 8 bytes", math.MaxInt64}, 17: {"a number of 4 or 8 bytes", math.MaxUint64},
}

// policyWords says what an attribute must be.
func (v *view) policyWords(lo, hi int) string {
	r := v.readRule(lo, hi)
	if int(r.typ) >= len(policyTypes) || policyTypes[r.typ].words == "" {
		return ""
	}
	t := policyTypes[r.typ]
	words := "must be " + t.words
	switch {
	case r.hasAttr(policyMinS) && r.hasAttr(policyMaxS) && (r.minS > -int64(min(t.max, math.MaxInt64))-1 || uint64(r.maxS) < t.max):
		words = fmt.Sprintf("must be %d…%d", r.minS, r.maxS)
	case r.hasAttr(policyMinU) && r.hasAttr(policyMaxU) && (r.minU > 0 || r.maxU < t.max):
		words = unsignedWords(r.minU, r.maxU, t.max)
	}
	if l := lengthWords(&r); l != "" {
		words += ", " + l
	}
	if r.hasAttr(policyMask) || r.hasAttr(policyBits) {
		words += ", with no bits but 0x" + strconv.FormatUint(r.mask, 16)
	}
	return words
}

func unsignedWords(low, high, top uint64) string {
	switch {
	case low == high:
		return fmt.Sprintf("must be %d", low)
	case high >= top:
		return fmt.Sprintf("must be at least %d", low)
	}
	return fmt.Sprintf("must be %d…%d", low, high)
}

func lengthWords(r *rule) string {
	var parts []string
	low, high := r.hasAttr(policyMinLen) && r.minLen > 0, r.hasAttr(policyMaxLen)
	switch {
	case low && high && r.minLen == r.maxLen:
		return fmt.Sprintf("%d long", r.minLen)
	case low:
		parts = append(parts, fmt.Sprintf("at least %d", r.minLen))
	}
	if high {
		parts = append(parts, fmt.Sprintf("at most %d", r.maxLen))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " and ") + " bytes long"
}
