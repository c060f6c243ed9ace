// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// find returns the attribute of that name among nodes, or nil.
func find(nodes []decode.Node, name string) *decode.Node {
	for i := range nodes {
		if nodes[i].Name == name {
			return &nodes[i]
		}
	}
	return nil
}

// str returns a text attribute; "" where it is missing.
func str(nodes []decode.Node, name string) string {
	if n := find(nodes, name); n != nil {
		s, _ := n.Value.(string)
		return s
	}
	return ""
}

// num returns a number in network byte order.
func num(nodes []decode.Node, name string) (uint64, bool) {
	n := find(nodes, name)
	if n == nil || len(n.Raw) == 0 || len(n.Raw) > 8 {
		return 0, false
	}
	var v uint64
	for _, c := range n.Raw {
		v = v<<8 | uint64(c)
	}
	return v, true
}

// hostNum is the number of a node whose type has the host's byte order.
func hostNum(n *decode.Node) uint64 {
	if v, ok := n.Value.(uint64); ok {
		return v
	}
	return n.Num
}

// val is num, 0 where it is missing.
func val(nodes []decode.Node, name string) uint64 {
	v, _ := num(nodes, name)
	return v
}

// data returns the bytes of an attribute of NFTA_DATA.
func data(nodes []decode.Node, name string) ([]byte, bool) {
	n := find(nodes, name)
	if n == nil {
		return nil, false
	}
	v := find(n.Children, "NFTA_DATA_VALUE")
	if v == nil {
		return nil, false
	}
	return v.Raw, true
}

// verdict writes NFTA_DATA_VERDICT, or the NFTA_VERDICT attributes themselves.
func verdict(nodes []decode.Node) (string, bool) {
	if v := find(nodes, "NFTA_DATA_VERDICT"); v != nil {
		nodes = v.Children
	}
	code, ok := num(nodes, "NFTA_VERDICT_CODE")
	if !ok {
		return "", false
	}
	chain := str(nodes, "NFTA_VERDICT_CHAIN")
	to := " " + name(chain)
	if id, ok := num(nodes, "NFTA_VERDICT_CHAIN_ID"); ok && chain == "" {
		to = " [chain id " + strconv.FormatUint(id, 10) + "]"
	}
	switch int32(code) {
	case 0:
		return "drop", true
	case 1:
		return "accept", true
	case 2:
		return "stolen", true
	case 3:
		return "queue", true
	case -1:
		return "continue", true
	case -2:
		return "break", true
	case -3:
		return "jump" + to, true
	case -4:
		return "goto" + to, true
	case -5:
		return "return", true
	}
	return "[verdict " + strconv.FormatInt(int64(int32(code)), 10) + "]", true
}

// name writes an identifier so that no byte of it can harm a terminal.
func name(s string) string {
	if s == "" {
		return `""`
	}
	return decode.Quote(s)
}

// userdata returns a value of libnftnl's type-length-value lists.
func userdata(nodes []decode.Node, attr string, typ byte) ([]byte, bool) {
	n := find(nodes, attr)
	if n == nil {
		return nil, false
	}
	for b := n.Raw; len(b) >= 2 && len(b) >= 2+int(b[1]); b = b[2+int(b[1]):] {
		if b[0] == typ {
			return b[2 : 2+int(b[1])], true
		}
	}
	return nil, false
}

// comment writes the comment in userdata, with a blank in front; "": there is none.
func comment(nodes []decode.Node, attr string, typ byte) string {
	c, ok := userdata(nodes, attr, typ)
	if !ok {
		return ""
	}
	return " comment " + strconv.QuoteToGraphic(strings.TrimRight(string(c), "\x00"))
}

// hostU32 reads a number that libnftnl keeps in host order.
func hostU32(b []byte) uint32 {
	if len(b) != 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(b)
}
