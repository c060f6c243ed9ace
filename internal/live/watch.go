// SPDX-License-Identifier: Apache-2.0

package live

import "github.com/nltop/nltop/internal/capture"

// quiet is up to how many messages a second the last ones are kept although nobody
// looks at messages: so little costs nothing worth saving, and who opens a row wants to
// see what just happened. Above, the kernel counts and sends nothing but losses, until
// somebody looks; half of it turns messages on again.
const quiet = 1000.0

// watcher turns the messages of a source that counts on and off.
type watcher struct{ off bool }

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

// steer decides whether messages are sent at this rate.
func (m *Model) steer(rate float64, looking bool) {
	if !m.counted || m.o.CountOnly {
		return
	}
	w := m.watcher.want(rate, looking)
	if m.filter != m.o.Filter {
		w = capture.WatchAll // which only user space can apply
	}
	if err := m.now().pipe.Watch(w); err == nil {
		m.watcher.off = w != capture.WatchAll
	}
}
