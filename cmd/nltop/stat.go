// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/coverage"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/pipeline"
)

type statFlags struct {
	captureFlags
	format   string
	coverage bool
	unknown  bool
}

func newStat() *cobra.Command {
	var f statFlags
	c := &cobra.Command{
		Use:   "stat [flags] [-- COMMAND [ARG...]]",
		Short: "Count messages, or how much of them is decoded",
		Example: `  nltop stat -r bug.pcapng --coverage
  nltop stat -r bug.pcapng --coverage -o json`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	f.register(c)
	c.Flags().StringVarP(&f.format, "output", "o", "text", "text or json")
	c.Flags().BoolVar(&f.coverage, "coverage", false, "per family: how many attributes have a name and a type, bytes left as hex")
	c.Flags().BoolVar(&f.unknown, "unknown", false, "with --coverage: list every place that is left as hex")
	return c
}

func (f *statFlags) run(args []string) (err error) {
	if !f.coverage {
		return usageError{errors.New("stat needs --coverage")}
	}
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	var sink coverageSink
	o := sessionOptions{flags: &f.captureFlags, dec: f.decoder(), sinks: []pipeline.Sink{&sink}}
	ctx, stop := untilSignal()
	defer stop()
	s, err := o.openWith(args, os.Stderr)
	if err != nil {
		return err
	}
	err = errors.Join(s.runOrFollow(ctx), s.close())
	if f.format == "json" {
		return errors.Join(err, f.json(os.Stdout, sink.Rows()))
	}
	return errors.Join(err, f.text(os.Stdout, sink.Rows()))
}

// coverageSink accounts for the messages of a pipeline.
type coverageSink struct{ coverage.Counter }

func (s *coverageSink) Observe(o *correlate.Observation) error {
	if o.Message != nil {
		s.Add(o.Message)
	}
	return nil
}

func (f *statFlags) text(w io.Writer, rows []coverage.Row) error {
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

func (f *statFlags) json(w io.Writer, rows []coverage.Row) error {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	for i := range rows {
		if !f.unknown {
			rows[i].Unknown = nil
		}
		if err := enc.Encode(&rows[i]); err != nil {
			return err
		}
	}
	return b.Flush()
}
