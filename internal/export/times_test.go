// SPDX-License-Identifier: Apache-2.0

package export

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
)

// timed is a request that took 710 ms and whose answer was read 5 ms after that.
func timed(sees capture.Sees) *correlate.Observation {
	const ms = time.Millisecond
	f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Sees: sees | capture.SeesKernelTime}}
	x := &correlate.Exchange{
		Request: &decode.Message{Frame: f, Family: "route", Type: "RTM_NEWQDISC"}, Outcome: correlate.Acked, Ended: true,
		Leads: true, Shared: 1, Kernel: 710 * ms, Send: 710 * ms,
		Lock:  capture.Lock{Wait: 3 * ms, Hold: 7 * ms, Blocker: &capture.Proc{PID: 12, Comm: "ip"}},
		Waits: &capture.Waits{Module: "sch_tbf", Modules: 2, Loading: 650 * ms},
	}
	if sees.Has(capture.SeesTimes) {
		x.Waits.OffCPU, x.Queue, x.Whole = 703*ms, 5*ms, 715*ms
	}
	return &correlate.Observation{Frame: f, Exchange: x, End: correlate.EndExchange}
}

// The time of a request is said in parts; without --times what is known of it.
func TestTimesText(t *testing.T) {
	for _, tt := range []struct {
		name, text, json string
		sees             capture.Sees
	}{
		{
			"with --times", "kernel 710 ms = module sch_tbf and 1 more 650 ms + rtnl wait behind ip[12] 3.00 ms + own 7.00 ms + rest 50.0 ms queue 5.00 ms held rtnl 7.00 ms",
			`"module":"sch_tbf","modules":2,"send_ns":710000000,"module_ns":650000000,"rtnl_ns":3000000,"rcu_ns":0,"locks_ns":0,` +
				`"own_ns":7000000,"rest_ns":50000000,"queue_ns":5000000,"whole_ns":715000000`, capture.SeesTimes,
		},
		{
			"without", "kernel 710 ms of it module sch_tbf and 1 more 650 ms waited 3.00 ms for rtnl held by ip[12] held rtnl 7.00 ms",
			`"module":"sch_tbf","modules":2,"module_ns":650000000,"lock"`, 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var text, json strings.Builder
			o := timed(tt.sees)
			if err := NewTextExchanges(NewText(&text, TextOptions{})).Observe(o); err != nil || !strings.Contains(text.String(), tt.text) {
				t.Errorf("%v: %s\nwant %s", err, &text, tt.text)
			}
			if err := NewJSONExchanges(NewJSON(&json, nil)).Observe(o); err != nil || !strings.Contains(json.String(), tt.json) {
				t.Errorf("%v: %s\nwant %s", err, &json, tt.json)
			}
		})
	}
}

func TestTimesTable(t *testing.T) {
	const ms = time.Millisecond
	row := func(typ string, s aggregate.Spent) live.Row {
		return live.Row{Family: "route", Type: typ, Counters: aggregate.Counters{Spent: s}}
	}
	rows := []live.Row{
		row("RTM_GETLINK", aggregate.Spent{Parts: capture.Parts{Own: ms}, Later: 2 * ms, Reader: 3 * ms, Queue: 4 * ms, Late: 5 * ms}),
		row("RTM_NEWADDR", aggregate.Spent{}),
		row("RTM_NEWQDISC", aggregate.Spent{Parts: capture.Parts{Module: 650 * ms, RTNL: 3 * ms, RCU: 2 * ms, Locks: ms, Own: 7 * ms, Rest: 50 * ms}}),
	}
	var text strings.Builder
	if err := TimesTable(&text, rows); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(text.String()) {
		lines = append(lines, strings.Join(strings.Fields(strings.ReplaceAll(line, " ms", "ms")), " "))
	}
	want := []string{
		"WHOLE MODULE RTNL RCU LOCKS OWN REST LATER LATE READER QUEUE FAMILY TYPE PROCESS",
		"713ms 650ms 3.00ms 2.00ms 1.00ms 7.00ms 50.0ms - - - - route RTM_NEWQDISC -",
		"15.0ms - - - - 1.00ms - 2.00ms 5.00ms 3.00ms 4.00ms route RTM_GETLINK -",
		"728ms 650ms 3.00ms 2.00ms 1.00ms 8.00ms 50.0ms 2.00ms 5.00ms 3.00ms 4.00ms total - -",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}
