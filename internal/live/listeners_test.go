// SPDX-License-Identifier: Apache-2.0

package live

import "testing"

// A list of sockets names who listens, too; one for that alone may be too old for a page of
// sockets.
func TestListenersAreSockets(t *testing.T) {
	for _, tt := range []struct {
		name      string
		have, ask Ask
		has       bool
	}{
		{"a list for who listens", Ask{Sockets: true}, Ask{Listeners: true}, true},
		{"who listens, again", Ask{Listeners: true}, Ask{Listeners: true}, true},
		{"who listens for a list", Ask{Listeners: true}, Ask{Sockets: true}, false},
		{"nothing for who listens", Ask{}, Ask{Listeners: true}, false},
	} {
		s := Snapshot{}
		s.Asked.add(tt.have)
		if got := s.Has(tt.ask); got != tt.has {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	both, listeners := Ask{Sockets: true, Listeners: true}, Ask{Listeners: true}
	if both.mayBeOld() != socketsEvery || listeners.mayBeOld() <= socketsEvery {
		t.Errorf("a list may be %v old, one of listeners %v", both.mayBeOld(), listeners.mayBeOld())
	}
}
