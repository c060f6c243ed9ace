// SPDX-License-Identifier: Apache-2.0

package live

import (
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Measure is one of the times of an exchange.
type Measure struct {
	Name string
	Time time.Duration
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
	all := []Measure{{kernel, x.Kernel}, {"first", x.First}, {"last", last}, {"reader", x.Reader}}
	return slices.DeleteFunc(all, func(m Measure) bool { return m.Time <= 0 })
}
