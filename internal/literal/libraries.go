// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What libnl prints of a message: a header in words, a payload in bytes.

var (
	reNLField   = regexp.MustCompile(`^\s*\.(\w+)\s*=\s*(-?(?:0x)?[0-9a-fA-F]+)\b`)
	reNLSection = regexp.MustCompile(`^\s*\[(.+)\] (\d+) octets`)
	reNLAttr    = regexp.MustCompile(`^ATTR (\d+)( NESTED)?$`)
	reNLHex     = regexp.MustCompile(`^\s+((?:[0-9a-fA-F]{2} )+)`)
)

// libnl reads what nl_msg_dump of libnl prints: sections of so many octets, with
// members of headers as .NAME = NUMBER and all else in rows of hex.
func libnl(text string) ([]Datagram, error) {
	var out []Datagram
	var p *libnlMessage
	finish := func() error {
		if p == nil {
			return nil
		}
		d, err := p.datagram()
		out, p = append(out, d), nil
		return err
	}
	for i, l := range strings.Split(text, "\n") {
		if strings.Contains(l, "[NETLINK HEADER]") {
			if err := finish(); err != nil {
				return nil, err
			}
			p = &libnlMessage{fields: map[string]uint64{}}
			continue
		}
		if p == nil {
			continue
		}
		if err := p.line(l); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return out, finish()
}

// libnlMessage is one message as far as it was read.
type libnlMessage struct {
	fields  map[string]uint64 // of the header
	section string            // that is being read
	payload []byte
	generic map[string]uint64 // of genlmsghdr; nil: there is none
	left    int               // bytes of the section that are still to come
}

func (p *libnlMessage) line(l string) error {
	if m := reNLSection.FindStringSubmatch(l); m != nil {
		return p.begin(m[1], m[2])
	}
	if m := reNLField.FindStringSubmatch(l); m != nil {
		n, err := strconv.ParseInt(m[2], 0, 64)
		if err != nil {
			return fmt.Errorf("read .%s: %w", m[1], err)
		}
		switch {
		case p.section == "":
			p.fields[m[1]] = uint64(n)
		case p.generic != nil && len(p.payload) < 4:
			p.generic[m[1]] = uint64(n)
			if len(p.generic) == 3 {
				g := p.generic
				p.payload = append(p.payload, byte(g["cmd"]), byte(g["version"]))
				p.payload = binary.LittleEndian.AppendUint16(p.payload, uint16(g["unused"]))
			}
		default:
			return errors.New("libnl has decoded the payload of an error: its bytes are not in the text")
		}
		return nil
	}
	if m := reNLHex.FindStringSubmatch(l); m != nil {
		b, err := hexLine(m[1], 0)
		if err != nil {
			return err
		}
		b = b[:min(len(b), 16, p.left)] // then come the same bytes as characters
		p.payload, p.left = append(p.payload, b...), p.left-len(b)
	}
	return nil
}

// begin begins a section: of attributes the dump has no header, only number and size.
func (p *libnlMessage) begin(name, octets string) error {
	p.section = name
	n, err := strconv.ParseUint(octets, 10, 16)
	if err != nil {
		return fmt.Errorf("read section %s: %w", excerpt(name), err)
	}
	p.left = int(n)
	switch m := reNLAttr.FindStringSubmatch(name); {
	case m != nil:
		id, err := strconv.ParseUint(m[1], 10, 14)
		if err != nil {
			return fmt.Errorf("read attribute: %w", err)
		}
		if m[2] != "" {
			id |= 1 << 15 // NLA_F_NESTED
		}
		p.payload = binary.LittleEndian.AppendUint16(p.payload, uint16(n)+4)
		p.payload = binary.LittleEndian.AppendUint16(p.payload, uint16(id))
	case name == "GENERIC NETLINK HEADER":
		p.generic = map[string]uint64{}
	}
	return nil
}

func (p *libnlMessage) datagram() (Datagram, error) {
	f := p.fields
	h := &header{length: uint32(f["nlmsg_len"]), typ: uint16(f["type"]), flags: uint16(f["flags"]), seq: uint32(f["seq"]), pid: uint32(f["port"])}
	d := Datagram{}
	if err := h.whole(len(p.payload), "nl_msg_dump prints all"); err != nil {
		return d, err
	}
	d.append(h, p.payload)
	return d, nil
}
