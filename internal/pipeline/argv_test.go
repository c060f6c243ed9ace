// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/redact"
)

// reteller counts how often it was told that a command line has changed, and how many
// frames it had got before.
type reteller struct {
	keeper
	before []int
}

func (r *reteller) Retell() { r.before = append(r.before, len(r.frames)) }

// newSA is XFRM_MSG_NEWSA (include/uapi/linux/xfrm.h) with XFRMA_ALG_CRYPT.
func newSA(key string) []byte {
	name := make([]byte, 64)
	copy(name, "cbc(aes)")
	return nltest.Message(16, 1, 1, 0, make([]byte, 224), nltest.Attr(2, name, nltest.U32(uint32(8*len(key))), []byte(key)))
}

// tells are the frames of a program that tells no key in its first message, and one in its
// second: what it and its parents were told to be called loses the key.
func tells(key string) made {
	var in made
	for i, data := range [][]byte{nltest.Message(18, 1, 1, 0, make([]byte, 24)), newSA(key), nltest.Message(18, 1, 1, 0, make([]byte, 24))} {
		f := frame(capture.DirRequest, 7, 1, 9)
		f.Protocol, f.Data, f.OrigLen, f.ID = capture.NETLINK_XFRM, data, len(data), uint64(i+1)
		f.Proc.CmdLine = capture.CmdLine("tool\x00" + key + "\x00")
		f.Proc.Parent = capture.Parent{PID: 1, Name: "sh", CmdLine: capture.CmdLine("sh\x00-c\x00tool " + key + "\x00")}
		in = append(in, f)
	}
	return in
}

func TestKeyInArguments(t *testing.T) {
	want := []string{"tool", "<redacted>"}
	check := func(t *testing.T, p *capture.Proc) {
		t.Helper()
		if got := p.CmdLine.Args(); !slices.Equal(got, want) {
			t.Errorf("command line %q", got)
		}
		if got := p.Parent.CmdLine.String(); got != "sh -c 'tool <redacted>'" {
			t.Errorf("parent's %s", got)
		}
	}
	t.Run("shown", func(t *testing.T) {
		c := run(t, Options{Source: tells("shown-argument16")})
		if len(c.obs) != 3 {
			t.Fatalf("%d observations", len(c.obs))
		}
		for i := range c.obs {
			check(t, &c.obs[i].Frame.Proc)
		}
	})
	t.Run("recorded", func(t *testing.T) {
		r := &reteller{}
		p, err := New(Options{Source: lender{tells("lent-argument-16")}, Decoder: decode.New(families.All(), decode.Options{}), Recorder: r})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		// The frames came one, then two at once: the first is recorded already.
		if !slices.Equal(r.before, []int{1}) || len(r.frames) != 3 {
			t.Errorf("told at %d of %d", r.before, len(r.frames))
		}
		for i := range r.frames {
			check(t, &r.frames[i].Proc)
			if bytes.Contains(r.frames[i].Data, []byte("lent-argument-16")) {
				t.Errorf("frame %d has the key", i)
			}
		}
	})
	t.Run("kept", func(t *testing.T) {
		c := run(t, Options{Source: tells("kept-argument-16"), Redact: redact.Policy{Keep: true}})
		if got := c.obs[0].Frame.Proc.CmdLine.Args(); !slices.Equal(got, []string{"tool", "kept-argument-16"}) {
			t.Errorf("%q", got)
		}
	})
}
