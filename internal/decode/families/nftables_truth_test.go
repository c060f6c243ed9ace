// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// nftListed is one object that `nft -j list ruleset` printed: its kind is the
// key of the outer map.
type nftListed struct {
	Family, Table, Chain, Name, Hook, Comment string
	Handle, Timeout, Size, Packets, Bytes     uint64
	Prio                                      int
	Type, Flags, Policy                       any
}

// nftAttr returns the value of an attribute as text; "" where it is missing.
func nftAttr(m *decode.Message, name string) string {
	n, ok := m.Lookup(name)
	if !ok || n.Value == nil {
		return ""
	}
	return fmt.Sprint(n.Value)
}

// nftDump collects the first answer about each object: "chain inet t input".
func nftDump(r *recording) map[string]*decode.Message {
	out := map[string]*decode.Message{}
	for _, kind := range []struct{ msg, set, key string }{
		{"TABLE", "NFTA_TABLE", "NAME"}, {"CHAIN", "NFTA_CHAIN", "NAME"}, {"RULE", "NFTA_RULE", "HANDLE"},
		{"SET", "NFTA_SET", "NAME"}, {"OBJ", "NFTA_OBJ", "NAME"},
	} {
		for _, m := range r.of("nftables", "NFT_MSG_NEW"+kind.msg) {
			if m.Frame.Dir.String() != "reply" {
				continue
			}
			family, _ := m.Lookup("nfgen_family")
			key := strings.ToLower(kind.msg) + " " + fmt.Sprint(family.Value) + " " + nftAttr(&m, kind.set+"_TABLE") + " " + nftAttr(&m, kind.set+"_"+kind.key)
			if out[key] == nil {
				out[key] = &m
			}
		}
	}
	return out
}

var nftFamilyNames = map[string]string{"inet": "NFPROTO_INET", "ip": "NFPROTO_IPV4", "ip6": "NFPROTO_IPV6"}

// TestNftablesTruth compares the kernel's answers with what nft -j printed of
// them: handles, hooks, priorities, policies, types, timeouts, sizes.
func TestNftablesTruth(t *testing.T) {
	for _, r := range recordings(t, "nftables") {
		t.Run(r.kernel, func(t *testing.T) {
			var list struct {
				Nftables []map[string]json.RawMessage
			}
			if err := json.Unmarshal(r.truth("json"), &list); err != nil {
				t.Fatal(err)
			}
			dump := nftDump(&r)
			checked := map[string]int{}
			for _, o := range list.Nftables {
				for kind, raw := range o {
					var x nftListed
					if kind == "metainfo" {
						continue
					}
					if err := json.Unmarshal(raw, &x); err != nil {
						t.Errorf("%s: %v", kind, err)
						continue
					}
					nftCompare(t, dump, kind, &x, checked)
				}
			}
			if checked["table"] < 3 || checked["chain"] < 10 || checked["rule"] < 160 || checked["set"]+checked["map"] < 16 || checked["counter"] < 2 {
				t.Errorf("compared only %v", checked)
			}
		})
	}
}

// nftCompare holds one listed object against the kernel's answer.
func nftCompare(t *testing.T, dump map[string]*decode.Message, kind string, x *nftListed, checked map[string]int) {
	t.Helper()
	what, prefix, key := kind, "NFTA_"+strings.ToUpper(kind), x.Name
	switch kind {
	case "map":
		what, prefix = "set", "NFTA_SET"
	case "rule":
		key = fmt.Sprint(x.Handle)
	case "table", "chain", "set":
	case "element":
		return
	default:
		what, prefix = "obj", "NFTA_OBJ"
	}
	m := dump[strings.Join([]string{what, nftFamilyNames[x.Family], x.Table, key}, " ")]
	if m == nil {
		t.Errorf("nft lists %s %s %s %s, which no answer has", kind, x.Family, x.Table, key)
		return
	}
	want := map[string]string{prefix + "_HANDLE": fmt.Sprint(x.Handle)}
	switch kind {
	case "chain":
		if x.Type != nil {
			want["NFTA_CHAIN_TYPE"] = fmt.Sprint(x.Type)
		}
		if x.Hook != "" {
			want["NFTA_HOOK_PRIORITY"] = fmt.Sprint(x.Prio)
			want["NFTA_CHAIN_POLICY"] = "NF_" + strings.ToUpper(fmt.Sprint(x.Policy))
			want["NFTA_HOOK_HOOKNUM"] = map[string]string{"prerouting": "NF_INET_PRE_ROUTING", "input": "NF_INET_LOCAL_IN",
				"forward": "NF_INET_FORWARD", "output": "NF_INET_LOCAL_OUT", "postrouting": "NF_INET_POST_ROUTING"}[x.Hook]
		}
	case "rule":
		want["NFTA_RULE_CHAIN"] = x.Chain
		if x.Comment != "" {
			want["NFTA_RULE_USERDATA"] = "comment=" + x.Comment
		}
	case "set", "map":
		want["NFTA_SET_KEY_TYPE"] = fmt.Sprint(x.Type)
		if parts, ok := x.Type.([]any); ok {
			want["NFTA_SET_KEY_TYPE"] = strings.ReplaceAll(strings.Trim(fmt.Sprint(parts), "[]"), " ", " . ")
		}
		if x.Timeout != 0 {
			want["NFTA_SET_TIMEOUT"] = fmt.Sprint(x.Timeout * 1000)
		}
		if x.Size != 0 {
			want["NFTA_SET_DESC_SIZE"] = fmt.Sprint(x.Size)
		}
		flags, _ := x.Flags.([]any)
		n, _ := m.Lookup("NFTA_SET_FLAGS")
		names, _ := n.Value.([]string)
		for _, f := range flags {
			if name := map[any]string{"interval": "NFT_SET_INTERVAL", "timeout": "NFT_SET_TIMEOUT", "dynamic": "NFT_SET_EVAL"}[f]; !slices.Contains(names, name) {
				t.Errorf("set %s: flags %v, nft says %v", x.Name, names, flags)
			}
		}
	case "counter":
		want["NFTA_COUNTER_PACKETS"], want["NFTA_COUNTER_BYTES"] = fmt.Sprint(x.Packets), fmt.Sprint(x.Bytes)
	}
	for name, w := range want {
		if got := nftAttr(m, name); got != w {
			t.Errorf("%s %s: %s is %q, nft says %q", kind, key, name, got, w)
		}
	}
	checked[kind]++
}
