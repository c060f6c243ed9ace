// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// dumpFrame is a datagram of 32 KiB from an RTM_GETLINK dump.
func dumpFrame() *capture.Frame {
	var b []byte
	for i := uint32(1); len(b) < 32<<10; i++ {
		m := le.newLink(i, "eth0")
		b = append(b, m...)
		b = append(b, make([]byte, align4(len(b))-len(b))...)
	}
	return le.frame(capture.NETLINK_ROUTE, capture.DirReply, b)
}

// A message that nobody displays costs no allocation, and neither does asking
// it for a name that it does not have.
func TestAllocations(t *testing.T) {
	d := newDecoder()
	f := dumpFrame()
	ms := d.Frame(f, nil)
	for _, tt := range []struct {
		name string
		max  float64
		run  func()
	}{
		{"Frame of a dump", 0, func() { ms = d.Frame(f, ms[:0]) }},
		{"Lookup of an absent name", 0, func() { ms[0].Lookup("RTA_OIF") }},
		{"Lookup of a number", 0, func() { ms[0].Lookup("IFLA_VXLAN_TTL") }},
	} {
		if got := testing.AllocsPerRun(100, tt.run); got > tt.max {
			t.Errorf("%s: %v allocations, want at most %v", tt.name, got, tt.max)
		}
	}
	ack := le.frame(capture.NETLINK_ROUTE, capture.DirReply, le.ack(flagCapped, 0, le.msg(16, 5)))
	if got := testing.AllocsPerRun(320, func() { ms = d.Frame(ack, ms[:0]) }); got >= 1 {
		t.Errorf("an ACK: %v allocations, want less than one", got)
	}
}

func BenchmarkFrame(b *testing.B) {
	d, f := newDecoder(), dumpFrame()
	ms := d.Frame(f, nil)
	b.SetBytes(int64(len(f.Data)))
	b.ReportAllocs()
	for b.Loop() {
		ms = d.Frame(f, ms[:0])
	}
	b.ReportMetric(float64(len(ms)), "msgs/op")
}

func benchmarkMessages(b *testing.B, run func(m *Message)) {
	ms := newDecoder().Frame(dumpFrame(), nil)
	b.SetBytes(int64(len(ms[0].Data)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		run(&ms[i%len(ms)])
	}
}

func BenchmarkBody(b *testing.B)   { benchmarkMessages(b, func(m *Message) { m.Body() }) }
func BenchmarkValues(b *testing.B) { benchmarkMessages(b, func(m *Message) { m.Values() }) }
func BenchmarkLookupAbsent(b *testing.B) {
	benchmarkMessages(b, func(m *Message) { m.Lookup("RTA_OIF") })
}
func BenchmarkLead(b *testing.B) { benchmarkMessages(b, func(m *Message) { m.Lead(4) }) }
