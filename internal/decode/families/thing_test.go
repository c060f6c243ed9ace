// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"testing"

	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Every name of a Thing is one of the messages that tell its state, and what is left out
// of a comparison has a reason.
func TestThings(t *testing.T) {
	of := map[*schema.Thing]map[string]bool{} // names in the messages of each
	for _, f := range families.All() {
		for i := range f.Messages {
			m := &f.Messages[i]
			if m.Thing == nil {
				continue
			}
			names := of[m.Thing]
			if names == nil {
				names = map[string]bool{}
				of[m.Thing] = names
			}
			one := &schema.Family{Name: f.Name, Protocol: f.Protocol, Header: f.Header, Set: f.Set, Messages: []schema.Message{*m}}
			schema.Walk(schema.Visitor{
				Set: func(_ *schema.Place, s *schema.Set) {
					for i := range s.Attrs {
						names[s.Attrs[i].Name] = true
					}
				},
				Struct: func(_ *schema.Place, s *schema.StructType) {
					for i := range s.Fields {
						names[s.Fields[i].Name] = true
					}
				},
			}, one)
		}
	}
	if len(of) < 3 {
		t.Fatalf("%d kinds of things", len(of))
	}
	for thing, has := range of {
		var all []string
		all = append(append(append(all, thing.Key...), thing.Other...), thing.Unset...)
		for _, l := range thing.Left {
			if all = append(all, l.Name); l.Why == "" {
				t.Errorf("%s: nobody says why %s is left out", thing.Name, l.Name)
			}
		}
		for _, w := range thing.Words {
			all = append(all, w.Name)
		}
		for _, name := range all {
			if !has[name] {
				t.Errorf("%s: no message has %s", thing.Name, name)
			}
		}
	}
}
