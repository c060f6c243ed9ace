// SPDX-License-Identifier: Apache-2.0

package aggregate

import "time"

// maxErrnos is how many kinds of errors are counted apart.
const maxErrnos = 4

// Errnos counts the errors that are no probes by their number. Of what a source counted by
// itself (capture.Counter), all of one look are taken for the newest.
type Errnos struct {
	Top  [maxErrnos]ErrnoCount // in no order
	Rest uint64                // of others, or of no number
	At   time.Time             // of the newest; zero: there was none
}

// ErrnoCount is how often an error was counted; 0: the place is free.
type ErrnoCount struct {
	Errno int32
	Count uint64
}

// Main is the error that was counted most; Count 0: none was.
func (e *Errnos) Main() (top ErrnoCount) {
	for _, c := range e.Top {
		if c.Count > top.Count || c.Count == top.Count && c.Count > 0 && c.Errno < top.Errno {
			top = c
		}
	}
	return top
}

func (e *Errnos) add(errno int32, n uint64, at time.Time) {
	if n == 0 {
		return
	}
	if at.After(e.At) {
		e.At = at
	}
	for i := range e.Top {
		c := &e.Top[i]
		if errno != 0 && (c.Errno == errno || c.Count == 0) {
			c.Errno, c.Count = errno, c.Count+n
			return
		}
	}
	e.Rest += n
}

func (e *Errnos) merge(o *Errnos) {
	if o.At.IsZero() {
		return
	}
	for _, c := range o.Top {
		e.add(c.Errno, c.Count, o.At)
	}
	e.Rest += o.Rest
	if o.At.After(e.At) {
		e.At = o.At
	}
}

// errnos is what a cell has of Errnos: a pointer, since most cells have no error.
type errnos struct{ e *sharedErrnos } // nil: none yet

type sharedErrnos struct {
	Errnos
	shared bool // a snapshot has it: not to be written to
}

func (c *errnos) own() *Errnos {
	switch {
	case c.e == nil:
		c.e = new(sharedErrnos)
	case c.e.shared:
		c.e = &sharedErrnos{Errnos: c.e.Errnos}
	}
	return &c.e.Errnos
}

// share hands out the errors, to keep; nil: there was none.
func (c *errnos) share() *Errnos {
	if c.e == nil {
		return nil
	}
	c.e.shared = true
	return &c.e.Errnos
}

func (c *errnos) fold(o *errnos) {
	if o.e != nil {
		c.own().merge(&o.e.Errnos)
	}
}
