// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

var incidentColumns = []column[incident.Incident]{
	{head: "BEGAN", width: 12, keep: 6, cell: func(a *app, in *incident.Incident) (string, tcell.Style) {
		return in.Begin.Format(words.TimeOfDay[:12]), a.theme.dim
	}, compare: func(x, y *incident.Incident) int { return y.Begin.Compare(x.Begin) }},
	{head: "LASTED", width: 8, right: true, keep: 4, cell: func(a *app, in *incident.Incident) (string, tcell.Style) {
		if in.Open {
			return "goes on", a.theme.bad
		}
		return a.cell(lasted(in) > 0, words.Duration(lasted(in)), a.theme.text)
	}, compare: func(x, y *incident.Incident) int { return cmp.Compare(lasted(y), lasted(x)) }},
	{head: "LOST", width: 8, right: true, keep: 8, cell: func(a *app, in *incident.Incident) (string, tcell.Style) {
		return a.cell(in.Lost > 0, words.Count(in.Lost), a.theme.bad)
	}, compare: func(x, y *incident.Incident) int { return cmp.Compare(y.Lost, x.Lost) }},
	{head: "ENOBUFS", width: 7, right: true, keep: 3, cell: func(a *app, in *incident.Incident) (string, tcell.Style) {
		return a.cell(in.NobufsRaised > 0, words.Count(in.NobufsRaised), a.theme.bad)
	}, compare: func(x, y *incident.Incident) int { return cmp.Compare(y.NobufsRaised, x.NobufsRaised) }},
	{head: "READER", width: 18, cell: func(a *app, in *incident.Incident) (string, tcell.Style) {
		return export.OwnerOf(in), incidentStyle(a, in)
	}, compare: func(x, y *incident.Incident) int { return strings.Compare(export.OwnerOf(x), export.OwnerOf(y)) }},
	{head: "PROTOCOL", width: 10, keep: 2, cell: func(a *app, in *incident.Incident) (string, tcell.Style) {
		return capture.ShortName(in.Protocol), a.theme.text
	}, compare: func(x, y *incident.Incident) int { return cmp.Compare(x.Protocol, y.Protocol) }},
	{head: "WHAT", keep: 5, cell: func(a *app, in *incident.Incident) (string, tcell.Style) {
		return lostTypes(in), a.theme.dim
	}},
}

// newIncidentsView lists the overruns, open ones first.
func newIncidentsView(a *app) *listView[incident.Incident] {
	return newListView(a, list[incident.Incident]{
		name:    "incidents",
		columns: incidentColumns,
		load: func(a *app) listed[incident.Incident] {
			l := listed[incident.Incident]{rows: a.snap.Incidents, none: "nobody has lost anything"}
			l.title = fmt.Sprintf("Overruns: sockets that lost messages: %d", len(l.rows))
			if blind := a.snap.Info.DoesNotSee(capture.SeesLosses, "losses"); blind != "" {
				if len(l.rows) == 0 {
					l.title = "Overruns: sockets that lost messages" // 0 would say that there was none
				}
				l.none = blind + "; nltop sockets --for counts them"
				if n := a.snap.Table.Total.Nobufs(); n > 0 {
					l.none = fmt.Sprintf("%d ENOBUFS: readers lost messages; which, nobody saw: ", n) + l.none
				}
			}
			return l
		},
		id: func(in *incident.Incident) any {
			return struct {
				at   int64
				port uint32
				node uint64
			}{in.Begin.UnixNano(), in.Socket.PortID, in.Socket.Inode}
		},
		open: func(v *listView[incident.Incident], in *incident.Incident) {
			own := *in
			v.app.push(newPageView(v.app, "incident", func(p *textPage) { incidentText(p, &own) }))
		},
		opens: "open the whole story of the overrun",
		detail: func(a *app, in *incident.Incident) [][]segment {
			return [][]segment{{
				{text: export.OwnerOf(in), style: a.theme.title},
				{text: export.IncidentLines(in, a.opt.Limits, a.opt.GroupName)[0], style: a.theme.text},
			}}
		},
		keys: func(v *listView[incident.Incident]) []binding {
			return []binding{{"m", "open the last messages of the socket", "messages", func() {
				if in := v.current(); in != nil {
					v.pin()
					v.app.openSocket(in.Protocol, in.NetNS, in.Socket.PortID, in.Socket.Inode, export.OwnerOf(in))
				}
			}}}
		},
		ask: live.Ask{Looking: true},
	})
}

func lasted(in *incident.Incident) time.Duration { return in.End.Sub(in.Begin) }

func incidentStyle(a *app, in *incident.Incident) tcell.Style {
	if in.Open {
		return a.theme.bad
	}
	return a.theme.warn
}

// lostTypes names what was lost, most first.
func lostTypes(in *incident.Incident) string {
	var parts []string
	for _, w := range in.What {
		parts = append(parts, fmt.Sprintf("%d %s", w.Lost, decode.Quote(w.Type)))
	}
	return strings.Join(parts, ", ")
}

// incidentText is all that there is to say, and where it can be looked at.
func incidentText(p *textPage, in *incident.Incident) {
	a := p.app
	t := &a.theme
	p.add(textLine{text: in.Begin.Format(words.TimeOfDay) + "  " + export.OwnerOf(in), style: incidentStyle(a, in)}, nil)
	for _, text := range export.IncidentLines(in, a.opt.Limits, a.opt.GroupName) {
		p.add(textLine{text: "  " + text, style: t.text}, nil)
	}
	p.add(textLine{}, nil)
	leads := func(text string, open func()) { p.add(textLine{text: "  " + text, style: t.text}, open) }
	leads("what the reader got on this socket", func() {
		a.openSocket(in.Protocol, in.NetNS, in.Socket.PortID, in.Socket.Inode, export.OwnerOf(in))
	})
	for i := range in.Senders {
		if s := &in.Senders[i]; s.Proc.PID != 0 {
			leads("messages of "+words.Process(s.Proc)+", who sent "+words.Grouped(s.Lost)+" of what was lost", func() { a.openProcess(s.Proc) })
		}
	}
	leads("all messages from then on", func() { a.openTime(in.Begin) })
	leads("all sockets", func() { a.push(newSocketsView(a)) })
}

// openTime lists all messages, with the cursor on the first of a time.
func (a *app) openTime(t time.Time) {
	v := newMessagesView(a, "all messages")
	v.follow, v.want = false, t
	a.push(v)
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
