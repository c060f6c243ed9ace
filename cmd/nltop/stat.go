// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/coverage"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/pipeline"
)

type statFlags struct {
	captureFlags
	format   string
	coverage bool
	unknown  bool
	quiet    bool
}

func newStat() *cobra.Command {
	var f statFlags
	c := &cobra.Command{
		Use:   "stat [flags] [-- COMMAND [ARG...]]",
		Short: "Count messages, or how much of them is decoded",
		Long: `Count messages by process, family and type, and print the table at the end: of a
file, of a command, or of everything until Ctrl-C. With --coverage, count how much
of them is decoded instead.`,
		Example: `  nltop stat -- systemctl restart systemd-networkd
  nltop stat -r bug.pcapng
  nltop stat -r bug.pcapng --coverage
  nltop stat -r bug.pcapng --coverage -o json`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	f.register(c)
	c.Flags().StringVarP(&f.format, "output", "o", "text", "text or json")
	c.Flags().BoolVar(&f.coverage, "coverage", false, "per family: how many attributes have a name and a type, bytes left as hex")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing on standard error about source and losses")
	c.Flags().BoolVar(&f.unknown, "unknown", false, "with --coverage: list every place that is left as hex")
	return c
}

func (f *statFlags) run(args []string) (err error) {
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	if f.unknown && !f.coverage {
		return usageError{errors.New("--unknown goes with --coverage")}
	}
	var sink coverageSink
	o := sessionOptions{flags: &f.captureFlags, dec: f.decoder()}
	if f.coverage {
		o.sinks = []pipeline.Sink{&sink}
	} else {
		o.table = aggregate.New(aggregate.Options{CountOnly: true})
	}
	ctx, stop := untilSignal()
	defer stop()
	s, err := o.openWith(args, os.Stderr)
	if err != nil {
		return err
	}
	if !f.quiet {
		s.explain()
	}
	err = errors.Join(s.runOrFollow(ctx), s.close())
	if !f.quiet {
		s.account()
	}
	out := bufio.NewWriter(os.Stdout)
	if f.coverage {
		err = errors.Join(err, f.writeCoverage(out, sink.Rows()))
	} else if rows := statRows(o.table); f.format == "json" {
		err = errors.Join(err, writeRows(out, rows))
	} else {
		err = errors.Join(err, statText(out, rows))
	}
	return errors.Join(err, out.Flush())
}

// statRow is what one process did with one message type.
type statRow struct {
	Proc     *aggregate.Process `json:"proc"` // null: the source cannot tell
	Family   string             `json:"family"`
	Type     string             `json:"type"`
	Messages uint64             `json:"messages"`
	Bytes    uint64             `json:"bytes"`
	aggregate.Counters
}

// statRows sums the cells of a table over sockets; the busiest row is first.
func statRows(t *aggregate.Table) []statRow {
	type key struct {
		proc         aggregate.Process
		family, name string
	}
	sums := map[key]*statRow{}
	snap := t.Snapshot(time.Time{})
	for i := range snap.Cells {
		c := &snap.Cells[i]
		k := key{c.Process, c.FamilyLabel(), c.Type.Label()}
		r := sums[k]
		if r == nil {
			r = &statRow{Family: k.family, Type: k.name}
			if c.Process.Known() {
				r.Proc = &c.Process
			}
			sums[k] = r
		}
		r.Counters.Add(&c.Counters)
	}
	if o := &snap.Overflow; o.Cells > 0 {
		sums[key{}] = &statRow{Family: "(rest)", Type: fmt.Sprintf("%d more rows", o.Cells), Counters: o.Counters}
	}
	rows := make([]statRow, 0, len(sums))
	for _, r := range sums {
		r.Messages, r.Bytes = r.Counters.Messages(), r.Counters.Bytes()
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b statRow) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Family, b.Family), cmp.Compare(a.Type, b.Type),
			cmp.Compare(a.process(), b.process()))
	})
	return rows
}

// process is "ip[4711]", "-" where nobody knows.
func (r *statRow) process() string {
	if r.Proc == nil {
		return "-"
	}
	return export.Process(capture.Proc{PID: r.Proc.PID, Comm: r.Proc.Comm})
}

func statText(w io.Writer, rows []statRow) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "MESSAGES\tOUT\tIN\tBYTES\tERRORS\tDROPS\tENOBUFS\tLATENCY\tMAX\tFAMILY\tTYPE\tPROCESS")
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(tw, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%v\t%v\t%s\t%s\t%s\n", r.Messages, r.OutMessages, r.InMessages,
			r.Bytes, r.Errors, r.Drops, r.Nobufs(), r.Latency.Mean(), r.Latency.Max,
			decode.Quote(r.Family), decode.Quote(r.Type), r.process())
	}
	return tw.Flush()
}

// coverageSink accounts for the messages of a pipeline.
type coverageSink struct{ coverage.Counter }

func (s *coverageSink) Observe(o *correlate.Observation) error {
	if o.Message != nil {
		s.Add(o.Message)
	}
	return nil
}

// writeCoverage prints the account of the decoder.
func (f *statFlags) writeCoverage(w io.Writer, rows []coverage.Row) error {
	if f.format == "json" {
		if !f.unknown {
			for i := range rows {
				rows[i].Unknown = nil
			}
		}
		return writeRows(w, rows)
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "FAMILY\tMESSAGES\tUNNAMED\tPROBLEMS\tATTRIBUTES\tNAMED\tTYPED\tFIELDS\tTYPED\tOPAQUE\tHEX")
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%.2f %%\t%.2f %%\t%d\t%.2f %%\t%d B\t%d B\n", r.Family, r.Messages, r.Unnamed, r.Problems,
			r.Attrs, coverage.Percent(r.Named, r.Attrs), coverage.Percent(r.Typed, r.Attrs),
			r.Fields, coverage.Percent(r.FieldsOK, r.Fields), r.OpaqueLen, r.HexLen)
	}
	if err := tw.Flush(); err != nil || !f.unknown {
		return err
	}
	for _, r := range rows {
		for _, path := range slices.Sorted(maps.Keys(r.Unknown)) {
			if _, err := fmt.Fprintf(w, "%s\t%d\t%s\n", r.Family, r.Unknown[path], decode.Quote(path)); err != nil {
				return err
			}
		}
	}
	return nil
}
