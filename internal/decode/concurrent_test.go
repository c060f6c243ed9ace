// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"fmt"
	"sync"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// A view asks for bodies while the stream of frames goes on and teaches names
// (run with -race).
func TestBodiesWhileLearning(t *testing.T) {
	d := newDecoder()
	ms := d.Frame(le.frame(testProtocol, capture.DirRequest, le.everything()), nil)
	ms = append(ms, d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.ack(0, -1, le.ctrl(3, 30, "name", 0, 0, ""))), nil)...)
	want := make([]string, len(ms))
	for i := range ms {
		want[i] = dump(ms[i].Values())
	}
	var views sync.WaitGroup
	for range 2 {
		views.Go(func() {
			for n := range 100 {
				for i := range ms {
					ms[i].Body()
					ms[i].Lead(3)
					if got := dump(ms[i].Values()); got != want[i] {
						t.Errorf("round %d, message %d: %s", n, i, got)
						return
					}
					d.GroupName(capture.NETLINK_GENERIC, 5)
					d.IfName(0, 5)
					d.GenericFamilies()
				}
			}
		})
	}
	for n := range 300 {
		name := fmt.Sprintf("n%d", n)
		d.Frame(le.frame(capture.NETLINK_ROUTE, capture.DirReply, le.newLink(5, name)), nil)
		d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.ctrl(1, 30, name, 0, 5, name)), nil)
		d.LearnFamily(31, name+"x", 1, nil)
	}
	views.Wait()
	if got := d.IfName(0, 5); got != "n299" {
		t.Errorf("the last name is %q", got)
	}
}
