// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/words"
)

type socketsFlags struct {
	captureFlags
	format string
	span   time.Duration
	kernel bool
	quiet  bool
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
tells of sockets and overruns.`,
		Example: `  nltop sockets
  nltop sockets --for 10s
  nltop sockets -o json | jq 'select(.drops > 0)'
  nltop sockets -r bug.pcapng`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return f.run() },
	}
	f.register(c)
	fs := c.Flags()
	fs.StringVarP(&f.format, "output", "o", "text", "text or json")
	fs.DurationVar(&f.span, "for", 0, "watch for so long")
	fs.BoolVarP(&f.kernel, "kernel", "k", false, "list the kernel's own sockets too")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "say nothing on standard error")
	return c
}

func (f *socketsFlags) run() (err error) {
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	if f.span < 0 || f.span > 0 && f.read != "" {
		return usageError{errors.New("--for: a time from now on, not with -r")}
	}
	scope, err := f.scope()
	if err != nil {
		return err
	}
	dec := f.decoder()
	ctx, stop := untilSignal()
	defer stop()
	var found []sockets.Socket
	var told []incident.Incident
	switch {
	case f.span > 0 || f.read != "":
		found, told, err = f.watch(ctx, dec)
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
	found = slices.DeleteFunc(found, func(s sockets.Socket) bool { return !f.wanted(&s, scope) })
	sockets.ByTrouble(found)
	out := bufio.NewWriter(os.Stdout)
	if f.format == "json" {
		err = errors.Join(err, f.writeJSON(out, found, told, dec))
	} else {
		err = errors.Join(err, f.writeText(out, found, told, dec))
	}
	return errors.Join(err, out.Flush())
}

// list asks the kernel once, and tells what may not be seen.
func (f *socketsFlags) list(ctx context.Context) ([]sockets.Socket, error) {
	l, err := listPlaced(ctx, place.New("/"), nil)
	if err != nil {
		return nil, err
	}
	if !f.quiet {
		for _, p := range l.Partial {
			fmt.Fprintf(os.Stderr, "nltop: not seen: %s\n", p)
		}
	}
	return l.Sockets, nil
}

// listPlaced lists all sockets, and where their owners run.
func listPlaced(ctx context.Context, places *place.Names, others *sockets.Others) (*sockets.Listing, error) {
	l, err := sockets.List(ctx, sockets.Options{Others: others})
	if err != nil {
		return nil, err
	}
	for i := range l.Sockets {
		places.Fill(&l.Sockets[i].Owner)
	}
	return l, nil
}

func (f *socketsFlags) wanted(s *sockets.Socket, scope capture.Filter) bool {
	in := func(n int, ok bool) bool { return n == 0 || ok }
	return (f.kernel || !s.Kernel) && (f.self || f.read != "" || s.Owner.PID != uint32(os.Getpid())) &&
		in(len(scope.Protocols), slices.Contains(scope.Protocols, s.Protocol)) &&
		in(len(scope.NetNS), slices.Contains(scope.NetNS, s.NetNS)) &&
		in(len(scope.Comms), slices.Contains(scope.Comms, s.Owner.Comm)) &&
		in(len(scope.PIDs), slices.Contains(scope.PIDs, s.Owner.PID))
}

// watch captures for a time, or reads a file, and returns the sockets and
// incidents that were seen.
func (f *socketsFlags) watch(ctx context.Context, dec *decode.Decoder) ([]sockets.Socket, []incident.Incident, error) {
	seen := &socketSink{byKey: map[capture.SocketKey]*sockets.Socket{}}
	log := incident.New()
	s, err := openSession(sessionOptions{
		flags: &f.captureFlags, dec: dec, sinks: []pipeline.Sink{seen}, incidents: log,
	})
	if err != nil {
		return nil, nil, err
	}
	if f.read != "" {
		if !f.quiet {
			s.explain()
		}
		err = errors.Join(s.run(ctx), s.close())
		return seen.list(), log.Snapshot(time.Time{}), err
	}
	ctx, cancel := context.WithTimeout(ctx, f.span)
	defer cancel()
	begin := time.Now()
	before, err := sockets.List(ctx, sockets.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, s.close())
	}
	// What happens from now on counts.
	if !f.quiet {
		s.explain()
	}
	high := make(chan map[uint64]uint32, 1)
	go func() { high <- sampleQueues(ctx) }()
	err = s.run(ctx)
	span := time.Since(begin)
	after, lerr := f.list(context.Background())
	sockets.Compare(before.Sockets, after, <-high, span)
	readers, rerr := s.readers()
	sockets.Read(after, readers)
	if !f.quiet && readers == nil {
		fmt.Fprintln(os.Stderr, "nltop: drops are exact (sk_drops), HIGH is the most of some samples, nobody tells how sockets were read")
	}
	lerr = errors.Join(lerr, rerr)
	return after, log.Snapshot(time.Now()), errors.Join(err, lerr, s.close())
}

// sampleEvery is how often queues are looked at where no hook tells.
const sampleEvery = 100 * time.Millisecond

// sampleQueues returns the most bytes that each socket was seen to hold. It looks
// into the network namespaces of processes and mounts alone, to be cheap.
func sampleQueues(ctx context.Context) map[uint64]uint32 {
	high := map[uint64]uint32{}
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		l, err := sockets.List(ctx, sockets.Options{NoDiag: true, NoOwners: true})
		if err == nil {
			for i := range l.Sockets {
				s := &l.Sockets[i]
				high[s.Inode] = max(high[s.Inode], s.RMem)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return high
		}
	}
}

// socketSink collects the sockets of a recording.
type socketSink struct {
	byKey map[capture.SocketKey]*sockets.Socket
}

// maxSeenSockets bounds what a file can make it remember.
const maxSeenSockets = 65536

func (k *socketSink) Observe(o *correlate.Observation) error {
	f := o.Frame
	s := &f.Socket
	if o.End != correlate.EndNone || s.PortID == 0 && s.Inode == 0 || o.Message != nil && o.Message.Index > 0 {
		return nil
	}
	id := f.SocketKey()
	d := k.byKey[id]
	if d == nil {
		if len(k.byKey) >= maxSeenSockets {
			return nil
		}
		d = &sockets.Socket{Protocol: f.Protocol, NetNS: f.NetNS, Inode: s.Inode, Live: &sockets.Live{}}
		k.byKey[id] = d
	}
	d.PortID, d.NetNSName = cmp.Or(s.PortID, d.PortID), cmp.Or(f.NetNSName, d.NetNSName)
	if s.Owner.Known() {
		d.Owner = s.Owner
	}
	if s.RcvBuf != 0 {
		q := &f.Queue
		d.RcvBuf, d.RMem, d.Drops = s.RcvBuf, q.RMem, q.Drops
		d.Live.HighWater = max(d.Live.HighWater, q.HighWater, q.RMem)
	}
	switch {
	case f.Verdict == capture.VerdictOverrun:
		d.Live.Drops++
	case f.Verdict == capture.VerdictNobufsRaised:
		d.Live.NobufsRaised++
	case f.Verdict == capture.VerdictNobufsRead:
		d.Live.NobufsRead++
	case f.Kind == capture.KindDatagram && f.Dir != capture.DirRequest:
		d.Live.Received++
		d.Live.Bytes += uint64(max(f.OrigLen, 0))
	}
	if f.Group != 0 && !slices.Contains(d.Groups, f.Group) && len(d.Groups) < 64 {
		d.Groups = append(d.Groups, f.Group)
	}
	return nil
}

func (k *socketSink) list() []sockets.Socket {
	var out []sockets.Socket
	for _, s := range k.byKey {
		slices.Sort(s.Groups)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b sockets.Socket) int {
		return cmp.Or(cmp.Compare(a.NetNS, b.NetNS), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.PortID, b.PortID), cmp.Compare(a.Inode, b.Inode))
	})
	return out
}

func (f *socketsFlags) writeJSON(w io.Writer, ss []sockets.Socket, told []incident.Incident, dec *decode.Decoder) error {
	if err := writeRows(w, ss); err != nil {
		return err
	}
	return f.tell(export.NewJSON(w, dec.GroupName), told)
}

func (f *socketsFlags) tell(w incidentWriter, told []incident.Incident) error {
	limits := f.limits()
	for i := range told {
		if err := w.Incident(&told[i], limits); err != nil {
			return err
		}
	}
	return nil
}

func (f *socketsFlags) writeText(w io.Writer, ss []sockets.Socket, told []incident.Incident, dec *decode.Decoder) error {
	live := slices.ContainsFunc(ss, func(s sockets.Socket) bool { return s.Live != nil })
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := "DROPS\tQUEUE\tRCVBUF\tASKED\tFULL\tPROTOCOL\tPORTID\tNETNS\tPROCESS\t"
	if live {
		head = "NEW\t" + head + "HIGH\tREADS/s\tSTALL\tLAST READ\tRECEIVED\t"
	}
	fmt.Fprintln(tw, head+"GROUPS")
	for i := range ss {
		s := &ss[i]
		cells := []string{strconv.FormatUint(uint64(s.Drops), 10), bytesOr(s.RMem, true), bytesOr(s.RcvBuf, s.RcvBuf != 0), bytesOr(s.Asked, s.Asked != 0), percentFull(s),
			strings.TrimPrefix(capture.ProtocolName(s.Protocol), "NETLINK_"), strconv.FormatUint(uint64(s.PortID), 10),
			netnsText(s), ownerText(s)}
		if live {
			drops, rest := liveCells(s)
			cells = append(append([]string{drops}, cells...), rest...)
		}
		fmt.Fprintln(tw, strings.Join(append(cells, groupsText(s, dec)), "\t"))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if len(told) > 0 {
		fmt.Fprintln(w)
	}
	return f.tell(export.NewText(w, export.TextOptions{Group: dec.GroupName}), told)
}

// liveCells are NEW, and HIGH to RECEIVED; "-" is what nobody measured.
func liveCells(s *sockets.Socket) (drops string, rest []string) {
	l := s.Live
	if l == nil {
		return "-", []string{"-", "-", "-", "-", "-"}
	}
	received, reads, stall, last := "-", "-", "-", "-"
	if !l.Sampled {
		received = strconv.FormatUint(l.Received, 10)
	}
	if l.Reads > 0 {
		reads = strconv.FormatFloat(l.ReadRate(), 'f', 1, 64)
	}
	if l.Stall > 0 {
		stall = words.Duration(l.Stall)
	}
	if !l.LastRead.IsZero() {
		last = l.LastRead.Format("15:04:05.000")
	}
	return strconv.FormatUint(l.Drops, 10), []string{bytesOr(l.HighWater, l.HighWater > 0), reads, stall, last, received}
}

func bytesOr(n uint32, known bool) string {
	if !known {
		return "-"
	}
	return words.Size(uint64(n))
}

func percentFull(s *sockets.Socket) string {
	if s.RcvBuf == 0 {
		return "-"
	}
	return strconv.FormatUint(uint64(s.RMem)*100/uint64(s.RcvBuf), 10) + "%"
}

func netnsText(s *sockets.Socket) string {
	switch {
	case s.NetNSName != "":
		return decode.Quote(s.NetNSName)
	case s.NetNS != 0:
		return strconv.FormatUint(s.NetNS, 10)
	}
	return "-"
}

func ownerText(s *sockets.Socket) string {
	switch {
	case s.Kernel:
		return "(kernel)"
	case len(s.SharedWith) > 0:
		return fmt.Sprintf("%s +%d", words.Process(s.Owner), len(s.SharedWith))
	}
	return words.Process(s.Owner) + words.Where(s.Owner)
}

// groupsText names the groups, and the options that matter for losses.
func groupsText(s *sockets.Socket, dec *decode.Decoder) string {
	text := words.Groups(s.Protocol, s.Groups, dec.GroupName)
	if s.GroupsCut {
		text += ",…"
	}
	for _, flag := range s.Flags {
		if strings.Contains(flag, "NO_ENOBUFS") {
			text += " NO_ENOBUFS"
		}
	}
	return cmp.Or(strings.TrimSpace(text), "-")
}
