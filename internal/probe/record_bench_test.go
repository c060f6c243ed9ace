// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// BenchmarkRecords makes frames of the three records of a route change.
func BenchmarkRecords(b *testing.B) {
	ip := nlTask{Tgid: 4711, Tid: 4711, Cgroup: 1234, Comm: [16]byte{'i', 'p'}}
	payload := make([]byte, 128)
	common := nlEvent{Inode: 99999, Netns: 4026531840, OwnPort: 4711, Rcvbuf: 212992, Task: ip, Owner: ip}
	request, reply, done := common, common, common
	request.Dir, request.OrigLen, request.CapLen = uint8(capture.DirRequest), 60, 60
	reply.Dir, reply.OrigLen, reply.CapLen, reply.Rmem, reply.Truesize = uint8(capture.DirReply), 36, 36, 768, 768
	done.Kind, done.Elapsed = uint8(capture.KindCompletion), 12345
	recs := [][]byte{event(request, payload[:60]), event(reply, payload[:36]), event(done, nil)}
	for _, lends := range []bool{false, true} {
		b.Run(map[bool]string{false: "given", true: "lent"}[lends], func(b *testing.B) {
			a := newAssembler("fentry", func(k uint64) time.Time { return time.Unix(0, int64(k)) },
				func(*capture.Frame) error { return nil })
			a.lends = lends
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
