// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"io"
	"sync"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/say"
)

// Observer is what renders observations: Text, JSON.
type Observer interface {
	Observe(o *correlate.Observation) error
}

// Parallel renders observations on several processors and writes them in
// order. What waits is bounded, so that memory stays flat and a slow reader
// slows the source down; so it is for files, not for live sources.
//
// Rendering happens later than Observe and in no order: it suits renderers that
// look at nothing but the observation. What a message of nftables owes to those
// before it (the elements of a set, the name of a chain) is found out on a goroutine of
// its own, in order, and handed to renderers that ask for it.
type Parallel struct {
	w       io.Writer
	cur     *job
	heard   chan *job // to be said, see speak
	work    chan *job
	order   chan *job
	free    chan *job
	workers sync.WaitGroup
	writer  sync.WaitGroup
	pending sync.WaitGroup // stretches that are not rendered yet

	mu      sync.Mutex
	err     error      // the first; nothing is written behind it
	room    *sync.Cond // of mu
	waiting int        // bytes of the messages that are on their way
}

// job is a stretch of the output.
type job struct {
	obs   []correlate.Observation
	said  []say.Said           // of each of obs
	reqs  []correlate.Exchange // copies: package correlate goes on counting in its own
	bytes int
	out   bytes.Buffer
	err   error
	done  chan struct{}
}

const (
	jobObservations = 256
	jobBytes        = 256 << 10
	maxKeptOut      = 8 * jobBytes // of a stretch, so that its room is used again
	// maxWaiting bounds the messages that are on their way: as text they take several
	// times as much. One that is longer goes alone.
	maxWaiting = 2 << 20
)

// NewParallel starts n renderers that write to w; render makes each of them, which then
// writes one stretch after the other, in no order. The caller calls Close.
func NewParallel(w io.Writer, n int, render func(io.Writer) Observer) *Parallel {
	depth := 2 * n
	p := &Parallel{
		w: w, heard: make(chan *job, depth), work: make(chan *job, depth), order: make(chan *job, depth), free: make(chan *job, depth+n+1),
	}
	p.room = sync.NewCond(&p.mu)
	for range n {
		p.workers.Go(func() {
			var to outlet
			r := render(&to)
			for j := range p.work {
				to.w = &j.out
				if j.render(r); j.out.Cap() > maxKeptOut {
					r = render(&to) // its room is not kept either
				}
				p.pending.Done()
				j.done <- struct{}{}
			}
		})
	}
	p.workers.Go(p.speak)
	p.writer.Go(p.write)
	return p
}

// speak finds out what messages tell of those behind them, which takes as long as a fourth
// of rendering.
func (p *Parallel) speak() {
	defer close(p.work)
	var speaker say.Speaker
	for j := range p.heard {
		for i := range j.obs {
			var said say.Said
			if m := j.obs[i].Message; m != nil {
				said = speaker.FromStream(m)
			}
			j.said = append(j.said, said)
		}
		p.work <- j
	}
}

// outlet is where a renderer writes, one stretch after the other.
type outlet struct{ w io.Writer }

func (o *outlet) Write(b []byte) (int, error) { return o.w.Write(b) }

// teller is a renderer that is told what other messages tell of one.
type teller interface {
	observeSaid(o *correlate.Observation, said say.Said) error
}

// render writes the stretch, up to the first error.
func (j *job) render(r Observer) {
	t, asks := r.(teller)
	for i := range j.obs {
		if asks {
			j.err = t.observeSaid(&j.obs[i], j.said[i])
		} else {
			j.err = r.Observe(&j.obs[i])
		}
		if j.err != nil {
			return
		}
	}
}

// write puts the stretches out in the order in which they came in.
func (p *Parallel) write() {
	for j := range p.order {
		<-j.done
		err := p.failed()
		if err == nil {
			_, err = p.w.Write(j.out.Bytes())
		}
		if err == nil {
			err = j.err
		}
		p.fail(err)
		p.leave(j.bytes)
		j.clear()
		if j.out.Cap() > maxKeptOut {
			continue // one very long message; its room is not kept
		}
		select {
		case p.free <- j:
		default:
		}
	}
}

func (p *Parallel) fail(err error) {
	p.mu.Lock()
	if p.err == nil {
		p.err = err
	}
	p.mu.Unlock()
}

func (p *Parallel) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Observe takes an observation to be rendered. Its error may be that of one
// before.
func (p *Parallel) Observe(o *correlate.Observation) error {
	j := p.cur
	if j == nil {
		j = p.take()
		p.cur = j
	}
	j.obs = append(j.obs, *o)
	switch at := &j.obs[len(j.obs)-1]; {
	case o.Event != nil || o.Exchange != nil && o.Exchange.InterruptedBy != nil:
		at.Own()
	case o.Exchange != nil:
		j.reqs = append(j.reqs, *o.Exchange)
		at.Exchange = &j.reqs[len(j.reqs)-1]
	}
	if o.Message != nil {
		j.bytes += len(o.Message.Data)
	}
	if len(j.obs) == jobObservations || j.bytes >= jobBytes {
		p.submit()
		return p.failed()
	}
	return nil
}

// take returns a job with room for all that will be put into it: pointers into
// its slices stay good.
func (p *Parallel) take() *job {
	select {
	case j := <-p.free:
		return j
	default:
		return &job{obs: make([]correlate.Observation, 0, jobObservations), reqs: make([]correlate.Exchange, 0, jobObservations),
			done: make(chan struct{}, 1)}
	}
}

// clear lets go of what the job has rendered, and keeps its room.
func (j *job) clear() {
	clear(j.obs)
	clear(j.said)
	clear(j.reqs)
	j.obs, j.said, j.reqs, j.bytes, j.err = j.obs[:0], j.said[:0], j.reqs[:0], 0, nil
	j.out.Reset()
}

// enter waits until there is room for the messages of a job, and leave makes room.
func (p *Parallel) enter(n int) {
	p.mu.Lock()
	for p.waiting > 0 && p.waiting+n > maxWaiting {
		p.room.Wait()
	}
	p.waiting += n
	p.mu.Unlock()
}

func (p *Parallel) leave(n int) {
	p.mu.Lock()
	p.waiting -= n
	p.room.Signal()
	p.mu.Unlock()
}

func (p *Parallel) submit() {
	if p.cur == nil {
		return
	}
	p.enter(p.cur.bytes)
	p.pending.Add(1)
	p.order <- p.cur
	p.heard <- p.cur
	p.cur = nil
}

// Render waits until all that was observed is rendered, before something changes that it
// depends on (decode.Decoder.OnLearn).
func (p *Parallel) Render() {
	p.submit()
	p.pending.Wait()
}

// Close renders and writes what is left, and ends the renderers.
func (p *Parallel) Close() error {
	p.submit()
	close(p.heard)
	close(p.order)
	p.workers.Wait()
	p.writer.Wait()
	return p.failed()
}
