// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// benchFamilies are those that fill real recordings.
var benchFamilies = []string{"route", "nlctrl", "nftables", "ctnetlink", "ipset", "ethtool", "devlink", "nl80211", "sock_diag", "xfrm", "wireguard", "audit"}

// framesOf returns datagrams of one family, as many times as often as needed to
// have at least n messages in all.
func framesOf(b testing.TB, family string) (frames []*capture.Frame, messages int, size int64) {
	b.Helper()
	seen := map[*capture.Frame]bool{}
	all := recordingsOf(b)
	for _, r := range all {
		for i := range r.messages {
			if m := &r.messages[i]; m.Err != nil {
				seen[m.Frame] = true // an error carries what it says
			}
		}
	}
	for _, r := range all {
		for i := range r.messages {
			m := &r.messages[i]
			if m.Family == family && m.Err == nil && !seen[m.Frame] {
				seen[m.Frame] = true
				frames = append(frames, m.Frame)
				size += int64(len(m.Frame.Data))
			}
			if m.Family == family {
				messages++
			}
		}
	}
	if len(frames) == 0 {
		b.Fatalf("no recording has a message of %s", family)
	}
	return frames, messages, size
}

// BenchmarkName is what every message costs: splitting and naming.
func BenchmarkName(b *testing.B) { benchmark(b, nil) }

// BenchmarkDecode is what a message costs that somebody looks at: every
// attribute with its value.
func BenchmarkDecode(b *testing.B) {
	var room decode.Scratch
	benchmark(b, func(m *decode.Message) { m.ValuesIn(&room) })
}

func benchmark(b *testing.B, look func(*decode.Message)) {
	for _, family := range benchFamilies {
		b.Run(family, func(b *testing.B) {
			frames, messages, size := framesOf(b, family)
			d := decode.New(all, decode.Options{})
			var ms []decode.Message
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for _, f := range frames {
					ms = d.Frame(f, ms[:0])
					for i := range ms {
						if look != nil {
							look(&ms[i])
						}
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*messages), "ns/message")
		})
	}
}

// TestNameAllocatesNothing: a message that nobody displays costs no allocation,
// whatever its family. (ACKs and errors carry an ErrorInfo, nlctrl is learned
// from.)
func TestNameAllocatesNothing(t *testing.T) {
	for _, family := range benchFamilies {
		if family == "nlctrl" || family == "route" { // route: names of links are learned
			continue
		}
		frames, _, _ := framesOf(t, family)
		d := decode.New(all, decode.Options{})
		var ms []decode.Message
		n := testing.AllocsPerRun(5, func() {
			for _, f := range frames {
				ms = d.Frame(f, ms[:0])
			}
		})
		if n > 0 {
			t.Errorf("%s: %.0f allocations for %d datagrams", family, n, len(frames))
		}
	}
}
