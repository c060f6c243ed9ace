// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strconv"
)

// typeNames are what enum netlink_attribute_type calls for, in words.
var typeNames = [...]string{
	typeFlag: "a flag, without payload", typeU8: "a number of 1 byte", 3: "a number of 2 bytes",
	4: "a number of 4 bytes", 5: "a number of 8 bytes", typeS8: "a signed number of 1 byte",
	7: "a signed number of 2 bytes", 8: "a signed number of 4 bytes", 9: "a signed number of 8 bytes",
	typeBinary: "bytes", typeString: "a string", typeNulString: "a string that ends with a NUL", typeNested: "a nest",
	typeNestedArray: "a nest of nests", typeBitfield32: "a bitfield of 8 bytes (value, selector)",
	typeSint: "a signed number of 4 or 8 bytes", typeUint: "a number of 4 or 8 bytes",
}

// Must says in words what an attribute must be to pass the rule: "must be
// 1…4094"; "" where the rule says nothing.
func (r *Rule) Must() string {
	if int(r.Type) >= len(typeNames) || typeNames[r.Type] == "" {
		return ""
	}
	words := "must be " + typeNames[r.Type]
	switch {
	case r.full():
	case r.HasS:
		words = fmt.Sprintf("must be %d…%d", r.MinS, r.MaxS)
	case r.HasU:
		words = r.unsigned()
	}
	words += r.length()
	if r.HasMask {
		words += ", with no bits but 0x" + strconv.FormatUint(r.Mask, 16)
	}
	return words
}

// unsigned says what a range leaves of the numbers of its type.
func (r *Rule) unsigned() string {
	top, _ := r.top()
	switch {
	case r.MinU == r.MaxU:
		return fmt.Sprintf("must be %d", r.MinU)
	case r.MaxU >= top:
		return fmt.Sprintf("must be at least %d", r.MinU)
	}
	return fmt.Sprintf("must be %d…%d", r.MinU, r.MaxU)
}

// length says how long a payload must be; "" is any length.
func (r *Rule) length() string {
	low := r.HasMinLen && r.MinLen > 0
	switch {
	case low && r.HasMaxLen && r.MinLen == r.MaxLen:
		return fmt.Sprintf(", %d long", r.MinLen)
	case low && r.HasMaxLen:
		return fmt.Sprintf(", at least %d and at most %d bytes long", r.MinLen, r.MaxLen)
	case low:
		return fmt.Sprintf(", at least %d bytes long", r.MinLen)
	case r.HasMaxLen:
		return fmt.Sprintf(", at most %d bytes long", r.MaxLen)
	}
	return ""
}
