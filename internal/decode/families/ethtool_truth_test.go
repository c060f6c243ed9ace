// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// ethLines reads "name: value" lines of ethtool; the last one of a name counts.
func ethLines(text []byte) map[string]string {
	out := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			out[k] = strings.TrimSpace(v)
		}
	}
	return out
}

// ethLast returns the last answer of a type about a device.
func ethLast(t *testing.T, r *recording, typ, dev string) []decode.Node {
	t.Helper()
	return ethFind(t, r, "ethtool", typ, "ETHTOOL_A_HEADER_DEV_NAME", dev)
}

// TestEthtoolLinkTruth: what `ethtool DEV` prints of a link.
func TestEthtoolLinkTruth(t *testing.T) {
	for _, r := range recordings(t, "ethtool") {
		says := ethLines(r.truth("link"))
		modes := ethLast(t, &r, "ETHTOOL_MSG_LINKMODES_GET_REPLY", "veth0")
		ethWant(t, &r, modes, "ETHTOOL_A_LINKMODES_SPEED", "SPEED_"+strings.TrimSuffix(says["Speed"], "Mb/s"))
		ethWant(t, &r, modes, "ETHTOOL_A_LINKMODES_DUPLEX", "DUPLEX_"+strings.ToUpper(says["Duplex"]))
		autoneg := map[string]string{"off": "AUTONEG_DISABLE", "on": "AUTONEG_ENABLE"}
		ethWant(t, &r, modes, "ETHTOOL_A_LINKMODES_AUTONEG", autoneg[says["Auto-negotiation"]])
		info := ethLast(t, &r, "ETHTOOL_MSG_LINKINFO_GET_REPLY", "veth0")
		ports := map[string]string{"Twisted Pair": "PORT_TP", "FIBRE": "PORT_FIBRE", "Other": "PORT_OTHER"}
		ethWant(t, &r, info, "ETHTOOL_A_LINKINFO_PORT", ports[says["Port"]])
		ethWant(t, &r, info, "ETHTOOL_A_LINKINFO_PHYADDR", says["PHYAD"])
		ethWant(t, &r, info, "ETHTOOL_A_LINKINFO_TRANSCEIVER", "XCVR_"+strings.ToUpper(says["Transceiver"]))
		state := ethLast(t, &r, "ETHTOOL_MSG_LINKSTATE_GET_REPLY", "veth0")
		ethWant(t, &r, state, "ETHTOOL_A_LINKSTATE_LINK", map[string]string{"yes": "1", "no": "0"}[says["Link detected"]])

		// Current message level: 0x00000005 (5)
		//                        drv link
		level := regexp.MustCompile(`message level: 0x\w+ \(\d+\)\s+(.*)`).FindSubmatch(r.truth("msglvl"))
		if level == nil {
			t.Fatalf("%s: no message level", r.kernel)
		}
		want := "NETIF_MSG_" + strings.ReplaceAll(strings.ToUpper(string(level[1])), " ", " NETIF_MSG_")
		found := false
		for _, b := range ethBodies(&r, "ethtool", "ETHTOOL_MSG_DEBUG_GET_REPLY") {
			found = found || strings.Join(ethBitset(b, "ETHTOOL_A_DEBUG_MSGMASK"), " ") == want
		}
		if !found {
			t.Errorf("%s: no message level %s", r.kernel, want)
		}
	}
}

// TestEthtoolFeaturesTruth: names by the kernel's string set, states by the
// words of a compact bit set, both against `ethtool --json -k`.
func TestEthtoolFeaturesTruth(t *testing.T) {
	for _, r := range recordings(t, "ethtool") {
		var says []map[string]json.RawMessage
		if err := json.Unmarshal(r.truth("features"), &says); err != nil || len(says) != 1 {
			t.Fatalf("%s: %v", r.kernel, err)
		}
		names := ethFeatureNames(&r)
		var reply []decode.Node // the first: the truth comes before all changes
		for _, b := range ethBodies(&r, "ethtool", "ETHTOOL_MSG_FEATURES_GET_REPLY") {
			if ethText(b, "ETHTOOL_A_HEADER_DEV_NAME") == "veth0" && reply == nil {
				reply = b
			}
		}
		active := map[string]bool{}
		for _, n := range ethNodes(reply, "ETHTOOL_A_FEATURES_ACTIVE") {
			for _, bit := range strings.Split(ethText(n.Children, "ETHTOOL_A_BITSET_VALUE"), "|") {
				active[names[strings.TrimPrefix(bit, "bit ")]] = true
			}
		}
		known := map[string]bool{}
		for _, n := range names {
			known[n] = true
		}
		compared := 0
		for name, raw := range says[0] {
			var f struct{ Active bool }
			if !known[name] || json.Unmarshal(raw, &f) != nil {
				continue // ethtool's own names of groups of features
			}
			compared++
			if f.Active != active[name] {
				t.Errorf("%s: %s is %v, ethtool says %v", r.kernel, name, active[name], f.Active)
			}
		}
		if compared < 30 {
			t.Errorf("%s: only %d of %d features compared, %d names", r.kernel, compared, len(says[0]), len(names))
		}
	}
}

// ethFeatureNames are bit number → name of a feature, as the kernel told them.
func ethFeatureNames(r *recording) map[string]string {
	names := map[string]string{}
	for _, b := range ethBodies(r, "ethtool", "ETHTOOL_MSG_STRSET_GET_REPLY") {
		for _, set := range ethNodes(b, "ETHTOOL_A_STRINGSETS_STRINGSET") {
			if ethText(set.Children, "ETHTOOL_A_STRINGSET_ID") != "ETH_SS_FEATURES" {
				continue
			}
			for _, s := range ethNodes(set.Children, "ETHTOOL_A_STRINGS_STRING") {
				names[ethText(s.Children, "ETHTOOL_A_STRING_INDEX")] = ethText(s.Children, "ETHTOOL_A_STRING_VALUE")
			}
		}
	}
	return names
}

// TestEthtoolNumbersTruth: channels and coalescing.
func TestEthtoolNumbersTruth(t *testing.T) {
	for _, r := range recordings(t, "ethtool") {
		says := ethLines(r.truth("channels"))
		compared := 0
		var first []decode.Node
		for _, b := range ethBodies(&r, "ethtool", "ETHTOOL_MSG_CHANNELS_GET_REPLY") {
			if first == nil && ethText(b, "ETHTOOL_A_HEADER_DEV_NAME") == "veth0" {
				first = b
			}
		}
		for word, attr := range map[string]string{"RX": "RX", "TX": "TX", "Combined": "COMBINED"} {
			if v := says[word]; v != "" && v != "n/a" {
				ethWant(t, &r, first, "ETHTOOL_A_CHANNELS_"+attr+"_COUNT", v)
				compared++
			}
		}
		if compared < 2 {
			t.Errorf("%s: %d numbers of channels in %v", r.kernel, compared, says)
		}
		frames := ethLines(r.truth("coalesce"))["rx-frames"]
		if frames == "" || frames == "n/a" {
			t.Fatalf("%s: no rx-frames", r.kernel)
		}
		ethWant(t, &r, ethLast(t, &r, "ETHTOOL_MSG_COALESCE_GET_REPLY", "tun0"), "ETHTOOL_A_COALESCE_RX_MAX_FRAMES", frames)
	}
}

// TestEthtoolTimestampTruth: the names of time stamping.
func TestEthtoolTimestampTruth(t *testing.T) {
	uapi := map[string]string{
		"software-transmit":     "SOF_TIMESTAMPING_TX_SOFTWARE",
		"software-receive":      "SOF_TIMESTAMPING_RX_SOFTWARE",
		"software-system-clock": "SOF_TIMESTAMPING_SOFTWARE",
	}
	for _, r := range recordings(t, "ethtool") {
		text, said := string(r.truth("ts")), 0
		reply := fmt.Sprint(ethBitset(ethLast(t, &r, "ETHTOOL_MSG_TSINFO_GET_REPLY", "veth0"), "ETHTOOL_A_TSINFO_TIMESTAMPING"))
		for word, name := range uapi {
			says := strings.Contains(text, word)
			if says {
				said++
			}
			if says != strings.Contains(reply+" ", name+" ") && says != strings.Contains(reply, name+"]") {
				t.Errorf("%s: %s is %v, decoded %s", r.kernel, word, says, reply)
			}
		}
		if said == 0 {
			t.Errorf("%s: ethtool names no time stamping", r.kernel)
		}
	}
}

// ethBitset are the names of a set, compact or verbose.
func ethBitset(nodes []decode.Node, name string) []string {
	var out []string
	for _, set := range ethNodes(nodes, name) {
		for _, n := range ethNodes(set.Children, "ETHTOOL_A_BITSET_VALUE") {
			out = append(out, strings.Split(ethWord(&n), "|")...)
		}
		for _, n := range ethNodes(set.Children, "ETHTOOL_A_BITSET_BIT_INDEX") {
			out = append(out, ethWord(&n))
		}
	}
	return out
}

// TestNetdevTruth: the queues of a device that ip counts.
func TestNetdevTruth(t *testing.T) {
	for _, r := range recordings(t, "netdev") {
		var link []struct {
			Ifindex int
			Rx      int `json:"num_rx_queues"`
			Tx      int `json:"num_tx_queues"`
		}
		if err := json.Unmarshal(r.truth("link"), &link); err != nil {
			t.Fatal(err)
		}
		queues := map[string]map[string]bool{}
		for _, b := range ethBodies(&r, "netdev", "NETDEV_CMD_QUEUE_GET") {
			if ethText(b, "NETDEV_A_QUEUE_IFINDEX") == strconv.Itoa(link[0].Ifindex) && ethText(b, "NETDEV_A_QUEUE_TYPE") != "" {
				typ := ethText(b, "NETDEV_A_QUEUE_TYPE")
				if queues[typ] == nil {
					queues[typ] = map[string]bool{}
				}
				queues[typ][ethText(b, "NETDEV_A_QUEUE_ID")] = true
			}
		}
		if len(queues["NETDEV_QUEUE_TYPE_RX"]) != link[0].Rx || len(queues["NETDEV_QUEUE_TYPE_TX"]) != link[0].Tx {
			t.Errorf("%s: queues %v, ip says %d and %d", r.kernel, queues, link[0].Rx, link[0].Tx)
		}
	}
}
