// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// Families of generic Netlink for which ip has a few requests each: mappings of
// identifiers to locators (ip-ila), what TCP remembers (ip-tcp_metrics), segment routing
// (ip-sr), and OAM in IPv6 (ip-ioam).
var (
	ipILA = map[string]teller{"ILA_CMD_ADD": ila("add"), "ILA_CMD_DEL": ila("del"), "ILA_CMD_GET": readsOnly("ip", "ila", "list")}

	ipTCPMetrics = map[string]teller{
		"TCP_METRICS_CMD_DEL": func(t *telling) bool {
			a := t.attrs()
			if !a.has("TCP_METRICS_ATTR_ADDR_IPV4") && !a.has("TCP_METRICS_ATTR_ADDR_IPV6") {
				t.say("ip", "tcp_metrics", "flush")
				return len(t.body.Attrs) == 0
			}
			t.say("ip", "tcp_metrics", "delete")
			t.tcpMetricsOf()
			return true
		},
		"TCP_METRICS_CMD_GET": func(t *telling) bool {
			t.reads = true
			t.say("ip", "tcp_metrics", "show")
			t.tcpMetricsOf()
			return true
		},
	}

	ipSR = map[string]teller{
		"SEG6_CMD_SET_TUNSRC": inFamily("ip sr tunsrc set", []option{{"SEG6_ATTR_DST", "", asAddr}}, 1),
		// ip asks for the secret on the terminal, so it stays unsaid
		"SEG6_CMD_SETHMAC": inFamily("ip sr hmac set", []option{{"SEG6_ATTR_HMACKEYID", "", asNumber},
			{"SEG6_ATTR_ALGID", "", asOneOf(map[uint64]string{1: "sha1", 2: "sha256"})}, {"SEG6_ATTR_SECRETLEN", "", silent}}, 2),
		"SEG6_CMD_GET_TUNSRC": readsOnly("ip", "sr", "tunsrc", "show"), "SEG6_CMD_DUMPHMAC": readsOnly("ip", "sr", "hmac", "show"),
	}

	ipIOAM = map[string]teller{
		"IOAM6_CMD_ADD_NAMESPACE": inFamily("ip ioam namespace add", []option{{"IOAM6_ATTR_NS_ID", "", asNumber}, {"IOAM6_ATTR_NS_DATA", "data", asHex},
			{"IOAM6_ATTR_NS_DATA_WIDE", "wide", asHex}}, 1),
		"IOAM6_CMD_DEL_NAMESPACE": inFamily("ip ioam namespace del", []option{{"IOAM6_ATTR_NS_ID", "", asNumber}}, 1),
		"IOAM6_CMD_NS_SET_SCHEMA": inFamily("ip ioam namespace set", []option{{"IOAM6_ATTR_NS_ID", "", asNumber}, {"IOAM6_ATTR_SC_NONE", "schema", asWord("none")},
			{"IOAM6_ATTR_SC_ID", "schema", asNumber}}, 3),
		"IOAM6_CMD_ADD_SCHEMA":      inFamily("ip ioam schema add", []option{{"IOAM6_ATTR_SC_ID", "", asNumber}, {"IOAM6_ATTR_SC_DATA", "", asRawText}}, 2),
		"IOAM6_CMD_DEL_SCHEMA":      inFamily("ip ioam schema del", []option{{"IOAM6_ATTR_SC_ID", "", asNumber}}, 1),
		"IOAM6_CMD_DUMP_NAMESPACES": readsOnly("ip", "ioam", "namespace", "show"), "IOAM6_CMD_DUMP_SCHEMAS": readsOnly("ip", "ioam", "schema", "show"),
	}
)

// tcpMetricsOf says which peer is meant. Behind an address ip skips a word, so the source
// stands first, and a word to be skipped behind it.
func (t *telling) tcpMetricsOf() {
	a, address := t.attrs(), ""
	words := len(t.words)
	a.options([]option{{"TCP_METRICS_ATTR_SADDR_IPV4", "source", asAddr}, {"TCP_METRICS_ATTR_SADDR_IPV6", "source", asAddr}})
	if len(t.words) > words {
		address = "address"
	}
	a.options([]option{{"TCP_METRICS_ATTR_ADDR_IPV4", address, asAddr}, {"TCP_METRICS_ATTR_ADDR_IPV6", address, asAddr}})
}

// inFamily says a request by words and options, of which there must be least words.
func inFamily(words string, table []option, least int) teller {
	return func(t *telling) bool {
		t.say(strings.Fields(words)...)
		n := len(t.words)
		t.attrs().options(table)
		return len(t.words)-n >= least
	}
}

func ila(verb string) teller {
	return inFamily("ip ila "+verb, []option{
		{"ILA_ATTR_LOCATOR_MATCH", "loc_match", asLocator}, {"ILA_ATTR_LOCATOR", "loc", asLocator}, {"ILA_ATTR_IFINDEX", "dev", asIf},
		{"ILA_ATTR_CSUM_MODE", "csum-mode", asOneOf(map[uint64]string{0: "adj-transport", 1: "neutral-map", 2: "no-action", 3: "neutral-map-auto"})},
		{"ILA_ATTR_IDENT_TYPE", "ident-type", asOneOf(map[uint64]string{1: "luid", 32: "use-format"})},
	}, 2)
}

// asLocator is the first half of an IPv6 address.
var asLocator form = func(_ *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) != 8 {
		return nil, false
	}
	parts := make([]string, 4)
	for i := range parts {
		parts[i] = strconv.FormatUint(uint64(binary.BigEndian.Uint16(n.Raw[2*i:])), 16)
	}
	return []string{strings.Join(parts, ":")}, true
}
