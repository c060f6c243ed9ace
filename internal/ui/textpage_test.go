// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
)

// Lines of a page of text open what they speak of; those that open nothing say so, and a
// line that is wrapped is one.
func TestLinesOpen(t *testing.T) {
	for _, tt := range []struct {
		name string
		page []string // keys to the page
		line string   // on which the cursor is put
		says string   // what is there then
	}{
		{"reader of an incident", []string{"i", "Down", "Enter"}, "what the reader got", "no message of this socket was counted"},
		{"sender", []string{"i", "Down", "Enter"}, "messages of ip[", "80 of 80"},
		{"time of an incident", []string{"i", "Down", "Enter"}, "all messages from then", " of 2"},
		{"sockets", []string{"i", "Down", "Enter"}, "all sockets", "Netlink sockets: "},
		{"an advice", []string{"i", "Down", "Enter"}, "advice: ", "this line opens nothing"},
		{"a change", []string{"w", "v", "x", "0", "Enter"}, "link vx0 created", "nlmsg_len"},
		{"drops", []string{"l"}, "datagrams dropped", "Netlink sockets: "},
		{"datagrams", []string{"l"}, "datagrams  ", " of 2"},
	} {
		for _, width := range []int{100, 50} {
			h := newHarness(t, width, 24, Options{})
			h.tell("incident")
			h.press(tt.page...)
			var p *textPage
			switch v := h.top().(type) {
			case *pageView:
				p = &v.textPage
			case *whoView:
				p = &v.textPage
			case *lossesView:
				p = &v.textPage
			}
			h.draw()
			for i := 0; !strings.Contains(p.lines[p.part[p.cur.at]].text+"  ", tt.line); i++ {
				if i > 60 {
					t.Fatalf("%s: no line has %q:\n%s", tt.name, tt.line, h.text())
				}
				h.press("Down")
			}
			if h.press("Enter"); !strings.Contains(h.text(), tt.says) {
				t.Errorf("%s: no %q in\n%s", tt.name, tt.says, h.text())
			}
		}
	}
}
