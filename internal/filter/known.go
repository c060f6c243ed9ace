// SPDX-License-Identifier: Apache-2.0

package filter

import "github.com/nltop/nltop/internal/decode/schema"

// Known returns the options that refuse all names but those of the families
// and of Netlink itself. Pass what the decoder got, specs included.
func Known(families []*schema.Family) Options {
	k := known{
		Options: Options{Attrs: map[string]bool{}, Types: map[string]bool{}},
		seen:    map[any]bool{},
	}
	k.set(schema.NlmsgerrSet())
	for _, name := range headerFields {
		k.Attrs[name] = true
	}
	for _, f := range families {
		k.strct(f.Header)
		k.set(f.Set)
		for i := range f.Messages {
			m := &f.Messages[i]
			k.Types[m.Name] = true
			k.strct(m.Header)
			k.set(m.Set)
			k.typ(m.Body)
		}
	}
	for _, name := range batchTypes {
		k.Types[name] = true
	}
	return k.Options
}

// What package decode knows by itself: struct nlmsgerr's and the fields of
// genlmsghdr, nfgenmsg and udev's header.
var (
	headerFields = []string{"error", "cmd", "version", "reserved", "nfgen_family", "res_id"}
	batchTypes   = []string{"NFNL_MSG_BATCH_BEGIN", "NFNL_MSG_BATCH_END"}
)

// known walks through the tables. Sets may contain themselves.
type known struct {
	Options
	seen map[any]bool
}

func (k *known) visit(p any) bool {
	if k.seen[p] {
		return false
	}
	k.seen[p] = true
	return true
}

func (k *known) set(s *schema.Set) {
	if s == nil || !k.visit(s) {
		return
	}
	for i := range s.Attrs {
		k.Attrs[s.Attrs[i].Name] = true
		k.typ(&s.Attrs[i].Type)
	}
}

func (k *known) strct(s *schema.StructType) {
	if s == nil || !k.visit(s) {
		return
	}
	for i := range s.Fields {
		k.Attrs[s.Fields[i].Name] = true
		k.typ(&s.Fields[i].Type)
	}
}

func (k *known) typ(t *schema.Type) {
	if t == nil {
		return
	}
	k.set(t.Set)
	k.strct(t.Struct)
	k.typ(t.Elem)
	if t.Sub != nil && k.visit(t.Sub) {
		for _, c := range t.Sub.Cases {
			k.typ(&c)
		}
		k.typ(&t.Sub.Default)
	}
}
