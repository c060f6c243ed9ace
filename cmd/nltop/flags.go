// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/ladder"
	"github.com/nltop/nltop/internal/probe"
	"github.com/nltop/nltop/internal/rotate"
)

// captureFlags are those of every command that shows traffic.
type captureFlags struct {
	source    string
	pids      []string
	comms     []string
	netns     []string
	protocols []string
	expr      string
	read      string
	write     string
	wireshark bool
	files     rotate.Options // of -w, without its name
	pack      string         // --compress; "": by the name
	snap      int
	ringMiB   int
	self      bool
	rtnl      bool
	times     bool
	secrets   bool
	subscribe []string // groups of nfnetlink
	traced    []string // the COMMAND, if there is one
	anonymise bool
	keyFile   string
	quiet     bool
	veils     bool  // --anonymise is about a recording
	veil      *veil // nil: what is read, or captured, is shown as it is
	specs     specFlags
}

func (f *captureFlags) register(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVar(&f.source, "source", ladder.Auto, "capture source: "+strings.Join(sourceNames(), ", "))
	fs.StringSliceVarP(&f.pids, "pid", "p", nil, "only this process and its children (repeatable)")
	fs.StringSliceVar(&f.comms, "comm", nil, "only processes of this name (repeatable)")
	fs.StringSliceVar(&f.netns, "netns", nil, "only this network namespace: name, inode number, or path (repeatable)")
	fs.StringSliceVar(&f.protocols, "protocol", nil, "only this protocol or family: route, generic, nftables, wireguard, … or a number (repeatable)")
	fs.StringVarP(&f.expr, "filter", "f", "", "only messages that match this expression (docs/filter.md)")
	fs.StringVarP(&f.read, "read", "r", "", "read this pcapng or pcap file, or one of rtmon, also packed by gzip or zstd, instead of capturing; - is standard input")
	fs.StringVarP(&f.write, "write", "w", "", "record to this pcapng file beside what is shown, packed if its name ends with .gz or .zst; - is standard output")
	fs.BoolVar(&f.wireshark, "wireshark-processes", false, "with -w: tell processes also in blocks that the newest Wireshark reads; 4.0 shows each as a packet")
	fs.IntVarP(&f.snap, "snap", "s", 0, "bytes of a datagram to keep; 0 is all (at most 4 MiB)")
	fs.IntVar(&f.ringMiB, "ring", 0, "size of the kernel's ring buffer in MiB; 0 is the default")
	f.specs.register(fs)
	fs.BoolVar(&f.secrets, "secrets", false, "show and keep keys, passwords and what was typed (docs/secrets.md)")
	fs.BoolVar(&f.self, "self", false, "show nltop's own messages too")
	fs.BoolVar(&f.rtnl, "rtnl", false, "watch rtnl_mutex: who waits for it, who holds it (source "+capture.SourcesThat(capture.SeesLocks)+")")
	fs.BoolVar(&f.times, "times", false, "watch what requests spend their time on: modules, rtnl_mutex, RCU, locks, queue, reader (source "+capture.SourcesThat(capture.SeesTimes)+")")
	c.PreRunE = func(c *cobra.Command, _ []string) error { return f.pointless(c) }
	_ = c.RegisterFlagCompletionFunc("source", cobra.FixedCompletions(
		sourceNames(), cobra.ShellCompDirectiveNoFileComp))
}

// registerQuiet adds -q, which means the same everywhere.
func (f *captureFlags) registerQuiet(c *cobra.Command) {
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing on standard error but why it failed")
	f.specs.quiet = &f.quiet
}

// notes is where is said what is no reason for failing.
func (f *captureFlags) notes() io.Writer {
	if f.quiet {
		return io.Discard
	}
	return stderr
}

// Flags that have nothing to say in some cases, where they are refused.
var (
	// ofCapture say how messages are captured. --rtnl and --times of nltop stat ask
	// for a table and for columns, which a recording has, too.
	ofCapture = []string{"source", "ring", "self", "rtnl", "times", "subscribe"}
	// ofRecording say how one is read.
	ofRecording = []string{"speed"}
	// ofMessages are for nltop sockets, which without --for and -r asks the kernel for a
	// list and looks at no messages.
	ofMessages = []string{"filter", "write", "snap", "secrets", "source", "ring", "rtnl", "times"}
)

// pointless refuses a flag that would be ignored.
func (f *captureFlags) pointless(c *cobra.Command) error {
	given := func(names []string) string {
		for _, name := range names {
			if c.Flags().Changed(name) && !((name == "rtnl" || name == "times") && c.Name() == "stat") {
				return "--" + name
			}
		}
		return ""
	}
	if name := empty(c); name != "" {
		return usageError{fmt.Errorf("--%s '': is empty", name)}
	}
	if err := f.unveiled(); err != nil {
		return err
	}
	if f.wireshark && f.write == "" {
		return usageError{errors.New("--wireshark-processes goes with -w")}
	}
	switch {
	case f.snap < 0:
		return usageError{fmt.Errorf("-s %d: cannot be negative", f.snap)}
	case f.snap > probe.MaxSnap:
		return usageError{fmt.Errorf("-s %d: at most %d, which is more than a datagram has", f.snap, probe.MaxSnap)}
	}
	if f.read != "" {
		if name := given(ofCapture); name != "" {
			return usageError{fmt.Errorf("%s says how messages are captured, and -r reads them from a file", name)}
		}
		return nil
	}
	if name := given(ofRecording); name != "" {
		return usageError{fmt.Errorf("%s goes with -r", name)}
	}
	if c.Name() == "sockets" && !c.Flags().Changed("for") {
		if name := given(ofMessages); name != "" {
			return usageError{fmt.Errorf("%s goes with --for or -r: without them nltop sockets looks at no messages", name)}
		}
	}
	return nil
}

// empty is a flag that was given without a value, as by a variable of a script that is
// not set; "": none was. An empty filter passes everything.
func empty(c *cobra.Command) (name string) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" && f.Name != "filter" {
			name = f.Name
		}
	})
	return name
}

// sourceNames is what --source takes.
func sourceNames() []string { return append([]string{ladder.Auto}, capture.SourceNames()...) }

// groupFlag is --by, how rows are put together; -g and --group are its older names.
func groupFlag(c *cobra.Command, by *string, value, help string, names []string) {
	fs := c.Flags()
	fs.StringVarP(by, "by", "g", value, help)
	fs.StringVar(by, "group", value, help)
	_ = fs.MarkHidden("group")
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// scope turns the flags into what the kernel is asked to filter.
func (f *captureFlags) scope() (capture.Filter, error) {
	s := capture.Filter{Children: len(f.pids) > 0}
	for _, p := range f.pids {
		pid, err := strconv.ParseUint(p, 10, 64)
		switch {
		case err != nil:
			return s, usageError{fmt.Errorf("-p %s: not a process ID; --comm takes names: --comm %[1]s", decode.Quote(p))}
		case pid == 0 || pid > 1<<22: // PID_MAX_LIMIT
			return s, usageError{fmt.Errorf("-p %d: no such PID can exist", pid)}
		}
		s.PIDs = append(s.PIDs, uint32(pid))
	}
	for _, comm := range f.comms {
		if strings.ContainsAny(comm, "*?") {
			return s, usageError{fmt.Errorf("--comm %s: takes whole names, no patterns: -f 'proc.comm matches \"^...\"' does", decode.Quote(comm))}
		}
		if len(comm) > 15 { // TASK_COMM_LEN - 1: the kernel cuts there too
			comm = comm[:15]
		}
		s.Comms = append(s.Comms, comm)
	}
	var err error
	if s.Protocols, _, err = f.wanted(); err != nil {
		return s, err
	}
	inodes, names, err := f.namespaces()
	if len(names) == 0 {
		s.NetNS = inodes // otherwise implied has them
	}
	return s, err
}

// namespaces is what --netns asks for. In a recording names are those that it was made
// with: here the namespace may be gone, or be another one.
func (f *captureFlags) namespaces() (inodes []uint64, names []string, err error) {
	for _, n := range f.netns {
		if _, err := strconv.ParseUint(n, 10, 64); err != nil && f.read != "" && !strings.Contains(n, "/") {
			names = append(names, n)
			continue
		}
		inode, err := netnsInode(n)
		if err != nil {
			return nil, nil, usageError{fmt.Errorf("--netns %s: %w", n, err)}
		}
		inodes = append(inodes, inode)
	}
	return inodes, names, nil
}

// implied is the expression that --protocol and --netns leave to the filter.
func (f *captureFlags) implied() (string, error) {
	_, expr, err := f.wanted()
	if err != nil {
		return "", err
	}
	inodes, names, err := f.namespaces()
	if err != nil || len(names) == 0 {
		return expr, err
	}
	var either []string
	for _, n := range names {
		either = append(either, "netns_name == "+strconv.Quote(n))
	}
	for _, n := range inodes {
		either = append(either, "netns == "+strconv.FormatUint(n, 10))
	}
	inside := "(" + strings.Join(either, " or ") + ")"
	if expr == "" {
		return inside, nil
	}
	return "(" + expr + ") and " + inside, nil
}

// wanted is what --protocol asks for: see there.
func (f *captureFlags) wanted() ([]uint16, string, error) {
	if len(f.protocols) == 0 {
		return nil, "", nil
	}
	protocols, expr, err := wanted(f.protocols, f.specs.tables())
	if err != nil {
		return nil, "", usageError{fmt.Errorf("--protocol: %w", err)}
	}
	return protocols, expr, nil
}

// compile compiles -f and what the other flags leave to it; nil without either.
func (f *captureFlags) compile() (*filter.Filter, error) {
	if implied, err := f.implied(); err != nil || f.expr == "" && implied == "" {
		return nil, err
	}
	x, err := f.compileFilter(f.expr)
	if err != nil {
		return nil, usageError{fmt.Errorf("-f: %w", err)}
	}
	return x, nil
}

// compileFilter refuses names that no family knows.
func (f *captureFlags) compileFilter(expr string) (*filter.Filter, error) {
	known := filter.Known(f.specs.tables())
	implied, err := f.implied()
	switch {
	case err != nil:
		return nil, err
	case expr == "":
		expr = implied
	case implied != "":
		// Mistakes are told of what the user wrote.
		if _, err := known.Compile(expr); err != nil {
			return nil, err
		}
		expr = "(" + expr + ") and " + implied
	}
	return known.Compile(expr)
}

// netnsInode resolves a network namespace: an inode number as outputs print
// it, a path, or a name below /run/netns (ip-netns(8)).
func netnsInode(s string) (uint64, error) {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		return n, nil
	}
	path := s
	if !strings.Contains(s, "/") {
		path = filepath.Join("/run/netns", s)
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, fmt.Errorf("find network namespace %s: %w", path, err)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(path, &fs); err != nil {
		return 0, fmt.Errorf("look at %s: %w", path, err)
	}
	if fs.Type != unix.NSFS_MAGIC {
		return 0, fmt.Errorf("%s is no namespace", path)
	}
	return st.Ino, nil
}

// stdoutWidth is how many columns the terminal has that standard output is; 0: it is none.
func stdoutWidth() int {
	if size, err := unix.IoctlGetWinsize(int(os.Stdout.Fd()), unix.TIOCGWINSZ); err == nil {
		return int(size.Col)
	}
	return 0
}

// stdoutIsTerminal decides about colour and about refusing binary output.
func stdoutIsTerminal() bool {
	_, err := unix.IoctlGetTermios(int(os.Stdout.Fd()), unix.TCGETS)
	return err == nil
}
