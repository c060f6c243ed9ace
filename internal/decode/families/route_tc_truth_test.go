// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// tcObjects reads what `tc -j` printed: one list or several.
func tcObjects(t *testing.T, out []byte) []object {
	t.Helper()
	// Of some kinds tc 6.1 writes no JSON: "options":{default 10 }.
	out = regexp.MustCompile(`\{[a-z][^"{}]*\}`).ReplaceAll(out, []byte("{}"))
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.UseNumber()
	var all []object
	for {
		var list []object
		switch err := dec.Decode(&list); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, list...)
	}
}

// tcNode finds a part of a message by the path of its names.
func tcNode(nodes []decode.Node, path ...string) *decode.Node {
	for i := range nodes {
		if nodes[i].Name != path[0] {
			continue
		}
		if len(path) == 1 {
			return &nodes[i]
		}
		return tcNode(nodes[i].Children, path[1:]...)
	}
	return nil
}

// tcUnlike are options that tc makes of several values, or in other units.
var tcUnlike = []string{
	"burst", "lat", "peakrate", "minburst", "ceil", "cburst", "default", "r2q", "options",
	"increment", "decrement", // of sfb: shares, the message has parts of 65535
}

// TestTCTruth: kinds, counters and options of qdiscs are those that tc printed
// while the recording was made.
func TestTCTruth(t *testing.T) {
	for _, r := range slices.Concat(recordings(t, "tc"), recordings(t, "tc_shape")) {
		names := map[uint64]string{}
		for _, m := range r.of("route", "RTM_NEWLINK") {
			b := m.Body()
			if name := tcNode(b.Attrs, "IFLA_IFNAME"); name != nil {
				names[tcNode(b.Fields, "ifi_index").Num] = value(name)
			}
		}
		last := map[string]*decode.Body{}
		for _, m := range r.of("route", "RTM_NEWQDISC") {
			if m.Header.Flags&1 != 0 {
				continue // a request
			}
			b := m.Body()
			last[names[tcNode(b.Fields, "tcm_ifindex").Num]+" "+value(tcNode(b.Attrs, "TCA_KIND"))+" "+
				value(tcNode(b.Fields, "tcm_handle"))] = &b
		}
		seen := 0
		for _, o := range tcObjects(t, r.truth("qdisc")) {
			key := fmt.Sprint(o["dev"], " ", o["kind"], " ", o["handle"])
			if o["handle"] == "0:" {
				continue // below mq: one for each queue, with no name of its own
			}
			b := last[key]
			if b == nil {
				t.Errorf("%s: tc shows qdisc %s, and no message has it", r.kernel, key)
				continue
			}
			seen += tcCounters(t, r.kernel+" "+key, o, b) + tcOptions(t, r.kernel+" "+key, o, b)
		}
		t.Logf("%s: %d values compared", r.kernel, seen)
		if seen < 30 {
			t.Errorf("%s: only %d values were compared", r.kernel, seen)
		}
	}
}

// tcCounters compares the statistics that all qdiscs have.
func tcCounters(t *testing.T, what string, o object, b *decode.Body) (seen int) {
	for name, set := range map[string]string{
		"bytes": "TCA_STATS_BASIC", "packets": "TCA_STATS_BASIC", "drops": "TCA_STATS_QUEUE", "overlimits": "TCA_STATS_QUEUE",
		"requeues": "TCA_STATS_QUEUE", "backlog": "TCA_STATS_QUEUE", "qlen": "TCA_STATS_QUEUE",
	} {
		n := tcNode(b.Attrs, "TCA_STATS2", set, name)
		if o[name] == nil {
			continue
		}
		if n == nil || fmt.Sprint(n.Num) != fmt.Sprint(o[name]) {
			t.Errorf("%s: tc prints %s %v, the message has %v", what, name, o[name], n)
		}
		seen++
	}
	return seen
}

// tcOptions compares the numbers under TCA_OPTIONS whose name ends like tc's.
func tcOptions(t *testing.T, what string, o object, b *decode.Body) (seen int) {
	options, _ := o["options"].(object)
	opts := tcNode(b.Attrs, "TCA_OPTIONS")
	if opts == nil {
		return 0
	}
	for name, v := range options {
		want, ok := v.(json.Number)
		n := tcLeaf(opts.Children, name)
		if !ok || n == nil || slices.Contains(tcUnlike, name) {
			continue
		}
		if fmt.Sprint(n.Num) != want.String() && fmt.Sprint(int64(n.Num)) != want.String() {
			t.Errorf("%s: tc prints %s %v, %s has %d", what, name, want, n.Name, n.Num)
		}
		seen++
	}
	return seen
}

// tcLeaf finds the number whose name is name, or an attribute that ends so.
func tcLeaf(nodes []decode.Node, name string) *decode.Node {
	for i := range nodes {
		n := &nodes[i]
		if n.Nested {
			if n.Name == name { // struct tc_ratespec
				return tcNode(n.Children, "rate")
			}
			if sub := tcLeaf(n.Children, name); sub != nil {
				return sub
			}
			continue
		}
		if n.Name == name || n.Attr && strings.HasSuffix(n.Name, "_"+strings.ToUpper(name)) && !strings.HasSuffix(n.Name, "64") {
			return n
		}
	}
	return nil
}

// reTCClass is what tc prints about a class of htb, which has no JSON in tc 6.1.
var reTCClass = regexp.MustCompile(`class htb (\S+) [^\n]* rate (\d+)(M|G)bit [^\n]*\n` +
	` Sent (\d+) bytes (\d+) pkt \(dropped (\d+), overlimits (\d+) requeues (\d+)\)[^\n]*\n[^\n]*\n` +
	` lended: (\d+) borrowed: (\d+) giants: (\d+)\n tokens: (-?\d+) ctokens: (-?\d+)\n`)

// TestTCClassTruth: rates, counters and tokens of htb's classes are those that
// tc printed.
func TestTCClassTruth(t *testing.T) {
	for _, r := range recordings(t, "tc_shape") {
		last := map[string]*decode.Body{}
		for _, m := range r.of("route", "RTM_NEWTCLASS") {
			if m.Header.Flags&1 == 0 {
				b := m.Body()
				last[value(tcNode(b.Fields, "tcm_handle"))] = &b
			}
		}
		shown := reTCClass.FindAllStringSubmatch(string(r.truth("class"))+"\n", -1)
		if len(shown) < 3 {
			t.Fatalf("%s: tc shows %d classes, at least 3 wanted", r.kernel, len(shown))
		}
		for _, s := range shown {
			b := last[s[1]]
			if b == nil {
				t.Errorf("%s: no message has class %s", r.kernel, s[1])
				continue
			}
			for i, path := range [][]string{
				4: {"TCA_STATS2", "TCA_STATS_BASIC", "bytes"}, 5: {"TCA_STATS2", "TCA_STATS_BASIC", "packets"},
				6: {"TCA_STATS2", "TCA_STATS_QUEUE", "drops"}, 7: {"TCA_STATS2", "TCA_STATS_QUEUE", "overlimits"},
				8: {"TCA_STATS2", "TCA_STATS_QUEUE", "requeues"}, 9: {"TCA_XSTATS", "lends"}, 10: {"TCA_XSTATS", "borrows"},
				11: {"TCA_XSTATS", "giants"}, 12: {"TCA_XSTATS", "tokens"}, 13: {"TCA_XSTATS", "ctokens"},
			} {
				if path == nil {
					continue
				}
				if n := tcNode(b.Attrs, path...); n == nil || value(n) != s[i] {
					t.Errorf("%s: class %s: tc prints %s %s, the message has %s", r.kernel, s[1], path, s[i], value(n))
				}
			}
			rate := tcNode(b.Attrs, "TCA_OPTIONS", "TCA_HTB_RATE64")
			if rate == nil {
				rate = tcNode(b.Attrs, "TCA_OPTIONS", "TCA_HTB_PARMS", "rate", "rate")
			}
			if unit := map[string]uint64{"M": 1e6, "G": 1e9}[s[3]]; fmt.Sprint(rate.Num*8/unit) != s[2] {
				t.Errorf("%s: class %s: tc prints rate %s%sbit, the message has %d bytes per second", r.kernel, s[1], s[2], s[3], rate.Num)
			}
		}
	}
}
