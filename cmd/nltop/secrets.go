// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/redact"
	"github.com/nltop/nltop/internal/words"
)

// redaction is what --secrets asks for.
func (f *captureFlags) redaction() redact.Policy { return redact.Policy{Keep: f.secrets} }

// recorded is what a recording says of keys. What another file lacks cannot be kept.
func (f *captureFlags) recorded(from *pcapng.Reader) pcapng.Secrets {
	if !f.secrets || from != nil && from.Meta().Secrets == pcapng.SecretsWithheld {
		return pcapng.SecretsWithheld
	}
	return pcapng.SecretsKept
}

// countSecrets says how many messages a recording lacks something of; it is asked at
// every flush.
func (r *recorder) countSecrets(redacted func() uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.redacted = redacted
}

// countRedacted tells the file at hand in how many of its messages something was
// overwritten, and returns that. r.mu is held.
func (r *recorder) countRedacted() (n uint64) {
	if r.redacted != nil {
		n = r.redacted() - r.gone
		r.at.w.Redacted(n)
	}
	return n
}

// redacted is in how many messages something was overwritten, here or when the file that
// is read was recorded.
func (s *session) redacted() uint64 {
	if s.flight != nil && s.flight.frames == nil {
		return s.flight.redacted.Load() // what it holds is searched when it is written
	}
	n := s.pipe.Redacted()
	if s.file != nil && s.secrets {
		n = max(n, s.file.Redacted())
	}
	return n
}

// withSecrets is what --secrets has to be said of.
func (s *session) withSecrets() []string {
	switch {
	case !s.secrets:
		return nil
	case s.file != nil && s.file.Meta().Secrets == pcapng.SecretsWithheld:
		return []string{"--secrets: the file was recorded without; what was overwritten then is not in it"}
	}
	return []string{"--secrets: keys, passwords and what was typed are shown and kept"}
}

// tellRedacted says that something was left out.
func (s *session) tellRedacted() {
	if n := s.redacted(); n > 0 && !s.secrets {
		fmt.Fprintf(stderr, "nltop: keys or the like are overwritten in %s; --secrets leaves them\n", words.Plural(int(n), "message", "messages"))
	}
}
