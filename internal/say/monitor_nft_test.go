// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/say"
)

// heard returns the lines of the events that a monitor got, in the recording that was
// made on 6.12 (events alone) beside nft -a -y monitor, conntrack -E and conntrack -E
// expect, with the session testdata/monitor_nft.sh.
func heard(t *testing.T, cmdline string) []string {
	t.Helper()
	r, err := pcapng.Open("testdata/monitor_nft.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	var words say.Speaker
	var lines []string
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		for _, m := range d.Frame(f, nil) {
			body := m.Values()
			said := words.Say(&m, &body)
			line := say.Event(&m, &body)
			if line == "" {
				line = said.Line
			}
			if f.Dir == capture.DirEvent && f.Account().CmdLine.String() == cmdline {
				lines = append(lines, line)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return lines
}

// printed returns what a monitor printed.
func printed(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// Who made an entry is the cause of the event.
var reUserspace = regexp.MustCompile(` \[USERSPACE\].*`)

// TestMonitorConntrack: events of conntrack are said as conntrack -E prints them.
func TestMonitorConntrack(t *testing.T) {
	for _, tt := range []struct{ cmdline, file string }{{"conntrack -E", "monitor_ct.txt"}, {"conntrack -E expect", "monitor_exp.txt"}} {
		var want []string
		for _, line := range printed(t, tt.file) {
			line = reUserspace.ReplaceAllString(line, "")
			want = append(want, strings.TrimSpace(reSpace.ReplaceAllString(line, " ")))
		}
		if diff := cmp.Diff(want, heard(t, tt.cmdline)); diff != "" {
			t.Errorf("%s: -printed +said\n%s", tt.cmdline, diff)
		}
	}
}

// asMonitor are what nft monitor prints in another way: each line is written as the
// other one has it.
var asPrinted, asMonitor = []rewrite{
	{`^# new generation (\d+) by process (\d+) \((.*)\)$`, "generation $1 by $3[$2]"},
	// nft puts the handle of an object within.
	{`^(.*) \{ # handle (\d+) (.*\}) *$`, "$1 { $3 # handle $2"},
	{`; \}`, " }"},
}, []rewrite{
	{`; \}`, " }"},
	// Of what goes nft names the place, and nltop what it was.
	{`^(delete rule \S+ \S+ \S+) .*# (handle \d+)$`, "$1 $2"},
	{`^(delete (?:chain|set|map|counter|quota|limit|ct helper|ct timeout|flowtable) \S+ \S+ \S+)(?: .*)?$`, "$1"},
	{`^delete map `, "delete set "},
	// nft prints no comments of tables and chains, and time-outs only where they are not
	// the kernel's own, in seconds.
	{`^((?:add|delete) (?:table|chain) .*?); comment ".*?"( \}.*)`, "$1$2"},
	{`policy = \{ .* established : 1m40s, .* close : 4s, .*? \}`, "policy = { established : 100, close : 4 }"},
	{`(flags dynamic,timeout; timeout 1m); size 100`, "size 100; $1"},
}

type rewrite struct{ from, to string }

func rewritten(line string, by []rewrite) string {
	for _, r := range by {
		line = regexp.MustCompile(r.from).ReplaceAllString(line, r.to)
	}
	return strings.TrimSpace(line)
}

// unprinted are lines that nft monitor prints nothing for: of an
// anonymous set, which the rule has, of one end of an interval, and of flowtables.
var unprinted = regexp.MustCompile(`^(?:add|delete) (?:set|element) \S+ \S+ __|^(?:add|delete) element .* \{ (?:from|before) |^(?:add|delete) flowtable `)

// TestMonitorNft: events of nftables are said as nft -a -y monitor prints them, but for
// what asMonitor and unprinted name.
func TestMonitorNft(t *testing.T) {
	var want, got []string
	for _, line := range printed(t, "monitor_nft.txt") {
		want = append(want, rewritten(line, asPrinted))
	}
	for _, line := range heard(t, "nft -a -y monitor") {
		if !unprinted.MatchString(line) {
			got = append(got, rewritten(line, asMonitor))
		}
	}
	if len(want) < 80 {
		t.Errorf("only %d lines", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-printed +said\n%s", diff)
	}
}
