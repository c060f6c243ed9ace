// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/nltest"
)

// Every fact of a process can be asked for, and is there when it is asked for alone.
func TestFactsOfProcess(t *testing.T) {
	notAsked := map[string]string{
		"Life":        "means nothing to people",
		"CgroupID":    "proc.cgroup is its path",
		"Late":        "how a fact came to be known",
		"Parent.Late": "likewise",
	}
	seen := func(p capture.Proc) (q process) {
		q.of(&p, &asked{cmdline: true, identity: true})
		return q
	}
	whole := nltest.Whole(capture.Proc{})
	whole.Outside, whole.Parent.Outside = false, false // whose IDs are not told
	for name, p := range nltest.Without(whole) {
		switch name {
		case "Outside":
			p.Outside = true
		case "Parent.Outside":
			p.Parent.Outside = true
		}
		if same, why := seen(p) == seen(whole), notAsked[name]; same != (why != "") {
			t.Errorf("process.of without %s is the same: %v (%s)", name, same, why)
		}
	}
	request, _ := exchange(t)
	askFor(t, request, whole, "proc", reflect.TypeFor[process]())
}

// askFor asks for each field by itself.
func askFor(t *testing.T, x correlate.Observation, whole capture.Proc, of string, fields reflect.Type) {
	for i := range fields.NumField() {
		f := fields.Field(i)
		name := of + "." + f.Tag.Get("expr")
		src := map[reflect.Kind]string{reflect.Int: "%s > 0", reflect.String: "len(%s) > 0", reflect.Bool: "%s"}[f.Type.Kind()]
		if f.Type.Kind() == reflect.Struct {
			askFor(t, x, whole, name, f.Type)
			continue
		}
		x.Account = whole
		x.Account.Outside = f.Name == "Outside"
		if src = fmt.Sprintf(src, name); !ask(t, src, &x) {
			t.Errorf("%s: nothing is there", src)
		}
		if x.Account = (capture.Proc{}); ask(t, src, &x) {
			t.Errorf("%s of nobody", src)
		}
	}
}

// What is left out where nobody asks for who caused a message is there for each name that
// asks, alone.
func TestCauseIsThere(t *testing.T) {
	request, _ := exchange(t)
	event := correlate.Observation{Frame: request.Frame, Event: &correlate.Event{Cause: correlate.Cause{
		Proc: capture.Proc{PID: 7}, Exchange: &correlate.Exchange{Request: request.Message}, Inferred: true,
	}}}
	for _, src := range []string{
		`cause_type == "RTM_NEWROUTE"`, `inferred`, `cause.pid == 7`, `cause["pid"] == 7`, `let c = cause; c.pid == 7`, `any([7], # == cause.pid)`,
	} {
		if !ask(t, src, &event) {
			t.Errorf("%s: nothing is there", src)
		}
		if ask(t, src, &request) {
			t.Errorf("%s of a request", src)
		}
	}
}
