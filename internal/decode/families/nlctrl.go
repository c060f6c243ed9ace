// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nlctrl is the controller of generic netlink, which assigns the ids of all
// other generic families (include/uapi/linux/genetlink.h,
// net/netlink/genetlink.c). CTRL_CMD_GETFAMILY is answered by
// CTRL_CMD_NEWFAMILY, CTRL_CMD_GETPOLICY by itself.
func nlctrl() *schema.Family {
	return &schema.Family{
		Name:     "nlctrl",
		Protocol: unix.NETLINK_GENERIC,
		GenlID:   unix.GENL_ID_CTRL,
		Version:  2,
		Set:      ctrlAttrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "CTRL_CMD_UNSPEC"},
			{ID: 1, Name: "CTRL_CMD_NEWFAMILY"},
			{ID: 2, Name: "CTRL_CMD_DELFAMILY"},
			// Whether a family is loaded.
			{ID: 3, Name: "CTRL_CMD_GETFAMILY", Probe: &schema.Probe{Errnos: []int32{enoent}}},
			{ID: 4, Name: "CTRL_CMD_NEWOPS"},
			{ID: 5, Name: "CTRL_CMD_DELOPS"},
			{ID: 6, Name: "CTRL_CMD_GETOPS"},
			{ID: 7, Name: "CTRL_CMD_NEWMCAST_GRP"},
			{ID: 8, Name: "CTRL_CMD_DELMCAST_GRP"},
			{ID: 9, Name: "CTRL_CMD_GETMCAST_GRP"}, // unused by the kernel
			{ID: 10, Name: "CTRL_CMD_GETPOLICY", Probe: &schema.Probe{Errnos: []int32{enoent}}},
		},
		// genl_validate_assign_mc_groups gives this one group a fixed number.
		Groups: []schema.Group{{ID: 16, Name: "notify"}},
		Lead: []string{
			"CTRL_ATTR_FAMILY_NAME", "CTRL_ATTR_FAMILY_ID", "CTRL_ATTR_VERSION",
			"CTRL_ATTR_MCAST_GRP_NAME", "CTRL_ATTR_MCAST_GRP_ID", "CTRL_ATTR_OP",
		},
	}
}

func ctrlAttrs() *schema.Set {
	ops := &schema.Set{Name: "CTRL_ATTR_OP", Attrs: []schema.Attr{
		{ID: 0, Name: "CTRL_ATTR_OP_UNSPEC", Note: "unused"},
		{ID: 1, Name: "CTRL_ATTR_OP_ID", Type: schema.Type{Kind: schema.U32}},
		{ID: 2, Name: "CTRL_ATTR_OP_FLAGS", Type: schema.Type{Kind: schema.U32, Enum: genlOpFlags()}},
	}}
	groups := &schema.Set{Name: "CTRL_ATTR_MCAST_GRP", Attrs: []schema.Attr{
		{ID: 0, Name: "CTRL_ATTR_MCAST_GRP_UNSPEC", Note: "unused"},
		{ID: 1, Name: "CTRL_ATTR_MCAST_GRP_NAME", Type: schema.Type{Kind: schema.String}},
		{ID: 2, Name: "CTRL_ATTR_MCAST_GRP_ID", Type: schema.Type{Kind: schema.U32}},
	}}
	opPolicy := &schema.Set{Name: "CTRL_ATTR_POLICY", Attrs: []schema.Attr{
		{ID: 0, Name: "CTRL_ATTR_POLICY_UNSPEC", Note: "unused"},
		{ID: 1, Name: "CTRL_ATTR_POLICY_DO", Type: schema.Type{Kind: schema.U32}},
		{ID: 2, Name: "CTRL_ATTR_POLICY_DUMP", Type: schema.Type{Kind: schema.U32}},
	}}
	nest := func(s *schema.Set) *schema.Type { return &schema.Type{Kind: schema.Nest, Set: s} }
	return &schema.Set{Name: "CTRL_ATTR", Attrs: []schema.Attr{
		{ID: 0, Name: "CTRL_ATTR_UNSPEC", Note: "unused"},
		{ID: 1, Name: "CTRL_ATTR_FAMILY_ID", Type: schema.Type{Kind: schema.U16}},
		{ID: 2, Name: "CTRL_ATTR_FAMILY_NAME", Type: schema.Type{Kind: schema.String}},
		{ID: 3, Name: "CTRL_ATTR_VERSION", Type: schema.Type{Kind: schema.U32}},
		{ID: 4, Name: "CTRL_ATTR_HDRSIZE", Type: schema.Type{Kind: schema.U32, Hint: schema.Bytes}},
		{ID: 5, Name: "CTRL_ATTR_MAXATTR", Type: schema.Type{Kind: schema.U32}},
		{ID: 6, Name: "CTRL_ATTR_OPS", Type: schema.Type{Kind: schema.Array, Elem: nest(ops)}},
		{ID: 7, Name: "CTRL_ATTR_MCAST_GROUPS", Type: schema.Type{Kind: schema.Array, Elem: nest(groups)}},
		// By policy index, then by attribute id (ctrl_dumppolicy).
		{ID: 8, Name: "CTRL_ATTR_POLICY", Type: schema.Type{Kind: schema.Array,
			Elem: &schema.Type{Kind: schema.Array, Elem: nest(schema.PolicyTypeSet())}}},
		// By command (ctrl_dumppolicy_put_op); the values are policy indexes.
		{ID: 9, Name: "CTRL_ATTR_OP_POLICY", Type: schema.Type{Kind: schema.Array, Elem: nest(opPolicy)}},
		{ID: 10, Name: "CTRL_ATTR_OP", Type: schema.Type{Kind: schema.U32}},
	}}
}

// genlOpFlags are what CTRL_ATTR_OP_FLAGS holds.
func genlOpFlags() *schema.Enum {
	return &schema.Enum{Name: "genl_op_flags", Flags: true, Values: []schema.Value{
		{N: 0x01, Name: "GENL_ADMIN_PERM"},
		{N: 0x02, Name: "GENL_CMD_CAP_DO"},
		{N: 0x04, Name: "GENL_CMD_CAP_DUMP"},
		{N: 0x08, Name: "GENL_CMD_CAP_HASPOL"},
		{N: 0x10, Name: "GENL_UNS_ADMIN_PERM"},
	}}
}
