// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

func TestWatcher(t *testing.T) {
	w := watcher{}
	for i, step := range []struct {
		looking bool
		rate    float64
		want    capture.Watch
	}{
		{false, 0, capture.WatchAll},
		{false, quiet - 1, capture.WatchAll},
		{false, quiet, capture.WatchLosses},
		{false, quiet - 1, capture.WatchLosses}, // no flutter
		{true, 50 * quiet, capture.WatchAll},
		{false, 50 * quiet, capture.WatchLosses},
		{false, quiet/2 - 1, capture.WatchAll},
	} {
		got := w.want(step.rate, step.looking)
		if got != step.want {
			t.Errorf("step %d: %v at %v", i, got, step.rate)
		}
		w.off = got != capture.WatchAll
	}
}
