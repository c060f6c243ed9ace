// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Facts of frames of IEEE 802.11 and of Ethernet: see facts.go, and nl80211_frame.go for
// what stands where.

func nl80211FrameFacts(b []byte, _ bool) any { return frameFacts(b, false) }

func hwsimFrameFacts(b []byte, _ bool) any { return frameFacts(b, true) }

func frameFacts(b []byte, encrypted bool) any {
	fc := binary.LittleEndian.Uint16(b)
	o := obj("type", nameOr(nl80211FrameTypes, uint64(fc&0xfc)), "protected", fc&0x4000 != 0, "len", uint64(len(b)))
	kind := fc >> 2 & 3
	if kind == 3 || kind == 2 && len(b) < 24 {
		return o.With("to", nl80211MAC(b[4:]))
	}
	switch kind {
	case 0:
		o = o.With("to", nl80211MAC(b[4:]))
		if len(b) < 24 {
			return o
		}
		o = o.With("from", nl80211MAC(b[10:])).With("bssid", nl80211MAC(b[16:])).With("seq", le16(b[22:])>>4)
		if fc&0x4000 == 0 || !encrypted {
			o = append(o, nl80211MgmtFacts(fc>>4&0xf, b[24:])...)
		}
	case 1:
		o = o.With("to", nl80211MAC(b[4:]))
		if len(b) >= 16 {
			o = o.With("from", nl80211MAC(b[10:]))
		}
	case 2:
		o = append(o, nl80211DataFacts(fc, b)...)
	}
	return o
}

// nl80211DataFacts are the addresses by what they mean for this direction.
func nl80211DataFacts(fc uint16, b []byte) schema.Object {
	a1, a2, a3 := nl80211MAC(b[4:]), nl80211MAC(b[10:]), nl80211MAC(b[16:])
	var o schema.Object
	switch fc >> 8 & 3 {
	case 0:
		o = obj("to", a1, "from", a2, "bssid", a3)
	case 1:
		o = obj("to", a3, "from", a2, "bssid", a1)
	case 2:
		o = obj("to", a1, "from", a3, "bssid", a2)
	default:
		o = obj("receiver", a1, "sender", a2, "to", a3)
		if len(b) >= 30 {
			o = o.With("from", nl80211MAC(b[24:]))
		}
	}
	return o.With("seq", le16(b[22:])>>4)
}

func nl80211MgmtFacts(subtype uint16, b []byte) schema.Object {
	fixed := nl80211MgmtFixed[subtype]
	if len(b) < fixed {
		return nil
	}
	capability := func(i int) []any { return maskNames(nl80211Capability, le16(b[i:])) }
	status := func(i int) any { return nameOr(nl80211Status, le16(b[i:])) }
	var o schema.Object
	switch subtype {
	case 0, 2:
		o = obj("capabilities", capability(0), "listen_interval", le16(b[2:]))
		if subtype == 2 {
			o = o.With("current_ap", nl80211MAC(b[4:]))
		}
	case 1, 3:
		o = obj("status", status(2), "capabilities", capability(0), "aid", le16(b[4:])&0x3fff)
	case 4:
	case 5, 8:
		o = obj("tsf", binary.LittleEndian.Uint64(b), "interval_tu", le16(b[8:]), "capabilities", capability(10))
	case 10, 12:
		o = obj("reason", nameOr(nl80211Reason, le16(b)))
	case 11:
		o = obj("algorithm", le16(b), "transaction", le16(b[2:]), "status", status(4))
		if le16(b) != 0 {
			return o
		}
	case 13, 14:
		if len(b) < 2 {
			return nil
		}
		return obj("category", nameOr(nl80211Categories, uint64(b[0]&0x7f)), "action", uint64(b[1]))
	default:
		return nil
	}
	if len(b) > fixed {
		o = o.With("elements", nl80211ElementsFacts(b[fixed:], false))
	}
	return o
}

func nl80211EAPOLFacts(b []byte, _ bool) any {
	length := int(binary.BigEndian.Uint16(b[2:]))
	var typ any = uint64(b[1])
	if name, ok := nl80211EAPOL.Lookup(uint64(b[1])); ok {
		typ = strings.ReplaceAll(name, " ", "_")
	}
	o := obj("eapol", typ, "version", uint64(b[0]), "len", uint64(length))
	body := b[4:]
	body = body[:min(len(body), length)]
	if b[1] == 3 && len(body) >= 13 {
		info := uint64(binary.BigEndian.Uint16(body[1:]))
		o = append(o, obj("descriptor", uint64(body[0]), "key_info", maskNames(nl80211KeyInfo, info&^7),
			"replay", binary.BigEndian.Uint64(body[5:]))...)
	}
	return o
}

func ethernetFacts(b []byte, big bool) any {
	kind := uint64(binary.BigEndian.Uint16(b[12:]))
	o := obj("to", nl80211MAC(b), "from", nl80211MAC(b[6:]), "protocol", nameOr(etherType, kind), "len", uint64(len(b)-14))
	switch kind {
	case 0x888e, 0x88c7: // ETH_P_PAE, ETH_P_PREAUTH
		if _, ok := nl80211EAPOLText(b[14:], big); ok {
			o = o.With("eapol", nl80211EAPOLFacts(b[14:], big))
		}
	case 0x0800, 0x86dd:
		if ip := nfIPFacts(b[14:]); ip != nil {
			o = o.With("ip", ip)
		}
	}
	return o
}
