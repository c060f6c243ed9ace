// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
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
		Origin: &capture.Origin{
			Dir: capture.DirRequest, Verdict: capture.VerdictDelivered, NetNS: 4026531840, Proc: ip,
			Socket: capture.Socket{PortID: 4711, Inode: 55, Owner: ip, RcvBuf: 212992}, SrcPort: 4711,
			Source: capture.SourceFentry,
		},
		ID: 7, Time: at, OrigLen: 4, Data: []byte{1, 2, 3, 4},
	}
	completion := capture.Frame{
		Origin: &capture.Origin{
			Kind: capture.KindCompletion, Verdict: capture.VerdictDelivered, NetNS: request.NetNS, Proc: ip,
			Socket: request.Socket, SrcPort: 4711, Source: capture.SourceFentry,
		},
		ID: 9, Of: 7, Time: at.Add(time.Millisecond),
		Elapsed: 33 * time.Microsecond,
		Lock:    capture.Lock{Wait: time.Microsecond, Hold: 2 * time.Microsecond},
	}
	completion.Queue.RMem = 768
	size := func(c capture.Frame) int {
		request, c := request, c
		alone := len(record(t, testOptions, nil, []*capture.Frame{&request}))
		file := record(t, testOptions, nil, []*capture.Frame{&request, &c})
		_, frames, _, err := play(file)
		if err != nil || len(frames) != 2 {
			t.Fatalf("%d frames: %v", len(frames), err)
		}
		if diff := cmp.Diff(&c, frames[1]); diff != "" {
			t.Errorf("the completion changed (-written +read):\n%s", diff)
		}
		return len(file) - alone
	}
	blocked := completion
	blocked.Lock.Blocker = &capture.Proc{PID: 5, Comm: "x"}
	size(blocked)
	short := size(completion)
	if short > 100 {
		t.Errorf("a completion takes %d bytes", short)
	}
	for what, change := range map[string]func(*capture.Frame){
		"other request": func(c *capture.Frame) { c.Of = 8 },
		"failed": func(c *capture.Frame) {
			c.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictFailed; o.Errno = 17 })
		},
		"thread": func(c *capture.Frame) { c.Change(func(o *capture.Origin) { o.Proc.TID = 4712 }) },
		"owner": func(c *capture.Frame) {
			c.Change(func(o *capture.Origin) { o.Socket.Owner = capture.Proc{PID: 1, Comm: "init"} })
		},
		"buffer":  func(c *capture.Frame) { c.Change(func(o *capture.Origin) { o.Socket.RcvBuf++ }) },
		"port":    func(c *capture.Frame) { c.Change(func(o *capture.Origin) { o.DstPort = 1 }) },
		"network": func(c *capture.Frame) { c.Change(func(o *capture.Origin) { o.NetNSName = "blue" }) },
		"data":    func(c *capture.Frame) { c.Data, c.OrigLen = []byte{1}, 1 },
	} {
		c := completion
		change(&c)
		if n := size(c); n <= short+8 {
			t.Errorf("%s: written in %d bytes, as if it shared everything with its request", what, n)
		}
	}
}

// Whose request is not among the last, gets nobody's sender.
func TestCompletionWithoutRequest(t *testing.T) {
	var q requests[int]
	q.put(7, 1)
	for id, want := range map[uint64]bool{7: true, 7 + uint64(len(q)): false, 0: false, 8: false} {
		if got := q.of(id) != nil; got != want {
			t.Errorf("request %d is known: %v", id, got)
		}
	}
}

// What takes the slot of a request's template does not speak for the request.
func TestCompletionOfEvictedTemplate(t *testing.T) {
	change := routeChange()
	request, done := change[0], change[2]
	file := func(between int) []*capture.Frame {
		frames := []*capture.Frame{request}
		for i := range between {
			f := *request
			f.ID = uint64(1_000_000 + i)
			f.Change(func(o *capture.Origin) { o.Proc.TID = uint32(i) })
			frames = append(frames, &f)
		}
		return append(frames, done)
	}
	for _, between := range []int{0, 1, 100, 255, 5000} {
		_, got, _, err := play(record(t, testOptions, nil, file(between)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(done, got[len(got)-1]); diff != "" {
			t.Errorf("behind %d others:\n%s", between, diff)
		}
	}
}

// A request that is too long to be shown takes the slot of an earlier one, for the
// writer as for the reader.
func TestCompletionBehindLongRequest(t *testing.T) {
	change := routeChange()
	long := *change[0]
	long.ID += uint64(len(requests[int]{}))
	long.Data = make([]byte, maxShown)
	long.OrigLen = len(long.Data)
	_, got, _, err := play(record(t, testOptions, nil, []*capture.Frame{change[0], &long, change[2]}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(change[2], got[2]); diff != "" {
		t.Error(diff)
	}
}
