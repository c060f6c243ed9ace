// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"encoding/hex"
	"math/bits"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// value decodes n.Raw by a type.
func (w *walker) value(n *Node, t *schema.Type, sc int, depth int) {
	t = t.For(len(n.Raw))
	n.typ = t
	if t.Secret != schema.Public && t.FilledFor(n.Raw) {
		w.redact(n)
		return
	}
	switch t.Kind {
	case schema.Binary, schema.Unused:
		if n.Attr && n.Flags&nlaNested != 0 {
			w.unknown(n, sc, depth)
		}
		w.unread(n) // in a message that nobody knows it may have been a key
	case schema.Opaque:
		n.Value = hex.EncodeToString(n.Raw)
	case schema.Pad:
		n.Hidden = true
	case schema.Flag:
		n.Value = true
		if len(n.Raw) > 0 {
			w.fault(n, "a flag with %d bytes of payload", len(n.Raw))
		}
	case schema.String:
		n.Value = string(cString(n.Raw))
	case schema.IPAddr:
		w.ipAddr(n, t, sc)
	case schema.HWAddr:
		w.hwAddr(n)
	case schema.Custom:
		if t.Format == nil {
			break
		}
		if text, ok := t.Format(n.Raw, w.big(n, t)); ok {
			n.Value, n.big = text, w.big(n, t)
		}
	case schema.Nest, schema.Array, schema.Packed, schema.Struct, schema.Sub,
		schema.Bits32, schema.Messages, schema.Records:
		if depth >= maxDepth {
			w.fault(n, "nested more than %d deep", maxDepth)
			return
		}
		w.container(n, t, sc, depth+1)
	case schema.KeyValues:
		w.keyValues(n, t, depth)
	default:
		w.number(n, t)
	}
}

// big says whether the numbers of a node are in big-endian order.
func (w *walker) big(n *Node, t *schema.Type) bool {
	return !t.Little && (t.Big || n.Flags&nlaNetOrder != 0 || w.ord == bigEndian)
}

func (w *walker) number(n *Node, t *schema.Type) {
	v, ok := readNumber(n.Raw, t, n.Flags, w.ord)
	if !ok {
		if width := t.Width(); width > 0 {
			w.fault(n, "%d bytes, %d wanted", len(n.Raw), width)
		} else {
			w.fault(n, "%d bytes, 4 or 8 wanted", len(n.Raw))
		}
		return
	}
	n.Num = v
	if l := localOf(t); l != nil && w.m.Frame.Names != nil {
		defer w.local(n, t, l)
	}
	if e := t.Enum; e != nil {
		if e.Flags {
			n.Value = flagNames(e, truncate(v, len(n.Raw)))
			return
		}
		if name, ok := enumName(e, v, len(n.Raw)); ok {
			n.Value = name
			return
		}
	}
	if signed(t.Kind) {
		n.Value = int64(v)
	} else {
		n.Value = v
	}
	if !w.plain {
		n.Text = w.numberText(v, t, len(n.Raw))
	}
}

// truncate undoes the sign extension of a number of n bytes.
func truncate(v uint64, n int) uint64 {
	if n < 8 {
		v &= 1<<(8*n) - 1
	}
	return v
}

// enumName looks a number up as it is, then as the unsigned number of its
// width: headers write -1 either way.
func enumName(e *schema.Enum, v uint64, width int) (string, bool) {
	if name, ok := e.Lookup(v); ok {
		return name, true
	}
	if u := truncate(v, width); u != v {
		return e.Lookup(u)
	}
	return "", false
}

// flagNames splits a number into the names of its bits; what has none comes
// last, in hex.
func flagNames(e *schema.Enum, v uint64) []string {
	if v == 0 {
		if name, ok := e.Lookup(0); ok {
			return []string{name}
		}
		return []string{}
	}
	names := make([]string, 0, bits.OnesCount64(v))
	rest := v
	for i := range e.Values {
		if bit := e.Values[i].N; bit != 0 && v&bit == bit && rest&bit != 0 {
			names = append(names, e.Values[i].Name)
			rest &^= bit
		}
	}
	if rest != 0 {
		names = append(names, "0x"+strconv.FormatUint(rest, 16))
	}
	return names
}

func (w *walker) ipAddr(n *Node, t *schema.Type, sc int) {
	raw := n.Raw
	if t.Family != "" && len(raw) == 16 && w.holdsIPv4(raw, t, sc) {
		raw = raw[:4]
	}
	if len(raw) == 0 && t.Prefix != "" {
		// So ip sends the prefix of no bits that it calls all, in rules always.
		c := w.find(sc, t.Prefix)
		if bits, ok := c.number(w.ord); ok && bits == 0 {
			n.Value = "all"
			return
		}
	}
	addr, ok := netip.AddrFromSlice(raw)
	if !ok {
		w.fault(n, "an address of %d bytes, 4 or 16 wanted", len(n.Raw))
		return
	}
	s := addr.String()
	n.Value = s
	if t.Prefix == "" || w.plain {
		return
	}
	c := w.find(sc, t.Prefix)
	if bits, ok := c.number(w.ord); ok && bits <= 128 {
		n.Text = s + "/" + strconv.FormatUint(bits, 10)
	}
}

// holdsIPv4 says whether 16 bytes with room for either kind of address hold an
// IPv4 address.
func (w *walker) holdsIPv4(b []byte, t *schema.Type, sc int) bool {
	c := w.find(sc, t.Family)
	switch family, _ := c.number(w.ord); family {
	case unix.AF_INET:
		return true
	case unix.AF_INET6:
	default: // AF_UNSPEC; AF_SMC, whose sockets are of either
		return [12]byte(b[4:]) == [12]byte{} && [4]byte(b) != [4]byte{}
	}
	return false
}

// maxHWAddr is MAX_ADDR_LEN of include/linux/netdevice.h.
const maxHWAddr = 32

// hwAddr renders a link-layer address: the address of an IP tunnel is an IP
// address, all others are bytes with colons.
func (w *walker) hwAddr(n *Node) {
	switch len(n.Raw) {
	case 4, 16:
		addr, _ := netip.AddrFromSlice(n.Raw)
		n.Value = addr.String()
		return
	}
	if len(n.Raw) > maxHWAddr {
		w.fault(n, "a link-layer address of %d bytes, at most %d wanted", len(n.Raw), maxHWAddr)
		return
	}
	b := make([]byte, 0, 3*len(n.Raw))
	for i := range n.Raw {
		if i > 0 {
			b = append(b, ':')
		}
		b = hex.AppendEncode(b, n.Raw[i:i+1])
	}
	n.Value = string(b)
}
