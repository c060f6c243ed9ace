// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nltest"
)

// sink is a terminal of which nobody sees anything.
type sink struct {
	w, h  int
	wrote int
	ended chan struct{}
}

func (s *sink) Start() error        { return nil }
func (s *sink) Stop() error         { return nil }
func (s *sink) Drain() error        { close(s.ended); return nil }
func (s *sink) NotifyResize(func()) {}
func (s *sink) Close() error        { return nil }
func (s *sink) Write(b []byte) (int, error) {
	s.wrote += len(b)
	return len(b), nil
}
func (s *sink) Read([]byte) (int, error) { <-s.ended; return 0, io.EOF }
func (s *sink) WindowSize() (tcell.WindowSize, error) {
	return tcell.WindowSize{Width: s.w, Height: s.h}, nil
}

// drawnOn is the view on a screen as it is on a terminal, to which tcell writes, and what it
// writes to.
func drawnOn(b *testing.B, m Model, o Options, w, height int) (*app, *sink) {
	b.Helper()
	ti, err := tcell.LookupTerminfo(fallbackTerm)
	if err != nil {
		b.Fatal(err)
	}
	tty := &sink{w: w, h: height, ended: make(chan struct{})}
	screen, err := tcell.NewTerminfoScreenFromTtyTerminfo(tty, ti)
	if err == nil {
		err = screen.Init()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(screen.Fini)
	o.Interval, o.Theme = defaultInterval, ThemeDark
	return newApp(screen, m, o), tty
}

// What a frame takes of every page of the built-in recording, full: all of it drawn anew, as
// behind the key that opens it, and as the clock does it, with a new snapshot, of which
// little differs.
func BenchmarkPage(b *testing.B) {
	m, dec := demoModel(b)
	for _, size := range [][2]int{{120, 40}, {200, 60}} {
		for _, p := range shownPages {
			a, tty := drawnOn(b, m, Options{GroupName: dec.GroupName}, size[0], size[1])
			h := &harness{app: a, t: b}
			now := m.Snapshot(live.Ask{}).Table.Time
			h.refresh(now)
			h.draw()
			h.press(p.keys...)
			h.settle()
			measure := func(name string, frame func()) {
				b.Run(fmt.Sprintf("%s/%dx%d/%s", p.name, size[0], size[1], name), func(b *testing.B) {
					b.ReportAllocs()
					before, took := tty.wrote, nltest.CPU(b)
					for b.Loop() {
						frame()
					}
					took()
					b.ReportMetric(float64(tty.wrote-before)/float64(b.N), "written/op")
				})
			}
			measure("whole", func() { h.redraw(); h.draw() })
			measure("tick", func() { h.refresh(now); h.draw() })
		}
	}
}

// manyRows is a home of so many processes with as many names as there are hundreds, which
// is more than a table holds (aggregate.Options).
func manyRows(b *testing.B, n int) *harness {
	h := newHarness(b, 120, 40, Options{})
	h.src.table = aggregate.New(aggregate.Options{MaxCells: n, MaxCauses: 1})
	for i := range n {
		p := capture.Proc{PID: uint32(i + 1), Comm: fmt.Sprintf("worker%d", i/100), Identity: capture.Identity{Exe: "/usr/bin/worker"}}
		f := &capture.Frame{
			Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, SrcPort: p.PID, Socket: capture.Socket{PortID: p.PID, Owner: p}},
			ID:     uint64(i + 1), Time: h.src.now.Add(time.Duration(i%1000) * time.Microsecond), Data: nltest.Message(16, 5, uint32(i), 0, make([]byte, 16)),
		}
		var ms []decode.Message
		for _, x := range h.src.tracker.Frame(f, h.src.decoder.Frame(f, ms), nil) {
			h.src.table.Observe(x)
		}
	}
	return h
}

// What home takes of a snapshot with as many processes as a table holds, and with 100,000:
// making and sorting its rows, folded and not, by trouble and by another column, and a
// drawing.
func BenchmarkRows(b *testing.B) {
	for _, n := range []int{16_384, 100_000} {
		h := manyRows(b, n)
		h.src.now = h.src.now.Add(time.Second)
		h.tick()
		measure := func(name string, f func()) {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				took := nltest.CPU(b)
				for b.Loop() {
					f()
				}
				took()
				b.ReportMetric(float64(len(h.tree.rows)), "rows")
			})
		}
		for _, name := range []string{"folded", "unfolded"} {
			build := func() {
				h.now = h.now.Add(calmFor) // rows may move
				h.tree.build()
			}
			measure(name+"/by trouble", build)
			h.press("s")
			measure(name+"/by a column", build)
			h.press("S")
			measure(name+"/draw", func() { h.press("Down") })
			h.press("e")
		}
	}
}
