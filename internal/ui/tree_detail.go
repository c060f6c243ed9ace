// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// detail says of the current row what columns have no room for, and how its
// latency was over time.
func (v *treeView) detail() [][]segment {
	r := v.current()
	if r == nil {
		return nil
	}
	t := &v.app.theme
	segs := []segment{{text: v.path(v.cur.at), style: t.title}}
	add := func(keep int, st tcell.Style, format string, args ...any) {
		segs = append(segs, segment{text: fmt.Sprintf(format, args...), style: st, keep: keep})
	}
	add(6, t.text, "out %s (%sB)", words.Count(r.OutMessages), words.Short(float64(r.OutBytes)))
	add(6, t.text, "in %s (%sB)", words.Count(r.InMessages), words.Short(float64(r.InBytes)))
	if text := v.app.errorsOf(r); text != "" {
		add(9, t.warn, "%s", text)
	}
	if told := v.app.toldErrors(r); len(told) > 0 {
		add(2, t.text, "%s", decode.Quote(told[0]))
	}
	if r.Probes > 0 {
		add(5, t.dim, "%s answered no", words.Plural(int(r.Probes), "probe", "probes"))
	}
	if c := &r.Caused; c.Events > 0 {
		text := "caused " + words.Plural(int(c.Events), "event", "events")
		if c.Lost > 0 {
			text += fmt.Sprintf(", of which others lost %s", words.Count(c.Lost))
		}
		add(7, t.text, "%s", text)
	}
	if n := r.NobufsRaised + r.NobufsRead; n > 0 {
		add(8, t.bad, "ENOBUFS %s raised, %s read", words.Count(r.NobufsRaised), words.Count(r.NobufsRead))
	}
	if l := r.Latency; l.Count > 0 {
		q := func(q float64) string { return words.Duration(r.Times.Quantile(q)) }
		add(4, t.dim, "latency p50 %s, p90 %s, p99 %s, max %s", q(0.5), q(0.9), q(0.99), words.Duration(l.Max))
		if at := r.WaitedAt; !at.IsZero() {
			add(1, t.dim, "over %s last at %s", words.Duration(aggregate.LongWait), at.In(v.app.snap.Now.Location()).Format(words.TimeOfDay[:8]))
		}
	}
	if k := r.Kernel; k.Count > 0 {
		text := "mean " + words.Duration(k.Mean())
		if d, ok := aggregate.KernelQuantile(&r.Counters, &r.KernelTimes, 0.99); ok {
			text += ", p99 " + words.Duration(d) + ", max " + words.Duration(k.Max)
		}
		add(3, t.dim, "kernel %s (%s)", words.Duration(k.Sum), text)
	}
	if ns := r.NetNSText(); ns != "" && !r.Mixed.NetNS {
		add(3, t.dim, "netns %s", ns)
	}
	if r.PortID != 0 {
		add(2, t.dim, "port %d", r.PortID)
	}
	lines := [][]segment{segs}
	if text := v.app.pollLine(r); text != "" {
		lines = append(lines, []segment{{text: text, style: t.text}})
	}
	if r.Who != nil && r.ID.Key.Process != (aggregate.Process{}) {
		if who := words.Identity(r.Who); who != "" {
			lines = append(lines, []segment{{text: who, style: t.text}})
		}
	}
	if line := v.heatLine(r); line != nil {
		lines = append(lines, line)
	}
	return lines
}

// heatLine is the line over time of a row; nil: nothing was measured.
func (v *treeView) heatLine(r *aggregate.Row) []segment {
	if r.Latency.Count == 0 {
		return nil
	}
	return v.app.heatLine(&v.app.snap.Heat, v.app.grid.w)
}

// path names a row with those around it.
func (v *treeView) path(i int) string {
	sep := " › "
	if v.app.opt.ASCII {
		sep = " > "
	}
	var names []string
	for ; i >= 0; i = v.around[i] {
		r := v.rows[i]
		name := r.Label
		switch pid := r.ID.Key.PID; {
		case r.Processes > 0:
			if len(names) > 0 {
				continue // the process says it
			}
			name += " " + v.app.many(r)
		case pid == 0:
		case r.ID.Level() == aggregate.LevelProcess:
			name = words.Process(r.ID.Key.Process.Proc())
		case r.ID.Level() == aggregate.LevelSocket:
			name = fmt.Sprintf("%s pid %d", name, pid)
		}
		names = append(names, name)
	}
	slices.Reverse(names)
	return strings.Join(names, sep)
}
