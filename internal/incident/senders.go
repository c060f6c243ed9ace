// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"cmp"
	"slices"

	"github.com/nltop/nltop/internal/capture"
)

// crowdKey is what processes of a crowd have in common.
type crowdKey struct {
	comm   string
	parent uint32
	cgroup uint64
}

// crowd counts what such processes sent: a script that starts one after another
// would otherwise be a list of processes that are gone.
type crowd struct {
	Sender
	last uint32 // process that was seen last
	kept uint64 // of Lost, what is in story.senders too
}

// aCrowd is how many processes make one.
const aCrowd = 4

// sent counts a lost message by who sent it.
func (r *story) sent(proc capture.Proc, inferred bool) {
	s := r.senders[proc]
	isNew := s == nil
	if isNew && len(r.senders) < maxKinds {
		s = &Sender{Proc: proc, Inferred: inferred, Processes: 1}
		r.senders[proc] = s
	}
	k := crowdOf(&proc)
	c := r.crowds[k]
	if c == nil && len(r.crowds) < maxKinds {
		c = &crowd{Sender: Sender{Proc: proc}}
		c.Proc.PID = 0
		r.crowds[k] = c
	}
	if s != nil {
		s.Lost++
	}
	if c == nil {
		if s == nil {
			r.OtherSenders++
		}
		return
	}
	c.Lost++
	c.Inferred = c.Inferred || inferred
	if s != nil {
		c.kept++
	}
	// Of processes that find no room, those that come one after another are told
	// apart.
	if isNew && (s != nil || proc.PID != c.last) {
		c.Processes++
	}
	c.last = proc.PID
}

func crowdOf(p *capture.Proc) crowdKey { return crowdKey{p.Comm, p.PPID, p.CgroupID} }

// rankSenders lists in in who sent what was lost, most first.
func (r *story) rankSenders(in *Incident) {
	for _, c := range r.crowds {
		if c.Processes >= aCrowd {
			in.Senders = append(in.Senders, c.Sender)
		} else {
			in.OtherSenders += c.Lost - c.kept
		}
	}
	for _, s := range r.senders {
		if c := r.crowds[crowdOf(&s.Proc)]; c == nil || c.Processes < aCrowd {
			in.Senders = append(in.Senders, *s)
		}
	}
	slices.SortFunc(in.Senders, func(a, b Sender) int {
		return cmp.Or(cmp.Compare(b.Lost, a.Lost), cmp.Compare(a.Proc.PID, b.Proc.PID), cmp.Compare(a.Proc.Comm, b.Proc.Comm),
			cmp.Compare(a.Proc.CgroupID, b.Proc.CgroupID), cmp.Compare(a.Proc.PPID, b.Proc.PPID))
	})
	for len(in.Senders) > MaxRanked {
		in.OtherSenders += in.Senders[len(in.Senders)-1].Lost
		in.Senders = in.Senders[:len(in.Senders)-1]
	}
}
