// SPDX-License-Identifier: Apache-2.0

package export

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/words"
)

// folded counts the requests that changed nothing.
type folded struct {
	n      [foldedEnd]int
	errors map[string]int // of those that failed, by name
}

// foldedKind is why one did not.
type foldedKind struct {
	as    int
	errno string
}

const (
	foldedRead = iota // it asked
	foldedPass        // a packet, a verdict, a setting of its own socket
	foldedProbe
	foldedRolledBack
	foldedIgnored
	foldedFailed
	foldedEnd
)

func foldedAs(x *correlate.Exchange) foldedKind {
	switch {
	case x.Probe:
		return foldedKind{as: foldedProbe}
	case x.Outcome == correlate.RolledBack:
		return foldedKind{as: foldedRolledBack}
	case x.Outcome == correlate.Ignored:
		return foldedKind{as: foldedIgnored}
	case x.Outcome == correlate.Failed && x.Err != nil:
		return foldedKind{foldedFailed, words.ErrorName(x.Err)}
	case x.Outcome == correlate.Failed:
		return foldedKind{foldedFailed, words.Errno(x.Errno)}
	case x.Request.Passes():
		return foldedKind{as: foldedPass}
	}
	return foldedKind{as: foldedRead}
}

// maxErrors bounds the errors that are told apart.
const maxErrors = 64

func (n *folded) add(k foldedKind) {
	n.n[k.as]++
	if k.errno == "" {
		return
	}
	if n.errors == nil {
		n.errors = map[string]int{}
	}
	if _, known := n.errors[k.errno]; !known && len(n.errors) >= maxErrors {
		k.errno = "others"
	}
	n.errors[k.errno]++
}

func (n *folded) nothing() bool { return n.n == [foldedEnd]int{} }

// String is "138 reads, 45 probes, 2 failed: 1 × EEXIST, 1 × EPERM".
func (n *folded) String() string {
	var parts []string
	for i, what := range [foldedEnd][2]string{
		{"read", "reads"}, {"other that changes nothing", "others that change nothing"}, {"probe", "probes"},
		{"rolled back", "rolled back"}, {"ignored", "ignored"}, {"failed", "failed"},
	} {
		if n.n[i] > 0 {
			parts = append(parts, words.Plural(n.n[i], what[0], what[1]))
		}
	}
	text := strings.Join(parts, ", ")
	names := slices.SortedFunc(maps.Keys(n.errors), func(a, b string) int {
		return cmp.Or(cmp.Compare(n.errors[b], n.errors[a]), cmp.Compare(a, b))
	})
	for i, name := range names {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		text += sep + strconv.Itoa(n.errors[name]) + " × " + name
	}
	return text
}

// eventRun is events of one type behind one another that no request caused: the first are
// written, the others counted, once a second while they come.
type eventRun struct {
	netns       uint64
	family, typ string
	by          capture.Proc
	shown, left int
	at          time.Time // of the newest line
}

func (r *eventRun) same(e *correlate.Event) bool {
	m, p := e.Message, &e.Cause.Proc
	return r.shown > 0 && r.netns == m.Frame.NetNS && r.family == m.FamilyText() && r.typ == m.TypeText() &&
		r.by.PID == p.PID && r.by.Life == p.Life && r.by.Comm == p.Comm
}

// goesOn says whether an event is one of a run of which enough was written.
func (r *eventRun) goesOn(e *correlate.Event) bool { return r.shown >= maxAlone && r.same(e) }

func (r *eventRun) add(e *correlate.Event) {
	if !r.same(e) {
		*r = eventRun{netns: e.Message.Frame.NetNS, family: e.Message.FamilyText(), typ: e.Message.TypeText(), by: e.Cause.Proc}
	}
	r.shown++
	r.at = e.Time
}

func (r *eventRun) fold(to changeWriter, e *correlate.Event) error {
	r.left++
	if e.Time.Sub(r.at) < time.Second {
		return nil
	}
	r.at = e.Time
	return r.flush(to)
}

func (r *eventRun) flush(to changeWriter) error {
	if r.left == 0 {
		return nil
	}
	n := r.left
	r.left = 0
	return to.more(n, r.typ)
}

func (r *eventRun) end(to changeWriter) error {
	err := r.flush(to)
	*r = eventRun{}
	return err
}
