// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/nltop/nltop/internal/capture"
)

// What a source is asked to decide must hold for every observation that
// matches. Four criteria qualify, because the observation takes them from the
// frame as the source sees it: the protocol, the network namespace, and ID and
// comm of the process that the frame is accounted to (capture.Frame.Account:
// the sender of a request, the owner of a receiving socket), which is what
// capture.Filter means by PIDs and Comms. That is why proc is pushed down and
// cause is not. A family stands for its protocol. Zero values are never
// pushed: they stand for "unknown", and a source that does not know says
// nothing of what it would have found.

// Bounds of what is pushed down: sources hold the values in small maps.
const maxValues = 64

// bounds are the values that remain possible: nil is all.
type bounds struct {
	protocols []uint16
	netns     []uint64
	pids      []uint32
	comms     []string
}

func pushdown(tree ast.Node) capture.Filter {
	b := boundsOf(tree)
	return capture.Filter{PIDs: b.pids, Comms: b.comms, NetNS: b.netns, Protocols: b.protocols}
}

// boundsOf returns what holds wherever the condition is true. What it does not
// understand bounds nothing.
func boundsOf(n ast.Node) bounds {
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return bounds{}
	}
	switch b.Operator {
	case "&&", "and":
		l, r := boundsOf(b.Left), boundsOf(b.Right)
		return bounds{
			both(l.protocols, r.protocols), both(l.netns, r.netns), both(l.pids, r.pids), both(l.comms, r.comms),
		}
	case "||", "or":
		l, r := boundsOf(b.Left), boundsOf(b.Right)
		return bounds{
			either(l.protocols, r.protocols), either(l.netns, r.netns), either(l.pids, r.pids), either(l.comms, r.comms),
		}
	case "==":
		if name := nameOf(b.Left); name != "" {
			return oneOf(name, []ast.Node{b.Right})
		}
		return oneOf(nameOf(b.Right), []ast.Node{b.Left})
	case "in":
		return oneOf(nameOf(b.Left), elements(b.Right))
	}
	return bounds{}
}

// both intersects. Where nothing is left the condition is never true; an empty
// bound would say the opposite, so one of the two stands for it.
func both[T comparable](a, b []T) []T {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	c := slices.DeleteFunc(slices.Clone(a), func(v T) bool { return !slices.Contains(b, v) })
	if len(c) == 0 {
		return a
	}
	return c
}

func either[T cmp.Ordered](a, b []T) []T {
	if a == nil || b == nil {
		return nil
	}
	c := append(slices.Clone(a), b...)
	slices.Sort(c)
	if c = slices.Compact(c); len(c) > maxValues {
		return nil
	}
	return c
}

// nameOf returns the name of a field, "proc.pid" for a field of a process, or
// "". It cannot be a variable: the library refuses those that hide a field.
func nameOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.ChainNode:
		return nameOf(n.Node)
	case *ast.MemberNode:
		id, ok := n.Node.(*ast.IdentifierNode)
		field, ok2 := n.Property.(*ast.StringNode)
		if ok && ok2 {
			return id.Value + "." + field.Value
		}
	}
	return ""
}

// elements returns the elements of a list or a short range.
func elements(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.BinaryNode:
		from, ok := n.Left.(*ast.IntegerNode)
		to, ok2 := n.Right.(*ast.IntegerNode)
		if n.Operator != ".." || !ok || !ok2 || to.Value < from.Value || uint(to.Value)-uint(from.Value) >= maxValues {
			return nil
		}
		var nodes []ast.Node
		for v := from.Value; ; v++ {
			nodes = append(nodes, &ast.IntegerNode{Value: v})
			if v == to.Value {
				return nodes
			}
		}
	}
	return nil
}

// oneOf returns the bounds of name being one of the values. If one of them
// cannot be pushed down, none is.
func oneOf(name string, values []ast.Node) bounds {
	if len(values) == 0 || len(values) > maxValues {
		return bounds{}
	}
	var b bounds
	for _, v := range values {
		ok := false
		switch name {
		case "protocol":
			ok = add(&b.protocols, v, protocolOf)
		case "protocol_id":
			ok = add(&b.protocols, v, func(n ast.Node) (uint16, bool) {
				i, ok := integer(n, 0, math.MaxUint16)
				return uint16(i), ok
			})
		case "family":
			ok = add(&b.protocols, v, familyProtocol)
		case "netns":
			ok = add(&b.netns, v, func(n ast.Node) (uint64, bool) { return integer(n, 1, math.MaxInt64) })
		case "proc.pid":
			ok = add(&b.pids, v, func(n ast.Node) (uint32, bool) {
				i, ok := integer(n, 1, math.MaxUint32)
				return uint32(i), ok
			})
		case "proc.comm", "proc.name":
			ok = add(&b.comms, v, comm)
		}
		if !ok {
			return bounds{}
		}
	}
	return b
}

func add[T cmp.Ordered](to *[]T, n ast.Node, read func(ast.Node) (T, bool)) bool {
	v, ok := read(n)
	if ok && !slices.Contains(*to, v) {
		*to = append(*to, v)
		slices.Sort(*to)
	}
	return ok
}

func integer(n ast.Node, least, most int) (uint64, bool) {
	i, ok := n.(*ast.IntegerNode)
	if !ok || i.Value < least || i.Value > most {
		return 0, false
	}
	return uint64(i.Value), true
}

// comm accepts what a task can be called: TASK_COMM_LEN is 16 with the NUL.
func comm(n ast.Node) (string, bool) {
	s, ok := n.(*ast.StringNode)
	if !ok || s.Value == "" || len(s.Value) > 15 || strings.ContainsRune(s.Value, 0) {
		return "", false
	}
	return s.Value, true
}

func protocolOf(n ast.Node) (uint16, bool) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return 0, false
	}
	for p := range uint16(capture.MaxProtocol) {
		if capture.ProtocolName(p) == s.Value {
			return p, true
		}
	}
	return 0, false
}

// familyProtocol returns the protocol of a family whose name is fixed: those
// that are a protocol of their own, nfnetlink's subsystems, and well-known
// generic families. Others may be anything.
func familyProtocol(n ast.Node) (uint16, bool) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return 0, false
	}
	if p, ok := fixedFamilies[s.Value]; ok {
		return p, true
	}
	// nflog is a protocol that nothing uses any more, and a subsystem.
	if s.Value != strings.ToLower(s.Value) || s.Value == "nflog" {
		return 0, false
	}
	for p := range uint16(capture.MaxProtocol) {
		if capture.ShortName(p) == strings.ToUpper(s.Value) {
			return p, true
		}
	}
	return 0, false
}

var fixedFamilies = map[string]uint16{
	"uevent": capture.NETLINK_KOBJECT_UEVENT,

	// Subsystems of include/uapi/linux/netfilter/nfnetlink.h, as package decode
	// calls them.
	"ctnetlink": capture.NETLINK_NETFILTER, "ctnetlink_exp": capture.NETLINK_NETFILTER,
	"nfqueue": capture.NETLINK_NETFILTER, "osf": capture.NETLINK_NETFILTER, "ipset": capture.NETLINK_NETFILTER,
	"nfacct": capture.NETLINK_NETFILTER, "cttimeout": capture.NETLINK_NETFILTER, "cthelper": capture.NETLINK_NETFILTER,
	"nftables": capture.NETLINK_NETFILTER, "nft_compat": capture.NETLINK_NETFILTER, "nfhook": capture.NETLINK_NETFILTER,

	// Names that the kernel's generic families register (GENL_NAME).
	"nlctrl": capture.NETLINK_GENERIC, "ethtool": capture.NETLINK_GENERIC, "nl80211": capture.NETLINK_GENERIC,
	"wireguard": capture.NETLINK_GENERIC, "devlink": capture.NETLINK_GENERIC, "netdev": capture.NETLINK_GENERIC,
	"macsec": capture.NETLINK_GENERIC, "mptcp_pm": capture.NETLINK_GENERIC, "tcp_metrics": capture.NETLINK_GENERIC,
	"team": capture.NETLINK_GENERIC, "thermal": capture.NETLINK_GENERIC, "dpll": capture.NETLINK_GENERIC,
}

// asked is what an expression asks for of what costs something to work out.
type asked struct{ flags, cause, cmdline, identity bool }

func asksFor(tree ast.Node) asked {
	var f asked
	ast.Walk(&tree, &f)
	return f
}

// Visit implements ast.Visitor.
func (f *asked) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		switch n.Value {
		case "flags":
			f.flags = true
		case "cause", "cause_type", "inferred", "trigger":
			f.cause = true
		}
	case *ast.BuiltinNode:
		f.whole(n.Arguments)
	case *ast.CallNode:
		f.whole(n.Arguments)
	case *ast.StringNode: // the property of a member, however it is written
		switch n.Value {
		case "cmdline":
			f.cmdline = true
		case "exe", "uid", "loginuid", "parent":
			f.identity = true
		}
	}
}

// whole is for arguments of functions, which may look at all of a process.
func (f *asked) whole(args []ast.Node) {
	for _, a := range args {
		switch nameOf(a) {
		case "proc", "cause", "proc.parent", "cause.parent":
			f.cmdline, f.identity = true, true
		}
	}
}
