// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/literal"
)

// volley decodes the datagrams of one text.
type volley struct {
	dec       *decode.Decoder
	out       export.Observer
	protocol  uint16
	given     bool   // protocol is the user's
	family    string // that a generic-netlink id stands for; "": unknown
	dir       capture.Dir
	bigEndian bool
}

func (v *volley) write(datagrams []literal.Datagram, tables []*schema.Family, notes io.Writer) error {
	names := typeNames{tables: tables, ids: map[string]uint16{}}
	hint := ""
	for i := range datagrams {
		d := &datagrams[i]
		protocol, known := v.protocol, v.given
		if d.Cooked && !v.given {
			protocol, known = d.Protocol, true
		}
		if len(d.Types) > 0 {
			p, err := names.resolve(d, v.dec)
			if err != nil {
				return fmt.Errorf("read message: %w", err)
			}
			if v.given && p != protocol {
				return usageError{fmt.Errorf("--protocol: the text says %s (%s)", d.Types[0].Name, capture.ProtocolName(p))}
			}
			protocol, known = p, true
		}
		fr := v.frame(d, protocol, uint64(i+1))
		if !known && hint == "" {
			hint = v.rather(fr)
		}
		if err := v.datagram(fr); err != nil {
			return err
		}
	}
	if hint != "" {
		fmt.Fprintf(notes, "nltop: read as NETLINK_ROUTE, which it does not look like: rather %s? (--protocol %s)\n", hint, hint)
	}
	return nil
}

func (v *volley) frame(d *literal.Datagram, protocol uint16, id uint64) *capture.Frame {
	dir := v.dir
	if dir == capture.DirUnknown {
		dir = map[literal.Way]capture.Dir{literal.WaySent: capture.DirRequest, literal.WayReceived: capture.DirReply}[d.Way]
	}
	return &capture.Frame{
		Origin: &capture.Origin{
			Protocol: protocol, Dir: dir, BigEndian: v.bigEndian, Source: capture.SourceFile,
		},
		ID: id, Data: d.Data, OrigLen: len(d.Data),
	}
}

// datagram decodes and writes one.
func (v *volley) datagram(f *capture.Frame) error {
	ms := v.dec.Frame(f, nil)
	if v.family != "" && len(ms) > 0 {
		v.dec.LearnFamily(ms[0].Header.Type, v.family, 0, nil)
		ms = v.dec.Frame(f, nil)
	}
	for i := range ms {
		m := &ms[i]
		if f.Dir == capture.DirUnknown {
			f.Change(func(o *capture.Origin) { o.Dir = capture.DirReply })
			if m.Header.Flags&1 != 0 { // NLM_F_REQUEST
				f.Change(func(o *capture.Origin) { o.Dir = capture.DirRequest })
			}
		}
		o := correlate.Observation{Frame: f, Message: m, Family: m.FamilyText(), Type: m.TypeText()}
		if err := v.out.Observe(&o); err != nil {
			return err
		}
	}
	return nil
}

// rather names the protocol that a datagram looks like where it does not look like one
// of NETLINK_ROUTE; "" where it does, or none fits better.
func (v *volley) rather(f *capture.Frame) string {
	if v.clean(f, f.Protocol) {
		return ""
	}
	for _, p := range []uint16{capture.NETLINK_GENERIC, capture.NETLINK_NETFILTER, capture.NETLINK_SOCK_DIAG, capture.NETLINK_XFRM, capture.NETLINK_AUDIT} {
		if p != f.Protocol && v.clean(f, p) {
			return strings.ToLower(capture.ShortName(p))
		}
	}
	return ""
}

// clean says whether every message of a datagram is one of a protocol, as far as can be
// seen: nothing malformed or left over, padding empty, members of headers within their
// enums.
func (v *volley) clean(f *capture.Frame, protocol uint16) bool {
	as := *f
	as.Change(func(o *capture.Origin) { o.Protocol = protocol })
	for _, m := range v.dec.Frame(&as, nil) {
		b := m.Body()
		if b.Problem != "" || len(b.Rest) > 0 {
			return false
		}
		generic := protocol == capture.NETLINK_GENERIC && m.Header.Type > decode.HeaderLen && len(m.Data) >= decode.HeaderLen+4
		if m.Type == "" && !generic {
			return false
		}
		for i := range b.Fields {
			n := &b.Fields[i]
			if (n.Hidden || n.Name == "reserved") && strings.Trim(string(n.Raw), "\x00") != "" || n.Unnamed() {
				return false
			}
		}
	}
	return true
}

// typeNames finds the numbers behind names of types.
type typeNames struct {
	tables []*schema.Family
	ids    map[string]uint16 // that were made up for generic families
}

// controlTypes are in no table: they mean the same in every protocol.
var controlTypes = map[string]uint16{"NLMSG_NOOP": 1, "NLMSG_ERROR": 2, "NLMSG_DONE": 3, "NLMSG_OVERRUN": 4}

// resolve writes the numbers of a datagram's types into it, and returns the protocol
// that has them.
func (t *typeNames) resolve(d *literal.Datagram, dec *decode.Decoder) (protocol uint16, err error) {
	for _, n := range d.Types {
		id, known := controlTypes[n.Name]
		if !known {
			p, number, err := t.find(n, dec)
			if err != nil {
				return 0, err
			}
			protocol, id = p, number
		}
		if n.N == 0 {
			binary.LittleEndian.PutUint16(d.Data[n.Off+4:], id)
		}
	}
	return protocol, nil
}

// find looks for a type as strace names it: "RTM_NEWADDR", a generic family's name,
// "NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWTABLE".
func (t *typeNames) find(n literal.TypeName, dec *decode.Decoder) (protocol, id uint16, err error) {
	name := n.Name
	if subsys, inner, ok := strings.Cut(name, "<<8|"); ok {
		return t.netfilter(strings.TrimPrefix(subsys, "NFNL_SUBSYS_"), inner)
	}
	for _, f := range t.tables {
		if f.Protocol == capture.NETLINK_GENERIC && f.Name == name {
			return f.Protocol, t.generic(f, n.N, dec), nil
		}
		if f.Carried() {
			continue
		}
		for i := range f.Messages {
			if f.Messages[i].Name == name {
				return f.Protocol, f.Messages[i].ID, nil
			}
		}
	}
	if i := strings.Index("NFNL_MSG_BATCH_BEGIN NFNL_MSG_BATCH_END", name); strings.HasPrefix(name, "NFNL_MSG_BATCH_") && i >= 0 {
		return capture.NETLINK_NETFILTER, map[bool]uint16{true: 16, false: 17}[i == 0], nil
	}
	if n.N >= 16 { // a family that nltop has no tables of
		dec.LearnFamily(n.N, name, 0, nil)
		return capture.NETLINK_GENERIC, n.N, nil
	}
	return 0, 0, fmt.Errorf("nobody knows the number of type %q: strace -e write=all -e read=all prints it", name)
}

// generic returns the id of a family: the text's, or a fixed one, or one that is free.
func (t *typeNames) generic(f *schema.Family, id uint16, dec *decode.Decoder) uint16 {
	if f.GenlID != 0 {
		return f.GenlID
	}
	for _, g := range dec.GenericFamilies() {
		if g.Name == f.Name {
			return g.ID
		}
	}
	if id == 0 {
		id = 0x3ff - uint16(len(t.ids)) // GENL_MAX_ID
	}
	t.ids[f.Name] = id
	dec.LearnFamily(id, f.Name, f.Version, nil)
	return id
}

func (t *typeNames) netfilter(subsys, inner string) (protocol, id uint16, err error) {
	for _, f := range t.tables {
		if f.Protocol != capture.NETLINK_NETFILTER {
			continue
		}
		for i := range f.Messages {
			if f.Messages[i].Name == inner {
				return f.Protocol, f.Subsys<<8 | f.Messages[i].ID, nil
			}
		}
		if n, err := strconv.ParseUint(inner, 0, 8); err == nil && strings.EqualFold(f.Name, subsys) {
			return f.Protocol, f.Subsys<<8 | uint16(n), nil
		}
	}
	return 0, 0, fmt.Errorf("unknown type %q of subsystem %q", inner, subsys)
}
