// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/nltest"
)

// What no request caused says what did, in text and in JSON.
func TestTrigger(t *testing.T) {
	who := capture.Proc{PID: 12, Comm: "ifconfig"}
	for _, c := range []struct {
		proc    capture.Proc
		trigger capture.Trigger
		text    string
		json    map[string]any
	}{
		{who, capture.Trigger{Kind: capture.TriggerIoctl, Number: 0x8914, Name: "SIOCSIFFLAGS"},
			"no request: ioctl SIOCSIFFLAGS by ifconfig[12]",
			map[string]any{"kind": "ioctl", "number": float64(0x8914), "name": "SIOCSIFFLAGS"}},
		{capture.Proc{PID: 9, Comm: "kworker/0:1"}, capture.Trigger{Kind: capture.TriggerKworker, Name: "linkwatch_event"},
			"no request: kworker linkwatch_event", map[string]any{"kind": "kworker", "name": "linkwatch_event"}},
		{capture.Proc{Comm: "(interrupt)"}, capture.Trigger{Kind: capture.TriggerInterrupt, Name: "softirq"},
			"no request: timer or packet (softirq)", map[string]any{"kind": "interrupt", "name": "softirq"}},
		{who, capture.Trigger{Kind: capture.TriggerExit}, "no request: exit by ifconfig[12]", map[string]any{"kind": "exit"}},
		{who, capture.Trigger{}, "caused by ifconfig[12]", nil},
	} {
		data := nltest.Message(16, 0, 0, 0, ifinfomsg(1, 2, 0, 0))
		f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirEvent, Group: 1, Sees: capture.AllSees, Proc: c.proc, Trigger: c.trigger},
			ID: 1, Data: data, OrigLen: len(data)}
		ms := newDecoder().Frame(f, nil)
		obs := correlate.New().Frame(f, ms, nil)
		var text, object bytes.Buffer
		if err := NewText(&text, TextOptions{}).Observe(&obs[0]); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), " "+c.text+"\n") {
			t.Errorf("%q, want %q", text.String(), c.text)
		}
		if err := NewJSON(&object, nil).Observe(&obs[0]); err != nil {
			t.Fatal(err)
		}
		var got struct{ Trigger map[string]any }
		if err := json.Unmarshal(object.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.json, got.Trigger); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
	}
}
