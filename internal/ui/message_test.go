// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// The list stays at its end while the cursor is there, and on its message
// otherwise.
func TestMessagesFollow(t *testing.T) {
	h := newHarness(t, 100, 12, Options{})
	h.on("ip")
	h.press("m")
	v := h.top().(*messagesView)
	newest := func() uint64 { return v.win.List[len(v.win.List)-1].Seq }
	more := func() {
		h.src.feed(capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Protocol: 0, Proc: capture.Proc{PID: 4711, Comm: "ip"},
				Socket: capture.Socket{PortID: 4711, Inode: 74711, Owner: capture.Proc{PID: 4711, Comm: "ip"}},
			},
			Data: nltest.Message(18, 1, 1, 0),
		})
		h.tick()
	}
	was := newest()
	more()
	if newest() == was || v.current().Seq != newest() {
		t.Errorf("the cursor is on %d, the newest %d", v.current().Seq, newest())
	}
	h.press("Up")
	on := v.current().Seq
	more()
	if v.current().Seq != on {
		t.Errorf("the cursor left %d for %d", on, v.current().Seq)
	}
	for range 200 {
		more()
	}
	if at := v.current().Seq; at != on {
		t.Errorf("the cursor left %d for %d", on, at)
	}
	h.wants("80 of 282")
	h.press("p")
	was = newest()
	more()
	if newest() != was {
		t.Error("the list moves while paused")
	}
}

// Moving in the decoded message marks the bytes of the line.
func TestMessageMarksBytes(t *testing.T) {
	h := newHarness(t, 120, 30, Options{})
	h.press("m", "Up", "Enter", "End") // attribute 200, at the end
	v := h.top().(*messageView)
	l := v.tree.lines[v.cur.at]
	if l.name != "attribute 200" || l.hi-l.lo != 2 || l.lo-l.head != 4 {
		t.Fatalf("line %+v", l)
	}
	marked := ""
	cells, w, _ := h.sim.GetContents()
	for i, c := range cells {
		if c.Style == h.theme.mark && i%w < w-17 {
			marked += string(c.Runes)
		}
	}
	if marked != "de ad" {
		t.Errorf("marked %q", marked)
	}
	if got := v.tree.lines[len(v.tree.lines)-1].value; got != "dead" {
		t.Errorf("value %q", got)
	}
}

// A message that is cut or malformed says so, and shows what there is.
func TestMalformedMessage(t *testing.T) {
	whole := nltest.Message(16, 1, 1, 0, make([]byte, 16), nltest.Attr(3, nltest.Str("vx0")), nltest.Attr(18, nltest.Attr(1, nltest.Str("vxlan"))))
	bad := append([]byte(nil), whole...)
	bad[32] = 3 // nla_len shorter than its own header
	for _, data := range [][]byte{bad, whole[:41], whole[:33], whole[:17], whole[:16], whole[:7], {0}} {
		h := newHarness(t, 120, 30, Options{})
		p := capture.Proc{PID: 5, Comm: "odd"}
		h.src.feed(capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Proc: p, Socket: capture.Socket{PortID: 5, Owner: p},
			},
			Data: data,
		})
		h.tick()
		h.press("/")
		h.typeText("odd")
		h.press("Enter", "m", "Enter", "End")
		v, ok := h.top().(*messageView)
		if !ok {
			t.Fatalf("%x: not open", data)
		}
		if v.problem == "" && len(data) != 16 {
			t.Errorf("%x: no problem", data)
		}
		if v.problem != "" {
			h.wants(v.problem[:20])
		}
		h.wants("0000  " + hexOf(data[0]))
	}
}

func hexOf(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }

// The group of an event has a name where somebody knows it.
func TestMessageGroup(t *testing.T) {
	for _, tt := range []struct {
		name func(protocol uint16, group uint32) string
		want string
	}{
		{nil, "to group 1"},
		{func(uint16, uint32) string { return "" }, "to group 1"},
		{func(protocol uint16, group uint32) string {
			if protocol == capture.NETLINK_ROUTE && group == 1 {
				return "RTNLGRP_LINK"
			}
			return "wrong"
		}, "to RTNLGRP_LINK"},
	} {
		h := newHarness(t, 120, 30, Options{GroupName: tt.name})
		h.press("b", "m", "Enter") // by family: the newest is an event
		h.wants("« event", tt.want)
		h.press(",")
		h.lacks("to group", "RTNLGRP_LINK")
	}
}

// A process is named alike wherever it stands.
func TestProcessIsQuoted(t *testing.T) {
	h := newHarness(t, 120, 30, Options{})
	const name = `"日本\x1b[31m語"`
	h.wants("▸ " + name)
	h.press("/")
	h.typeText("日本")
	h.press("Enter")
	h.wants("▸ "+name, " "+name+"[99]  out 2")
	h.press("m")
	h.wants("messages of " + name)
	h.press("Enter")
	h.wants(name + "[99]")
}
