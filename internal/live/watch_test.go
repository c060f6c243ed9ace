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

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

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
		got := w.want(epoch, step.rate, step.looking)
		if got != step.want {
			t.Errorf("step %d: %v at %v", i, got, step.rate)
		}
		w.off = got != capture.WatchAll
	}
}

// Between snapshots messages are turned off where they are very many within a moment, and
// nobody wants them.
func TestWatcherHurries(t *testing.T) {
	w := watcher{}
	for _, step := range []struct {
		name string
		off  bool
		less bool   // needless
		more uint64 // messages
		want bool
	}{
		{"before the first snapshot", false, false, hurried, false},
		{"few", false, true, hurried - 1, false},
		{"few again", false, true, hurried - 1, false},
		{"many", false, true, hurried, true},
		{"many, which are off", true, true, hurried, false},
		{"many that somebody looks at", false, false, 10 * hurried, false},
	} {
		w.off, w.needless = step.off, step.less
		if got := w.hurries(w.seen + step.more); got != step.want {
			t.Errorf("%s: %v", step.name, got)
		}
	}
	// They stay off until rates know of it, but for who looks at them.
	w.off, w.held = true, epoch.Add(heldFor)
	for _, step := range []struct {
		after   time.Duration
		looking bool
		want    capture.Watch
	}{{0, false, capture.WatchLosses}, {0, true, capture.WatchAll}, {heldFor, false, capture.WatchAll}} {
		if got := w.want(epoch.Add(step.after), 0, step.looking); got != step.want {
			t.Errorf("after %v: %v", step.after, got)
		}
	}
	if w.needless = true; w.hurries(0) { // another run
		t.Error("hurries where nothing has come")
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
