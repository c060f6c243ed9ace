// SPDX-License-Identifier: Apache-2.0

// Package aggregate counts observations by process, socket, family and type, and
// hands out snapshots: copies that a view reads without a lock. It keeps no messages.
//
// Memory is bounded whatever the traffic: the cell that was idle longest is
// folded into an overflow that says how much it holds, and totals stay exact.
// The package draws nothing, reads no clock (time comes from frames and from
// the caller of Snapshot), and is not safe for concurrent use: one goroutine
// owns a Table.
package aggregate

import (
	"cmp"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// Counters is what is counted, at every grain: of a cell, of a row of a tree,
// of all. "Out" is what the process sent (to the kernel or to another user),
// "in" is what was delivered to it.
type Counters struct {
	OutMessages uint64 `json:"out_messages"`
	InMessages  uint64 `json:"in_messages"`
	OutBytes    uint64 `json:"out_bytes"`
	InBytes     uint64 `json:"in_bytes"`
	// What they were; of what the kernel had no room to count apart, nobody knows.
	Requests uint64 `json:"requests"`
	Replies  uint64 `json:"replies"`
	Events   uint64 `json:"events"`
	Peers    uint64 `json:"peers,omitempty"` // between users
	capture.Tally
	// Spent is counted of messages alone, and where a source tells (capture.SeesTimes).
	Spent Spent `json:"spent,omitzero"`
}

// Spent says what requests took their time for: Parts is Kernel of the sends, split.
type Spent struct {
	capture.Parts
	Later  time.Duration `json:"later_ns"`  // in the kernel, inside later reads: parts of dumps
	Late   time.Duration `json:"late_ns"`   // from sends' ends until the kernel had answered
	Reader time.Duration `json:"reader_ns"` // readers between the parts of dumps
	Queue  time.Duration `json:"queue_ns"`  // last answers, until they were read
}

// Add adds another's.
func (s *Spent) Add(t *Spent) {
	s.Parts.Add(&t.Parts)
	s.Later += t.Later
	s.Late += t.Late
	s.Reader += t.Reader
	s.Queue += t.Queue
}

// Sum is the whole: from sends until the last answers were read.
func (s *Spent) Sum() time.Duration { return s.Parts.Sum() + s.Later + s.Late + s.Reader + s.Queue }

// Latency sums durations: for Counters.Latency from a request to its last reply.
type Latency = capture.Times

// Failures are the errors that are no probes.
func (c *Counters) Failures() uint64 { return c.Errors - min(c.Probes, c.Errors) }

// Messages counts both ways.
func (c *Counters) Messages() uint64 { return c.OutMessages + c.InMessages }

// Bytes counts both ways.
func (c *Counters) Bytes() uint64 { return c.OutBytes + c.InBytes }

// Nobufs is the number of ENOBUFS, for sources that see only one side of them
// as well as for those that see both.
func (c *Counters) Nobufs() uint64 { return max(c.NobufsRaised, c.NobufsRead) }

// Add adds d.
func (c *Counters) Add(d *Counters) {
	c.OutMessages += d.OutMessages
	c.InMessages += d.InMessages
	c.OutBytes += d.OutBytes
	c.InBytes += d.InBytes
	c.Requests += d.Requests
	c.Replies += d.Replies
	c.Events += d.Events
	c.Peers += d.Peers
	c.Tally.Add(&d.Tally)
	c.Spent.Add(&d.Spent)
}

// Last is the newest of what cannot be added up.
type Last struct {
	Seen    time.Time `json:"last"`       // frame time of the newest observation
	Errno   int32     `json:"last_errno"` // of the newest error; 0: none
	ErrorAt time.Time `json:"-"`
	LostAt  time.Time `json:"-"` // of the newest drop or ENOBUFS
	// WaitedAt is when an answer came last that took LongWait or more.
	WaitedAt time.Time `json:"-"`
	// Who is the process as it was then, with what is known of it; nil: nobody.
	Who *capture.Proc `json:"-"`
}

func (l *Last) merge(m *Last) {
	if m.Seen.After(l.Seen) {
		l.Seen = m.Seen
		l.Who = cmp.Or(m.Who, l.Who)
	} else if l.Who == nil {
		l.Who = m.Who
	}
	if m.Errno != 0 && (l.Errno == 0 || m.ErrorAt.After(l.ErrorAt)) {
		l.Errno, l.ErrorAt = m.Errno, m.ErrorAt
	}
	if m.LostAt.After(l.LostAt) {
		l.LostAt = m.LostAt
	}
	if m.WaitedAt.After(l.WaitedAt) {
		l.WaitedAt = m.WaitedAt
	}
}
