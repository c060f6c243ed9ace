// SPDX-License-Identifier: Apache-2.0

package spool_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/spool"
)

// newSA is XFRM_MSG_NEWSA with a key: struct xfrm_usersa_info, and XFRMA_ALG_CRYPT.
func newSA(key string) []byte {
	name := make([]byte, 64)
	copy(name, "cbc(aes)")
	return nltest.Message(16, 1, 1, 0, make([]byte, 224), nltest.Attr(2, name, nltest.U32(uint32(8*len(key))), []byte(key)))
}

// keyed is a recording in which a process has a key in its command line, and sends it some
// frames later.
func keyed(t *testing.T, key string) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := pcapng.NewWriter(&file, pcapng.Options{Info: capture.Info{Name: capture.SourceFentry}})
	if err != nil {
		t.Fatal(err)
	}
	o := &capture.Origin{
		Source: capture.SourceFentry, Dir: capture.DirRequest, Protocol: capture.NETLINK_XFRM,
		Proc: capture.Proc{PID: 7, TID: 7, Comm: "tool", Name: "tool", Identity: capture.Identity{CmdLine: capture.CmdLine("tool\x00" + key + "\x00")}},
	}
	for i := range 700 {
		data := nltest.Message(18, 1, uint32(i), 0, make([]byte, 24))
		if i == 600 {
			data = newSA(key)
		}
		if err := w.WriteFrame(&capture.Frame{Origin: o, ID: uint64(i + 1), Time: time.Unix(int64(i), 0), Data: data, OrigLen: len(data)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// Neither what is held nor what is read again has a key that was withheld, also of a
// recording that has it.
func TestKeysAreNotHeld(t *testing.T) {
	for i, inPlace := range []bool{true, false} {
		key := fmt.Sprintf("spooled-secret-%d", i) // proofs are kept for the whole test
		file := keyed(t, key)
		if !bytes.Contains(file, []byte(key)) {
			t.Fatal("the recording proves nothing")
		}
		rd, err := pcapng.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var src capture.Source = rd
		if !inPlace {
			src = &once{Source: rd}
		}
		r := wire(t, src, spool.Options{Memory: 32 << 10, Dir: t.TempDir()}, nil).run(t, rd)
		if raw := r.spool.Raw(); bytes.Contains(raw, []byte(key)) || (len(raw) == 0) != inPlace {
			t.Errorf("in place %v: the key is in %d bytes that are held", inPlace, len(raw))
		}
		q := r.spool.Query(r.pipe, spool.What{}, false)
		q.Update(nil, r.spool.Frames())
		redacted := 0
		for _, k := range list(t, q, 100) {
			body := k.Message.Body()
			if bytes.Contains(k.Message.Data, []byte(key)) || bytes.Contains([]byte(k.Frame.Proc.CmdLine.String()), []byte(key)) {
				t.Fatalf("in place %v: message %d has the key", inPlace, k.Seq)
			}
			redacted += countRedacted(body.Attrs)
		}
		if redacted == 0 {
			t.Errorf("in place %v: nothing is said to be redacted", inPlace)
		}
	}
}

func countRedacted(nodes []decode.Node) (n int) {
	for i := range nodes {
		if nodes[i].Redacted {
			n++
		}
		n += countRedacted(nodes[i].Children)
	}
	return n
}
