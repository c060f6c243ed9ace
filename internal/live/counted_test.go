// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pipeline"
)

// behind is a source whose counters are read while more messages come: it emits two, which
// it counts, then three more, and counts no more.
type behind struct {
	waiting
	asked chan struct{} // its counters are being read
	more  chan struct{} // all five are there
	first bool
}

func (b *behind) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	p := capture.Proc{PID: 9, Comm: "ip"}
	for i := range uint32(5) {
		if i == 2 {
			<-b.asked
		}
		if err := emit(&capture.Frame{
			Time:   time.Unix(int64(1000+i), 0),
			Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, SrcPort: 9, Socket: capture.Socket{PortID: 9, Owner: p}},
			Data:   nltest.Message(18, 1, i, 9, make([]byte, 16)),
		}); err != nil {
			return err
		}
	}
	close(b.more)
	<-ctx.Done()
	return nil
}

func (*behind) Counting() bool            { return true }
func (*behind) Watch(capture.Watch) error { return nil }

func (b *behind) Counts(emit func(*capture.Count)) (rest capture.CountRest, err error) {
	if !b.first {
		b.first = true
		close(b.asked)
		<-b.more
		emit(&capture.Count{
			Protocol: capture.NETLINK_ROUTE, Type: 18, Request: true, Messages: 2, Bytes: 64, Last: time.Unix(1001, 0),
			Proc: capture.Proc{PID: 9, Comm: "ip"}, Socket: capture.Socket{PortID: 9},
		})
	}
	return rest, nil
}

// A snapshot has the messages that are counted in it, and no newer ones.
func TestMessagesAreCounted(t *testing.T) {
	src := &behind{asked: make(chan struct{}), more: make(chan struct{})}
	m, err := New(Options{}, pipeline.Options{Source: src, Decoder: decode.New(families.All(), decode.Options{}), Counted: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	<-src.more
	ask := Ask{Messages: &Messages{Count: 10, Last: true}, Looking: true}
	for {
		s := m.Snapshot(ask)
		n := int64(s.Table.Total.Messages())
		if s.Messages.Total != n || int64(len(s.Messages.List)) != n {
			t.Fatalf("%d messages, of which %d are there, beside %d that are counted", s.Messages.Total, len(s.Messages.List), n)
		}
		if n == 2 {
			break
		}
		if t.Context().Err() != nil {
			t.Fatal(n)
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
