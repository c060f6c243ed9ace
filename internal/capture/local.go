// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"maps"
	"slices"
)

// Bounds of LocalNames, so that neither a machine nor a file makes it large.
const (
	MaxLocalNames = 4096 // of all files together
	MaxLocalName  = 64   // bytes of a name
	maxLocalFiles = 16
)

// LocalNames are names that an administrator gave to numbers: what iproute2's files
// (rt_tables, rt_protos, …) on the machine that was captured say. They belong to frames
// (Origin.Names): a reader's machine has others. Names are as hostile as all that comes
// from a file. nil has none. Whoever has handed it on changes it no more.
type LocalNames struct {
	files map[string]map[uint32]string
	count int
}

// Put adds a name of a file, or replaces that of the number; false: there is no room, or
// it is no name, or of no file.
func (n *LocalNames) Put(file string, id uint32, name string) bool {
	if name == "" || file == "" || len(name) > MaxLocalName || len(file) > MaxLocalName {
		return false
	}
	names := n.files[file]
	if _, had := names[id]; !had {
		if n.count >= MaxLocalNames || names == nil && len(n.files) >= maxLocalFiles {
			return false
		}
		n.count++
	}
	if names == nil {
		if n.files == nil {
			n.files = make(map[string]map[uint32]string)
		}
		names = make(map[uint32]string)
		n.files[file] = names
	}
	names[id] = name
	return true
}

// Name returns the name of a number in a file ("rt_tables"), or "".
func (n *LocalNames) Name(file string, id uint32) string {
	if n == nil {
		return ""
	}
	return n.files[file][id]
}

// Len is how many names there are.
func (n *LocalNames) Len() int {
	if n == nil {
		return 0
	}
	return n.count
}

// Each calls fn with every name, in the order of files and numbers.
func (n *LocalNames) Each(fn func(file string, id uint32, name string)) {
	if n == nil {
		return
	}
	for _, file := range slices.Sorted(maps.Keys(n.files)) {
		for _, id := range slices.Sorted(maps.Keys(n.files[file])) {
			fn(file, id, n.files[file][id])
		}
	}
}

// Equal says whether both have the same names.
func (n *LocalNames) Equal(m *LocalNames) bool {
	if n == m {
		return true
	}
	if n.Len() != m.Len() {
		return false
	}
	same := true
	n.Each(func(file string, id uint32, name string) { same = same && m.Name(file, id) == name })
	return same
}
