// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/settings"
	"github.com/nltop/nltop/internal/ui"
)

// leastInterval is the least time between updates of the view.
const leastInterval = 50 * time.Millisecond

// options are those of the view: flags, else what was kept of other runs. The function
// that comes with them says, once the view has ended, why its settings could not be kept.
func (f *viewFlags) options() (o ui.Options, keep func() error, err error) {
	if o.Group, err = aggregate.ParseGroup(f.group); err != nil {
		return o, nil, usageError{fmt.Errorf("--by %w", err)}
	}
	if f.interval < leastInterval {
		return o, nil, usageError{errors.New("--interval: at least 50ms")}
	}
	if !slices.Contains(ui.Themes(), f.theme) {
		return o, nil, usageError{fmt.Errorf("--theme %q: it is one of %s", f.theme, strings.Join(ui.Themes(), ", "))}
	}
	if o.Columns, err = ui.ParseColumns(f.columns); err != nil {
		return o, nil, usageError{fmt.Errorf("--columns: %w", err)}
	}
	if o.Sort, err = ui.ParseSort(f.sort); err != nil {
		return o, nil, usageError{fmt.Errorf("--sort: %w", err)}
	}
	o.Interval, o.ASCII, o.Theme = f.interval, f.ascii, ui.Theme(f.theme)
	file, note := settings.Find(os.Getenv, os.Geteuid())
	if note != "" {
		o.Notes = append(o.Notes, note)
	}
	s, notes := file.Load()
	o.Settings = s
	o.Notes = append(append(o.Notes, notes...), f.settle(&o, &s)...)
	var failed error
	o.Keep = func(s settings.Settings) {
		if err := file.Save(&s); err != nil {
			failed = fmt.Errorf("settings are not kept: %w", err)
		}
	}
	return o, func() error { return failed }, nil
}

// settle puts into force what was kept and no flag has said, and returns what is wrong
// with it.
func (f *viewFlags) settle(o *ui.Options, s *settings.Settings) (notes []string) {
	kept := func(flag, value string) bool { return value != "" && !f.changed(flag) }
	if kept("theme", s.Theme) {
		if o.Theme = ui.Theme(s.Theme); !slices.Contains(ui.Themes(), s.Theme) {
			notes = append(notes, fmt.Sprintf("settings: theme %q is none of %s", s.Theme, strings.Join(ui.Themes(), ", ")))
			o.Theme = ui.ThemeAuto
		}
	}
	if kept("ascii", s.ASCII) {
		o.ASCII = s.ASCII == "true"
	}
	if kept("by", s.Group) && !f.changed("group") {
		if g, err := aggregate.ParseGroup(s.Group); err == nil {
			o.Group = g
		} else {
			notes = append(notes, "settings: group "+err.Error())
		}
	}
	if s.Refresh > 0 && kept("interval", "is set") {
		o.Interval = max(s.Refresh, leastInterval)
	}
	return notes
}
