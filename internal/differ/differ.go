// SPDX-License-Identifier: Apache-2.0

// Package differ says what changed of a thing (a link, an address, a neighbour): it
// keeps the last message about each, and compares the next one with it, attribute by
// attribute.
//
// What makes two messages tell of the same thing, and which attributes differ without a
// change, stands in the tables (schema.Thing). Of a thing that was never seen before
// nothing is said. The package pairs nothing, and prints nothing.
package differ

import (
	"bytes"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// Difference is one attribute, field or set of flags that is not what it was.
type Difference struct {
	// Path is its UAPI name behind those of the nests that it is in:
	// "IFLA_LINKINFO > IFLA_INFO_DATA > IFLA_BR_AGEING_TIME".
	Path string
	// From and To are what it was and is; nil: it was not there, or is not any more.
	From, To *decode.Node
	// of is the message of To, or of From if that is nil.
	before, after *decode.Message
}

// Between returns what differs between two messages about the same thing. Both are left
// as they are.
func Between(before, after *decode.Message) []Difference { return new(Room).Between(before, after) }

// Room is what the nodes of two messages are decoded in. The zero value is ready.
type Room struct{ was, is decode.Scratch }

// Between is Between for a caller who is done with what it returns before asking for the
// next, which overwrites it.
func (r *Room) Between(before, after *decode.Message) []Difference {
	if before == nil || after == nil || after.Thing() == nil {
		return nil
	}
	c := comparison{before: before, after: after}
	was, is := before.ValuesIn(&r.was), after.ValuesIn(&r.is)
	if was.Problem != "" || is.Problem != "" {
		return nil // of what is malformed nobody knows what it says
	}
	c.nodes("", was.Fields, is.Fields)
	c.nodes("", was.Attrs, is.Attrs)
	return c.found
}

type comparison struct {
	before, after *decode.Message
	found         []Difference
}

// maxFound bounds what is said of one message.
const maxFound = 64

// nodes compares two lists, attribute by attribute.
func (c *comparison) nodes(in string, was, is []decode.Node) {
	for i := range is {
		n := &is[i]
		if c.skips(n) || occursBefore(is[:i], n) {
			continue
		}
		old, now := all(was, n), all(is, n)
		if len(old) == 1 && len(now) == 1 {
			c.pair(in, old[0], now[0])
			continue
		}
		c.several(in, old, now)
	}
	for i := range was {
		n := &was[i]
		if c.skips(n) || occursBefore(was[:i], n) || len(all(is, n)) > 0 {
			continue
		}
		c.several(in, all(was, n), nil)
	}
}

func (c *comparison) skips(n *decode.Node) bool {
	return n.Hidden || n.Overridden || n.Name == "" && !n.Elem || c.after.Thing().LeavesOut(n.Name)
}

func same(a, b *decode.Node) bool {
	return a.Name == b.Name && a.Elem == b.Elem && (!a.Elem || a.ID == b.ID)
}

func occursBefore(nodes []decode.Node, n *decode.Node) bool {
	for i := range nodes {
		if same(&nodes[i], n) {
			return true
		}
	}
	return false
}

func all(nodes []decode.Node, n *decode.Node) []*decode.Node {
	var out []*decode.Node
	for i := range nodes {
		if same(&nodes[i], n) {
			out = append(out, &nodes[i])
		}
	}
	return out
}

// pair compares what is there once in both.
func (c *comparison) pair(in string, was, is *decode.Node) {
	switch {
	case bytes.Equal(was.Raw, is.Raw) && !c.resealed(was, is):
	case was.Nested && is.Nested:
		c.nodes(path(in, is), was.Children, is.Children)
	default:
		c.add(in, was, is)
	}
}

// resealed says whether what was overwritten in both was not the same.
func (c *comparison) resealed(was, is *decode.Node) bool {
	a := c.before.SealIn(was.Off, was.Off+max(len(was.Raw), 1))
	b := c.after.SealIn(is.Off, is.Off+max(len(is.Raw), 1))
	return a != 0 && b != 0 && a != b
}

// several compares what is there several times, or on one side alone: what of one side
// the other lacks.
func (c *comparison) several(in string, was, is []*decode.Node) {
	if len(was) == 0 || len(is) == 0 {
		some := append(was, is...)[0]
		if !c.unset(some.Name) && !c.unset(last(in)) {
			return // a message may have less than the one before it
		}
	}
	for _, n := range was {
		if !contains(is, n) {
			c.leaves(in, n, false)
		}
	}
	for _, n := range is {
		if !contains(was, n) {
			c.leaves(in, n, true)
		}
	}
}

func contains(list []*decode.Node, n *decode.Node) bool {
	for _, x := range list {
		if bytes.Equal(x.Raw, n.Raw) {
			return true
		}
	}
	return false
}

// leaves adds what is on one side alone, value by value; a struct is one.
func (c *comparison) leaves(in string, n *decode.Node, now bool) {
	if n.Nested && !structured(n) {
		for i := range n.Children {
			if !n.Children[i].Hidden {
				c.leaves(path(in, n), &n.Children[i], now)
			}
		}
		return
	}
	if now {
		c.add(in, nil, n)
	} else {
		c.add(in, n, nil)
	}
}

// structured says whether a node is a struct: its parts have no headers of their own.
func structured(n *decode.Node) bool {
	return len(n.Children) > 0 && !n.Children[0].Attr && !n.Children[0].Elem
}

func (c *comparison) unset(name string) bool {
	for _, u := range c.after.Thing().Unset {
		if u == name {
			return true
		}
	}
	return false
}

func (c *comparison) add(in string, was, is *decode.Node) {
	if len(c.found) >= maxFound {
		return
	}
	n := is
	if n == nil {
		n = was
	}
	c.found = append(c.found, Difference{Path: path(in, n), From: was, To: is, before: c.before, after: c.after})
}

const separator = " > "

func path(in string, n *decode.Node) string {
	if in == "" {
		return n.Label()
	}
	return in + separator + n.Label()
}

func last(path string) string { return path[strings.LastIndex(path, " ")+1:] }
