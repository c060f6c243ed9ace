// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Whatever times come, and in whatever order: a timeline is bounded, covers all of them, and
// has each message in the moment of its time.
func TestTimelineHoldsAll(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	spread := func(d time.Duration) func(i int) time.Time {
		return func(int) time.Time { return epoch.Add(time.Duration(rnd.Int64N(int64(d)))) }
	}
	for _, tt := range []struct {
		name string
		at   func(i int) time.Time
	}{
		{"a second", spread(time.Second)},
		{"a year", spread(365 * 24 * time.Hour)},
		{"forward", func(i int) time.Time { return epoch.Add(time.Duration(i) * 7 * time.Millisecond) }},
		{"backward", func(i int) time.Time { return epoch.Add(-time.Duration(i) * 7 * time.Millisecond) }},
		{"before 1970 and after 2262", func(i int) time.Time { return time.Unix(int64(i-1500)<<22, 0) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tab := New(Options{})
			times := make(map[time.Time]uint64)
			for i := range 3000 {
				at := tt.at(i)
				tab.Observe(sample(7, "ip", "route", "RTM_NEWLINK", capture.DirRequest, 52, at))
				if placed(at) {
					times[at]++
				}
			}
			l := tab.Timeline()
			if n := len(l.Moments); n > MaxMoments || n == 0 {
				t.Fatalf("%d moments", n)
			}
			want := make([]uint64, len(l.Moments))
			var all uint64
			for at, n := range times {
				if at.Before(l.Start) || !at.Before(l.End()) {
					t.Fatalf("%v is not from %v to %v", at, l.Start, l.End())
				}
				want[l.At(at)] += n
				all += n
			}
			for i, m := range l.Moments {
				if m.Messages != want[i] {
					t.Errorf("moment %d has %d messages, want %d", i, m.Messages, want[i])
				}
			}
			if got := l.Sum(0, len(l.Moments)).Messages; got != all || all == 0 {
				t.Errorf("%d messages in all, want %d", got, all)
			}
		})
	}
}

// Errors, losses and gaps stand where they were; a probe that fails is no error.
func TestTimelineMarks(t *testing.T) {
	tab := New(Options{})
	add := func(ms int, change func(x *correlate.Observation)) {
		x := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirReply, 36, epoch.Add(time.Duration(ms)*time.Millisecond))
		change(&x)
		tab.Observe(x)
	}
	add(0, func(*correlate.Observation) {})
	add(100, func(x *correlate.Observation) { x.Errno = 17 })
	add(200, func(x *correlate.Observation) { x.Errno, x.Probe = 19, true })
	add(300, func(x *correlate.Observation) {
		x.Frame.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictOverrun })
	})
	tab.Gap(epoch.Add(400*time.Millisecond), epoch.Add(600*time.Millisecond))
	tab.Gap(time.Time{}, epoch) // since nobody knows when
	l := tab.Timeline()
	at := func(ms int) Moment { return l.Moments[l.At(epoch.Add(time.Duration(ms)*time.Millisecond))] }
	for ms, want := range map[int]Moment{
		0: {Messages: 1}, 50: {}, 100: {Messages: 1, Errors: 1}, 200: {Messages: 1}, 300: {Lost: 1},
		390: {}, 400: {Gap: true}, 500: {Gap: true}, 600: {Gap: true},
	} {
		if got := at(ms); got != want {
			t.Errorf("at %d ms %+v, want %+v", ms, got, want)
		}
	}
	tab.Clear()
	if l := tab.Timeline(); len(l.Moments) != 0 || l.At(epoch) != 0 || l.Sum(0, 9) != (Moment{}) {
		t.Errorf("cleared: %+v", l)
	}
}

// A message with a damaged time is misdated, and does not make one moment of all others; a
// second part of a recording, however far away, is none.
func TestTimelineStrays(t *testing.T) {
	at := func(base time.Time) func(i int) time.Time {
		return func(i int) time.Time { return base.Add(time.Duration(i) * 10 * time.Millisecond) }
	}
	now, damaged := at(epoch), map[int]time.Time{}
	far := epoch.AddDate(9, 0, 0)
	for _, tt := range []struct {
		name     string
		strays   map[int]time.Time // by number
		rest     func(i int) time.Time
		misdated uint64
		span     time.Duration // of the moments, at least
	}{
		{"none", damaged, now, 0, time.Second},
		{"one in 1970", map[int]time.Time{50: time.Unix(0, 0)}, now, 1, time.Second},
		{"one in 1999", map[int]time.Time{50: time.Unix(915148800, 0)}, now, 1, time.Second},
		{"one in 2105", map[int]time.Time{50: time.Unix(4260211200, 0)}, now, 1, time.Second},
		{"the first", map[int]time.Time{0: time.Unix(915148800, 0)}, now, 1, time.Second},
		{"the last", map[int]time.Time{199: far}, now, 1, time.Second},
		{"several", map[int]time.Time{3: far, 5: far.AddDate(3, 0, 0), 70: time.Unix(915148800, 0), 71: time.Unix(0, 0)}, now, 4, time.Second},
		{"an hour of nothing", map[int]time.Time{}, func(i int) time.Time { return now(i).Add(time.Duration(i/100) * time.Hour) }, 0, time.Hour},
		{"two parts", map[int]time.Time{}, func(i int) time.Time { return now(i).AddDate(i/100, 0, 0) }, 0, 8000 * time.Hour},
		{"a short part at the end", map[int]time.Time{}, func(i int) time.Time { return now(i).AddDate(i/180, 0, 0) }, 0, 8000 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tab := New(Options{})
			for i := range 200 {
				when, ok := tt.strays[i]
				if !ok {
					when = tt.rest(i)
				}
				tab.Observe(sample(7, "ip", "route", "RTM_NEWLINK", capture.DirRequest, 52, when))
			}
			l := tab.Timeline()
			if l.Misdated != tt.misdated {
				t.Errorf("%d misdated, want %d", l.Misdated, tt.misdated)
			}
			if got := l.Sum(0, len(l.Moments)).Messages + l.Misdated; got != 200 {
				t.Errorf("%d messages", got)
			}
			if span := l.End().Sub(l.Start); span < tt.span || span > 3*tt.span {
				t.Errorf("%v long, want %v", span, tt.span)
			}
		})
	}
}
