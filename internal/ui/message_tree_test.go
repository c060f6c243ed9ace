// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// Every byte of every message of the lab belongs to the innermost line that contains it,
// and every byte of a line to that line or to one of its parts.
func TestBytesOfLines(t *testing.T) {
	files, err := filepath.Glob("../decode/families/testdata/lab/*.6.12.pcapng.gz")
	if err != nil || len(files) < 10 {
		t.Fatalf("recordings %v, %v", files, err)
	}
	messages, padded, nested := 0, 0, 0
	dec, enough := decode.New(families.All(), decode.Options{}), errors.New("enough")
	for _, file := range files {
		r, err := pcapng.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		r.OnPreamble(func(f *capture.Frame) error { dec.Frame(f, nil); return nil })
		left := 60 // of each
		err = r.Run(context.Background(), func(f *capture.Frame) error {
			list := dec.Frame(f, nil)
			if left -= len(list); left < 0 {
				return enough
			}
			for i := range list {
				lines, _ := messageLines(new(theme), &list[i], nil)
				tree := newNodeTree(lines, len(list[i].Data))
				messages++
				if tree.nested {
					nested++
				}
				for j := range lines {
					if lines[j].end > lines[j].hi {
						padded++
					}
				}
				if bad := inconsistent(&tree); bad != "" {
					t.Errorf("%s, frame %d, message %d (%s): %s", filepath.Base(file), f.ID, i, list[i].TypeText(), bad)
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			t.Fatal(err)
		}
		r.Close()
	}
	if messages < 1000 || padded < 1000 || nested < 300 {
		t.Errorf("%d messages, %d lines with padding, %d messages with nests prove little", messages, padded, nested)
	}
}

// inconsistent says what is wrong between lines and bytes; "": nothing.
func inconsistent(tree *nodeTree) string {
	for b, owner := range tree.owner {
		if owner < 0 {
			return "a byte of no line"
		}
		l := &tree.lines[owner]
		if b < l.head || b >= l.end {
			return "a byte is not in its line " + l.name
		}
		for i := int(owner) + 1; i < l.next; i++ {
			if c := &tree.lines[i]; c.head <= b && b < c.end {
				return "a byte of " + l.name + " is in its part " + c.name
			}
		}
	}
	for i := range tree.lines {
		l := &tree.lines[i]
		for b := l.head; b < min(l.end, len(tree.owner)); b++ {
			o := int(tree.owner[b])
			other := &tree.lines[o]
			overlaps := o > i && other.depth == l.depth // bits of one byte
			if (o < i || o >= l.next) && !overlaps {
				return "a byte of " + l.name + " belongs to " + other.name
			}
		}
		if i+1 < l.next && tree.lines[i+1].depth <= l.depth || l.next < len(tree.lines) && tree.lines[l.next].depth > l.depth {
			return "the parts of " + l.name
		}
	}
	return ""
}

// Lines that overlap, lie outside, or leave bytes over do no harm.
func TestOddLines(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []nodeLine
		size  int
		want  string // the line of each byte
	}{
		{"none", nil, 3, "---"},
		{"no bytes", []nodeLine{{lo: 0, hi: 4}}, 0, ""},
		{"padding in front", []nodeLine{{head: 2, lo: 2, hi: 4}}, 5, "--000"},
		{"outside", []nodeLine{{head: -3, lo: 1, hi: 9}}, 3, "000"},
		{"parts", []nodeLine{
			{head: 0, lo: 4, hi: 18, attr: true}, {depth: 1, head: 4, lo: 8, hi: 9, attr: true}, {depth: 1, head: 12, lo: 16, hi: 18, attr: true},
			{head: 20, lo: 24, hi: 25, attr: true},
		}, 28, "0000111111112222220033333333"},
		{"bits", []nodeLine{{head: 0, lo: 0, hi: 1}, {head: 0, lo: 0, hi: 1}}, 1, "1"},
	} {
		tree := newNodeTree(tt.lines, tt.size)
		got := ""
		for _, o := range tree.owner {
			got += string("-0123456789"[o+1])
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// vxlan opens a request with nests: IFLA_LINKINFO, in which IFLA_INFO_DATA is.
func vxlan(t *testing.T, w, height int) (*harness, *messageView) {
	t.Helper()
	h := newHarness(t, w, height, Options{})
	k := lastRequest(h)
	h.push(newMessageView(h.app, k, h.tree, func(*aggregate.Kept, int) (aggregate.Kept, bool) { return k, false }))
	h.draw()
	return h, h.top().(*messageView)
}

func lastRequest(h *harness) aggregate.Kept {
	for i := len(h.src.kept) - 1; ; i-- {
		if x := &h.src.kept[i]; x.Frame.Dir == capture.DirRequest && x.Message.Family == "route" {
			return aggregate.Keep(uint64(i+1), x)
		}
	}
}

func (v *messageView) on() string {
	if l := v.current(); l != nil {
		return l.name
	}
	return ""
}

// A line folds what is part of it, and the cursor stays on what it is part of.
func TestFold(t *testing.T) {
	h, v := vxlan(t, 120, 40)
	h.wants("▾ IFLA_LINKINFO", "▾ IFLA_INFO_DATA", "IFLA_VXLAN_ID 42")
	h.press("End", "Up") // IFLA_VXLAN_ID
	for _, tt := range []struct{ key, on, wants, lacks string }{
		{"Left", "IFLA_INFO_DATA", "IFLA_VXLAN_ID", ""},
		{"Left", "IFLA_INFO_DATA", "▸ IFLA_INFO_DATA (1 line)", "IFLA_VXLAN_ID"},
		{"Left", "IFLA_LINKINFO", "", "IFLA_VXLAN_ID"},
		{"Space", "IFLA_LINKINFO", "▸ IFLA_LINKINFO (3 lines)", "IFLA_INFO_KIND"},
		{"Enter", "IFLA_LINKINFO", "▸ IFLA_INFO_DATA", "IFLA_VXLAN_ID"},
		{"Right", "IFLA_INFO_KIND", "", ""},
		{"Down", "IFLA_INFO_DATA", "", ""},
		{"Right", "IFLA_INFO_DATA", "▾ IFLA_INFO_DATA", ""},
		{"Right", "IFLA_VXLAN_ID", "", ""},
		{"Right", "IFLA_VXLAN_ID", "", ""},
		{"e", "IFLA_LINKINFO", "▸ IFLA_LINKINFO (3 lines)", "IFLA_VXLAN_ID"},
		{"e", "IFLA_LINKINFO", "IFLA_VXLAN_ID 42", "▸"},
		{"Home", "nlmsg_len", "", ""},
		{"Left", "nlmsg_len", "", ""},
		{"Space", "nlmsg_len", "", "▸"},
	} {
		h.press(tt.key)
		if v.on() != tt.on {
			t.Errorf("%s leads to %s, want %s", tt.key, v.on(), tt.on)
		}
		if tt.wants != "" {
			h.wants(tt.wants)
		}
		if tt.lacks != "" {
			h.lacks(tt.lacks)
		}
	}
}

// The cursor in the bytes marks their line, header and padding included, and the line
// that is folded stands for what is in it.
func TestByteCursor(t *testing.T) {
	for _, size := range [][2]int{{120, 40}, {80, 24}, {60, 40}} {
		h, v := vxlan(t, size[0], size[1])
		h.press("End", "Up", "Tab") // IFLA_VXLAN_ID, whose value is at 72
		h.wants("offset 72 of 84: 0x2a, value", "IFLA_VXLAN_ID")
		if x, y, visible := h.sim.GetCursor(); !visible || !strings.HasPrefix(h.from(x, y), "2a") {
			t.Errorf("the cursor of the terminal is at %q", h.from(x, y))
		}
		for _, tt := range []struct {
			key  string
			byte int
			on   string
		}{
			{"Left", 71, "IFLA_VXLAN_ID"}, // its header
			{"Right", 72, "IFLA_VXLAN_ID"},
			{"Home", 0, "nlmsg_len"},
			{"Left", 0, "nlmsg_len"},
			{"End", 83, "attribute 200"},
			{"Right", 83, "attribute 200"},
		} {
			h.press(tt.key)
			if v.bytes.at != tt.byte || v.on() != tt.on {
				t.Errorf("%v: %s leads to byte %d of %s, want %d of %s", size, tt.key, v.bytes.at, v.on(), tt.byte, tt.on)
			}
		}
		for range 40 { // every row
			h.press("Up")
		}
		if row := v.bytes.unit; v.bytes.at != 83%row {
			t.Errorf("up leads to byte %d of rows of %d", v.bytes.at, row)
		}
		h.press("Down")
		if v.bytes.at != 83%v.bytes.unit+v.bytes.unit {
			t.Errorf("down leads to byte %d", v.bytes.at)
		}
		// Every byte, and the line that it belongs to.
		h.press("Home")
		for b := range v.kept.Message.Data {
			if v.bytes.at != b || v.currentLine() != int(v.tree.owner[b]) {
				t.Fatalf("byte %d of line %d, want %d of %d", v.bytes.at, v.currentLine(), b, v.tree.owner[b])
			}
			h.press("Right")
		}
		h.press("Tab", "e", "Tab", "End")
		h.press("Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left")
		if v.on() != "IFLA_LINKINFO" {
			t.Errorf("a byte of what is folded is in %s", v.on())
		}
		h.wants("offset 71 of 84: 0x00, value")
		h.press("Tab")
		if v.inBytes {
			t.Error("Tab does not lead back")
		}
		h.wants("offset ")
	}
}

// from is what the screen shows from a cell on.
func (h *harness) from(x, y int) string {
	line := strings.Split(h.text(), "\n")[y]
	return string([]rune(line)[min(x, len([]rune(line))):])
}

// A click goes to a byte, or to a line of the tree.
func TestClickBytes(t *testing.T) {
	h, v := vxlan(t, 120, 40)
	lines := strings.Split(h.text(), "\n")
	for y, line := range lines {
		if x := strings.Index(line, "0040  "); x >= 0 {
			h.click(len([]rune(line[:x]))+6+3*9+1, y) // behind the gap
		}
	}
	if !v.inBytes || v.bytes.at != 0x49 || v.on() != "IFLA_VXLAN_ID" {
		t.Errorf("byte %d of %s", v.bytes.at, v.on())
	}
	for y, line := range lines {
		if strings.Contains(line, "IFLA_MTU") {
			h.click(3, y)
		}
	}
	if v.inBytes || v.on() != "IFLA_MTU" {
		t.Errorf("a click in the tree leads to %s", v.on())
	}
}

// Names and values are searched, also those that are folded.
func TestMessageSearch(t *testing.T) {
	h, v := vxlan(t, 120, 40)
	h.press("e")
	h.find("info_")
	h.wants("info_: 1 of 2", "▾ IFLA_LINKINFO")
	if v.on() != "IFLA_INFO_KIND" {
		t.Errorf("on %s", v.on())
	}
	h.press("n")
	if v.on() != "IFLA_INFO_DATA" {
		t.Errorf("n leads to %s", v.on())
	}
	h.press("n")
	if v.on() != "IFLA_INFO_KIND" {
		t.Errorf("behind the last comes %s", v.on())
	}
	h.press("N")
	if v.on() != "IFLA_INFO_DATA" {
		t.Errorf("N leads to %s", v.on())
	}
	h.find("1500") // a value
	if v.on() != "IFLA_MTU" {
		t.Errorf("on %s", v.on())
	}
	marked := ""
	cells, _, _ := h.sim.GetContents()
	for _, c := range cells {
		if c.Style == h.theme.mark {
			marked += string(c.Runes)
		}
	}
	if !strings.Contains(marked, "1500") {
		t.Errorf("marked %q", marked)
	}
	h.press("Esc")
	if v.sought != "" || h.top() != view(v) {
		t.Error("Esc leaves the page before the search")
	}
}

// What an error is about is marked among the lines and among the bytes, wherever the
// cursor is.
func TestFaultIsMarkedInBytes(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	k := lastRequest(h)
	x := *k.Exchange
	x.Outcome, x.Errno, x.Err = correlate.Failed, 22, &decode.ErrorInfo{Errno: 22, HasOff: true, Offset: 40}
	k.Exchange = &x
	h.push(newMessageView(h.app, k, h.tree, func(*aggregate.Kept, int) (aggregate.Kept, bool) { return k, false }))
	h.draw()
	v := h.top().(*messageView)
	if v.on() != "IFLA_MTU" {
		t.Fatalf("on %s", v.on())
	}
	h.press("Home")
	marked := 0
	cells, w, _ := h.sim.GetContents()
	for i, c := range cells {
		if c.Style == h.theme.bad && i%w > w/2 && i/w > 5 {
			marked++
		}
	}
	if marked != 8*3-1+8 {
		t.Errorf("%d cells are marked", marked)
	}
}

// Comma and full stop step through the list that the message is from; what is shown of
// it stays: bytes stay bytes.
func TestMessageSteps(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.press("M", "Home", "Down", "Enter")
	v := h.top().(*messageView)
	first := v.kept.Seq
	h.press("Tab", ".")
	if v.kept.Seq != first+1 || !v.inBytes {
		t.Errorf("message %d behind %d, in bytes %v", v.kept.Seq, first, v.inBytes)
	}
	h.press(",", ",")
	if v.kept.Seq != first-1 {
		t.Errorf("message %d before %d", v.kept.Seq, first)
	}
	h.press(",")
	if v.kept.Seq != first-1 {
		t.Errorf("before the first is %d", v.kept.Seq)
	}
}
