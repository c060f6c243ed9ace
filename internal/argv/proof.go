// SPDX-License-Identifier: Apache-2.0

package argv

import (
	"encoding/base64"
	"encoding/hex"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Secrets are proved by the messages in which they were overwritten. What was proved is
// taken out of command lines from then on (known), and of those that were told before
// (Told): of the process that sent the secret, of its ancestors, and of whoever else had
// it in a word of its own among the last command lines that were read.
const (
	maxSecrets = 4096     // that are remembered, as hashes
	maxLines   = 1024     // that are looked through when a secret is proved
	maxTold    = 2 * 8192 // lines that were told with a secret in them
	maxSecret  = 4096     // bytes of a secret that are looked for
	// minSecret is the shortest secret that is looked for, in bytes; minInside that within
	// a word. What is shorter stands in words that have nothing to do with it.
	minSecret = 4
	minInside = 6
)

// maxSearches is for how many secrets a second the last command lines are looked through:
// anybody may send what looks like one. Those of the sender always are.
var maxSearches = 200

var (
	seed     = maphash.MakeSeed()
	anyTold  atomic.Bool
	anyKnown atomic.Bool
	proofs   = struct {
		sync.RWMutex
		young, old map[uint64]struct{} // hashes of secrets
		told       map[string]telling  // of lines that have been told: what is left of them
		toldOld    map[string]telling
		lines      [maxLines]readLine // the last ones that were read
		at         int
		second     int64 // of the searches
		searches   int
	}{young: map[uint64]struct{}{}, told: map[string]telling{}}
)

// readLine is a command line as it is and in small letters.
type readLine struct{ line, small string }

// Read notes a command line that was read, so that a secret that is proved later is
// found in it.
func Read(line string) {
	if line == "" || kept.Load() {
		return
	}
	proofs.Lock()
	defer proofs.Unlock()
	if proofs.lines[(proofs.at+maxLines-1)%maxLines].line == line {
		return
	}
	proofs.lines[proofs.at] = readLine{line, lower(line)}
	proofs.at = (proofs.at + 1) % maxLines
}

// telling is a line that was told with secrets in it.
type telling struct {
	text string // without them
	out  []span // where they are
}

func tellingOf(line string) (telling, bool) {
	if !anyTold.Load() {
		return telling{}, false
	}
	proofs.RLock()
	defer proofs.RUnlock()
	t, ok := proofs.told[line]
	if !ok {
		t, ok = proofs.toldOld[line]
	}
	return t, ok
}

// Told returns what is left of a command line that was told, by what was proved since.
func Told(line string) string {
	if t, ok := tellingOf(line); ok {
		return t.text
	}
	return line
}

// Overwritten is Told with the same length: what was proved is asterisks. It is for lines
// that lie where nothing can be moved. False: nothing was.
func Overwritten(line string) ([]byte, bool) {
	t, ok := tellingOf(line)
	if !ok {
		return nil, false
	}
	b := []byte(line)
	for _, o := range t.out {
		for i := o.start; i < o.end; i++ {
			b[i] = '*'
		}
	}
	return b, true
}

// Prove says that these bytes are a secret that was in a message. own are the command
// lines of the process that sent it and of its ancestors, as far as they are known. True:
// a line that was told holds it.
func Prove(secret []byte, own ...string) bool {
	secret = trimmed(secret)
	if len(secret) == 0 || kept.Load() {
		return false
	}
	h := maphash.Bytes(seed, secret)
	proofs.Lock()
	defer proofs.Unlock()
	_, again := proofs.young[h]
	if !again {
		if len(proofs.young) >= maxSecrets {
			proofs.young, proofs.old = map[uint64]struct{}{}, proofs.young
		}
		proofs.young[h] = struct{}{}
		anyKnown.Store(true)
	}
	f := finder(secret)
	found := false
	for _, l := range own {
		found = note(l, lower(l), f) || found
	}
	if again || len(secret) < minInside {
		return found
	}
	if now := time.Now().Unix(); now != proofs.second {
		proofs.second, proofs.searches = now, 0
	}
	if proofs.searches++; proofs.searches > maxSearches {
		return found
	}
	for i := range proofs.lines {
		found = note(proofs.lines[i].line, proofs.lines[i].small, f) || found
	}
	return found
}

// trimmed is a secret without the zeros of a field that is longer, nothing where it is too
// short to be looked for.
func trimmed(secret []byte) []byte {
	n := min(len(secret), maxSecret)
	for n > 0 && secret[n-1] == 0 {
		n--
	}
	if n < minSecret {
		return nil
	}
	return secret[:n]
}

// note finds a secret in a line that was told; proofs is locked.
func note(line, small string, f *forms) bool {
	if !f.in(line, small) {
		return false
	}
	t, known := proofs.told[line]
	if !known {
		t = proofs.toldOld[line]
	}
	s := scan{line: line, out: t.out[:len(t.out):len(t.out)]}
	before := len(s.out)
	s.find(small, f)
	if len(s.out) == before {
		return false
	}
	if len(proofs.told) >= maxTold/2 {
		proofs.told, proofs.toldOld = map[string]telling{}, proofs.told
	}
	proofs.told[line] = telling{text: s.result(), out: s.out}
	anyTold.Store(true)
	return true
}

// forms are the ways in which a secret may stand in a command line. All but the text and
// base64 are in small letters.
type forms struct {
	text, base64, url string
	hex               []string
}

func finder(secret []byte) *forms {
	digits := hex.EncodeToString(secret)
	f := &forms{text: string(secret), hex: []string{digits},
		base64: base64.RawStdEncoding.EncodeToString(secret), url: base64.RawURLEncoding.EncodeToString(secret)}
	for _, sign := range []string{":", "-", `\x`, " "} {
		var b strings.Builder
		for i := 0; i < len(digits); i += 2 {
			if i > 0 {
				b.WriteString(sign)
			}
			b.WriteString(digits[i : i+2])
		}
		f.hex = append(f.hex, b.String())
	}
	return f
}

// in says whether a line may hold a secret.
func (f *forms) in(line, small string) bool {
	if n := len(line); n > 0 && line[n-1] != 0 { // it is cut, maybe in the secret
		return true
	}
	for _, h := range f.hex {
		if strings.Contains(small, h) {
			return true
		}
	}
	return strings.Contains(line, f.text) || strings.Contains(line, f.base64) || strings.Contains(line, f.url)
}

// find takes words out that are a secret or hold it.
func (s *scan) find(small string, f *forms) {
	for _, h := range f.hex {
		s.all(small, h)
	}
	s.all(s.line, f.base64)
	s.all(s.line, f.url)
	s.all(s.line, f.text)
}

// all takes the words out in which a text stands, or which are cut in it.
func (s *scan) all(line, text string) {
	for from := 0; ; {
		n := strings.Index(line[from:], text)
		if n < 0 {
			break
		}
		start, end := s.around(from+n, from+n+len(text))
		if len(text) >= minInside || end-start == len(text) {
			s.take(start, end)
		}
		from += n + len(text)
	}
	if n := len(line); n > 0 && line[n-1] != 0 {
		// The longest end of the line with which the text begins.
		for k := min(len(text)-1, n); k >= minSecret; k-- {
			if strings.HasSuffix(line, text[:k]) {
				start, end := s.around(n-k, n)
				s.take(start, end)
				break
			}
		}
	}
}

// around widens a place to the word that it is in.
func (s *scan) around(start, end int) (int, int) {
	const ends = "\x00 \t\n'\"=;|&()<>,"
	for start > 0 && strings.IndexByte(ends, s.line[start-1]) < 0 {
		start--
	}
	for end < len(s.line) && strings.IndexByte(ends, s.line[end]) < 0 {
		end++
	}
	for end < len(s.line) && s.line[end] == '=' { // base64's
		end++
	}
	return start, end
}

// lower has the small letters of ASCII, and the same length.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// known takes words out that are secrets that were proved before the line was read.
func (s *scan) known() {
	if !anyKnown.Load() {
		return
	}
	proofs.RLock()
	defer proofs.RUnlock()
	const ends = "\x00 \t\n'\"=;|&()<>,"
	for start := 0; start < len(s.line); {
		end := len(s.line)
		if n := strings.IndexAny(s.line[start:], ends); n >= 0 {
			end = start + n
		}
		text := s.line[start:end]
		padded := end
		for padded < len(s.line) && s.line[padded] == '=' {
			padded++
		}
		if isProved(text) {
			s.take(start, padded)
		} else if n := strings.LastIndexByte(text, ':'); n > 0 && isProved(text[n+1:]) { // iw's d:0:
			s.take(start, padded)
		}
		start = end + 1
	}
	// An argument may be a secret with blanks in it.
	for start := 0; start < len(s.line); {
		end := len(s.line)
		if n := strings.IndexByte(s.line[start:], 0); n >= 0 {
			end = start + n
		}
		if isProved(s.line[start:end]) {
			s.take(start, end)
		}
		start = end + 1
	}
}

// isProved says whether a word is a secret as text, hexadecimal or base64; proofs is
// locked.
func isProved(text string) bool {
	if len(text) < minSecret {
		return false
	}
	has := func(secret []byte) bool {
		secret = trimmed(secret)
		if len(secret) == 0 {
			return false
		}
		h := maphash.Bytes(seed, secret)
		if _, ok := proofs.young[h]; ok {
			return true
		}
		_, ok := proofs.old[h]
		return ok
	}
	if has([]byte(text)) {
		return true
	}
	if digits, _, ok := hexDigits(text); ok && len(digits)%2 == 0 {
		if b, err := hex.DecodeString(digits); err == nil && has(b) {
			return true
		}
	}
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := e.DecodeString(strings.TrimRight(text, "=")); err == nil && has(b) {
			return true
		}
	}
	return false
}
