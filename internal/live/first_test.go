// SPDX-License-Identifier: Apache-2.0

package live

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
)

// endless is a recording of so many bytes, which exists where it is read: a part with a
// section header and frames, over and over.
type endless struct {
	part []byte
	size int64
	at   int64
	most atomic.Int64 // how far it was read
}

func newEndless(t testing.TB, size int64) *endless {
	t.Helper()
	var part bytes.Buffer
	w, err := pcapng.NewWriter(&part, pcapng.Options{Info: capture.Info{Name: capture.SourceFentry, Sees: capture.Describe(capture.SourceFentry).Always()}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4000 { // answers to nobody: of those nothing is kept but what this is about
		p := capture.Proc{PID: uint32(i%50 + 1), Comm: "ip", Name: "ip"}
		o := &capture.Origin{Source: capture.SourceFentry, Dir: capture.DirReply, Proc: p, Socket: capture.Socket{PortID: p.PID, Owner: p}}
		data := nltest.Message(24, 2, uint32(i), p.PID, make([]byte, 12), nltest.Attr(1, make([]byte, 400)))
		if err := w.WriteFrame(&capture.Frame{Origin: o, ID: uint64(i + 1), Time: time.Unix(int64(i), 0), Data: data, OrigLen: len(data)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	n := int64(part.Len())
	return &endless{part: part.Bytes(), size: (size + n - 1) / n * n}
}

func (e *endless) ReadAt(b []byte, off int64) (n int, err error) {
	for n < len(b) && off < e.size {
		c := copy(b[n:], e.part[off%int64(len(e.part)):])
		n, off = n+c, off+int64(c)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (e *endless) Read(b []byte) (int, error) {
	n, err := e.ReadAt(b[:min(int64(len(b)), max(e.size-e.at, 0))], e.at)
	if n == 0 {
		return 0, io.EOF
	}
	if e.at += int64(n); e.at > e.most.Load() {
		e.most.Store(e.at)
	}
	return n, err
}

func (e *endless) Seek(off int64, whence int) (int64, error) {
	if whence == io.SeekCurrent {
		off += e.at
	}
	e.at = off
	return off, nil
}

func modelOf(t testing.TB, e *endless, screen bool) *Model {
	t.Helper()
	r, err := pcapng.NewReader(e)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Options{Replay: &Replay{Size: e.size}, Screen: screen}, pipeline.Options{
		Source: r, Decoder: decode.New(families.All(), decode.Options{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The first look at a long recording comes when at most 16 MiB of it were read, and has
// messages; then all is read.
func TestFirstPart(t *testing.T) {
	e := newEndless(t, 20<<20)
	m := modelOf(t, e, true)
	done := make(chan error, 1)
	go func() { done <- m.Run(context.Background()) }()
	<-m.Ready()
	if n := e.most.Load(); n > 16<<20 || n < firstBytes {
		t.Errorf("%d bytes were read before the first look", n)
	}
	s := m.Snapshot(Ask{Messages: &Messages{Count: 50, Last: true}})
	if s.Replay.Ended || s.Replay.Pos < firstBytes/2 || s.Replay.Pos >= s.Replay.Size || s.Messages.Total == 0 || len(s.Messages.List) != 50 {
		t.Errorf("%+v, %d of %d messages", s.Replay, len(s.Messages.List), s.Messages.Total)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if s := m.Snapshot(Ask{}); !s.Replay.Ended || e.most.Load() != e.size {
		t.Errorf("%+v, %d of %d bytes", s.Replay, e.most.Load(), e.size)
	}
	// Who leaves before looking is not held up, and a short one does not wait.
	m = modelOf(t, newEndless(t, 20<<20), true)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { done <- m.Run(ctx) }()
	<-m.Ready()
	cancel()
	<-done
	m = modelOf(t, newEndless(t, 1), true)
	if err := m.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	<-m.Ready()
}

// What a recording takes of memory, its index included, hardly grows with it, and every
// message of it is reached.
func TestLongRecording(t *testing.T) {
	held := func(size int64) (bytes, messages int64) {
		m := modelOf(t, newEndless(t, size), false)
		if err := m.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		s := m.Snapshot(Ask{Messages: &Messages{First: 0, Count: 20}})
		if s.Messages.Total != int64(s.Table.Total.Messages()) || len(s.Messages.List) != 20 || s.Held.Bytes != 0 {
			t.Errorf("%d of %d messages, held %+v", s.Messages.Total, s.Table.Total.Messages(), s.Held)
		}
		m.history.forget()
		runtime.GC()
		runtime.GC() // what was pooled
		var st runtime.MemStats
		runtime.ReadMemStats(&st)
		runtime.KeepAlive(m)
		return int64(st.HeapAlloc), s.Messages.Total
	}
	small, few := held(8 << 20)
	large, many := held(40 << 20)
	if many < 4*few {
		t.Errorf("%d and %d messages", few, many)
	}
	// 256 MiB for 10 GiB would be one byte in 40.
	if grown := large - small; grown > (32<<20)/60 {
		t.Errorf("32 MiB more take %d bytes more", grown)
	}
}

// All of memory that is in use while a recording is read and looked at is at most 256 MiB;
// with NLTOP_SOAK=1 (make soak) it has 10 GiB, else 64 MiB.
func TestHugeRecording(t *testing.T) {
	size := int64(512 << 20)
	if os.Getenv("NLTOP_SOAK") == "1" {
		size = 10 << 30
	}
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as nltop has them for files
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(160 << 20))
	m := modelOf(t, newEndless(t, size), false)
	done := make(chan error, 1)
	go func() { done <- m.Run(context.Background()) }()
	most, looks := uint64(0), 0
	for ended := false; !ended; looks++ {
		select {
		case err := <-done:
			if ended = true; err != nil {
				t.Fatal(err)
			}
		case <-time.After(100 * time.Millisecond):
		}
		s := m.Snapshot(Ask{Messages: &Messages{First: int64(looks) * 1000, Count: 100}})
		if int64(s.Table.Total.Messages()) < s.Messages.Total {
			t.Fatalf("%d of %d messages", s.Messages.Total, s.Table.Total.Messages())
		}
		var st runtime.MemStats
		runtime.ReadMemStats(&st)
		most = max(most, st.Sys-st.HeapReleased)
	}
	if most > 256<<20 {
		t.Errorf("%d MiB were in use", most>>20)
	}
	t.Logf("%d MiB at most, %d looks", most>>20, looks)
}
