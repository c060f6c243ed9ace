// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// stepped is what a view needs whose search goes on by steps (seeking).
type stepped struct{ text string } // what is looked for, in lower case; "": nothing is

// escape forgets the text that was looked for.
func (s *stepped) escape() bool {
	had := s.text != ""
	s.text = ""
	return had
}

// wanted takes the text of another page, if none is looked for on this one, and says whether
// there is one.
func (s *stepped) wanted(a *app) bool {
	if s.text == "" {
		s.text = strings.ToLower(a.sought)
	}
	if s.text == "" {
		a.notice = "search for something first: /"
	}
	return s.text != ""
}

// aim says what is looked for, and where.
func (s *stepped) aim(above bool) string { return strconv.Quote(s.text) + " " + side(above) }

func side(above bool) string {
	if above {
		return "above"
	}
	return "below"
}

// notThere says that no line has it, of those that were looked at: unread ones were not.
// otherwise is called instead; nil: nothing is.
func (s *stepped) notThere(a *app, above bool, unread uint64, otherwise func()) {
	if otherwise != nil {
		otherwise()
		return
	}
	a.notice = "no line " + side(above) + " has " + strconv.Quote(s.text)
	if unread > 0 {
		a.notice += "; not all that is kept has been looked at for the filter yet"
	}
}

// askText asks what to look for, and goes to the nearest line below that has it, else to
// the nearest above.
func (v *messagesView) askText() {
	v.app.askText(func(text string) {
		v.text = text
		if k := v.current(); k != nil && text != "" && !v.has(v.app.snap, k) {
			v.find(false, func() { v.find(true, nil) })
		}
	})
}

// askText asks for a text that is searched for by steps, once it is typed; it comes in lower
// case.
func (a *app) askText(find func(text string)) {
	a.prompt = newPrompt(a, "search: ", "")
	a.prompt.accept = func(text string) error {
		if text == "" {
			text = a.sought // as in less and vi
		}
		a.sought = text
		find(strings.ToLower(text))
		return nil
	}
}

// has says whether the line of a message has the text that is looked for.
func (v *messagesView) has(snap *live.Snapshot, k *aggregate.Kept) bool {
	return hasText(v.text,
		func() string { return k.Message.TypeText() },
		func() string { return words.Process(k.Account) },
		func() string { return k.Message.FamilyText() },
		func() string { text, _ := outcome(v.app, &k.Observation); return text },
		func() string { return causeBrief(k) },
		func() string { return summaryOf(snap, k) },
	)
}

// find goes to the next line that has the text. otherwise is called where there is none;
// nil: that is said.
func (v *messagesView) find(above bool, otherwise func()) {
	k := v.current()
	switch {
	case !v.wanted(v.app), k == nil:
		return
	case v.listed != nil:
		v.findListed(above, otherwise)
		return
	}
	of := &live.Search{Rows: v.ids, From: spool.Start{Seq: k.Seq, Time: k.Frame.Time}, Back: above, Match: v.has}
	v.app.seek(of, v.aim(above), func() {
		if len(of.Found) == 0 {
			v.notThere(v.app, above, v.win.Unread, otherwise)
			return
		}
		v.goTo(int(of.Found[0].At - v.low))
	})
}

// goTo puts the cursor into a line.
func (v *messagesView) goTo(line int) {
	v.cur.at = line
	v.cur.rows = max(v.cur.rows, line+1)
	v.cur.fit(v.cur.rows, v.cur.page)
	v.moved()
	v.app.fill()
}

// findListed is find in messages that are all here.
func (v *messagesView) findListed(above bool, otherwise func()) {
	by := 1
	if above {
		by = -1
	}
	for i := v.cur.at + by; i >= 0 && i < len(v.listed); i += by {
		if v.has(v.app.snap, &v.listed[i]) {
			v.goTo(i)
			return
		}
	}
	v.notThere(v.app, above, v.win.Unread, otherwise)
}
