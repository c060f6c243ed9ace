// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strconv"
	"time"
)

// count writes a number in at most six characters: 99999, 123K, 1.23M.
func count(n uint64) string {
	if n < 100_000 {
		return strconv.FormatUint(n, 10)
	}
	return scaled(float64(n), 1000)
}

// rate writes messages per second.
func rate(r float64) string {
	switch {
	case r < 9.95:
		return strconv.FormatFloat(r, 'f', 1, 64)
	case r < 9999.5:
		return strconv.FormatFloat(r, 'f', 0, 64)
	}
	return scaled(r, 1000)
}

// size writes bytes in units of 1024: 512, 1.5K, 23M.
func size(n float64) string {
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

// age writes how long ago something was: now, 42s, 15m, 7h, 3d.
func age(d time.Duration) string {
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

// clock writes how long something has been running: 0:07, 12:34, 1:02:03.
func clock(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// sparkline draws numbers as a row of bars, the largest as a full one.
func sparkline(values []uint32, ascii bool) string {
	bars := []rune(" ▁▂▃▄▅▆▇█")
	if ascii {
		bars = []rune(" .:-=+*#@")
	}
	var top uint32
	for _, v := range values {
		top = max(top, v)
	}
	out := make([]rune, len(values))
	for i, v := range values {
		out[i] = bars[0]
		if v > 0 {
			out[i] = bars[1+int(uint64(v)*uint64(len(bars)-2)/uint64(top))]
		}
	}
	return string(out)
}
