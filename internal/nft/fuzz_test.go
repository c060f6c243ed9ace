// SPDX-License-Identifier: Apache-2.0

package nft_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nft"
)

// check writes every message of some bytes; nothing may panic, and nothing may
// come out that does not print.
func check(t *testing.T, d *decode.Decoder, data []byte, dir capture.Dir) int {
	t.Helper()
	var l nft.Lines
	n := 0
	for _, m := range d.Frame(&capture.Frame{
		Origin: &capture.Origin{
			Protocol: capture.NETLINK_NETFILTER, Dir: dir,
		},
		Data: data, OrigLen: len(data),
	}, nil) {
		s, ok := l.Line(&m)
		if ok {
			n++
		}
		b, _ := l.BatchOf(&m)
		for _, text := range []string{s, b.String()} {
			if !utf8.ValidString(text) {
				t.Fatalf("not UTF-8: %q", text)
			}
			for _, c := range text {
				if !unicode.IsGraphic(c) {
					t.Fatalf("%q in %q", c, text)
				}
			}
		}
	}
	return n
}

func FuzzLine(f *testing.F) {
	frames := map[*capture.Frame]bool{}
	for _, m := range recording(f, "nftables.6.12") {
		if m.Family == "nftables" && len(m.Frame.Data) < 4096 && !frames[m.Frame] && len(frames) < 64 {
			frames[m.Frame] = true
			f.Add(m.Frame.Data, byte(m.Frame.Dir))
		}
	}
	d := decode.New(families.All(), decode.Options{})
	f.Fuzz(func(t *testing.T, data []byte, dir byte) { check(t, d, data, capture.Dir(dir%5)) })
}

// TestHostile: every byte of small messages set to other values, and every
// prefix of them.
func TestHostile(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	lines := 0
	seen := map[*capture.Frame]bool{}
	for _, m := range recording(t, "nftables.6.12") {
		if m.Family != "nftables" || seen[m.Frame] || len(m.Frame.Data) > 1200 || len(seen) > 40 {
			continue
		}
		seen[m.Frame] = true
		for i := range m.Frame.Data {
			for _, c := range []byte{0, 1, 0x1b, 0x80, 0xff} {
				data := append([]byte(nil), m.Frame.Data...)
				data[i] = c
				lines += check(t, d, data, m.Frame.Dir)
			}
			lines += check(t, d, m.Frame.Data[:i], m.Frame.Dir)
		}
	}
	if lines < 1000 {
		t.Errorf("only %d lines", lines)
	}
}
