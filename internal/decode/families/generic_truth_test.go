// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// TestNetLabelCIPSO: interpretations, and one with its levels and categories,
// as netlabelctl prints them.
func TestNetLabelCIPSO(t *testing.T) {
	words := map[string]string{"PASS_THROUGH": "CIPSO_V4_MAP_PASS", "TRANSLATED": "CIPSO_V4_MAP_TRANS", "LOCAL": "CIPSO_V4_MAP_LOCAL"}
	for _, r := range recordings(t, "netlabel") {
		all := tunnelAnswers(r.of("NLBL_CIPSOv4", "NLBL_CIPSOV4_C_LISTALL"))
		found := regexp.MustCompile(`DOI value : (\d+)\s+mapping type : (\w+)`).FindAllStringSubmatch(string(r.truth("cipso")), -1)
		if len(found) < 3 {
			t.Fatalf("%s: %d mappings", r.kernel, len(found))
		}
		for _, w := range found {
			tunnelWant(t, tunnelFind(t, all, "NLBL_CIPSOV4_A_DOI", w[1]), map[string]string{"NLBL_CIPSOV4_A_MTYPE": words[w[2]]})
		}
		one := tunnelAnswers(r.of("NLBL_CIPSOv4", "NLBL_CIPSOV4_C_LIST"))
		if len(one) == 0 {
			t.Fatalf("%s: no NLBL_CIPSOV4_C_LIST", r.kernel)
		}
		attrs := one[0].Body().Attrs
		got := map[string][]string{}
		for _, p := range []string{"LVL", "CAT"} {
			list := ovsNode(attrs, "NLBL_CIPSOV4_A_MLS"+p+"LST")
			if list == nil {
				t.Fatalf("%s: no list of %s", r.kernel, p)
			}
			for i := range list.Children {
				loc := ovsNode(list.Children[i].Children, "NLBL_CIPSOV4_A_MLS"+p+"LOC")
				rem := ovsNode(list.Children[i].Children, "NLBL_CIPSOV4_A_MLS"+p+"REM")
				got[p] = append(got[p], value(loc)+" = "+value(rem))
			}
		}
		_, lists, _ := strings.Cut(string(r.truth("cipso8")), "levels")
		levels, cats, _ := strings.Cut(lists, "categories")
		pair := regexp.MustCompile(`\d+ = \d+`)
		for p, text := range map[string]string{"LVL": levels, "CAT": cats} {
			if want := strings.Join(pair.FindAllString(text, -1), ", "); want == "" || strings.Join(got[p], ", ") != want {
				t.Errorf("%s: %s %q, the tool says %q", r.kernel, p, got[p], want)
			}
		}
	}
}

// TestNetLabelMap: domains, their addresses and protocols as netlabelctl
// prints them.
func TestNetLabelMap(t *testing.T) {
	words := map[string]string{"CIPSO": "NETLBL_NLTYPE_CIPSOV4", "CALIPSO": "NETLBL_NLTYPE_CALIPSO", "UNLABELED": "NETLBL_NLTYPE_UNLABELED"}
	re := regexp.MustCompile(`domain: (?:"(\w+)"|DEFAULT) \((\w+)\)\n(?: +address: (\S+)\n)? +protocol: (\w+)(?:, DOI = (\d+))?`)
	for _, r := range recordings(t, "netlabel") {
		msgs := append(tunnelAnswers(r.of("NLBL_MGMT", "NLBL_MGMT_C_LISTALL")), tunnelAnswers(r.of("NLBL_MGMT", "NLBL_MGMT_C_LISTDEF"))...)
		found := re.FindAllStringSubmatch(string(r.truth("map")), -1)
		if len(found) < 5 {
			t.Fatalf("%s: %d mappings", r.kernel, len(found))
		}
		for _, w := range found {
			family := map[string]string{"IPv4": "AF_INET", "IPv6": "AF_INET6"}[w[2]]
			ok := false
			for i := range msgs {
				m := &msgs[i]
				if tunnelValue(m, "NLBL_MGMT_A_DOMAIN") != w[1] || tunnelValue(m, "NLBL_MGMT_A_FAMILY") != family {
					continue
				}
				ok = true
				doi := "NLBL_MGMT_A_CV4DOI"
				if w[4] == "CALIPSO" {
					doi = "NLBL_MGMT_A_CLPDOI"
				}
				tunnelWant(t, m, map[string]string{"NLBL_MGMT_A_PROTOCOL": words[w[4]], doi: w[5]})
				if w[3] != "" && netlabelPrefix(m) != w[3] {
					t.Errorf("%s: address %q, the tool says %s", r.kernel, netlabelPrefix(m), w[3])
				}
			}
			if !ok {
				t.Errorf("%s: no message of %q", r.kernel, w[0])
			}
		}
	}
}

// netlabelPrefix is address and mask of a selector as a prefix.
func netlabelPrefix(m *decode.Message) string {
	for _, v := range []string{"4", "6"} {
		addr, err := netip.ParseAddr(tunnelValue(m, "NLBL_MGMT_A_IPV"+v+"ADDR"))
		mask, err2 := netip.ParseAddr(tunnelValue(m, "NLBL_MGMT_A_IPV"+v+"MASK"))
		if err == nil && err2 == nil {
			ones, _ := net.IPMask(mask.AsSlice()).Size()
			return netip.PrefixFrom(addr, ones).String()
		}
	}
	return ""
}

// TestNetLabelVersion: the kernel's version and what protocols it has.
func TestNetLabelVersion(t *testing.T) {
	words := map[string]string{"CIPSO": "NETLBL_NLTYPE_CIPSOV4", "CALIPSO": "NETLBL_NLTYPE_CALIPSO", "UNLABELED": "NETLBL_NLTYPE_UNLABELED"}
	for _, r := range recordings(t, "netlabel") {
		w := regexp.MustCompile(`kernel : (\d+)`).FindStringSubmatch(string(r.truth("version")))
		tunnelFind(t, tunnelAnswers(r.of("NLBL_MGMT", "NLBL_MGMT_C_VERSION")), "NLBL_MGMT_A_VERSION", w[1])
		_, list, _ := strings.Cut(string(r.truth("protocols")), ":")
		for _, p := range strings.Fields(list) {
			tunnelFind(t, tunnelAnswers(r.of("NLBL_MGMT", "NLBL_MGMT_C_PROTOCOLS")), "NLBL_MGMT_A_PROTOCOL", words[p])
		}
	}
}

// TestNBD: what the script asked the kernel for, and the state that it
// answered.
func TestNBD(t *testing.T) {
	for _, r := range recordings(t, "nbd") {
		m := tunnelFind(t, r.of("nbd", "NBD_CMD_CONNECT"), "NBD_ATTR_BACKEND_IDENTIFIER", "lab")
		tunnelWant(t, m, map[string]string{"NBD_ATTR_INDEX": "5", "NBD_ATTR_SIZE_BYTES": "1048576", "NBD_ATTR_BLOCK_SIZE_BYTES": "4096",
			"NBD_ATTR_TIMEOUT": "3", "NBD_ATTR_SERVER_FLAGS": "NBD_FLAG_HAS_FLAGS,NBD_FLAG_SEND_FLUSH,NBD_FLAG_SEND_TRIM",
			"NBD_ATTR_CLIENT_FLAGS": "NBD_CFLAG_DESTROY_ON_DISCONNECT,NBD_CFLAG_DISCONNECT_ON_CLOSE"})
		tunnelWant(t, tunnelFind(t, tunnelAnswers(r.of("nbd", "NBD_CMD_STATUS")), "NBD_DEVICE_INDEX", "5"),
			map[string]string{"NBD_DEVICE_CONNECTED": "1"})
	}
}
