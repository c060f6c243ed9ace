// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"strconv"
	"strings"
)

// unit is what a size may end with; one without a name goes last.
type unit struct {
	name  string
	bytes float64
}

// parseSize reads a size above 0 in one of the units.
func parseSize(s string, units []unit) (bytes int64, ok bool) {
	for _, u := range units {
		number, found := strings.CutSuffix(s, u.name)
		if !found {
			continue
		}
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || !(v > 0) || v*u.bytes > math.MaxInt64/2 {
			return 0, false
		}
		return int64(v * u.bytes), true
	}
	return 0, false
}
