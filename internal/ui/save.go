// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"

	"github.com/nltop/nltop/internal/live"
)

// askSave asks for the file that what is kept is saved to. With a filter in force it is what
// passes that, unless one asks for all.
func (a *app) askSave() {
	label := "save all that is kept to: "
	if a.snap.Narrowed != "" {
		label = "save what passes the filter (all FILE: everything) to: "
	}
	a.prompt = newPrompt(a, label, a.now.Format("nltop-20060102-150405.pcapng"))
	a.prompt.accept = func(path string) error {
		rest, all := strings.CutPrefix(path, "all ")
		if a.snap.Narrowed == "" {
			rest, all = path, true
		}
		if err := a.model.Save(strings.TrimSpace(rest), all); err != nil {
			return err
		}
		a.saving = true
		a.refresh(a.now)
		return nil
	}
}

// tellSaved says once what became of a file.
func (a *app) tellSaved(s *live.Saving) {
	if !a.saving || s == nil || !s.Ended {
		return
	}
	a.saving = false
	if a.notice = "saved to " + s.Path; s.Err != nil {
		a.notice = "not saved: " + s.Err.Error()
	}
}

// savingLine marks that something is being saved.
func (a *app) savingLine() []segment {
	s := a.snap.Saving
	if s == nil {
		return nil
	}
	text, keep := "saved to "+s.Path, 4
	switch {
	case !s.Ended:
		text, keep = " saving "+percent(&s.Progress)+" ", 10
	case s.Err != nil:
		text, keep = " NOT SAVED ", 10
	default:
		return []segment{{text, a.theme.bar, keep, true}}
	}
	return []segment{{text, a.theme.barAlert, keep, true}}
}
