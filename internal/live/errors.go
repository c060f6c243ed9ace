// SPDX-License-Identifier: Apache-2.0

package live

import (
	"cmp"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// ErrorKind is one error that the processes of one name got, and how often. Probes are
// none.
type ErrorKind struct {
	Errno int32
	Text  string // of the extended ACK; "": the kernel said nothing
	Comm  string
	// Of the newest: who it was, what was asked, and when it was answered.
	Process      aggregate.Process
	Family, Type string
	Last         time.Time
	Count        uint64
}

// maxErrorKinds bounds how many are known: the one that happened longest ago goes.
const maxErrorKinds = 64

type errorKey struct {
	errno      int32
	text, comm string
}

// errorKinds are those of a stream.
type errorKinds struct{ of map[errorKey]*ErrorKind }

func (k *errorKinds) observe(o *correlate.Observation) {
	f := o.Frame
	if o.Errno <= 0 || o.Probe || o.End != correlate.EndNone || f == nil || f.Verdict.Lost() {
		return
	}
	if f.Kind != capture.KindDatagram && f.Kind != capture.KindCompletion {
		return
	}
	key := errorKey{errno: o.Errno, comm: o.Account.ProcessName()}
	if m := o.Message; m != nil && m.Err != nil {
		key.text = m.Err.Msg
	}
	e := k.of[key]
	if e == nil {
		if k.of == nil {
			k.of = make(map[errorKey]*ErrorKind)
		}
		if len(k.of) >= maxErrorKinds {
			k.makeRoom()
		}
		e = &ErrorKind{Errno: key.errno, Text: key.text, Comm: key.comm}
		k.of[key] = e
	}
	p := &o.Account
	e.Process = aggregate.Process{PID: p.PID, Comm: p.ProcessName(), Life: p.Life, Outside: p.Outside}
	e.Family, e.Type, e.Last = o.Family, o.Type, f.Time
	if x := o.Exchange; x != nil && x.Request != nil {
		e.Family, e.Type = x.Request.Family, x.Request.Type
	}
	e.Count++
}

func (k *errorKinds) makeRoom() {
	var oldest errorKey
	found := false
	for key, e := range k.of {
		if !found || e.Last.Before(k.of[oldest].Last) {
			oldest, found = key, true
		}
	}
	delete(k.of, oldest)
}

// list returns copies, most first.
func (k *errorKinds) list() []ErrorKind {
	out := make([]ErrorKind, 0, len(k.of))
	for _, e := range k.of {
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b ErrorKind) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.Last.Compare(a.Last), cmp.Compare(a.Errno, b.Errno),
			cmp.Compare(a.Comm, b.Comm), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// longest is the report with the longest hold since a time; nil: there is none.
func longest(r *recent[LockReport], since time.Time) *LockReport {
	var most *LockReport
	for i := range r.ring {
		if l := &r.ring[i]; l.Hold > 0 && !l.Time.Before(since) && (most == nil || l.Hold > most.Hold) {
			most = l
		}
	}
	if most == nil {
		return nil
	}
	hold := *most
	return &hold
}
