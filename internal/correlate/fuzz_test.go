// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

// FuzzTracker: whatever a file says, nothing panics, memory stays bounded, and
// every request ends once.
func FuzzTracker(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"))
	tables := families.All()
	f.Fuzz(func(t *testing.T, b []byte) {
		tr, dec := NewWith(Options{Ends: true}), decode.New(tables, decode.Options{})
		began, ended := 0, map[*Exchange]bool{}
		count := func(os []Observation) {
			for _, o := range os {
				switch {
				case o.End == EndExchange && ended[o.Exchange]:
					t.Fatal("an exchange has ended twice")
				case o.End == EndExchange:
					ended[o.Exchange] = true
				case o.End == EndNone && o.Message != nil && o.Frame.Dir == capture.DirRequest:
					began++
				}
			}
		}
		for id := uint64(1); len(b) >= 28; b, id = b[28:], id+1 {
			fr := &capture.Frame{
				Origin: &capture.Origin{
					Kind: capture.Kind(b[3] % 6), Dir: capture.Dir(b[4] % 5), Verdict: capture.Verdict(b[5] % 7),
					Protocol: uint16(b[6] % 32),
					Socket:   capture.Socket{PortID: uint32(b[9] % 4), Inode: uint64(b[10] % 3)},
					Proc:     capture.Proc{TID: uint32(b[11] % 4)}, Errno: int32(b[8]), Sees: capture.Sees(b[3]),
				},
				ID: id, Of: uint64(b[0]), Cause: uint64(b[1]), Cast: uint64(b[2] % 8),
				Time:    time.Unix(0, int64(int32(binary.LittleEndian.Uint32(b[7:])))<<8),
				Elapsed: time.Duration(int8(b[8])), Data: b[12:28], OrigLen: 16,
			}
			count(tr.Frame(fr, dec.Frame(fr, nil), nil))
		}
		count(tr.Flush(nil))
		if tr.Pending() != 0 || len(ended) != began {
			t.Fatalf("%d began, %d ended, %d wait", began, len(ended), tr.Pending())
		}
	})
}
