// SPDX-License-Identifier: Apache-2.0

package say

import (
	"net"
	"net/netip"
	"strconv"

	"github.com/nltop/nltop/internal/decode"
)

// telling is a message on its way into words. It remembers what of the message
// has been said, so that the rest can be told.
type telling struct {
	m        *decode.Message
	body     decode.Body
	words    []string // under way
	input    []string
	commands []Command
	said     marks // whole; else its children count one by one
	failed   bool
	reads    bool
	secrets  map[string]int // how many of a name the command under way has
}

// say adds words to the command under way.
func (t *telling) say(words ...string) { t.words = append(t.words, words...) }

// secret is the word for bytes that must not be told. Its name is in capitals, as
// those of a shell's variables: "WG_PRIVATE_KEY".
func secret(name string) string { return secretMark + name }

// asSecret is a form that tells no byte.
func asSecret(name string) form {
	return func(*telling, *decode.Node) ([]string, bool) { return []string{secret(name)}, true }
}

// another is a secret of which a command may have several: the second is NAME_2.
func (t *telling) another(name string) string {
	if t.secrets == nil {
		t.secrets = make(map[string]int)
	}
	t.secrets[name]++
	if n := t.secrets[name]; n > 1 {
		name += "_" + strconv.Itoa(n)
	}
	return secret(name)
}

// flush ends the command under way.
func (t *telling) flush() {
	if len(t.words) > 0 {
		t.commands = append(t.commands, Command{t.words, t.input})
	}
	t.words, t.input, t.secrets = nil, nil, nil
}

// readsOnly says a request that changes nothing as the command that asks it, whatever
// it asks for. Without words it is a question of the tool itself.
func readsOnly(words ...string) teller {
	return func(t *telling) bool {
		t.reads = true
		t.say(words...)
		return len(words) > 0
	}
}

func (t *telling) mark(n *decode.Node, whole bool) { t.said.set(n, whole) }

func (t *telling) fields() nest { return nest{t, t.body.Fields} }
func (t *telling) attrs() nest  { return nest{t, t.body.Attrs} }

// flag says whether the nlmsghdr has a flag, one of NLM_F_*.
func (t *telling) flag(f uint16) bool { return t.m.Header.Flags&f != 0 }

// left lists what was not said. A field of a fixed header that is zero says nothing.
func (t *telling) left() []Left {
	var out []Left
	out = t.leftOf(out, t.body.Fields, "", true)
	out = t.leftOf(out, t.body.Attrs, "", false)
	if len(t.body.Rest) > 0 {
		out = append(out, Left{Node: &decode.Node{Raw: t.body.Rest, Off: t.body.RestOff}})
	}
	return out
}

// leftOf lists what is left of nodes; fixed: they are fields of a fixed header.
func (t *telling) leftOf(out []Left, nodes []decode.Node, in string, fixed bool) []Left {
	for i := range nodes {
		n := &nodes[i]
		whole, known := t.said.of(n)
		switch {
		case n.Hidden, n.Overridden, whole, fixed && zero(n.Raw):
		case !known || !n.Nested:
			out = append(out, Left{n, in})
		default:
			path := n.Name
			if in != "" {
				path = in + " > " + n.Name
			}
			out = t.leftOf(out, n.Children, path, fixed)
		}
	}
	return out
}

// nest is nodes of one level of a message.
type nest struct {
	t     *telling
	nodes []decode.Node
}

// peek returns the node that the kernel reads of those with a name, or nil, and
// leaves it unsaid.
func (n nest) peek(name string) *decode.Node {
	for i := range n.nodes {
		if x := &n.nodes[i]; x.Name == name && !x.Overridden {
			return x
		}
	}
	return nil
}

// has says whether there is a node with a name, and leaves it unsaid.
func (n nest) has(name string) bool { return n.peek(name) != nil }

// take returns a node, or nil. It counts as said, with all that is in it.
func (n nest) take(name string) *decode.Node {
	x := n.peek(name)
	if x != nil {
		n.t.mark(x, true)
	}
	return x
}

// in returns what is in a nest. What is taken from there counts as said, one by one.
func (n nest) in(name string) nest {
	x := n.peek(name)
	if x == nil {
		return nest{t: n.t}
	}
	return n.t.open(x)
}

// open returns the children of a node, which count one by one from now on.
func (t *telling) open(n *decode.Node) nest {
	if n.Nested {
		t.mark(n, false)
	}
	return nest{t, n.Children}
}

// num returns a number and says it; 0 where it is missing.
func (n nest) num(name string) uint64 {
	x := n.take(name)
	if x == nil {
		return 0
	}
	return number(x)
}

// number is the number of a node, in the sender's byte order or the type's own.
func number(n *decode.Node) uint64 {
	switch v := n.Value.(type) {
	case uint64:
		return v
	case int64:
		return uint64(v)
	}
	return n.Num
}

// text is the string of a node.
func text(n *decode.Node) string {
	s, _ := n.Value.(string)
	return s
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// hexNumber writes a number as a tool reads it in hex.
func hexNumber(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

func decimal(v uint64) string { return strconv.FormatUint(v, 10) }

// ifName names an interface: by what the traffic told, else as if7, which
// iproute2 reads as the interface with the index 7.
func (t *telling) ifName(index uint64) string {
	if name := t.m.IfName(int32(index)); name != "" {
		return name
	}
	return "if" + decimal(index)
}

// sayDev says the interface that a field names by its index, if it names one.
func (n nest) sayDev(field string) {
	if i := n.num(field); i != 0 {
		n.t.say("dev", n.t.ifName(i))
	}
}

// addr writes an address of 4 or 16 bytes.
func addr(b []byte) (string, bool) {
	a, ok := netip.AddrFromSlice(b)
	if !ok {
		return "", false
	}
	return a.String(), true
}

// prefix writes an address with the length of its prefix, which is left out
// where it is as long as the address.
func prefix(b []byte, bits uint64) (string, bool) {
	s, ok := addr(b)
	if ok && bits != uint64(len(b))*8 {
		s += "/" + decimal(bits)
	}
	return s, ok
}

// lladdr writes a link-layer address: IP addresses as such where the link has
// those (4 and 16 bytes), others in hex with colons.
func lladdr(b []byte) (string, bool) {
	if len(b) == 0 {
		return "", false
	}
	if len(b) == 4 || len(b) == 16 {
		return addr(b)
	}
	return net.HardwareAddr(b).String(), true
}
