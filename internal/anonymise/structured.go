// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

func (w *overwriter) order() binary.ByteOrder {
	if w.m.Frame.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func isIPv4(text string) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && a.Is4()
}

// prefixOf is how many bits of an address its prefix has, where a length stands beside it.
func prefixOf(n *decode.Node) (int, bool) {
	_, bits, ok := strings.Cut(n.Text, "/")
	if !ok {
		return 0, false
	}
	v, err := strconv.Atoi(bits)
	return v, err == nil
}

// structured overwrites a value whose parts only its format tells; false: it is none.
func (w *overwriter) structured(n *decode.Node, id schema.Identity, in within) bool {
	if len(n.Children) > 0 && id != schema.Register {
		return false
	}
	b := n.Raw
	switch id {
	case schema.Account:
		w.account(n)
	case schema.Bits:
		w.whole(b)
	case schema.Words:
		if n.Kind() != schema.Custom && n.Kind() != schema.Opaque {
			return false
		}
		w.a.names.add(b)
		w.s.text(b)
	case schema.Room:
		if text, ok := n.Value.(string); ok && len(b) == 16 && isIPv4(text) {
			b = b[:4]
		}
		w.s.hardware(b)
	case schema.SockAddr:
		if n.Kind() == schema.String || n.Kind() >= schema.U8 && n.Kind() <= schema.Sint {
			return false
		}
		w.sockAddr(b)
	case schema.PacketAddr:
		w.packetAddr(b)
	case schema.Segments:
		w.segments(b)
	case schema.Conditions:
		w.conditions(b)
	case schema.Labels:
		w.labels(b)
	case schema.Rule:
		if len(b) > ruleText {
			w.s.text(b[ruleText:])
		}
	case schema.Register:
		w.register(b, in)
	case schema.UserData:
		w.userData(b)
	case schema.TLVs:
		w.tlvs(b)
	case schema.Elements:
		w.elements(b)
	case schema.Frame80211:
		w.frame80211(b)
	default:
		return false
	}
	return true
}

// ruleText is offsetof(struct audit_rule_data, buf) of include/uapi/linux/audit.h.
const ruleText = 4 * (3 + 4*64)

// account overwrites the number of a user or group by one with as many digits, as in
// text. root, nobody and "none" stay.
func (w *overwriter) account(n *decode.Node) {
	o, b := w.order(), n.Raw
	if t := n.Type(); t != nil && t.Big {
		o = binary.BigEndian
	}
	switch len(b) {
	case 2:
		if now := w.s.id(uint32(o.Uint16(b))); now <= 0xffff {
			o.PutUint16(b, uint16(now))
		}
	case 4:
		o.PutUint32(b, w.s.id(o.Uint32(b)))
	}
}

// id is the pseudonym of the number of a user or group.
func (s *secret) id(v uint32) uint32 {
	t := []byte(strconv.FormatUint(uint64(v), 10))
	if len(t) == 10 {
		return v // above 10^9: not given to anybody, but "none"
	}
	s.number(t)
	now, err := strconv.ParseUint(string(t), 10, 32)
	if err != nil {
		return v
	}
	return uint32(now)
}

// sockAddr overwrites the address of a struct sockaddr: family, port, address.
func (w *overwriter) sockAddr(b []byte) {
	if len(b) < 4 {
		w.whole(b)
		return
	}
	switch family := w.order().Uint16(b); {
	case family == 0 && same(b, 0), family == 16, family == 40:
		// unspecified; netlink, vsock: numbers of one machine
	case family == 2 && len(b) >= 8:
		w.s.ipv4(b[4:8])
		w.unknown(b[8:])
	case family == 10 && len(b) >= 24:
		w.s.ipv6(b[8:24])
	case family == 1:
		w.s.text(b[2:])
	case family == 17 && len(b) >= 12:
		w.s.hardware(b[12 : 12+min(int(b[11]), len(b)-12)])
	default:
		w.whole(b[2:])
	}
}

// packetAddr is struct nfqnl_msg_packet_hw: a length in network byte order, two bytes
// of padding, the address.
func (w *overwriter) packetAddr(b []byte) {
	if len(b) < 4 {
		w.whole(b)
		return
	}
	n := min(int(binary.BigEndian.Uint16(b)), len(b)-4)
	w.s.hardware(b[4 : 4+n])
	w.unknown(b[4+n:])
}

// segments is struct ipv6_sr_hdr: eight bytes, of which the fifth counts the addresses
// behind them.
func (w *overwriter) segments(b []byte) {
	if len(b) < 8 {
		w.whole(b)
		return
	}
	n := int(b[4]) + 1
	for b = b[8:]; n > 0 && len(b) >= 16; n-- {
		w.s.ipv6(b[:16])
		b = b[16:]
	}
	w.unknown(b)
}

// Of include/uapi/linux/inet_diag.h.
const (
	bcSCond = 7 // INET_DIAG_BC_S_COND
	bcDCond = 8
)

// conditions is a program of struct inet_diag_bc_op (code, yes, no), whose conditions on
// hosts have a struct inet_diag_hostcond behind them: family, length of the prefix, port,
// address.
func (w *overwriter) conditions(b []byte) {
	for len(b) >= 4 {
		yes := int(b[1])
		if (b[0] == bcSCond || b[0] == bcDCond) && len(b) >= 12 {
			n, bits := 0, int(b[5])
			switch b[4] {
			case 2:
				n = 4
			case 10:
				n = 16
			}
			if n > 0 && len(b) >= 12+n {
				w.s.network(b[12:12+n], min(bits, 8*n))
			}
		}
		if yes < 4 || yes > len(b) {
			return
		}
		b = b[yes:]
	}
}

// labels are domain names: parts with a byte for their length each, an empty one behind
// the last.
func (w *overwriter) labels(b []byte) {
	for len(b) > 0 {
		n := min(int(b[0]), len(b)-1)
		w.s.text(b[1 : 1+n])
		b = b[1+n:]
	}
}

// userData is TLVs with a byte each for type and length. What is text is somebody's; the
// rest is nft's.
func (w *overwriter) userData(b []byte) {
	for rest := b; len(rest) > 0; {
		if len(rest) < 2 || len(rest) < 2+int(rest[1]) {
			w.unknown(b)
			return
		}
		rest = rest[2+int(rest[1]):]
	}
	for len(b) > 0 {
		v := b[2 : 2+int(b[1])]
		if t := bytes.TrimRight(v, "\x00"); len(t) > 0 && len(t) < len(v) && !bytes.ContainsFunc(t, isControl) {
			w.s.text(t)
		}
		b = b[2+int(b[1]):]
	}
}

// tlvs are struct tlv_desc of TIPC: length, this header included, and type, in network
// byte order.
func (w *overwriter) tlvs(b []byte) {
	for len(b) >= 4 {
		n := int(binary.BigEndian.Uint16(b))
		if n < 4 || n > len(b) {
			break
		}
		v := b[4:n]
		if end := bytes.IndexByte(v, 0); end > 1 && isText(v[:end]) {
			w.s.text(v)
		} else {
			w.unknown(v)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	w.unknown(b)
}

func isControl(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }

// Elements of IEEE 802.11-2020, 9.4.2, that say what a network can, not whose it is.
var commonElements = map[byte]bool{
	1: true, 3: true, 5: true, 6: true, 7: true, 11: true, 42: true, 45: true, 48: true, 50: true, 59: true, 61: true,
	70: true, 113: true, 127: true, 191: true, 192: true, 195: true, 244: true,
}

// elements overwrites information elements: names as text, what is a maker's own behind
// its first four bytes, all others that say whose they are as a whole.
func (w *overwriter) elements(b []byte) {
	for len(b) >= 2 {
		n := min(int(b[1]), len(b)-2)
		v := b[2 : 2+n]
		switch id := b[0]; {
		case id == 0, id == 114: // SSID, mesh ID
			w.s.text(v)
		case commonElements[id]:
		case id == 221 && n > 4:
			w.unknown(v[4:])
		case id == 255 && n > 1: // its first byte says more
			w.unknown(v[1:])
		default:
			w.unknown(v)
		}
		b = b[2+n:]
	}
	w.unknown(b)
}

// frame80211 overwrites the addresses of a frame; of a beacon and a probe response what
// its elements say, of others all behind the header.
func (w *overwriter) frame80211(b []byte) {
	const header, fixed = 24, 12
	if len(b) < header {
		w.whole(b)
		return
	}
	for _, at := range []int{4, 10, 16} {
		w.s.mac(b[at : at+6])
	}
	if kind := b[0] & 0xfc; (kind == 0x80 || kind == 0x50) && len(b) >= header+fixed {
		w.elements(b[header+fixed:])
		return
	}
	w.unknown(b[header:])
}
