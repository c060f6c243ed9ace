// SPDX-License-Identifier: Apache-2.0

package ynl_test

import (
	"testing"

	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/decode/ynl"
)

const effects = `
name: lamp
protocol: genetlink
attribute-sets:
  - {name: a, attributes: [{name: id, type: u32}]}
operations:
  list:
    - {name: get, attribute-set: a, do: {request: {attributes: [id]}, reply: {attributes: [id]}}, dump: {reply: {attributes: [id]}}}
    - {name: list, attribute-set: a, dump: {reply: {attributes: [id]}}}
    - {name: set, attribute-set: a, flags: [admin-perm], do: {request: {attributes: [id]}}}
    - {name: make, attribute-set: a, flags: [admin-perm], do: {request: {attributes: [id]}, reply: {attributes: [id]}}}
    - {name: peep, attribute-set: a, flags: [admin-perm], do: {reply: {attributes: [id]}}, dump: {reply: {attributes: [id]}}}
    - {name: blink, attribute-set: a, do: {request: {attributes: [id]}}}
    - {name: set-ntf, notify: get}
    - {name: burnt, attribute-set: a, event: {attributes: [id]}}
`

// TestEffects: a spec tells of some operations what they do to the system; of others
// nobody knows.
func TestEffects(t *testing.T) {
	fs, notes, err := ynl.Parse("lamp.yaml", []byte(effects))
	if err != nil || len(notes) > 0 {
		t.Fatal(err, notes)
	}
	want := map[string]schema.Effect{
		"LAMP_CMD_GET": schema.Reads, "LAMP_CMD_LIST": schema.Reads, "LAMP_CMD_SET": schema.Changes, "LAMP_CMD_SET_NTF": schema.Changed,
		"LAMP_CMD_MAKE": schema.Undecided, "LAMP_CMD_PEEP": schema.Undecided, "LAMP_CMD_BLINK": schema.Undecided, "LAMP_CMD_BURNT": schema.Undecided,
	}
	for _, m := range fs[0].Messages {
		if e, ok := want[m.Name]; !ok || m.Effect != e {
			t.Errorf("%s: %s, want %s", m.Name, m.Effect, e)
		}
		delete(want, m.Name)
	}
	for name := range want {
		t.Errorf("there is no %s", name)
	}
}

// TestEffectsOfTables: what people have decided stands, whatever a spec says.
func TestEffectsOfTables(t *testing.T) {
	spec, _, err := ynl.Parse("team.yaml", []byte(`
name: team
protocol: genetlink-legacy
attribute-sets: [{name: a, attributes: [{name: id, type: u32}]}]
operations:
  list:
    - {name: options-set, value: 1, attribute-set: a, dump: {reply: {attributes: [id]}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range []schema.How{schema.Fill, schema.Override} {
		for _, f := range schema.Merge(families.All(), spec, how) {
			if f.Name != "team" {
				continue
			}
			f.Build()
			if m := f.Message(1, true); m.Effect != schema.Changes {
				t.Errorf("how %d: %s is %s", how, m.Name, m.Effect)
			}
			if m := f.Message(2, false); m.Modifies(true) != schema.Yes {
				t.Errorf("how %d: an event %s is no change", how, m.Name)
			}
		}
	}
}
