// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"sync"
	"time"
)

// Elapser is a Sink that holds something back until a time.
type Elapser interface {
	// Elapse says what time it is where no frame does.
	Elapse(now time.Time) error
}

// A frame may be on its way, and a machine may have stood still. So the time is told only
// after several ticks without a frame, as it was at the first of them.
const (
	elapseEvery = 250 * time.Millisecond
	quietTicks  = 4
)

// elapseWhile tells the time until the function that it returns is called, which returns
// what failed. The context is done then.
func (p *Pipeline) elapseWhile(ctx context.Context) (context.Context, func() error) {
	if !p.o.Elapses {
		return ctx, func() error { return nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	var loop sync.WaitGroup
	var failed error
	loop.Go(func() {
		tick := time.NewTicker(elapseEvery)
		defer tick.Stop()
		last, quiet := p.last.Load(), 0
		for {
			select {
			case now := <-tick.C:
				if at := p.last.Load(); at != last {
					last, quiet = at, 0
					continue
				}
				if quiet++; quiet < quietTicks {
					continue
				}
				if failed = p.elapse(now.Add(-quietTicks * elapseEvery)); failed != nil {
					cancel()
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})
	return ctx, func() error { cancel(); loop.Wait(); return failed }
}

// elapse tells the tracker and the sinks what time it is.
func (p *Pipeline) elapse(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.obs = p.tracker.Elapse(now, p.obs[:0])
	p.real.elapse(now)
	defer clear(p.obs)
	if err := p.observe(nil, false); err != nil {
		return err
	}
	for _, s := range p.o.Sinks {
		if e, ok := s.(Elapser); ok {
			if err := e.Elapse(now); err != nil {
				return err
			}
		}
	}
	return nil
}
