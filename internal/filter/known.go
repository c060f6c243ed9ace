// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"slices"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Known returns the options that refuse all names but those of the families
// and of Netlink itself. Pass what the decoder got, specs included.
func Known(families []*schema.Family) Options {
	k := Options{Attrs: map[string]bool{}, Types: map[string]bool{}}
	for _, name := range headerFields {
		k.Attrs[name] = true
	}
	for _, name := range slices.Concat(batchTypes, ueventActions) {
		k.Types[name] = true
	}
	for _, f := range families {
		for i := range f.Messages {
			for _, l := range f.Messages[i].Layouts() {
				k.Types[l.Name] = true
			}
		}
	}
	schema.Walk(schema.Visitor{
		Set: func(_ *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				k.Attrs[s.Attrs[i].Name] = true
			}
		},
		Struct: func(_ *schema.Place, s *schema.StructType) {
			for i := range s.Fields {
				k.Attrs[s.Fields[i].Name] = true
			}
		},
	}, append([]*schema.Family{{Set: schema.NlmsgerrSet()}}, families...)...)
	return k
}

// What package decode knows by itself: struct nlmsgerr's and the fields of
// genlmsghdr, nfgenmsg and udev's header.
var (
	headerFields = []string{"error", "cmd", "version", "reserved", "nfgen_family", "res_id"}
	batchTypes   = []string{"NFNL_MSG_BATCH_BEGIN", "NFNL_MSG_BATCH_END"}
	// kobject_actions of lib/kobject_uevent.c
	ueventActions = []string{"add", "remove", "change", "move", "online", "offline", "bind", "unbind"}
)
