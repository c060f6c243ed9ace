// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/words"
)

// redacted stands in place of a value whose bytes were overwritten.
const redacted = "<redacted>"

// redactedNote says behind it what there was.
func redactedNote(n *decode.Node) string {
	return fmt.Sprintf("(%s, %s)", n.Secret(), words.Plural(len(n.Raw), "byte", "bytes"))
}

// holdsRedacted says whether a node is, or has in it, bytes that were overwritten.
func holdsRedacted(n *decode.Node) bool {
	if n.Redacted {
		return true
	}
	for i := range n.Children {
		if holdsRedacted(&n.Children[i]) {
			return true
		}
	}
	return false
}

// maxRedactedParts is how many of them a comment names.
const maxRedactedParts = 8

// redactedParts says which bytes of a message were overwritten; "": none.
func redactedParts(m *decode.Message) string {
	var parts []string
	hidden := 0
	add := func(off, n int, name string) {
		if len(parts) == maxRedactedParts {
			hidden++
			return
		}
		if name != "" {
			name = " (" + name + ")"
		}
		parts = append(parts, fmt.Sprintf("%d to %d%s", off, off+n-1, name))
	}
	b := m.Values()
	walkRedacted(b.Fields, add)
	walkRedacted(b.Attrs, add)
	if b.RestRedacted {
		add(b.RestOff, len(b.Rest), "")
	}
	if len(parts) == 0 {
		return ""
	}
	text := "redacted: bytes " + strings.Join(parts, ", ")
	if hidden > 0 {
		text += fmt.Sprintf(" and %d parts more", hidden)
	}
	return text
}

func walkRedacted(nodes []decode.Node, add func(off, n int, name string)) {
	for i := range nodes {
		n := &nodes[i]
		if n.Redacted {
			add(n.Off, len(n.Raw), n.Label())
		}
		walkRedacted(n.Children, add)
	}
}

// redacted appends that a payload was overwritten, and how long it is, as members.
func (j *JSON) redacted(why string, n int) {
	j.text("redacted", why)
	j.number("len", uint64(n))
}

// redactedRest is redacted for what belongs to no attribute, of which no table says
// what it was.
func (j *JSON) redactedRest(n int) { j.redacted(schema.Unnamed.String(), n) }
