// SPDX-License-Identifier: Apache-2.0

package schema

// The attribute sets of include/uapi/linux/netlink.h itself. They belong to no
// family: the walker needs them for NLMSG_ERROR, and nlctrl for policies. Each
// call makes a new set, so that no two families share what Build writes.

// NlmsgerrSet returns enum nlmsgerr_attrs.
func NlmsgerrSet() *Set {
	return &Set{Name: "NLMSGERR_ATTR", Attrs: []Attr{
		{ID: 0, Name: "NLMSGERR_ATTR_UNUSED", Note: "unused"},
		{ID: 1, Name: "NLMSGERR_ATTR_MSG", Type: Type{Kind: String}},
		{ID: 2, Name: "NLMSGERR_ATTR_OFFS", Type: Type{Kind: U32}},
		{ID: 3, Name: "NLMSGERR_ATTR_COOKIE", Note: "subsystem-specific bytes"},
		{ID: 4, Name: "NLMSGERR_ATTR_POLICY", Type: Type{Kind: Nest, Set: PolicyTypeSet()}},
		{ID: 5, Name: "NLMSGERR_ATTR_MISS_TYPE", Type: Type{Kind: U32}},
		{ID: 6, Name: "NLMSGERR_ATTR_MISS_NEST", Type: Type{Kind: U32}},
	}}
}

// PolicyTypeSet returns enum netlink_policy_type_attr, as
// __netlink_policy_dump_write_attr fills it.
func PolicyTypeSet() *Set {
	return &Set{Name: "NL_POLICY_TYPE_ATTR", Attrs: []Attr{
		{ID: 0, Name: "NL_POLICY_TYPE_ATTR_UNSPEC", Note: "unused"},
		{ID: 1, Name: "NL_POLICY_TYPE_ATTR_TYPE", Type: Type{Kind: U32, Enum: attributeTypes()}},
		{ID: 2, Name: "NL_POLICY_TYPE_ATTR_MIN_VALUE_S", Type: Type{Kind: S64}},
		{ID: 3, Name: "NL_POLICY_TYPE_ATTR_MAX_VALUE_S", Type: Type{Kind: S64}},
		{ID: 4, Name: "NL_POLICY_TYPE_ATTR_MIN_VALUE_U", Type: Type{Kind: U64}},
		{ID: 5, Name: "NL_POLICY_TYPE_ATTR_MAX_VALUE_U", Type: Type{Kind: U64}},
		{ID: 6, Name: "NL_POLICY_TYPE_ATTR_MIN_LENGTH", Type: Type{Kind: U32}},
		{ID: 7, Name: "NL_POLICY_TYPE_ATTR_MAX_LENGTH", Type: Type{Kind: U32}},
		{ID: 8, Name: "NL_POLICY_TYPE_ATTR_POLICY_IDX", Type: Type{Kind: U32}},
		{ID: 9, Name: "NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE", Type: Type{Kind: U32}},
		{ID: 10, Name: "NL_POLICY_TYPE_ATTR_BITFIELD32_MASK", Type: Type{Kind: U32, Hint: Hex}},
		{ID: 11, Name: "NL_POLICY_TYPE_ATTR_PAD", Type: Type{Kind: Pad}},
		{ID: 12, Name: "NL_POLICY_TYPE_ATTR_MASK", Type: Type{Kind: U64, Hint: Hex}},
	}}
}

// attributeTypes is enum netlink_attribute_type.
func attributeTypes() *Enum {
	return &Enum{Name: "netlink_attribute_type", Values: []Value{
		{N: 0, Name: "NL_ATTR_TYPE_INVALID"},
		{N: 1, Name: "NL_ATTR_TYPE_FLAG"},
		{N: 2, Name: "NL_ATTR_TYPE_U8"},
		{N: 3, Name: "NL_ATTR_TYPE_U16"},
		{N: 4, Name: "NL_ATTR_TYPE_U32"},
		{N: 5, Name: "NL_ATTR_TYPE_U64"},
		{N: 6, Name: "NL_ATTR_TYPE_S8"},
		{N: 7, Name: "NL_ATTR_TYPE_S16"},
		{N: 8, Name: "NL_ATTR_TYPE_S32"},
		{N: 9, Name: "NL_ATTR_TYPE_S64"},
		{N: 10, Name: "NL_ATTR_TYPE_BINARY"},
		{N: 11, Name: "NL_ATTR_TYPE_STRING"},
		{N: 12, Name: "NL_ATTR_TYPE_NUL_STRING"},
		{N: 13, Name: "NL_ATTR_TYPE_NESTED"},
		{N: 14, Name: "NL_ATTR_TYPE_NESTED_ARRAY"},
		{N: 15, Name: "NL_ATTR_TYPE_BITFIELD32"},
	}}
}
