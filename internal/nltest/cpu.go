// SPDX-License-Identifier: Apache-2.0

package nltest

import (
	"syscall"
	"testing"
	"time"
)

// CPU returns a function that reports, as cpu-ns/op, the processor time that all threads of
// a benchmark have taken since, garbage collection included: what the clock says is the
// business of whatever else the machine does. It is called right in front of the loop, and
// the function right behind it.
func CPU(b *testing.B) func() {
	begin := processorTime(b)
	return func() {
		b.ReportMetric(float64(processorTime(b)-begin)/float64(b.N), "cpu-ns/op")
	}
}

func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		t.Fatal(err)
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}
