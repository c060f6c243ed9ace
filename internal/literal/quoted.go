// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	// reQuoted is a text of strings: double quotes, an escape, or the bytes of Python.
	reQuoted = regexp.MustCompile(`["\\]|\bb'`)
	// reCall is a line of strace, with the process in front where there are several.
	reCall = regexp.MustCompile(`^\s*(?:\[pid\s+\d+\]\s+|\d+\s+)?(?:[\d:.]+\s+)?(?:<\.\.\. )?([a-z_0-9]+)(?:\(| resumed>)`)
	// rePure is escapes alone.
	rePure = regexp.MustCompile(`^(\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3})+$`)
)

// The calls of strace that carry messages, by their way.
var calls = map[string]Way{
	"sendto": WaySent, "sendmsg": WaySent, "sendmmsg": WaySent, "send": WaySent, "write": WaySent, "writev": WaySent,
	"recvfrom": WayReceived, "recvmsg": WayReceived, "recvmmsg": WayReceived, "recv": WayReceived, "read": WayReceived, "readv": WayReceived,
}

// quoted reads strings with escapes. Where the text has quotes, what is outside
// of them is skipped: strace prints `iov_base="\x14…", iov_len=20`. Strings
// behind each other are one; a line between them that has none, or another
// call's line, begins anew.
func quoted(text string) ([][]byte, error) {
	if !strings.Contains(text, `"`) && !strings.Contains(text, `'`) {
		return bare(text)
	}
	text = withoutOtherCalls(text)
	var out [][]byte
	last := -1
	for i := 0; i < len(text); i++ {
		quote := text[i]
		python := quote == '\'' && i > 0 && (text[i-1] == 'b' || text[i-1] == 'B')
		if quote != '"' && !python {
			continue
		}
		b, end, err := unescape(text, i+1, quote)
		if err != nil {
			return nil, err
		}
		if end >= len(text) {
			return nil, fmt.Errorf("the string at byte %d has no end", i)
		}
		if rest := text[end+1:]; strings.HasPrefix(rest, "...") || strings.HasPrefix(rest, " <repeats") || strings.HasPrefix(rest, ", '") && strings.Contains(rest, "<repeats") {
			return nil, errCut(fmt.Sprintf("string at byte %d", i), "strace -s 65536; in gdb x/NNxb")
		}
		between := strings.TrimSuffix(strings.TrimSuffix(text[max(last, 0):i], "b"), "B")
		if last >= 0 && strings.Trim(between, " \t\n+\\;") == "" && !strings.Contains(between, "\n\n") {
			out[len(out)-1] = append(out[len(out)-1], b...)
		} else {
			out = append(out, b)
		}
		i, last = end, end+1
	}
	return inStrings(out)
}

// inStrings: what strings hold may be hex once more, as in JSON. Of several strings
// those that are no datagram are names and words, unless none is one.
func inStrings(found [][]byte) ([][]byte, error) {
	var good [][]byte
	for _, b := range found {
		if raw, err := hex.DecodeString(string(b)); err == nil && fits(raw) {
			b = raw
		}
		if fits(b) {
			good = append(good, b)
		}
	}
	switch {
	case len(good) > 0:
		return good, nil
	case len(found) == 1:
		return found, nil // broken, or cut
	case len(found) == 0:
		return nil, errors.New("no string in the input holds bytes")
	}
	return nil, fmt.Errorf("none of the %d strings in the input is a Netlink message: paste the one with its bytes alone", len(found))
}

// withoutOtherCalls leaves out lines of strace about other things.
func withoutOtherCalls(text string) string {
	lines := strings.Split(text, "\n")
	seen := false
	for _, l := range lines {
		if m := reCall.FindStringSubmatch(l); m != nil {
			_, ok := calls[m[1]]
			seen = seen || ok
		}
	}
	if !seen {
		return text
	}
	for i, l := range lines {
		if m := reCall.FindStringSubmatch(l); m != nil {
			if _, ok := calls[m[1]]; !ok {
				lines[i] = ""
			}
		}
	}
	return strings.Join(lines, "\n")
}

// bare reads escapes without quotes: Wireshark's, bpftrace's buf(). Spaces between
// escapes divide them; among characters that print they are bytes.
func bare(text string) ([][]byte, error) {
	words := strings.Fields(text)
	pure := true
	for _, w := range words {
		pure = pure && rePure.MatchString(w)
	}
	if pure {
		text = strings.Join(words, "")
	} else {
		text = strings.ReplaceAll(strings.Trim(text, "\n"), "\n", "")
	}
	b, _, err := unescape(text, 0, 0)
	return [][]byte{b}, err
}

// unescape reads from i to a quote or the end, and returns where that is.
func unescape(s string, i int, quote byte) (b []byte, end int, err error) {
	for i < len(s) && (quote == 0 || s[i] != quote) {
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
	if s[0] == 'u' { // JSON and JavaScript: \u0000
		if len(s) >= 5 {
			if v, err := strconv.ParseUint(s[1:5], 16, 16); err == nil && v <= 255 {
				return int(v), 5, nil
			}
		}
		return 0, 0, errors.New(`\u that is no byte`)
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
