// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// routeChanges is a source of requests that change a route, and their answers.
type routeChanges struct{ n int }

func (s *routeChanges) Run(_ context.Context, emit func(*capture.Frame) error) error {
	ip := capture.Proc{PID: 4711, Comm: "ip", Name: "ip"}
	origin := func(dir capture.Dir) *capture.Origin {
		return &capture.Origin{Source: capture.SourceFentry, Dir: dir, Sees: s.Info().Sees, NetNS: 4026531840, Proc: ip, SrcPort: 4711 * uint32(dir%2), Socket: capture.Socket{PortID: 4711, Inode: 5, Owner: ip}}
	}
	asks, answers := origin(capture.DirRequest), origin(capture.DirReply)
	at, id := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), uint64(0)
	hand := func(o *capture.Origin, data []byte) error {
		id++
		at = at.Add(20 * time.Microsecond)
		return emit(&capture.Frame{Origin: o, ID: id, Time: at, Data: data, OrigLen: len(data)})
	}
	for i := range s.n / 2 {
		typ := uint16(24 + i%2) // RTM_NEWROUTE, RTM_DELROUTE
		route := []byte{2, 32, 0, 0, 7, 3, 0, 7, 0, 0, 0, 0}
		req := nltest.Message(typ, 0x605, uint32(i+1), 0, route, nltest.Attr(1, []byte{10, byte(i >> 17), byte(i >> 9), byte(i >> 1)}))
		if err := hand(asks, req); err != nil {
			return err
		}
		if err := hand(answers, nltest.Message(2, 0x100, uint32(i+1), 4711, make([]byte, 4), req[:16])); err != nil {
			return err
		}
	}
	return nil
}
func (s *routeChanges) Stats() capture.Stats { return capture.Stats{} }
func (s *routeChanges) Close() error         { return nil }
func (s *routeChanges) Info() capture.Info {
	return capture.Info{Name: capture.SourceFentry, Sees: capture.Describe(capture.SourceFentry).Always()}
}

// keeping is a model that has captured so many messages and keeps them, in memory.
func keeping(b *testing.B, n int) *Model {
	b.Helper()
	o := Options{History: spool.Options{Bytes: spool.All, Memory: 1 << 30}, Compile: filter.Compile}
	m, err := New(o, pipeline.Options{Source: &routeChanges{n}, Decoder: decode.New(families.All(), decode.Options{})})
	if err != nil {
		b.Fatal(err)
	}
	if err := m.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = m.Close() })
	return m
}

// What a filter that is typed costs of each of a million kept messages, until all of them
// have been looked at, and how long it takes for the first screen to stand.
func BenchmarkFilterKept(b *testing.B) {
	const kept = 1_000_000
	m := keeping(b, kept)
	ask := Ask{Messages: &Messages{Count: 60, Last: true}, Looking: true}
	for _, f := range []struct {
		name, expr string
		passes     uint64
	}{
		{"process", `proc.comm == "ip"`, kept},
		{"type", `type == "RTM_NEWROUTE"`, kept / 4},
		{"attribute", `attr("RTA_DST") == "10.0.0.7"`, 4},
	} {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			took := nltest.CPU(b)
			var first time.Duration
			for b.Loop() {
				at := time.Now()
				if err := m.SetFilter(f.expr); err != nil {
					b.Fatal(err)
				}
				m.Snapshot(ask)
				first += time.Since(at)
				s := m.Snapshot(Ask{})
				for ; s.Filtering != nil; s = m.Snapshot(Ask{}) {
					time.Sleep(10 * time.Millisecond)
				}
				if n := s.Table.Total.Messages(); n != f.passes {
					b.Fatalf("%d messages pass, not %d", n, f.passes)
				}
				if err := m.SetFilter(""); err != nil {
					b.Fatal(err)
				}
			}
			took()
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/kept, "ns/message")
			b.ReportMetric(float64(first.Microseconds())/1000/float64(b.N), "ms-to-first-screen")
		})
	}
}

// What the page of messages and that of exchanges take from a million kept messages, at
// the end and anywhere else: what a key waits for that goes there.
func BenchmarkWindow(b *testing.B) {
	m := keeping(b, 1_000_000)
	s := m.Snapshot(Ask{})
	at := int64(0)
	step := func(total int64) int64 { at = (at + total*618/1000) % total; return at }
	for _, w := range []struct {
		name string
		ask  func() Ask
	}{
		{"messages/last", func() Ask { return Ask{Messages: &Messages{Count: 60, Last: true}} }},
		{"messages/anywhere", func() Ask { return Ask{Messages: &Messages{First: step(1_000_000), Count: 60}} }},
		{"exchanges/last", func() Ask { return Ask{Exchanges: &Exchanges{Count: 60, Last: true}} }},
		{"exchanges/anywhere", func() Ask { return Ask{Exchanges: &Exchanges{First: step(500_000), Count: 60}} }},
	} {
		b.Run(w.name, func(b *testing.B) {
			b.ReportAllocs()
			m.Fill(s, w.ask()) // the index is looked through once
			took := nltest.CPU(b)
			for b.Loop() {
				s.Asked = Ask{}
				m.Fill(s, w.ask())
				if len(s.Messages.List)+len(s.Ended.List) < 60 {
					b.Fatal("nothing is there")
				}
			}
			took()
		})
	}
}
