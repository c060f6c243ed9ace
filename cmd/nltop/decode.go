// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/literal"
)

type decodeFlags struct {
	captureFlags // for the decoder
	protocol     string
	dir          string
	format       string
	verbose      int
	hex          bool
	bigEndian    bool
}

// messageFormats are what -o of trace and decode takes.
var messageFormats = []string{"text", "json", "go", "c", "hex", "fixture"}

// noFormat is the error of another one.
func noFormat(s string) error {
	last := len(messageFormats) - 1
	return usageError{fmt.Errorf("-o %s: %s or %s", s, strings.Join(messageFormats[:last], ", "), messageFormats[last])}
}

// maxLiteral bounds what `nltop decode` reads, in bytes of text.
const maxLiteral = 64 << 20

func newDecode() *cobra.Command {
	var f decodeFlags
	c := &cobra.Command{
		Use:   "decode [flags] [FILE]",
		Short: "Decode a message given as hex, base64 or a string",
		Long: `Decode the messages of a text, from FILE or standard input: plain hex, the dumps
of xxd, hexdump, od, tcpdump -x, gdb, the kernel's log and Wireshark ("copy as hex"),
arrays of C, Go, Rust, Python and others, strings with escapes, base64, lines of
strace, what libnl and Go's netlink packages print of a message. Each dump, array,
call or line between empty lines is a datagram of one or more messages. A text
without all bytes of its messages is refused, with what prints them.

--protocol names the protocol by name or number, or a family of one that carries
many (wireguard, nfqueue; generic:wireguard is the same): a generic-netlink message
does not say which family its number stands for.`,
		Example: `  nltop decode 280000001200010001000000000000000000000000000000000000000000000008001d0001000000
  xxd -p message.bin | nltop decode --protocol route
  nltop decode --protocol ethtool -o json message.hex
  strace -xx -s 65536 ip link 2>&1 | nltop decode
  nltop decode -o go message.hex
  nltop decode -p nbd -o fixture message.hex > internal/decode/families/testdata/nbd/status.txtar`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return f.run(args, c.OutOrStdout()) },
	}
	fs := c.Flags()
	fs.StringVarP(&f.protocol, "protocol", "p", "", "route, 16, ethtool, nftables, … (default route, or what the text says)")
	fs.StringVar(&f.dir, "dir", "", "request, reply or event (default: by NLM_F_REQUEST)")
	fs.StringVarP(&f.format, "output", "o", "text", "text, json, go, c, hex, or fixture: a file for the tests of nltop's tables")
	fs.CountVarP(&f.verbose, "verbose", "v", "show padding too")
	fs.BoolVarP(&f.hex, "hex", "x", false, "show the bytes of each message")
	f.specs.register(fs)
	fs.BoolVar(&f.bigEndian, "big-endian", false, "the message is of a big-endian machine")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(messageFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("dir", cobra.FixedCompletions([]string{"request", "reply", "event"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (f *decodeFlags) run(args []string, w io.Writer) error {
	text, err := literalText(args)
	if err != nil {
		return err
	}
	if err := f.specs.check(); err != nil {
		return err
	}
	v := volley{dir: capture.DirUnknown, bigEndian: f.bigEndian, given: f.protocol != ""}
	if f.protocol != "" {
		family := (*schema.Family)(nil)
		v.protocol, family, err = parseProtocol(f.protocol, f.specs.tables())
		switch name, generic := strings.CutPrefix(f.protocol, "generic:"); {
		case err != nil && generic && f.format == "fixture":
			v.protocol, v.family = capture.NETLINK_GENERIC, name // whose tables are yet to be written
		case err != nil:
			return usageError{fmt.Errorf("--protocol: %w", err)}
		case family != nil && v.protocol == capture.NETLINK_GENERIC:
			v.family = family.Name
		}
	}
	dirs := map[string]capture.Dir{"": capture.DirUnknown, "request": capture.DirRequest, "reply": capture.DirReply, "event": capture.DirEvent}
	var ok bool
	if v.dir, ok = dirs[f.dir]; !ok {
		return usageError{fmt.Errorf("--dir %s: request, reply or event", f.dir)}
	}
	datagrams, err := literal.Parse(text)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	if f.format == "fixture" && f.specs.dir != "" {
		return usageError{errors.New("-o fixture: its tree is that of the built-in tables, which --specs are not")}
	}
	f.read = "-" // interfaces of this host have nothing to do with it
	v.dec = f.decoder()
	if v.out, err = f.observer(v.dec, w); err != nil {
		return err
	}
	if err := v.write(datagrams, f.specs.tables(), stderr); err != nil {
		return err
	}
	if x, ok := v.out.(*fixtureWriter); ok {
		return x.end()
	}
	return nil
}

func (f *decodeFlags) observer(dec *decode.Decoder, w io.Writer) (export.Observer, error) {
	switch f.format {
	case "text":
		return export.NewText(w, export.TextOptions{Verbose: 1 + f.verbose, Hex: f.hex, UTC: true, Bare: true,
			Color: stdoutIsTerminal() && os.Getenv("NO_COLOR") == "", Group: dec.GroupName}), nil
	case "json":
		return export.NewJSON(w, dec.GroupName), nil
	case "fixture":
		return newFixture(w, false), nil
	}
	if format, ok := literal.ParseFormat(f.format); ok {
		return export.NewLiteral(w, format), nil
	}
	return nil, noFormat(f.format)
}

// reHexLike is an argument that is meant as bytes.
var reHexLike = regexp.MustCompile(`^(0x)?[0-9a-fA-F\s:,]{16,}`)

// literalText returns the text of a file, of standard input ("-" or nothing),
// or the argument itself where it is hex and no file.
func literalText(args []string) (string, error) {
	in := io.Reader(os.Stdin)
	if len(args) > 0 && args[0] != "-" {
		file, err := os.Open(args[0])
		// A message is longer than the name of a file may be.
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENAMETOOLONG) {
			_, perr := literal.Parse(args[0])
			if perr == nil && !strings.ContainsAny(args[0], "./") {
				return args[0], nil
			}
			if errors.Is(err, unix.ENAMETOOLONG) || reHexLike.MatchString(args[0]) {
				return "", fmt.Errorf("read message: %w", perr)
			}
		}
		if err != nil {
			return "", fmt.Errorf("open message: %w", err)
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, maxLiteral+1))
	if err != nil {
		return "", fmt.Errorf("read message: %w", err)
	}
	if len(b) > maxLiteral {
		return "", fmt.Errorf("read message: more than %d MiB of text", maxLiteral>>20)
	}
	return string(b), nil
}
