// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// requests is a datagram of n requests, each of 16 bytes.
func requests(n int) *capture.Frame {
	var b []byte
	for i := range n {
		b = binary.NativeEndian.AppendUint32(b, 16)
		b = binary.NativeEndian.AppendUint16(b, 18)
		b = binary.NativeEndian.AppendUint16(b, 5)
		b = binary.NativeEndian.AppendUint32(b, uint32(i))
		b = append(b, 0, 0, 0, 0)
	}
	return &capture.Frame{
		Origin: &capture.Origin{Dir: capture.DirRequest, Protocol: capture.NETLINK_ROUTE, Socket: capture.Socket{PortID: 7}},
		ID:     1, Time: time.Unix(1, 0), Data: b, OrigLen: len(b),
	}
}

// A datagram that is taken apart in pieces is one: each message once, in order, one
// exchange for each, and one frame in the recording.
func TestPieces(t *testing.T) {
	for _, n := range []int{1, atOnce - 1, atOnce, atOnce + 1, 3*atOnce + 5} {
		for _, zeros := range []int{0, 64} {
			f := requests(n)
			f.Data = append(f.Data, make([]byte, zeros)...)
			f.OrigLen = len(f.Data)
			var got collect
			p, err := New(Options{Source: made{f}, Decoder: decode.New(nil, decode.Options{}), Sinks: []Sink{&got}, Recorder: &got, Ends: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			messages, ends := 0, 0
			for i := range got.obs {
				o := &got.obs[i]
				switch {
				case o.End == correlate.EndExchange:
					ends++
					if o.Exchange.Shared != n {
						t.Fatalf("%d messages: an exchange shares its datagram with %d", n, o.Exchange.Shared)
					}
				case o.Message.Index != messages || o.Message.Header.Seq != uint32(messages):
					t.Fatalf("message %d is %+v", messages, o.Message.Header)
				default:
					messages++
				}
			}
			if messages != n || ends != n || len(got.frames) != 1 {
				t.Errorf("%d messages, %d zeros: %d seen, %d ended, %d frames recorded", n, zeros, messages, ends, len(got.frames))
			}
		}
	}
}

// damaged is a file that ends with an error.
type damaged struct{ made }

var errDamaged = errors.New("damaged")

func (d damaged) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	return errors.Join(d.made.Run(ctx, emit), errDamaged)
}

// What a damaged file left open is told like that of a whole one; behind the error of a
// sink nothing is.
func TestDamagedIsFlushed(t *testing.T) {
	var got collect
	p, err := New(Options{Source: damaged{made{requests(3)}}, Decoder: decode.New(nil, decode.Options{}), Sinks: []Sink{&got}, Ends: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); !errors.Is(err, errDamaged) {
		t.Errorf("ended with %v", err)
	}
	if len(got.obs) != 6 {
		t.Errorf("%d observations, want 3 messages and 3 ends", len(got.obs))
	}
	full := &limited{}
	if p, err = New(Options{Source: made{requests(3)}, Decoder: decode.New(nil, decode.Options{}), Sinks: []Sink{full}, Ends: true}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); !errors.Is(err, errDamaged) || full.n != 1 {
		t.Errorf("%d observations reached a sink that had failed, %v", full.n, err)
	}
}

// limited is a sink that fails.
type limited struct{ n int }

func (l *limited) Observe(*correlate.Observation) error {
	l.n++
	return errDamaged
}
