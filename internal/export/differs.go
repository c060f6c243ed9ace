// SPDX-License-Identifier: Apache-2.0

package export

import (
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/differ"
)

// differs writes behind an event what is not as the last one about the same thing said.
func (t *Text) differs(o *correlate.Observation) {
	e := o.Event
	if e == nil || e.Before == nil {
		return
	}
	if t.lastChange.event != e {
		t.lastChange = changeSaid{e, DiffersText(e)}
	}
	if t.lastChange.text != "" {
		t.line.word(styleWarn, "changed: "+t.lastChange.text)
	}
}

// changeSaid is what the last event changed: all its deliveries say the same.
type changeSaid struct {
	event *correlate.Event
	text  string
}

// DiffersText says what an event changed, safe for a terminal; "": nothing, or nobody
// knows what was before.
func DiffersText(e *correlate.Event) string {
	return differ.Text(differ.Between(e.Before, e.Message))
}

// differsBelow writes the same attribute by attribute, under their UAPI names.
func (t *Text) differsBelow(o *correlate.Observation) {
	if o.Event == nil || o.Event.Before == nil {
		return
	}
	l := &t.line
	for _, d := range differ.Between(o.Event.Before, o.Event.Message) {
		l.buf = append(l.buf, indentStep...)
		l.put(styleWarn, "changed "+decode.Quote(d.Path)+": "+sideText(&d, d.From)+" -> "+sideText(&d, d.To))
		l.end()
	}
}

// sideText is what one side of a difference says.
func sideText(d *differ.Difference, n *decode.Node) string {
	switch {
	case n == nil:
		return "none"
	case d.Withheld():
		return "<" + n.Secret().String() + ">"
	}
	return NodeValue(n)
}

// differs writes what an event changed: null is what was not there, or is not any more.
func (j *JSON) differs(e *correlate.Event) {
	if e == nil || e.Before == nil {
		return
	}
	j.key("differs")
	j.differences(j.pair.Between(e.Before, e.Message))
}

func (j *JSON) differences(list []differ.Difference) {
	j.buf = append(j.buf, '[')
	for i := range list {
		d := &list[i]
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.buf = appendString(append(j.buf, `{"attr":`...), d.Path)
		if d.Withheld() {
			j.buf = append(j.buf, `,"withheld":true}`...)
			continue
		}
		j.side("from", d.From)
		j.side("to", d.To)
		j.buf = append(j.buf, '}')
	}
	j.buf = append(j.buf, ']')
}

func (j *JSON) side(name string, n *decode.Node) {
	j.key(name)
	if n == nil {
		j.buf = append(j.buf, "null"...)
		return
	}
	j.value(n)
}
