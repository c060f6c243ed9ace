// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// rename turns the names that the library knows as something else, and those
// that are worked out when asked for, into what the environment offers.
type rename struct{}

// Visit implements ast.Visitor.
func (rename) Visit(node *ast.Node) {
	id, ok := (*node).(*ast.IdentifierNode)
	if !ok {
		return
	}
	if id.Value == "len" {
		ast.Patch(node, &ast.IdentifierNode{Value: "·len"})
		return
	}
	if fn, ok := lazy[id.Value]; ok {
		ast.Patch(node, call(fn, &ast.IdentifierNode{Value: "·x"}))
	}
}

// commOrName lets a comparison with the comm of a process look at its name too: a thread
// has a comm of its own.
type commOrName struct{}

// Visit implements ast.Visitor.
func (commOrName) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || !compared[n.Operator] || strings.ContainsAny(n.Operator, "<>") {
		return // the order of two names is no match
	}
	left, l := named(n.Left)
	right, r := named(n.Right)
	// What is not a comm stands in both halves, so it has to be a plain value.
	if !(l && isTextNode(n.Right) || r && isTextNode(n.Left)) {
		return
	}
	join := "||"
	if n.Operator == "!=" {
		join = "&&"
	}
	ast.Patch(node, &ast.BinaryNode{Operator: join, Left: n,
		Right: &ast.BinaryNode{Operator: n.Operator, Left: left, Right: right}})
}

// isTextNode says whether a node is a text, or a list of texts.
func isTextNode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.StringNode:
		return true
	case *ast.ArrayNode:
		return !slices.ContainsFunc(n.Nodes, func(e ast.Node) bool { return !isTextNode(e) })
	}
	return false
}

// named returns the name of the process in place of its comm, and whether that stood
// there.
func named(n ast.Node) (ast.Node, bool) {
	switch nameOf(n) {
	case "proc.comm", "cause.comm":
	default:
		return n, false
	}
	if c, ok := n.(*ast.ChainNode); ok {
		n = c.Node
	}
	m := n.(*ast.MemberNode)
	return &ast.MemberNode{Node: m.Node, Property: &ast.StringNode{Value: "name"}}, true
}

func call(name string, args ...ast.Node) *ast.CallNode {
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: args}
}

// called returns the name of the function that a node calls, or "".
func called(n ast.Node) string {
	if c, ok := n.(*ast.CallNode); ok {
		if id, ok := c.Callee.(*ast.IdentifierNode); ok {
			return id.Value
		}
	}
	return ""
}

// rewrite binds attr, attrs and has to the observation, and replaces the
// comparisons of values whose type is known only at run time by our own: the
// library's fail on nil, and know one face of a value. Nodes are replaced, not
// changed, because a chained comparison (1 < x < 3) holds its middle twice.
type rewrite struct{}

// Visit implements ast.Visitor; children come before their parents.
func (*rewrite) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.CallNode:
		switch name := called(n); name {
		case "attr", "attrs", "has":
			args := append([]ast.Node{&ast.IdentifierNode{Value: "·x"}}, n.Arguments...)
			ast.Patch(node, call("·"+name, args...))
		}
	case *ast.PointerNode:
		if n.Name == "" && isUnknown(n) {
			ast.Patch(node, call("·plain", n))
		}
	case *ast.MemberNode:
		if isUnknown(n) {
			ast.Patch(node, call("·plain", n))
		}
	case *ast.BuiltinNode:
		if !takesPredicate(n) {
			for i, a := range n.Arguments {
				n.Arguments[i] = recall(a, "·attrs", "·plains")
			}
		}
	case *ast.BinaryNode:
		rewriteBinary(node, n)
	}
}

// compared are the operators that have a function "·" + operator.
var compared = map[string]bool{
	"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true, "in": true,
	"contains": true, "startsWith": true, "endsWith": true, "matches": true,
}

func rewriteBinary(node *ast.Node, n *ast.BinaryNode) {
	if !compared[n.Operator] || !isOpen(n.Left) && !isOpen(n.Right) {
		return
	}
	left, right := faces(n.Left), faces(n.Right)
	if n.Operator == "matches" {
		if s, ok := n.Right.(*ast.StringNode); ok {
			if re, err := regexp.Compile(s.Value); err == nil {
				right = &ast.ConstantNode{Value: re}
				right.SetLocation(n.Right.Location())
			}
		}
	}
	ast.Patch(node, call("·"+n.Operator, left, right))
}

// isUnknown says whether the type of a node, as it was checked before it was
// rewritten, is known only at run time.
func isUnknown(n ast.Node) bool {
	t := n.Nature()
	return t.Type == nil && !t.Nil || t.Type != nil && t.Type.Kind().String() == "interface"
}

// isOpen is isUnknown for a node whose parts may have been rewritten, and is
// true for lists of attributes.
func isOpen(n ast.Node) bool {
	switch called(n) {
	case "·attr", "·attrs", "·plain":
		return true
	case "·has", "·problem", "·change":
		return false
	}
	if _, rewritten := n.(*ast.CallNode); rewritten && compared[trimDot(called(n))] {
		return false
	}
	return isUnknown(n)
}

func trimDot(s string) string {
	if len(s) > len("·") {
		return s[len("·"):]
	}
	return ""
}

// faces undoes what makes a value plain.
func faces(n ast.Node) ast.Node {
	if called(n) == "·plain" {
		return n.(*ast.CallNode).Arguments[0]
	}
	return recall(n, "·attr", "·value")
}

// recall returns the same call of another function.
func recall(n ast.Node, from, to string) ast.Node {
	if called(n) != from {
		return n
	}
	c := call(to, n.(*ast.CallNode).Arguments...)
	c.SetLocation(n.Location())
	return c
}

func takesPredicate(n *ast.BuiltinNode) bool {
	for _, a := range n.Arguments {
		if _, ok := a.(*ast.PredicateNode); ok {
			return true
		}
	}
	return false
}
