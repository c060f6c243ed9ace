// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/literal"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/sockets"
)

// printer buffers lines and flushes them when nothing follows for a moment, so
// that a live trace is live and a busy one is cheap.
type printer struct {
	mu   sync.Mutex
	out  *output
	buf  *bufio.Writer
	sink pipeline.Sink
	all  *export.Parallel    // of a file as JSON; nil: sink renders each as it comes
	held *export.Ordered     // of a file, by exchange; nil likewise
	tell incidentWriter      // nil: not in this format
	lost func(uint64)        // takes how many datagrams were lost, before end; nil: nothing
	end  func() error        // writes what the format has at its end; nil: nothing
	late []incident.Incident // with all: written at the end
	lim  incident.Limits
	stop func()          // ends flushLoop; nil: none was begun
	few  *export.Changes // of --changes; nil: not asked for
}

// incidentWriter is export's Text and JSON.
type incidentWriter interface {
	Incident(in *incident.Incident, l incident.Limits) error
}

// Incident implements pipeline.IncidentSink.
func (p *printer) Incident(in *incident.Incident) error {
	switch {
	case p.tell == nil:
		return nil
	case p.all != nil:
		if !in.Open {
			p.late = append(p.late, *in)
		}
		return nil
	case p.held != nil:
		return p.held.Incident(in)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tell.Incident(in, p.lim)
}

// flushDelay is how long a line may wait in the buffer.
const flushDelay = 50 * time.Millisecond

// printer returns the sink for standard output that the flags ask for.
func (f *traceFlags) printer(ctx context.Context, dec *decode.Decoder) (*printer, error) {
	p := &printer{out: newOutput(ctx, os.Stdout)}
	p.buf = bufio.NewWriterSize(p.out, 64<<10)
	switch f.format {
	case "text":
		tty := stdoutIsTerminal()
		last, _ := pcapng.LastTime(f.read)
		text := export.NewText(p.buf, export.TextOptions{
			Verbose: f.verbose, Hex: f.hex, Attrs: f.attrs, UTC: f.utc, Date: f.date, Last: last,
			Color: tty && os.Getenv("NO_COLOR") == "",
			ASCII: tty && !utf8Locale(),
			Group: dec.GroupName, NetNS: f.ownNetNS(),
		})
		if f.changes {
			p.changes(export.NewTextChanges(text, f.read != ""), f.count)
			break
		}
		p.tell = text
		if p.sink = text; f.ends {
			p.exchanges(export.NewTextExchanges(text), f.read != "")
		}
	case "json":
		lines := export.NewJSON(p.buf, dec.GroupName)
		if f.changes {
			p.changes(export.NewJSONChanges(lines, f.read != ""), f.count)
			break
		}
		p.tell = lines
		if f.ends {
			p.exchanges(export.NewJSONExchanges(lines), f.read != "")
			return p, nil
		}
		p.sink = lines
		if f.read != "" && f.read != "-" {
			p.all = export.NewParallel(p.out, max(runtime.GOMAXPROCS(0), 2), func(w io.Writer) export.Observer {
				return export.NewJSON(w, dec.GroupName)
			})
			dec.OnLearn(p.all.Render) // the output does not depend on who is faster
		}
	case "sh":
		x := export.NewScript(p.buf)
		p.sink, p.end, p.lost = x, x.Close, x.Lost
	case "fixture":
		x := newFixture(p.buf, f.read == "")
		p.sink, p.end = x, x.end
	default:
		format, ok := literal.ParseFormat(f.format)
		if !ok {
			return nil, noFormat(f.format)
		}
		p.sink = export.NewLiteral(p.buf, format)
	}
	if f.ends && p.tell == nil {
		return nil, usageError{errors.New("--exchanges: -o text or json")}
	}
	return p, nil
}

// changes prints what changed the system, and nothing else.
func (p *printer) changes(to *export.Changes, count int) {
	to.Limit = count
	p.sink, p.end, p.few = to, to.Close, to
}

// ownNetNS is nltop's own network namespace; 0: it cannot be told, or the traffic is not
// that of this machine.
func (f *traceFlags) ownNetNS() uint64 {
	if f.read != "" {
		return 0
	}
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/net", &st) != nil {
		return 0
	}
	return st.Ino
}

// exchanges prints lines of exchanges: of a recording in the order in which they began.
func (p *printer) exchanges(to export.Observer, recording bool) {
	p.sink = to
	if recording {
		p.held = export.NewOrdered(to, func(in *incident.Incident) error { return p.tell.Incident(in, p.lim) })
		p.sink, p.end = p.held, p.held.Close
	}
}

// Observe implements pipeline.Sink.
func (p *printer) Observe(o *correlate.Observation) error {
	if p.all != nil {
		return p.all.Observe(o)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.sink.Observe(o); err != nil || p.few == nil || !p.few.Done() {
		return err
	}
	return pipeline.ErrLimit
}

// Elapse implements pipeline.Elapser.
func (p *printer) Elapse(now time.Time) error {
	e, ok := p.sink.(pipeline.Elapser)
	if p.all != nil || !ok {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.Elapse(now)
}

func (p *printer) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Flush()
}

// close writes what is left, unless writing has failed before. What flushes and warns has ended by then: it would
// write between the lines, and ask a source that is being closed.
func (p *printer) close() error {
	if p.out != nil {
		defer p.out.end()
	}
	if p.stop != nil {
		p.stop()
	}
	if p.all != nil {
		err := p.all.Close()
		for i := range p.late {
			err = distinct(err, p.tell.Incident(&p.late[i], p.lim))
		}
		return distinct(err, p.flush())
	}
	if p.end != nil {
		return distinct(p.end(), p.flush())
	}
	return p.flush()
}

// begin flushes, and warns of losses, until close or until ctx is done.
func (p *printer) begin(ctx context.Context, stats func() capture.Stats, warn io.Writer) {
	ctx, cancel := context.WithCancel(ctx)
	var loop sync.WaitGroup
	loop.Go(func() { p.flushLoop(ctx, stats, warn) })
	p.stop = func() { cancel(); loop.Wait() }
}

// flushLoop flushes until ctx is done, and warns when messages were lost since
// it looked last.
func (p *printer) flushLoop(ctx context.Context, stats func() capture.Stats, warn io.Writer) {
	tick := time.NewTicker(flushDelay)
	defer tick.Stop()
	const every = 20 // ticks between looks at the losses
	var told uint64
	for n := 1; ; n++ {
		select {
		case <-tick.C:
			_ = p.flush() // bufio keeps the error for the next write
		case <-ctx.Done():
			return
		}
		if n%every != 0 {
			continue
		}
		if lost := stats().LostTotal(); lost > told {
			fmt.Fprintf(warn, "nltop: %d datagrams lost so far, %d since the last warning\n", lost, lost-told)
			told = lost
		}
	}
}

// utf8Locale says whether the terminal's user reads UTF-8 (locale(7)).
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// limits is what the machine allows whose traffic it is.
func (s *session) limits() incident.Limits {
	if s.file != nil {
		return incident.Limits{RMemMax: s.file.Info().RMemMax}
	}
	return incident.Limits{RMemMax: sockets.CoreLimit("/proc", "rmem_max")}
}
