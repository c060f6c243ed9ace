// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"

	"github.com/cilium/ebpf"

	"github.com/nltop/nltop/internal/capture"
)

// The verifier's effort is the time that nltop takes to start. The kernel's
// limit is a million instructions per program; a tenth of it is far too much
// already, and a kernel that prunes worse would not load the program at all.
func TestLiveVerifierEffort(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		src, err := Open(backend, capture.Filter{Children: true}, Options{Counts: true, Locks: true, Times: true})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		for _, c := range src.att.closers {
			prog, ok := c.(*ebpf.Program)
			if !ok {
				continue
			}
			info, err := prog.Info()
			if err != nil {
				t.Fatal(err)
			}
			n, ok := info.VerifiedInstructions()
			size, _ := info.TranslatedSize()
			t.Logf("%-16s %7d instructions verified, %d bytes", info.Name, n, size)
			if ok && n > 100_000 {
				t.Errorf("%s takes the verifier %d instructions", info.Name, n)
			}
		}
	})
}
