// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"path/filepath"
	"testing"
)

// BenchmarkFrame is what a frame of the lab costs, on average.
func BenchmarkFrame(b *testing.B) {
	for _, name := range []string{"route", "nl80211", "nftables", "sock_diag"} {
		b.Run(name, func(b *testing.B) {
			fs := frames(b, filepath.Join(lab, name+".6.12.pcapng.gz"))
			a := newTest(b, "a key for tests")
			b.ReportAllocs()
			for i := range b.N {
				a.Frame(fs[i%len(fs)])
			}
		})
	}
}
