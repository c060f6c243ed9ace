// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
)

// statRows are a tool that asked, a monitor, a pair of processes that talk to each other,
// and what the kernel had no room to tell apart.
func statRows() []live.Row {
	row := func(comm, typ string, c aggregate.Counters) live.Row {
		return live.Row{
			Proc: &aggregate.Process{PID: 4711, Comm: comm}, Family: "route", Type: typ,
			Calls: c.OutMessages, Messages: c.Messages(), Counters: c,
		}
	}
	rest := aggregate.Counters{InMessages: 9}
	return []live.Row{
		row("ip", "RTM_NEWROUTE", aggregate.Counters{OutMessages: 3, InMessages: 4, Requests: 3, Replies: 4}),
		row("NetworkManager", "RTM_NEWROUTE", aggregate.Counters{InMessages: 5, Events: 5}),
		row("udevd", "add", aggregate.Counters{OutMessages: 1, InMessages: 1, Peers: 2}),
		{Family: "(rest)", Type: "1 more rows", Messages: 9, Counters: rest},
	}
}

func TestStatTable(t *testing.T) {
	for _, c := range []struct {
		name  string
		width int
		want  [][]string // the first words of each line
	}{
		{"all columns", 0, [][]string{
			{"%KERNEL", "KERNEL", "REQUESTS", "REPLIES", "EVENTS", "MESSAGES", "ERRORS"},
			{"-", "-", "3", "4", "0", "7", "0"},
			{"-", "-", "0", "0", "5", "5", "0"},
			{"-", "-", "0", "0", "0", "2", "0"},
			{"-", "-", "-", "-", "-", "9", "0"},
			{"-", "-", "3", "4", "5", "23", "0"},
		}},
		{"80 columns", 80, [][]string{
			{"REQUESTS", "REPLIES", "EVENTS", "ERRORS", "FAMILY", "TYPE", "PROCESS"},
			{"3", "4", "0", "0", "route", "RTM_NEWROUTE", "ip[4711]"},
			{"0", "0", "5", "0", "route", "RTM_NEWROUTE", "NetworkManager[4711]"},
			{"0", "0", "0", "0", "route", "add", "udevd[4711]"},
			{"-", "-", "-", "0", "(rest)", "1"},
			{"3", "4", "5", "0", "-", "total", "-"},
		}},
		{"too narrow for anything", 10, [][]string{
			{"REQUESTS", "REPLIES", "EVENTS", "TYPE", "PROCESS"},
			{"3", "4", "0", "RTM_NEWROUTE", "ip[4711]"},
			{"0", "0", "5", "RTM_NEWROUTE", "NetworkManager[4711]"},
			{"0", "0", "0", "add", "udevd[4711]"},
			{"-", "-", "-", "1"},
			{"3", "4", "5", "total", "-"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := StatTable(&out, statRows(), &capture.Info{}, c.width); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if len(lines) != len(c.want) {
				t.Fatalf("%d lines:\n%s", len(lines), &out)
			}
			for i, line := range lines {
				if got := strings.Fields(line); strings.Join(got[:min(len(got), len(c.want[i]))], " ") != strings.Join(c.want[i], " ") {
					t.Errorf("line %d: %q, want %q", i, got, c.want[i])
				}
				if n := utf8.RuneCountInString(line); c.width >= 80 && n > c.width {
					t.Errorf("%d columns: %q", n, line)
				}
			}
		})
	}
}
