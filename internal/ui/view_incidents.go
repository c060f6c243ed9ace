// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"

	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
)

// incidentsPage tells of each overrun, open ones first.
func incidentsPage(a *app) []textLine {
	t := &a.theme
	list := a.src.Incidents()
	lines := []textLine{{text: fmt.Sprintf("Overruns: sockets that lost messages: %d", len(list)), style: t.title}}
	for i := range list {
		in := &list[i]
		st := t.warn
		if in.Open {
			st = t.bad
		}
		head := in.Begin.Format(export.TimeLayout) + "  " + export.OwnerOf(in) + " "
		for k, text := range export.IncidentLines(in, a.opt.Limits, a.opt.GroupName) {
			if k == 0 {
				lines = append(lines, textLine{}, textLine{text: head + text, style: st})
				continue
			}
			lines = append(lines, textLine{text: "    " + text, style: t.text})
		}
	}
	if len(list) == 0 {
		text := "  nobody has lost anything"
		if !seesLosses(a.status.Info.Name) {
			text = "  source " + a.status.Info.Name + " does not see losses; nltop sockets --for counts them"
		}
		lines = append(lines, textLine{text: text, style: t.dim})
	}
	return lines
}

// seesLosses says whether a source reports overruns; a file may hold them.
func seesLosses(source string) bool {
	switch source {
	case "syscall", "nlmon", "listen":
		return false
	}
	return true
}

// openIncident names a socket that is losing messages right now; "": none.
func openIncident(list []incident.Incident) string {
	for i := range list {
		if list[i].Open {
			return export.OwnerOf(&list[i]) + " is losing messages (i)"
		}
	}
	return ""
}
