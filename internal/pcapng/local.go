// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"

	"github.com/nltop/nltop/internal/capture"
)

// Tags of factsNames, which stand in a custom option of the interface, as factsSource
// does and for the same reason: what the recorded machine calls numbers.
const (
	tagNamesOf   = iota + 1 // the file ("rt_tables") of the names behind it
	tagLocalName            // repeated: the number as an unsigned varint, and the name
)

// localNames appends names to b; what is beyond the room of an option is left out.
func localNames(b []byte, names *capture.LocalNames) facts {
	f := newFacts(b, factsNames)
	of := ""
	names.Each(func(file string, id uint32, name string) {
		if len(f) > maxOption-4*capture.MaxLocalName {
			return
		}
		if file != of {
			f, of = f.putString(tagNamesOf, file), file
		}
		f = f.bytes(tagLocalName, append(binary.AppendUvarint(nil, uint64(id)), name...))
	})
	return f
}

// maxFileNames bounds the names that a file of many interfaces can make a reader keep.
const maxFileNames = 16 * capture.MaxLocalNames

// parseNames is the reverse of localNames; nil where there are none, or too many.
func (r *Reader) parseNames(body []byte) (*capture.LocalNames, error) {
	names, of, bad := new(capture.LocalNames), "", false
	err := eachFact(body, func(tag, _ uint64, v []byte) {
		switch tag {
		case tagNamesOf:
			of = string(v[:min(len(v), capture.MaxLocalName+1)])
		case tagLocalName:
			id, n := binary.Uvarint(v)
			if n <= 0 || id > 1<<32-1 || len(v)-n > capture.MaxLocalName {
				bad = true
				return
			}
			names.Put(of, uint32(id), string(v[n:]))
		}
	})
	if bad && err == nil {
		err = errFacts
	}
	if r.localNames += names.Len(); names.Len() == 0 || r.localNames > maxFileNames {
		return nil, err
	}
	return names, err
}

// sumOf tells names apart in the description of an interface: mergecap makes one of two
// interfaces that differ in what it does not know, as our options, and their frames would
// get the names of the first.
func sumOf(names *capture.LocalNames) string {
	if names.Len() == 0 {
		return ""
	}
	sum := fnv.New64a()
	_, _ = sum.Write(localNames(nil, names))
	return fmt.Sprintf(", names %x", sum.Sum64())
}

// commonNames are those of all sources; nil: they have different ones, and whose a frame
// of which has is not told.
func commonNames(sources []capture.Info) *capture.LocalNames {
	for i := range sources {
		if !sources[i].Names.Equal(sources[0].Names) {
			return nil
		}
	}
	if len(sources) == 0 {
		return nil
	}
	return sources[0].Names
}
