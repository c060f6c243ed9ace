// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/compressed"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/rotate"
)

// recordFlags are those of nltop record.
type recordFlags struct {
	captureFlags
	cutFlags
	unheard bool
	count   int           // -c
	span    time.Duration // --for
	size    string        // -C
	seconds int           // -G
}

func newRecord() *cobra.Command {
	var f recordFlags
	var keep keepFlags
	c := &cobra.Command{
		Use:   "record -w FILE|DIR [flags] [-- COMMAND [ARG...]]",
		Short: "Record messages to a pcapng file",
		Long: `Record Netlink messages to a pcapng file that nltop, Wireshark and tshark open.
The file is readable up to the last second at any time, also after kill -9. A name
that ends with .gz or .zst packs it; nltop reads that as it is.

With -C it goes on in another file before one gets longer than so many millions of
bytes: FILE, FILE1, FILE2; with -W 10 in FILE0 to FILE9, and then over again. With -G it
does so after so many seconds, and the name may hold a time as strftime(3) has it; with
-W it ends after so many files. With both, files of a time are numbered, and -W says how
many of each time there are. Each file can be read alone. With -r a recording is split;
then -G and --for count its own time, and --from, --to and --around record a part of it
alone.

On a terminal a line says how far it is, and everywhere SIGUSR1 has it printed.

Of the kernel's events that nobody listens to it has those that no request caused, and
with --unheard all: they cost as much as those that somebody gets.

With --keep it is a flight recorder: the last bytes or minutes are held in memory, and
become a recording in the directory DIR when a socket loses messages, a request takes
long (--on-slow), a message matches (--on), or on SIGUSR1 (docs/flight.md).`,
		Example: `  nltop record -w bug.pcapng
  nltop record -w bug.pcapng --protocol route -- systemctl restart systemd-networkd
  nltop record -w bug.pcapng.zst -C 100 -W 10      at most 1 GB, of the latest
  nltop record -w %F-%H.pcapng.gz -G 3600          a file an hour
  nltop record -r big.pcapng --around 1 -w bug.pcapng
  nltop record --keep 256MB --on-slow 100ms -w /var/log/nltop
  nltop record -w - --compress zstd --for 1m | ssh HOST 'cat > bug.pcapng.zst'`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(c *cobra.Command, args []string) error {
			if f.write == "" {
				return usageError{errors.New("record needs -w FILE, or with --keep -w DIR")}
			}
			if err := keep.check(c, &f.captureFlags); err != nil {
				return err
			}
			if keep.keep != "" {
				return runFlight(&f.captureFlags, &keep, args, !f.unheard && len(f.subscribe) == 0)
			}
			if err := f.check(args); err != nil {
				return usageError{err}
			}
			return f.run(args)
		},
	}
	f.captureFlags.register(c)
	f.cutFlags.register(c)
	f.registerSubscribe(c)
	keep.register(c)
	f.registerAnonymise(c)
	fs := c.Flags()
	fs.Lookup("write").Usage = "record to this pcapng file, packed if its name ends with .gz or .zst; - is standard output; with --keep: the directory for recordings"
	fs.BoolVar(&f.unheard, "unheard", false, "also what requests made the kernel announce though nobody listened")
	f.registerQuiet(c)
	fs.IntVarP(&f.count, "count", "c", 0, "stop after this many messages; the datagram of the last is recorded whole")
	fs.DurationVar(&f.span, "for", 0, "stop after so long; with -r, of the recording's own time")
	fs.StringVarP(&f.size, "file-size", "C", "", "go on in another file before one is longer than so many 10^6 bytes; with a suffix k, M or G: KiB, MiB, GiB")
	fs.IntVarP(&f.seconds, "file-seconds", "G", 0, "go on in another file after so many seconds; the name may hold a time: %F-%H%M%S")
	fs.IntVarP(&f.files.Files, "files", "W", 0, fmt.Sprintf("with -C: so many files, of which the oldest is written over; with -G: stop after so many; with --keep (%d): so many recordings at most in the directory, the oldest of nltop's own make room", defaultFiles))
	fs.StringVar(&f.pack, "compress", "", "pack by "+strings.Join(compressed.Names(), ", ")+", whatever the name says")
	for name, some := range map[string][]string{
		"keep": {"64MB", "256MB", "10min", "256MB,10min"}, "file-size": {"10", "100", "1000"}, "file-seconds": {"60", "3600", "86400"},
	} {
		_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(some, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = c.RegisterFlagCompletionFunc("compress", cobra.FixedCompletions(compressed.Names(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// check refuses flags that contradict each other, and reads those that are numbers with
// units.
func (f *recordFlags) check(args []string) (err error) {
	if f.size != "" {
		if f.files.Bytes, err = rotate.ParseSize(f.size); err != nil {
			return fmt.Errorf("-C %s: %w", decode.Quote(f.size), err)
		}
	}
	switch {
	case f.seconds == 0 && f.given("file-seconds"):
		return errors.New("-G 0: at least a second")
	case f.count == 0 && f.given("count"):
		return errors.New("-c 0: at least one message")
	case f.seconds < 0 || f.seconds > maxSeconds:
		return fmt.Errorf("-G %d: a number of seconds", f.seconds)
	case f.count < 0:
		return fmt.Errorf("-c %d: cannot be negative", f.count)
	case f.span < 0:
		return fmt.Errorf("--for %s: cannot be negative", f.span)
	case f.span > 0 && (f.from != "" || f.to != "" || f.given("around")):
		return errors.New("--for counts from the beginning: with --from, --to +2s says for how long")
	case f.span > 0 && len(args) > 0:
		return errors.New("--for and a command exclude each other: it is recorded until it ends")
	}
	f.files.Every = time.Duration(f.seconds) * time.Second
	files := f.files
	files.Name = f.write
	if st, err := os.Stat(f.write); err == nil && files.Active() && !st.Mode().IsRegular() {
		return fmt.Errorf("-C and -G need a file: %s is none", decode.Quote(f.write))
	}
	return files.Check()
}

// recordMemory is how much memory, in bytes, record takes live before it collects garbage
// more often: it keeps next to nothing, and how much garbage there is must not depend on
// how busy the machine is.
const recordMemory = 64 << 20

// maxSeconds are some ten years.
const maxSeconds = 1 << 28

// runFlight holds what is captured, and records it when something happens.
func runFlight(f *captureFlags, keep *keepFlags, args []string, alone bool) error {
	o := sessionOptions{flags: f, keep: keep, alone: alone}
	ctx, stop := untilSignal(len(args) > 0)
	defer stop()
	s, err := o.openWith(ctx, args, os.Stdout)
	if err != nil {
		return err
	}
	if !f.quiet {
		s.explain()
		if info := s.src.Info(); keep.incidents {
			if text := info.DoesNotSee(capture.SeesLosses, "what sockets lose"); text != "" {
				fmt.Fprintf(stderr, "nltop: note: %s: no incident is noticed\n", text)
			}
		}
	}
	err = s.runOrFollow(ctx)
	err = distinct(err, s.close())
	if !f.quiet {
		s.tally()
	}
	return err
}

func (f *recordFlags) run(args []string) (err error) {
	debug.SetMemoryLimit(recordMemory)
	o := sessionOptions{flags: &f.captureFlags, limit: f.count, alone: !f.unheard && len(f.subscribe) == 0}
	// With -w - standard output is the recording. What becomes of it when nobody reads
	// that any more is an error that is told.
	stdout := os.Stdout
	if f.write == "-" {
		stdout = errFile
		signal.Notify(make(chan os.Signal, 1), unix.SIGPIPE)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, unix.SIGUSR1) // from now on it ends nothing
	ctx, stop := untilSignal(len(args) > 0)
	defer stop()
	if f.read != "" {
		o.span = f.span
	}
	if o.part, err = f.parting(ctx, &f.captureFlags); err != nil {
		return err
	}
	s, err := o.openWith(ctx, args, stdout)
	if err != nil {
		return err
	}
	if !f.quiet {
		s.explain()
		f.explainNames()
	}
	running := ctx
	if f.span > 0 && f.read == "" {
		var cancel context.CancelFunc
		running, cancel = context.WithTimeout(ctx, f.span)
		defer cancel()
	}
	begin := time.Now()
	told := s.tellProgress(begin, asked, !f.quiet && len(args) == 0)
	err = s.runOrFollow(running)
	told()
	err = distinct(err, s.close())
	if !f.quiet {
		o.part.tellNothing(err)
		s.tally()
		fmt.Fprintf(stderr, "nltop: %s\n", s.rec.account(time.Since(begin)))
	}
	return err
}

// explainNames says what -G writes over.
func (f *recordFlags) explainNames() {
	if f.files.Every > 0 && f.files.Bytes == 0 && f.files.Files != 1 && !strings.Contains(f.write, "%") {
		fmt.Fprintf(stderr, "nltop: note: %s is written over every %s: a time in its name, as %%F-%%H%%M%%S, keeps all\n", f.write, f.files.Every)
	}
}
