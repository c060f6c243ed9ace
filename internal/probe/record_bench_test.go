// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"sync/atomic"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// BenchmarkBrief makes, and lends, frames of the brief records of a route change.
func BenchmarkBrief(b *testing.B) {
	brief, _ := briefly()
	a := newAssembler("fentry", capture.Describe("fentry").Always(), new(atomic.Int64),
		nil)
	a.lend(func([]capture.Frame) error { return nil })
	if err := a.add(brief[0]); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range brief[1:4] {
			if err := a.add(r); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkRecords makes frames of the three records of a route change.
func BenchmarkRecords(b *testing.B) {
	ip := nlTask{Tgid: 4711, Tid: 4711, Cgroup: 1234, Comm: [16]byte{'i', 'p'}}
	payload := make([]byte, 128)
	common := nlFull{Inode: 99999, Netns: 4026531840, OwnPort: 4711, Rcvbuf: 212992, Task: ip, Owner: ip}
	request, reply, done := common, common, common
	request.Dir, request.OrigLen, request.CapLen = uint8(capture.DirRequest), 60, 60
	reply.Dir, reply.OrigLen, reply.CapLen, reply.Rmem, reply.Truesize = uint8(capture.DirReply), 36, 36, 768, 768
	done.Kind, done.Elapsed = uint8(capture.KindCompletion), 12345
	recs := [][]byte{full(request, payload[:60]), full(reply, payload[:36]), full(done, nil)}
	for _, lends := range []bool{false, true} {
		b.Run(map[bool]string{false: "given", true: "lent"}[lends], func(b *testing.B) {
			a := newAssembler("fentry", capture.Describe("fentry").Always(), new(atomic.Int64),
				func(*capture.Frame) error { return nil })
			if lends {
				a.lend(func([]capture.Frame) error { return nil })
			}
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range recs {
					if err := a.add(r); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// flood fills the ring with route changes, of what briefly returns, and says how many those are.
func (r *fakeRing) flood(brief [][]byte) (changes int) {
	r.commit(brief[0])
	for r.commit(brief[1]) && r.commit(brief[2]) && r.commit(brief[3]) {
		changes++
	}
	return changes
}

// BenchmarkDrain reads the brief records of route changes out of a ring, and lends their
// frames.
func BenchmarkDrain(b *testing.B) {
	brief, _ := briefly()
	ring := newFakeRing(new(testing.T), 1<<20, 0)
	s := &Source{name: "test", att: &attached{}, ring: ring.ring, processes: newProcesses("")}
	asm := newAssembler("fentry", capture.Describe("fentry").Always(), &s.offset, nil)
	asm.orphans, asm.processes = &s.orphans, s.processes
	asm.lend(func(fs []capture.Frame) error {
		s.sawAll(fs)
		return nil
	})
	changes := ring.flood(brief)
	b.ReportAllocs()
	for b.Loop() {
		ring.ring.pos, ring.released = 0, 0
		var err error
		for err == nil {
			err = s.drain(asm)
		}
		if err != errRingEmpty {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*changes), "ns/change")
}
