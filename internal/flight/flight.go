// SPDX-License-Identifier: Apache-2.0

// Package flight is the flight recorder: what passed last is held in memory, and becomes
// a recording when something happens. It decides when that is, that a storm of reasons
// makes one file, and what the directory may hold.
//
// It makes no recording itself: who wires it says how (Options.Write). What is held of a
// source that keeps records is that source's (Taken); of all others Frames holds frames.
package flight

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/segment"
)

// Reason is why a recording is written.
type Reason uint8

const (
	Incident Reason = iota // messages were lost
	Slow                   // an exchange took long
	Filter                 // a message matched
	Signal                 // somebody asked
	Exit                   // nltop ends
)

var reasonNames = [...]string{"incident", "slow", "filter", "signal", "exit"}

// String is the reason as the name of a file has it.
func (r Reason) String() string { return reasonNames[r] }

// demanded says whether somebody asked for a file: then a storm is none.
func (r Reason) demanded() bool { return r == Signal || r == Exit }

// Taken is what was held at one moment: a source of frames.
type Taken interface {
	capture.Source
	Held() segment.Extent
}

// Why is what a recording is to say of itself.
type Why struct {
	Reason Reason
	At     time.Time // when it happened, by the time of frames
	Again  uint64    // how often something happened again until it was written
}

// Calm is how long nothing has to happen for a storm to be over. Until then one file
// has what happened.
const Calm = 10 * time.Second

// Options wire a Recorder.
type Options struct {
	Dir   *Dir
	After time.Duration // what follows for so long is in the file, too
	// Take returns what is held. It is called where Tick and Close are.
	Take func() Taken
	// Write makes a recording. It reads all of what was taken, or fails.
	Write func(t Taken, why Why, to io.Writer) error
	// Wait lets Tick return when the file is there: what is held of a file has no hurry.
	Wait bool
	// Wrote is told of each file that was written, and of each that could not be.
	Wrote func(name string, why Why, held segment.Extent, err error)
}

// Recorder decides what is written. Fire is for any goroutine, Tick and Close for the one
// that fills what is held.
type Recorder struct {
	o Options

	mu      sync.Mutex
	due     *Why      // waits for After to pass
	last    time.Time // when something happened last
	stormy  bool      // a file was due since the last calm
	ignored uint64    // what happened in a storm that has its file
	files   uint64
	failed  error // the first

	writing sync.WaitGroup
	busy    chan struct{} // one may write
}

// New returns a Recorder.
func New(o Options) *Recorder {
	return &Recorder{o: o, busy: make(chan struct{}, 1)}
}

// Fire says that something happened, by the time of frames.
func (r *Recorder) Fire(reason Reason, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	storm := r.stormy && at.Sub(r.last) < Calm
	if !reason.demanded() {
		r.last = at
	}
	switch {
	case r.due != nil:
		r.due.Again++
	case storm && !reason.demanded():
		r.ignored++
	default:
		r.due = &Why{Reason: reason, At: at}
		r.stormy = r.stormy && storm || !reason.demanded()
	}
}

// Tick writes what is due at a time, by that of frames.
func (r *Recorder) Tick(now time.Time) {
	r.mu.Lock()
	due := r.due != nil && !now.Before(r.due.At.Add(r.o.After))
	r.mu.Unlock()
	if due {
		r.begin()
	}
}

// begin writes what is due, unless the one before is still being written.
func (r *Recorder) begin() {
	select {
	case r.busy <- struct{}{}:
	default:
		return
	}
	r.mu.Lock()
	why := *r.due
	r.due = nil
	r.mu.Unlock()
	taken := r.o.Take()
	write := func() {
		defer func() { <-r.busy }()
		r.write(taken, why)
	}
	if r.o.Wait {
		write()
		return
	}
	r.writing.Go(write)
}

// bytesPerByte is more than a byte that is held takes in a recording.
const bytesPerByte = 3

func (r *Recorder) write(taken Taken, why Why) {
	held := taken.Held()
	name, err := r.file(taken, why, held)
	err = errors.Join(err, taken.Close())
	r.mu.Lock()
	if err == nil {
		r.files++
	} else if r.failed == nil {
		r.failed = err
	}
	r.mu.Unlock()
	if r.o.Wrote != nil {
		r.o.Wrote(name, why, held, err)
	}
}

func (r *Recorder) file(taken Taken, why Why, held segment.Extent) (name string, err error) {
	f, err := r.o.Dir.Create(why.Reason, why.At, held.Bytes*bytesPerByte+1<<20)
	if err != nil {
		return "", fmt.Errorf("create recording: %w", err)
	}
	err = r.o.Write(taken, why, f)
	if serr := f.Sync(); err == nil && serr != nil {
		err = serr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return f.Name(), fmt.Errorf("write %s, which has what came until then: %w", f.Name(), err)
	}
	return f.Name(), nil
}

// Close writes what is due, whether After has passed or not, and waits for what is being
// written. exit asks for a file in any case.
func (r *Recorder) Close(now time.Time, exit bool) error {
	r.writing.Wait()
	if exit {
		r.Fire(Exit, now)
	}
	r.mu.Lock()
	due := r.due != nil
	r.mu.Unlock()
	if due {
		r.begin()
		r.writing.Wait()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// Account is what the recorder did.
type Account struct {
	Files   uint64 // that were written
	Ignored uint64 // what happened in storms that had a file
}

// Account is for people.
func (r *Recorder) Account() Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Account{r.files, r.ignored}
}
