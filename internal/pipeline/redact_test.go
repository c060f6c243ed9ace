// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/redact"
)

// xfrmKey stands in saWithKey.
var xfrmKey = []byte("\x91key of an SA\x00\xfe!")

// saWithKey is a request with an attribute XFRMA_ALG_CRYPT, whose key is behind a name of 64
// bytes and its length.
func saWithKey() []byte {
	name := make([]byte, 64)
	copy(name, "cbc(aes)")
	return nltest.Message(16, 5, 1, 0, make([]byte, 224), nltest.Attr(2, nltest.Cat(name, nltest.U32(uint32(8*len(xfrmKey))), xfrmKey)))
}

// keySource makes requests with a key among others.
func keySource() (in made) {
	for i := range 30 {
		protocol, data := uint16(unix.NETLINK_ROUTE), nltest.Message(24, 5, uint32(i), 0, make([]byte, 12))
		if i%3 == 0 {
			protocol, data = unix.NETLINK_XFRM, saWithKey()
		}
		in = append(in, &capture.Frame{Origin: &capture.Origin{Protocol: protocol, Dir: capture.DirRequest}, Time: time.Unix(int64(i), 0), Data: data, OrigLen: len(data)})
	}
	return in
}

// TestNoKeysBehindThePipeline: recorders, of frames that are given or lent, and sinks get
// no key, unless they are to keep all; and what was asked of the source stays as it was.
func TestNoKeysBehindThePipeline(t *testing.T) {
	for _, keep := range []bool{false, true} {
		for _, way := range []string{"given", "lent", "to a sink", "with both"} {
			var src capture.Source = keySource()
			if way == "lent" {
				src = lender{keySource()}
			}
			var k keeper
			shown := 0
			o := Options{Source: src, Decoder: decode.New(families.All(), decode.Options{}), Redact: redact.Policy{Keep: keep}}
			if way != "to a sink" {
				o.Recorder = &k
			}
			if way == "to a sink" || way == "with both" {
				o.Sinks = []Sink{sinkFunc(func(o *correlate.Observation) error {
					if o.Message != nil && (bytes.Contains(o.Message.Data, xfrmKey) || bytes.Contains(o.Frame.Data, xfrmKey)) {
						shown++
					}
					return nil
				})}
			}
			p, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			recorded := 0
			for i := range k.frames {
				if bytes.Contains(k.frames[i].Data, xfrmKey) {
					recorded++
				}
			}
			wantShown, wantRecorded, wantRedacted := 0, 0, uint64(10)
			if keep {
				wantRedacted = 0
				if o.Sinks != nil {
					wantShown = 10
				}
				if o.Recorder != nil {
					wantRecorded = 10
				}
			}
			if shown != wantShown || recorded != wantRecorded || p.Redacted() != wantRedacted {
				t.Errorf("keep %v, %s: %d shown, %d recorded, %d redacted; want %d, %d, %d", keep, way, shown, recorded, p.Redacted(), wantShown, wantRecorded, wantRedacted)
			}
		}
	}
}

// BenchmarkRecordLent is what recording takes of a flood of route changes, with nothing
// overwritten and with the look-up.
func BenchmarkRecordLent(b *testing.B) {
	origin := &capture.Origin{Protocol: unix.NETLINK_ROUTE, Dir: capture.DirRequest, Proc: capture.Proc{PID: 9, TID: 9, Comm: "ip"}}
	data := nltest.Message(24, 5, 1, 0, make([]byte, 12), nltest.Attr(1, nltest.U32(9)), nltest.Attr(5, nltest.U32(9)), nltest.Attr(4, nltest.U32(2)))
	for _, keep := range []bool{true, false} {
		b.Run(map[bool]string{true: "kept", false: "overwritten"}[keep], func(b *testing.B) {
			w, err := pcapng.NewWriter(io.Discard, pcapng.Options{})
			if err != nil {
				b.Fatal(err)
			}
			p, err := New(Options{Source: made(nil), Decoder: decode.New(families.All(), decode.Options{}), Recorder: writerOf{w}, Redact: redact.Policy{Keep: keep}})
			if err != nil {
				b.Fatal(err)
			}
			fs := make([]capture.Frame, 64)
			b.ReportAllocs()
			for b.Loop() {
				for i := range fs {
					fs[i] = capture.Frame{Origin: origin, ID: 1, Time: time.Unix(1, 0), Data: data, OrigLen: len(data)}
				}
				if err := p.lentFrames(fs); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(64*b.N), "ns/datagram")
		})
	}
}

// writerOf records like cmd/nltop.
type writerOf struct{ w *pcapng.Writer }

func (r writerOf) WriteFrame(f *capture.Frame) error { return r.w.WriteFrame(f) }

func (r writerOf) WriteFrames(fs []capture.Frame) error {
	_, err := r.w.WriteFrames(fs)
	return err
}
