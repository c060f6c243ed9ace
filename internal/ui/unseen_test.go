// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pipeline"
)

type factRow struct {
	pages string
	sees  capture.Sees
	said  []string
}

// shownFacts are the facts that pages show, and what a page says where its source cannot know
// them: one of some texts; none: the fact by its name. Pages that show none have a row that
// says why not.
var shownFacts = []factRow{
	{"tree tree_expanded family socket command", capture.SeesRequests, []string{"not seen: requests and errors, "}},
	{"tree tree_expanded family socket command", capture.SeesLosses, []string{"losses, causes"}},
	{"tree tree_expanded family socket command", capture.SeesCauses, []string{"causes, rtnl_mutex"}},
	{"tree tree_expanded family socket command", capture.SeesLocks, []string{"rtnl_mutex (l)"}},
	{"messages messages_all", capture.SeesRequests, nil},
	{"messages messages_all message message_bytes", capture.SeesProcesses, nil},
	{"messages messages_all message message_bytes", capture.SeesCauses, nil},
	{"messages messages_all message message_bytes", capture.SeesLosses, nil},
	{"messages messages_all", capture.SeesAllNetNS, nil},
	{"message message_bytes", capture.SeesListeners, nil},
	{"exchanges unfolded story story_dump story_batch heat heat_cell", capture.SeesRequests, []string{"does not see requests"}},
	{"exchanges unfolded", capture.SeesKernelTime, []string{"the time inside a send (KERNEL)", "does not see requests"}},
	{"exchanges unfolded", capture.SeesLocks, []string{"(WAITED, --rtnl)", "does not see requests"}},
	{"story story_dump story_batch", capture.SeesTimes, []string{"what the time in the kernel was spent on", "does not see requests"}},
	{"story story_dump story_batch", capture.SeesTaken, []string{"when the answer was read", "does not see requests"}},
	{"story story_dump story_batch", capture.SeesListeners, []string{"all who get an event", "does not see requests"}},
	{"story story_dump story_batch", capture.SeesLosses, []string{"who lost an event", "does not see requests"}},
	{"heat", capture.SeesLocks, []string{"does not see rtnl_mutex", "--rtnl"}},
	{"sockets", capture.SeesReads, []string{"does not see how sockets are read"}},
	{"sockets", capture.SeesQueues, []string{"does not see receive buffers"}},
	{"sockets", capture.SeesLosses, []string{"does not see what sockets lose"}},
	{"incidents incident", capture.SeesLosses, []string{"does not see losses"}},
	{"rtnl", capture.SeesLocks, []string{"does not see rtnl_mutex", "--rtnl"}},
	{"reports", capture.SeesLocks, []string{"does not see rtnl_mutex", "--rtnl"}},
	{"families", capture.SeesRequests, []string{"does not see requests"}},
	{"families", capture.SeesLosses, []string{"does not see what sockets lose"}},
	{"losses", capture.SeesLosses, []string{"does not see this"}},
	{"who", capture.SeesRequests, nil},
	{"who", capture.SeesProcesses, nil},
	{"who", capture.SeesCauses, nil},
	{"who", capture.SeesListeners, nil},
	{"who", capture.SeesAllNetNS, nil},
	{"times places columns", 0, []string{"what columns there are"}},
	{"copy", 0, []string{"the message itself"}},
	{"help", 0, []string{"keys"}},
}

// Each page says what its source cannot know, live and of a recording, and nothing of what it
// knows. Losses are taken out, since a page that has some says so instead.
func TestPagesSayWhatIsUnseen(t *testing.T) {
	for _, page := range allPages {
		if !slices.ContainsFunc(shownFacts, func(f factRow) bool {
			return slices.Contains(strings.Fields(f.pages), page.name)
		}) {
			t.Errorf("what page %s shows, and says where its source cannot know it, has no row in shownFacts", page.name)
		}
	}
	names := make(map[capture.Sees][]string)
	for _, f := range capture.Facts() {
		names[f.Sees] = []string{strings.ReplaceAll(f.Name, "`", "")}
	}
	for _, d := range capture.Sources() {
		for _, recorded := range []bool{false, true} {
			name := d.Name
			if recorded {
				name += " recorded"
			}
			t.Run(name, func(t *testing.T) {
				p := captured(t, d.Name, d.Always())
				p.frames = slices.DeleteFunc(p.frames, func(f *capture.Frame) bool {
					return f.Verdict > capture.VerdictFailed || f.Verdict.Lost() || f.Kind == capture.KindLock
				})
				var src capture.Source = p
				if recorded {
					src = p.recorded(t)
				}
				said := shownBy(t, src)
				for _, f := range shownFacts {
					any := f.said
					if len(any) == 0 {
						any = names[f.sees]
					}
					for page := range strings.FieldsSeq(f.pages) {
						text := strings.Join(strings.Fields(said["page "+page]), " ") // lines wrap
						told := slices.ContainsFunc(any, func(s string) bool { return strings.Contains(text, strings.TrimSpace(s)) })
						if lacks := !d.Always().Has(f.sees); f.sees != 0 && told != lacks {
							t.Errorf("%s: %q is said %v, the source lacks it %v:\n%s", page, any, told, lacks, said["page "+page])
						}
					}
				}
			})
		}
	}
}

// shownBy is what all pages show of a source, by name.
func shownBy(t *testing.T, src capture.Source) map[string]string {
	t.Helper()
	dec := decode.New(tables(), decode.Options{})
	m, err := live.New(live.Options{Replay: &live.Replay{Path: "f"}}, pipeline.Options{Source: src, Decoder: dec})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	said := make(map[string]string)
	pages(t, m, incident.Limits{}, dec.GroupName, said)
	return said
}
