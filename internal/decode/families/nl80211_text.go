// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Bytes of IEEE 802.11 as text. All numbers in them are little-endian, and any
// of them may be cut or invented by a stranger in radio range.

func nl80211SSIDText(b []byte, _ bool) (string, bool) { return nl80211SSID(b), true }

// nl80211SSID writes a name that is any 32 bytes: text stays, other bytes are
// escaped as iw does it.
func nl80211SSID(b []byte) string {
	var w strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == '\\':
			w.WriteString(`\\`)
		case r == utf8.RuneError && n == 1 || !unicode.IsGraphic(r):
			for _, c := range b[:n] {
				fmt.Fprintf(&w, `\x%02x`, c)
			}
		default:
			w.Write(b[:n])
		}
		b = b[n:]
	}
	return w.String()
}

func nl80211MAC(b []byte) string {
	if len(b) < 6 {
		return hex.EncodeToString(b)
	}
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5])
}

// nl80211RatesText lists rates in Mbit/s; * is a basic rate.
func nl80211RatesText(b []byte, _ bool) (string, bool) {
	out := make([]string, len(b))
	for i, r := range b {
		out[i] = strconv.FormatFloat(float64(r&0x7f)/2, 'f', -1, 64)
		if r&0x80 != 0 {
			out[i] += "*"
		}
	}
	return strings.Join(out, " ") + " Mbit/s", true
}

// nl80211ExtFeatureText names the bits that are set.
func nl80211ExtFeatureText(b []byte, _ bool) (string, bool) {
	var out []string
	for i := range 8 * len(b) {
		if b[i/8]>>(i%8)&1 == 0 {
			continue
		}
		name, ok := nl80211ExtFeature.Lookup(uint64(i))
		if !ok {
			name = "bit " + strconv.Itoa(i)
		}
		out = append(out, strings.TrimPrefix(name, "NL80211_EXT_FEATURE_"))
	}
	return strings.Join(out, ", "), true
}

// nl80211HoldingTimeout is u16; nl80211_get_mesh_config puts the interface's
// index, a u32, under the same number.
func nl80211HoldingTimeout(b []byte, big bool) (string, bool) {
	v, ok := nl80211Number(b, big)
	if !ok {
		return "", false
	}
	if len(b) == 4 {
		return "interface " + strconv.FormatUint(v, 10), true
	}
	return strconv.FormatUint(v, 10) + " ms", true
}

// nl80211AnyHex is a mask that is u16 in requests and u32 in replies.
func nl80211AnyHex(b []byte, big bool) (string, bool) {
	v, ok := nl80211Number(b, big)
	return "0x" + strconv.FormatUint(v, 16), ok
}

func nl80211Number(b []byte, big bool) (uint64, bool) {
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	switch len(b) {
	case 1:
		return uint64(b[0]), true
	case 2:
		return uint64(order.Uint16(b)), true
	case 4:
		return uint64(order.Uint32(b)), true
	}
	return 0, false
}

// nl80211Bits writes a mask by the names of its bits, without their prefix.
func nl80211Bits(e *schema.Enum, v uint64, prefix string) string {
	var out []string
	for _, x := range e.Values {
		if v&x.N == x.N {
			out = append(out, strings.TrimPrefix(x.Name, prefix))
			v &^= x.N
		}
	}
	if v != 0 {
		out = append(out, "0x"+strconv.FormatUint(v, 16))
	}
	if out == nil {
		return "none"
	}
	return strings.Join(out, "|")
}

// nl80211Name writes a number by its name, without its prefix.
func nl80211Name(e *schema.Enum, v uint64, prefix string) string {
	if name, ok := e.Lookup(v); ok {
		return strings.TrimPrefix(name, prefix)
	}
	return strconv.FormatUint(v, 10)
}

// struct ieee80211_ht_cap: 2 bytes capabilities, 1 A-MPDU, 16 MCS, 2 extended,
// 4 beamforming, 1 antenna selection.
func nl80211HTCapabilityText(b []byte, big bool) (string, bool) {
	if len(b) < 19 {
		return "", false
	}
	mcs, _ := nl80211HTMCSText(b[3:19], big)
	return nl80211Bits(nl80211HTCap, uint64(binary.LittleEndian.Uint16(b)), "IEEE80211_HT_CAP_") + ", " + mcs, true
}

// struct ieee80211_mcs_info: 77 bits of receive rates, and transmit rates.
func nl80211HTMCSText(b []byte, _ bool) (string, bool) {
	if len(b) != 16 {
		return "", false
	}
	var out []string
	for i := 0; i < 77; i++ {
		if b[i/8]>>(i%8)&1 == 0 {
			continue
		}
		first := i
		for i+1 < 77 && b[(i+1)/8]>>((i+1)%8)&1 == 1 {
			i++
		}
		if first == i {
			out = append(out, strconv.Itoa(i))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", first, i))
		}
	}
	return "MCS " + strings.Join(out, ","), true
}

// struct ieee80211_vht_cap: 4 bytes capabilities, 8 MCS.
func nl80211VHTCapabilityText(b []byte, big bool) (string, bool) {
	if len(b) < 12 {
		return "", false
	}
	mcs, _ := nl80211VHTMCSText(b[4:12], big)
	return nl80211Bits(nl80211VHTCap, uint64(binary.LittleEndian.Uint32(b)), "IEEE80211_VHT_CAP_") + ", " + mcs, true
}

// struct ieee80211_vht_mcs_info: two bits for each of eight streams, highest
// rate, receive and transmit.
func nl80211VHTMCSText(b []byte, _ bool) (string, bool) {
	if len(b) != 8 {
		return "", false
	}
	side := func(b []byte) string {
		m := binary.LittleEndian.Uint16(b)
		var out []string
		for s := range 8 {
			if v := m >> (2 * s) & 3; v < 3 {
				out = append(out, fmt.Sprintf("%dx MCS 0-%d", s+1, 7+v))
			}
		}
		return strings.Join(out, " ")
	}
	return "rx " + side(b) + "; tx " + side(b[4:]), true
}
