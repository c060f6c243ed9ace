// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// mistaken is a mistake of those who knew an older nltop, or take an error for its request:
// a type that no answer has, and what only answers have. It returns what to ask, or "".
func mistaken(tree ast.Node) string {
	var types []string
	answer := ""
	for _, term := range conjunction(tree) {
		b, ok := term.(*ast.BinaryNode)
		if !ok {
			continue
		}
		switch name := nameOf(b.Left); name {
		case "type":
			types = append(types, requestTypes(b)...)
		case "error", "error_name", "latency", "outcome":
			if onlyAnswers(name, b) {
				answer = name
			}
		}
	}
	if answer == "" || len(types) == 0 {
		return ""
	}
	return fmt.Sprintf(`type is the message's own name, NLMSG_ERROR of an error, and %s is that of an answer: about == %q matches what answers such a request`,
		answer, types[0])
}

// conjunction returns the terms that are joined by "and".
func conjunction(n ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "&&" || b.Operator == "and") {
		return append(conjunction(b.Left), conjunction(b.Right)...)
	}
	return []ast.Node{n}
}

// requestTypes are the types that a comparison asks for, if none is that of an answer.
func requestTypes(b *ast.BinaryNode) []string {
	nodes := []ast.Node{b.Right}
	switch b.Operator {
	case "==":
	case "in":
		nodes = elements(b.Right)
	default:
		return nil
	}
	var types []string
	for _, n := range nodes {
		s, ok := n.(*ast.StringNode)
		if !ok || strings.HasPrefix(s.Value, "NLMSG_") || strings.HasSuffix(s.Value, "_REPLY") {
			return nil
		}
		types = append(types, s.Value)
	}
	return types
}

// onlyAnswers says whether a comparison holds for answers alone.
func onlyAnswers(name string, b *ast.BinaryNode) bool {
	switch r := b.Right.(type) {
	case *ast.IntegerNode:
		return b.Operator == "!=" && r.Value == 0 || b.Operator == ">" && r.Value >= 0 || b.Operator == "==" && r.Value != 0
	case *ast.FloatNode:
		return b.Operator == ">" || b.Operator == ">="
	case *ast.StringNode:
		if name == "outcome" {
			return b.Operator == "==" && r.Value != "pending"
		}
		return b.Operator == "==" && r.Value != "" || b.Operator == "!=" && r.Value == ""
	case *ast.ArrayNode:
		return b.Operator == "in" && name == "error_name"
	}
	return false
}

// otherErrnos are names that are the same number as another.
var otherErrnos = map[string]string{"ENOTSUP": "EOPNOTSUPP", "EWOULDBLOCK": "EAGAIN", "EDEADLOCK": "EDEADLK"}

// oneErrno lets error_name be compared with every name that a number has.
type oneErrno struct{}

// Visit implements ast.Visitor.
func (oneErrno) Visit(node *ast.Node) {
	b, ok := (*node).(*ast.BinaryNode)
	if !ok || !slices.Contains([]string{"==", "!=", "in"}, b.Operator) {
		return
	}
	if nameOf(b.Left) == "error_name" {
		b.Right = canonical(b.Right)
	}
	if nameOf(b.Right) == "error_name" {
		b.Left = canonical(b.Left)
	}
}

func canonical(n ast.Node) ast.Node {
	switch v := n.(type) {
	case *ast.StringNode:
		if other, ok := otherErrnos[v.Value]; ok {
			s := &ast.StringNode{Value: other}
			s.SetLocation(v.Location())
			return s
		}
	case *ast.ArrayNode:
		for i := range v.Nodes {
			v.Nodes[i] = canonical(v.Nodes[i])
		}
	}
	return n
}
