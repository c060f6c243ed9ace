// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pipeline"
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

// What nltop itself loses marks the time of the run in which it was lost.
func TestLossesAreGaps(t *testing.T) {
	src := &losing{}
	m, err := New(Options{}, pipeline.Options{Source: src, Decoder: decode.New(families.All(), decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	gaps := func() (n int) {
		for _, m := range m.Snapshot(Ask{}).Line.Moments {
			if m.Gap {
				n++
			}
		}
		return n
	}
	for range 2 {
		if n := gaps(); n != 0 {
			t.Fatalf("%d gaps before anything was lost", n)
		}
	}
	src.lost = 3
	gaps() // sees that it was lost
	if n := gaps(); n == 0 || n > aggregate.MaxMoments {
		t.Errorf("%d moments with a gap", n)
	}
	from := time.Now()
	if gaps(); m.lost.n != 3 || m.lost.since.Before(from) {
		t.Errorf("%d lost, looked at %v", m.lost.n, m.lost.since)
	}
}

// losing is a source that has lost something.
type losing struct {
	waiting
	lost uint64
}

func (l *losing) Stats() capture.Stats {
	return capture.Stats{Lost: []capture.Loss{{Reason: "ring full", Count: l.lost}}}
}
