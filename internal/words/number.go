// SPDX-License-Identifier: Apache-2.0

// Package words writes in plain words what several outputs show: durations, sizes and
// counts, processes, errnos, groups. What it returns is safe for a terminal.
//
// It knows neither lines nor columns, colours nor JSON (packages export and ui), and
// says nothing about messages or exchanges.
package words

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Plural writes a number of things: "1 reply", "2 replies".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// TimeOfDay is how a line writes the time of day (time.Time.Format).
const TimeOfDay = "15:04:05.000000"

// durations are the units of Duration, and from what on they are used: a figure
// that would be rounded up to 1000 takes the next unit, and so do 100 seconds
// and 100 minutes.
var durations = [...]struct {
	from, unit time.Duration
	name       string
}{
	{100 * time.Minute, time.Hour, " h"},
	{100 * time.Second, time.Minute, " m"},
	{999500 * time.Microsecond, time.Second, " s"},
	{999500 * time.Nanosecond, time.Millisecond, " ms"},
	{time.Microsecond, time.Microsecond, " us"},
}

// Duration writes a latency in three digits and a unit.
func Duration(d time.Duration) string {
	abs := math.Abs(float64(d))
	for _, u := range durations {
		if abs < float64(u.from) {
			continue
		}
		v, prec := abs/float64(u.unit), 0
		switch {
		case v < 9.995:
			prec = 2
		case v < 99.95:
			prec = 1
		}
		return strconv.FormatFloat(math.Copysign(v, float64(d)), 'f', prec, 64) + u.name
	}
	return strconv.FormatInt(int64(d), 10) + " ns"
}

// Size writes bytes with a binary unit.
func Size(n uint64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

// Count writes a number in at most six characters: 99999, 123K, 1.23M.
func Count(n uint64) string {
	if n < 100_000 {
		return strconv.FormatUint(n, 10)
	}
	return scaled(float64(n), 1000)
}

// Rate writes messages per second.
func Rate(r float64) string {
	switch {
	case r < 9.95:
		return strconv.FormatFloat(r, 'f', 1, 64)
	case r < 9999.5:
		return strconv.FormatFloat(r, 'f', 0, 64)
	}
	return scaled(r, 1000)
}

// Short writes bytes in units of 1024: 512, 1.5K, 23M.
func Short(n float64) string {
	if n < 1023.5 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return scaled(n, 1024)
}

// scaled writes three digits and a unit.
func scaled(n, unit float64) string {
	const units = " KMGTPE"
	i := 0
	for n >= unit*0.9995 && i < len(units)-1 {
		n /= unit
		i++
	}
	digits := 0
	switch {
	case n < 9.995:
		digits = 2
	case n < 99.95:
		digits = 1
	}
	return strconv.FormatFloat(n, 'f', digits, 64) + units[i:i+1]
}

// Age writes how long ago something was: now, 42s, 15m, 7h, 3d.
func Age(d time.Duration) string {
	switch {
	case d < time.Second:
		return "now"
	case d < 100*time.Second:
		return strconv.Itoa(int(d.Seconds())) + "s"
	case d < 100*time.Minute:
		return strconv.Itoa(int(d.Minutes())) + "m"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + "h"
	}
	return strconv.Itoa(int(d.Hours()/24)) + "d"
}

// Clock writes how long something has been running: 0:07, 12:34, 1:02:03.
func Clock(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Grouped writes a whole number with commas: 9,766.
func Grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
