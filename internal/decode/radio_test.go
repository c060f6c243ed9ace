// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
)

func TestRadioText(t *testing.T) {
	for _, c := range []struct {
		kind schema.Kind
		hint schema.Hint
		v    int64
		want string
	}{
		{schema.U32, schema.MHz, 2412, "2412 MHz"},
		{schema.U32, schema.KHz, 2402000, "2402 MHz"},
		{schema.U32, schema.KHz, 902500, "902.5 MHz"},
		{schema.U32, schema.KHz, 500, "500 kHz"},
		{schema.S8, schema.DBm, -30, "-30 dBm"},
		{schema.S32, schema.MBm, -4250, "-42.50 dBm"},
		{schema.U16, schema.Rate100k, 55, "5.5 Mbit/s"},
		{schema.U32, schema.KBit, 12300, "12.3 Mbit/s"},
		{schema.U32, schema.TU, 100, "100 TU"},
	} {
		typ := schema.Type{Kind: c.kind, Hint: c.hint}
		if got := (&walker{}).numberText(uint64(c.v), &typ, 4); got != c.want {
			t.Errorf("hint %d of %d: %q, want %q", c.hint, c.v, got, c.want)
		}
	}
}
