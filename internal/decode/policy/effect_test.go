// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
)

// TestEffects: of what a kernel's policy tells of a command, only that it can be dumped and
// nothing else says what it does.
func TestEffects(t *testing.T) {
	var d Dump
	d.AddRule(Rule{ID: 1, Type: typeU8})
	d.AddOp(Op{Cmd: 1, HasDump: true})
	d.AddOp(Op{Cmd: 2, HasDo: true, HasDump: true})
	d.AddOp(Op{Cmd: 3, HasDo: true})
	var f schema.Family
	d.Fill(&f)
	for i, want := range []schema.Effect{schema.Reads, schema.Undecided, schema.Undecided} {
		if f.Messages[i].Effect != want {
			t.Errorf("command %d: %s, want %s", i+1, f.Messages[i].Effect, want)
		}
	}
}
