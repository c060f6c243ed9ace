// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/ui"
)

type viewFlags struct {
	captureFlags
	interval time.Duration
	group    string
	speed    float64
	ascii    bool
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
	f.registerView(c)
	c.Flags().Float64Var(&f.speed, "speed", 0, "with -r: play at this multiple of the recorded pace; 0 is at once")
	return c
}

func (f *viewFlags) registerView(c *cobra.Command) {
	fs := c.Flags()
	fs.DurationVar(&f.interval, "interval", 500*time.Millisecond, "time between updates")
	fs.StringVarP(&f.group, "group", "g", "process", "group rows by process, family, socket, command, container, unit or netns")
	fs.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	_ = c.RegisterFlagCompletionFunc("group", cobra.FixedCompletions(
		[]string{"process", "family", "socket", "command", "container", "unit", "netns"}, cobra.ShellCompDirectiveNoFileComp))
}

func (f *viewFlags) run(o sessionOptions) error {
	group, err := aggregate.ParseGroup(f.group)
	if err != nil {
		return usageError{fmt.Errorf("--group: %w", err)}
	}
	if f.interval < 50*time.Millisecond {
		return usageError{errors.New("--interval: at least 50ms")}
	}
	if f.write == "-" {
		return usageError{errors.New("-w -: the live view needs the terminal; use nltop record -w -")}
	}
	if !stdoutIsTerminal() {
		return usageError{errors.New("the live view needs a terminal; nltop trace prints lines")}
	}
	ctx, stop := untilSignal()
	defer stop()
	s, err := f.viewSession(o)
	if err != nil {
		return err
	}
	screen, err := ui.NewScreen()
	if err != nil {
		return errors.Join(err, s.close())
	}
	return f.show(ctx, screen, s, ui.Options{
		Interval: f.interval, Group: group, ASCII: f.ascii, GroupName: s.dec.GroupName, Limits: f.limits(),
	})
}

// viewSession opens a session with all that the view asks for.
func (f *captureFlags) viewSession(o sessionOptions) (*session, error) {
	last := &kept{}
	o.table, o.dec = aggregate.New(aggregate.Options{}), f.decoder()
	o.incidents, o.ends, o.sinks = incident.New(), true, []pipeline.Sink{last}
	o.counts, o.watch = true, capture.WatchAll
	s, err := openSession(o)
	if err != nil {
		return nil, err
	}
	s.kept = last
	return s, nil
}

// show runs a session and its view, and ends both, also when the view panics.
func (f *viewFlags) show(ctx context.Context, screen tcell.Screen, s *session, o ui.Options) error {
	v := &viewSource{s: s, flags: &f.captureFlags, write: f.write, path: f.read, base: f.expr, filter: f.expr, size: fileSize(f.read), places: place.New("/")}
	defer func() { _ = v.stop() }()
	v.start(ctx)
	err := ui.Run(ctx, screen, v, o)
	return errors.Join(err, v.stop())
}

func fileSize(path string) int64 {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() {
		return 0
	}
	return st.Size()
}

// viewSource runs a session beside the view and answers its questions.
type viewSource struct {
	s      *session
	flags  *captureFlags
	path   string // of the file that is replayed
	size   int64
	write  string
	base   string // -f
	filter string // what is in force

	watcher watcher
	cancel  context.CancelFunc
	done    chan struct{}
	once    sync.Once
	closed  error

	mu      sync.Mutex
	ended   bool
	err     error
	listing bool // listSockets is running; it alone uses places and others
	places  *place.Names
	others  sockets.Others
	listed  time.Time
	since   time.Time         // of the first list
	first   []sockets.Socket  // that list
	high    map[uint64]uint32 // most bytes in a queue so far, by inode
	sockets []sockets.Socket
	missing []string
}

var _ ui.Source = (*viewSource)(nil)

// Incidents implements ui.Source.
func (v *viewSource) Incidents() []incident.Incident {
	now := time.Now()
	if v.s.file != nil {
		now = v.s.pipe.Now()
	}
	return v.s.pipe.Incidents(now)
}

// socketsEvery is how old a list of sockets may be.
const socketsEvery = time.Second

// Sockets implements ui.Source. A file's are those of this machine, so there
// are none.
func (v *viewSource) Sockets() ([]sockets.Socket, []string) {
	if v.s.file != nil {
		return nil, []string{"a recording's sockets are listed by nltop sockets -r FILE"}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.listing && time.Since(v.listed) > socketsEvery {
		v.listing = true
		go v.listSockets()
	}
	return v.sockets, v.missing
}

func (v *viewSource) listSockets() {
	defer ui.Guard()
	l, err := listPlaced(context.Background(), v.places, &v.others)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.listing, v.listed = false, time.Now()
	if err != nil {
		v.missing = []string{err.Error()}
		return
	}
	own := slices.DeleteFunc(l.Sockets, func(s sockets.Socket) bool { return s.Kernel })
	v.watched(own)
	v.sockets, v.missing = own, l.Partial
	readers, err := v.s.readers()
	if err != nil {
		v.missing = append(v.missing, "how sockets are read: "+err.Error())
	}
	sockets.Read(own, readers)
	sockets.ByTrouble(own)
}

// watched fills in what happened on the sockets since the first list.
func (v *viewSource) watched(own []sockets.Socket) {
	if v.first == nil {
		v.first, v.since, v.high = slices.Clone(own), v.listed, make(map[uint64]uint32)
	}
	high := make(map[uint64]uint32, len(own)) // of those that are still there
	for i := range own {
		high[own[i].Inode] = max(v.high[own[i].Inode], own[i].RMem)
	}
	v.high = high
	sockets.Compare(v.first, own, high, v.listed.Sub(v.since))
}

func (v *viewSource) start(ctx context.Context) {
	ctx, v.cancel = context.WithCancel(ctx)
	v.done = make(chan struct{})
	go func() {
		defer close(v.done)
		defer ui.Guard()
		err := v.s.pipe.Run(ctx)
		v.mu.Lock()
		v.ended, v.err = true, err
		v.mu.Unlock()
	}()
}

// stop ends the capture and closes the session; once.
func (v *viewSource) stop() error {
	v.once.Do(func() {
		v.cancel()
		<-v.done
		v.closed = v.s.close()
	})
	return v.closed
}

// Snapshot implements ui.Source. Live rates are those of now; a file's are
// those of its newest frame.
func (v *viewSource) Snapshot() (aggregate.Snapshot, ui.Status) {
	var now time.Time
	if v.s.file == nil {
		now = time.Now()
	}
	st := ui.Status{Info: v.s.src.Info(), Stats: v.s.src.Stats(), Filter: v.filter}
	v.mu.Lock()
	ended := v.ended
	st.Err = v.err
	v.mu.Unlock()
	if v.s.file != nil {
		st.Replay = &ui.Replay{Path: v.path, Size: v.size, Ended: ended}
		if ended {
			st.Replay.Pos = v.size
		}
	}
	if v.s.rec != nil {
		st.Recording = v.write
		_, size := v.s.rec.written()
		st.RecordingBytes = uint64(size)
	}
	snap := v.s.pipe.Snapshot(now)
	st.CountsOnly = v.steer(snap.Rates.Rate())
	return snap, st
}

// Messages implements ui.Source.
func (v *viewSource) Messages(id aggregate.RowID, limit int) []aggregate.Kept {
	return v.s.pipe.Messages(id, limit)
}

// Clear implements ui.Source.
func (v *viewSource) Clear() { v.s.pipe.Clear() }

// SetFilter implements ui.Source. It narrows what -f passes, and never widens
// it: what the kernel left out cannot come back.
func (v *viewSource) SetFilter(expr string) error {
	var f *filter.Filter
	if expr != "" {
		var err error
		if f, err = v.flags.compileFilter(expr); err != nil {
			return err
		}
	}
	v.s.pipe.Narrow(f)
	switch {
	case expr == "" || expr == v.base:
		v.filter = v.base
	case v.base == "":
		v.filter = expr
	default:
		v.filter = "(" + v.base + ") && (" + expr + ")"
	}
	return nil
}
