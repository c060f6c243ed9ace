// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	// reOffset is what stands in front of a line of a dump: xxd and tcpdump end it
	// with a colon, hexdump, od and Wireshark with a space.
	reOffset = regexp.MustCompile(`^\s*(?:0x)?([0-9a-fA-F]{4,16})(:| {1,3}|$)`)
	// rePrefixed is what gdb and lldb put there: an address, and what lies at it.
	rePrefixed = regexp.MustCompile(`(?m)^\s*(0x[0-9a-fA-F]+)(?:\s*<[^>]*>)?:\s`)
	// reKernel is what the kernel's log has in front of a line: time, and the words
	// that print_hex_dump was given.
	reKernel = regexp.MustCompile(`^(?:.*kernel: ?)?(?:<\d+>)?(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])?)? ?(.*)$`)
	reSaid   = regexp.MustCompile(`^[^0-9a-fA-F\s][^:]*:? *((?:[0-9a-fA-F]{8,16}: )?(?:[0-9a-fA-F]{2,16} )+.*)$`)
	// reStrace is a line of -e write=FD.
	reStrace = regexp.MustCompile(`^ *\| ([0-9a-f]{5,}) {1,2}(.*?)(?: {3}.*)?\|?$`)
)

// dump reads hex, with offsets and a column of characters or without.
func dump(text string) ([][]byte, error) {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = unprefixed(l)
	}
	if rePrefixed.MatchString(text) {
		return memory(lines)
	}
	first, row, offsets := withOffsets(lines)
	var out [][]byte
	var cur collector
	next := func() {
		if b := cur.take(); b != nil {
			out = append(out, b)
		}
	}
	expected := first
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			if !offsets {
				next()
			}
			continue
		}
		width := 0
		if offsets {
			m := reOffset.FindStringSubmatch(line)
			if m == nil {
				continue // a line of words between dumps
			}
			off, _ := strconv.ParseUint(m[1], 16, 64)
			if off == 0 || off == first || first != 0 && off != expected {
				next()
				expected = off
			}
			line, width = line[len(m[0]):], row
		}
		b, err := hexLine(line, width)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if err := cur.add(line, b, width > 0); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		expected += uint64(len(b))
	}
	next()
	return out, nil
}

// unprefixed takes off what a log has in front of a line.
func unprefixed(l string) string {
	if m := reStrace.FindStringSubmatch(l); m != nil {
		return m[1] + "  " + m[2]
	}
	if !strings.Contains(l, "kernel:") && !strings.HasPrefix(l, "[") && !strings.HasPrefix(l, "<") {
		return l
	}
	m := reKernel.FindStringSubmatch(l)
	if s := reSaid.FindStringSubmatch(m[1]); s != nil {
		return s[1]
	}
	return m[1]
}

// collector gathers the rows of one dump. Dumps of words have them in the byte order
// of their machine: hexdump and od -x print 0034 0000 for 34 00 00 00.
type collector struct {
	b     []byte
	word  int // bytes of every group so far; 0: there was none
	mixed bool
}

func (c *collector) add(line string, b []byte, offsets bool) error {
	c.b = append(c.b, b...)
	if !offsets {
		return nil
	}
	n := 0
	for _, w := range strings.Fields(line) {
		digits := len(w)
		if n+digits/2 > len(b) || strings.ContainsFunc(w, func(r rune) bool { return r > 0x7f || !isHex(byte(r)) }) {
			break
		}
		if digits == 6 && strings.Trim(w, "01234567") == "" {
			return errors.New("words in octal, as od prints them: use od -A x -t x1")
		}
		n += digits / 2
		c.mixed = c.mixed || c.word != 0 && c.word != digits/2
		c.word = digits / 2
	}
	return nil
}

// take returns the bytes and begins anew; nil: there were none.
func (c *collector) take() []byte {
	b, word, mixed := c.b, c.word, c.mixed
	*c = collector{}
	if b == nil || mixed || word != 2 && word != 4 && word != 8 || len(b)%word != 0 {
		return b
	}
	return likeliest(b, swapped(b, word))
}

// swapped has the bytes of every word the other way round.
func swapped(b []byte, word int) []byte {
	b = slices.Clone(b)
	for i := 0; i+word <= len(b); i += word {
		slices.Reverse(b[i : i+word])
	}
	return b
}

// memory reads what gdb's x prints: an address, then numbers of one, two, four or
// eight bytes, these in the byte order of the machine; and what lldb prints.
func memory(lines []string) ([][]byte, error) {
	var out [][]byte
	var cur collector
	var expected uint64
	for i, l := range lines {
		m := rePrefixed.FindStringSubmatchIndex(l)
		if m == nil {
			continue
		}
		addr, err := strconv.ParseUint(l[m[2]+2:m[3]], 16, 64)
		if err != nil {
			return nil, fmt.Errorf("line %d: an address of %d digits", i+1, m[3]-m[2]-2)
		}
		if addr != expected && cur.b != nil {
			out = append(out, cur.take())
		}
		before := len(cur.b)
		if err := cur.memoryRow(l[m[1]:]); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		expected = addr + uint64(len(cur.b)-before)
	}
	if cur.b != nil {
		out = append(out, cur.take())
	}
	return out, nil
}

func (c *collector) memoryRow(row string) error {
	if !strings.Contains(row, "0x") {
		b, err := hexLine(row, 16)
		if err != nil {
			return err
		}
		return c.add(row, b, true)
	}
	for _, w := range strings.Fields(row) {
		digits, ok := strings.CutPrefix(w, "0x")
		b, err := hex.DecodeString(digits)
		if !ok || err != nil {
			return fmt.Errorf("%q is no number in hex: print with x/NNxb", excerpt(w))
		}
		c.mixed = c.mixed || c.word != 0 && c.word != len(b)
		c.b, c.word = append(c.b, b...), len(b)
	}
	return nil
}

// withOffsets says whether the lines begin with offsets: the first is 0, and
// the next is what the first line holds; or they are addresses, which begin
// anywhere, have eight digits at least and end with a colon. row is how many bytes a
// line has.
func withOffsets(lines []string) (first uint64, row int, ok bool) {
	var offs []uint64
	var m []string
	for _, l := range lines {
		found := reOffset.FindStringSubmatch(l)
		if found == nil {
			continue
		}
		off, err := strconv.ParseUint(found[1], 16, 64)
		if err != nil {
			return 0, 0, false
		}
		// Four digits and a space may be bytes of plain hex as well.
		if strings.TrimSpace(l[len(found[0]):]) == "" && len(offs) == 0 {
			return 0, 0, false
		}
		if m == nil {
			m = found
		}
		offs = append(offs, off)
	}
	if len(offs) == 0 {
		return 0, 0, false
	}
	row = 16
	steps := len(offs) == 1
	if !steps {
		step := offs[1] - offs[0]
		if steps = step == 8 || step == 16 || step == 32; step == 32 {
			row = 32
		}
	}
	switch {
	case offs[0] != 0:
		return offs[0], row, m[2] == ":" && len(m[1]) >= 8 && steps
	case m[2] == ":" || len(m[1]) > 4:
		return 0, row, len(m[1]) != 8 || m[2] == ":" || len(offs) == 1 || offs[1] <= 32
	case len(offs) == 1:
		return 0, row, strings.Contains(m[2], "  ")
	}
	return 0, row, steps || offs[1] == 0
}

// hexLine reads the bytes of a line. width bounds them where a column of
// characters may follow; 0: all of the line is hex.
func hexLine(line string, width int) ([]byte, error) {
	if width > 0 {
		if i := strings.IndexByte(line, '|'); i >= 0 {
			line = line[:i]
		}
		line = strings.TrimLeft(line, " \t")
	}
	var b []byte
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case isHex(c) && i+1 < len(line) && isHex(line[i+1]):
			v, _ := hex.DecodeString(line[i : i+2])
			b = append(b, v...)
			i += 2
			if len(b) == 2*width && width > 0 {
				return b, nil
			}
		case c == ' ' || c == '\t':
			run := len(line[i:]) - len(strings.TrimLeft(line[i:], " \t"))
			// xxd, tcpdump and Wireshark: two spaces, then the characters; a gap
			// of two in the middle of a row is hexdump's, behind eight bytes.
			if width > 0 && run >= 2 && len(b) != 8 {
				return b, nil
			}
			if width > 0 && len(b) >= width {
				return b, nil
			}
			i += run
		case strings.IndexByte(":,;-.", c) >= 0 && width == 0:
			i++
		case width > 0:
			return b, nil
		case isHex(c):
			return nil, fmt.Errorf("%q: an odd number of hex digits", excerpt(line[max(0, i-11):i+1]))
		default:
			return nil, fmt.Errorf("%q is no hex", excerpt(line[i:]))
		}
	}
	return b, nil
}
