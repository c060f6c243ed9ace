// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Facts of IEEE 802.11: see facts.go. Names are those of the tables, with their prefix.

func le16(b []byte) uint64 { return uint64(binary.LittleEndian.Uint16(b)) }

// nl80211RatesFacts lists rates in Mbit/s.
func nl80211RatesFacts(b []byte, _ bool) any {
	list := make([]any, len(b))
	for i, r := range b {
		list[i] = obj("mbit", float64(r&0x7f)/2, "basic", r&0x80 != 0)
	}
	return list
}

// nl80211TimeoutFacts: two bytes are milliseconds, four the index of an interface.
func nl80211TimeoutFacts(b []byte, big bool) any {
	v, _ := nl80211Number(b, big)
	if len(b) == 4 {
		return obj("ifindex", v)
	}
	return obj("ms", v)
}

// nl80211HTMCSFacts are the numbers of the schemes that can be received.
func nl80211HTMCSFacts(b []byte, _ bool) any {
	list := []uint64{}
	for i := range 77 {
		if b[i/8]>>(i%8)&1 == 1 {
			list = append(list, uint64(i))
		}
	}
	return list
}

func nl80211HTCapFacts(b []byte, _ bool) any {
	return obj("capabilities", maskNames(nl80211HTCap, le16(b)), "mcs", nl80211HTMCSFacts(b[3:19], false))
}

// nl80211VHTMCSFacts is the highest scheme by number of streams, from one on; a number of
// streams that is not supported is null.
func nl80211VHTMCSFacts(b []byte, _ bool) any {
	side := func(b []byte) []any {
		m := le16(b)
		list := make([]any, 8)
		for s := range list {
			if v := m >> (2 * s) & 3; v < 3 {
				list[s] = 7 + v
			}
		}
		return list
	}
	return obj("rx", side(b), "tx", side(b[4:]))
}

func nl80211VHTCapFacts(b []byte, _ bool) any {
	return obj("capabilities", maskNames(nl80211VHTCap, uint64(binary.LittleEndian.Uint32(b))), "mcs", nl80211VHTMCSFacts(b[4:12], false))
}

// nl80211ElementsFacts lists elements; one that is cut stands last, with its bytes alone.
func nl80211ElementsFacts(b []byte, _ bool) any {
	list := []any{}
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return append(list, obj("cut", hex.EncodeToString(b)))
		}
		list = append(list, nl80211ElementFact(b[0], b[2:2+int(b[1])]))
		b = b[2+int(b[1]):]
	}
	return list
}

// nl80211ElementFact is an element by number, name and what it says, else its bytes.
func nl80211ElementFact(id byte, b []byte) any {
	o := obj("id", uint64(id))
	if id == 255 && len(b) > 0 {
		o, b = o.With("ext_id", uint64(b[0])).With("name", nameOr(nl80211ElementExtIDs, uint64(b[0]))), b[1:]
	} else {
		o = o.With("name", nameOr(nl80211ElementIDs, uint64(id)))
		if f := nl80211ElementParts[id]; f.parts != nil && len(b) >= f.least {
			if v := f.parts(b); v != nil {
				return o.With("value", v)
			}
		}
	}
	if len(b) > 0 {
		o = o.With("data", hex.EncodeToString(b))
	}
	return o
}

// nl80211ElementParts say what the payload of an element holds that has so many bytes.
var nl80211ElementParts = map[byte]struct {
	least int
	parts func(b []byte) any
}{
	0:  {0, func(b []byte) any { return nl80211SSID(b) }},
	1:  {0, func(b []byte) any { return nl80211RatesFacts(b, false) }},
	3:  {1, func(b []byte) any { return obj("channel", uint64(b[0])) }},
	5:  {4, func(b []byte) any { return obj("dtim_count", uint64(b[0]), "dtim_period", uint64(b[1])) }},
	6:  {2, func(b []byte) any { return obj("atim_tu", le16(b)) }},
	7:  {3, nl80211CountryFacts},
	11: {5, func(b []byte) any { return obj("stations", le16(b), "channel_used", uint64(b[2])) }},
	32: {1, func(b []byte) any { return obj("db", uint64(b[0])) }},
	33: {2, func(b []byte) any { return obj("min_dbm", int64(int8(b[0])), "max_dbm", int64(int8(b[1]))) }},
	42: {1, func(b []byte) any { return obj("flags", uint64(b[0])) }},
	45: {19, func(b []byte) any { return nl80211HTCapFacts(b, false) }},
	48: {2, func(b []byte) any { return nl80211RSNFacts(b) }},
	50: {0, func(b []byte) any { return nl80211RatesFacts(b, false) }},
	61: {22, func(b []byte) any {
		return obj("channel", uint64(b[0]), "secondary", [...]string{"none", "above", "reserved", "below"}[b[1]&3])
	}},
	113: {7, func(b []byte) any {
		return obj("path_selection", uint64(b[0]), "metric", uint64(b[1]), "congestion", uint64(b[2]), "sync", uint64(b[3]),
			"auth", uint64(b[4]), "formation", uint64(b[5]), "capability", uint64(b[6]))
	}},
	114: {0, func(b []byte) any { return nl80211SSID(b) }},
	191: {12, func(b []byte) any { return nl80211VHTCapFacts(b, false) }},
	192: {5, func(b []byte) any {
		return obj("width", uint64(b[0]), "segment0", uint64(b[1]), "segment1", uint64(b[2]))
	}},
	221: {3, nl80211VendorFacts},
}

func nl80211CountryFacts(b []byte) any {
	o := obj("country", nl80211SSID(b[:2]), "environment", nl80211SSID(b[2:3]))
	list := []any{}
	for b = b[3:]; len(b) >= 3; b = b[3:] {
		if b[0] >= 201 {
			list = append(list, obj("operating_class", uint64(b[1])))
		} else {
			list = append(list, obj("first_channel", uint64(b[0]), "channels", uint64(b[1]), "dbm", int64(int8(b[2]))))
		}
	}
	return o.With("ranges", list)
}

func nl80211VendorFacts(b []byte) any {
	o := obj("oui", nl80211OUI(b))
	if len(b) == 3 {
		return o
	}
	o = o.With("type", uint64(b[3]))
	if name := nl80211VendorName(b); name != "" {
		o = o.With("type_name", name)
	}
	if len(b) > 4 {
		o = o.With("data", hex.EncodeToString(b[4:]))
	}
	return o
}

// nl80211RSNFacts: each part may be the last.
func nl80211RSNFacts(b []byte) schema.Object {
	o := obj("version", le16(b))
	b = b[2:]
	one := func(key string, e *schema.Enum, prefix string) {
		if len(b) >= 4 {
			o, b = o.With(key, nl80211Suite(e, b, prefix)), b[4:]
		}
	}
	list := func(key string, e *schema.Enum, prefix string) {
		if len(b) < 2 {
			return
		}
		n, suites := int(le16(b)), []string{}
		for b = b[2:]; n > 0 && len(b) >= 4; n-- {
			suites, b = append(suites, nl80211Suite(e, b, prefix)), b[4:]
		}
		o = o.With(key, suites)
	}
	one("group", nl80211Ciphers, "WLAN_CIPHER_SUITE_")
	list("pairwise", nl80211Ciphers, "WLAN_CIPHER_SUITE_")
	list("akm", nl80211AKMs, "WLAN_AKM_SUITE_")
	if len(b) >= 2 {
		o, b = o.With("capabilities", le16(b)).With("capabilities_names", nl80211RSNCapNames(le16(b))), b[2:]
	}
	if len(b) >= 2 {
		n, ids := int(le16(b)), []string{}
		for b = b[2:]; n > 0 && len(b) >= 16; n-- {
			ids, b = append(ids, hex.EncodeToString(b[:16])), b[16:]
		}
		o = o.With("pmkids", ids)
	}
	one("group_management", nl80211Ciphers, "WLAN_CIPHER_SUITE_")
	return o
}

// nl80211RSNCap is RSN Capabilities of IEEE 802.11-2020, 9.4.2.24.4. Two fields of two
// bits each, how many replay counters there are, are written by nl80211RSNCapNames.
var nl80211RSNCap = masks("RSN capabilities",
	val(1<<0, "PREAUTH"), val(1<<1, "NO_PAIRWISE"), val(1<<6, "MFPR"), val(1<<7, "MFPC"),
	val(1<<8, "JOINT_MULTI_BAND"), val(1<<9, "PEERKEY"), val(1<<10, "SPP_AMSDU_CAPABLE"),
	val(1<<11, "SPP_AMSDU_REQUIRED"), val(1<<12, "PBAC"), val(1<<13, "EXTENDED_KEY_ID"), val(1<<14, "OCVC"))

func nl80211RSNCapNames(v uint64) []string {
	names := []string{}
	for _, x := range maskNames(nl80211RSNCap, v&^0x3c&0x7fff) {
		if s, ok := x.(string); ok {
			names = append(names, s)
		}
	}
	counters := [...]string{"1", "2", "4", "16"}
	return append(names, counters[v>>2&3]+"-PTKSA-RC", counters[v>>4&3]+"-GTKSA-RC") // as iw writes them
}
