// SPDX-License-Identifier: Apache-2.0

package argv

import (
	"slices"
	"strings"
)

// The shortest words that have the form of a key, in digits: 16 bytes, the least of what
// any cipher takes that the kernel has for Netlink; with 0x in front, which few other
// things of that length have, 8.
const (
	minHex      = 32
	minPrefixed = 16
	minBase64   = 22
	// minCut is for the last word of a line that was cut in it.
	minCut = 6
)

// idNames are last parts of words in front of what has the form of a key and is the name
// of something.
var idNames = []string{"id", "uuid", "guid", "hash", "digest", "commit", "sha", "sha1", "sha256", "md5", "checksum",
	"fingerprint", "rev", "revision", "container", "image", "serial", "machine", "pubkey", "publickey", "peer", "public"}

// formed takes a word out, or the part of it behind a sign, that has the form of a key.
func (s *scan) formed(w *word, previous string, c context) {
	if len(w.text) < minPrefixed && !w.cut || s.taken(w.start, w.end) || namesID(previous) {
		return
	}
	hex := true
	for _, t := range c.tools {
		if t.program && t.plain {
			return
		}
		hex = hex && !(t.program && t.hex)
	}
	from := w.inner().start
	text := s.line[from : from+len(w.text)]
	for at := 0; at < len(text); {
		end := len(text)
		if n := strings.IndexAny(text[at:], `=:,'"@[]()`); n >= 0 {
			end = at + n
		}
		if at == 0 || !namesID(lastName(text[:at-1])) {
			for _, stop := range []int{len(text), end} {
				if s.form(text[at:stop], w.cut && stop == len(text), hex) {
					s.take(from+at, from+stop)
					end = stop
					break
				}
			}
		}
		at = end + 1
	}
}

// lastName is the name at the end of a text.
func lastName(text string) string {
	start := len(text)
	for start > 0 && isNameByte(text[start-1]) {
		start--
	}
	return text[start:]
}

// namesID says whether a name is one of something that has an ID for its value.
func namesID(name string) bool {
	parts := nameParts(strings.TrimLeft(name, "-"))
	if len(parts) == 0 {
		return false
	}
	last := parts[len(parts)-1]
	for _, end := range []string{"id", "hash", "sum", "digest"} { // buildid
		if len(last) > len(end) && strings.HasSuffix(last, end) {
			return true
		}
	}
	return slices.Contains(idNames, last) || len(parts) > 1 && slices.Contains(idNames, parts[len(parts)-2]+last)
}

// form says whether a word has the form of a key; cut: it is the beginning of one; hex:
// also where it is hexadecimal.
func (s *scan) form(text string, cut, hex bool) bool {
	switch {
	case hex && isHexKey(text), isBase64Key(text), isJWT(text):
		return true
	case !cut || len(text) < minCut || strings.Count(text, "/") > 1:
		return false
	}
	digit, letter := false, false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digit = true
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letter = true
		case strings.IndexByte("+/=:", c) < 0:
			return false
		}
	}
	return digit && letter
}

// hexDigits is a word's hexadecimal digits, without 0x and with single signs between
// pairs left out; ok: it has nothing else.
func hexDigits(text string) (digits string, prefixed, ok bool) {
	if len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		text, prefixed = text[2:], true
	}
	if len(text) > 4 && strings.IndexByte(":-", text[2]) >= 0 {
		sign := text[2]
		var b strings.Builder
		for i := range len(text) {
			if i%3 == 2 {
				if text[i] != sign {
					return "", prefixed, false
				}
				continue
			}
			b.WriteByte(text[i])
		}
		text = b.String()
	}
	for i := range len(text) {
		if !isHexDigit(text[i]) {
			return "", prefixed, false
		}
	}
	return text, prefixed, text != ""
}

func isHexDigit(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isHexKey(text string) bool {
	d, prefixed, ok := hexDigits(text)
	return ok && (len(d) >= minHex || prefixed && len(d) >= minPrefixed)
}

// isBase64Key says whether a word is base64 of at least 16 bytes that look random: with
// its padding, or else as mixed as random bytes are, and no path.
func isBase64Key(text string) bool {
	body := strings.TrimRight(text, "=")
	if len(body) < minBase64 || len(text)-len(body) > 2 || strings.HasPrefix(text, "--") {
		return false
	}
	const (
		sign = iota
		upper
		lower
		digit
	)
	var runs [4]int // of one kind of bytes behind each other
	last := -1
	for i := range len(body) {
		kind := sign
		switch c := body[i]; {
		case c >= 'A' && c <= 'Z':
			kind = upper
		case c >= 'a' && c <= 'z':
			kind = lower
		case c >= '0' && c <= '9':
			kind = digit
		case strings.IndexByte("+/-_", c) < 0:
			return false
		}
		if kind != last {
			runs[kind]++
		}
		last = kind
	}
	if len(text) > len(body) && len(text)%4 == 0 {
		return runs[upper] > 0 && runs[lower] > 0 || runs[digit] > 0
	}
	slashes := strings.Count(text, "/")
	if isPath(text) || slashes > 3 || runs[upper] == 0 || runs[lower] == 0 || runs[digit] == 0 {
		return false
	}
	// Names of several words have a number at their end, not in between.
	return (runs[digit] > 1 || len(body) < 32 && slashes == 0) && 3*(runs[upper]+runs[lower]+runs[digit]) > len(body)
}

// isJWT says whether a word is a JSON Web Token (RFC 7519): a JSON object, another one, and
// what proves them, in base64url.
func isJWT(text string) bool {
	if !strings.HasPrefix(text, "eyJ") || strings.Count(text, ".") != 2 {
		return false
	}
	for i := range len(text) {
		if c := text[i]; !isNameByte(c) {
			return false
		}
	}
	return len(text) > minHex
}

// isPath says whether a word begins with one of the folders that every system has.
func isPath(text string) bool {
	if text == "" || text[0] != '/' {
		return false
	}
	top, _, more := strings.Cut(text[1:], "/")
	return more && slices.Contains([]string{"bin", "boot", "data", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "nix",
		"opt", "proc", "root", "run", "sbin", "snap", "srv", "sys", "tmp", "usr", "var"}, top)
}
