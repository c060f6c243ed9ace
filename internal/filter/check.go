// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr/ast"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// fieldNames returns the names that a user may write for the fields of the
// environment or of a process.
func fieldNames(v any) []string {
	var names []string
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("expr")
		if name == "·len" {
			name = "len"
		}
		if !strings.HasPrefix(name, "·") {
			names = append(names, name)
		}
	}
	return names
}

// userNames are all names of the language that are our own.
func userNames() []string {
	names := append(fieldNames(environment{}), slices.Collect(maps.Keys(lazy))...)
	return append(names, "attr", "attrs", "has")
}

// checker looks for what the library lets pass.
type checker struct {
	opts Options
	err  *located // the first in reading order
}

// checkTree checks an expression whose types are known.
func (o Options) checkTree(tree ast.Node) *located {
	c := &checker{opts: o}
	ast.Walk(&tree, c)
	if c.err == nil {
		c.root(tree)
	}
	return c.err
}

func (c *checker) fail(n ast.Node, format string, args ...any) {
	if e := at(n.Location(), format, args...); c.err == nil || e.loc.From < c.err.loc.From {
		c.err = e
	}
}

// root checks that the result is true or false.
func (c *checker) root(n ast.Node) {
	switch t := n.Nature(); {
	case called(n) == "attr":
		c.condition(n)
	case t.Type == nil:
		c.fail(n, "the expression must be a condition, which is true or false")
	case t.Kind != reflect.Bool:
		c.fail(n, "the expression is %s, not a condition: compare it with something", typeName(t.Type.String()))
	}
}

// condition refuses an attribute where true or false is wanted: most are
// neither, and that would show at run time only.
func (c *checker) condition(n ast.Node) {
	switch called(n) {
	case "attr", "attrs":
		c.fail(n, "an attribute is no condition: compare it, or ask with has(…) whether it is there")
	}
}

// Visit implements ast.Visitor.
func (c *checker) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value == "$env" {
			c.fail(n, "unknown name %q", n.Value)
		}
	case *ast.VariableDeclaratorNode:
		if _, ok := lazy[n.Name]; ok {
			c.fail(n, "%q has a meaning already", n.Name)
		}
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			c.condition(n.Node)
		}
	case *ast.ConditionalNode:
		c.condition(n.Cond)
	case *ast.BinaryNode:
		c.binary(n)
	case *ast.CallNode:
		switch called(n) {
		case "attr", "attrs", "has":
			c.attrName(n)
		}
	}
}

func (c *checker) binary(n *ast.BinaryNode) {
	switch n.Operator {
	case "&&", "||", "and", "or":
		c.condition(n.Left)
		c.condition(n.Right)
	case "==", "!=":
		c.word(n.Left, n.Right)
		c.word(n.Right, n.Left)
	case "in":
		list, ok := n.Right.(*ast.ArrayNode)
		if !ok {
			c.word(n.Right, n.Left) // "NLM_F_ACK" in flags
			return
		}
		for _, e := range list.Nodes {
			c.word(n.Left, e)
		}
	}
}

// word refuses to compare a name that can have but few values with another.
func (c *checker) word(name, text ast.Node) {
	id, ok := name.(*ast.IdentifierNode)
	s, ok2 := text.(*ast.StringNode)
	if !ok || !ok2 || s.Value == "" {
		return
	}
	if id.Value == "family" {
		if hint := guessFamily(s.Value); hint != "" {
			c.fail(s, "family is never %q%s", s.Value, hint)
		}
		return
	}
	words := vocabulary()[id.Value]
	if id.Value == "type" || id.Value == "nlmsg_type" || id.Value == "about" {
		if words = c.opts.Types; words[s.Value] || strings.HasPrefix(s.Value, "NLMSG_") {
			return
		}
	}
	if words == nil || words[s.Value] || id.Value == "flags" && strings.HasPrefix(s.Value, "0x") {
		return
	}
	hint := suggestEnd(s.Value, words)
	if hint == "" && len(words) <= 10 {
		hint = ": it is one of " + strings.Join(slices.Sorted(maps.Keys(words)), ", ")
	}
	c.fail(s, "%s is never %q%s", id.Value, s.Value, hint)
}

// vocabulary returns the names with few values, and their values.
var vocabulary = sync.OnceValue(func() map[string]map[string]bool {
	v := map[string]map[string]bool{
		"dir": {}, "verdict": {}, "outcome": {}, "protocol": {}, "error_name": {},
		"source": set(append(capture.SourceNames(), capture.SourceFile)...),
		"kind":   set("message", "completion", "socket_error", "datagram", "lock", "truncated", "flushed", "read", "refused", "exchange", "event"),
		"flags": set("NLM_F_REQUEST", "NLM_F_MULTI", "NLM_F_ACK", "NLM_F_ECHO", "NLM_F_DUMP_INTR",
			"NLM_F_DUMP_FILTERED", "NLM_F_DUMP", "NLM_F_ROOT", "NLM_F_MATCH", "NLM_F_ATOMIC", "NLM_F_REPLACE",
			"NLM_F_EXCL", "NLM_F_CREATE", "NLM_F_APPEND", "NLM_F_NONREC", "NLM_F_BULK", "NLM_F_CAPPED", "NLM_F_ACK_TLVS"),
	}
	for d := capture.DirUnknown; d <= capture.DirPeer; d++ {
		v["dir"][d.String()] = true
	}
	for d := capture.VerdictNone + 1; d.String() != ""; d++ {
		v["verdict"][d.String()] = true
	}
	for o := correlate.OutcomeNone + 1; o.String() != ""; o++ {
		v["outcome"][o.String()] = true
	}
	for p := range uint16(capture.MaxProtocol) {
		v["protocol"][capture.ProtocolName(p)] = true
	}
	for n := range int32(1024) {
		if name := decode.ErrnoName(n); name != "" {
			v["error_name"][name] = true
		}
	}
	for name := range otherErrnos {
		v["error_name"][name] = true
	}
	return v
})

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// attrName refuses the names of attributes that no table knows. The keys of
// uevents are anybody's choice, so a name passes that looks like none of ours.
func (c *checker) attrName(n *ast.CallNode) {
	known := c.opts.Attrs
	if known == nil || len(n.Arguments) != 1 {
		return
	}
	s, ok := n.Arguments[0].(*ast.StringNode)
	if !ok || known[s.Value] || ueventKeys[s.Value] {
		return
	}
	hint := suggest(s.Value, slices.Collect(maps.Keys(known)))
	if s.Value == strings.ToLower(s.Value) {
		hint = suggestEnd(s.Value, known)
	}
	prefix, _, ok := strings.Cut(s.Value, "_")
	ours := ok && slices.ContainsFunc(slices.Collect(maps.Keys(known)), func(k string) bool {
		return strings.HasPrefix(k, prefix+"_")
	})
	if hint != "" || ours {
		c.fail(s, "%s", fmt.Sprintf("no attribute is called %q", s.Value)+hint)
	}
}

// ueventKeys are those that kobject_uevent_env and the network core add
// (lib/kobject_uevent.c, net/core/net-sysfs.c) and the commonest of drivers.
var ueventKeys = set("ACTION", "DEVPATH", "SUBSYSTEM", "SEQNUM", "SYNTH_UUID", "INTERFACE", "IFINDEX", "DEVNAME",
	"DEVTYPE", "DEVMODE", "MAJOR", "MINOR", "DRIVER", "MODALIAS", "NAME", "PRODUCT", "DISKSEQ", "RESULT", "HOTPLUG")
