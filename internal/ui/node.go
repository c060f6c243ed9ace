// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
)

// attrHeader is NLA_HDRLEN in bytes.
const attrHeader = 4

// messageLines lists a message as lines: its nlmsghdr, its fixed headers, its
// attributes, and what is left over; and what is wrong with it.
func messageLines(t *theme, m *decode.Message, e *decode.ErrorInfo) (lines []nodeLine, problem string) {
	if !m.NoHeader && len(m.Data) >= decode.HeaderLen {
		lines = headerLines(t, m)
	}
	body := m.Body()
	for _, nodes := range [][]decode.Node{body.Fields, body.Attrs} {
		for i := range nodes {
			lines = appendNode(lines, t, &nodes[i], 0)
		}
	}
	if e != nil {
		markFault(lines, t, e)
	}
	if n := len(body.Rest); n > 0 {
		text := fmt.Sprintf("%d bytes that belong to no attribute", n)
		if body.RestRedacted {
			text += ", redacted"
		}
		lines = append(lines, nodeLine{
			name: "", value: text, style: t.warn,
			head: body.RestOff, lo: body.RestOff, hi: body.RestOff + n,
		})
	}
	if m.Problem != nil {
		return lines, m.Problem.Error()
	}
	return lines, body.Problem
}

// markFault marks what an error is about in the lines of its request.
func markFault(lines []nodeLine, t *theme, e *decode.ErrorInfo) {
	at, ok := e.Points()
	if !ok || at < decode.HeaderLen {
		return
	}
	for i := range lines {
		if l := &lines[i]; l.head == int(at) {
			l.fault = true
			l.value, l.style = strings.TrimSpace(l.value+"  "+export.FaultMark), t.bad
		}
	}
}

// headerLines are the fields of struct nlmsghdr.
func headerLines(t *theme, m *decode.Message) []nodeLine {
	h := m.Header
	num := func(v uint32) string { return strconv.FormatUint(uint64(v), 10) }
	lines := []nodeLine{
		{name: "nlmsg_len", value: num(h.Len), lo: 0, hi: 4},
		{name: "nlmsg_type", value: fmt.Sprintf("%d (%s)", h.Type, m.TypeText()), lo: 4, hi: 6},
		{name: "nlmsg_flags", value: fmt.Sprintf("0x%x", h.Flags), lo: 6, hi: 8},
		{name: "nlmsg_seq", value: num(h.Seq), lo: 8, hi: 12},
		{name: "nlmsg_pid", value: num(h.PID), lo: 12, hi: 16},
	}
	if names := m.FlagNames(); len(names) > 0 {
		lines[2].value = strings.Join(names, " ")
	}
	for i := range lines {
		lines[i].head, lines[i].style = lines[i].lo, t.text
	}
	return lines
}

func appendNode(lines []nodeLine, t *theme, n *decode.Node, depth int) []nodeLine {
	if n.Hidden {
		return lines
	}
	l := nodeLine{
		depth: depth, name: decode.Quote(n.Label()), style: t.text,
		head: n.Off, lo: n.Off, hi: n.Off + len(n.Raw),
	}
	if !n.Nested {
		l.value = export.NodeValue(n) // what a nest says stands below it
	}
	if l.attr = n.Attr; n.Attr {
		l.head = max(n.Off-attrHeader, 0)
	}
	switch {
	case n.Problem != "":
		l.value, l.style = strings.TrimSpace(l.value+"  "+decode.Quote(n.Problem)), t.bad
	case n.Name == "" && !n.Elem, n.Guess:
		l.style = t.dim
	}
	lines = append(lines, l)
	for i := range n.Children {
		lines = appendNode(lines, t, &n.Children[i], depth+1)
	}
	return lines
}
