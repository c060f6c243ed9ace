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
	"time"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/coverage"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/words"
)

type statFlags struct {
	captureFlags
	format   string
	coverage bool
	unknown  bool
	quiet    bool
	messages bool
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
sends in the kernel (with the source syscall of their system calls), P50 to MAX the
time from a request to its last reply.

With fentry and kprobe the kernel itself counts, exactly at any rate and with little
overhead; the times of several requests in one datagram are then those of the first.
With -f, -w or --messages every message is looked at instead, and -o json has
percentiles of the time in the kernel, too (kernel_p50_ns). With --coverage, count how
much of the messages is decoded.`,
		Example: `  nltop stat -- systemctl restart systemd-networkd
  nltop stat --rtnl                      why is ip slow?
  nltop stat -r bug.pcapng --by type --sort p99
  nltop stat -r bug.pcapng --coverage
  nltop stat -r bug.pcapng --coverage -o json`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	f.register(c)
	c.Flags().StringVarP(&f.format, "output", "o", "text", "text or json")
	c.Flags().StringVar(&f.by, "by", "all", "sum rows up: process, command, container, unit, netns, family, type; all is one row for each of these")
	c.Flags().StringVar(&f.sort, "sort", "messages", "largest first by messages, calls, bytes, errors, drops, kernel, p50, p99 or max")
	c.Flags().BoolVar(&f.coverage, "coverage", false, "per family: how many attributes have a name and a type, bytes left as hex")
	c.Flags().BoolVar(&f.messages, "messages", false, "look at every message, as with -f, -w and -r: with fentry and kprobe the kernel counts otherwise")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing on standard error about source and losses")
	c.Flags().BoolVar(&f.unknown, "unknown", false, "with --coverage: list every place that is left as hex")
	return c
}

func (f *statFlags) run(args []string) (err error) {
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	if statBy[f.by] == nil {
		return usageError{fmt.Errorf("--by %s: one of %s", f.by, strings.Join(slices.Sorted(maps.Keys(statBy)), ", "))}
	}
	if statSort[f.sort] == nil {
		return usageError{fmt.Errorf("--sort %s: one of %s", f.sort, strings.Join(slices.Sorted(maps.Keys(statSort)), ", "))}
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
		o.counts, o.watch = !f.messages, capture.WatchNothing
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
	} else if rows := f.rows(o.table); f.format == "json" {
		for i := range rows {
			if !s.counted { // Options.NoReads
				rows[i].NobufsSeen = &rows[i].NobufsRead
			}
		}
		err = errors.Join(err, writeRows(out, rows))
	} else {
		err = errors.Join(err, statText(out, rows))
	}
	if locks, lerr := f.rtnl(s); lerr != nil {
		err = errors.Join(err, lerr)
	} else if locks != nil && f.format == "json" {
		err = errors.Join(err, writeRows(out, locks))
	} else if locks != nil {
		err = errors.Join(err, export.LockTable(out, locks))
	}
	return errors.Join(err, out.Flush())
}

// statRow is what one process did with one message type, or a sum over what
// --by leaves out.
type statRow struct {
	Proc     *aggregate.Process `json:"proc"` // null: the source cannot tell, or summed over
	Family   string             `json:"family"`
	Type     string             `json:"type"`
	Calls    uint64             `json:"calls"` // messages that the process sent
	Messages uint64             `json:"messages"`
	Bytes    uint64             `json:"bytes"`
	aggregate.Where
	NetNS uint64 `json:"netns,omitempty"`
	aggregate.Counters
	// NobufsSeen instead of Counters.NobufsRead: nil where reads are not watched.
	NobufsSeen *uint64 `json:"enobufs_read,omitempty"`
	// Quantiles of the latency; 0: not measured.
	P50 time.Duration `json:"p50_ns"`
	P90 time.Duration `json:"p90_ns"`
	P99 time.Duration `json:"p99_ns"`
	// Likewise of the time in the kernel; nil: not known (the kernel's own counters
	// have sum and maximum alone).
	KernelP50 *time.Duration `json:"kernel_p50_ns,omitempty"`
	KernelP90 *time.Duration `json:"kernel_p90_ns,omitempty"`
	KernelP99 *time.Duration `json:"kernel_p99_ns,omitempty"`

	times, kernelTimes aggregate.Times
}

// statBy are what rows may be summed up to, and the parts of a key that stay.
var statBy = map[string]func(c *aggregate.Cell) statKey{
	"all": func(c *aggregate.Cell) statKey {
		return statKey{proc: c.Process, family: c.FamilyLabel(), name: c.Type.Label()}
	},
	"process": func(c *aggregate.Cell) statKey { return statKey{proc: c.Process} },
	"command": func(c *aggregate.Cell) statKey { return statKey{proc: aggregate.Process{Comm: c.Comm}} },
	"family":  func(c *aggregate.Cell) statKey { return statKey{family: c.FamilyLabel()} },
	"container": func(c *aggregate.Cell) statKey {
		return statKey{where: aggregate.Where{Container: cmp.Or(c.ContainerLabel(), "(host)")}}
	},
	"unit": func(c *aggregate.Cell) statKey {
		return statKey{where: aggregate.Where{Unit: cmp.Or(c.Unit, "(no unit)")}}
	},
	"netns": func(c *aggregate.Cell) statKey {
		return statKey{where: aggregate.Where{NetNSName: c.NetNSName}, netns: c.NetNS}
	},
	"type": func(c *aggregate.Cell) statKey { return statKey{family: c.FamilyLabel(), name: c.Type.Label()} },
}

type statKey struct {
	proc         aggregate.Process
	family, name string
	where        aggregate.Where
	netns        uint64
}

// statSort are the columns that rows can be sorted by, largest first.
var statSort = map[string]func(r *statRow) uint64{
	"messages": func(r *statRow) uint64 { return r.Messages },
	"calls":    func(r *statRow) uint64 { return r.Calls },
	"bytes":    func(r *statRow) uint64 { return r.Bytes },
	"errors":   func(r *statRow) uint64 { return r.Errors },
	"drops":    func(r *statRow) uint64 { return r.Drops },
	"kernel":   func(r *statRow) uint64 { return uint64(r.Kernel.Sum) },
	"p50":      func(r *statRow) uint64 { return uint64(r.P50) },
	"p99":      func(r *statRow) uint64 { return uint64(r.P99) },
	"max":      func(r *statRow) uint64 { return uint64(r.Latency.Max) },
}

// rows sums the cells of a table; the largest row is first.
func (f *statFlags) rows(t *aggregate.Table) []statRow {
	sums := map[statKey]*statRow{}
	snap := t.Snapshot(time.Time{})
	keyOf := statBy[f.by]
	for i := range snap.Cells {
		c := &snap.Cells[i]
		k := keyOf(c)
		r := sums[k]
		if r == nil {
			r = &statRow{Family: k.family, Type: k.name, Where: k.where, NetNS: k.netns}
			if k.proc.Known() {
				r.Proc = &k.proc
			}
			sums[k] = r
		}
		r.Counters.Add(&c.Counters)
		r.times.Add(&c.Times)
		r.kernelTimes.Add(&c.KernelTimes)
	}
	if o := &snap.Overflow; o.Cells > 0 {
		sums[statKey{}] = &statRow{
			Family: "(rest)", Type: fmt.Sprintf("%d more rows", o.Cells), Counters: o.Counters,
			times: o.Times, kernelTimes: o.KernelTimes,
		}
	}
	rows := make([]statRow, 0, len(sums))
	for _, r := range sums {
		r.finish()
		rows = append(rows, *r)
	}
	by := statSort[f.sort]
	slices.SortFunc(rows, func(a, b statRow) int {
		return cmp.Or(cmp.Compare(by(&b), by(&a)), cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Family, b.Family),
			cmp.Compare(a.Type, b.Type), cmp.Compare(a.process(), b.process()))
	})
	return rows
}

func (r *statRow) finish() {
	r.Calls, r.Messages, r.Bytes = r.OutMessages, r.Counters.Messages(), r.Counters.Bytes()
	r.P50, r.P90, r.P99 = r.times.Quantile(0.5), r.times.Quantile(0.9), r.times.Quantile(0.99)
	kernel := func(q float64) *time.Duration {
		if d, ok := aggregate.KernelQuantile(&r.Counters, &r.kernelTimes, q); ok {
			return &d
		}
		return nil
	}
	r.KernelP50, r.KernelP90, r.KernelP99 = kernel(0.5), kernel(0.9), kernel(0.99)
}

// process is "ip[4711]", or what rows were summed up by; "-" where nobody knows.
func (r *statRow) process() string {
	if r.Proc == nil {
		netns := ""
		if r.NetNS != 0 {
			netns = fmt.Sprintf("netns %d", r.NetNS)
		}
		return decode.Quote(cmp.Or(r.Container, r.Unit, r.NetNSName, netns, "-"))
	}
	return words.Process(capture.Proc{PID: r.Proc.PID, Comm: r.Proc.Comm})
}

// statText prints the table and its total. What was not measured is "-".
func statText(w io.Writer, rows []statRow) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "%KERNEL\tKERNEL\tCALLS\tMESSAGES\tERRORS\tBYTES\tDROPS\tENOBUFS\tP50\tP90\tP99\tMAX\tFAMILY\tTYPE\tPROCESS")
	total := statRow{Family: "total"}
	for i := range rows {
		total.Counters.Add(&rows[i].Counters)
		total.times.Add(&rows[i].times)
	}
	total.finish()
	for i := range rows {
		rows[i].print(tw, total.Kernel.Sum)
	}
	total.print(tw, total.Kernel.Sum)
	return tw.Flush()
}

func (r *statRow) print(w io.Writer, kernel time.Duration) {
	share, spent := "-", "-"
	if r.Kernel.Count > 0 {
		share = fmt.Sprintf("%.1f", 100*float64(r.Kernel.Sum)/float64(max(kernel, 1)))
		spent = words.Duration(r.Kernel.Sum)
	}
	measured := func(d time.Duration) string {
		if r.Latency.Count == 0 {
			return "-"
		}
		return words.Duration(d)
	}
	fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", share, spent, r.Calls, r.Messages,
		r.Errors, r.Bytes, r.Drops, r.Nobufs(), measured(r.P50), measured(r.P90), measured(r.P99), measured(r.Latency.Max),
		cmp.Or(decode.Quote(r.Family), "-"), cmp.Or(decode.Quote(r.Type), "-"), r.process())
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
