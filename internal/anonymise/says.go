// SPDX-License-Identifier: Apache-2.0

package anonymise

import "bytes"

// The words of an extended ACK are the kernel's, and say what went wrong. Some name the
// thing that it went wrong with; those are known by then, since somebody asked about them.

// seen are names that were replaced, for as long as there is room.
type seen struct{ young, old map[string]bool }

const (
	maxSeen     = 1 << 14
	maxSeenName = 64
	minSeenName = 2
)

func (s *seen) add(b []byte) {
	b = bytes.TrimRight(b, "\x00")
	if len(b) < minSeenName || len(b) > maxSeenName || s.young[string(b)] {
		return
	}
	if s.young == nil || len(s.young) >= maxSeen {
		s.young, s.old = map[string]bool{}, s.young
	}
	s.young[string(b)] = true
}

func (s *seen) has(b []byte) bool { return s.young[string(b)] || s.old[string(b)] }

// says replaces addresses in a text of the kernel's, and names that were seen.
func (a *Anonymiser) says(b []byte) {
	for lo := 0; lo < len(b); {
		if end := addressEnd(b, lo); end > lo {
			a.secret.addressText(b[lo:end])
			lo = prefixEnd(b, end)
			continue
		}
		hi := lo
		for hi < len(b) && (isWordByte(b[hi]) || bytes.IndexByte([]byte("-_.@"), b[hi]) >= 0) {
			hi++
		}
		name := bytes.TrimRight(b[lo:hi], ".")
		if a.names.has(name) {
			a.secret.text(name)
		}
		lo = max(hi, lo+1)
	}
}
