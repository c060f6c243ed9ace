// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
)

func newRecord() *cobra.Command {
	var f captureFlags
	var keep keepFlags
	var quiet, unheard bool
	var limit int
	c := &cobra.Command{
		Use:   "record -w FILE|DIR [flags] [-- COMMAND [ARG...]]",
		Short: "Record messages to a pcapng file",
		Long: `Record Netlink messages to a pcapng file that nltop, Wireshark and tshark open.
The file is readable up to the last second at any time, also after kill -9.

Of the kernel's events that nobody listens to it has those that no request caused, and
with --unheard all: they cost as much as those that somebody gets.

With --keep it is a flight recorder: the last bytes or minutes are held in memory, and
become a recording in the directory DIR when a socket loses messages, a request takes
long (--on-slow), a message matches (--on), or on SIGUSR1 (docs/flight.md).`,
		Example: `  nltop record -w bug.pcapng
  nltop record -w bug.pcapng --protocol route -- systemctl restart systemd-networkd
  nltop record --keep 256MB --on-slow 100ms -w /var/log/nltop`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(c *cobra.Command, args []string) error {
			if f.write == "" {
				return usageError{errors.New("record needs -w FILE")}
			}
			if err := keep.check(c, &f); err != nil {
				return err
			}
			if keep.keep != "" {
				keep.quiet = quiet
				return runFlight(&f, &keep, args, !unheard && len(f.subscribe) == 0)
			}
			return runRecord(&f, args, limit, quiet, !unheard && len(f.subscribe) == 0)
		},
	}
	f.register(c)
	f.registerSubscribe(c)
	keep.register(c)
	c.Flags().BoolVar(&unheard, "unheard", false, "also what requests made the kernel announce though nobody listened")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "say nothing on standard error")
	c.Flags().IntVarP(&limit, "count", "c", 0, "stop after this many messages")
	return c
}

// runFlight holds what is captured, and records it when something happens.
func runFlight(f *captureFlags, keep *keepFlags, args []string, alone bool) error {
	o := sessionOptions{flags: f, keep: keep, alone: alone}
	ctx, stop := untilSignal(len(args) > 0)
	defer stop()
	s, err := o.openWith(ctx, args, os.Stdout)
	if err != nil {
		return err
	}
	if !keep.quiet {
		s.explain()
		if info := s.src.Info(); keep.incidents {
			if text := info.DoesNotSee(capture.SeesLosses, "what sockets lose"); text != "" {
				fmt.Fprintf(stderr, "nltop: note: %s: no incident is noticed\n", text)
			}
		}
	}
	err = s.runOrFollow(ctx)
	err = distinct(err, s.close())
	if !keep.quiet {
		s.tally()
	}
	return err
}

func runRecord(f *captureFlags, args []string, limit int, quiet, alone bool) (err error) {
	o := sessionOptions{flags: f, limit: limit, alone: alone}
	// With -w - standard output is the recording.
	stdout := os.Stdout
	if f.write == "-" {
		stdout = errFile
	}
	ctx, stop := untilSignal(len(args) > 0)
	defer stop()
	s, err := o.openWith(ctx, args, stdout)
	if err != nil {
		return err
	}
	if !quiet {
		s.explain()
	}
	begin := time.Now()
	err = s.runOrFollow(ctx)
	err = distinct(err, s.close())
	if !quiet {
		s.tally()
		frames, size := s.rec.written()
		fmt.Fprintf(stderr, "nltop: %s: %d frames, %d bytes in %s\n",
			f.write, frames, size, time.Since(begin).Round(time.Millisecond))
	}
	return err
}
