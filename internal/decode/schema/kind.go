// SPDX-License-Identifier: Apache-2.0

package schema

var kindNames = [...]string{
	Binary: "binary", Unused: "unused", Pad: "pad", Flag: "flag",
	U8: "u8", U16: "u16", U32: "u32", U64: "u64", S8: "s8", S16: "s16", S32: "s32", S64: "s64", Uint: "uint", Sint: "sint",
	String: "string", IPAddr: "address", HWAddr: "link-layer address", Nest: "nest", Array: "indexed-array",
	Packed: "array", Struct: "struct", Sub: "sub-message", Bits32: "bitfield32", Messages: "messages", Custom: "text",
	Records: "records", Opaque: "bytes", KeyValues: "key=value text",
}

// String returns the word for a kind that outputs print, as YNL has it where
// YNL has one.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "binary"
}
