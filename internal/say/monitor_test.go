// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/say"
)

var (
	reLabel = regexp.MustCompile(`^\[[A-Z]+\]`)
	reSpace = regexp.MustCompile(`[\s\\]+`)
	// What ip knows from its own look at all links, and not from the event.
	rePeerDown = regexp.MustCompile(`,M-DOWN>`)
	reRenamed  = regexp.MustCompile(`(dev |2: )d1 `)
	// What bridge monitor says of its own entries, and ip monitor does not.
	reBridge = regexp.MustCompile(`^((?:Deleted )?(?:\S+ )?dev \S+ lladdr \S+)(?: vlan \d+| vni \d+| master \S+)*`)
)

// TestMonitor: the events that `ip -o monitor all` got are said as it printed them.
// The recording was made on 6.12 beside it, with the session of internal/e2e:
//
//	nltop record -w monitor.pcapng -- unshare -n sh -c 'ip -o monitor all >monitor.txt & sh testdata/sessions/ip.sh'
func TestMonitor(t *testing.T) {
	b, err := os.ReadFile("testdata/monitor.txt")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		line = rePeerDown.ReplaceAllString(reLabel.ReplaceAllString(line, ""), ">")
		want = append(want, strings.TrimSpace(reSpace.ReplaceAllString(line, " ")))
	}
	r, err := pcapng.Open("testdata/monitor.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	var got []string
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		for _, m := range d.Frame(f, nil) {
			body := m.Body()
			if line := say.Event(&m, &body); line != "" && strings.HasPrefix(f.Account().CmdLine.String(), "ip -o monitor") {
				// ip asks the kernel for the name that no event has told yet.
				line = strings.ReplaceAll(line, "if5", "br0")
				got = append(got, reBridge.ReplaceAllString(line, "$1"))
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		// ip goes on with the name that it first knew.
		if got[i] != want[i] && reRenamed.ReplaceAllString(got[i], "${1}d0 ") != want[i] {
			t.Errorf("line %d:\n got %s\nwant %s", i+1, got[i], want[i])
		}
	}
}
