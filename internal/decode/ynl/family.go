// SPDX-License-Identifier: Apache-2.0

package ynl

import (
	"cmp"
	"maps"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nfgenmsg is the header of NETLINK_NETFILTER's messages, which the walker reads
// itself.
const nfgenmsg = "nfgenmsg"

// families makes the family of the spec, or those of its nfnetlink subsystems.
func (b *builder) families() ([]*schema.Family, error) {
	msgs, err := b.messages()
	if err != nil {
		return nil, err
	}
	f := schema.Family{Name: b.s.name, Protocol: unix.NETLINK_GENERIC, Version: uint8(min(b.s.version, 255))}
	for _, g := range b.s.groups {
		if g.name != "" && g.id <= 1<<16 {
			f.Groups = append(f.Groups, schema.Group{ID: uint32(g.id), Name: b.s.groupName(g.name)})
		}
	}
	f.Messages = msgs
	if !b.s.raw() {
		if f.Name == "nlctrl" {
			f.GenlID = unix.GENL_ID_CTRL
		}
		f.Header = b.header(b.s.ops.header)
		f.Set = commonSet(msgs)
		return []*schema.Family{&f}, nil
	}
	f.Protocol, f.Version = uint16(b.s.protonum), 0
	if name := rawNames[b.s.protonum]; name != "" {
		f.Name = name
	}
	if f.Protocol == unix.NETLINK_NETFILTER {
		return b.subsystems(f), nil
	}
	return []*schema.Family{&f}, nil
}

// commonSet is the attribute set of all messages, where they have but one:
// commands that the spec does not know have it too.
func commonSet(msgs []schema.Message) *schema.Set {
	var set *schema.Set
	for i := range msgs {
		switch s := msgs[i].Set; {
		case s == nil:
		case set == nil:
			set = s
		case set != s:
			return nil
		}
	}
	return set
}

// subsystems splits an nfnetlink spec by the high byte of its message types.
// Those of subsystem 0, the batch messages, belong to the walker.
func (b *builder) subsystems(f schema.Family) []*schema.Family {
	by := map[uint16][]schema.Message{}
	for _, m := range f.Messages {
		by[m.ID>>8] = append(by[m.ID>>8], m)
	}
	delete(by, 0)
	var out []*schema.Family
	for _, subsys := range slices.SortedFunc(maps.Keys(by), cmp.Compare[uint16]) {
		one := f
		one.Subsys, one.Messages = subsys, by[subsys]
		for i := range one.Messages {
			one.Messages[i].ID &= 0xff
		}
		if name := nfnlNames[subsys]; name != "" {
			one.Name = name
		}
		out = append(out, &one)
	}
	return out
}

func (b *builder) header(name string) *schema.StructType {
	if name == nfgenmsg && b.s.raw() && b.s.protonum == unix.NETLINK_NETFILTER {
		return nil
	}
	return b.strct(b.s.node, name)
}

// messages numbers the operations as the enum model says.
func (b *builder) messages() ([]schema.Message, error) {
	if b.s.ops.directional {
		return b.directional()
	}
	var out []schema.Message
	next := 1
	for i := range b.s.ops.list {
		op := &b.s.ops.list[i]
		if op.value.set {
			next = op.value.n
		}
		if err := b.checkID(op, next); err != nil {
			return nil, err
		}
		out = append(out, b.message(op, next, schema.AnyDir, b.s.opName(op)))
		next++
	}
	return out, nil
}

func (b *builder) checkID(op *operation, id int) error {
	limit := 255 // genlmsghdr.cmd
	if b.s.raw() {
		limit = 65535
	}
	if id > limit {
		return b.r.fail(op.node, "operation %q: number %d is beyond %d", clip(op.name), id, limit)
	}
	return nil
}

func (b *builder) message(op *operation, id int, dirs schema.Dirs, name string) schema.Message {
	header := op.header
	if header == "" {
		header = b.s.ops.header
	}
	return schema.Message{ID: uint16(id), Name: name, Dirs: dirs, Header: b.header(header), Set: b.set(op.node, b.setOf(op)), Effect: op.effect(dirs)}
}

// effect is what a spec tells of it: a notification repeats an answer because something has
// changed; what can only be dumped, or what everybody may ask and dump, is asked for; what
// takes privileges and has no answer changes something. Of the rest it does not tell.
func (op *operation) effect(dirs schema.Dirs) schema.Effect {
	switch {
	case op.notify != "":
		return schema.Changed
	case op.event, dirs == schema.FromKernel:
		return schema.Undecided
	case op.do == nil && op.dump != nil, op.dump != nil && op.do.hasReply && !op.admin:
		return schema.Reads
	case op.do != nil && op.dump == nil && !op.do.hasReply && op.admin:
		return schema.Changes
	}
	return schema.Undecided
}

// setOf is the attribute set of an operation; that of a notification may be
// the one of the operation whose reply it repeats.
func (b *builder) setOf(op *operation) string {
	if op.set != "" || op.notify == "" {
		return op.set
	}
	for i := range b.s.ops.list {
		if b.s.ops.list[i].name == op.notify {
			return b.s.ops.list[i].set
		}
	}
	b.r.note(op.node, "operation %q: %q, whose reply it is, does not exist", clip(op.name), clip(op.notify))
	return ""
}

// directional numbers requests and replies apart. A raw protocol has one enum
// for both, in which an answer bears the name of the request with its number
// (RTM_NEWLINK answers RTM_GETLINK), and so has a generic family whose spec
// numbers replies by hand (devlink). In others replies are enumerators of their
// own (ETHTOOL_MSG_*_REPLY). Where the spec tells no name it is the spec's.
func (b *builder) directional() ([]schema.Message, error) {
	var out []schema.Message
	requests := map[int]string{}
	var replies []reply
	req, rsp := 1, 1
	for i := range b.s.ops.list {
		op := &b.s.ops.list[i]
		if op.notify != "" || op.event {
			if op.value.set {
				rsp = op.value.n
			}
			replies = append(replies, reply{op, rsp})
			rsp++
			continue
		}
		m := op.do
		if m == nil {
			m = op.dump
		}
		if m == nil {
			b.r.note(op.node, "operation %q has neither do nor dump, notify nor event", clip(op.name))
			continue
		}
		if m.request.set {
			req = m.request.n
		}
		if m.reply.set {
			rsp = m.reply.n
		}
		if err := b.checkID(op, req); err != nil {
			return nil, err
		}
		out = append(out, b.message(op, req, schema.ToKernel, b.s.opName(op)))
		if requests[req] == "" {
			requests[req] = b.s.opName(op)
		}
		req++
		if m.hasReply {
			replies = append(replies, reply{op, rsp})
			rsp++
		}
		if d := op.dump; d != nil && d != m && d.reply.set && !(m.hasReply && d.reply.n == rsp-1) {
			replies = append(replies, reply{op, d.reply.n})
		}
	}
	answers, err := b.replies(replies, requests)
	return append(out, answers...), err
}

// reply is an answer or a notification and its number.
type reply struct {
	op *operation
	id int
}

// replies makes the messages from the kernel; the first of a number wins.
// requests has the names of the requests by number.
func (b *builder) replies(list []reply, requests map[int]string) ([]schema.Message, error) {
	shared := b.s.raw() || b.sharedEnum()
	answered := map[int]bool{}
	var out []schema.Message
	for _, r := range list {
		if err := b.checkID(r.op, r.id); err != nil {
			return nil, err
		}
		name := b.s.opName(r.op)
		switch async := r.op.notify != "" || r.op.event; {
		case shared && requests[r.id] != "" && (!async || r.op.value.set):
			name = requests[r.id]
		case !async && shared:
			name = r.op.name + "-reply"
		case !async:
			name += "_REPLY"
		}
		if !answered[r.id] {
			answered[r.id] = true
			out = append(out, b.message(r.op, r.id, schema.FromKernel, name))
		}
	}
	return out, nil
}

// sharedEnum says whether a generic family has one enum for requests and
// replies: its spec then numbers replies by hand.
func (b *builder) sharedEnum() bool {
	for i := range b.s.ops.list {
		for _, m := range []*mode{b.s.ops.list[i].do, b.s.ops.list[i].dump} {
			if m != nil && m.reply.set {
				return true
			}
		}
	}
	return false
}
