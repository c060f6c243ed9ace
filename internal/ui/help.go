// SPDX-License-Identifier: Apache-2.0

package ui

// helpView lists the keys of the view below it, from the tables that act on
// them.
type helpView struct {
	textPage
	below view
}

func newHelpView(a *app, of view) *helpView { return &helpView{textPage: textPage{app: a}, below: of} }

func (v *helpView) crumb() string { return "keys" }

func (v *helpView) refresh() {
	t := &v.app.theme
	v.lines = v.lines[:0]
	section := func(title string, table []binding) {
		if len(table) == 0 {
			return
		}
		v.lines = append(v.lines, textLine{text: title, style: t.title})
		for _, b := range table {
			v.lines = append(v.lines, textLine{"  " + shown(b.keys, v.app.opt.ASCII), t.key, b.help, t.text})
		}
		v.lines = append(v.lines, textLine{})
	}
	for _, t := range v.app.tables(v.below) {
		section(t.title, t.list)
	}
	section(lineTitle, newPrompt(v.app, "", "").bindings())
	v.lines = append(v.lines,
		textLine{text: "Figures", style: t.title},
		textLine{"  OUT, IN", t.key, "sent by the process, delivered to it; /s over the last two seconds", t.text},
		textLine{"  K M G", t.key, "1000 for messages, 1024 for bytes", t.text},
		textLine{"  LATENCY", t.key, "from a request to its last reply: mean; P50 to MAX: quantiles and the longest", t.text},
		textLine{"  KERNEL", t.key, "time of the sends in the kernel", t.text},
		textLine{"  p99 over time", t.key, "of the row under the cursor; the newest time is at the right (h)", t.text},
		textLine{"  BLAMED", t.key, "how long others waited for rtnl_mutex that found it held (--rtnl)", t.text},
		textLine{"  *", t.key, "several containers, units or network namespaces", t.text},
		textLine{"  counting", t.key, "only the kernel counts, since messages are many; a page that looks at them gets them", t.text},
		textLine{"  PARTIAL", t.key, "the recording is still being read: figures are those of what was read", t.text},
		textLine{"  DROPS", t.key, "datagrams that the kernel could not queue to the reader", t.text},
		textLine{"  lost", t.key, "datagrams that nltop itself missed", t.text},
	)
}

func (v *helpView) draw(g *grid, r rect) { v.drawAt(g, r, 18) }
