// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/process"
	"github.com/nltop/nltop/internal/sockets"
)

type socketsFlags struct {
	captureFlags
	cutFlags
	format string
	span   time.Duration
	kernel bool
	asks   bool // each socket for its options
	by     string

	gone []sockets.Socket // that were there when --for began

	limits incident.Limits // for advice
}

func newSockets() *cobra.Command {
	var f socketsFlags
	c := &cobra.Command{
		Use:   "sockets [flags]",
		Short: "List every Netlink socket: owner, groups, queue, drops",
		Long: `List the Netlink sockets of all network namespaces, those in trouble first: who
owns them, which groups they joined, how full their queue is, what they dropped.
It needs no privileges; what may not be seen without them is named.

With --for, watch them for so long (or until Ctrl-C) and tell of each overrun who
lost what, sent by whom, and what would have helped. With -r, what a recording
tells of sockets and overruns. -f, -w and --snap go with either.

With -v, which options each socket has: EXT_ACK (it wants the words of errors), CAP_ACK
(and no copy of its request), GET_STRICT_CHK (its dump requests are checked), NO_ENOBUFS
(it is not told of losses), BROADCAST_ERROR, PKTINFO, LISTEN_ALL_NSID. For that nltop
takes a copy of its descriptor for a moment; "?" is behind what is not known.

With --by process, a line for each process: how many sockets it has, under which
descriptors, the sum of their queues and drops; with --for also how many more they
became, those that grow first: a leak of sockets is one line. How old a socket is the
kernel does not tell.`,
		Example: `  nltop sockets
  nltop sockets --for 10s
  nltop sockets -v                       who gets the words of errors?
  nltop sockets --by process --for 10s   who leaks sockets?
  nltop sockets -o json | jq 'select(.drops > 0)'
  nltop sockets -r bug.pcapng
  nltop sockets -r bug.pcapng --from 12:03:04 --to +2s`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return f.run() },
	}
	f.captureFlags.register(c)
	f.cutFlags.register(c)
	f.registerVeil(c)
	fs := c.Flags()
	fs.StringVarP(&f.format, "output", "o", "text", "text or json")
	fs.DurationVar(&f.span, "for", 0, "watch for so long")
	fs.BoolVarP(&f.asks, "verbose", "v", false, "ask each socket for its options: EXT_ACK, GET_STRICT_CHK, CAP_ACK, NO_ENOBUFS, …")
	fs.StringVar(&f.by, "by", "", "sum up by "+strings.Join(socketSums, " or ")+" (all of a name)")
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(socketSums, cobra.ShellCompDirectiveNoFileComp))
	fs.BoolVarP(&f.kernel, "kernel", "k", false, "list the kernel's own sockets too")
	f.registerQuiet(c)
	return c
}

// socketSums are what --by takes.
var socketSums = []string{"process", "comm"}

func (f *socketsFlags) run() (err error) {
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	if f.by != "" && !slices.Contains(socketSums, f.by) {
		return usageError{fmt.Errorf("--by %s: one of %s", decode.Quote(f.by), strings.Join(socketSums, ", "))}
	}
	if f.asks && (f.read != "" || f.by != "") {
		return usageError{errors.New("-v asks each socket of now for its options: not with -r or --by")}
	}
	if f.span < 0 || f.span > 0 && f.read != "" {
		return usageError{errors.New("--for: a time from now on, not with -r")}
	}
	if _, err := f.scope(); err != nil {
		return err
	}
	ctx, stop := untilSignal(false)
	defer stop()
	part, err := f.parting(ctx, &f.captureFlags)
	if err != nil {
		return err
	}
	if err := f.drawVeil(ctx, nil); err != nil {
		return err
	}
	scope, err := f.scope()
	if err != nil {
		return err
	}
	dec := f.decoder()
	var found []sockets.Socket
	var told []incident.Incident
	switch {
	case f.span > 0 || f.read != "":
		found, told, err = f.watch(ctx, dec, part)
	default:
		// The names of generic netlink's groups; a session learns them by itself.
		if fs, err := pipeline.KernelFamilies(); err == nil {
			for _, fr := range fs {
				dec.Frame(fr, nil)
			}
		}
		found, err = f.list(ctx)
	}
	if err != nil && len(found) == 0 {
		return err
	}
	unwanted := func(s sockets.Socket) bool { return !f.wanted(&s, scope) }
	found, f.gone = slices.DeleteFunc(found, unwanted), slices.DeleteFunc(f.gone, unwanted)
	sockets.ByTrouble(found)
	if f.asks {
		if text := sockets.AskOptions(ctx, found); text != "" {
			f.missing([]string{text})
		}
	}
	out := bufio.NewWriter(newOutput(ctx, os.Stdout))
	if f.by != "" {
		groups := sockets.Groups(found, f.gone, f.by == "comm")
		return distinct(err, table(out, groups, f.format == "json", socketGroups), out.Flush())
	}
	if f.format == "json" {
		err = distinct(err, f.writeJSON(out, found, told, dec))
	} else {
		err = distinct(err, f.writeText(out, found, told, dec))
	}
	return distinct(err, out.Flush())
}

// list asks the kernel once, and tells what may not be seen.
func (f *socketsFlags) list(ctx context.Context) ([]sockets.Socket, error) {
	l, err := live.AllSockets(ctx, place.New("/"), nil)
	if err != nil {
		return nil, err
	}
	f.missing(l.Partial)
	return l.Sockets, nil
}

func (f *socketsFlags) missing(what []string) {
	for _, p := range what {
		if !f.quiet {
			fmt.Fprintf(stderr, "nltop: not seen: %s\n", p)
		}
	}
}

func (f *socketsFlags) wanted(s *sockets.Socket, scope capture.Filter) bool {
	in := func(n int, ok bool) bool { return n == 0 || ok }
	return (f.kernel || !s.Kernel) && (f.self || f.read != "" || s.Owner.PID != process.Self("/proc")) &&
		in(len(scope.Protocols), slices.Contains(scope.Protocols, s.Protocol)) &&
		f.inside(s) &&
		in(len(scope.Comms), slices.Contains(scope.Comms, s.Owner.Comm)) &&
		in(len(scope.PIDs), slices.Contains(scope.PIDs, s.Owner.PID) && !s.Owner.Outside)
}

// inside says whether --netns wants a socket.
func (f *socketsFlags) inside(s *sockets.Socket) bool {
	inodes, names, err := f.namespaces()
	return err != nil || len(f.netns) == 0 || slices.Contains(inodes, s.NetNS) || slices.Contains(names, s.NetNSName)
}

// watch captures for a time, or reads a file or a part of it, and returns the sockets and
// incidents that were seen.
func (f *socketsFlags) watch(ctx context.Context, dec *decode.Decoder, part *part) ([]sockets.Socket, []incident.Incident, error) {
	s, err := openSession(ctx, sessionOptions{flags: &f.captureFlags, dec: dec, part: part, show: &live.Options{Places: place.New("/"), Closed: true, NoMessages: true}})
	if err != nil {
		return nil, nil, err
	}
	var wait sync.WaitGroup
	if f.read == "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.span)
		defer cancel()
		if err := s.model.ListSockets(ctx); err != nil {
			return nil, nil, distinct(err, s.close())
		}
		wait.Go(func() { s.model.SampleSockets(ctx) })
	}
	// What happens from now on counts.
	if !f.quiet {
		s.explain()
	}
	err = s.run(ctx)
	wait.Wait()
	if f.read == "" {
		err = distinct(err, s.model.ListSockets(context.Background()))
	}
	f.limits = s.limits()
	snap := s.model.Snapshot(live.Ask{Sockets: true})
	f.gone = snap.Sockets.Gone
	if part != nil {
		part.number(snap.Incidents)
	}
	if !f.quiet {
		part.tellNothing(err)
		s.tally()
	}
	f.missing(snap.Sockets.Missing)
	switch {
	case f.quiet:
	case f.read != "":
		f.then(snap.Sockets.List)
	case !snap.Sockets.Reads:
		fmt.Fprintln(stderr, "nltop: drops are exact (sk_drops), HIGH is the most of some samples")
	}
	return snap.Sockets.List, snap.Incidents, distinct(err, s.close())
}

// then says of when the sockets of a recording are.
func (f *socketsFlags) then(ss []sockets.Socket) {
	if len(ss) > 0 {
		fmt.Fprintln(stderr, "nltop: QUEUE, FULL and DROPS are of the time SEEN, when the last message of the socket passed; whether it is closed since is not known")
	}
	var unseen uint64
	for i := range ss {
		unseen = capture.AddUp(unseen, ss[i].Live.Unseen)
	}
	if unseen > 0 {
		fmt.Fprintf(stderr, "nltop: NEW n+m: %d drops are in sk_drops and not in the recording: lost by nltop, or filtered\n", unseen)
	}
}

func (f *socketsFlags) writeJSON(w io.Writer, ss []sockets.Socket, told []incident.Incident, dec *decode.Decoder) error {
	if err := writeRows(w, ss); err != nil {
		return err
	}
	return f.tell(export.NewJSON(w, dec.GroupName), told)
}

func (f *socketsFlags) tell(w incidentWriter, told []incident.Incident) error {
	for i := range told {
		if err := w.Incident(&told[i], f.limits); err != nil {
			return err
		}
	}
	return nil
}

func socketGroups(w io.Writer, groups []sockets.Group) error {
	return export.SocketGroups(w, groups, stdoutWidth())
}

func (f *socketsFlags) writeText(w io.Writer, ss []sockets.Socket, told []incident.Incident, dec *decode.Decoder) error {
	if err := export.SocketTable(w, ss, dec.GroupName); err != nil {
		return err
	}
	if len(told) > 0 {
		fmt.Fprintln(w)
	}
	return f.tell(export.NewText(w, export.TextOptions{Group: dec.GroupName}), told)
}
