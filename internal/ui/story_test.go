// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/sockets"
)

// story fills in what tells of more than one message.
func (s *fakeSource) story() {
	request := func(typ string) *decode.Message {
		return &decode.Message{Family: "route", Type: typ, Frame: &capture.Frame{Origin: &capture.Origin{}, Time: epoch}}
	}
	ip := capture.Proc{PID: 4711, Comm: "ip"}
	bird := capture.Proc{PID: 12, Comm: "bird", Container: "bird", Pod: "net/node-1"}
	s.ended = []correlate.Exchange{
		{
			Request: request("RTM_DELLINK"), Proc: ip, Time: epoch, Outcome: correlate.Acked, Replies: 1, Ended: true,
			Kernel: 86 * time.Millisecond, First: 85 * time.Millisecond, Last: 85 * time.Millisecond, Events: 2, Listeners: 5, Lost: 1,
			LostBy: []capture.Proc{bird}, Lock: capture.Lock{Wait: 10 * time.Millisecond, Hold: 70 * time.Millisecond, Blocker: &bird},
		},
		{Request: request("RTM_NEWLINK"), Proc: bird, Time: epoch, Outcome: correlate.Failed, Errno: 17, Replies: 1, Ended: true, First: 3000, Last: 3000},
		{
			Request: request("RTM_GETROUTE"), Proc: bird, Time: epoch, Outcome: correlate.Interrupted, Replies: 900, Rounds: 7, Ended: true, Intr: true,
			First: 3000, Last: time.Second, Reader: 900 * time.Millisecond,
			InterruptedBy: &correlate.Cause{Proc: ip, Exchange: &correlate.Exchange{Request: request("RTM_NEWROUTE")}},
		},
	}
	in := incident.Incident{
		Begin: epoch, End: epoch.Add(1200 * time.Millisecond), Lost: 371, NobufsRaised: 3, NobufsRead: 3, RMem: 212000, Idle: 3200 * time.Millisecond,
		Socket:  capture.Socket{PortID: 12, Owner: bird, RcvBuf: 212992},
		What:    []incident.What{{Family: "route", Type: "RTM_NEWNEIGH", Group: 3, Lost: 300}, {Family: "route", Type: "RTM_NEWLINK", Group: 1, Lost: 71}},
		Senders: []incident.Sender{{Proc: ip, Lost: 300}, {Proc: capture.Proc{Comm: "(interrupt)"}, Lost: 71}},
		Need:    1600 << 10, Holds: 280,
	}
	open := in
	open.Open = true
	s.incidents = []incident.Incident{open, in}
	s.sockets = []sockets.Socket{
		{PortID: 12, Owner: bird, Drops: 371, RMem: 212000, RcvBuf: 212992, Groups: []uint32{1, 3}, NetNSName: "blue"},
		{Protocol: capture.NETLINK_GENERIC, PortID: 4711, Owner: ip, RcvBuf: 212992},
	}
	s.missing = []string{"network namespaces of 3 processes"}
	ms := time.Millisecond
	s.locks = live.Locks{
		Rows: []live.LockRow{
			{Proc: &aggregate.Process{PID: 4711, Comm: "ip"}, Family: "route", Type: "RTM_DELLINK", Blamed: 90 * ms,
				Hold: capture.Times{Count: 3, Sum: 120 * ms, Max: 70 * ms}, Wait: capture.Times{Count: 1, Sum: 10 * ms, Max: 10 * ms}},
			{Proc: &aggregate.Process{PID: 12, Comm: "bird"}, Family: "route", Type: "RTM_GETROUTE",
				Hold: capture.Times{Count: 900, Sum: 9 * ms, Max: ms}, Wait: capture.Times{Count: 2, Sum: 90 * ms, Max: 70 * ms}},
			{Proc: &aggregate.Process{PID: 33, Comm: "kworker/u8:2\x1b"}, Hold: capture.Times{Count: 1, Sum: ms, Max: ms}},
		},
		Lost: 2,
		Reports: []live.LockReport{
			{Time: epoch.Add(time.Second), Proc: bird, Family: "route", Type: "RTM_GETROUTE", Lock: capture.Lock{Wait: 70 * ms, Hold: ms, Blocker: &ip}},
			{Time: epoch, Proc: ip, Family: "route", Type: "RTM_DELLINK", Lock: capture.Lock{Hold: 70 * ms}},
			{Time: epoch, Proc: capture.Proc{PID: 33, Comm: "kworker/u8:2"}, Lock: capture.Lock{Hold: 20 * ms}},
		},
	}
}

// While somebody loses messages every screen says so, and only then.
func TestIncidentHint(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	if strings.Contains(h.text(), "is losing messages") {
		t.Error("a hint without an incident")
	}
	h.src.story()
	h.tick()
	h.wants("bird[12] is losing messages (i)")
	h.press("i")
	h.wants("300 RTM_NEWNEIGH")
	h.press("q", "x", "End")
	h.wants("interrupted by ip[4711] RTM_NEWROUTE")
}
