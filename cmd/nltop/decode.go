// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
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
of xxd, hexdump, od, tcpdump -x and Wireshark ("copy as hex"), C and Go arrays,
strings as strace -x prints them, base64. Each dump, array or line between empty
lines is a datagram of one or more messages.

--protocol names the protocol by name or number; generic:NAME and netfilter are
for the multiplexers: a generic-netlink message does not say which family its
number stands for.`,
		Example: `  nltop decode 280000001200010001000000000000000000000000000000000000000000000008001d0001000000
  xxd -p message.bin | nltop decode --protocol route
  nltop decode --protocol generic:ethtool -o json message.hex
  nltop decode -o go message.hex
  nltop decode -p generic:nbd -o fixture message.hex > internal/decode/families/testdata/nbd/status.txtar`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return f.run(args, c.OutOrStdout()) },
	}
	fs := c.Flags()
	fs.StringVarP(&f.protocol, "protocol", "p", "", "route, 16, generic:ethtool, … (default route, or what a cooked header says)")
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
	protocol, family, err := parseProtocol(f.protocol)
	if err != nil {
		return usageError{err}
	}
	dirs := map[string]capture.Dir{"": capture.DirUnknown, "request": capture.DirRequest, "reply": capture.DirReply, "event": capture.DirEvent}
	dir, ok := dirs[f.dir]
	if !ok {
		return usageError{fmt.Errorf("--dir %s: request, reply or event", f.dir)}
	}
	datagrams, err := literal.Parse(text)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	if f.format == "fixture" && f.specs.dir != "" {
		return usageError{errors.New("-o fixture: its tree is that of the built-in tables, which --specs are not")}
	}
	if err := f.specs.check(); err != nil {
		return err
	}
	f.read = "-" // interfaces of this host have nothing to do with it
	dec := f.decoder()
	out, err := f.observer(dec, w)
	if err != nil {
		return err
	}
	for i := range datagrams {
		d := &datagrams[i]
		fr := &capture.Frame{
			Origin: &capture.Origin{
				Protocol: protocol, Dir: dir, BigEndian: f.bigEndian, Source: capture.SourceFile,
			},
			ID: uint64(i + 1), Data: d.Data, OrigLen: len(d.Data),
		}
		if d.Cooked && f.protocol == "" {
			fr.Change(func(o *capture.Origin) { o.Protocol = d.Protocol })
		}
		if err := writeDatagram(dec, out, fr, family); err != nil {
			return err
		}
	}
	if x, ok := out.(*fixtureWriter); ok {
		return x.end()
	}
	return nil
}

// writeDatagram decodes one datagram. family is what the generic-netlink id of
// its first message stands for; "" is unknown.
func writeDatagram(dec *decode.Decoder, out export.Observer, f *capture.Frame, family string) error {
	ms := dec.Frame(f, nil)
	if family != "" && len(ms) > 0 {
		dec.LearnFamily(ms[0].Header.Type, family, 0, nil)
		ms = dec.Frame(f, nil)
	}
	for i := range ms {
		m := &ms[i]
		if f.Dir == capture.DirUnknown {
			f.Change(func(o *capture.Origin) { o.Dir = capture.DirReply })
			if m.Header.Flags&1 != 0 { // NLM_F_REQUEST
				f.Change(func(o *capture.Origin) { o.Dir = capture.DirRequest })
			}
		}
		o := correlate.Observation{Frame: f, Message: m, Family: m.FamilyText(), Type: m.TypeText()}
		if err := out.Observe(&o); err != nil {
			return err
		}
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

// literalText returns the text of a file, of standard input ("-" or nothing),
// or the argument itself where it is hex and no file.
func literalText(args []string) (string, error) {
	in := io.Reader(os.Stdin)
	if len(args) > 0 && args[0] != "-" {
		file, err := os.Open(args[0])
		if errors.Is(err, os.ErrNotExist) {
			if _, perr := literal.Parse(args[0]); perr == nil && !strings.ContainsAny(args[0], "./") {
				return args[0], nil
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

// parseProtocol reads what capture.ParseProtocol does, and "generic:NAME".
func parseProtocol(s string) (protocol uint16, family string, err error) {
	name, family, _ := strings.Cut(s, ":")
	if name == "" {
		return 0, "", nil
	}
	if protocol, err = capture.ParseProtocol(name); err != nil {
		return 0, "", fmt.Errorf("--protocol: %w", err)
	}
	if family != "" && protocol != capture.NETLINK_GENERIC {
		return 0, "", fmt.Errorf("--protocol %s: only generic has families by name", s)
	}
	return protocol, family, nil
}
