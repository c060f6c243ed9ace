// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"cmp"
	"slices"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// crowdKey is what processes of a crowd have in common.
type crowdKey struct {
	comm   string
	parent uint32
	cgroup uint64
}

// asked counts the lost messages of a sender by what it had asked for.
type asked map[askedKey]*Request

type askedKey struct{ family, typ string }

// maxAsked bounds how many kinds of one sender are told apart.
const maxAsked = 32

// maxFirst is how long the datagram may be, in bytes, whose request is kept as an example.
const maxFirst = 1024

func (a *asked) add(x *correlate.Exchange) {
	if x == nil || x.Request == nil {
		return
	}
	k := askedKey{x.Request.FamilyText(), x.Request.TypeText()}
	if *a == nil {
		*a = asked{}
	}
	r := (*a)[k]
	if r == nil {
		if len(*a) == maxAsked {
			return
		}
		r = &Request{Family: k.family, Type: k.typ}
		if f := x.Request.Frame; f != nil && len(f.Data) <= maxFirst {
			r.First = x.Request
		}
		(*a)[k] = r
	}
	r.Lost++
}

func (a asked) ranked() []Request {
	var list []Request
	for _, r := range a {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b Request) int {
		return cmp.Or(cmp.Compare(b.Lost, a.Lost), cmp.Compare(a.Family, b.Family), cmp.Compare(a.Type, b.Type))
	})
	return list[:min(len(list), MaxRequests)]
}

// sender is one while its incident is written.
type sender struct {
	Sender
	asked asked
}

func (s *sender) copy() Sender {
	c := s.Sender
	c.Requests = s.asked.ranked()
	return c
}

// crowd counts what such processes sent: a script that starts one after another
// would otherwise be a list of processes that are gone.
type crowd struct {
	sender
	last uint32 // process that was seen last
	kept uint64 // of Lost, what is in story.senders too
}

// aCrowd is how many processes make one.
const aCrowd = 4

// sent counts a lost message by who sent it, and what that one had asked for; x nil:
// nothing, or it is not known.
func (r *story) sent(proc capture.Proc, inferred bool, x *correlate.Exchange) {
	s := r.senders[proc]
	isNew := s == nil
	if isNew && len(r.senders) < maxKinds {
		s = &sender{Sender: Sender{Proc: proc, Inferred: inferred, Processes: 1}}
		r.senders[proc] = s
	}
	k := crowdOf(&proc)
	c := r.crowds[k]
	if c == nil && len(r.crowds) < maxKinds {
		c = &crowd{sender: sender{Sender: Sender{Proc: proc}}}
		c.Proc.PID = 0
		r.crowds[k] = c
	}
	if s != nil {
		s.Lost++
		s.asked.add(x)
	}
	if c == nil {
		if s == nil {
			r.OtherSenders++
		}
		return
	}
	c.Lost++
	c.asked.add(x)
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
			in.Senders = append(in.Senders, c.copy())
		} else {
			in.OtherSenders += c.Lost - c.kept
		}
	}
	for _, s := range r.senders {
		if c := r.crowds[crowdOf(&s.Proc)]; c == nil || c.Processes < aCrowd {
			in.Senders = append(in.Senders, s.copy())
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
