// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"syscall"
	"time"
)

// cpuWindow is the time that a figure of the CPU meter is for, at least.
const cpuWindow = time.Second

// newCPUMeter returns a function that says how much of one CPU nltop used
// lately, in percent, user and system time together.
func newCPUMeter() func(time.Time) float64 {
	var before time.Duration
	var at time.Time
	var percent float64
	return func(now time.Time) float64 {
		if !at.IsZero() && now.Sub(at) < cpuWindow {
			return percent
		}
		var ru syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
			return percent
		}
		used := time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
		if !at.IsZero() {
			percent = 100 * float64(used-before) / float64(now.Sub(at))
		}
		before, at = used, now
		return percent
	}
}
