// SPDX-License-Identifier: Apache-2.0

package spool

// Raw is what is in memory and in the file.
func (s *Spool) Raw() (all []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.chunks {
		all = append(all, s.chunks[i].data...)
	}
	if s.file.f != nil {
		b := make([]byte, 1<<20)
		for off := int64(0); ; off += int64(len(b)) {
			n, err := s.file.f.ReadAt(b, off)
			all = append(all, b[:n]...)
			if err != nil {
				break
			}
		}
	}
	return all
}

// ForgetAsked has the requests known by their time alone.
func (s *Spool) ForgetAsked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = asked{}
}
