// SPDX-License-Identifier: Apache-2.0

package families

import (
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
)

// labelRoutes are labels of MPLS, numbers of a router's own, in attributes that are an
// address of other families.
var labelRoutes = []string{"RTA_DST", "RTA_SRC", "RTA_GATEWAY", "RTA_NEWDST"}

// identityKey is the name by which the lists have what a place leads to: without the cases
// and lengths that select it, and the brackets of an element.
func identityKey(at *schema.Place) string {
	s := at.String()
	for {
		before := s
		s = strings.TrimSuffix(s, "[]")
		if strings.HasSuffix(s, ")") {
			s = s[:strings.LastIndexByte(s, '(')]
		}
		if s == before {
			break
		}
	}
	return s[strings.LastIndexByte(s, '/')+1:]
}

// TestIdentities: of every text, and of every value with a Format, somebody has decided
// whether it tells whose it is.
func TestIdentities(t *testing.T) {
	missing := map[string]string{}
	selectors := map[string]bool{}
	schema.Walk(schema.Visitor{
		Sub: func(_ *schema.Place, s *schema.SubMessage) {
			for _, name := range append([]string{s.Selector}, s.Also...) {
				selectors[name] = true
			}
		},
		Type: func(at *schema.Place, typ *schema.Type) {
			if typ.Kind != schema.String && typ.Kind != schema.Custom {
				return
			}
			key := identityKey(at)
			if key == "*" || slices.Contains(labelRoutes, key) || Identity(key) != schema.Unmarked {
				return
			}
			if _, field, ok := strings.Cut(key, "."); ok && Identity(field) != schema.Unmarked {
				return
			}
			missing[key] = at.String()
		},
	}, All()...)
	for key, at := range missing {
		t.Errorf("%s (%s): nobody has decided whether it tells whose it is: a list of identities", key, at)
	}
	for name := range selectors {
		if x := Identity(name); strings.HasPrefix(name, "NFTA_") && x != schema.Common && x != schema.Unmarked {
			t.Errorf("%s selects a layout and must stay", name)
		}
	}
	for _, kind := range []string{"IFLA_INFO_KIND", "TCA_KIND", "NFTA_EXPR_NAME", "NFTA_MATCH_NAME", "TCA_ACT_KIND"} {
		if Identity(kind) != schema.Common {
			t.Errorf("%s selects a layout and must stay", kind)
		}
	}
}

// TestIdentityNames: each name of the lists is one of the tables, or of the words that
// texts have.
func TestIdentityNames(t *testing.T) {
	known := map[string]bool{}
	schema.Walk(schema.Visitor{
		Set: func(_ *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				known[s.Attrs[i].Name] = true
			}
		},
		Struct: func(_ *schema.Place, s *schema.StructType) {
			for i := range s.Fields {
				known[s.Name+"."+s.Fields[i].Name], known[s.Fields[i].Name] = true, true
			}
		},
	}, All()...)
	for _, f := range All() {
		for i := range f.Messages {
			known[f.Messages[i].Name] = true // whose payload has no name
		}
	}
	seen := map[string]bool{}
	for _, list := range identities {
		if list.why == "" {
			t.Error("a list without a reason")
		}
		for _, name := range strings.Fields(list.names) {
			if seen[name] {
				t.Errorf("%s stands in two lists", name)
			}
			seen[name] = true
			if begun, ok := strings.CutSuffix(name, "*"); ok {
				if !slices.ContainsFunc(slices.Collect(mapKeys(known)), func(k string) bool { return strings.HasPrefix(k, begun) }) {
					t.Errorf("nothing in the tables begins with %s", begun)
				}
				continue
			}
			if !known[name] && !ueventKeys[name] {
				t.Errorf("%s is nowhere in the tables", name)
			}
		}
	}
}

// ueventKeys are no part of the tables.
var ueventKeys = map[string]bool{"ACTION": true, "SUBSYSTEM": true, "SEQNUM": true, "DEVTYPE": true, "DRIVER": true,
	"MAJOR": true, "MINOR": true, "IFINDEX": true, "MODALIAS": true, "USEC_INITIALIZED": true, "PHYSDEVDRIVER": true,
	"PHYSDEVBUS": true, "SYNTH_UUID": true, "DEVLINKS_PRIORITY": true, "ID_BUS": true, "prefix": true, "monitor_netlink_header.prefix": true}

func mapKeys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
