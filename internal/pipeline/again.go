// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"maps"
	"sync"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/redact"
)

// Again returns a pipeline that reads a part of what p has read once more, from src, for
// the sinks alone: with p's scope and filters, and with its decoder, which learns nothing
// from it. Frames without an ID get those from firstID on, as they had. It may run beside
// p; one that is given p's frames from the middle knows no request before them. ends is
// Options.Ends.
func (p *Pipeline) Again(src capture.Source, firstID uint64, ends bool, sinks ...Sink) *Pipeline {
	p.mu.Lock()
	narrow := p.narrow
	in := &scope{f: p.scope.f, pids: maps.Clone(p.scope.pids)} // with the children that it knows
	p.mu.Unlock()
	o := Options{Source: src, Decoder: p.o.Decoder, Filter: p.o.Filter, Scope: p.o.Scope, Sinks: sinks, Places: p.o.Places, Ends: ends}
	return &Pipeline{o: o, tracker: newTracker(&o), scope: in, again: p, narrow: narrow, nextID: firstID - 1}
}

// decoder is what guards the decoder and what Origins are completed from.
func (p *Pipeline) decoder() *sync.Mutex {
	if p.again != nil {
		return &p.again.decoding
	}
	return &p.decoding
}

func (p *Pipeline) decodeAgain(f *capture.Frame, at *decode.Position) []decode.Message {
	of := p.again
	of.decoding.Lock()
	defer of.decoding.Unlock()
	if of.rereads == nil {
		of.rereads = redact.New(p.o.Decoder, of.o.Redact)
	}
	p.about.family, p.about.typ = p.reported(f)
	if *at == (decode.Position{}) {
		of.rereads.Frame(f) // a recording may hold what the first reading withheld
	}
	ms := p.o.Decoder.Again(f, at, atOnce, nil)
	of.rereads.Mark(ms)
	return ms
}
