// SPDX-License-Identifier: Apache-2.0

package who

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// find returns the value of a name, on its own level before those in structs and nests;
// "NEST.NAME" is one in that nest. nil: there is none.
func find(nodes []decode.Node, name string) *decode.Node {
	nest, rest, dotted := strings.Cut(name, ".")
	for i := range nodes {
		n := &nodes[i]
		switch {
		case n.Overridden:
		case !dotted && n.Name == name:
			return n
		case dotted && n.Name == nest:
			return find(n.Children, rest)
		}
	}
	for i := range nodes {
		if n := &nodes[i]; n.Nested && !n.Overridden {
			if in := find(n.Children, name); in != nil {
				return in
			}
		}
	}
	return nil
}

func number(nodes []decode.Node, name string) uint64 {
	if n := find(nodes, name); n != nil {
		return n.Num
	}
	return 0
}

func textOf(nodes []decode.Node, name string) string {
	if n := find(nodes, name); n != nil {
		s, _ := n.Value.(string)
		return s
	}
	return ""
}

func decimal[T int32 | uint64 | int](v T) string { return strconv.FormatInt(int64(v), 10) }
