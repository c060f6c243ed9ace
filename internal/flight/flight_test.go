// SPDX-License-Identifier: Apache-2.0

package flight

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/segment"
)

// nothing is held, and let go.
type nothing struct {
	capture.Source
	closed *int
}

func (n nothing) Held() segment.Extent { return segment.Extent{} }
func (n nothing) Close() error         { *n.closed++; return nil }

// recorder is one whose recordings are their reasons.
type recorder struct {
	*Recorder
	wrote         []string // reason, second, again
	failed        []error
	taken, closed int
	fail          error
	gate          chan struct{} // nil: writes do not wait
}

func newRecorder(t *testing.T, after time.Duration, wait bool) *recorder {
	t.Helper()
	d, err := OpenDir(t.TempDir(), 100)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	r := &recorder{}
	var mu sync.Mutex
	r.Recorder = New(Options{
		Dir: d, After: after, Wait: wait,
		Take: func() Taken { r.taken++; return nothing{closed: &r.closed} },
		Write: func(_ Taken, _ Why, to io.Writer) error {
			if r.gate != nil {
				<-r.gate
			}
			_, err := io.WriteString(to, "recording")
			return errors.Join(err, r.fail)
		},
		Wrote: func(_ string, why Why, _ segment.Extent, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				r.failed = append(r.failed, err)
				return
			}
			r.wrote = append(r.wrote, fmt.Sprint(why.Reason, " ", why.At.Unix(), " ", why.Again))
		},
	})
	return r
}

func second(n float64) time.Time { return time.Unix(0, int64(n*1e9)) }

// When something happens, and what is written: at each second a Tick behind what fires.
func TestRecorderWrites(t *testing.T) {
	type fire struct {
		at     float64
		reason Reason
	}
	for _, tc := range []struct {
		name    string
		after   time.Duration
		fires   []fire
		want    []string
		ignored uint64
	}{
		{"nothing", 0, nil, nil, 0},
		{"one", 0, []fire{{3, Incident}}, []string{"incident 3 0"}, 0},
		{"a storm", 0, []fire{{3, Incident}, {4, Slow}, {5, Incident}, {14.9, Incident}, {24.8, Filter}}, []string{"incident 3 0"}, 4},
		{"a storm within a second", 0, []fire{{3, Incident}, {3.1, Slow}, {3.2, Incident}}, []string{"incident 3 2"}, 0},
		{"two storms", 0, []fire{{3, Incident}, {4, Incident}, {14, Incident}, {15, Slow}}, []string{"incident 3 0", "incident 14 0"}, 2},
		{"after", 5 * time.Second, []fire{{3, Incident}, {4, Incident}, {7.9, Incident}, {9, Incident}}, []string{"incident 3 2"}, 1},
		{"signals are no storm", 0, []fire{{3, Signal}, {4, Signal}, {5, Signal}}, []string{"signal 3 0", "signal 4 0", "signal 5 0"}, 0},
		{"a signal in a storm", 0, []fire{{3, Incident}, {4, Signal}, {5, Incident}}, []string{"incident 3 0", "signal 4 0"}, 1},
		{"an incident behind a signal", 0, []fire{{3, Signal}, {4, Incident}}, []string{"signal 3 0", "incident 4 0"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRecorder(t, tc.after, true)
			fires := tc.fires
			for now := range 40 {
				for len(fires) > 0 && fires[0].at < float64(now) {
					r.Fire(fires[0].reason, second(fires[0].at))
					fires = fires[1:]
				}
				r.Tick(second(float64(now)))
			}
			if diff := cmp.Diff(tc.want, r.wrote); diff != "" {
				t.Errorf("recordings (-want +got):\n%s", diff)
			}
			if a := r.Account(); a.Files != uint64(len(tc.want)) || a.Ignored != tc.ignored {
				t.Errorf("account %+v, want %d ignored", a, tc.ignored)
			}
			if r.taken != len(tc.want) || r.closed != r.taken {
				t.Errorf("taken %d times, let go %d times", r.taken, r.closed)
			}
		})
	}
}

// At the end what is due is written at once, and more if that is asked for.
func TestRecorderEnds(t *testing.T) {
	for _, tc := range []struct {
		name string
		exit bool
		fire bool
		want []string
	}{
		{"nothing", false, false, nil},
		{"due", false, true, []string{"slow 1 0"}},
		{"asked for", true, false, []string{"exit 9 0"}},
		{"both", true, true, []string{"slow 1 1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRecorder(t, time.Hour, false)
			if tc.fire {
				r.Fire(Slow, second(1))
				r.Tick(second(2))
			}
			if err := r.Close(second(9), tc.exit); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, r.wrote); diff != "" {
				t.Errorf("recordings (-want +got):\n%s", diff)
			}
		})
	}
}

// While one is being written nothing waits for it, and what happens meanwhile has its own
// behind it.
func TestRecorderBusy(t *testing.T) {
	r := newRecorder(t, 0, false)
	r.gate = make(chan struct{})
	r.Fire(Signal, second(1))
	r.Tick(second(1))
	r.Fire(Signal, second(2))
	r.Tick(second(2))
	r.Tick(second(3))
	if r.taken != 1 {
		t.Errorf("taken %d times while one is being written", r.taken)
	}
	close(r.gate)
	if err := r.Close(second(4), false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"signal 1 0", "signal 2 0"}, r.wrote); diff != "" {
		t.Error(diff)
	}
}

// A recording that cannot be written is told of, and the next one is written.
func TestRecorderFails(t *testing.T) {
	r := newRecorder(t, 0, true)
	r.fail = context.DeadlineExceeded
	r.Fire(Signal, second(1))
	r.Tick(second(1))
	r.fail = nil
	r.Fire(Signal, second(2))
	r.Tick(second(2))
	if len(r.failed) != 1 || !errors.Is(r.failed[0], context.DeadlineExceeded) || !strings.Contains(r.failed[0].Error(), "signal.pcapng") {
		t.Errorf("failures: %v", r.failed)
	}
	if diff := cmp.Diff([]string{"signal 2 0"}, r.wrote); diff != "" {
		t.Error(diff)
	}
	if err := r.Close(second(3), false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("at the end: %v", err)
	}
}
