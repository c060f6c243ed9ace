// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"bytes"
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// lender lends what made makes, and spoils it after each call.
type lender struct{ made }

func (l lender) RunLent(_ context.Context, emit func([]capture.Frame) error) error {
	for n, rest := 1, l.made; len(rest) > 0; n = n%9 + 1 {
		var fs []capture.Frame
		for _, m := range rest[:min(n, len(rest))] {
			f := *m
			f.Data = bytes.Clone(m.Data)
			fs = append(fs, f)
		}
		rest = rest[len(fs):]
		if err := emit(fs); err != nil {
			return err
		}
		for i := range fs {
			clear(fs[i].Data)
			fs[i] = capture.Frame{}
		}
	}
	return nil
}

// keeper is a recorder that keeps copies, as a file does.
type keeper struct{ frames []capture.Frame }

func (k *keeper) WriteFrame(f *capture.Frame) error {
	g := *f
	g.Data = bytes.Clone(f.Data)
	k.frames = append(k.frames, g)
	return nil
}

func (k *keeper) WriteFrames(fs []capture.Frame) error {
	for i := range fs {
		_ = k.WriteFrame(&fs[i])
	}
	return nil
}

// A source that lends its frames is recorded as one that gives them away.
func TestLentIsRecorded(t *testing.T) {
	var in made
	for i := range uint32(500) {
		f := frame(capture.Dir(i%5), i%7, i%3, i%4)
		f.Time = time.Unix(1, 0).Add(time.Duration(i*7919%5000) * time.Millisecond)
		f.Change(func(o *capture.Origin) {
			o.NetNS = uint64(i % 3)
			o.Socket.Owner = capture.Proc{PID: i % 11, TID: i % 11, CgroupID: uint64(i % 2)}
			o.Protocol = []uint16{capture.NETLINK_ROUTE, capture.NETLINK_GENERIC}[i%2]
		})
		in = append(in, f)
	}
	record := func(src capture.Source) []capture.Frame {
		t.Helper()
		var k keeper
		p, err := New(Options{Source: src, Decoder: decode.New(nil, decode.Options{}), Recorder: &k,
			Owners: owners{2: {PID: 99, Comm: "owner", CgroupID: 5}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		return k.frames
	}
	lent := record(lender{in})
	given := record(in)
	if len(lent) != len(in) {
		t.Fatalf("%d of %d frames are recorded", len(lent), len(in))
	}
	for i := range lent {
		if !reflect.DeepEqual(lent[i], given[i]) {
			t.Fatalf("frame %d lent is\n%+v, given\n%+v", i, lent[i], given[i])
		}
	}
}
