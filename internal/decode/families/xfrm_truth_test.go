// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// xfrmWords maps the words of ip to the names of the header.
var xfrmWords = map[string]string{
	"XFRM_MODE_TRANSPORT": "transport", "XFRM_MODE_TUNNEL": "tunnel",
	"IPPROTO_ESP": "esp", "IPPROTO_AH": "ah", "IPPROTO_COMP": "comp",
	"XFRM_POLICY_IN": "in", "XFRM_POLICY_OUT": "out", "XFRM_POLICY_FWD": "fwd",
	"XFRM_STATE_NOECN": "noecn", "XFRM_STATE_DECAP_DSCP": "decap-dscp", "XFRM_STATE_ESN": "esn", "XFRM_STATE_AF_UNSPEC": "af-unspec",
	"IPPROTO_TCP": "tcp", "IPPROTO_UDP": "udp", "UDP_ENCAP_ESPINUDP": "espinudp",
	"XFRM_POLICY_ALLOW": "allow", "XFRM_POLICY_BLOCK": "block",
	"XFRM_USERPOLICY_BLOCK": "block", "XFRM_USERPOLICY_ACCEPT": "accept",
}

func xfrmNumber(s string) uint64 {
	s, _, _ = strings.Cut(s, " ")
	n, _ := strconv.ParseUint(s, 0, 64)
	return n
}

// xfrmSelector writes a selector as ip does, ports without masks.
func xfrmSelector(v map[string]string, p string) string {
	s := "src " + v[p+"saddr"] + " dst " + v[p+"daddr"]
	if proto := v[p+"proto"]; xfrmWords[proto] != "" {
		s += " proto " + xfrmWords[proto]
	}
	if v[p+"sport_mask"] == "0xffff" {
		s += " sport " + v[p+"sport"]
	}
	if v[p+"dport_mask"] == "0xffff" {
		s += " dport " + v[p+"dport"]
	}
	return s
}

// xfrmID writes protocol, SPI and mode.
func xfrmID(v map[string]string, p, q string) string {
	spi, reqid := xfrmNumber(v[p+"spi"]), xfrmNumber(v[q+"reqid"])
	return fmt.Sprintf("proto %s spi 0x%08x(%d) reqid %d(0x%08x) mode %s", xfrmWords[v[p+"proto"]], spi, spi, reqid, reqid,
		xfrmWords[v[q+"mode"]])
}

// xfrmLimits writes the four lines of limits.
func xfrmLimits(v map[string]string, have map[string]bool, who string) {
	inf := func(s, unit string) string {
		if s == "XFRM_INF" {
			return "(INF)" + unit
		}
		return fmt.Sprint(xfrmNumber(s)) + unit
	}
	for _, unit := range []string{"byte", "packet"} {
		have[fmt.Sprintf("%s limit: soft %s, hard %s", who, inf(v["lft/soft_"+unit+"_limit"], "("+unit+"s)"),
			inf(v["lft/hard_"+unit+"_limit"], "("+unit+"s)"))] = true
	}
	for _, what := range []string{"add", "use"} {
		s := fmt.Sprintf("%s expire %s: soft %d(sec), hard %d(sec)", who, what, xfrmNumber(v["lft/soft_"+what+"_expires_seconds"]),
			xfrmNumber(v["lft/hard_"+what+"_expires_seconds"]))
		have[s] = true
	}
}

// xfrmAlgorithms writes the lines of algorithms and keys.
func xfrmAlgorithms(v map[string]string, have map[string]bool, who string) {
	for _, a := range [][2]string{{"auth-trunc", "XFRMA_ALG_AUTH_TRUNC"}, {"auth", "XFRMA_ALG_AUTH"}, {"enc", "XFRMA_ALG_CRYPT"},
		{"aead", "XFRMA_ALG_AEAD"}, {"comp", "XFRMA_ALG_COMP"}} {
		p := a[1] + "/"
		if v[p+"alg_name"] == "" {
			continue
		}
		s := who + " " + a[0] + " " + v[p+"alg_name"]
		if v[p+"alg_key"] != "" {
			s += fmt.Sprintf(" 0x%s (%s bits)", v[p+"alg_key"], v[p+"alg_key_len"])
		}
		for _, n := range []string{"alg_trunc_len", "alg_icv_len"} {
			if x := v[p+n]; x != "" {
				s += " " + x
			}
		}
		have[s] = true
	}
}

// xfrmLine makes a line of ip comparable: words in a row, no level of detail
// that the messages do not have.
func xfrmLine(l string) string {
	return strings.TrimSpace(nfSpaces.ReplaceAllString(l, " "))
}

// TestTruthXfrmState compares states with ip -s xfrm state.
func TestTruthXfrmState(t *testing.T) {
	for _, r := range recordings(t, "xfrm") {
		have := map[string]bool{}
		for _, m := range r.of("xfrm", "XFRM_MSG_NEWSA") {
			v := nfMessage(&m)
			who := "src " + v["saddr"] + " dst " + v["id/daddr"]
			have[who+" "+xfrmID(v, "id/", "")] = true
			xfrmLimits(v, have, who)
			xfrmAlgorithms(v, have, who)
			have[who+" sel "+xfrmSelector(v, "sel/")] = true
			if v["XFRMA_MARK/v"] != "" {
				have[fmt.Sprintf("%s mark %#x/%#x", who, xfrmNumber(v["XFRMA_MARK/v"]), xfrmNumber(v["XFRMA_MARK/m"]))] = true
			}
			if v["XFRMA_IF_ID"] != "" {
				have[who+" if_id "+v["XFRMA_IF_ID"]] = true
			}
			if e := "XFRMA_ENCAP/encap_"; v[e+"sport"] != "" {
				have[fmt.Sprintf("%s encap type %s sport %s dport %s addr %s", who, xfrmWords[v[e+"type"]], v[e+"sport"], v[e+"dport"],
					strings.Replace(v[e+"oa"], "::", "0.0.0.0", 1))] = true
			}
			if v["XFRMA_TFCPAD"] != "" {
				have[fmt.Sprintf("%s tfcpad %s", who, v["XFRMA_TFCPAD"])] = true
			}
		}
		var want []string
		who := ""
		for _, l := range nfLines(r.truth("state")) {
			l = xfrmLine(l)
			word, _, _ := strings.Cut(l, " ")
			switch word {
			case "src":
				who = l
			case "proto", "limit:", "expire", "auth-trunc", "auth", "enc", "aead", "comp", "if_id", "encap", "mark", "tfcpad":
				want = append(want, who+" "+l)
			case "sel":
				l, _, _ = strings.Cut(l, " dev ")
				l, _, _ = strings.Cut(l, " uid ")
				want = append(want, who+" "+l)
			}
		}
		nfWant(t, &r, "ip -s xfrm state", want, have)
	}
}

// TestTruthXfrmPolicy compares policies with ip -s xfrm policy.
func TestTruthXfrmPolicy(t *testing.T) {
	for _, r := range recordings(t, "xfrm") {
		have := map[string]bool{}
		for _, m := range r.of("xfrm", "XFRM_MSG_NEWPOLICY") {
			v := nfMessage(&m)
			who := xfrmSelector(v, "sel/")
			have[who] = true
			have[fmt.Sprintf("%s dir %s action %s index %s priority %s", who, xfrmWords[v["dir"]], xfrmWords[v["action"]], v["index"],
				v["priority"])] = true
			xfrmLimits(v, have, who)
			b := m.Body()
			for i := range b.Attrs {
				if b.Attrs[i].Name != "XFRMA_TMPL" {
					continue
				}
				for j := range b.Attrs[i].Children {
					x := map[string]string{}
					nfValues(b.Attrs[i].Children[j].Children, "", x)
					have[who+" tmpl src "+x["saddr"]+" dst "+x["id/daddr"]] = true
					have[who+" "+xfrmID(x, "id/", "")] = true
				}
			}
		}
		var want []string
		who := ""
		for _, l := range nfLines(r.truth("policy")) {
			l = xfrmLine(l)
			words := strings.Fields(l)
			switch words[0] {
			case "src":
				// "src A dst B proto tcp sport 1 dport 2 dev d0 uid 0"
				who, _, _ = strings.Cut(l, " uid")
				who, _, _ = strings.Cut(who, " dev")
				want = append(want, who)
			case "dir":
				want = append(want, fmt.Sprintf("%s dir %s action %s index %s priority %s", who, words[1], xfrmAfter(words, "action"),
					xfrmAfter(words, "index"), xfrmAfter(words, "priority")))
			case "limit:", "expire", "tmpl":
				want = append(want, who+" "+l)
			case "proto":
				// "proto esp spi 0x00000000(0) reqid 7(0x00000007) mode tunnel"
				want = append(want, who+" "+l)
			}
		}
		nfWant(t, &r, "ip -s xfrm policy", want, have)
	}
}

func xfrmAfter(words []string, key string) string {
	for i := range words[:len(words)-1] {
		if words[i] == key {
			return words[i+1]
		}
	}
	return ""
}

// TestTruthXfrmDefault compares the default policy with ip xfrm policy
// getdefault.
func TestTruthXfrmDefault(t *testing.T) {
	for _, r := range recordings(t, "xfrm") {
		have := map[string]bool{}
		for _, m := range r.of("xfrm", "XFRM_MSG_GETDEFAULT") {
			v := nfMessage(&m)
			for _, dir := range []string{"in", "fwd", "out"} {
				have[dir+": "+xfrmWords[v[dir]]] = true
			}
		}
		want := nfLines(r.truth("default"))[1:]
		for i := range want {
			want[i] = xfrmLine(want[i])
		}
		nfWant(t, &r, "ip xfrm policy getdefault", want, have)
	}
}

// TestXfrmEvents: what the kernel tells of itself is there, with its addresses.
func TestXfrmEvents(t *testing.T) {
	for _, r := range recordings(t, "xfrm") {
		acquired := map[string]bool{}
		for _, m := range r.of("xfrm", "XFRM_MSG_ACQUIRE") {
			v := nfMessage(&m)
			acquired[v["saddr"]+" "+v["id/daddr"]] = true
		}
		for _, pair := range []string{"192.0.2.1 192.0.2.77", "2001:db8::1 2001:db8::77"} {
			if !acquired[pair] {
				t.Errorf("%s: no acquire for %s among %v", r.kernel, pair, acquired)
			}
		}
		for _, typ := range []string{"XFRM_MSG_EXPIRE", "XFRM_MSG_POLEXPIRE", "XFRM_MSG_NEWAE", "XFRM_MSG_GETAE", "XFRM_MSG_MIGRATE"} {
			if len(r.of("xfrm", typ)) == 0 {
				t.Errorf("%s: no %s", r.kernel, typ)
			}
		}
	}
}
