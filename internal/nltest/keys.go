// SPDX-License-Identifier: Apache-2.0

package nltest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// window is how many bytes of a key that stand in a row are found.
const window = 5

// Keys looks for keys in what a program wrote: as bytes, in base64 and in hex, however
// hex is written (a dump, with colons, as literals of C or Go).
type Keys struct {
	names  map[string]string // key → name
	digits map[string]string // hex digits of a window → name of its key
	texts  map[string]string // base64 → name
}

// NewKeys takes keys by what they are called. Those of less than five bytes are too
// short to be looked for.
func NewKeys(keys map[string][]byte) *Keys {
	k := &Keys{names: map[string]string{}, digits: map[string]string{}, texts: map[string]string{}}
	for name, key := range keys {
		if len(key) < window {
			continue
		}
		k.names[string(key)] = name
		for i := 0; i+window <= len(key); i++ {
			if w := key[i : i+window]; distinct(w) > 2 {
				k.digits[hex.EncodeToString(w)] = name
			}
		}
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			k.texts[enc.EncodeToString(key)] = name
			for from := 1; from < 3 && len(key) >= 2*window; from++ { // in the middle of more
				part := key[from:]
				k.texts[enc.EncodeToString(part[:len(part)/3*3])] = name
			}
		}
	}
	return k
}

func distinct(b []byte) int {
	seen := map[byte]bool{}
	for _, c := range b {
		seen[c] = true
	}
	return len(seen)
}

// Names returns what is looked for.
func (k *Keys) Names() (all []string) {
	for _, name := range k.names {
		all = append(all, name)
	}
	return all
}

// In returns what of the keys stands in out, by the form in which it does.
func (k *Keys) In(out []byte) map[string]string {
	found := map[string]string{}
	for key, name := range k.names {
		if bytes.Contains(out, []byte(key)) {
			found[name] = "bytes"
		}
	}
	for text, name := range k.texts {
		if bytes.Contains(out, []byte(text)) {
			found[name] = "base64: " + text
		}
	}
	for line := range bytes.Lines(out) {
		digits := squeeze(line)
		for i := 0; i+2*window <= len(digits); i++ {
			if name, ok := k.digits[digits[i:i+2*window]]; ok {
				found[name] = fmt.Sprintf("hex: %.200s", line)
			}
		}
	}
	return found
}

// unwritten is what stands between the digits of bytes in a row.
var unwritten = strings.NewReplacer("0x", "", `\x`, "", " ", "", ",", "", ":", "", `"`, "", "\n", "")

func squeeze(line []byte) string { return unwritten.Replace(strings.ToLower(string(line))) }
