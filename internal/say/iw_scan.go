// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"net"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// What iw looks for, what wakes a machine, and how fast it sends.

// Flags of a scan (enum nl80211_scan_flags).
const (
	iwFlush      = 1 << 1
	iwRandomAddr = 1 << 3
	iwColocated  = 1 << 14
)

var iwScanFlags = []struct {
	bit  uint64
	word string
}{{1 << 0, "lowpri"}, {iwFlush, "flush"}, {1 << 2, "ap-force"}, {iwColocated, "coloc"}}

// iwSayFlags says flags of a scan that iw has words for, but those that it sets by
// itself. false: there is another.
func (t *telling) iwSayFlags(own, known uint64) bool {
	a := t.attrs()
	n := a.take("NL80211_ATTR_SCAN_FLAGS")
	var v uint64
	if n != nil {
		v, _ = rawNumber(t, n)
	}
	if v&own != own || v&^(known|iwRandomAddr) != 0 {
		return false
	}
	for _, f := range iwScanFlags {
		if v&^own&f.bit != 0 {
			t.say(f.word)
		}
	}
	return v&iwRandomAddr == 0 || t.iwRandom()
}

// iwRandom says the bits of the sender's address that are to be random: all but the one
// of groups, if nothing else is said.
func (t *telling) iwRandom() bool {
	a := t.attrs()
	mac, mask := a.take("NL80211_ATTR_MAC"), a.take("NL80211_ATTR_MAC_MASK")
	if mac == nil || mask == nil || len(mac.Raw) != 6 || len(mask.Raw) != 6 {
		return false
	}
	if zero(mac.Raw) && bytes.Equal(mask.Raw, []byte{1, 0, 0, 0, 0, 0}) {
		t.say("randomise")
	} else {
		t.say("randomise=" + net.HardwareAddr(mac.Raw).String() + "/" + net.HardwareAddr(mask.Raw).String())
	}
	return true
}

// iwFrequencies says a list of frequencies.
func (t *telling) iwFrequencies(word string) bool {
	list := t.attrs().in("NL80211_ATTR_SCAN_FREQUENCIES")
	if len(list.nodes) > 0 {
		t.say(word)
	}
	for i := range list.nodes {
		v, ok := rawNumber(t, &list.nodes[i])
		if !ok {
			return false
		}
		t.say(decimal(v))
		t.mark(&list.nodes[i], true)
	}
	return true
}

// iwNames returns the networks that are asked for by name. none: no request is to be
// sent at all; any: whoever hears it is to answer.
func (t *telling) iwNames() (names []string, none, any bool) {
	a := t.attrs()
	list := a.in("NL80211_ATTR_SCAN_SSIDS")
	for i := range list.nodes {
		names = append(names, string(list.nodes[i].Raw))
		t.mark(&list.nodes[i], true)
	}
	return names, !a.has("NL80211_ATTR_SCAN_SSIDS"), len(names) == 1 && names[0] == ""
}

func iwScan(t *telling) bool {
	a := t.attrs()
	own := uint64(iwColocated) // of a scan of all frequencies
	if a.has("NL80211_ATTR_SCAN_FREQUENCIES") {
		own = 0
	}
	if !t.iw("scan trigger") || !t.iwFrequencies("freq") {
		return false
	}
	a.options([]option{{"NL80211_ATTR_MEASUREMENT_DURATION", "duration", asRaw},
		{"NL80211_ATTR_MEASUREMENT_DURATION_MANDATORY", "duration-mandatory", asNothing}, {"NL80211_ATTR_IE", "ies", asColons}})
	if !t.iwSayFlags(own, 1<<0|iwFlush|1<<2|iwColocated) {
		return false
	}
	switch names, none, any := t.iwNames(); {
	case none:
		t.say("passive")
	case !any:
		t.say("ssid")
		t.say(names...)
	}
	return true
}

// asColons are bytes in hex, with colons.
var asColons form = func(_ *telling, n *decode.Node) ([]string, bool) {
	return []string{net.HardwareAddr(n.Raw).String()}, len(n.Raw) > 0
}

// iwSchedScan says a scan that the radio does again and again. The interval is in
// milliseconds, those of plans are in seconds.
func iwSchedScan(t *telling) bool {
	a := t.attrs()
	if !t.iw("scan sched_start") {
		return false
	}
	a.options([]option{{"NL80211_ATTR_SCHED_SCAN_INTERVAL", "interval", asRaw}, {"NL80211_ATTR_SCHED_SCAN_PLANS", "scan_plans", asPlans},
		{"NL80211_ATTR_SCHED_SCAN_DELAY", "delay", asRaw}})
	if !t.iwFrequencies("freqs") || !t.iwSayFlags(0, iwFlush|iwColocated) {
		return false
	}
	match := a.in("NL80211_ATTR_SCHED_SCAN_MATCH")
	if len(match.nodes) > 0 {
		t.say("matches")
	}
	for i := range match.nodes {
		t.open(&match.nodes[i]).options([]option{{"NL80211_SCHED_SCAN_MATCH_ATTR_SSID", "ssid", asRawText}})
	}
	switch names, none, any := t.iwNames(); {
	case none:
		t.say("passive")
	case !any:
		t.say("active")
		for _, n := range names {
			t.say("ssid", n)
		}
	}
	return true
}

// asPlans are how often, one behind the other: SECONDS:TIMES, and the last without end.
var asPlans form = func(_ *telling, n *decode.Node) ([]string, bool) {
	var words []string
	for i := range n.Children {
		plan := fieldsOf(&n.Children[i])
		interval, times := plan.peek("NL80211_SCHED_SCAN_PLAN_INTERVAL"), plan.peek("NL80211_SCHED_SCAN_PLAN_ITERATIONS")
		last := i == len(n.Children)-1
		if interval == nil || last != (times == nil) || len(plan.nodes) > 2 {
			return nil, false
		}
		word := decimal(number(interval))
		if times != nil {
			word += ":" + decimal(number(times))
		}
		words = append(words, word)
	}
	return words, len(words) > 0
}

// iwWowlan says what wakes the machine. A connection (tcp) and scans (net-detect) have
// no words: iw takes the one from a file whose name nobody sends.
func iwWowlan(t *telling) bool {
	a := t.attrs()
	if !a.has("NL80211_ATTR_WOWLAN_TRIGGERS") {
		return t.iw("wowlan disable")
	}
	if !t.iw("wowlan enable") {
		return false
	}
	words := len(t.words)
	triggers := a.in("NL80211_ATTR_WOWLAN_TRIGGERS")
	for _, o := range []option{{"ANY", "any", asNothing}, {"DISCONNECT", "disconnect", asNothing}, {"MAGIC_PKT", "magic-packet", asNothing},
		{"GTK_REKEY_FAILURE", "gtk-rekey-failure", asNothing}, {"EAP_IDENT_REQUEST", "eap-identity-request", asNothing},
		{"4WAY_HANDSHAKE", "4way-handshake", asNothing}, {"RFKILL_RELEASE", "rfkill-release", asNothing},
		{"PKT_PATTERN", "patterns", asPatterns}} {
		triggers.options([]option{{"NL80211_WOWLAN_TRIG_" + o.attr, o.word, o.form}})
	}
	return len(t.words) > words
}

// asPatterns are bytes of packets, each from an offset on, with "-" for what may be
// anything.
var asPatterns form = func(_ *telling, n *decode.Node) ([]string, bool) {
	var words []string
	for i := range n.Children {
		p := fieldsOf(&n.Children[i])
		mask, pattern, offset := p.peek("NL80211_PKTPAT_MASK"), p.peek("NL80211_PKTPAT_PATTERN"), p.peek("NL80211_PKTPAT_OFFSET")
		if mask == nil || pattern == nil || offset == nil || len(pattern.Raw) == 0 || len(mask.Raw) != (len(pattern.Raw)+7)/8 || len(p.nodes) > 3 {
			return nil, false
		}
		parts := make([]string, len(pattern.Raw))
		for j, c := range pattern.Raw {
			switch set := mask.Raw[j/8]>>(j%8)&1 != 0; {
			case set:
				parts[j] = net.HardwareAddr{c}.String()
			case c != 0:
				return nil, false
			default:
				parts[j] = "-"
			}
		}
		words = append(words, decimal(number(offset))+"+"+strings.Join(parts, ":"))
	}
	return words, len(words) > 0
}

// iwBitrates says which rates may be used, by bands. Without any, all may.
func iwBitrates(t *telling) bool {
	if !t.iw("set bitrates") {
		return false
	}
	bands := t.attrs().in("NL80211_ATTR_TX_RATES")
	for _, b := range []struct{ name, word string }{{"NL80211_BAND_2GHZ", "2.4"}, {"NL80211_BAND_5GHZ", "5"}, {"NL80211_BAND_6GHZ", "6"}} {
		if !bands.has(b.name) {
			continue
		}
		band := bands.in(b.name)
		if b.word != "6" {
			band.options([]option{{"NL80211_TXRATE_LEGACY", "legacy-" + b.word, asLegacyRates}, {"NL80211_TXRATE_HT", "ht-mcs-" + b.word, asIndexes},
				{"NL80211_TXRATE_VHT", "vht-mcs-" + b.word, asStreams(9)},
				{"NL80211_TXRATE_GI", "", asOneOf(map[uint64]string{1: "sgi-" + b.word, 2: "lgi-" + b.word})}})
		}
		band.options([]option{{"NL80211_TXRATE_HE", "he-mcs-" + b.word, asStreams(11)}})
	}
	return true
}

// asLegacyRates are rates in units of 500 kbit/s, each a word; iw takes none below 1
// Mbit/s.
var asLegacyRates form = func(_ *telling, n *decode.Node) ([]string, bool) {
	words := make([]string, len(n.Raw))
	for i, r := range n.Raw {
		if r < 2 {
			return nil, false
		}
		words[i] = strconv.FormatFloat(float64(r)/2, 'f', -1, 64)
	}
	return words, len(words) <= 32
}

// asIndexes are indexes of rates, each a byte.
var asIndexes form = func(_ *telling, n *decode.Node) ([]string, bool) {
	words := make([]string, len(n.Raw))
	for i, r := range n.Raw {
		words[i] = decimal(uint64(r))
	}
	return words, len(words) <= 77
}

// asStreams are masks of indexes of rates, one for each number of streams, of at most
// eight; last is the highest index.
func asStreams(last int) form {
	return func(t *telling, n *decode.Node) ([]string, bool) {
		if len(n.Raw) != 16 {
			return nil, false
		}
		var words []string
		for i := range 8 {
			lo, hi := n.Raw[2*i], n.Raw[2*i+1]
			if t.m.Frame.BigEndian {
				lo, hi = hi, lo
			}
			mask := uint(hi)<<8 | uint(lo)
			var indexes []string
			for j := range 16 {
				if mask>>j&1 != 0 {
					indexes = append(indexes, strconv.Itoa(j))
				}
			}
			if mask>>(last+1) != 0 {
				return nil, false
			}
			if indexes != nil {
				words = append(words, strconv.Itoa(i+1)+":"+strings.Join(indexes, ","))
			}
		}
		return words, true
	}
}
