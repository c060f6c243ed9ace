// SPDX-License-Identifier: Apache-2.0

package live

import (
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/repeat"
)

// Poll is a question that somebody asks again and again.
type Poll struct {
	// Process is who; of several of one name that asked it once each, one after another,
	// the name alone. Processes is how many they are.
	Process      aggregate.Process
	Processes    int
	Family, Type string
	Dump         bool
	Times        uint64
	// Interval is the middle of the times between two, Low and High those that one in ten
	// is below and above; Even: they are about the same.
	Interval, Low, High time.Duration
	Even                bool
	// Replies came back in all, and Kernel is the time in the kernel that they took, as far
	// as the source tells.
	Replies     uint64
	Kernel      time.Duration
	First, Last time.Time // when it was asked
}

// maxPolls bounds how many a snapshot has.
const maxPolls = 64

// pollsOf are those of the last HoldsFor; of a recording of all of it.
func pollsOf(l *repeat.Log, since time.Time) []Poll {
	var polls []Poll
	for _, r := range l.Polls(since, maxPolls) {
		p := &r.Proc
		polls = append(polls, Poll{
			Process:   aggregate.Process{PID: p.PID, Comm: p.ProcessName(), Life: p.Life, Outside: p.Outside},
			Processes: r.Processes, Family: r.Family, Type: r.Type, Dump: r.Dump, Times: r.Times,
			Interval: r.Interval, Low: r.Low, High: r.High, Even: r.Even(),
			Replies: r.Replies, Kernel: r.Kernel, First: r.First, Last: r.Last,
		})
	}
	return polls
}
