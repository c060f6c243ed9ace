// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// goals are how much busy time, as a multiple of bare, each workload may take.
var goals = []struct {
	watcher string
	most    float64
	other   string // instead of most: no more than that watcher
}{
	{watcher: "counters", most: 1.03},
	{watcher: "messages", most: 1.10},
	{watcher: "messages", other: "tcpdump"},
	{watcher: "everything", most: 1.25},
	{watcher: "flight", other: "tcpdump"},
	{watcher: "flight", most: 1.05},
	{watcher: "view", other: "counters"},
}

// report collects samples by watcher, workload and round.
type report struct {
	works   []workload
	samples map[string][][]sample // by watcher, then round, then workload
	saw     map[string]account    // sums
}

func newReport(works []workload) *report {
	return &report{works: works, samples: map[string][][]sample{}, saw: map[string]account{}}
}

func (r *report) add(w *watcher, samples []sample, saw account) {
	r.samples[w.name] = append(r.samples[w.name], samples)
	sum := r.saw[w.name]
	r.saw[w.name] = account{known: saw.known, seen: sum.seen + saw.seen, lost: sum.lost + saw.lost}
}

// figure is the median and the spread of what a round measured.
type figure struct{ median, spread float64 }

func figureOf(rounds []float64) figure {
	s := slices.Sorted(slices.Values(rounds))
	n := len(s)
	return figure{median: (s[(n-1)/2] + s[n/2]) / 2, spread: s[n-1] - s[0]}
}

// over collects f of each round of a watcher, with the round's bare samples. A
// workload of -1 is the sum of all.
func (r *report) over(watcher string, work int, f func(s, bare sample) float64) figure {
	var values []float64
	for n, round := range r.samples[watcher] {
		values = append(values, f(pick(round, work), pick(r.samples[watchers[0].name][n], work)))
	}
	return figureOf(values)
}

func pick(round []sample, work int) sample {
	if work >= 0 {
		return round[work]
	}
	var sum sample
	for _, s := range round {
		sum.busy, sum.own, sum.idle = sum.busy+s.busy, sum.own+s.own, sum.idle+s.idle
	}
	return sum
}

func ratio(s, bare sample) float64 { return float64(s.busy) / float64(bare.busy) }
func own(s, bare sample) float64   { return float64(s.own) / float64(bare.busy) }

func (r *report) print(out io.Writer) error {
	for _, l := range r.works {
		fmt.Fprintf(out, "%s: %s\n", l.name, l.what)
	}
	fmt.Fprintf(out, "\nBusy time as a multiple of bare: median of %d rounds, spread (most - least), of which the watcher's own process.\n"+
		"idle: that process' share of the processor while nothing happens. bare is %.2f s.\n\n",
		len(r.samples[watchers[0].name]), r.over(watchers[0].name, -1, func(s, _ sample) float64 { return s.busy.Seconds() }).median)
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "\t")
	for _, l := range r.works {
		fmt.Fprintf(tw, "%s\tspread\town\t", l.name)
	}
	fmt.Fprint(tw, "all\tspread\town\tidle\tseen\tlost\t\n")
	for _, w := range watchers {
		fmt.Fprintf(tw, "%s\t", w.name)
		for i := range len(r.works) + 1 {
			if i == len(r.works) {
				i = -1
			}
			f := r.over(w.name, i, ratio)
			fmt.Fprintf(tw, "%.3f\t%.3f\t%s\t", f.median, f.spread, w.own(r.over(w.name, i, own).median, "%.3f"))
		}
		idle := r.over(w.name, -1, func(s, _ sample) float64 { return 100 * float64(s.idle) / float64(settle) / float64(len(r.works)) })
		fmt.Fprintf(tw, "%s\t", w.own(idle.median, "%.2f %%"))
		if a := r.saw[w.name]; a.known {
			fmt.Fprintf(tw, "%d\t%d\t\n", a.seen, a.lost)
		} else {
			fmt.Fprint(tw, "-\t-\t\n")
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if err := r.perMessage(out); err != nil {
		return err
	}
	return r.goals(out)
}

// own is "-" where the watcher is no process beside the workload.
func (w *watcher) own(f float64, format string) string {
	if w.argv == nil {
		return "-"
	}
	return fmt.Sprintf(format, f)
}

// perMessage splits what the first workload, that of many small messages, cost
// more than bare.
func (r *report) perMessage(out io.Writer) error {
	l := &r.works[0]
	fmt.Fprintf(out, "\n%s, per message, µs more than bare (bare: %.2f): in all, in the watcher, elsewhere (hooks, wake-ups):\n\n",
		l.name, r.over(watchers[0].name, 0, func(s, _ sample) float64 { return micros(s.busy, l.messages) }).median)
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "\tmore\town\telsewhere\t\n")
	for _, w := range watchers[1:] {
		more := r.over(w.name, 0, func(s, bare sample) float64 { return micros(s.busy-bare.busy, l.messages) })
		mine := r.over(w.name, 0, func(s, _ sample) float64 { return micros(s.own, l.messages) })
		rest := r.over(w.name, 0, func(s, bare sample) float64 { return micros(s.busy-bare.busy-s.own, l.messages) })
		fmt.Fprintf(tw, "%s\t%.2f\t%s\t%s\t\n", w.name, more.median, w.own(mine.median, "%.2f"), w.own(rest.median, "%.2f"))
	}
	return tw.Flush()
}

func micros(d time.Duration, n int) float64 {
	return float64(d) / float64(time.Microsecond) / float64(n)
}

// goals says which goals are met by each workload, and by all together, in which a
// heavy workload hides a light one.
func (r *report) goals(out io.Writer) error {
	fmt.Fprintln(out)
	for _, g := range goals {
		if r.samples[g.watcher] == nil || g.other != "" && r.samples[g.other] == nil {
			continue // not measured
		}
		than := g.other
		if than == "" {
			than = fmt.Sprintf("%.2f", g.most)
		}
		parts := make([]string, 0, len(r.works)+1)
		for i := range len(r.works) + 1 {
			name, work := "all", -1
			if i < len(r.works) {
				name, work = r.works[i].name, i
			}
			f, most := r.over(g.watcher, work, ratio), g.most
			if g.other != "" {
				most = r.over(g.other, work, ratio).median
			}
			verdict := "met"
			if f.median > most {
				verdict = "NOT met"
			}
			parts = append(parts, fmt.Sprintf("%s %.3f %s", name, f.median, verdict))
		}
		if _, err := fmt.Fprintf(out, "goal: %s at most %s: %s\n", g.watcher, than, strings.Join(parts, ", ")); err != nil {
			return err
		}
	}
	return nil
}
