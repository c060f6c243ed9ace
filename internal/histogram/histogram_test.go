// SPDX-License-Identifier: Apache-2.0

package histogram

import "testing"

func TestNumberBounds(t *testing.T) {
	for n := range uint16(Buckets) {
		low, above := Bounds(n)
		if Number(low) != n || Number(above-1) != n {
			t.Fatalf("bucket %d is [%d, %d), whose ends are in %d and %d", n, low, above, Number(low), Number(above-1))
		}
	}
	if Number(1<<63) != Buckets-1 {
		t.Error("no last bucket")
	}
}
