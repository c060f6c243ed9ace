// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// newRoot builds the command tree. Without a subcommand nltop is the live view.
func newRoot() *cobra.Command {
	root := newView()
	root.Version = version
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newTrace(), newRecord(), newStat(), newSockets(), newFamilies(), newDecode(), newDemo(), newDoctor())
	return root
}

// untilSignal returns a context that Ctrl-C, SIGTERM and SIGHUP end. It is
// called before a source is opened: from then on there is something to leave
// behind, and a shell may have started nltop with SIGINT ignored. A second
// signal kills nltop the hard way, should the end take too long.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM, unix.SIGHUP)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// usage marks errors of argument checks as mistakes on the command line.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
