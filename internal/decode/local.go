// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// local adds the name that the machine which was captured has for the number of a node.
func (w *walker) local(n *Node, t *schema.Type, l *schema.Local) {
	if signed(t.Kind) && int64(n.Num) < 0 {
		return
	}
	known, enumerated := n.Value.(string)
	name := localName(w.m.Frame.Names, l, n.Num)
	if name == "" || enumerated && says(known, name, l) || !enumerated && n.Num == 0 {
		return // of what has no enumerators, 0 is that it is not set
	}
	n.Local = name
	if w.plain {
		return
	}
	text := n.Text
	switch {
	case text != "":
	case enumerated:
		text = known
	default:
		text = strconv.FormatUint(n.Num, 10)
	}
	if t.Hint == schema.Realms {
		text, _, _ = strings.Cut(text, " ") // the name has the numbers that have none
	}
	n.Text = text + " (" + Quote(name) + ")"
}

// localOf says which names a type has on the machine that was captured; nil: none.
func localOf(t *schema.Type) *schema.Local {
	if t.Local == nil && t.Enum != nil {
		return t.Enum.Local
	}
	return t.Local
}

// says tells whether an enumerator says already what a name does: RT_TABLE_MAIN of main.
func says(enumerator, name string, l *schema.Local) bool {
	return l.Usual[enumerator] == name || strings.HasSuffix(strings.ToLower(enumerator), "_"+name)
}

func localName(names *capture.LocalNames, l *schema.Local, v uint64) string {
	one := func(v uint64) string {
		if v <<= l.Shift; v <= 1<<32-1 {
			return names.Name(l.File, uint32(v))
		}
		return ""
	}
	switch {
	case l.Bits:
		var all []string
		for i := range uint64(32) {
			if v>>i&1 != 0 {
				if name := one(i); name != "" {
					all = append(all, name)
				}
			}
		}
		return strings.Join(all, ",")
	case l.Pair && v>>16 != 0:
		from, to := one(v>>16&0xffff), one(v&0xffff)
		if from == "" && to == "" {
			return ""
		}
		return orNumber(from, v>>16&0xffff) + "/" + orNumber(to, v&0xffff)
	}
	return one(v)
}

func orNumber(name string, v uint64) string {
	if name != "" {
		return name
	}
	return strconv.FormatUint(v, 10)
}
