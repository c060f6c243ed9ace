// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

var (
	reChange = regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d+ (\S+)\[\d+\]\s+→ (.*)$`)
	// reWho is what is known of a process beside its name, behind the sentence.
	reWho = regexp.MustCompile(` \(/.*\)$`)
)

// changeLines are the requests of `trace --changes`, as "name: sentence".
func changeLines(text string) (told []string) {
	for line := range strings.Lines(text) {
		if m := reChange.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			told = append(told, m[1]+": "+reWho.ReplaceAllString(m[2], ""))
		}
	}
	return told
}

// workloadChanges is what testdata/84eb856/workload changes, after its text.
var workloadChanges = []string{
	"ip: ip link add d0 type dummy",
	"ip: ip addr add 192.0.2.1/24 dev d0",
	"ip: ip link set d0 up",
	"ip: ip route add 198.51.100.0/24 via 192.0.2.2",
	"ip: ip link set d0 mtu 90000",
	"nft: nft add table inet t (1/5 of a transaction)",
	"nft: nft add chain inet t c '{ type filter hook input priority 0; }' (2/5 of a transaction)",
	"nft: nft add set inet t s '{ type ipv4_addr; }' (3/5 of a transaction)",
	"nft: nft add element inet t s '{ 192.0.2.7, 192.0.2.8 }' (4/5 of a transaction)",
	"nft: nft add rule inet t c ip saddr @s counter packets 0 bytes 0 drop (5/5 of a transaction)",
	"nft: nft delete table inet t",
	"ip: ip link set lo up (netns n1)",
	"ip: ip link set d0 down", "ip: ip link set d0 up",
	"ip: ip link set d0 down", "ip: ip link set d0 up",
	"ip: ip link set d0 down", "ip: ip link set d0 up",
	"ip: ip link delete d0",
}

// TestChangesOfRecordings: of the same workload, every source that sees requests and what
// becomes of them tells the same changes; what another cannot tell, it says.
func TestChangesOfRecordings(t *testing.T) {
	for source, says := range map[string][]string{
		capture.SourceFentry: nil,
		capture.SourceKprobe: nil,
		capture.SourceSyscall: {
			"does not see causes", "does not see events that nobody takes",
		},
		capture.SourceNlmon:  {"does not see who sends", "does not see causes"},
		capture.SourceListen: {"does not see requests", "does not see who sends", "does not see causes", "does not see events that nobody takes"},
	} {
		t.Run(source, func(t *testing.T) {
			file := unpacked(t, "testdata/"+oldVersion+"/"+source+".pcapng.gz")
			out, errs, code := run(t, nltop(t), "trace", "--changes", "-r", file)
			if code != 0 {
				t.Fatalf("status %d\n%s", code, errs)
			}
			if n := strings.Count(errs, "does not see"); n != len(says) {
				t.Errorf("%d things are not seen, want %d:\n%s", n, len(says), errs)
			}
			for _, s := range says {
				if !strings.Contains(errs, s) {
					t.Errorf("it does not say %q:\n%s", s, errs)
				}
			}
			told := changeLines(out)
			switch source {
			case capture.SourceListen:
				if len(told) > 0 || strings.Contains(out, " no request:") || !strings.Contains(out, "no request seen: route RTM_NEWLINK") {
					t.Errorf("requests, or a claim that there was none:\n%s", out)
				}
				return
			case capture.SourceNlmon:
				if !strings.Contains(out, "→ ip link add d0 type dummy (not over when capture ended: whether it was done is not known)") {
					t.Errorf("it does not say that the outcome is not known:\n%s", out)
				}
				return
			}
			if diff := cmp.Diff(workloadChanges, told); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if !strings.Contains(out, " 1 probe, 1 failed: 1 × EEXIST\n") {
				t.Errorf("the route that is there already is not counted:\n%s", out)
			}
			if capture.Describe(source).Sees.Has(capture.SeesCauses) {
				if !regexp.MustCompile(`→ ip link set d0 up\n     « route RTM_NEWLINK \d+: d0: .*\n     « route RTM_NEWROUTE 192.0.2.0/24 dev d0 `).MatchString(out) {
					t.Errorf("the events are not below what caused them:\n%s", out)
				}
			}
			objects := objects(t, must(t, nltop(t), "trace", "-q", "--changes", "-o", "json", "-r", file))
			requests := 0
			for _, o := range objects {
				if o["change"] != true {
					t.Errorf("no change: %v", o)
				}
				if o["kind"] == "exchange" {
					requests++
				}
			}
			if requests != len(workloadChanges) {
				t.Errorf("%d requests as JSON, want %d", requests, len(workloadChanges))
			}
		})
	}
}

// TestChangesFiltered: a filter narrows what is told and what is counted, a recording of it
// has what passes, and `-f change` finds the same exchanges.
func TestChangesFiltered(t *testing.T) {
	file := unpacked(t, "testdata/"+oldVersion+"/fentry.pcapng.gz")
	out := must(t, nltop(t), "trace", "-q", "--changes", "-f", `family == "nftables"`, "-r", file)
	if diff := cmp.Diff(workloadChanges[5:11], changeLines(out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if strings.Contains(out, "EEXIST") {
		t.Errorf("what the filter leaves out is counted:\n%s", out)
	}
	if got := changeLines(must(t, nltop(t), "trace", "-q", "--changes", "-c", "3", "-r", file)); len(got) != 3 {
		t.Errorf("%d changes, want 3", len(got))
	}
	found := 0
	for _, o := range objects(t, must(t, nltop(t), "trace", "-q", "--exchanges", "-o", "json", "-f", "change", "-r", file)) {
		if o["kind"] == "exchange" {
			found++
		}
	}
	if found != len(workloadChanges) {
		t.Errorf("-f change finds %d exchanges, want %d", found, len(workloadChanges))
	}
}
