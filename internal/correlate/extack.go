// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// extackText is the words of a KindExtack frame.
type extackText struct {
	at   time.Time
	text string
}

const (
	maxExtacks = 4096
	// extackAge bounds how long before its answer the words of an error can
	// have been said.
	extackAge = time.Second
)

// Extack takes the words that the kernel had for the request that a thread is
// just handing to it. They are used for the error that follows, if that does
// not carry its own.
func (t *Tracker) Extack(f *capture.Frame) {
	if len(t.extacks) >= maxExtacks {
		clear(t.extacks)
	}
	t.extacks[f.Proc.TID] = extackText{f.Time, string(f.Data)}
}

// explain gives an error the words that its client did not ask for.
func (t *Tracker) explain(f *capture.Frame, m *decode.Message, o *Observation) {
	tid := f.Proc.TID // the cause of a delivery, or at the system call its reader
	if o.Exchange != nil && o.Exchange.Proc.TID != 0 {
		tid = o.Exchange.Proc.TID
	}
	x, ok := t.extacks[tid]
	if !ok {
		return
	}
	delete(t.extacks, tid)
	if e := m.Err; e != nil && e.Errno != 0 && e.Msg == "" && f.Time.Sub(x.at) <= extackAge {
		e.Msg, e.Traced = x.text, true
	}
}
