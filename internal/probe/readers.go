// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

var _ capture.ReaderWatcher = (*Source)(nil)

// Readers implements capture.ReaderWatcher. With kprobes a read is noted when it
// begins, and one that has to wait when the next one does.
func (s *Source) Readers() ([]capture.Reader, time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.att.owners == nil {
		return nil, 0, nil
	}
	out := []capture.Reader{}
	var inode uint64
	var o nlOwner
	it := s.att.owners.Iterate()
	for it.Next(&inode, &o) {
		r := capture.Reader{Inode: inode, Reads: o.Reads, Stall: nanoseconds(o.Stall), HighWater: o.High}
		if o.ReadAt != 0 {
			r.Last = s.wallTime(o.ReadAt)
		}
		out = append(out, r)
	}
	if err := it.Err(); err != nil {
		return out, 0, fmt.Errorf("read table of sockets: %w", err)
	}
	return out, time.Since(s.opened), nil
}
