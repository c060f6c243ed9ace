// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// A completion comes back whole, whether it was written without what it shares
// with its request or not, and every field that can differ decides which.
func TestCompletion(t *testing.T) {
	at := time.Unix(1767319445, 678901234)
	ip := capture.Proc{PID: 4711, TID: 4711, PPID: 1, Comm: "ip", CgroupID: 9, Cgroup: "/user.slice"}
	request := capture.Frame{
		ID: 7, Like: capture.Likes + 1, Dir: capture.DirRequest, Verdict: capture.VerdictDelivered, Time: at,
		NetNS: 4026531840, Proc: ip, Socket: capture.Socket{PortID: 4711, Inode: 55, Owner: ip, RcvBuf: 212992},
		SrcPort: 4711, OrigLen: 4, Data: []byte{1, 2, 3, 4}, Source: capture.SourceFentry,
	}
	completion := capture.Frame{
		ID: 9, Of: 7, Like: capture.Likes + 2, Kind: capture.KindCompletion, Verdict: capture.VerdictDelivered,
		Time: at.Add(time.Millisecond), Elapsed: 33 * time.Microsecond, NetNS: request.NetNS, Proc: ip,
		Socket: request.Socket, SrcPort: 4711, Source: capture.SourceFentry,
		Lock: capture.Lock{Wait: time.Microsecond, Hold: 2 * time.Microsecond},
	}
	completion.Socket.RMem = 768
	size := func(c capture.Frame) int {
		request, c := request, c
		alone := len(record(t, testOptions, nil, []*capture.Frame{&request}))
		file := record(t, testOptions, nil, []*capture.Frame{&request, &c})
		_, frames, _, err := play(file)
		if err != nil || len(frames) != 2 {
			t.Fatalf("%d frames: %v", len(frames), err)
		}
		c.Like = 0
		if diff := cmp.Diff(&c, frames[1]); diff != "" {
			t.Errorf("the completion changed (-written +read):\n%s", diff)
		}
		return len(file) - alone
	}
	short := size(completion)
	if short > 100 {
		t.Errorf("a completion takes %d bytes", short)
	}
	for what, change := range map[string]func(*capture.Frame){
		"other request": func(c *capture.Frame) { c.Of = 8 },
		"unlike others": func(c *capture.Frame) { c.Like = 0 },
		"failed":        func(c *capture.Frame) { c.Verdict, c.Errno = capture.VerdictFailed, 17 },
		"thread":        func(c *capture.Frame) { c.Proc.TID = 4712 },
		"owner":         func(c *capture.Frame) { c.Socket.Owner = capture.Proc{PID: 1, Comm: "init"} },
		"buffer":        func(c *capture.Frame) { c.Socket.RcvBuf++ },
		"blocker":       func(c *capture.Frame) { c.Lock.Blocker = capture.Proc{PID: 5, Comm: "x"} },
		"port":          func(c *capture.Frame) { c.DstPort = 1 },
		"network":       func(c *capture.Frame) { c.NetNSName = "blue" },
		"data":          func(c *capture.Frame) { c.Data, c.OrigLen = []byte{1}, 1 },
	} {
		c := completion
		change(&c)
		if n := size(c); n <= short+8 {
			t.Errorf("%s: written in %d bytes, as if it shared everything with its request", what, n)
		}
	}
}

// Who shares nothing but the place of his request gets nobody's sender.
func TestCompletionWithoutRequest(t *testing.T) {
	var q requests[capture.Frame]
	q.put(7, capture.Frame{SrcPort: 1})
	for id, want := range map[uint64]bool{7: true, 7 + uint64(len(q)): false, 0: false, 8: false} {
		if got := q.of(id) != nil; got != want {
			t.Errorf("request %d is known: %v", id, got)
		}
	}
	// shareSender sets nothing of its own.
	var f capture.Frame
	shareSender(&f, &capture.Frame{})
	if !reflect.ValueOf(f).IsZero() {
		t.Errorf("%+v", f)
	}
}
