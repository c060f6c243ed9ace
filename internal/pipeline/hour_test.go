// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/nltest"
)

// traffic makes messages at 10,000 a second of frame time, as a machine does
// on which processes come and go: requests that are answered, or not, or lost,
// changes that several listeners hear of or lose, dumps, used port IDs.
type traffic struct {
	messages int
	mark     func(quarter int)
	rng      *rand.Rand
	now      time.Time
	id, cast uint64
	drops    [64]uint32
}

func (s *traffic) Stats() capture.Stats { return capture.Stats{} }
func (s *traffic) Info() capture.Info   { return capture.Info{Name: capture.SourceFentry} }
func (s *traffic) Close() error         { return nil }

func (s *traffic) frame(f capture.Frame, typ, flags uint16, seq, port uint32, size int) *capture.Frame {
	s.id++
	s.now = s.now.Add(100 * time.Microsecond)
	f.Change(func(o *capture.Origin) {
		o.Source, o.Sees, o.NetNS = capture.SourceFentry, capture.Describe(capture.SourceFentry).Sees, 4026531840
	})
	f.ID = s.id
	f.Time = s.now
	if f.Kind == capture.KindDatagram {
		b := nltest.Message(typ, flags, seq, port, make([]byte, size))
		f.Data, f.OrigLen = b, len(b)
	}
	f.Change(func(o *capture.Origin) { o.Socket.RcvBuf = 212992 })
	return &f
}

func (s *traffic) Run(_ context.Context, emit func(*capture.Frame) error) error {
	send := func(f *capture.Frame) error { return emit(f) }
	for n, quarter := 0, 0; n < s.messages; {
		pid := uint32(1000 + n/50) // a process has fifty messages
		port := uint32(1 + s.rng.IntN(3000))
		inode := uint64(n / 25)
		proc := capture.Proc{PID: pid, TID: pid, Comm: fmt.Sprint("p", pid%700)}
		sock := capture.Socket{PortID: port, Inode: inode, Owner: proc}
		seq := s.rng.Uint32N(1 << 20)
		req := s.frame(capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Proc: proc, Socket: sock, SrcPort: port,
			},
		}, uint16(16+s.rng.IntN(100)), 5, seq, 0, 16)
		if err := send(req); err != nil {
			return err
		}
		s.cast++
		for i := range s.rng.IntN(4) {
			l := capture.Proc{PID: uint32(10 + i), Comm: fmt.Sprint("listener", i)}
			f := s.frame(capture.Frame{
				Origin: &capture.Origin{
					Dir: capture.DirEvent, Proc: proc, Group: 1,
					Socket: capture.Socket{PortID: uint32(10 + i), Inode: uint64(i) + 1<<40, Owner: l},
				},
				Cast: s.cast, Cause: req.ID, TrueSize: 900,
			}, 16, 0, seq, port, 400)
			if s.rng.IntN(50) == 0 {
				s.drops[i]++
				f.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictOverrun })
			}
			f.Queue.Drops = s.drops[i]
			if err := send(f); err != nil {
				return err
			}
			n++
		}
		if s.rng.IntN(20) > 0 {
			if err := send(s.frame(capture.Frame{Origin: &capture.Origin{Dir: capture.DirReply, Proc: proc, Socket: sock, DstPort: port}}, 2, 0, seq, port, 20)); err != nil {
				return err
			}
			n++
		}
		if s.rng.IntN(20) > 0 {
			c := s.frame(capture.Frame{
				Origin: &capture.Origin{
					Kind: capture.KindCompletion, Proc: proc, Socket: sock,
				},
				Of: req.ID, Elapsed: time.Duration(s.rng.IntN(1e6)),
			}, 0, 0, 0, 0, 0)
			if err := send(c); err != nil {
				return err
			}
		}
		if n++; n > (quarter+1)*s.messages/4 {
			quarter++
			s.mark(quarter)
		}
	}
	return nil
}

// TestHour replays an hour of 10,000 messages a second: memory is flat and no
// goroutine is left. Without NLTOP_SOAK=1 (make soak) it is two minutes' worth.
func TestHour(t *testing.T) {
	messages := 1_200_000
	if os.Getenv("NLTOP_SOAK") == "1" {
		messages = 36_000_000
	}
	var heap []uint64
	log := incident.New()
	src := &traffic{
		messages: messages, rng: rand.New(rand.NewPCG(1, 2)), now: time.Unix(1e9, 0),
		mark: func(int) {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = append(heap, m.HeapAlloc)
		},
	}
	ends := 0
	table := aggregate.New(aggregate.Options{})
	p, err := New(Options{
		Source: src, Decoder: decode.New(families.All(), decode.Options{}), Table: table, Ends: true, Incidents: log,
		Sinks: []Sink{sinkFunc(func(o *correlate.Observation) error {
			if o.End == correlate.EndExchange {
				ends++
			}
			return nil
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	begin := time.Now()
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d messages in %v, heap by quarter %d MiB", messages, time.Since(begin).Round(time.Millisecond), mib(heap))
	if len(heap) < 3 {
		t.Fatalf("%d quarters", len(heap))
	}
	if first, last := heap[0], heap[len(heap)-1]; last > first+first/5+(8<<20) {
		t.Errorf("the heap grows from %d to %d MiB", first>>20, last>>20)
	}
	// One that has nothing left to do may still have to come to its end.
	for end, bounded := t.Deadline(); runtime.NumGoroutine() > before; runtime.Gosched() {
		if bounded && time.Until(end) < 5*time.Second {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
	if ends < messages/8 {
		t.Errorf("%d exchanges have ended", ends)
	}
	open := 0
	p.Look(func(s State) { open = len(s.Open(time.Time{})) })
	if n := open; n != 0 {
		t.Errorf("%d requests are open at the end of the input", n)
	}
}

func mib(bytes []uint64) (out []uint64) {
	for _, b := range bytes {
		out = append(out, b>>20)
	}
	return out
}

type sinkFunc func(o *correlate.Observation) error

func (f sinkFunc) Observe(o *correlate.Observation) error { return f(o) }
