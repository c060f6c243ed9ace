// SPDX-License-Identifier: Apache-2.0

package differ

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Text writes differences in one line, safe for a terminal: "mtu 1500 -> 1400, state UP
// -> DOWN, -LOWER_UP".
func Text(list []Difference) string {
	parts := make([]string, len(list))
	for i := range list {
		parts[i] = list[i].Text()
	}
	return strings.Join(parts, ", ")
}

// Withheld says that nothing may show what it was and is.
func (d *Difference) Withheld() bool {
	return d.From != nil && d.From.Secret().Withheld() || d.To != nil && d.To.Secret().Withheld()
}

// Text writes one difference. Of flags it has those that are new, with a plus, and those
// that are no more, with a minus.
func (d *Difference) Text() string {
	n := d.To
	if n == nil {
		n = d.From
	}
	w := d.word(n)
	name := w.Word
	if d.From != nil && d.To != nil {
		was, flags := d.From.Value.([]string)
		is, too := d.To.Value.([]string)
		if flags && too && (len(was) != 1 || len(is) != 1 || name == "") {
			return join(name, changedFlags(was, is, w.Trim))
		}
	}
	if d.Withheld() {
		return join(name, "changed: "+n.Secret().Noun()+", which is not told")
	}
	return join(name, value(d.before, d.From, w.Trim)+" -> "+value(d.after, d.To, w.Trim))
}

func join(name, text string) string {
	if name == "" {
		return text
	}
	return name + " " + text
}

// word is how people write a node.
func (d *Difference) word(n *decode.Node) schema.Word {
	t := d.after.Thing()
	if i := slices.IndexFunc(t.Words, func(w schema.Word) bool { return w.Name == n.Name }); i >= 0 {
		w := t.Words[i]
		_, flags := n.Value.([]string)
		if w.Word == "" && !flags {
			w.Word = small(t, n.Name)
		}
		return w
	}
	if n.Name == "" {
		// An element of an array: what it is of.
		parts := strings.Split(d.Path, separator)
		if len(parts) > 1 {
			return schema.Word{Word: small(t, parts[len(parts)-2]) + parts[len(parts)-1]}
		}
	}
	return schema.Word{Word: small(t, n.Label())}
}

// small is a name without the prefix that all of its kind have, in small letters.
func small(t *schema.Thing, name string) string {
	for _, p := range t.Prefix {
		if rest, ok := strings.CutPrefix(name, p); ok {
			name = rest
			break
		}
	}
	return decode.Quote(strings.ToLower(name))
}

func changedFlags(was, is []string, trim string) string {
	var parts []string
	for _, f := range is {
		if !slices.Contains(was, f) {
			parts = append(parts, "+"+decode.Quote(strings.TrimPrefix(f, trim)))
		}
	}
	for _, f := range was {
		if !slices.Contains(is, f) {
			parts = append(parts, "-"+decode.Quote(strings.TrimPrefix(f, trim)))
		}
	}
	return strings.Join(parts, " ")
}

// parts writes a struct: its values, of those that are not 0.
func parts(m *decode.Message, n *decode.Node, trim string) string {
	var list []string
	for i := range n.Children {
		c := &n.Children[i]
		if text := value(m, c, trim); !c.Hidden && text != "0" {
			list = append(list, text)
		}
	}
	return strings.Join(list, " ")
}

// maxValue is how many bytes of a payload without a type are written.
const maxValue = 16

// value writes what one side has.
func value(m *decode.Message, n *decode.Node, trim string) string {
	if n == nil {
		return "none"
	}
	if n.Nested {
		return parts(m, n, trim)
	}
	if index, ok := n.IfIndex(); ok {
		if name := m.IfName(index); name != "" {
			return decode.Quote(name)
		}
	}
	if n.Local != "" {
		return decode.Quote(n.Local)
	}
	switch v := n.Value.(type) {
	case string:
		if v == "" {
			return `""`
		}
		return decode.Quote(strings.TrimPrefix(v, trim))
	case []string:
		names := make([]string, len(v))
		for i, name := range v {
			names[i] = decode.Quote(strings.TrimPrefix(name, trim))
		}
		if len(names) == 0 {
			return "0"
		}
		return strings.Join(names, "|")
	case bool:
		return strconv.FormatBool(v)
	case uint64:
		return strconv.FormatUint(v, 10)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	raw, more := n.Raw, ""
	if len(raw) > maxValue {
		raw, more = raw[:maxValue], "…"
	}
	if len(raw) == 0 {
		return `""`
	}
	return hex.EncodeToString(raw) + more
}
