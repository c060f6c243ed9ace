// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// name sets family and type of a message whose header is at hand.
func (d *Decoder) name(m *Message, toKernel bool) {
	p, typ := m.Frame.Protocol, m.Header.Type
	m.family = d.protocolFamily(p)
	m.Family, m.Guess = m.family.Name, d.guessed(p)
	switch {
	case isControl(p, typ):
		m.Type = controlNames[typ]
	case p == capture.NETLINK_NETFILTER:
		d.nameNetfilter(m, toKernel)
	case p == capture.NETLINK_GENERIC:
		d.nameGeneric(m, toKernel)
	default:
		m.define(m.family, typ, toKernel)
	}
}

// define looks a type up in a family's tables. Only who delivered the message
// knows an event from an answer.
func (m *Message) define(f *schema.Family, id uint16, toKernel bool) {
	if !toKernel && m.Frame.Dir == capture.DirEvent {
		m.setDef(f.Event(id))
	} else {
		m.setDef(f.Message(id, toKernel))
	}
}

func (m *Message) setDef(def *schema.Message) {
	if m.def = def; def == nil {
		return
	}
	m.Type = def.Name
	if v, ok := m.variant(); ok && v.Name != "" {
		m.Type = v.Name
	}
}

// variant returns the variant that the payload of a message selects; false
// where the message has none, or not for this number.
func (m *Message) variant() (v schema.Variant, ok bool) {
	vs := m.def.Variants
	if vs == nil {
		return v, false
	}
	lo := HeaderLen + vs.Off
	if st := m.muxHeader(); st != nil {
		lo += st.Size()
	}
	v, ok = vs.Cases[m.order().selector(m.Data, lo, vs.Width)]
	return v, ok
}

// nameNetfilter reads nlmsg_type as nfnetlink does: the subsystem in the high
// byte, its message in the low one. The two batch messages stand outside of the
// subsystems and carry theirs in nfgenmsg.res_id.
func (d *Decoder) nameNetfilter(m *Message, toKernel bool) {
	typ := m.Header.Type
	if typ == nfnlBatchBeg || typ == nfnlBatchEnd {
		m.family = d.control.batch
		m.setDef(m.family.Message(typ, toKernel))
		if f := d.nfnl(m.batchSubsys()); f != nil {
			m.Family = f.Name
		}
		return
	}
	m.Cmd, m.HasCmd = uint8(typ), true
	if f := d.nfnl(typ >> 8); f != nil {
		m.family, m.Family = f, f.Name
		m.define(f, uint16(m.Cmd), toKernel)
		return
	}
	m.family, m.Family = d.control.nfnetlink, d.control.nfnetlink.Name
}

// nfnl returns the family of an nfnetlink subsystem, or nil.
func (d *Decoder) nfnl(subsys uint16) *schema.Family {
	if int(subsys) < len(d.subsys) {
		return d.subsys[subsys]
	}
	return nil
}

// batchSubsys is nfgenmsg.res_id, in network byte order except from old nft,
// whose host order nfnetlink_rcv_skb_batch accepts for nf_tables.
func (m *Message) batchSubsys() uint16 {
	const resID = HeaderLen + 2
	if len(m.Data) < resID+2 {
		return 0
	}
	id := bigEndian.u16(m.Data[resID:])
	if swapped := id>>8 | id<<8; swapped == nfnlSubsysNFTables {
		return swapped
	}
	return id
}

func (d *Decoder) nameGeneric(m *Message, toKernel bool) {
	m.family, m.Family = d.control.generic, ""
	if len(m.Data) > HeaderLen {
		m.Cmd, m.HasCmd = m.Data[HeaderLen], true
	}
	e := d.genl.get(m.Header.Type)
	if e == nil {
		return
	}
	m.family, m.Family = e.family, e.name
	if m.HasCmd {
		m.define(e.family, uint16(m.Cmd), toKernel)
	}
}

// isControl says whether a type means the same on this protocol as everywhere.
// The connector gives every message the type NLMSG_DONE
// (cn_netlink_send_mult), and NETLINK_ISCSI's own types begin below
// NLMSG_MIN_TYPE (ISCSI_UEVENT_BASE is 10).
func isControl(protocol, typ uint16) bool {
	return typ >= typeNoop && typ <= typeOverrun && protocol != capture.NETLINK_CONNECTOR
}

var controlNames = [...]string{
	typeNoop: "NLMSG_NOOP", typeError: "NLMSG_ERROR", typeDone: "NLMSG_DONE", typeOverrun: "NLMSG_OVERRUN",
}

func (d *Decoder) protocolFamily(p uint16) *schema.Family {
	if p < capture.MaxProtocol {
		return d.protocols[p]
	}
	return d.control.unknown
}

// guessed says whether nothing vouches for the layout of a protocol's
// payload: NETLINK_USERSOCK is whatever two programs agree on.
func (d *Decoder) guessed(p uint16) bool {
	f := d.protocolFamily(p)
	return f.Origin == schema.None && (p == capture.NETLINK_USERSOCK || f.Name == "")
}

// bareFamily is what is known of a protocol without tables.
func bareFamily(p uint16) *schema.Family {
	name := ""
	if short := capture.ShortName(p); short != strconv.Itoa(int(p)) && p != 1 {
		name = strings.ToLower(short)
	}
	f := &schema.Family{Name: name, Protocol: p}
	if p == capture.NETLINK_KOBJECT_UEVENT {
		// The kernel sends to group 1, systemd-udevd to group 2.
		f.Name, f.Groups = "uevent", []schema.Group{{ID: 1, Name: "kernel"}, {ID: 2, Name: "udev"}}
	}
	return f
}

// Name names a type of which no message is at hand. cmd is genlmsghdr.cmd and
// counts for generic netlink only. "" is unknown, as in a Message.
func (d *Decoder) Name(protocol, typ uint16, cmd uint8, dir capture.Dir) (family, name string) {
	m := d.Head(protocol, typ, uint16(cmd), dir)
	return m.Family, m.Type
}

// Head returns a message of which no more is known than what sources count by:
// see capture.Count for sub. It has names and numbers, and no payload. Where a family
// numbers its events anew, capture.DirUnknown gives both names.
func (d *Decoder) Head(protocol, typ, sub uint16, dir capture.Dir) Message {
	data := make([]byte, HeaderLen+4)
	switch protocol {
	case capture.NETLINK_GENERIC:
		data[HeaderLen] = uint8(sub)
	case capture.NETLINK_NETFILTER:
		binary.LittleEndian.PutUint16(data[HeaderLen+2:], sub)
	}
	origin := &capture.Origin{Protocol: protocol}
	if dir == capture.DirEvent {
		origin.Dir = dir
	}
	m := Message{Frame: &capture.Frame{Origin: origin}, Header: Header{Len: uint32(len(data)), Type: typ}, Data: data, dec: d}
	d.name(&m, dir == capture.DirRequest)
	if m.def != nil && dir == capture.DirUnknown {
		if e := m.family.Event(m.def.ID); e.Name != m.def.Name {
			m.Type += " or " + e.Name
		}
	}
	return m
}

// UeventHead is Head for a uevent, of whose text the first two bytes are known,
// the first in the low byte.
func (d *Decoder) UeventHead(sub uint16) Message {
	family := d.protocolFamily(capture.NETLINK_KOBJECT_UEVENT)
	m := Message{Frame: &capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_KOBJECT_UEVENT}}, NoHeader: true, Family: family.Name, dec: d, family: family}
	for _, a := range ueventActions {
		if uint16(a[0])|uint16(a[1])<<8 == sub {
			m.Type = a
		}
	}
	return m
}

// FamilyText returns Family, or what stands for it on a screen: "generic:0x1c"
// for an id that nobody has told, "NETLINK_17" for a protocol. It is safe for a
// terminal, which Family is not: traffic names generic families.
func (m *Message) FamilyText() string {
	switch {
	case m.Family != "":
		return Quote(m.Family)
	case m.Frame.Protocol == capture.NETLINK_GENERIC:
		return fmt.Sprintf("generic:0x%x", m.Header.Type)
	}
	return capture.ProtocolName(m.Frame.Protocol)
}

// TypeText returns Type, or the number that stands for it on a screen: a
// command in decimal ("cmd 5"), a type in hex ("type 0x5d").
func (m *Message) TypeText() string {
	switch {
	case m.Type != "":
		return m.Type
	case m.NoHeader:
		return "no header"
	case m.HasCmd:
		return fmt.Sprintf("cmd %d", m.Cmd)
	}
	return fmt.Sprintf("type 0x%x", m.Header.Type)
}

// GroupName returns the name of a multicast group ("RTNLGRP_LINK"; for generic
// netlink the group's own, "monitor"), or "".
func (d *Decoder) GroupName(protocol uint16, group uint32) string {
	if group == 0 {
		return ""
	}
	if protocol == capture.NETLINK_GENERIC {
		return d.genl.groupName(group)
	}
	if name := groupName(d.protocolFamily(protocol), group); name != "" || protocol != capture.NETLINK_NETFILTER {
		return name
	}
	for _, f := range d.subsys {
		if name := groupName(f, group); name != "" {
			return name
		}
	}
	return groupName(d.control.nfnetlink, group)
}

func groupName(f *schema.Family, group uint32) string {
	if f == nil {
		return ""
	}
	for i := range f.Groups {
		if f.Groups[i].ID == group {
			return f.Groups[i].Name
		}
	}
	return ""
}
