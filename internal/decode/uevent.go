// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// A uevent has no nlmsghdr. The kernel's (kobject_uevent_net_broadcast) is text,
// each line ended by a NUL:
//
//	ACTION@DEVPATH
//	KEY=VALUE
//	…
//
// systemd-udevd passes it on to its own clients with a header in front, and
// without the first line (struct monitor_netlink_header of sd-device).
const (
	udevMagic    = 0xfeedcafe
	udevHdrLen   = 40
	udevPrefix   = "libudev\x00"
	maxUeventKey = 64 // keys longer than this are no keys
)

// udevStruct is that header; the magic and the filter words are big-endian.
func udevStruct() *schema.StructType {
	u32 := schema.Type{Kind: schema.U32}
	hash := schema.Type{Kind: schema.U32, Big: true, Hint: schema.Hex}
	return &schema.StructType{Name: "monitor_netlink_header", Fields: []schema.Field{
		{Name: "prefix", Type: schema.Type{Kind: schema.String, Len: 8}},
		{Name: "magic", Type: hash},
		{Name: "header_size", Type: u32},
		{Name: "properties_off", Type: u32},
		{Name: "properties_len", Type: u32},
		{Name: "filter_subsystem_hash", Type: hash},
		{Name: "filter_devtype_hash", Type: hash},
		{Name: "filter_tag_bloom_hi", Type: hash},
		{Name: "filter_tag_bloom_lo", Type: hash},
	}}
}

// ueventActions are kobject_actions of lib/kobject_uevent.c.
var ueventActions = [...]string{"add", "remove", "change", "move", "online", "offline", "bind", "unbind"}

// uevent makes the one message of a uevent.
func (d *Decoder) uevent(f *capture.Frame) Message {
	family := d.protocolFamily(f.Protocol)
	m := Message{Frame: f, Data: f.Data, NoHeader: true, Family: family.Name, dec: d, family: family}
	action, ok := m.UeventValue("ACTION")
	if !ok {
		line, _, _ := bytes.Cut(m.ueventText(), []byte{0})
		action, _, ok = bytes.Cut(line, []byte{'@'})
	}
	if ok {
		m.Type = actionName(action)
	}
	switch {
	case f.Incomplete():
		m.Problem = fmt.Errorf("uevent: %w, %d of %d bytes", missing(f), len(f.Data), f.OrigLen)
	case m.Type == "":
		m.Problem = fmt.Errorf("uevent without an action at offset %d", len(f.Data)-len(m.ueventText()))
	}
	return m
}

// actionName returns an action as a constant, without allocating for those
// that the kernel knows; what cannot be an action is "".
func actionName(b []byte) string {
	for _, a := range ueventActions {
		if string(b) == a {
			return a
		}
	}
	if len(b) == 0 || len(b) > 16 || bytes.ContainsFunc(b, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return ""
	}
	return string(b)
}

func (m *Message) isUevent() bool {
	return m.NoHeader && m.Frame.Protocol == capture.NETLINK_KOBJECT_UEVENT
}

// ueventText returns the lines, behind udevd's header where there is one.
func (m *Message) ueventText() []byte {
	if !bytes.HasPrefix(m.Data, []byte(udevPrefix)) {
		return m.Data
	}
	off := udevHdrLen
	if len(m.Data) >= udevHdrLen && bigEndian.u32(m.Data[8:]) == udevMagic {
		if o := m.order().u32(m.Data[16:]); o >= udevHdrLen && o < uint32(len(m.Data)) {
			off = int(o)
		}
	}
	return m.Data[min(off, len(m.Data)):]
}

// UeventValue returns the value of a KEY of a uevent.
func (m *Message) UeventValue(key string) ([]byte, bool) {
	for text := m.ueventText(); len(text) > 0; {
		line, rest, _ := bytes.Cut(text, []byte{0})
		if len(line) > len(key) && line[len(key)] == '=' && string(line[:len(key)]) == key {
			return line[len(key)+1:], true
		}
		text = rest
	}
	return nil, false
}

// ueventFields makes a node per line: its key is the name, the value the Raw.
func (w *walker) ueventFields() []Node {
	text := w.m.ueventText()
	off := len(w.data) - len(text)
	nodes := w.take(bytes.Count(text, []byte{0}) + 3 + len(w.d.control.udev.Fields))
	if off > 0 {
		var end int
		nodes, end = w.fields(nodes, w.d.control.udev, 0, min(off, udevHdrLen), noScope, 0)
		if end < off {
			nodes = append(nodes, Node{Off: end, Raw: w.data[end:off:off]})
		}
	}
	for first := true; off < len(w.data); first = false {
		if w.enough() {
			return append(nodes, w.untaken(off, len(w.data)))
		}
		line := cString(w.data[off:])
		nodes = append(nodes, w.ueventLine(line, off, first))
		off += len(line) + 1
	}
	return nodes
}

func (w *walker) ueventLine(line []byte, off int, first bool) Node {
	if key, value, ok := bytes.Cut(line, []byte{'='}); ok && isUeventKey(key) {
		return Node{Word: true, Name: string(key), Off: off + len(key) + 1, Raw: value[:len(value):len(value)], Value: string(value)}
	}
	n := Node{Word: true, Off: off, Raw: line[:len(line):len(line)], Value: string(line)}
	if first && bytes.IndexByte(line, '@') > 0 {
		n.Name = ueventSummary
		return n
	}
	if len(line) > 0 {
		n.Value = nil
		w.fault(&n, "neither ACTION@DEVPATH nor KEY=VALUE")
	}
	return n
}

// ueventSummary names the first line as the kernel's documentation does.
const ueventSummary = "ACTION@DEVPATH"

func isUeventKey(b []byte) bool {
	return len(b) > 0 && len(b) <= maxUeventKey && !strings.ContainsFunc(string(b), func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '-' && r != ':'
	})
}
