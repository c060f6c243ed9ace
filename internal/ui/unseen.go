// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/capture"
)

// shownFact is a fact that a page shows, and in which of its columns; "": in others, too.
type shownFact struct {
	sees   capture.Sees
	column string
}

// What pages show beside what they say of themselves. What a source cannot know of it, a line
// says (app.unseen); in which words stands in the table of all facts (capture.Facts).
var (
	exchangesShow = []shownFact{{capture.SeesKernelTime, "KERNEL"}, {capture.SeesLocks, "WAITED"}}
	messagesShow  = []shownFact{{sees: capture.SeesRequests}, {sees: capture.SeesProcesses}, {sees: capture.SeesCauses}, {sees: capture.SeesLosses}, {sees: capture.SeesAllNetNS}}
	whoShows      = []shownFact{{sees: capture.SeesRequests}, {sees: capture.SeesProcesses}, {sees: capture.SeesCauses}, {sees: capture.SeesListeners}, {sees: capture.SeesAllNetNS}}
	messageShows  = []shownFact{{sees: capture.SeesProcesses}, {sees: capture.SeesCauses}, {sees: capture.SeesListeners}, {sees: capture.SeesLosses}}
)

// unseen says what of a page the source cannot know: "source nlmon does not see the time inside
// a send (KERNEL)"; "": it can know all.
func (a *app) unseen(shows []shownFact) string {
	var parts, by []string
	facts := capture.Facts()
	for _, s := range shows {
		i := slices.IndexFunc(facts, func(f capture.Fact) bool { return f.Sees == s.sees })
		what := strings.ReplaceAll(facts[i].Name, "`", "")
		var more []string
		for _, m := range []string{s.column, s.sees.Flag()} {
			if m != "" {
				more = append(more, m)
			}
		}
		if len(more) > 0 {
			what += " (" + strings.Join(more, ", ") + ")"
		}
		who := a.snap.Info.Unable(s.sees)
		switch {
		case who == "":
		case len(by) > 0 && by[len(by)-1] == who:
			parts[len(parts)-1] += "; " + what
		default:
			parts, by = append(parts, who+" "+what), append(by, who)
		}
	}
	return strings.Join(parts, ". ")
}

// unseenLines are that below a list or a message.
func (a *app) unseenLines(shows []shownFact) (lines [][]segment) {
	if text := a.unseen(shows); text != "" {
		for _, part := range wrap(&a.grid, text, a.grid.w-2) {
			lines = append(lines, []segment{{text: part, style: a.theme.dim}})
		}
	}
	return lines
}
