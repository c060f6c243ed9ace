// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/who"
)

type whoFlags struct {
	captureFlags
	cutFlags
	format string
	all    bool
	utc    bool
	date   bool
}

func newWho() *cobra.Command {
	var f whoFlags
	c := &cobra.Command{
		Use:   "who [flags] TEXT... [-- COMMAND [ARG...]]",
		Short: "Say who changed an address, a link, a table",
		Long: `Say who changed what TEXT names, a sentence a change: what became of it, by which
process, with which command, and who was told. Until Ctrl-C, of a file (-r), or of a
command and its children. A change has all words of TEXT:

  an address or prefix   the same one; also what contains it (but no default route), and
                         what it contains, which is marked ("found by ...")
  a name of a link       by its index, too, in that network namespace and at that time;
                         "dev NAME" and "link NAME" are a link and nothing else
  another word           of the command that the request is, or of nft's line; the name of a
                         table, chain, set, a kind, a handle ("1:10"), a link-layer address;
                         table, chain, mtu: what has such an attribute; a family, a type
  a number               an ID, handle, SPI, port, mark, table, VNI (0x100 is 256)

A request that failed changed nothing, and says why. At the end stands what was searched,
and what the source cannot know.`,
		Example: `  nltop who 10.50.0.0/16                    who deleted my route?
  nltop who d0                              a link, by whatever name it has
  nltop who -r bug.pcapng table inet fw
  nltop who -r bug.pcapng --from 12:03:04 d0    what of it changed since then?
  nltop who dev d0 10.0.0.1 -- systemctl restart networking
  nltop who -o json spi 0x100 | jq -r .sentence`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(c *cobra.Command, args []string) error {
			text, argv := args, []string(nil)
			if n := c.ArgsLenAtDash(); n >= 0 {
				text, argv = args[:n], args[n:]
			}
			return f.run(strings.Join(text, " "), argv)
		},
	}
	f.captureFlags.register(c)
	f.cutFlags.register(c)
	fs := c.Flags()
	fs.StringVarP(&f.format, "output", "o", "text", "text or json")
	fs.BoolVar(&f.all, "all", false, "requests that only read, and probes, too")
	f.registerQuiet(c)
	fs.BoolVar(&f.utc, "utc", false, "show times in UTC")
	fs.BoolVar(&f.date, "date", false, "show the date with each time, also where all is of one day")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (f *whoFlags) run(text string, argv []string) (err error) {
	query, err := who.Parse(text)
	if err != nil {
		return usageError{err}
	}
	dec := f.decoder()
	ctx, stop := untilSignal(len(argv) > 0)
	defer stop()
	o := sessionOptions{flags: &f.captureFlags, dec: dec, ends: true}
	if o.cut, err = f.searched(ctx); err != nil {
		return err
	}
	look := who.Options{All: f.all, NoEvent: f.noEvent(argv), Narrowed: f.narrowed(argv)}
	if o.cut != nil {
		look.Within = o.cut.in
	}
	out, lines, err := f.printer(ctx, query, look)
	if err != nil {
		return err
	}
	o.sinks = []pipeline.Sink{out}
	s, err := o.openWith(ctx, argv, errFile)
	if err != nil {
		return err
	}
	lines.Source = s.src
	defer func() {
		flushErr := out.close()
		err = distinct(err, s.close(), flushErr)
		if brokenPipe(err) {
			err = nil
		}
		if !f.quiet {
			o.cut.tellNothing(f.utc, err)
			s.tally()
		}
	}()
	if !f.quiet {
		s.explain()
	}
	out.begin(ctx, s.src.Stats, f.notes())
	return s.runOrFollow(ctx)
}

// noEvent says what it means that nobody was seen to be told of a change.
func (f *whoFlags) noEvent(argv []string) string {
	switch {
	case f.read != "":
		return "no event in the recording"
	case len(argv) > 0, len(f.pids) > 0, len(f.comms) > 0, f.expr != "":
		return "" // those of others are left out
	}
	return "nobody listened: no event"
}

// narrowed says what was not looked at.
func (f *whoFlags) narrowed(argv []string) string {
	var by []string
	for _, x := range []struct {
		name  string
		given bool
	}{{"-f", f.expr != ""}, {"-p", len(f.pids) > 0}, {"--comm", len(f.comms) > 0}, {"--netns", len(f.netns) > 0}, {"--protocol", len(f.protocols) > 0}} {
		if x.given {
			by = append(by, x.name)
		}
	}
	switch {
	case len(argv) > 0:
		return "only the command and its children were looked at"
	case len(by) > 0:
		return "only what passes " + strings.Join(by, ", ") + " was looked at"
	}
	return ""
}

// searched says what of the recording is searched; nil: all of it. What is in front of it
// is read, too: names of links, and what there was, are in it.
func (f *whoFlags) searched(ctx context.Context) (*cut, error) {
	c, err := f.cutting(ctx, &f.captureFlags)
	switch {
	case err != nil || c == nil:
		return nil, err
	case f.write != "":
		return nil, usageError{errors.New("--from, --to and --around say what is searched: nltop record -r takes them, too, and writes it with -w")}
	}
	c.whole = true
	return c, nil
}

// printer returns the sink that searches and writes.
func (f *whoFlags) printer(ctx context.Context, q *who.Query, o who.Options) (*printer, *export.Who, error) {
	p := &printer{out: newOutput(ctx, os.Stdout)}
	p.buf = bufio.NewWriterSize(p.out, 64<<10)
	var w *export.Who
	switch f.format {
	case "text":
		tty := stdoutIsTerminal()
		last, _ := pcapng.LastTime(f.read)
		w = export.NewWhoText(p.buf, q, o, export.TextOptions{UTC: f.utc, Date: f.date, Last: last, Color: tty && os.Getenv("NO_COLOR") == ""})
	case "json":
		w = export.NewWhoJSON(p.buf, q, o)
	default:
		return nil, nil, usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	p.sink, p.end = w, w.Close
	return p, w, nil
}
