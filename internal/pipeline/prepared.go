// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"math"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// Where a table that keeps no message is all that there is, several processors share the work:
// one reads frames, one completes their Origins and names their messages, one pairs, and one
// counts. All of them go through all frames in order, so that it comes to the same as with
// one, and nothing is made anew for a frame.

// named is what was found out of the frames of a room (capture.Preparer).
type named struct {
	ms    []decode.Message
	ends  []int // of each frame, in ms
	about []about
	obs   []correlate.Observation
	// matched are the messages of obs, seen those of the frames in scope.
	seen, matched uint64
}

// about names the message that the report with this number in its room is about.
type about struct {
	frame       int
	family, typ string
}

// prepare names the messages of frames.
func (p *Pipeline) prepare(room int, fs []capture.Frame) error {
	n := &p.named[room]
	n.ms, n.ends, n.about = n.ms[:0], n.ends[:0], n.about[:0]
	for i := range fs {
		p.begin(&fs[i], fs[i].Time.UnixNano())
	}
	p.decoding.Lock()
	defer p.decoding.Unlock()
	for i := range fs {
		f := &fs[i]
		if family, typ := p.reported(f); family != "" || typ != "" {
			n.about = append(n.about, about{i, family, typ})
		}
		var at decode.Position
		n.ms = p.o.Decoder.Next(f, &at, math.MaxInt, n.ms)
		n.ends = append(n.ends, len(n.ms))
	}
	return nil
}

// pair pairs the messages of frames. What it finds out of one is not written to until it is
// counted (correlate.Options.Behind), but for who caused it: that is counted here.
func (p *Pipeline) pair(room int, fs []capture.Frame) error {
	n := &p.named[room]
	n.obs, n.seen, n.matched = n.obs[:0], 0, 0
	p.last.Store(fs[len(fs)-1].Time.UnixNano())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tracker.Next()
	from, reports := 0, n.about
	for i := range fs {
		f, first, ms := &fs[i], len(n.obs), n.ms[from:n.ends[i]:n.ends[i]]
		from = n.ends[i]
		if !p.scope.passes(f) {
			continue
		}
		if f.Kind == capture.KindExtack {
			p.tracker.Extack(f)
			continue
		}
		n.obs = p.tracker.Frame(f, ms, n.obs)
		for len(reports) > 0 && reports[0].frame < i {
			reports = reports[1:]
		}
		if len(reports) > 0 && reports[0].frame == i && reports[0].family != "" {
			for k := first; k < len(n.obs); k++ {
				n.obs[k].Family, n.obs[k].Type = reports[0].family, reports[0].typ
			}
		}
		n.obs = p.caused(n, first)
	}
	return nil
}

// caused counts who caused the observations of a room from one on, and leaves those that pass.
func (p *Pipeline) caused(n *named, from int) []correlate.Observation {
	passing := from
	for i := from; i < len(n.obs); i++ {
		x := &n.obs[i]
		isMessage := x.Message != nil && x.End == correlate.EndNone
		if isMessage {
			n.seen++
		}
		if !p.matches(x) {
			continue
		}
		if isMessage {
			n.matched++
		}
		p.o.Table.AddCause(x)
		if i > passing {
			n.obs[passing] = *x
		}
		passing++
	}
	return n.obs[:passing]
}

// counted counts what was paired in a room.
func (p *Pipeline) counted(room int, fs []capture.Frame) error {
	if room == capture.Unprepared {
		for i := range fs {
			if p.failed = p.frame(&fs[i]); p.failed != nil {
				return p.failed
			}
		}
		return nil
	}
	n := &p.named[room]
	p.counting.Lock()
	defer p.counting.Unlock()
	p.seen += n.seen
	p.matched += n.matched
	for i := range n.obs {
		p.o.Table.AddRest(&n.obs[i])
	}
	return nil
}
