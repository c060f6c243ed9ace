// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"errors"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/filter"
)

// languageOf lets a prompt complete and colour a filter expression.
func (p *prompt) languageOf(o *filter.Options) {
	p.complete = func(before string) (int, []choice) {
		from, list := o.Complete(before, p.app.values)
		out := make([]choice, len(list))
		for i, c := range list {
			out[i] = choice{name: c.Text, keys: c.About}
		}
		return from, out
	}
	p.check = func(text string) error {
		_, err := o.Compile(text)
		return err
	}
	p.paint = func(text string, bad error) []tcell.Style { return p.app.theme.expression(text, bad) }
	p.moved()
	p.look()
}

// values are those of a name that the traffic of now has.
func (a *app) values(name string) []string {
	var list []string
	seen := make(map[string]bool)
	cells := a.snap.Table.Cells
	for i := range cells {
		k := &cells[i].Key
		v := ""
		switch name {
		case "proc.comm", "proc.name", "cause.comm", "cause.name", "proc.parent.name":
			v = k.Comm
		case "family":
			v = k.Family
		case "type", "about", "nlmsg_type", "cause_type":
			v = k.Name
		case "netns_name":
			v = k.NetNSName
		case "proc.unit", "cause.unit":
			v = k.Unit
		case "proc.container", "cause.container":
			v = k.Container
		case "proc.pod", "cause.pod":
			v = k.Pod
		default:
			return nil
		}
		if v != "" && !seen[v] {
			seen[v] = true
			list = append(list, v)
		}
	}
	slices.Sort(list)
	return list
}

// expression styles an expression, character by character: names that there are, names
// that there are not, values, and where it is wrong.
func (t *theme) expression(text string, bad error) []tcell.Style {
	styles := make([]tcell.Style, 0, len(text))
	words := filter.Words(text)
	w, line, col := 0, 1, 0
	wrong := new(filter.Error)
	if !errors.As(bad, &wrong) {
		wrong = new(filter.Error)
	}
	for i, r := range text {
		if col++; r == '\n' {
			line, col = line+1, 0
		}
		for w < len(words) && words[w].To <= i {
			w++
		}
		st := t.text
		if w < len(words) && words[w].From <= i {
			switch words[w].Kind {
			case filter.WordName:
				st = t.name
			case filter.WordNoName:
				st = t.bad
			case filter.WordText, filter.WordNumber:
				st = t.strong
			}
		}
		if wrong.Line == line && wrong.Col == col {
			st = t.bad.Underline(true)
		}
		styles = append(styles, st)
	}
	return styles
}

// moved works out what can stand where the cursor is.
func (p *prompt) moved() {
	if p.complete != nil {
		p.from, p.choices = p.complete(string(p.text[:p.at]))
		p.pick = 0
	}
}

// look checks the text as it is.
func (p *prompt) look() {
	if p.check != nil {
		if p.wrong = nil; strings.TrimSpace(string(p.text)) != "" {
			p.wrong = p.check(string(p.text))
		}
	}
}

// fill puts the picked completion in the place of the word before the cursor.
func (p *prompt) fill() {
	if p.pick >= len(p.choices) {
		return
	}
	text := p.choices[p.pick].name
	if !strings.HasSuffix(text, `("`) && !strings.HasSuffix(text, "[") && !strings.HasSuffix(text, " ") {
		text += " "
	}
	p.cut(len([]rune(string(p.text[:p.at])[:p.from])))
	p.insert([]rune(text))
}

// maxPast bounds the lines that a prompt remembers.
const maxPast = 100

// remember keeps a line for the next prompt of this kind.
func (p *prompt) remember(line string) {
	if line == "" {
		return
	}
	h := slices.DeleteFunc(p.app.past[p.label], func(l string) bool { return l == line })
	if len(h) == maxPast {
		h = h[1:]
	}
	p.app.past[p.label] = append(h, line)
}

// recall shows a line from before: by is -1 for the one before.
func (p *prompt) recall(by int) {
	h := p.app.past[p.label]
	if p.back == 0 {
		p.draft = string(p.text)
	}
	if to := p.back - by; to >= 0 && to <= len(h) && to != p.back {
		p.back = to
		text := p.draft
		if to > 0 {
			text = h[len(h)-to]
		}
		p.text = []rune(text)
		p.at = len(p.text)
		p.edited()
	}
}
