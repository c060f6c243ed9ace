// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

func nlattr(typ uint16, payload ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(payload)))
	b = append(binary.NativeEndian.AppendUint16(b, typ), payload...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func genlFrame(dir capture.Dir, id, flags uint16, cmd byte, attrs ...byte) *capture.Frame {
	b := make([]byte, 16, 64)
	binary.NativeEndian.PutUint16(b[4:], id)
	binary.NativeEndian.PutUint16(b[6:], flags)
	b = append(append(b, cmd, 1, 0, 0), attrs...)
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	return &capture.Frame{
		Origin: &capture.Origin{
			Protocol: capture.NETLINK_GENERIC, Dir: dir, BigEndian: bigEndian(),
		},
		Time: time.Unix(1, 0), Data: b, OrigLen: len(b),
	}
}

func bigEndian() bool { return binary.NativeEndian.Uint16([]byte{0, 1}) == 1 }

func word(v uint32) []byte  { return binary.NativeEndian.AppendUint32(nil, v) }
func short(v uint16) []byte { return binary.NativeEndian.AppendUint16(nil, v) }

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
	family := genlFrame(capture.DirReply, 16, 2, 1, append(nlattr(1, short(id)...), nlattr(2, []byte("lamp\x00")...)...)...)
	rule := nlattr(8|0x8000, nlattr(0x8000, nlattr(1|0x8000, nlattr(1, word(4)...)...)...)...) // attribute 1 is a u32
	op := nlattr(9|0x8000, nlattr(1|0x8000, nlattr(1, word(0)...)...)...)
	asked := 0
	policy := func(got uint16) ([]*capture.Frame, error) {
		if asked++; got != id {
			t.Errorf("asked for %d", got)
		}
		return []*capture.Frame{
			genlFrame(capture.DirReply, 16, 2, 10, append(nlattr(1, short(id)...), op...)...),
			genlFrame(capture.DirReply, 16, 2, 10, append(nlattr(1, short(id)...), rule...)...),
		}, nil
	}
	live := made{
		genlFrame(capture.DirRequest, id, 1, 1, nlattr(1, word(7)...)...),
		genlFrame(capture.DirRequest, id, 1, 1, nlattr(1, word(8)...)...),
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
