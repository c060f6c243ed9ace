// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/filter"
)

// Pseudonyms is what replaces who and what frames are about (package anonymise).
type Pseudonyms interface {
	// Frame returns the frame with pseudonyms, of the same length and with the same
	// messages, and leaves f as it is.
	Frame(f *capture.Frame) *capture.Frame
	// Decoder is the one that knows what was captured. The pipeline's own sees
	// pseudonyms alone.
	Decoder() *decode.Decoder
}

// real is the frame at hand as it was captured. Where there is a filter, its messages
// are paired once more, since the filter asks about what was captured; both trackers make
// the same observations, for what they pair by has no pseudonyms.
type real struct {
	dec     *decode.Decoder
	frame   *capture.Frame
	place   decode.Position
	filter  *filter.Filter // nil: none
	tracker *correlate.Tracker
	obs     []correlate.Observation
	passed  []bool // by observation
	now     int    // of them, the one at hand
}

func newReal(o *Options) *real {
	r := &real{dec: o.Pseudonyms.Decoder(), filter: o.Filter}
	if r.filter != nil {
		r.tracker = newTracker(o)
	}
	return r
}

// pseudonyms returns the frame that everything behind it sees.
func (p *Pipeline) pseudonyms(f *capture.Frame) *capture.Frame {
	p.real.frame, p.real.place = f, decode.Position{}
	p.decoding.Lock()
	defer p.decoding.Unlock()
	return p.o.Pseudonyms.Frame(f)
}

// captured returns the frame that f was made of.
func (p *Pipeline) captured(f *capture.Frame) *capture.Frame {
	if p.real == nil {
		return f
	}
	return p.real.frame
}

// Shown returns frames as those behind the loop see them.
func (p *Pipeline) Shown(fs []*capture.Frame) []*capture.Frame {
	if p.o.Pseudonyms == nil {
		return fs
	}
	shown := make([]*capture.Frame, 0, len(fs))
	for _, f := range fs {
		shown = append(shown, p.o.Pseudonyms.Frame(f))
	}
	return shown
}

// extack is Tracker.Extack for the frame at hand.
func (r *real) extack() {
	if r != nil && r.tracker != nil {
		r.tracker.Extack(r.frame)
	}
}

// judge asks the filter about the next messages of the frame at hand; family and typ are
// those that a report is about.
func (r *real) judge(first bool, family, typ string) {
	if r == nil || r.tracker == nil {
		return
	}
	if first {
		r.place = decode.Position{}
	}
	ms := r.dec.Next(r.frame, &r.place, atOnce, nil)
	r.obs = r.tracker.Frame(r.frame, ms, r.obs[:0])
	for i := range r.obs {
		if x := &r.obs[i]; x.Frame == r.frame && family != "" {
			x.Family, x.Type = family, typ
		}
	}
	r.ask()
}

// flush is Tracker.Flush.
func (r *real) flush() {
	if r != nil && r.tracker != nil {
		r.obs = r.tracker.Flush(r.obs[:0])
		r.ask()
	}
}

// elapse is Tracker.Elapse.
func (r *real) elapse(now time.Time) {
	if r != nil && r.tracker != nil {
		r.obs = r.tracker.Elapse(now, r.obs[:0])
		r.ask()
	}
}

func (r *real) ask() {
	r.passed = r.passed[:0]
	for i := range r.obs {
		r.passed = append(r.passed, r.filter.Match(&r.obs[i]))
	}
	clear(r.obs)
}

// at says which observation is at hand.
func (r *real) at(i int) {
	if r != nil {
		r.now = i
	}
}

// match says whether the filter passes an observation, the one at hand.
func (r *real) match(f *filter.Filter, x *correlate.Observation) bool {
	if r == nil || r.tracker == nil || r.now >= len(r.passed) {
		return f.Match(x)
	}
	return r.passed[r.now]
}
