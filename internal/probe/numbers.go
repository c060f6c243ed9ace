// SPDX-License-Identifier: Apache-2.0

package probe

// numbers translates the kernel's ids of datagrams for which a completion may come
// into the numbers of their frames.
type numbers struct {
	// recent holds the newest ids, each in a slot of its own: mostly one is asked
	// for, and forgotten, before the next one comes.
	recent [64]struct{ id, number uint64 }
	// The others. Two generations bound the memory when completions are lost.
	known, older map[uint64]uint64
}

func slot(id uint64) uint64 { return (id>>20 ^ id>>4 ^ id) % 64 }

// put keeps the number of a frame.
func (n *numbers) put(id, number uint64) {
	r := &n.recent[slot(id)]
	if r.number != 0 && r.id != id {
		if n.known == nil || len(n.known) >= maxRequests {
			n.older, n.known = n.known, make(map[uint64]uint64)
		}
		n.known[r.id] = r.number
	}
	r.id, r.number = id, number
}

// take returns and forgets the number of a frame; 0: not known (any more).
func (n *numbers) take(id uint64) uint64 {
	if r := &n.recent[slot(id)]; r.id == id && r.number != 0 {
		number := r.number
		r.number = 0
		return number
	}
	for _, m := range []map[uint64]uint64{n.known, n.older} {
		if number, ok := m[id]; ok {
			delete(m, id)
			return number
		}
	}
	return 0
}

// get returns the number of a frame; 0: not known (any more).
func (n *numbers) get(id uint64) uint64 {
	if id == 0 {
		return 0
	}
	if r := &n.recent[slot(id)]; r.id == id && r.number != 0 {
		return r.number
	}
	if number, ok := n.known[id]; ok {
		return number
	}
	return n.older[id]
}
