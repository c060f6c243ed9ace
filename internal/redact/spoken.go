// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/nltop/nltop/internal/argv"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// What audit quotes of command lines (schema.Spoken) is kept, but for what package argv
// takes out of every command line: AUDIT_EXECVE has an argument in each word, others a
// whole line in one, which goes whole.

// heard leaves out of what was found the words that are kept.
func (r *Redactor) heard(m *decode.Message, found []decode.Secret) []decode.Secret {
	if r.of.Has(schema.Spoken) {
		return found
	}
	r.args = r.args[:0]
	for _, s := range found {
		if s.Why == schema.Spoken {
			r.args = append(r.args, quoted(m.Data, s.Lo, s.Hi))
		}
	}
	if len(r.args) == 0 {
		return found
	}
	secret := make([]bool, len(r.args))
	if m.Type == "AUDIT_EXECVE" {
		secret = argv.Holds(r.args)
	} else {
		for i, line := range r.args {
			secret[i] = holds(line)
		}
	}
	kept := found[:0]
	for _, s := range found {
		if s.Why == schema.Spoken {
			taken := secret[0]
			if secret = secret[1:]; !taken && !s.Done {
				continue
			}
		}
		kept = append(kept, s)
	}
	return kept
}

// holds says whether a command line has a secret: its arguments have a NUL between them, or
// it is as it was typed.
func holds(line string) bool {
	if strings.IndexByte(line, 0) < 0 {
		return argv.Text(line) != line
	}
	for _, h := range argv.Holds(strings.Split(strings.TrimSuffix(line, "\x00"), "\x00")) {
		if h {
			return true
		}
	}
	return false
}

// quoted is what a word of an audit record says: between quotes, or in hexadecimal digits
// (audit_log_untrustedstring).
func quoted(data []byte, lo, hi int) string {
	b := data[lo:hi]
	if inside, ok := bytes.CutPrefix(b, []byte{'"'}); ok {
		return string(bytes.TrimSuffix(inside, []byte{'"'}))
	}
	if lo > 0 && data[lo-1] == '"' {
		return string(b)
	}
	if text, err := hex.DecodeString(string(b)); err == nil {
		return string(text)
	}
	return string(b)
}
