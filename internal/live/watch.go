// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"sync"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// quiet is up to how many messages a second the last ones are kept although nobody
// looks at messages: so little costs nothing worth saving, and who opens a row wants to
// see what just happened. Above, the kernel counts and sends nothing but losses, until
// somebody looks; half of it turns messages on again.
const quiet = 1000.0

// So many messages within so short a time are not waited out until the next snapshot: at a
// flood of 50,000 a second half of one's time would be one's own until then, and what has
// filled the ring comes on top.
const (
	hurryEvery = 100 * time.Millisecond
	hurried    = 1000
	// heldFor is how long they then stay off: until rates have heard of it, which are of
	// whole buckets.
	heldFor = time.Second
)

// watcher turns the messages of a source that counts on and off.
type watcher struct {
	mu  sync.Mutex
	off bool
	// needless: nothing but how few they are speaks for messages. seen is how many had come
	// when hurries was asked last.
	needless bool
	seen     uint64
	held     time.Time // they stay off until then
	// Of the last look at the table: when it was, and how many messages were counted.
	since   time.Time
	counted uint64
}

// want says what is to be watched at a rate of messages; looking: somebody looks at
// them.
func (w *watcher) want(now time.Time, rate float64, looking bool) capture.Watch {
	if w.off && !looking && now.Before(w.held) {
		return capture.WatchLosses
	}
	most := quiet
	if w.off {
		most = quiet / 2
	}
	if looking || rate < most {
		return capture.WatchAll
	}
	return capture.WatchLosses
}

func (w *watcher) isOff() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.off
}

// hurries says, hurryEvery behind the time before, whether messages are to be turned off at
// once; seen is how many have come.
func (w *watcher) hurries(seen uint64) bool {
	many := seen-min(w.seen, seen) >= hurried
	w.seen = seen
	return many && w.needless && !w.off
}

// hurry turns messages off between two snapshots, until ctx is done.
func (m *Model) hurry(ctx context.Context) {
	tick := time.NewTicker(hurryEvery)
	defer tick.Stop()
	w := &m.watcher
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		pipe := m.now().pipe
		var seen uint64
		var t aggregate.Snapshot
		pipe.Look(func(st pipeline.State) { seen, t = st.Seen, st.Table.Totals(time.Now()) })
		w.mu.Lock()
		if w.hurries(seen) {
			w.since, w.counted, w.held = t.Time, t.Total.Messages(), t.Time.Add(heldFor)
			w.off = pipe.Watch(capture.WatchLosses) == nil
		}
		w.mu.Unlock()
	}
}

// steer decides whether messages are sent at the rate that a table has.
func (m *Model) steer(t *aggregate.Snapshot, looking bool) {
	if !m.counted || m.o.CountOnly {
		return
	}
	m.watcher.mu.Lock()
	defer m.watcher.mu.Unlock()
	w := m.watcher.want(t.Time, t.Rates.Rate(), looking)
	m.watcher.needless = !looking
	// Only user space can apply a filter that was added.
	if m.filter != m.o.Filter || m.o.History.Bytes == spool.All {
		w, m.watcher.needless = capture.WatchAll, false
	}
	if m.watcher.off && m.now().spool != nil {
		m.now().spool.Gap(spool.Gap{From: m.watcher.since, To: t.Time, Messages: t.Total.Messages() - min(m.watcher.counted, t.Total.Messages())})
		m.now().pipe.Look(func(st pipeline.State) { st.Table.Gap(m.watcher.since, t.Time) })
	}
	m.watcher.since, m.watcher.counted = t.Time, t.Total.Messages()
	if err := m.now().pipe.Watch(w); err == nil {
		m.watcher.off = w != capture.WatchAll
	}
}

// losses are what nltop itself had lost when it was looked last.
type losses struct {
	since time.Time
	n     uint64
}

// mark marks the time in which nltop lost something. What was lost before the first look is
// of that moment.
func (l *losses) mark(r run, now *capture.Stats, at time.Time) {
	if n := now.LostTotal(); n > l.n {
		from := l.since
		if from.IsZero() {
			from = at
		}
		r.pipe.Look(func(st pipeline.State) { st.Table.Gap(from, at) })
		l.n = n
	}
	l.since = at
}
