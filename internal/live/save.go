// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// Saved is a file that what is kept is saved to.
type Saved interface {
	pipeline.Recorder
	// Close completes the file; with why, there is none.
	Close(why error) error
}

// Saving is how far a file is that is being saved.
type Saving struct {
	Path string
	Progress
	Ended bool
	Err   error // why there is no such file; nil: there is, or will be
}

// saver saves what is kept, in the background.
type saver struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	now  Saving
	walk *spool.Playback
}

var (
	errSaving  = errors.New("another file is being saved")
	errUnsaved = errors.New("nltop ended before all was saved")
)

// Save writes what is kept until now to a file, in the background: what passes the filters,
// or all of it. It fails where the file cannot be written; Status.Saving says how it goes on.
func (m *Model) Save(path string, all bool) error {
	r := m.now()
	if r.spool == nil || r.spool.Frames() == 0 || m.o.Save == nil {
		return errNothingKept
	}
	if v := m.saving; v != nil && !v.state().Ended {
		return errSaving
	}
	to, err := m.o.Save(path)
	if err != nil {
		return err
	}
	var f *filter.Filter
	if !all {
		f = m.adding
	}
	until := r.spool.Frames()
	v := &saver{done: make(chan struct{}), walk: r.spool.Playback(until)}
	v.walk.Once = true
	v.now = Saving{Path: path, Progress: Progress{Of: until - v.walk.First()}}
	var ctx context.Context
	ctx, v.cancel = context.WithCancel(context.Background())
	m.saving = v
	again := r.pipe.AgainInto(v.walk, v.walk.First()+1, f, to)
	go func() {
		defer m.o.Guard()
		defer close(v.done)
		err := again.RunOn(ctx)
		if err == nil && ctx.Err() != nil {
			err = errUnsaved
		}
		if err = errors.Join(to.Close(err), err); err != nil {
			err = fmt.Errorf("save %s: %w", path, err)
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.now.Ended, v.now.Err = true, err
	}()
	return nil
}

func (v *saver) state() Saving {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now
	at, _ := v.walk.At()
	now.Done = at - v.walk.First()
	return now
}

// end stops it, and says what became of it; nil: it is complete, or there was none.
func (v *saver) end() error {
	if v == nil {
		return nil
	}
	v.cancel()
	<-v.done
	if err := v.state().Err; errors.Is(err, errUnsaved) {
		return err
	}
	return nil // the view has told
}
