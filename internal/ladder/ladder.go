// SPDX-License-Identifier: Apache-2.0

// Package ladder knows the sources, best first, and climbs down until one
// works. It explains every rung that it leaves; it captures nothing itself.
package ladder

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/listen"
	"github.com/nltop/nltop/internal/nlmon"
	"github.com/nltop/nltop/internal/probe"
)

// Auto is the --source value that climbs down the whole ladder.
const Auto = "auto"

// Options are passed to the source that works.
type Options struct {
	Snap        int // bytes of a datagram to keep; 0: all
	RingBytes   int // size of the kernel's ring; 0: the source's default
	ExcludeSelf bool
	Locks       bool          // watch rtnl_mutex, where the source can
	Times       bool          // what requests spend their time on; it takes Locks
	Counts      bool          // count in the kernel, where the source can
	Watch       capture.Watch // what it emits from the beginning on, then
	NoReads     bool          // nobody asks how sockets are read
	Unheard     bool          // emit events that nobody listens to, where the source can
	// UnheardAlone: of those the ones alone that no request caused.
	UnheardAlone bool
	Causes       bool // refuses sources that do not see who caused an event
	// NeedProc refuses sources that do not see processes (trace -- CMD).
	NeedProc bool
	// NeedRequests refuses sources that do not see what processes ask (stat --dumps).
	NeedRequests bool
	Log          func(string)
	// Trying is called with each source before it is opened, Leaving with each that could
	// not be; nil: neither is.
	Trying  func(name string)
	Leaving func(Left)
}

// Rung is one source of the ladder.
type Rung struct {
	capture.Described
	check func() error
	open  func(capture.Filter, Options) (capture.Source, error)
}

// Check says why the rung cannot work here; nil: it can. It leaves nothing
// behind.
func (r Rung) Check() error { return r.check() }

// Rungs returns the ladder, best source first: how each of capture.Sources is checked
// and opened.
func Rungs() []Rung {
	ways := map[string]Rung{
		capture.SourceFentry:  probeRung(capture.SourceFentry),
		capture.SourceKprobe:  probeRung(capture.SourceKprobe),
		capture.SourceSyscall: probeRung(capture.SourceSyscall),
		capture.SourceNlmon: {check: nlmon.Available, open: func(f capture.Filter, o Options) (capture.Source, error) {
			return nlmon.Open(f, nlmon.Options{Snap: o.Snap})
		}},
		capture.SourceListen: {check: func() error { return nil }, open: func(f capture.Filter, o Options) (capture.Source, error) {
			return listen.Open(f, listen.Options{Snap: o.Snap})
		}},
	}
	var rungs []Rung
	for _, d := range capture.Sources() {
		r := ways[d.Name]
		r.Described = d
		rungs = append(rungs, r)
	}
	return rungs
}

func probeRung(name string) Rung {
	return Rung{
		check: func() error { return probe.Check(name) },
		open: func(f capture.Filter, o Options) (capture.Source, error) {
			return probe.Open(name, f, probe.Options{
				Snap: o.Snap, RingBytes: o.RingBytes, ExcludeSelf: o.ExcludeSelf, Locks: o.Locks, Times: o.Times,
				Counts: o.Counts, Watch: o.Watch, NoReads: o.NoReads, Unheard: o.Unheard, UnheardAlone: o.UnheardAlone, Log: o.Log,
			})
		},
	}
}

// Left is a rung that did not work, and why.
type Left struct {
	Name string
	Err  error
}

// Reason is why the rung was left, in a line: without what the error says in
// its last parentheses, which nltop doctor shows.
func (l Left) Reason() string {
	text := strings.TrimPrefix(l.Err.Error(), "open "+l.Name+": ")
	if !strings.HasSuffix(text, ")") {
		return text
	}
	for i, depth := len(text)-1, 0; i > 0; i-- {
		switch text[i] {
		case ')':
			depth++
		case '(':
			depth--
		}
		if depth == 0 {
			return strings.TrimRight(text[:i], " ")
		}
	}
	return text
}

// Open opens the source called name, or for Auto the first that works. The
// rungs that were tried and left come back also on success.
func Open(name string, f capture.Filter, o Options) (capture.Source, []Left, error) {
	return open(Rungs(), name, f, o)
}

// refuse says what a source can never see of what is asked of it; nil: nothing.
func (o *Options) refuse(d capture.Described, netns []uint64) error {
	switch {
	case len(netns) > 0 && !d.Sees.Has(capture.SeesAllNetNS) && !slices.Contains(netns, homeNetNS()):
		return fmt.Errorf("sees the network namespace that nltop runs in alone: %s (--netns, or -f) takes %s, or ip netns exec",
			capture.ScopeOf(netns), capture.SourcesThat(capture.SeesAllNetNS))
	case o.NeedProc && !d.Sees.Has(capture.SeesProcesses):
		return errors.New("does not see processes, so it cannot follow a command")
	case o.NeedRequests && !d.Sees.Has(capture.SeesRequests):
		return errors.New("does not see what processes ask (--dumps)")
	case o.Times && !d.Sees.Has(capture.SeesTimes):
		return fmt.Errorf("does not see what requests spend their time on (--times): it takes %s", capture.SourcesThat(capture.SeesTimes))
	case o.Locks && !d.Sees.Has(capture.SeesLocks):
		return fmt.Errorf("does not see rtnl_mutex (--rtnl): it takes %s", capture.SourcesThat(capture.SeesLocks))
	case o.Causes && !d.Sees.Has(capture.SeesCauses):
		return fmt.Errorf("does not see who caused an event (--by cause): it takes %s", capture.SourcesThat(capture.SeesCauses))
	}
	return nil
}

// homeNetNS is the inode of the network namespace that nltop runs in; 0: unknown.
func homeNetNS() uint64 {
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/net", &st) != nil {
		return 0
	}
	return st.Ino
}

func open(rungs []Rung, name string, f capture.Filter, o Options) (capture.Source, []Left, error) {
	var left []Left
	var names []string
	leave := func(l Left) {
		if left = append(left, l); o.Leaving != nil {
			o.Leaving(l)
		}
	}
	for _, r := range rungs {
		names = append(names, r.Name)
		if name != Auto && name != r.Name {
			continue
		}
		if err := o.refuse(r.Described, f.NetNS); err != nil {
			leave(Left{r.Name, err})
			continue
		}
		if o.Trying != nil {
			o.Trying(r.Name)
		}
		src, err := r.open(f, o)
		if err == nil {
			return src, left, nil
		}
		leave(Left{r.Name, err})
	}
	if left == nil {
		return nil, nil, fmt.Errorf("unknown source %q (one of %s, %s)", name, Auto, strings.Join(names, ", "))
	}
	return nil, left, &NoSourceError{left}
}

// NoSourceError lists every rung that was tried in vain.
type NoSourceError struct{ Left []Left }

func (e *NoSourceError) Error() string {
	if len(e.Left) == 1 {
		return fmt.Sprintf("source %s: %v", e.Left[0].Name, e.Left[0].Err)
	}
	var b strings.Builder
	b.WriteString("no capture source works here:")
	for _, l := range e.Left {
		fmt.Fprintf(&b, "\n  %s: %v", l.Name, l.Err)
	}
	return b.String()
}
