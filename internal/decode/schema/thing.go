// SPDX-License-Identifier: Apache-2.0

package schema

// Thing is what a message tells the whole state of, as RTM_NEWLINK does of a link: of
// two that tell of the same one, what differs has changed meanwhile.
type Thing struct {
	Name string // what people call it: "link"
	// Families are the address families, the first byte of the header, under which messages
	// tell of it; nil: all.
	Families []uint8
	// Key are the fields and attributes that tell one from another, in a network namespace.
	Key []string
	// Answers: what a dump or a question brings has the attributes of an event, too.
	Answers bool
	// Other are attributes with which a message tells something else.
	Other []string
	// Left differ without a change of the thing.
	Left []Left
	// Unset are attributes that are missing where nothing is set. Of others a message
	// may have less than the one before it.
	Unset []string
	// Words are how people write it, where that is not the name without Prefix in small
	// letters.
	Prefix []string
	Words  []Word
}

// Left is a field or an attribute, with all that is in it, that says nothing of a change.
type Left struct{ Name, Why string }

// Word is how people write an attribute: "state" for IFLA_OPERSTATE; "": its value says
// what it is. Trim is what all its values begin with.
type Word struct{ Name, Word, Trim string }

// LeavesOut says whether a name is one of Left.
func (t *Thing) LeavesOut(name string) bool {
	for i := range t.Left {
		if t.Left[i].Name == name {
			return true
		}
	}
	return false
}
