// SPDX-License-Identifier: Apache-2.0

package nft_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nft"
)

// listed reads what `nft list ruleset` printed: rules by table and chain.
func listed(t *testing.T, file string) (order []string, rules map[string][]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(labDir, file+".rules"))
	if err != nil {
		t.Fatal(err)
	}
	rules = map[string][]string{}
	table, chain := "", ""
	for _, line := range strings.Split(string(b), "\n") {
		s := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(s, "table "):
			table = strings.TrimSuffix(strings.TrimPrefix(s, "table "), " {")
			chain = ""
		case strings.HasPrefix(s, "chain "):
			chain = table + " " + strings.TrimSuffix(strings.TrimPrefix(s, "chain "), " {")
			order = append(order, chain)
		case s == "}":
			chain = ""
		case chain != "" && s != "" && !strings.HasPrefix(s, "type ") && !strings.HasPrefix(s, "comment "):
			rules[chain] = append(rules[chain], s)
		}
	}
	return order, rules
}

// reBraces finds anonymous sets: the order of their elements is the kernel's
// in a list, and the user's in a request.
var reBraces = regexp.MustCompile(`\{ ([^{}]*) \}`)

func sorted(s string) string {
	return reBraces.ReplaceAllStringFunc(s, func(set string) string {
		parts := strings.Split(strings.Trim(set, "{} "), ", ")
		slices.Sort(parts)
		return "{ " + strings.Join(parts, ", ") + " }"
	})
}

// differs are rules that are written otherwise than nft writes them, with why.
var differs = map[string]string{
	"iif 1 accept":              "iif \"lo\" accept", // no message of the recording names the interface
	"dup to 192.0.2.9 device 2": "dup to 192.0.2.9 device \"dummy0\"",
}

var reRule = regexp.MustCompile(`^add rule (\S+ \S+ \S+) (.*)$`)

// TestRuleset: the rules of the batch that made a ruleset, one by one, are written as
// `nft list ruleset` lists them.
func TestRuleset(t *testing.T) {
	for _, c := range []struct {
		script string
		least  int
	}{{"nftables", 160}, {"nat", 33}} {
		for _, kernel := range kernels(t, c.script) {
			t.Run(c.script+"."+kernel, func(t *testing.T) { sameRules(t, c.script+"."+kernel, c.least) })
		}
	}
}

func sameRules(t *testing.T, file string, least int) {
	order, want := listed(t, file)
	got := firstRules(t, file)
	checked := 0
	for _, chain := range order {
		if len(got[chain]) != len(want[chain]) {
			t.Errorf("%s: %d rules, nft lists %d", chain, len(got[chain]), len(want[chain]))
			continue
		}
		for i, g := range got[chain] {
			if d := differs[g]; d != "" {
				g = d
			}
			checked++
			if sorted(g) != sorted(want[chain][i]) {
				t.Errorf("%s\n got %s\nwant %s", chain, g, want[chain][i])
			}
		}
	}
	if checked < least {
		t.Errorf("only %d rules", checked)
	}
}

// firstRules are the lines of the first transaction's rules, by chain.
func firstRules(t *testing.T, file string) map[string][]string {
	got := map[string][]string{}
	var l nft.Lines
	var frame *capture.Frame
	for _, m := range recording(t, file) {
		if m.Type != "NFT_MSG_NEWRULE" || m.Frame.Dir != capture.DirRequest {
			continue
		}
		if frame != nil && m.Frame != frame {
			break
		}
		frame = m.Frame
		s, ok := l.Line(&m)
		if !ok {
			t.Fatal("no line for a rule")
		}
		parts := reRule.FindStringSubmatch(s)
		if parts == nil {
			t.Errorf("no rule: %s", s)
			continue
		}
		got[parts[1]] = append(got[parts[1]], parts[2])
	}
	return got
}

// TestIntervalMaps: what a map maps to is written as nft lists it.
func TestIntervalMaps(t *testing.T) {
	var lines []string
	for _, kernel := range kernels(t, "nat") {
		var l nft.Lines
		for _, m := range recording(t, "nat."+kernel) {
			if s, ok := l.Line(&m); ok && m.Frame.Dir == capture.DirRequest {
				lines = append(lines, s)
			}
		}
	}
	for _, want := range []string{
		"add map ip t m { type ipv4_addr : interval ipv4_addr; flags interval; }",
		"add element ip t m { 10.141.11.0/24 : 192.168.2.0/24, 10.141.12.0/24 : 192.168.3.0/24 }",
		"add map ip t mp { type ipv4_addr : interval ipv4_addr . inet_service; flags interval; }",
		"add element ip t mp { 10.141.13.0/24 : 192.168.5.2/31 . 80-90 }",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q", want)
		}
	}
}

// TestObjects: sets, elements, chains, tables and objects.
func TestObjects(t *testing.T) {
	for _, kernel := range kernels(t, "nftables") {
		seen := map[string]bool{}
		var l nft.Lines
		for _, m := range recording(t, "nftables."+kernel) {
			if s, ok := l.Line(&m); ok {
				seen[s] = true
			}
		}
		for _, want := range []string{
			`add table inet t { comment "rich"; }`,
			`add chain inet t input { type filter hook input priority 0; policy accept; }`,
			`add chain inet t web { comment "web traffic"; }`,
			`add set inet t s { type ipv4_addr; flags timeout; timeout 1h; size 1000; comment "addresses"; }`,
			`add element inet t s { 192.0.2.1 timeout 30s, 192.0.2.2 comment "two" }`,
			`add element inet t nets { 10.0.0.0/8, 172.16.0.1, 192.168.1.1-192.168.1.9 }`,
			`add element inet t conci { 192.0.2.0/24 . 80-90, 198.51.100.1 . 22 }`,
			`add element inet t vm { 22 : accept, 23 : drop, 80 : jump web }`,
			`add element inet t natp { 192.0.2.1 . 80 : 10.0.0.1 . 8080 }`,
			`add element inet t objs { 22 : "cnt", 80 : "cnt2" }`,
			`add element inet t netv { 10.0.0.0/8 : accept, * : continue }`,
			`add map inet t nat4 { type inet_service : ipv4_addr; }`,
			`add quota inet t qt { over 25 mbytes used 1 kbytes }`,
			`add limit inet t lim { rate 400/minute burst 7 packets }`,
			`add ct helper inet t ftp-std { type "ftp" protocol tcp; l3proto ip }`,
			`delete table ip dorm`,
			`flush set inet t s`,
			`flush chain inet t other`,
			`flush ruleset`,
			`reset counter unspec`,
			`add ct timeout inet t ag { protocol tcp; l3proto ip; policy = { syn_sent : 2m, syn_recv : 1m, established : 2m, fin_wait : 2m, close_wait : 1m, last_ack : 30s, time_wait : 2m, close : 20s, syn_sent2 : 2m, retrans : 5m, unack : 5m } }`,
			`add ct expectation inet t ex { protocol udp; dport 9876; size 12; l3proto ip; timeout 2m }`,
			`add table ip dorm { flags dormant; }`,
		} {
			if !seen[want] {
				t.Errorf("%s: no line %s", kernel, want)
			}
		}
	}
}

// TestNothingTwice: programs that dump the same anonymous set at the same time
// add nothing to it.
func TestNothingTwice(t *testing.T) {
	for _, kernel := range kernels(t, "nftables") {
		var l nft.Lines
		checked := 0
		for _, m := range recording(t, "nftables."+kernel) {
			s, ok := l.Line(&m)
			if !ok || m.Type != "NFT_MSG_NEWRULE" {
				continue
			}
			for _, set := range reBraces.FindAllStringSubmatch(s, -1) {
				parts := strings.Split(set[1], ", ")
				slices.Sort(parts)
				if n := len(parts); len(slices.Compact(parts)) != n {
					t.Errorf("%s: %s", kernel, s)
				}
				checked++
			}
		}
		if checked < 40 {
			t.Errorf("%s: only %d sets", kernel, checked)
		}
	}
}
