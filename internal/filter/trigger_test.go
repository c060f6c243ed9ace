// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// An expression asks what sent an event; where a request did, it is empty, also after
// one that had it.
func TestTriggerFields(t *testing.T) {
	of := func(trigger capture.Trigger) *correlate.Observation {
		return &correlate.Observation{Frame: &capture.Frame{Origin: &capture.Origin{Dir: capture.DirEvent, Sees: capture.AllSees, Trigger: trigger}}}
	}
	ioctl := of(capture.Trigger{Kind: capture.TriggerIoctl, Number: 0x8914, Name: "SIOCSIFFLAGS"})
	for src, want := range map[string]bool{
		`trigger.kind == "ioctl"`:                     true,
		`trigger.number == 0x8914`:                    true,
		`trigger.name startsWith "SIOCS"`:             true,
		`trigger.kind == ""`:                          false,
		`trigger.kind in ["kworker", "interrupt"]`:    false,
		`dir == "event" && trigger.name contains "x"`: false,
	} {
		f, err := Compile(src)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := f.Match(ioctl); got != want {
			t.Errorf("%s: %v", src, got)
		}
		if f.Match(of(capture.Trigger{})) != (src == `trigger.kind == ""`) {
			t.Errorf("%s, of an event without one", src)
		}
	}
	if _, err := Compile(`trigger.nam == "x"`); err == nil || err.Error()[:len(`a trigger has no "nam"`)] != `a trigger has no "nam"` {
		t.Errorf("%v", err)
	}
}
