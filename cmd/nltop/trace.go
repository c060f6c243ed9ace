// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/lap"
	"github.com/nltop/nltop/internal/pipeline"
)

type traceFlags struct {
	captureFlags
	cutFlags
	format  string
	verbose int
	hex     bool
	count   int
	utc     bool
	date    bool
	ends    bool
	attrs   bool
	changes bool
}

func newTrace() *cobra.Command {
	var f traceFlags
	c := &cobra.Command{
		Use:   "trace [flags] [-- COMMAND [ARG...]]",
		Short: "Print one line per message",
		Long: `Print one line per Netlink message: time, process, direction, family, type,
flags, the command that a person would type for it or else its telling attributes,
the kernel's answer.

With a command, only its messages and those of its children are shown, from the
first to the last, and its exit status is returned. The trace goes to standard
output; what the command itself prints goes to standard error.`,
		Example: `  nltop trace                               everything, until Ctrl-C
  nltop trace -v -- ip link add d0 type dummy
  nltop trace -f 'family == "route" && error != 0'
  nltop trace -o json -c 100 | jq .type
  nltop trace -r bug.pcapng -x
  nltop trace -o sh -r bug.pcapng           a script that does again what was done
  nltop trace -f 'type == "RTM_DELROUTE"'    who deleted my route?
  nltop trace --exchanges -- ip link show    requests with outcome and times
  nltop trace -r bug.pcapng --from 12:03:04 --to +2s    two seconds of a recording
  nltop trace -r bug.pcapng --around 1      what was going on when incident 1 lost messages
  nltop trace --changes                     what changes the system, and who does it`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	f.captureFlags.register(c)
	f.registerSubscribe(c)
	f.registerAnonymise(c)
	f.cutFlags.register(c)
	pointless := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		if err := f.pointlessChanges(); err != nil {
			return err
		}
		return pointless(c, args)
	}
	fs := c.Flags()
	fs.StringVarP(&f.format, "output", "o", "text", "text, json, sh: a script that does again what was done, literals for a test case (go, c, hex), or fixture: a file for the tests of nltop's tables")
	fs.CountVarP(&f.verbose, "verbose", "v", "show the attribute tree; twice: padding too")
	fs.BoolVarP(&f.ends, "exchanges", "e", false, "one line per exchange and per event, at its end, instead of per message")
	fs.BoolVar(&f.changes, "changes", false, "only what changed the system, with who did it and the events that came of it; what changed nothing is counted")
	fs.BoolVar(&f.attrs, "attrs", false, "show the telling attributes of a request, not the command that it is")
	fs.BoolVarP(&f.hex, "hex", "x", false, "show the bytes of each message")
	fs.IntVarP(&f.count, "count", "c", 0, "stop after this many messages")
	f.registerQuiet(c)
	fs.BoolVar(&f.utc, "utc", false, "show times in UTC")
	fs.BoolVar(&f.date, "date", false, "show the date with each time, also where all is of one day")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(append([]string{"sh"}, messageFormats...), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// pointlessChanges refuses what --changes would ignore.
func (f *traceFlags) pointlessChanges() error {
	if !f.changes {
		return nil
	}
	if f.format != "text" && f.format != "json" {
		return usageError{errors.New("--changes: -o text or json")}
	}
	for _, x := range []struct {
		name  string
		given bool
	}{{"--exchanges", f.ends}, {"-v", f.verbose > 0}, {"-x", f.hex}} {
		if x.given {
			return usageError{fmt.Errorf("%s and --changes exclude each other: of a change there is one line, and one of each event below it", x.name)}
		}
	}
	return nil
}

// blind says what the lines of --changes lack, with what there is to capture.
func blind(info *capture.Info) []string {
	return info.DoesNotSeeAny(
		capture.Unseen{Facts: capture.SeesRequests, What: "requests: a change is seen by its event alone, whoever made it"},
		capture.Unseen{Facts: capture.SeesProcesses, What: "who sends: processes are found by port ID, and what became of a request that leaves nlmsg_pid 0 is not known"},
		capture.Unseen{Facts: capture.SeesCauses, What: "causes: an event belongs to the request that it names by port and number, and of one without nobody knows who made it"},
		capture.Unseen{Facts: capture.SeesListeners, What: "events that nobody takes"})
}

func (f *traceFlags) run(args []string) (err error) {
	if f.count < 0 {
		return usageError{fmt.Errorf("-c %d: cannot be negative", f.count)}
	}
	dec := f.decoder()
	ctx, stop := untilSignal(len(args) > 0)
	defer stop()
	out, err := f.printer(ctx, dec)
	if err != nil {
		return err
	}
	o := sessionOptions{flags: &f.captureFlags, dec: dec, sinks: []pipeline.Sink{out}, limit: f.count, ends: f.ends || f.changes || f.format == "sh", incidents: incident.New()}
	if f.changes {
		o.limit = 0 // out counts
	}
	if o.cut, err = f.cutting(ctx); err != nil {
		return err
	}
	if o.cut != nil {
		o.cut.to, o.sinks, o.limit = out, []pipeline.Sink{o.cut}, 0
		if f.changes {
			o.cut.limit = 0
		}
	}
	s, err := o.openWith(ctx, args, errFile)
	if err != nil {
		return err
	}
	defer func() {
		if out.lost != nil {
			out.lost(s.src.Stats().LostTotal())
		}
		flushErr := out.close()
		err = distinct(err, s.close(), flushErr)
		if brokenPipe(err) {
			err = nil
		}
		if !f.quiet {
			if out.few != nil && out.few.Written() == 0 {
				fmt.Fprintln(stderr, "nltop: nothing changed, as far as was seen")
			}
			o.cut.tellNothing(f.utc, err)
			s.tally()
		}
	}()
	if !f.quiet {
		s.explain()
		f.explainChanges(s)
	}
	out.lim = s.limits()
	out.begin(ctx, s.src.Stats, f.notes())
	return s.runOrFollow(ctx)
}

func (f *traceFlags) explainChanges(s *session) {
	if !f.changes {
		return
	}
	info := s.src.Info()
	for _, n := range blind(&info) {
		fmt.Fprintf(stderr, "nltop: note: %s\n", n)
	}
}

// openWith opens a session for a command and its children, which is held back
// until the session runs; for an empty argv, one for everybody.
func (o sessionOptions) openWith(ctx context.Context, argv []string, stdout io.Writer) (*session, error) {
	if len(argv) == 0 {
		return openSession(ctx, o)
	}
	if o.flags.read != "" {
		return nil, usageError{errors.New("-r and a command exclude each other")}
	}
	o.flags.traced = argv
	var err error
	if o.child, err = startChild(argv, stdout); err != nil {
		return nil, err
	}
	s, err := openSession(ctx, o)
	if err != nil {
		o.child.abandon()
		return nil, err
	}
	s.child = o.child
	return s, nil
}

// runOrFollow runs the session until ctx is done, or until its command ends.
func (s *session) runOrFollow(ctx context.Context) error {
	if s.child != nil {
		return s.follow(ctx, s.child)
	}
	return s.run(ctx)
}

// follow runs the session for as long as the command lives, or until ctx is done, which
// the command is told of. The source hands over everything that it saw until then before
// it returns.
func (s *session) follow(ctx context.Context, c *child) error {
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := c.release(); err != nil {
		c.abandon()
		return err
	}
	ended := make(chan commandExit, 1)
	go func() {
		exit := c.wait()
		ended <- exit
		cancel()
	}()
	// It has a moment to end by itself, and to be seen doing so.
	context.AfterFunc(ctx, func() { time.AfterFunc(afterSignal/2, cancel) })
	lap.Mark("rest")
	err := s.run(running)
	var exit commandExit
	if ctx.Err() == nil {
		exit = <-ended
	} else {
		select {
		case exit = <-ended:
		default:
			fmt.Fprintf(stderr, "nltop: the command goes on without nltop, PID %d\n", c.pid())
			exit = exitFailed
		}
	}
	if err == nil && exit != 0 {
		return exit
	}
	return err
}

// brokenPipe says whether the reader of standard output is gone (`| head`):
// the end of the trace, not an error.
func brokenPipe(err error) bool { return errors.Is(err, unix.EPIPE) }
