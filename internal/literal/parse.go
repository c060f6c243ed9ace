// SPDX-License-Identifier: Apache-2.0

// Package literal reads and writes messages as people pass them around: hex
// dumps of several tools, strings with escapes, C arrays, base64; Go and C
// literals for a test case.
//
// It knows nothing of Netlink beyond the cooked header that Wireshark puts in
// front of a packet (package decode does).
package literal

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Datagram is bytes that somebody wrote down.
type Datagram struct {
	Data []byte
	// Protocol is the NETLINK_* number of a cooked header that stood in front;
	// valid where Cooked.
	Protocol uint16
	Cooked   bool
}

// Parse reads the datagrams of a text. It takes plain hex with any separators,
// the dumps of xxd, hexdump -C, od, tcpdump -x and Wireshark (an offset that
// begins anew begins a datagram, and so does an empty line between lines of
// plain hex), strings with the escapes of C as strace prints them, lists of
// numbers as in a C or Go array, and base64. A cooked header (LINKTYPE_NETLINK)
// is taken off.
func Parse(text string) ([]Datagram, error) {
	text = strings.ReplaceAll(text, "\r", "")
	text = reRemark.ReplaceAllString(strings.TrimPrefix(text, "\ufeff"), "")
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("no bytes in the input")
	}
	var chunks [][]byte
	var err error
	switch {
	case strings.Contains(text, `\`) || strings.Contains(text, `"`):
		chunks, err = quoted(text)
	case reArray.MatchString(text):
		chunks, err = numbers(text)
	default:
		if chunks, err = dump(text); err != nil {
			if b, ok := base64Text(text); ok {
				chunks, err = [][]byte{b}, nil
			}
		}
	}
	if err != nil {
		return nil, err
	}
	out := make([]Datagram, 0, len(chunks))
	for _, c := range chunks {
		if len(c) > 0 {
			out = append(out, uncook(c))
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no bytes in the input")
	}
	return out, nil
}

// The cooked header of LINKTYPE_NETLINK is 16 bytes, big-endian: packet type,
// ARPHRD_NETLINK, 10 bytes of address, protocol.
const (
	cookedLen     = 16
	arphrdNetlink = 824
)

func uncook(b []byte) Datagram {
	be16 := func(i int) uint16 { return uint16(b[i])<<8 | uint16(b[i+1]) }
	// No message begins so: its length would be above 64 MiB, its type 0x3803
	// in a file of another machine at most.
	if len(b) >= cookedLen && be16(2) == arphrdNetlink && b[0] == 0 && b[1] <= 7 {
		return Datagram{Data: b[cookedLen:], Protocol: be16(14), Cooked: true}
	}
	return Datagram{Data: b}
}

// reRemark is a line that Write puts above hex.
var reRemark = regexp.MustCompile(`(?m)^#[^\n]*$`)

// reArray is a list of numbers with a prefix or commas: 0x14, 0x00 or 20, 0.
var reArray = regexp.MustCompile(`(?i)(^|[\s{(,\[=])0x[0-9a-f]{1,2}\s*(,|}|$)|^\W*\d{1,3}\s*,`)

// reNumber is one of them.
var (
	reNumber  = regexp.MustCompile(`(?i)\b(0x[0-9a-f]+|\d+)\b`)
	reComment = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	reBraces  = regexp.MustCompile(`(?s)\{([^{}]*)\}`)
)

// numbers reads C and Go arrays; each pair of braces is a datagram.
func numbers(text string) ([][]byte, error) {
	text = reComment.ReplaceAllString(text, " ")
	lists := []string{text}
	if m := reBraces.FindAllStringSubmatch(text, -1); m != nil {
		lists = lists[:0]
		for _, l := range m {
			lists = append(lists, l[1])
		}
	}
	var out [][]byte
	for _, l := range lists {
		var b []byte
		for _, word := range reNumber.FindAllString(l, -1) {
			n, err := strconv.ParseUint(word, 0, 8)
			if err != nil && len(word) > 1 && word[0] == '0' {
				n, err = strconv.ParseUint(word, 10, 8)
			}
			if err != nil {
				return nil, fmt.Errorf("%q is no byte", word)
			}
			b = append(b, byte(n))
		}
		out = append(out, b)
	}
	return out, nil
}

// quoted reads strings with escapes. Where the text has quotes, what is outside
// of them is skipped: strace prints `iov_base="\x14…", iov_len=20`. Strings
// behind each other are one; a line between them that has none, or another
// call's line, begins anew.
func quoted(text string) ([][]byte, error) {
	if !strings.Contains(text, `"`) {
		b, _, err := unescape(strings.Join(strings.Fields(text), ""), 0)
		return [][]byte{b}, err
	}
	var out [][]byte
	last := -1
	for i := 0; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		b, end, err := unescape(text, i+1)
		if err != nil {
			return nil, err
		}
		if end >= len(text) {
			return nil, fmt.Errorf("the string at byte %d has no end", i)
		}
		if between := text[max(last, 0):i]; last >= 0 && strings.Trim(between, " \t\n+\\;") == "" && !strings.Contains(between, "\n\n") {
			out[len(out)-1] = append(out[len(out)-1], b...)
		} else {
			out = append(out, b)
		}
		i, last = end, end+1
	}
	return out, nil
}

// unescape reads from i to a quote or the end, and returns where that is.
func unescape(s string, i int) (b []byte, end int, err error) {
	for i < len(s) && s[i] != '"' {
		if s[i] != '\\' {
			b = append(b, s[i])
			i++
			continue
		}
		if i+1 == len(s) {
			return nil, i, errors.New("a backslash at the end")
		}
		c, n, err := escape(s[i+1:])
		if err != nil {
			return nil, i, fmt.Errorf("at byte %d: %w", i, err)
		}
		if c >= 0 {
			b = append(b, byte(c))
		}
		i += 1 + n
	}
	return b, i, nil
}

// escape reads what follows a backslash: a byte (-1: none), and how long it is.
func escape(s string) (c, n int, err error) {
	if s[0] == 'x' {
		n = 1
		for n < len(s) && n < 3 && isHex(s[n]) {
			n++
		}
		v, err := strconv.ParseUint(s[1:n], 16, 8)
		if err != nil {
			return 0, 0, errors.New(`\x without two digits`)
		}
		return int(v), n, nil
	}
	if s[0] >= '0' && s[0] <= '7' {
		for n < len(s) && n < 3 && s[n] >= '0' && s[n] <= '7' {
			c = c*8 + int(s[n]-'0')
			n++
		}
		if c > 255 {
			return 0, 0, fmt.Errorf("octal escape %o is no byte", c)
		}
		return c, n, nil
	}
	if i := strings.IndexByte("abtnvfr", s[0]); i >= 0 {
		return 7 + i, 1, nil
	}
	switch s[0] {
	case 'e':
		return 0x1b, 1, nil
	case '\n':
		return -1, 1, nil
	case '"', '\'', '\\', '?':
		return int(s[0]), 1, nil
	}
	return 0, 0, fmt.Errorf("unknown escape \\%c", s[0])
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// reOffset is what stands in front of a line of a dump: xxd and tcpdump end it
// with a colon, hexdump, od and Wireshark with a space.
var reOffset = regexp.MustCompile(`^\s*(?:0x)?([0-9a-fA-F]{4,16})(:| {1,3}|$)`)

// dump reads hex, with offsets and a column of characters or without.
func dump(text string) ([][]byte, error) {
	lines := strings.Split(text, "\n")
	offsets := withOffsets(lines)
	var out [][]byte
	var cur []byte
	next := func() {
		if cur != nil {
			out, cur = append(out, cur), nil
		}
	}
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			if !offsets {
				next()
			}
			continue
		}
		var width int
		if offsets {
			m := reOffset.FindStringSubmatch(line)
			if m == nil {
				continue // a line of words between dumps
			}
			off, _ := strconv.ParseUint(m[1], 16, 64)
			if off == 0 {
				next()
			}
			line, width = line[len(m[0]):], 16
		}
		b, err := hexLine(line, width)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		cur = append(cur, b...)
	}
	next()
	return out, nil
}

// withOffsets says whether the lines begin with offsets: the first is 0, and
// the next is what the first line holds.
func withOffsets(lines []string) bool {
	var offs []uint64
	for _, l := range lines {
		if m := reOffset.FindStringSubmatch(l); m != nil {
			off, err := strconv.ParseUint(m[1], 16, 64)
			if err != nil {
				return false
			}
			// Four digits and a space may be bytes of plain hex as well.
			if strings.TrimSpace(l[len(m[0]):]) == "" && len(offs) == 0 {
				return false
			}
			offs = append(offs, off)
		}
	}
	if len(offs) == 0 || offs[0] != 0 {
		return false
	}
	m := reOffset.FindStringSubmatch(lines[firstWith(lines)])
	if m[2] == ":" || len(m[1]) > 4 {
		return len(m[1]) != 8 || m[2] == ":" || len(offs) == 1 || offs[1] <= 32 || offs[1] == 0
	}
	return len(offs) == 1 && strings.Contains(m[2], "  ") || len(offs) > 1 && (offs[1] == 16 || offs[1] == 8 || offs[1] == 32 || offs[1] == 0)
}

func firstWith(lines []string) int {
	for i, l := range lines {
		if reOffset.MatchString(l) {
			return i
		}
	}
	return 0
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
		default:
			return nil, fmt.Errorf("%q is no hex", excerpt(line[i:]))
		}
	}
	return b, nil
}

func excerpt(s string) string {
	if len(s) > 12 {
		s = s[:12] + "…"
	}
	return s
}

func base64Text(text string) ([]byte, bool) {
	s := strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(s); err == nil && len(b) > 0 {
			return b, true
		}
	}
	return nil, false
}
