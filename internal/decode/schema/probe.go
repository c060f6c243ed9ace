// SPDX-License-Identifier: Apache-2.0

package schema

// Probe is a request by which tools ask what the kernel has, and go on without where it
// answers with an error: nothing failed. It is told by its own bytes, since the counters in
// the kernel have nothing else: bpf/counters.h has the same (count_says_no), and of a generic
// family, whose number no program knows beforehand, ENODEV where no dump is asked for.
//
// A request whose error people want to see is none, though tools send it too: nft asks for
// the table, set or object that its user named.
type Probe struct {
	Errnos []int32 // positive
	Asks   Asks
	// Unset is a field of the fixed header: it is 0, and the request ends behind that
	// header. "": whatever the request is.
	Unset string
}

// Asks is which form of a request is meant.
type Asks uint8

const (
	AsksAny  Asks = iota
	AsksOne       // without NLM_F_DUMP
	AsksDump      // with NLM_F_DUMP, both bits
)

// Offset returns where a field of a fixed width begins in a struct, in bytes; -1: it has no
// such field.
func (s *StructType) Offset(name string) int {
	if s == nil {
		return -1
	}
	at := 0
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return at
		}
		at += s.Fields[i].Type.Width()
	}
	return -1
}
