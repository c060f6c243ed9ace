// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Information elements: one byte number, one byte length, and what the number
// says.

func nl80211ElementsText(b []byte, _ bool) (string, bool) { return nl80211ElementList(b), true }

func nl80211ElementList(b []byte) string {
	var out []string
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			out = append(out, fmt.Sprintf("cut: %x", b))
			break
		}
		out = append(out, nl80211Element(b[0], b[2:2+int(b[1])]))
		b = b[2+int(b[1]):]
	}
	return strings.Join(out, "; ")
}

// nl80211Element writes one element, as words where it has the length that
// its number asks for, else by name and in hex.
func nl80211Element(id byte, b []byte) string {
	if f := nl80211ElementFormats[id]; f != nil {
		if s := f(b); s != "" {
			return s
		}
	}
	name := nl80211Name(nl80211ElementIDs, uint64(id), "WLAN_EID_")
	if id == 255 && len(b) > 0 { // the number goes on in the payload
		name = nl80211Name(nl80211ElementExtIDs, uint64(b[0]), "WLAN_EID_EXT_")
		if name == strconv.Itoa(int(b[0])) {
			name = "EXTENSION " + name
		}
		b = b[1:]
	}
	if len(b) == 0 {
		return name
	}
	return name + " " + hex.EncodeToString(b)
}

// nl80211ElementFormats write the payload of an element; "" is that it does
// not have the form it should have.
var nl80211ElementFormats = map[byte]func([]byte) string{
	0:   func(b []byte) string { return `SSID "` + nl80211SSID(b) + `"` },
	1:   func(b []byte) string { s, _ := nl80211RatesText(b, false); return "rates " + s },
	3:   nl80211FixedElement(1, func(b []byte) string { return fmt.Sprintf("DS channel %d", b[0]) }),
	5:   nl80211FixedElement(4, func(b []byte) string { return fmt.Sprintf("TIM DTIM %d/%d", b[0], b[1]) }),
	6:   nl80211FixedElement(2, func(b []byte) string { return fmt.Sprintf("IBSS ATIM %d TU", binary.LittleEndian.Uint16(b)) }),
	7:   nl80211Country,
	11:  nl80211FixedElement(5, nl80211QBSSLoad),
	32:  nl80211FixedElement(1, func(b []byte) string { return fmt.Sprintf("power constraint %d dB", b[0]) }),
	33:  nl80211FixedElement(2, func(b []byte) string { return fmt.Sprintf("power capability %d to %d dBm", int8(b[0]), int8(b[1])) }),
	42:  nl80211FixedElement(1, func(b []byte) string { return fmt.Sprintf("ERP 0x%02x", b[0]) }),
	45:  func(b []byte) string { return nl80211Prefixed("HT capability ", nl80211HTCapabilityText, b) },
	48:  nl80211RSN,
	50:  func(b []byte) string { s, _ := nl80211RatesText(b, false); return "extended rates " + s },
	61:  nl80211FixedElement(22, nl80211HTOperation),
	113: nl80211FixedElement(7, nl80211MeshConfigElement),
	114: func(b []byte) string { return `mesh ID "` + nl80211SSID(b) + `"` },
	127: func(b []byte) string { return "extended capabilities " + hex.EncodeToString(b) },
	191: func(b []byte) string { return nl80211Prefixed("VHT capability ", nl80211VHTCapabilityText, b) },
	192: nl80211FixedElement(5, nl80211VHTOperation),
	221: nl80211VendorElement,
}

// nl80211FixedElement is for elements of at least n bytes.
func nl80211FixedElement(n int, f func([]byte) string) func([]byte) string {
	return func(b []byte) string {
		if len(b) < n {
			return ""
		}
		return f(b)
	}
}

func nl80211Prefixed(prefix string, f func([]byte, bool) (string, bool), b []byte) string {
	s, ok := f(b, false)
	if !ok {
		return ""
	}
	return prefix + s
}

// nl80211Country is a code, an environment, and triplets of first channel,
// number of channels and power.
func nl80211Country(b []byte) string {
	if len(b) < 3 {
		return ""
	}
	s := `country "` + nl80211SSID(b[:2]) + `"`
	switch b[2] {
	case 'I':
		s += " indoor"
	case 'O':
		s += " outdoor"
	}
	for b = b[3:]; len(b) >= 3; b = b[3:] {
		if b[0] >= 201 {
			s += fmt.Sprintf(" operating class %d", b[1])
			continue
		}
		s += fmt.Sprintf(" %d+%d@%d dBm", b[0], b[1], int8(b[2]))
	}
	return s
}

func nl80211QBSSLoad(b []byte) string {
	return fmt.Sprintf("QBSS %d stations, channel used %d/255", binary.LittleEndian.Uint16(b), b[2])
}

func nl80211HTOperation(b []byte) string {
	second := [...]string{"none", "above", "reserved", "below"}[b[1]&3]
	return fmt.Sprintf("HT operation channel %d, secondary %s", b[0], second)
}

func nl80211VHTOperation(b []byte) string {
	return fmt.Sprintf("VHT operation width %d, segments %d %d", b[0], b[1], b[2])
}

func nl80211MeshConfigElement(b []byte) string {
	return fmt.Sprintf("mesh configuration path selection %d, metric %d, congestion %d, sync %d, auth %d, formation 0x%02x, capability 0x%02x",
		b[0], b[1], b[2], b[3], b[4], b[5], b[6])
}

// nl80211RSN is version, group cipher, pairwise ciphers, key management,
// capabilities, PMKIDs, group management cipher: each may be the last.
func nl80211RSN(b []byte) string {
	if len(b) < 2 {
		return ""
	}
	w := []string{fmt.Sprintf("RSN version %d", binary.LittleEndian.Uint16(b))}
	b = b[2:]
	one := func(what string, e *schema.Enum, prefix string) {
		if len(b) >= 4 {
			w = append(w, what+" "+nl80211Suite(e, b, prefix))
			b = b[4:]
		}
	}
	list := func(what string, e *schema.Enum, prefix string) {
		if len(b) < 2 {
			return
		}
		n := int(binary.LittleEndian.Uint16(b))
		w, b = append(w, what), b[2:]
		for ; n > 0 && len(b) >= 4; n-- {
			w = append(w, nl80211Suite(e, b, prefix))
			b = b[4:]
		}
	}
	one("group", nl80211Ciphers, "WLAN_CIPHER_SUITE_")
	list("pairwise", nl80211Ciphers, "WLAN_CIPHER_SUITE_")
	list("AKM", nl80211AKMs, "WLAN_AKM_SUITE_")
	if len(b) >= 2 {
		v := binary.LittleEndian.Uint16(b)
		w = append(w, fmt.Sprintf("capabilities 0x%04x (%s)", v, strings.Join(nl80211RSNCapNames(uint64(v)), "|")))
		b = b[2:]
	}
	if len(b) >= 2 {
		n := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		for ; n > 0 && len(b) >= 16; n-- {
			w, b = append(w, "PMKID "+hex.EncodeToString(b[:16])), b[16:]
		}
	}
	one("group management", nl80211Ciphers, "WLAN_CIPHER_SUITE_")
	return strings.Join(w, " ")
}

// nl80211Suite names a suite by its OUI and number, which are in network byte
// order here.
func nl80211Suite(e *schema.Enum, b []byte, prefix string) string {
	if name, ok := e.Lookup(uint64(binary.BigEndian.Uint32(b))); ok {
		return strings.TrimPrefix(name, prefix)
	}
	return fmt.Sprintf("%02x-%02x-%02x:%d", b[0], b[1], b[2], b[3])
}

// nl80211VendorElement is an OUI, mostly a type, and what the vendor likes.
func nl80211VendorElement(b []byte) string {
	if len(b) < 3 {
		return ""
	}
	s := "vendor " + nl80211OUI(b)
	if len(b) == 3 {
		return s
	}
	s += fmt.Sprintf(" type %d", b[3])
	if name := nl80211VendorName(b); name != "" {
		s += " (" + name + ")"
	}
	if len(b) > 4 {
		s += " " + hex.EncodeToString(b[4:])
	}
	return s
}

func nl80211OUI(b []byte) string { return fmt.Sprintf("%02x:%02x:%02x", b[0], b[1], b[2]) }

// nl80211VendorName names an OUI with its type, or is "".
func nl80211VendorName(b []byte) string {
	switch binary.BigEndian.Uint32(b) {
	case 0x0050f201:
		return "WPA"
	case 0x0050f202:
		return "WMM"
	case 0x0050f204:
		return "WPS"
	case 0x506f9a09:
		return "P2P"
	case 0x506f9a0a:
		return "WFD"
	}
	return ""
}
