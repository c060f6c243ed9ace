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
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/coverage"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pipeline"
)

type statFlags struct {
	captureFlags
	cutFlags
	format   string
	coverage bool
	unknown  bool
	messages bool
	dumps    bool
	by       string
	sort     string
}

func newStat() *cobra.Command {
	var f statFlags
	c := &cobra.Command{
		Use:   "stat [flags] [-- COMMAND [ARG...]]",
		Short: "Count messages, errors, times and drops; print the table at the end",
		Long: `Count by process, family and type, and print the table at the end, like strace -c:
of a file, of a command, or of everything until Ctrl-C. KERNEL is the time of the
sends in the kernel (of their system calls, where the source sees no more), P50 to MAX
the time from a request to its last reply. REQUESTS are what processes sent to the
kernel, REPLIES what it sent to one of them, EVENTS what it sent to a group, once for
each listener; MESSAGES are all of these and those between processes. A terminal that
is too narrow for all columns shows those that matter most.

With ` + capture.SourcesThatCount() + ` the kernel itself counts, exactly at any rate and with little
overhead; the times of several requests in one datagram are then those of the first.
With -f, -w, --times or --messages every message is looked at instead, and -o json has
percentiles of the time in the kernel, too (kernel_p50_ns).

With --by cause the rows are what made others receive events: each process by the
type of the request that was being handled (of a batch that of its first message), or
by none (an ioctl, a kernel thread, an interrupt). REQUESTS were sent of that type,
EVENTS were multicast, DELIVERIES is how often one was for a socket, lost or not. With
-p, --comm or a COMMAND it is what those processes caused, whoever received it; where
every message is looked at, what they received.

With --dumps, say who asks the kernel the same again and again, a line for each question
of each process, by what it costs: every how long (and between what in eight of ten
cases), how often, how many answers were the same as the one before, replies, bytes and
time of each. An answer is the same if all its bytes are, but for sequence and port
numbers: one with counters or ages hardly is. It looks at every message, and says what
that took.

With --times a second table says what the requests spent their time on, in parts that
add up to WHOLE: inside the send until a MODULE was loaded, until RTNL was got, a grace
period of RCU was over, other LOCKS were got; OWN, while it ran; REST, while it did not
run for a reason that nltop knows no hook for. Behind the send LATER, the parts of dumps
that later reads had the kernel make; LATE, until the kernel had answered; READER, what a
reader took between parts; QUEUE, how long the last answer lay there until it was read.

With --coverage, count how much of the messages is decoded.

With --from, --to or --around a part of a recording (-r) is counted, as if it were all
there is: requests that were answered in that time alone, and so on.`,
		Example: `  nltop stat -- systemctl restart systemd-networkd
  nltop stat --rtnl                      why is ip slow?
  nltop stat --times -- nft -f rules     and what for?
  nltop stat --dumps                     who polls, and is it for nothing?
  nltop stat -r bug.pcapng --by type --sort p99
  nltop stat -r bug.pcapng --around 1    who sent, when incident 1 lost messages?
  nltop stat --by cause                  who floods the others?
  nltop stat -r bug.pcapng --coverage
  nltop stat -r bug.pcapng --coverage -o json`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(c *cobra.Command, args []string) error {
			if f.dumps {
				return f.runDumps(c, args)
			}
			return f.run(args)
		},
	}
	f.captureFlags.register(c)
	f.cutFlags.register(c)
	f.registerVeil(c)
	c.Flags().StringVarP(&f.format, "output", "o", "text", "text or json")
	groupFlag(c, &f.by, "all", "sum rows up by "+strings.Join(live.Sums(), ", ")+"; all is a row for each process and type", live.Sums())
	c.Flags().StringVar(&f.sort, "sort", "", "largest first by messages (the default), requests, replies, events, calls, bytes, errors, drops, kernel, p50, p99 or max; with --by cause by deliveries (the default), drops, events, requests, messages or bytes; with --dumps by bytes (the default), time or times")
	_ = c.RegisterFlagCompletionFunc("sort", cobra.FixedCompletions(append(live.Orders(), "deliveries", "time", "times"), cobra.ShellCompDirectiveNoFileComp))
	c.Flags().BoolVar(&f.dumps, "dumps", false, "who asks the same again and again: each dump and poll, how often, at what cost, and how many answers were the same")
	c.Flags().BoolVar(&f.coverage, "coverage", false, "per family: how many attributes have a name and a type, bytes left as hex")
	c.Flags().BoolVar(&f.messages, "messages", false, "look at every message, as with -f, -w and -r: with "+capture.SourcesThatCount()+" the kernel counts otherwise")
	f.registerQuiet(c)
	c.Flags().BoolVar(&f.unknown, "unknown", false, "with --coverage: list every place that is left as hex")
	return c
}

func (f *statFlags) run(args []string) (err error) {
	if err := f.formatted(); err != nil {
		return err
	}
	if !slices.Contains(live.Sums(), aggregate.GroupName(f.by)) {
		return usageError{fmt.Errorf("--by %s: one of %s", f.by, strings.Join(live.Sums(), ", "))}
	}
	orders, usual := f.orders()
	f.sort = cmp.Or(f.sort, usual)
	if !slices.Contains(orders, f.sort) {
		return usageError{fmt.Errorf("--sort %s: one of %s", f.sort, strings.Join(orders, ", "))}
	}
	if f.unknown && !f.coverage {
		return usageError{errors.New("--unknown goes with --coverage")}
	}
	var sink coverageSink
	o := sessionOptions{flags: &f.captureFlags, dec: f.decoder(), causes: f.byCause()}
	if f.coverage {
		o.sinks = []pipeline.Sink{&sink}
	} else {
		o.show = &live.Options{CountOnly: true}
		o.counts, o.watch = !f.messages && !f.times, capture.WatchNothing
	}
	ctx, stop := untilSignal(len(args) > 0)
	defer stop()
	if o.part, err = f.parting(ctx, &f.captureFlags); err != nil {
		return err
	}
	if err = f.drawVeil(ctx, nil); err != nil {
		return err
	}
	s, err := o.openWith(ctx, args, errFile)
	if err != nil {
		return err
	}
	if !f.quiet {
		s.explain()
	}
	err = distinct(s.runOrFollow(ctx), s.close())
	if !f.quiet {
		o.part.tellNothing(err)
		s.tally()
	}
	out := bufio.NewWriter(newOutput(ctx, os.Stdout))
	if f.coverage {
		err = distinct(err, f.writeCoverage(out, sink.Rows()))
	} else {
		err = distinct(err, f.write(out, s))
	}
	return distinct(err, out.Flush())
}

func (f *statFlags) formatted() error {
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	if f.times && (f.dumps || f.coverage || f.byCause()) {
		return usageError{errors.New("--times goes with rows of requests, and not with --dumps, --coverage and --by cause")}
	}
	return nil
}

// write prints what was counted, and with --rtnl who held rtnl_mutex.
func (f *statFlags) write(out io.Writer, s *session) error {
	snap := s.model.Snapshot(live.Ask{Locks: f.rtnl})
	json := f.format == "json"
	rows := f.writeRows
	if f.byCause() {
		rows = f.writeCauses
	}
	if err := rows(out, snap, s.counted); err != nil {
		return err
	}
	if f.times {
		if err := f.writeTimes(out, snap); err != nil {
			return err
		}
	}
	if !f.rtnl {
		return nil
	}
	locks := &snap.Locks
	if locks.Why != "" {
		return fmt.Errorf("--rtnl: %s", locks.Why)
	}
	if locks.Lost > 0 {
		fmt.Fprintf(f.notes(), "nltop: rtnl_mutex: %d processes found no room in the table\n", locks.Lost)
	}
	return table(out, locks.Rows, json, export.LockTable)
}

// writeTimes prints what requests spent their time on. In JSON the rows have it.
func (f *statFlags) writeTimes(out io.Writer, snap *live.Snapshot) error {
	if why := snap.Info.DoesNotSee(capture.SeesTimes, "what requests spend their time on (--times)"); why != "" {
		return errors.New(why)
	}
	if f.format == "json" {
		return nil
	}
	return export.TimesTable(out, live.Rows(&snap.Table, f.by, f.sort))
}

// orders are what --sort takes, and what it is without.
func (f *statFlags) orders() (names []string, usual string) {
	if f.byCause() {
		return live.CauseOrders(), "deliveries"
	}
	return live.Orders(), "messages"
}

func (f *statFlags) byCause() bool { return aggregate.GroupName(f.by) == live.ByCause }

func (f *statFlags) writeRows(out io.Writer, snap *live.Snapshot, counted bool) error {
	rows := live.Rows(&snap.Table, f.by, f.sort)
	json := f.format == "json"
	if json {
		for i := range rows {
			if !counted { // Options.NoReads
				rows[i].NobufsSeen = &rows[i].NobufsRead
			}
		}
	}
	text := func(w io.Writer, rows []live.Row) error { return export.StatTable(w, rows, &snap.Info, stdoutWidth()) }
	return table(out, rows, json, text)
}

// writeCauses prints who made others receive events, as far as the sources see that.
func (f *statFlags) writeCauses(out io.Writer, snap *live.Snapshot, _ bool) error {
	if blind := snap.Info.DoesNotSee(capture.SeesCauses, "who caused an event"); blind != "" {
		if !slices.ContainsFunc(snap.Info.Of(), func(i capture.Info) bool { return i.Sees.Has(capture.SeesCauses) }) {
			return fmt.Errorf("--by cause: %s: it takes %s", blind, capture.SourcesThat(capture.SeesCauses))
		}
		fmt.Fprintln(f.notes(), "nltop: --by cause: "+blind)
	}
	return table(out, live.Causes(&snap.Table, f.sort), f.format == "json", export.CauseTable)
}

// table writes rows as JSON, or as text.
func table[T any](w io.Writer, rows []T, json bool, text func(io.Writer, []T) error) error {
	if json {
		return writeRows(w, rows)
	}
	return text(w, rows)
}

// coverageSink adds up the messages of a pipeline.
type coverageSink struct{ coverage.Tally }

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
