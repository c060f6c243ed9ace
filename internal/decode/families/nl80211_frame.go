// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// nl80211FrameText writes an 802.11 frame: its kind, its addresses and, of a
// management frame, what it says. The Protected bit stays set in frames that the
// kernel has decrypted, or has yet to encrypt: what they say is plain.
func nl80211FrameText(b []byte, _ bool) (string, bool) { return frameText(b, false) }

// hwsimFrameText writes a frame as it is on the air.
func hwsimFrameText(b []byte, _ bool) (string, bool) { return frameText(b, true) }

func frameText(b []byte, encrypted bool) (string, bool) {
	if len(b) < 10 {
		return "", false
	}
	fc := binary.LittleEndian.Uint16(b)
	kind := fc >> 2 & 3
	w := []string{nl80211Name(nl80211FrameTypes, uint64(fc&0xfc), "IEEE80211_STYPE_")}
	switch kind {
	case 0: // management: receiver, sender, network, sequence
		if len(b) < 24 {
			return strings.Join(append(w, "to "+nl80211MAC(b[4:]), "cut"), " "), true
		}
		w = append(w, "to "+nl80211MAC(b[4:]), "from "+nl80211MAC(b[10:]), "bssid "+nl80211MAC(b[16:]),
			fmt.Sprintf("seq %d", binary.LittleEndian.Uint16(b[22:])>>4))
		protected := fc&0x4000 != 0
		if protected {
			w = append(w, "protected")
		}
		if protected && encrypted {
			w = append(w, fmt.Sprintf("%d B", len(b)-24))
		} else if s := nl80211MgmtText(fc>>4&0xf, b[24:]); s != "" {
			w = append(w, s)
		}
	case 1: // control: receiver, and some a sender
		w = append(w, "to "+nl80211MAC(b[4:]))
		if len(b) >= 16 {
			w = append(w, "from "+nl80211MAC(b[10:]))
		}
	case 2:
		w = append(w, nl80211DataText(fc, b))
	default:
		w = append(w, fmt.Sprintf("%d B", len(b)))
	}
	return strings.Join(w, " "), true
}

// nl80211DataText is the addresses of a data frame: who is meant by each of
// them depends on its direction.
func nl80211DataText(fc uint16, b []byte) string {
	if len(b) < 24 {
		return "to " + nl80211MAC(b[4:]) + " cut"
	}
	a1, a2, a3 := nl80211MAC(b[4:]), nl80211MAC(b[10:]), nl80211MAC(b[16:])
	rest := fmt.Sprintf(" seq %d, %d B", binary.LittleEndian.Uint16(b[22:])>>4, len(b)-24)
	if fc&0x4000 != 0 {
		rest = " protected" + rest
	}
	switch fc >> 8 & 3 {
	case 0:
		return "to " + a1 + " from " + a2 + " bssid " + a3 + rest
	case 1: // to the access point
		return "to " + a3 + " from " + a2 + " bssid " + a1 + rest
	case 2: // from it
		return "to " + a1 + " from " + a3 + " bssid " + a2 + rest
	}
	if len(b) < 30 {
		return "receiver " + a1 + " sender " + a2 + " to " + a3 + rest
	}
	return "receiver " + a1 + " sender " + a2 + " to " + a3 + " from " + nl80211MAC(b[24:]) + rest
}

// nl80211MgmtFixed are the bytes of the fixed fields, by subtype.
var nl80211MgmtFixed = map[uint16]int{0: 4, 1: 6, 2: 10, 3: 6, 5: 12, 8: 12, 10: 2, 11: 6, 12: 2, 13: 2}

// nl80211MgmtText is the body of a management frame: fixed fields, then
// elements.
func nl80211MgmtText(subtype uint16, b []byte) string {
	u16at := func(i int) uint64 { return uint64(binary.LittleEndian.Uint16(b[i:])) }
	capability := func(i int) string { return nl80211Bits(nl80211Capability, u16at(i), "WLAN_CAPABILITY_") }
	status := func(i int) string { return nl80211Name(nl80211Status, u16at(i), "WLAN_STATUS_") }
	fixed := nl80211MgmtFixed[subtype]
	if len(b) < fixed {
		return fmt.Sprintf("cut, %d B", len(b))
	}
	head := ""
	switch subtype {
	case 0, 2: // association request, reassociation request
		head = fmt.Sprintf("%s, listen interval %d", capability(0), u16at(2))
		if subtype == 2 {
			head += ", current AP " + nl80211MAC(b[4:])
		}
	case 1, 3: // association response, reassociation response
		head = fmt.Sprintf("%s, %s, AID %d", status(2), capability(0), u16at(4)&0x3fff)
	case 4: // probe request: elements alone
	case 5, 8: // probe response, beacon
		head = fmt.Sprintf("TSF %d, %d TU, %s", binary.LittleEndian.Uint64(b), u16at(8), capability(10))
	case 10, 12: // disassociation, deauthentication
		head = nl80211Name(nl80211Reason, u16at(0), "WLAN_REASON_")
	case 11: // authentication; what follows SAE's numbers are no elements
		head = fmt.Sprintf("algorithm %d, transaction %d, %s", u16at(0), u16at(2), status(4))
		if u16at(0) != 0 {
			return fmt.Sprintf("%s, %d B", head, len(b)-fixed)
		}
	case 13, 14: // action
		if len(b) < 2 {
			return ""
		}
		return fmt.Sprintf("%s %d, %d B", nl80211Name(nl80211Categories, uint64(b[0]&0x7f), "WLAN_CATEGORY_"), b[1], len(b)-2)
	default:
		return fmt.Sprintf("%d B", len(b))
	}
	elements := nl80211ElementList(b[fixed:])
	if head == "" || elements == "" {
		return head + elements
	}
	return head + "; " + elements
}

// nl80211EAPOLText writes what a control port carries: EAPOL (IEEE 802.1X)
// without the header of a link layer.
//
//	struct ieee802_1x_hdr { u8 version, type; be16 length; };
func nl80211EAPOLText(b []byte, _ bool) (string, bool) {
	if len(b) < 4 || b[0] == 0 || b[0] > 3 {
		return "", false
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	w := []string{"EAPOL " + nl80211Name(nl80211EAPOL, uint64(b[1]), ""), fmt.Sprintf("version %d, %d B", b[0], length)}
	body := b[4:]
	switch {
	case len(body) < length:
		w = append(w, fmt.Sprintf("cut, %d B", len(body)))
	case len(body) > length:
		w = append(w, fmt.Sprintf("and %d B behind it", len(body)-length))
		body = body[:length]
	}
	if b[1] == 3 && len(body) >= 13 {
		w = append(w, nl80211KeyText(body))
	}
	return strings.Join(w, " "), true
}

// nl80211KeyText is an EAPOL-Key frame: kind of descriptor, key information, length
// of the key, replay counter.
func nl80211KeyText(b []byte) string {
	info := binary.BigEndian.Uint16(b[1:])
	return fmt.Sprintf("descriptor %d, %s, replay %d", b[0],
		nl80211Bits(nl80211KeyInfo, uint64(info&^7), ""), binary.BigEndian.Uint64(b[5:]))
}

var (
	// Packet types of IEEE 802.1X.
	nl80211EAPOL = enum("EAPOL", 0, "EAP", "start", "logoff", "key", "ASF alert", "MKA", "announcement (generic)",
		"announcement (specific)", "announcement request")
	// Key Information of IEEE 802.11, 12.7.2; the lowest three bits are the
	// version of the descriptor.
	nl80211KeyInfo = masks("key information", val(1<<3, "pairwise"), val(1<<6, "install"), val(1<<7, "ack"), val(1<<8, "MIC"),
		val(1<<9, "secure"), val(1<<10, "error"), val(1<<11, "request"), val(1<<12, "encrypted"), val(1<<13, "SMK"))
)

// ethernetText writes an Ethernet frame that holds EAPOL or an IP packet.
func ethernetText(b []byte, big bool) (string, bool) {
	if len(b) < 14 {
		return "", false
	}
	kind := uint64(binary.BigEndian.Uint16(b[12:]))
	head := "to " + nl80211MAC(b) + " from " + nl80211MAC(b[6:]) + " " + nl80211Name(etherType, kind, "")
	switch kind {
	case 0x888e, 0x88c7: // ETH_P_PAE, ETH_P_PREAUTH
		if s, ok := nl80211EAPOLText(b[14:], big); ok {
			return head + ": " + s, true
		}
	}
	if s := nfIPHeader(b[14:]); s != "" && (kind == 0x0800 || kind == 0x86dd) {
		head += ": " + s
	}
	return fmt.Sprintf("%s, %d B", head, len(b)-14), true
}
