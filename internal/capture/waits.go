// SPDX-License-Identifier: Apache-2.0

package capture

import "time"

// Waits is what a send waited for inside the kernel, besides rtnl_mutex (Lock).
type Waits struct {
	// Module is what modprobe was to load, of several what took longest; "": nothing.
	// Modules is how often it ran, Loading how long in all.
	Module  string
	Modules uint32
	Loading time.Duration

	// With SeesTimes: for grace periods of RCU, and for locks that others held.
	RCU   time.Duration
	Locks time.Duration
	// OffCPU is how long the thread did not run, for whatever reason: all of these, and
	// what no hook knows.
	OffCPU time.Duration
}

// Parts is a send's time, split: their sum is the whole.
type Parts struct {
	Module time.Duration `json:"module_ns"` // until modprobe had loaded a module
	RTNL   time.Duration `json:"rtnl_ns"`   // until it got rtnl_mutex
	RCU    time.Duration `json:"rcu_ns"`    // until a grace period of RCU was over
	Locks  time.Duration `json:"locks_ns"`  // until it got other locks
	Own    time.Duration `json:"own_ns"`    // it ran
	Rest   time.Duration `json:"rest_ns"`   // it did not run, and no hook knows why
}

// Split splits the time of a send that waited so long for rtnl_mutex, and for w; nil:
// for nothing else. What would be more than the whole is cut.
func Split(elapsed, rtnl time.Duration, w *Waits) Parts {
	if w == nil {
		w = new(Waits)
	}
	left := max(elapsed, 0)
	take := func(d time.Duration) time.Duration {
		d = min(max(d, 0), left)
		left -= d
		return d
	}
	p := Parts{Module: take(w.Loading), RTNL: take(rtnl), RCU: take(w.RCU), Locks: take(w.Locks)}
	p.Rest = take(w.OffCPU - (max(elapsed, 0) - left))
	p.Own = left
	return p
}

// Sum is the whole.
func (p *Parts) Sum() time.Duration {
	return p.Module + p.RTNL + p.RCU + p.Locks + p.Own + p.Rest
}

// Add adds another's parts.
func (p *Parts) Add(q *Parts) {
	p.Module += q.Module
	p.RTNL += q.RTNL
	p.RCU += q.RCU
	p.Locks += q.Locks
	p.Own += q.Own
	p.Rest += q.Rest
}
