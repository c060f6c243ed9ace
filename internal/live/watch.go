// SPDX-License-Identifier: Apache-2.0

package live

import (
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

// watcher turns the messages of a source that counts on and off.
type watcher struct {
	off bool
	// Of the last look at the table: when it was, and how many messages were counted.
	since   time.Time
	counted uint64
}

// want says what is to be watched at a rate of messages; looking: somebody looks at
// them.
func (w *watcher) want(rate float64, looking bool) capture.Watch {
	most := quiet
	if w.off {
		most = quiet / 2
	}
	if looking || rate < most {
		return capture.WatchAll
	}
	return capture.WatchLosses
}

// steer decides whether messages are sent at the rate that a table has.
func (m *Model) steer(t *aggregate.Snapshot, looking bool) {
	if !m.counted || m.o.CountOnly {
		return
	}
	w := m.watcher.want(t.Rates.Rate(), looking)
	if m.filter != m.o.Filter {
		w = capture.WatchAll // which only user space can apply
	}
	if m.o.History.Bytes == spool.All {
		w = capture.WatchAll
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
