// SPDX-License-Identifier: Apache-2.0

package ui

// sparkline draws numbers as a row of bars, the largest as a full one.
func sparkline(values []uint32, ascii bool) string {
	bars := bars(ascii)
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

// bars are those of a line over time, from none to a full one.
func bars(ascii bool) []rune {
	if ascii {
		return []rune(" .:-=+*#@")
	}
	return []rune(" ▁▂▃▄▅▆▇█")
}
