// SPDX-License-Identifier: Apache-2.0

package nft_test

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/nft"
)

// TestBatch: what the lab's big ruleset holds, and one that fails.
func TestBatch(t *testing.T) {
	for _, kernel := range kernels(t, "nftables") {
		var l nft.Lines
		var first *nft.Batch
		fails := 0
		for _, m := range recording(t, "nftables."+kernel) {
			b, ok := l.BatchOf(&m)
			if alone, ok2 := nft.BatchOf(&m); ok != ok2 || b.Index != alone.Index || b.Of != alone.Of {
				t.Fatalf("%v, alone %v", b, alone)
			}
			if !ok {
				continue
			}
			if m.Type == "NFNL_MSG_BATCH_BEGIN" && first == nil {
				first = &b
			}
			if !b.Complete || b.Index > b.Of || b.Index != 0 && b.Index != m.Index {
				t.Errorf("message %d: %+v", m.Index, b)
			}
			if s, _ := l.Line(&m); strings.HasPrefix(s, "add rule ip fails nochain ") {
				fails++
				if b.Index != 3 || b.Of != 4 || b.String() != "3/4" {
					t.Errorf("the rule that fails is %s of %+v", b.String(), b)
				}
			}
		}
		if first == nil || first.Of < 200 || first.Added != first.Of || !strings.Contains(first.String(), " add rule") {
			t.Errorf("%s: first batch %+v", kernel, first)
		}
		if fails != 1 {
			t.Errorf("%s: %d failing rules seen", kernel, fails)
		}
	}
}
