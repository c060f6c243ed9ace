// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// Paced replays a source at the pace at which it was recorded, times Speed.
type Paced struct {
	capture.Source
	Speed float64 // 1: as recorded; 2: twice as fast; 0: at once
}

// longestPause bounds the wait between two frames: a recording may hold a
// pause of hours, or a clock that jumped.
const longestPause = 3 * time.Second

// Run implements capture.Source.
func (p Paced) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	if p.Speed <= 0 {
		return p.Source.Run(ctx, emit)
	}
	var last time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	return p.Source.Run(ctx, func(f *capture.Frame) error {
		if wait := f.Time.Sub(last); !last.IsZero() && wait > 0 {
			timer.Reset(time.Duration(float64(min(wait, longestPause)) / p.Speed))
			select {
			case <-timer.C:
			case <-ctx.Done():
				return nil
			}
		}
		last = f.Time
		return emit(f)
	})
}
