// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/ui"
)

type viewFlags struct {
	captureFlags
	interval time.Duration
	group    string
	speed    float64
	ascii    bool
	theme    string
	columns  string
	sort     string
	history  string
	changed  func(flag string) bool
}

// newView is the root command: the live view.
func newView() *cobra.Command {
	var f viewFlags
	c := &cobra.Command{
		Use:   "nltop",
		Short: "Show live who talks Netlink, what the kernel answers, and who loses messages",
		Long: `nltop shows live which process sends which Netlink family and type of message,
what the kernel answered, and which socket loses messages.

Without a command it opens the live view; press ? there for the keys.`,
		Example: `  nltop                       the live view, with the best source of this host
  nltop -p $(pidof zebra)     one process and its children
  nltop -r bug.pcapng         a recording
  nltop doctor                which sources work here`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return f.run(sessionOptions{flags: &f.captureFlags, speed: f.speed})
		},
	}
	f.register(c)
	f.registerVeil(c)
	f.registerView(c)
	c.Flags().Float64Var(&f.speed, "speed", 0, "with -r: play at this multiple of the recorded pace; 0 is at once")
	return c
}

func (f *viewFlags) registerView(c *cobra.Command) {
	fs := c.Flags()
	fs.DurationVar(&f.interval, "interval", 500*time.Millisecond, "time between updates")
	fs.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	fs.StringVar(&f.theme, "theme", string(ui.ThemeAuto), "colours for a terminal that is "+strings.Join(ui.Themes(), ", "))
	_ = c.RegisterFlagCompletionFunc("theme", cobra.FixedCompletions(ui.Themes(), cobra.ShellCompDirectiveNoFileComp))
	fs.StringVar(&f.columns, "columns", "", "columns of home, in their order, or a set of them: traffic, times, places")
	fs.StringVar(&f.sort, "sort", "", "sort the rows of home by a column")
	_ = c.RegisterFlagCompletionFunc("columns", cobra.FixedCompletions(ui.HomeColumns(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("sort", cobra.FixedCompletions(ui.SortColumns(), cobra.ShellCompDirectiveNoFileComp))
	f.changed = fs.Changed
	historyFlag(c, &f.history)
	groupFlag(c, &f.group, "process", "group rows by "+strings.Join(aggregate.GroupNames(), ", "), aggregate.GroupNames())
}

func (f *viewFlags) run(o sessionOptions) error {
	options, keep, err := f.options()
	if err != nil {
		return err
	}
	if o.history, err = parseHistory(f.history); err != nil {
		return err
	}
	if f.write == "-" {
		return usageError{errors.New("-w -: the live view needs the terminal; use nltop record -w -")}
	}
	if !stdoutIsTerminal() {
		return usageError{errors.New("the live view needs a terminal; nltop trace prints lines")}
	}
	// What is wrong in the command line is told before a screen comes and goes.
	if err := f.check(); err != nil {
		return err
	}
	ctx, stop := untilSignal(false)
	defer stop()
	t := newTerminal(ctx)
	var screen tcell.Screen
	var note string
	if err := t.do(func() (err error) {
		screen, note, err = ui.NewScreen(options.Theme == ui.ThemeAuto && os.Getenv("NO_COLOR") == "")
		return err
	}); err != nil {
		return err
	}
	options.Names = func() filter.Options { return filter.Known(f.specs.tables()) }
	if note != "" {
		options.Notes = append(options.Notes, note)
	}
	return distinct(f.show(ctx, t, screen, func(ctx context.Context, tell func(string)) (*session, error) {
		o.tell = tell
		return f.viewSession(ctx, o)
	}, options), keep())
}

// check says what is wrong in the flags, whatever the source.
func (f *captureFlags) check() error {
	if err := f.specs.check(); err != nil {
		return err
	}
	if _, err := f.compile(); err != nil {
		return err
	}
	_, err := f.scope()
	return err
}

// viewSession opens a session with all that the view asks for.
func (f *captureFlags) viewSession(ctx context.Context, o sessionOptions) (*session, error) {
	if err := f.drawVeil(ctx, o.tell); err != nil {
		return nil, err
	}
	o.dec = f.decoder()
	o.show = &live.Options{Places: place.New("/"), Guard: ui.Guard, Again: f.again(o), History: o.history, Screen: true}
	o.counts, o.watch = true, capture.WatchAll
	return openSession(ctx, o)
}

// again reads the recording of a session from its beginning; nil: it has none that
// can be read twice.
func (f *captureFlags) again(o sessionOptions) func() (capture.Source, error) {
	open := o.again
	if st, err := os.Stat(f.read); open == nil && err == nil && st.Mode().IsRegular() {
		open = func() (*pcapng.Reader, error) { return pcapng.Open(f.read) }
	}
	if open == nil {
		return nil
	}
	return func() (capture.Source, error) {
		r, err := open()
		if err != nil {
			return nil, err
		}
		r.Cut(f.snap)
		return &pipeline.Paced{Source: r, Speed: o.speed}, nil
	}
}

// show runs a view, opens its session behind the first screen, and ends both, also when the
// view panics.
func (f *viewFlags) show(ctx context.Context, t *terminal, screen tcell.Screen,
	open func(ctx context.Context, tell func(step string)) (*session, error), o ui.Options) error {
	defer stderr.hold()()
	running, cancel := context.WithCancel(ctx)
	first := ui.NewOpening()
	var ended sync.WaitGroup
	var s *session   // nil: not opened
	var failed error // in the model's Status, too
	stop := sync.OnceValue(func() error {
		cancel()
		ended.Wait()
		if s == nil {
			return failed
		}
		return distinct(failed, s.close())
	})
	defer func() { _ = stop() }()
	ended.Go(func() {
		defer ui.Guard()
		select {
		case <-first.Drawn():
		case <-running.Done():
			return
		}
		if s, failed = open(running, first.Tell); failed != nil {
			s = nil
			first.Fail(failed)
			return
		}
		first.Done(s.opened())
		failed = s.capture(running)
	})
	err := t.do(func() error { return ui.Run(ctx, screen, first, o) })
	return distinct(err, stop())
}

// opened is what the view is to know of a session.
func (s *session) opened() ui.Opened {
	x := ui.Opened{Model: s.model, Limits: s.limits()}
	if s.dec != nil {
		x.GroupName = s.dec.GroupName
	}
	for _, l := range s.left {
		x.Notes = append(x.Notes, notBetter(l))
	}
	x.Notes = append(x.Notes, s.unread...)
	return x
}

func fileSize(path string) int64 {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() {
		return 0
	}
	return st.Size()
}
