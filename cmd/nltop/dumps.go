// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/repeat"
	"github.com/nltop/nltop/internal/words"
)

// runDumps is nltop stat --dumps.
func (f *statFlags) runDumps(c *cobra.Command, args []string) (err error) {
	if err := f.formatted(); err != nil {
		return err
	}
	if !c.Flags().Changed("sort") {
		f.sort = "bytes"
	}
	if !slices.Contains(repeat.Orders(), f.sort) {
		return usageError{fmt.Errorf("--sort %s: with --dumps one of %s", f.sort, strings.Join(repeat.Orders(), ", "))}
	}
	for _, name := range []string{"by", "coverage", "unknown", "rtnl"} {
		if c.Flags().Changed(name) {
			return usageError{fmt.Errorf("--%s does not go with --dumps", name)}
		}
	}
	var log repeat.Log
	o := sessionOptions{flags: &f.captureFlags, dec: f.decoder(), sinks: []pipeline.Sink{&log}, ends: true, asks: true}
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
	cost := startCost()
	err = distinct(s.runOrFollow(ctx), s.close())
	if !f.quiet {
		o.part.tellNothing(err)
		s.tally()
		f.limitsOfDumps(s)
		if s.file == nil {
			cost.tell()
		}
	}
	out := bufio.NewWriter(newOutput(ctx, os.Stdout))
	rows := log.Rows(f.sort)
	if f.format == "json" {
		err = distinct(err, writeRows(out, export.DumpRows(rows, log.Rest())))
	} else {
		err = distinct(err, export.DumpLines(out, rows, log.Rest(), log.Span()))
	}
	if info := s.src.Info(); len(rows) == 0 && info.Lacks(capture.SeesRequests) != "" {
		err = distinct(err, fmt.Errorf("--dumps: %s", info.DoesNotSee(capture.SeesRequests, "what processes ask")))
	}
	return distinct(err, out.Flush())
}

// limitsOfDumps tells what the sources cannot say of questions and answers.
func (f *statFlags) limitsOfDumps(s *session) {
	info := s.src.Info()
	say := func(text string) {
		if text != "" {
			fmt.Fprintf(stderr, "nltop: %s\n", text)
		}
	}
	say(info.DoesNotSee(capture.SeesRequests, "what processes ask"))
	say(info.DoesNotSee(capture.SeesProcesses, "processes: they are looked up by port ID, and a request that does not say its own (nlmsg_pid) is paired with no answer"))
	if slices.ContainsFunc(info.Of(), func(i capture.Info) bool { return i.Sees.AtRead() }) {
		say("answers are told as they are read: what nobody read is missing, and their times are those of the reader")
	}
	if f.snap > 0 {
		say(fmt.Sprintf("--snap %d: answers that are cut are compared with none", f.snap))
	}
}

// cost is what nltop took of the processors since it began to look.
type cost struct {
	at  time.Time
	cpu time.Duration
}

func startCost() cost { return cost{time.Now(), processorTime()} }

func (c cost) tell() {
	cpu, wall := processorTime()-c.cpu, time.Since(c.at)
	fmt.Fprintf(stderr, "nltop: every message was looked at, for which nltop took %s of processor time in %s; what it costs those who are watched: docs/performance.md\n",
		words.Duration(cpu), words.Duration(wall))
}

// processorTime is what this process has taken so far, in user space and in the kernel.
func processorTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
