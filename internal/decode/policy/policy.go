// SPDX-License-Identifier: Apache-2.0

// Package policy makes tables of what the kernel itself says of a
// generic-netlink family (CTRL_CMD_GETPOLICY): for each command the numbers of
// the attributes that a request may have, the type of each, its range and its
// nesting. Names are not among it, so the attributes of these tables have none.
//
// It reads no bytes: package decode does, and hands over what it read.
package policy

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Rule is one attribute of one policy: a nest of NL_POLICY_TYPE_ATTR_*.
type Rule struct {
	Policy    uint32 // index of the policy in the dump
	ID        uint16 // of the attribute
	Type      uint32 // NL_ATTR_TYPE_*
	MinS      int64
	MaxS      int64
	MinU      uint64
	MaxU      uint64
	MinLen    uint32
	MaxLen    uint32
	HasS      bool // MinS and MaxS
	HasU      bool // MinU and MaxU
	HasMinLen bool
	HasMaxLen bool
	Nested    uint32 // index of the policy of what it contains
	HasNested bool
	Mask      uint64 // valid bits
	HasMask   bool
}

// Op is which policies hold for the requests of a command.
type Op struct {
	Cmd     uint16
	Do      uint32
	HasDo   bool
	Dump    uint32
	HasDump bool
}

// NL_ATTR_TYPE_* of enum netlink_attribute_type.
const (
	typeFlag        = 1
	typeU8          = 2
	typeS8          = 6
	typeBinary      = 10
	typeString      = 11
	typeNulString   = 12
	typeNested      = 13
	typeNestedArray = 14
	typeBitfield32  = 15
	typeSint        = 16
	typeUint        = 17
)

// scalars are NL_ATTR_TYPE_U8 … _S64 in order.
var scalars = [...]schema.Kind{
	schema.U8, schema.U16, schema.U32, schema.U64, schema.S8, schema.S16, schema.S32, schema.S64,
}

// Bounds of what a family may teach: a forged dump must not fill the memory.
const (
	maxRules = 1 << 14
	maxOps   = 256
)

// Dump collects the messages of one dump. The zero value is ready.
type Dump struct {
	rules map[uint32]map[uint16]Rule
	ops   map[uint16]Op
	count int
}

// AddRule adds an attribute of a policy.
func (d *Dump) AddRule(r Rule) {
	if d.rules == nil {
		d.rules = map[uint32]map[uint16]Rule{}
	}
	p := d.rules[r.Policy]
	if p == nil {
		p = map[uint16]Rule{}
		d.rules[r.Policy] = p
	}
	if _, known := p[r.ID]; !known {
		if d.count >= maxRules {
			return
		}
		d.count++
	}
	p[r.ID] = r
}

// AddOp adds a command.
func (d *Dump) AddOp(o Op) {
	if d.ops == nil {
		d.ops = map[uint16]Op{}
	}
	if _, known := d.ops[o.Cmd]; known || len(d.ops) < maxOps {
		d.ops[o.Cmd] = o
	}
}

// Empty says whether nothing was added.
func (d *Dump) Empty() bool { return d.count == 0 }

// Fill sets the messages of a family, its attribute set and its origin. Which
// attributes a reply has the kernel does not say; families use one numbering
// for both, as a rule, so the tables hold both ways.
func (d *Dump) Fill(f *schema.Family) {
	b := builder{d: d, sets: map[[2]uint32]*schema.Set{}}
	f.Origin = schema.Policy
	f.Messages = nil
	var common *schema.Set
	same := true
	for _, cmd := range slices.SortedFunc(maps.Keys(d.ops), cmp.Compare[uint16]) {
		o := d.ops[cmd]
		do, dump := o.Do, o.Dump
		switch {
		case !o.HasDo && !o.HasDump:
			continue
		case !o.HasDo:
			do = dump
		case !o.HasDump:
			dump = do
		}
		m := schema.Message{ID: cmd, Set: b.set(do, dump)}
		if !o.HasDo {
			m.Effect = schema.Reads // it can only be dumped
		}
		if common == nil {
			common = m.Set
		}
		same = same && common == m.Set
		f.Messages = append(f.Messages, m)
	}
	switch {
	case common != nil && same:
		f.Set = common
	case len(f.Messages) == 0 && len(d.rules) > 0:
		// An old kernel names no commands: the first policy is the family's.
		f.Set = b.set(0, 0)
	}
}

// builder makes a set of each policy, or of two that hold for one command.
type builder struct {
	d    *Dump
	sets map[[2]uint32]*schema.Set
}

func (b *builder) set(i, j uint32) *schema.Set {
	if s := b.sets[[2]uint32{i, j}]; s != nil {
		return s
	}
	s := &schema.Set{Name: fmt.Sprintf("policy %d", i)}
	b.sets[[2]uint32{i, j}] = s
	for _, id := range slices.SortedFunc(maps.Keys(b.d.rules[i]), cmp.Compare[uint16]) {
		s.Attrs = append(s.Attrs, b.attr(b.d.rules[i][id]))
	}
	for _, id := range slices.SortedFunc(maps.Keys(b.d.rules[j]), cmp.Compare[uint16]) {
		if _, both := b.d.rules[i][id]; !both {
			s.Attrs = append(s.Attrs, b.attr(b.d.rules[j][id]))
		}
	}
	return s
}

func (b *builder) attr(r Rule) schema.Attr {
	return schema.Attr{ID: r.ID, Type: b.typ(r), Note: r.limits()}
}

func (b *builder) typ(r Rule) schema.Type {
	switch {
	case r.Type >= typeU8 && r.Type < typeU8+uint32(len(scalars)):
		return schema.Type{Kind: scalars[r.Type-typeU8]}
	case r.Type == typeFlag:
		return schema.Type{Kind: schema.Flag}
	case r.Type == typeString, r.Type == typeNulString:
		return schema.Type{Kind: schema.String}
	case r.Type == typeBitfield32:
		return schema.Type{Kind: schema.Bits32}
	case r.Type == typeSint:
		return schema.Type{Kind: schema.Sint}
	case r.Type == typeUint:
		return schema.Type{Kind: schema.Uint}
	case r.Type == typeNested:
		return schema.Type{Kind: schema.Nest, Set: b.nested(r)}
	case r.Type == typeNestedArray:
		return schema.Type{Kind: schema.Array, Elem: &schema.Type{Kind: schema.Nest, Set: b.nested(r)}}
	}
	return schema.Type{} // bytes, or rejected
}

func (b *builder) nested(r Rule) *schema.Set {
	if !r.HasNested {
		return nil
	}
	return b.set(r.Nested, r.Nested)
}

// limits says in words what the kernel accepts; "" is everything.
func (r *Rule) limits() string {
	switch {
	case r.HasMask && r.Mask != 0:
		return "bits 0x" + strconv.FormatUint(r.Mask, 16)
	case r.HasS && !r.full():
		return fmt.Sprintf("%d…%d", r.MinS, r.MaxS)
	case r.HasU && !r.full():
		return fmt.Sprintf("%d…%d", r.MinU, r.MaxU)
	case r.HasMinLen && r.HasMaxLen && r.MinLen == r.MaxLen:
		return fmt.Sprintf("%d bytes", r.MinLen)
	case r.HasMinLen && r.HasMaxLen:
		return fmt.Sprintf("%d…%d bytes", r.MinLen, r.MaxLen)
	case r.HasMaxLen && r.MaxLen != math.MaxUint32:
		return fmt.Sprintf("at most %d bytes", r.MaxLen)
	case r.HasMinLen && r.MinLen > 0:
		return fmt.Sprintf("at least %d bytes", r.MinLen)
	}
	return ""
}

// full says whether a range is all that the type can hold.
func (r *Rule) full() bool {
	switch top, ok := r.top(); {
	case !ok:
		return false
	case r.HasS:
		return r.MinS == -int64(top)-1 && r.MaxS == int64(top)
	default:
		return r.MinU == 0 && r.MaxU == top
	}
}

// top is the largest number that the type can hold; false for what is none.
func (r *Rule) top() (uint64, bool) {
	switch {
	case r.Type == typeUint:
		return math.MaxUint64, true
	case r.Type == typeSint:
		return math.MaxInt64, true
	case r.Type >= typeU8 && r.Type < typeS8:
		return math.MaxUint64 >> (64 - 8<<(r.Type-typeU8)), true
	case r.Type >= typeS8 && r.Type < typeBinary:
		return math.MaxInt64 >> (64 - 8<<(r.Type-typeS8)), true
	}
	return 0, false
}
