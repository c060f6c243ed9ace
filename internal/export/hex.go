// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/hex"
	"fmt"
)

// HexRow is the number of bytes in a row of a hex dump.
const HexRow = 16

// Hex appends a hex dump: rows of an offset, the bytes with a gap in the
// middle, and their printable characters, each row indented and ended by a
// newline.
//
//	0000  34 00 00 00 10 00 05 06  07 00 00 00 67 12 00 00  4...........g...
func Hex(dst, data []byte, indent string) []byte {
	for off := 0; off < len(data); off += HexRow {
		dst = append(dst, indent...)
		dst = HexLine(dst, data, off, HexRow)
		dst = append(dst, '\n')
	}
	return dst
}

// HexMarked is Hex with a mark behind each row that has bytes from lo to before
// hi.
func HexMarked(dst, data []byte, indent string, lo, hi int) []byte {
	for off := 0; off < len(data); off += HexRow {
		dst = append(dst, indent...)
		dst = HexLine(dst, data, off, HexRow)
		if off < hi && off+HexRow > lo {
			first, last := max(lo, off), min(hi, off+HexRow, len(data))-1
			dst = fmt.Appendf(dst, "  <== bytes %d to %d", first, last)
		}
		dst = append(dst, '\n')
	}
	return dst
}

// HexLine appends the row of a hex dump that begins at off, without a newline.
func HexLine(dst, data []byte, off, per int) []byte {
	row := data[off:min(off+per, len(data))]
	if off > 0xffff {
		dst = hex.AppendEncode(dst, []byte{byte(off >> 24), byte(off >> 16)})
	}
	dst = hex.AppendEncode(dst, []byte{byte(off >> 8), byte(off)})
	dst = append(dst, ' ')
	for i := range per {
		dst = append(dst, ' ')
		if i == per/2 {
			dst = append(dst, ' ')
		}
		if i < len(row) {
			dst = hex.AppendEncode(dst, row[i:i+1])
		} else {
			dst = append(dst, "  "...)
		}
	}
	dst = append(dst, "  "...)
	for _, c := range row {
		dst = append(dst, printable(c))
	}
	return dst
}

// printable returns a byte as a hex dump shows it: dots for all but ASCII.
func printable(c byte) byte {
	if c < ' ' || c > '~' {
		return '.'
	}
	return c
}
