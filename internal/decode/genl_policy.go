// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/policy"
	"github.com/nltop/nltop/internal/decode/schema"
)

// ctrlGetPolicy is CTRL_CMD_GETPOLICY, which also is the command of its
// answers (ctrl_dumppolicy).
const ctrlGetPolicy = 10

// policies are the dumps of CTRL_CMD_GETPOLICY that the traffic held, by
// family. They belong to the goroutine that calls Frame.
type policies struct {
	byID  map[uint16]*policy.Dump
	fresh map[uint16]bool // ids whose dump has grown since tables were made
}

// learnPolicy takes one message of a policy dump: an operation with the
// policies of its requests, or an attribute of a policy.
func (d *Decoder) learnPolicy(m *Message, o order) {
	var id uint16
	data := m.Data
	o.each(data, HeaderLen+genlHdrLen, len(data), func(a span) {
		if b := data[a.lo:a.hi]; a.id == 1 && len(b) == 2 { // CTRL_ATTR_FAMILY_ID
			id = o.u16(b)
		}
	})
	if id < minUserType || id > genlMaxID {
		return
	}
	p := d.policies.byID[id]
	if p == nil {
		p = &policy.Dump{}
		if d.policies.byID == nil {
			d.policies.byID, d.policies.fresh = map[uint16]*policy.Dump{}, map[uint16]bool{}
		}
		d.policies.byID[id] = p
	}
	d.policies.fresh[id] = true
	o.each(data, HeaderLen+genlHdrLen, len(data), func(a span) {
		switch a.id {
		case 8: // CTRL_ATTR_POLICY: index → attribute → NL_POLICY_TYPE_ATTR_*
			o.each(data, a.lo, a.hi, func(index span) {
				o.each(data, index.lo, index.hi, func(attr span) {
					p.AddRule(o.rule(data, uint32(index.id), attr))
				})
			})
		case 9: // CTRL_ATTR_OP_POLICY: command → CTRL_ATTR_POLICY_DO, _DUMP
			o.each(data, a.lo, a.hi, func(cmd span) {
				op := policy.Op{Cmd: cmd.id}
				o.each(data, cmd.lo, cmd.hi, func(x span) {
					switch b := data[x.lo:x.hi]; {
					case x.id == 1 && len(b) == 4:
						op.Do, op.HasDo = o.u32(b), true
					case x.id == 2 && len(b) == 4:
						op.Dump, op.HasDump = o.u32(b), true
					}
				})
				p.AddOp(op)
			})
		}
	})
}

// each calls fn for the attributes of a region, as far as they make sense.
func (o order) each(data []byte, lo, hi int, fn func(a span)) {
	for lo < hi {
		a, ok := o.attrAt(data, lo, hi)
		if !ok || a.size > 0 {
			return
		}
		fn(a)
		lo = a.next
	}
}

// The IDs of enum netlink_policy_type_attr (include/uapi/linux/netlink.h).
const (
	policyType   = 1
	policyMinS   = 2
	policyMaxS   = 3
	policyMinU   = 4
	policyMaxU   = 5
	policyMinLen = 6
	policyMaxLen = 7
	policyNested = 8
	policyBits   = 10 // NL_POLICY_TYPE_ATTR_BITFIELD32_MASK
	policyMask   = 12
)

// rule reads NL_POLICY_TYPE_ATTR_*, as __netlink_policy_dump_write_attr writes
// them for a policy dump and for an extended ACK.
func (o order) rule(data []byte, index uint32, attr span) policy.Rule {
	r := policy.Rule{Policy: index, ID: attr.id}
	o.each(data, attr.lo, attr.hi, func(a span) {
		b := data[a.lo:a.hi]
		switch len(b) {
		case 4:
			v := o.u32(b)
			switch a.id {
			case policyType:
				r.Type = v
			case policyMinLen:
				r.MinLen, r.HasMinLen = v, true
			case policyMaxLen:
				r.MaxLen, r.HasMaxLen = v, true
			case policyNested:
				r.Nested, r.HasNested = v, true
			case policyBits:
				r.Mask, r.HasMask = uint64(v), true
			}
		case 8:
			v := o.u64(b)
			switch a.id {
			case policyMinS:
				r.MinS, r.HasS = int64(v), true
			case policyMaxS:
				r.MaxS = int64(v)
			case policyMinU:
				r.MinU, r.HasU = v, true
			case policyMaxU:
				r.MaxU = v
			case policyMask:
				r.Mask, r.HasMask = v, true
			}
		}
	})
	return r
}

// applyPolicies makes tables of the dumps that have grown, for families of
// which nothing better is known.
func (d *Decoder) applyPolicies() {
	for id := range d.policies.fresh {
		delete(d.policies.fresh, id)
		e, p := d.genl.get(id), d.policies.byID[id]
		if e == nil || p == nil || p.Empty() || e.family.Origin == schema.BuiltIn || e.family.Origin == schema.Spec {
			continue
		}
		d.genl.put(e.withPolicy(p))
	}
}

// withPolicy returns a copy of e whose tables are those of a dump.
func (e *genlEntry) withPolicy(p *policy.Dump) *genlEntry {
	n := *e
	n.policy = bareGeneric(e)
	p.Fill(n.policy)
	n.policy.Build()
	return &n
}

// WantsPolicy says whether the kernel could tell more of the family of a
// generic-netlink message than is known, and its id.
func (d *Decoder) WantsPolicy(m *Message) (id uint16, ok bool) {
	if m.Frame.Protocol != capture.NETLINK_GENERIC || m.Family == "" || m.Header.Type <= genlIDCtrl {
		return 0, false
	}
	e := d.genl.get(m.Header.Type)
	return m.Header.Type, e != nil && e.family.Origin == schema.None
}
