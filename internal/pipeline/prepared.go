// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"math"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Where a table that keeps no message is all that there is, two processors share the work:
// one reads frames, completes their Origins and names their messages, the other pairs and
// counts them. Both go through all frames in order, so that it comes to the same as with
// one, and nothing is made anew for a frame.

// named is what was found out of the frames of a room (capture.Preparer).
type named struct {
	ms    []decode.Message
	ends  []int // of each frame, in ms
	about []about
}

// about names the message that the report with this number in its room is about.
type about struct {
	frame       int
	family, typ string
}

// prepare names the messages of frames. It runs beside counted.
func (p *Pipeline) prepare(room int, fs []capture.Frame) {
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
}

// counted pairs and counts the frames of a room.
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
	p.last.Store(fs[len(fs)-1].Time.UnixNano())
	p.mu.Lock()
	defer p.mu.Unlock()
	from, reports := 0, n.about
	for i := range fs {
		p.about = about{}
		if len(reports) > 0 && reports[0].frame == i {
			p.about, reports = reports[0], reports[1:]
		}
		to := n.ends[i]
		if p.failed = p.paired(&fs[i], n.ms[from:to:to], true); p.failed != nil {
			return p.failed
		}
		from = to
	}
	return nil
}
