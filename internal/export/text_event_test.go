// SPDX-License-Identifier: Apache-2.0

package export

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// TestEventOfNobody: whoever caused an event is not the port of its reader.
func TestEventOfNobody(t *testing.T) {
	f := &capture.Frame{Origin: &capture.Origin{Socket: capture.Socket{PortID: 7}}}
	for end, want := range map[correlate.End]string{correlate.EndEvent: "?", correlate.EndNone: "port 7", correlate.EndExchange: "port 7"} {
		if got := processText(&correlate.Observation{Frame: f, End: end}); got != want {
			t.Errorf("%v: %q, want %q", end, got, want)
		}
	}
}
