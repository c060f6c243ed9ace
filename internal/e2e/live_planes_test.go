// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/probe"
)

// counters is the other plane of a source whose frames somebody else takes.
type counters struct{ *probe.Source }

func (counters) Run(ctx context.Context, _ func(*capture.Frame) error) error {
	<-ctx.Done()
	return nil
}

// plane is a pipeline that runs until stop.
type plane struct {
	table *aggregate.Table
	stop  func()
}

func startPlane(t *testing.T, src capture.Source, counted bool, sinks ...pipeline.Sink) plane {
	t.Helper()
	table := aggregate.New(aggregate.Options{CountOnly: true, MaxCells: 1 << 17})
	p, err := pipeline.New(pipeline.Options{
		Source: src, Decoder: decode.New(families.All(), decode.Options{}), Table: table, Counted: counted, Families: pipeline.KernelFamilies,
		Sinks: sinks,
	})
	if err != nil {
		t.Fatal(err)
	}
	if fs, err := pipeline.KernelFamilies(); err == nil {
		p.Learn(fs)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	return plane{table, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}}
}

// planeKey is what both planes tell apart. A uevent of udev names its action
// anywhere in its text, and only user space looks for it; what a send from user
// to user was about, only the kernel's counters remember until it returns.
type planeKey struct {
	aggregate.Process
	aggregate.Socket
	family, name string
}

func (p plane) rows() map[planeKey]aggregate.Counters {
	rows := map[planeKey]aggregate.Counters{}
	snap := p.table.Snapshot(time.Time{})
	for i := range snap.Cells {
		c := &snap.Cells[i]
		k := planeKey{c.Process, c.Socket, c.FamilyLabel(), c.Type.Label()}
		if k.Protocol == unix.NETLINK_KOBJECT_UEVENT || k.Protocol == unix.NETLINK_USERSOCK {
			k.name = ""
		}
		sum := rows[k]
		sum.Add(&c.Counters)
		rows[k] = sum
	}
	return rows
}

// What the kernel counts is what one gets by looking at every message: row by
// row, for every program of the workload, losses and errors included.
func TestPlanes(t *testing.T) {
	needVM(t)
	needTool(t, "ip")
	for _, source := range []string{capture.SourceFentry, capture.SourceKprobe} {
		t.Run(source, func(t *testing.T) {
			// A preemptible kernel may skip a program (hook recursion), which may leave
			// nothing to compare with.
			for end := lastMoment(t); !comparePlanes(t, source); {
				if time.Now().After(end) {
					t.Fatal("the planes differed every time")
				}
			}
		})
	}
}

// comparePlanes runs the workload; false: they differ, and something was lost.
func comparePlanes(t *testing.T, source string) bool {
	t.Helper()
	a := newAsker(t)
	src, err := probe.Open(source, capture.Filter{}, probe.Options{Counts: true, RingBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var received heard
	messages, counted := startPlane(t, src, false, &received), startPlane(t, counters{src}, true)
	workload(t)
	probes, failures := a.ask()
	messages.stop() // detaches
	counted.stop()
	rows := messages.rows()
	differ := append(samePlanes(t, rows, counted.rows()), sameCauses(messages, counted, received.Caused)...)
	if received.Deliveries < 100 || received.Lost < 20 || received.Nobufs < 2 {
		t.Errorf("a workload that tells little of causes: %+v", received)
	}
	var total aggregate.Counters
	for _, c := range rows {
		total.Add(&c)
	}
	if total.Probes < probes || total.Failures() < failures {
		differ = append(differ, fmt.Sprintf("%d probes and %d failures, the asker alone has %d and %d", total.Probes, total.Failures(), probes, failures))
	}
	if lost := src.Stats(); len(differ) > 0 && (lost.LostTotal() > 0 || lost.LostReports > 0) {
		t.Logf("nothing to compare with, %d differences: %+v", len(differ), lost)
		return false
	}
	for _, d := range differ[:min(len(differ), 20)] {
		t.Error(d)
	}
	return true
}

// samePlanes says what differs.
func samePlanes(t *testing.T, messages, counted map[planeKey]aggregate.Counters) (differ []string) {
	t.Helper()
	var total, times aggregate.Counters
	wrong := func(k planeKey, format string, args ...any) {
		differ = append(differ, fmt.Sprintf("%+v: %s", k, fmt.Sprintf(format, args...)))
	}
	exact := func(c aggregate.Counters) aggregate.Counters {
		c.Latency, c.Kernel = aggregate.Latency{}, aggregate.Latency{}
		return c
	}
	for k, m := range messages {
		c, ok := counted[k]
		if !ok || exact(m) != exact(c) {
			wrong(k, "\n messages %+v\n counted  %+v", m, c)
		}
		total.Add(&m)
		times.Add(&c)
		if m.Kernel != c.Kernel {
			wrong(k, "kernel time %+v, counted %+v", m.Kernel, c.Kernel)
		}
	}
	for k, c := range counted {
		if _, ok := messages[k]; !ok {
			wrong(k, "only counted: %+v", c)
		}
	}
	if total.Messages() < 1000 || total.Errors < 5 || total.Drops < 20 || total.NobufsRead < 3 {
		t.Errorf("a workload that tells little: %+v", total)
	}
	t.Logf("%d rows, %d messages, %d errors, %d drops, kernel %v; latency by message %d, %v, counted %d, %v", len(messages),
		total.Messages(), total.Errors, total.Drops, total.Kernel.Sum, total.Latency.Count, total.Latency.Sum, times.Latency.Count, times.Latency.Sum)
	// Messages have their latencies one by one, counted datagrams only once. Those of
	// messages are differences of times of day, which the kernel corrects all the time.
	if m, c := total.Latency, times.Latency; c.Count > m.Count || 100*c.Count < 95*m.Count || c.Sum > m.Sum+m.Sum/1000 || 100*c.Sum < 95*m.Sum {
		differ = append(differ, fmt.Sprintf("latency %+v, counted %+v", m, c))
	}
	return differ
}
