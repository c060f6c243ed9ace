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

// shownFacts are the facts that pages show, and what a page says where its source cannot know
// them: one of some texts.
var shownFacts = []struct {
	page string
	sees capture.Sees
	said []string
}{
	{"exchanges", capture.SeesRequests, []string{"does not see requests"}},
	{"heat", capture.SeesRequests, []string{"does not see requests"}},
	{"heat", capture.SeesLocks, []string{"does not see rtnl_mutex", "--rtnl"}},
	{"heat_cell", capture.SeesRequests, []string{"does not see requests"}},
	{"sockets", capture.SeesReads, []string{"does not see how sockets are read"}},
	{"sockets", capture.SeesQueues, []string{"does not see receive buffers"}},
	{"sockets", capture.SeesLosses, []string{"does not see what sockets lose"}},
	{"incidents", capture.SeesLosses, []string{"does not see losses"}},
	{"rtnl", capture.SeesLocks, []string{"does not see rtnl_mutex", "--rtnl"}},
	{"reports", capture.SeesLocks, []string{"does not see rtnl_mutex", "--rtnl"}},
	{"families", capture.SeesRequests, []string{"does not see requests"}},
	{"families", capture.SeesLosses, []string{"does not see what sockets lose"}},
	{"losses", capture.SeesLosses, []string{"does not see this"}},
}

// Each page says what its source cannot know, live and of a recording, and nothing of what it
// knows. Losses are taken out, since a page that has some says so instead.
func TestPagesSayWhatIsUnseen(t *testing.T) {
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
					text := said["page "+f.page]
					told := slices.ContainsFunc(f.said, func(s string) bool { return strings.Contains(text, s) })
					if lacks := !d.Always().Has(f.sees); told != lacks {
						t.Errorf("%s: %q is said %v, the source lacks it %v:\n%s", f.page, f.said, told, lacks, text[:min(len(text), 2500)])
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
