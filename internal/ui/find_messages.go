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
	if v.text == "" {
		v.text = strings.ToLower(v.app.sought)
	}
	switch {
	case v.text == "":
		v.app.notice = "search for something first: /"
		return
	case k == nil:
		return
	case v.listed != nil:
		v.findListed(above, otherwise)
		return
	}
	of := &live.Search{Rows: v.ids, From: spool.Start{Seq: k.Seq, Time: k.Frame.Time}, Back: above, Match: v.has}
	where := "below"
	if above {
		where = "above"
	}
	v.app.seek(of, strconv.Quote(v.text)+" "+where, func() {
		if len(of.Found) == 0 {
			v.none(where, otherwise)
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

func (v *messagesView) none(where string, otherwise func()) {
	if otherwise != nil {
		otherwise()
		return
	}
	v.app.notice = "no line " + where + " has " + strconv.Quote(v.text)
	if v.win.Unread > 0 {
		v.app.notice += "; not all that is kept has been looked at for the filter yet"
	}
}

// findListed is find in messages that are all here.
func (v *messagesView) findListed(above bool, otherwise func()) {
	by, where := 1, "below"
	if above {
		by, where = -1, "above"
	}
	for i := v.cur.at + by; i >= 0 && i < len(v.listed); i += by {
		if v.has(v.app.snap, &v.listed[i]) {
			v.goTo(i)
			return
		}
	}
	v.none(where, otherwise)
}

// escape forgets the text that was looked for.
func (v *messagesView) escape() bool {
	had := v.text != ""
	v.text = ""
	return had
}
