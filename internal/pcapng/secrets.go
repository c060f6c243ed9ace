// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"fmt"

	"github.com/nltop/nltop/internal/capture"
)

// Secrets says what became of keys, passwords and the like in a recording.
type Secrets uint8

const (
	SecretsUnknown  Secrets = iota // an older nltop, or another program: they are as they were
	SecretsWithheld                // overwritten, by whoever wrote the file or before
	SecretsKept                    // the user wished to have them in it
)

// Tags of factsSection, and of factsStats.
const (
	tagSecrets  = 60 // Secrets
	tagRedacted = 60 // in how many messages something was overwritten so far
)

// describe is for people; "" where nothing is known.
func (s Secrets) describe() string {
	switch s {
	case SecretsWithheld:
		return ", keys and passwords overwritten"
	case SecretsKept:
		return ", WITH KEYS AND PASSWORDS"
	}
	return ""
}

// Redacted says in how many messages of what was written so far something was
// overwritten. It stands in the statistics that follow.
func (w *Writer) Redacted(messages uint64) {
	if w.redacted != messages {
		w.redacted, w.dirty = messages, true
	}
}

func redactedText(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; overwrote keys or the like in %d messages", n)
}

// Redacted returns in how many messages of what was read so far something was overwritten
// when it was recorded, as far as the file tells: at the latest it does so at its end.
func (r *Reader) Redacted() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return capture.AddUp(r.redacted, r.lastRedacted)
}

// redactedIn reads tagRedacted.
func redactedIn(facts []byte) (n uint64) {
	_ = eachFact(facts, func(tag, num uint64, _ []byte) {
		if tag == tagRedacted {
			n = num
		}
	})
	return n
}
