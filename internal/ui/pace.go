// SPDX-License-Identifier: Apache-2.0

package ui

import "time"

// minFrame is the least time between two drawings: 20 a second, and as many that keys ask
// for.
const minFrame = 50 * time.Millisecond

// pace says when it is time to draw.
type pace struct {
	drawn    time.Time // the last time
	answered time.Time // the last time that a key had asked for it
	asked    bool      // a key waits for it
}

// wait is how long a drawing has to wait: for the one before it, and one that a key asks
// for only for that of the key before.
func (p *pace) wait(now time.Time) time.Duration {
	if p.asked {
		return untilFrame(p.answered, now)
	}
	return untilFrame(p.drawn, now)
}

// draws notes a drawing.
func (p *pace) draws(now time.Time) {
	if p.drawn = now; p.asked {
		p.answered, p.asked = now, false
	}
}

// untilFrame is how long a drawing has to wait for the one before it.
func untilFrame(drawn, now time.Time) time.Duration {
	return min(max(minFrame-now.Sub(drawn), 0), minFrame)
}
