// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/contents"
	"github.com/nltop/nltop/internal/decode"
)

type infoFlags struct {
	specs  specFlags
	read   string
	quiet  bool
	format string
	told   int // files, as text
}

func newInfo() *cobra.Command {
	var f infoFlags
	c := &cobra.Command{
		Use:   "info [flags] FILE...",
		Short: "Say what a recording holds and what it hides",
		Long: `Say what a recording holds and what it hides, before you attach it to a report or
after you got it: who made it, how, and on which machine; what its source could see and
what not; when it was, and whether it is in order; which processes, families, protocols
and network namespaces are in it, with their messages; what was lost, and why; where the
file is damaged.

It reads pcapng and pcap, of nltop, tcpdump, dumpcap and Wireshark, and files of rtmon,
also packed by gzip or zstd; - is standard input. Of a damaged file it tells what can be read, and ends with status 1.`,
		Example: `  nltop info bug.pcapng
  nltop info -o json *.pcapng | jq 'select(.damaged > 0).file'
  tcpdump -i nlmon0 -w - | nltop info -`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	fs := c.Flags()
	fs.StringVarP(&f.read, "read", "r", "", "a FILE, as elsewhere")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "say nothing on standard error about damage")
	fs.StringVarP(&f.format, "output", "o", "text", "text or json")
	f.specs.register(fs)
	return c
}

func (f *infoFlags) run(args []string) error {
	files := args
	if f.read != "" {
		files = append([]string{f.read}, args...)
	}
	switch {
	case f.format != "text" && f.format != "json":
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	case len(files) == 0:
		return usageError{errors.New("info needs a FILE; - is standard input")}
	}
	if err := f.specs.check(); err != nil {
		return err
	}
	ctx, stop := untilSignal(false)
	defer stop()
	// As of a file elsewhere: see session.openSource.
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(fileMemory)
	out := bufio.NewWriter(newOutput(ctx, os.Stdout))
	var errs []error
	for _, path := range files {
		errs = append(errs, f.tell(ctx, out, path))
		if ctx.Err() != nil {
			break
		}
	}
	err := distinct(append(errs, out.Flush())...)
	if brokenPipe(err) {
		return nil
	}
	return err
}

// tell writes the account of one file.
func (f *infoFlags) tell(ctx context.Context, out io.Writer, path string) error {
	r, st, err := openFile(ctx, path)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	c, err := contents.Read(ctx, r, decode.New(f.specs.tables(), decode.Options{}))
	c.File = path
	if c.Compression != "" && st.Mode().IsRegular() {
		c.PackedSize = st.Size()
	}
	if f.format == "json" {
		err = distinct(err, writeRows(out, []*contents.Contents{c}))
	} else {
		c.File = capture.Printable(path)
		if f.told++; f.told > 1 {
			fmt.Fprintln(out)
		}
		err = distinct(err, c.Text(out))
	}
	if err == nil && c.Damaged > 0 {
		if !f.quiet {
			fmt.Fprintf(stderr, "nltop: warning: %s: at byte %d: %s\n", path, c.Damage[0].Offset, c.Damage[0].Problem)
		}
		return quietError{exitFailed}
	}
	return err
}
