// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nltest"
)

func genlFrame(dir capture.Dir, id, flags uint16, cmd byte, attrs ...[]byte) *capture.Frame {
	b := nltest.Genl(id, flags, 0, 0, cmd, 1, attrs...)
	return &capture.Frame{
		Origin: &capture.Origin{Protocol: capture.NETLINK_GENERIC, Dir: dir},
		Time:   time.Unix(1, 0), Data: b, OrigLen: len(b),
	}
}

// student also records what was taught.
type student struct {
	collect
	order []*capture.Frame // as they lie in the file
	head  map[*capture.Frame]bool
}

func (s *student) WriteFrame(f *capture.Frame) error {
	s.order = append(s.order, f)
	return nil
}

func (s *student) WritePreamble(fs []*capture.Frame) error {
	for _, f := range fs {
		s.order = append(s.order, f)
		s.head[f] = true
	}
	return nil
}

// TestPolicy: the kernel is asked once for the policy of a family that nobody
// knows, and a replay of the recording decodes as the live run did.
func TestPolicy(t *testing.T) {
	const id = 40
	family := genlFrame(capture.DirReply, 16, 2, 1, nltest.Attr(1, nltest.U16(id)), nltest.Attr(2, nltest.Str("lamp")))
	rule := nltest.Nest(8, nltest.Nest(0, nltest.Nest(1, nltest.Attr(1, nltest.U32(4))))) // attribute 1 is a u32
	op := nltest.Nest(9, nltest.Nest(1, nltest.Attr(1, nltest.U32(0))))
	asked := 0
	policy := func(got uint16) ([]*capture.Frame, error) {
		if asked++; got != id {
			t.Errorf("asked for %d", got)
		}
		return []*capture.Frame{
			genlFrame(capture.DirReply, 16, 2, 10, nltest.Attr(1, nltest.U16(id)), op),
			genlFrame(capture.DirReply, 16, 2, 10, nltest.Attr(1, nltest.U16(id)), rule),
		}, nil
	}
	live := made{
		genlFrame(capture.DirRequest, id, 1, 1, nltest.Attr(1, nltest.U32(7))),
		genlFrame(capture.DirRequest, id, 1, 1, nltest.Attr(1, nltest.U32(8))),
		genlFrame(capture.DirRequest, 16, 1, 3),
	}
	s := &student{head: map[*capture.Frame]bool{}}
	p, err := New(Options{Source: live, Decoder: decode.New(nil, decode.Options{}), Sinks: []Sink{&s.collect}, Recorder: s, Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	p.Learn([]*capture.Frame{family})
	if err := s.WritePreamble([]*capture.Frame{family}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background()); err != nil || asked != 1 || len(s.order) != len(live)+3 {
		t.Fatalf("%v, asked %d times, %d frames recorded", err, asked, len(s.order))
	}
	var first, again []any
	for i := range s.obs {
		first = append(first, values(s.obs[i].Message)...)
	}
	d := decode.New(nil, decode.Options{})
	for _, f := range s.order {
		for _, m := range d.Frame(f, nil) {
			if !s.head[f] {
				again = append(again, values(&m)...)
			}
		}
	}
	if diff := cmp.Diff(first, again); diff != "" || len(first) == 0 || first[0] != uint64(7) {
		t.Errorf("live and replay differ, or are wrong: %v\n%s", first, diff)
	}
}

func values(m *decode.Message) (out []any) {
	for _, n := range m.Body().Attrs {
		out = append(out, n.Value)
	}
	return out
}
