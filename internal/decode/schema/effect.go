// SPDX-License-Identifier: Apache-2.0

package schema

// Effect says what an operation does to the system: whether anything is different
// afterwards that somebody other than who asked could find (configuration, an object, a
// counter, a device that was made to act). Where a packet goes is not: it passes.
type Effect uint8

const (
	Undecided Effect = iota // the tables do not say
	Reads                   // it asks, and all is as it was
	Changes                 // a request changes something; an event of this name tells of a change
	Changed                 // an event tells of a change; no request is called so, or the kernel refuses it
	Own                     // it changes what its own socket gets, and that for as long as it is open
	Passes                  // it hands on a packet, a record, a measurement, a question of the kernel or an answer to one
	Varies                  // it depends on what no table knows: a vendor's command, another protocol inside
)

// String returns the word that lists of operations have.
func (e Effect) String() string {
	return [...]string{"undecided", "reads", "changes", "changed", "own", "passes", "varies"}[min(e, Varies)]
}

// Answer is what can be said of a question.
type Answer uint8

const (
	Unknown Answer = iota
	No
	Yes
)

// String returns "unknown", "no" or "yes".
func (a Answer) String() string { return [...]string{"unknown", "no", "yes"}[min(a, Yes)] }

// Modifies says whether such a request modifies the system where it succeeds, or whether
// such an event tells of a change.
func (m *Message) Modifies(event bool) Answer {
	e := m.Effect
	if event && m.Told != Undecided {
		e = m.Told
	}
	switch {
	case e == Undecided, e == Varies && !event:
		return Unknown
	case e == Changes, e == Changed && event:
		return Yes
	}
	return No
}

// RtnlEffect is that of a type of rtnetlink, whose last two bits say what it is: 0 makes, 1
// deletes, 2 asks, 3 sets (rtnetlink_rcv_msg).
func RtnlEffect(id uint16) Effect {
	if id&3 == 2 {
		return Reads
	}
	return Changes
}
