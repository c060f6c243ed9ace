// SPDX-License-Identifier: Apache-2.0

package capture

import "testing"

func TestRefused(t *testing.T) {
	option := []byte{14, 1, 0, 0, 1, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	bind := []byte{0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0}
	turned := []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 5, 0, 0, 0, 3}
	for _, tt := range []struct {
		name string
		kind Kind
		big  bool
		data []byte
		want Refused
		ok   bool
	}{
		{"setsockopt", KindRefused, false, option, Refused{Level: 270, Option: 1, Value: 99}, true},
		{"bind", KindRefused, false, bind, Refused{PortID: 5, Groups: 3}, true},
		{"bind on a big-endian machine", KindRefused, true, turned, Refused{PortID: 5, Groups: 3}, true},
		{"short", KindRefused, false, bind[:19], Refused{}, false},
		{"empty", KindRefused, false, nil, Refused{}, false},
		{"another kind", KindDatagram, false, bind, Refused{}, false},
	} {
		f := Frame{Origin: &Origin{Kind: tt.kind, BigEndian: tt.big}, Data: tt.data}
		if got, ok := f.Refused(); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %+v, %t", tt.name, got, ok)
		}
	}
}
