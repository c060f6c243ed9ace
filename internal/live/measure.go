// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// Measure is one of the times of an exchange.
type Measure struct {
	Name string
	Time time.Duration
}

// Parts says what the time of an exchange's send went to: of a source that tells it
// (capture.SeesTimes) the sum is the whole; of another, modules that were loaded.
func Parts(x *correlate.Exchange) []Measure {
	p, split := x.Parts()
	if w := x.Waits; !split && w != nil {
		p.Module = w.Loading
	}
	module, rtnl := "module", "rtnl wait"
	if w := x.Waits; w != nil && w.Module != "" {
		module += " " + decode.Quote(w.Module)
		if w.Modules > 1 {
			module += fmt.Sprintf(" and %d more", w.Modules-1)
		}
	}
	if x.Lock.Blocker != nil {
		rtnl += " behind " + words.Process(*x.Lock.Blocker)
	}
	all := []Measure{{module, p.Module}, {rtnl, p.RTNL}, {"rcu", p.RCU}, {"locks", p.Locks}, {"own", p.Own}, {"rest", p.Rest}}
	return slices.DeleteFunc(all, func(m Measure) bool { return m.Time <= 0 })
}

// Measures returns what was measured of an exchange, and nothing else. The last
// of a single reply is the first.
func Measures(x *correlate.Exchange) []Measure {
	last := x.Last
	if x.Replies <= 1 {
		last = 0
	}
	kernel := "kernel"
	if x.Request != nil && !x.Request.Frame.Sees.Has(capture.SeesKernelTime) {
		kernel = "system call" // which is more than the kernel's part in Netlink
	}
	all := []Measure{{kernel, x.Kernel}, {"first", x.First}, {"last", last}, {"reader", x.Reader}, {"late", x.Late()}, {"queue", x.Queue}}
	return slices.DeleteFunc(all, func(m Measure) bool { return m.Time <= 0 })
}

// Spent says what the time from the begin of an exchange's send until its last answer went
// to, as far as its source tells: times behind one another, none of which is in another.
func Spent(x *correlate.Exchange) []Measure {
	all := Parts(x)
	if _, split := x.Parts(); !split {
		var inside time.Duration
		if wait := x.Lock.Wait; wait > 0 {
			name := "rtnl wait"
			if x.Lock.Blocker != nil {
				name += " behind " + words.Process(*x.Lock.Blocker)
			}
			all = append(slices.DeleteFunc(all, func(m Measure) bool { return strings.HasPrefix(m.Name, "rtnl wait") }), Measure{name, wait})
		}
		for _, m := range all {
			inside += m.Time
		}
		send := x.Send
		if send == 0 {
			send = x.Kernel
		}
		name := "kernel"
		if !x.Request.Frame.Sees.Has(capture.SeesKernelTime) {
			name = "system call"
		}
		all = append(all, Measure{name, send - inside})
	}
	if x.Send > 0 {
		all = append(all, Measure{"later reads", x.Later()})
	}
	all = append(all, Measure{"reader", x.Reader}, Measure{"late", x.Late()}, Measure{"queue", x.Queue})
	all = slices.DeleteFunc(all, func(m Measure) bool { return m.Time <= 0 })
	var sum time.Duration
	for _, m := range all {
		sum += m.Time
	}
	if rest := x.Last - sum; x.Whole == 0 && rest > 0 && x.Shared <= 1 {
		all = append(all, Measure{"until answered", rest})
	}
	return all
}
