// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"context"
	"errors"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/pipeline"
)

// replay reads chunks again. It is the source of a pipeline, and its sink.
type replay struct {
	s        *Spool
	of       *pipeline.Pipeline
	end      uint64 // frames; those behind are not there yet
	want     *Query
	chunks   []chunk
	start    uint64 // the number of the first
	ends     bool   // nothing will come behind the last
	from, to uint64 // whose messages are wanted
	lists    map[uint64]part

	at    uint64 // the chunk that is being read
	frame uint64 // the number of the frame that is being read
	index uint64 // of the next message in it
	found map[uint64][]found
	count int
	asked askedAgain
}

// found is a message that passes. Its exchange goes on being written to until all is read.
type found struct {
	seq uint64
	x   correlate.Observation
}

// maxFound bounds what is held while reading: of a datagram with more messages than fit,
// only the first can be reached.
const maxFound = 1 << 14

// maxMessages is more than a datagram has: 8 MiB of headers.
const maxMessages = 1 << 20

func (r *replay) run() {
	if len(r.chunks) == 0 {
		return
	}
	exchanges := r.want.what.Exchanges
	r.found = make(map[uint64][]found)
	// What cannot be read any more is not there.
	_ = again(r.of, r.want.what.Filter, r.chunks[0].first, r, exchanges, r)
	switch {
	case exchanges:
		r.keepAsked()
	case r.ends:
		r.keep() // with what the end of all says of what was still open
	}
}

// again has a pipeline read frames once more, of which the first is number first.
func again(of *pipeline.Pipeline, f *filter.Filter, first uint64, src capture.Source, ends bool, sink pipeline.Sink) error {
	p := of.Again(src, first+1, ends, sink) // as it numbers frames that have no number
	if f != nil {
		p.Narrow(f)
	}
	return p.Run(context.Background())
}

// final says whether what was read of a chunk will stay as it is.
func (r *replay) final(k uint64) bool {
	for i := range r.chunks {
		if c := &r.chunks[i]; c.first >= r.end || c.first+c.frames > r.end || !c.closed {
			return false // an answer may come
		}
	}
	return r.ends || len(r.chunks) > 0 && r.start+uint64(len(r.chunks)) > k+1
}

// endsAt is that of the chunk as it was copied.
func (r *replay) endsAt(k uint64) uint64 {
	if k < r.start || k-r.start >= uint64(len(r.chunks)) {
		return 0
	}
	return r.chunks[k-r.start].ends.at
}

// Run implements capture.Source.
func (r *replay) Run(_ context.Context, emit func(*capture.Frame) error) error {
	for i := range r.chunks {
		c := &r.chunks[i]
		r.at, r.frame = r.start+uint64(i), c.first
		err := r.s.read(c, func(f *capture.Frame) error {
			if r.frame >= r.end {
				return errEnd
			}
			r.index = 0
			err := emit(f)
			r.asked.sent(f, r.frame, r.at)
			r.frame++
			return err
		})
		if err != nil {
			break
		}
	}
	r.asked.over = true
	if !r.ends && !r.want.what.Exchanges {
		r.keep()
	}
	return nil
}

// keep makes copies of what was found.
func (r *replay) keep() {
	for k, list := range r.found {
		kept := make([]aggregate.Kept, len(list))
		for i := range list {
			kept[i] = aggregate.Keep(list[i].seq, &list[i].x)
		}
		r.lists[k] = part{list: kept, size: len(kept)}
	}
}

var errEnd = errors.New("enough")

// Observe implements pipeline.Sink.
func (r *replay) Observe(x *correlate.Observation) error {
	if r.want.what.Exchanges {
		r.ended(x)
		return nil
	}
	if r.at < r.from || r.at > r.to || x.Message == nil || x.End != correlate.EndNone {
		return nil
	}
	r.index++
	if r.count >= maxFound || !r.want.passes(x) {
		return nil
	}
	r.count++
	r.found[r.at] = append(r.found[r.at], found{r.frame*maxMessages + r.index, *x})
	return nil
}

func (r *replay) Stats() capture.Stats { return capture.Stats{} }
func (r *replay) Info() capture.Info   { return r.of.Source().Info() }
func (r *replay) Close() error         { return nil }
