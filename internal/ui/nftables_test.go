// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

func kept(m *decode.Message) *aggregate.Kept {
	return &aggregate.Kept{Observation: correlate.Observation{Frame: m.Frame, Message: m}}
}

// A message of nftables is shown near nft's own syntax above its tree, with its
// place in the transaction; no other message gets such a line.
func TestToldAboveTheTree(t *testing.T) {
	begin := nltest.Message(16, 1, 1, 0, []byte{0, 0, 0, 10}, nltest.Attr(1, []byte{0, 0, 0, 9}))
	chain := nltest.Message(10<<8|3, 1, 2, 0, []byte{2, 0, 0, 0}, nltest.Attr(1, []byte{'t', 0}), nltest.Attr(3, []byte{'c', 0x1b, 0}))
	end := nltest.Message(17, 1, 3, 0, []byte{0, 0, 0, 10})
	data := append(append(begin, chain...), end...)
	f := &capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirRequest, Protocol: capture.NETLINK_NETFILTER,
		},
		Data: data, OrigLen: len(data), Time: epoch,
	}
	msgs := decode.New(families.All(), decode.Options{}).Frame(f, nil)
	want := []string{"transaction of 1 for generation 9: 1 add chain", `1/1 for generation 9  add chain ip t "c\x1b"`, "transaction of 1 for generation 9: 1 add chain"}
	h := newHarness(t, 120, 20, Options{})
	h.press("m")
	v := newMessageView(h.app, h.top().(*messagesView).win.List[0], h.top(), nil)
	for i := range msgs {
		if got := h.said(kept(&msgs[i])); got != want[i] {
			t.Errorf("message %d: %q, want %q", i, got, want[i])
		}
		v.show(*kept(&msgs[i]))
		if v.said != want[i] {
			t.Errorf("shown %q", v.said)
		}
	}
	link := nltest.Message(16, 1, 1, 0, make([]byte, 16))
	if m := decode.New(families.All(), decode.Options{}).Frame(&capture.Frame{Origin: &capture.Origin{}, Data: link, OrigLen: len(link)}, nil); h.said(kept(&m[0])) != "" {
		t.Errorf("a link is %q", h.said(kept(&m[0])))
	}
	if strings.ContainsRune(v.said, 0x1b) {
		t.Error("an escape got through")
	}
}
