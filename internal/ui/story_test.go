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
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/spool"
)

// story fills in what tells of more than one message.
func (s *fakeSource) story() {
	request := func(typ string) *decode.Message { return s.message(typ, capture.DirRequest) }
	ip := capture.Proc{PID: 4711, Comm: "ip"}
	bird := capture.Proc{PID: 12, Comm: "bird", Container: "bird", Pod: "net/node-1"}
	s.ended = endedFixture(request, ip, bird)
	s.shared, s.stories = s.storiesFixture(s.ended)
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

// endedFixture is a little of everything: a transaction, a dump that was interrupted, a
// refusal with its reason, and a request that loaded a module, waited for rtnl_mutex and made
// somebody lose an event.
func endedFixture(request func(string) *decode.Message, ip, bird capture.Proc) []correlate.Exchange {
	timed := request("RTM_DELLINK")
	timed.Frame.Change(func(o *capture.Origin) { o.Sees = capture.AllSees })
	refused := &decode.ErrorInfo{Errno: 22, Msg: "mtu greater than device maximum", Attr: "IFLA_MTU"}
	begin := request("NFNL_MSG_BATCH_BEGIN")
	ms := time.Millisecond
	return []correlate.Exchange{
		{Request: begin, Proc: capture.Proc{PID: 88, Comm: "nft"}, Time: epoch, Outcome: correlate.Accepted, Shared: 4, Leads: true, Ended: true, Kernel: 3 * ms, Send: 3 * ms},
		{
			Request: request("RTM_GETROUTE"), Proc: bird, Time: epoch, Outcome: correlate.Interrupted, Replies: 900, Rounds: 7, Ended: true, Intr: true,
			First: 3000, Last: time.Second, Reader: 900 * ms, Shared: 1, Leads: true,
			InterruptedBy: &correlate.Cause{Proc: ip, Exchange: &correlate.Exchange{Request: request("RTM_NEWROUTE")}},
		},
		{Request: request("RTM_NEWLINK"), Proc: bird, Time: epoch, Outcome: correlate.Failed, Errno: 22, Err: refused, Replies: 1, Ended: true, First: 3000, Last: 3000, Shared: 1, Leads: true},
		{
			Request: timed, Proc: ip, Time: epoch, Outcome: correlate.Acked, Replies: 1, Ended: true, Shared: 1, Leads: true,
			Kernel: 86 * ms, Send: 86 * ms, First: 85 * ms, Last: 85 * ms, Events: 2, Listeners: 5, Lost: 1, Queue: 4 * ms, Whole: 90 * ms,
			LostBy: []capture.Proc{bird}, Lock: capture.Lock{Wait: 10 * ms, Hold: 70 * ms, Blocker: &bird},
			Waits: &capture.Waits{Locks: 2 * ms, OffCPU: 65 * ms, Loading: 50 * ms, Module: "vxlan", Modules: 2},
		},
	}
}

// message is one about the link vx0, whatever its type.
func (s *fakeSource) message(typ string, dir capture.Dir) *decode.Message {
	s.id++
	f := &capture.Frame{
		Origin: &capture.Origin{Dir: dir}, ID: s.id, Time: epoch,
		Data: nltest.Message(16, 5, 7, 0, []byte{0, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, nltest.Attr(3, nltest.Str("vx0"))),
	}
	f.OrigLen = len(f.Data)
	nft := strings.HasPrefix(typ, "NF")
	if nft {
		f.Change(func(o *capture.Origin) { o.Protocol = capture.NETLINK_NETFILTER })
	}
	m := s.decoder.Frame(f, nil)[0]
	m.Family, m.Type = "route", typ
	if nft {
		m.Family = "nftables"
	}
	return &m
}

// storiesFixture are the other requests of the transaction, and the stories of the dump, of
// the refusal and of the request with events.
func (s *fakeSource) storiesFixture(ended []correlate.Exchange) (map[uint64]spool.Shared, map[uint64]spool.Story) {
	var rest spool.Shared
	for i, typ := range []string{"NFT_MSG_NEWTABLE", "NFT_MSG_NEWRULE", "NFT_MSG_NEWRULE"} {
		m := s.message(typ, capture.DirRequest)
		m.Index, m.Frame = i+1, ended[0].Request.Frame
		rest.List = append(rest.List, correlate.Exchange{Request: m, Proc: ended[0].Proc, Time: epoch, Outcome: correlate.Accepted, Shared: 4, Ended: true})
	}
	message := func(typ string, outcome correlate.Outcome, x *correlate.Exchange) aggregate.Kept {
		dir := capture.DirReply
		if x == nil {
			dir = capture.DirEvent
		}
		m := s.message(typ, dir)
		return aggregate.Kept{Observation: correlate.Observation{Frame: m.Frame, Message: m, Exchange: x, Outcome: outcome, Latency: time.Millisecond}}
	}
	dump := spool.Story{Exchanges: ended[1:2], Ended: true, Whole: true, Runs: []spool.Run{{Family: "route", Type: "RTM_NEWROUTE", N: 900}, {Family: "route", Type: "DONE", First: 900, N: 1}}}
	for range 40 {
		dump.Replies = append(dump.Replies, message("RTM_NEWROUTE", correlate.Partial, &ended[1]))
	}
	refused := spool.Story{Exchanges: ended[2:3], Ended: true, Whole: true, Runs: []spool.Run{{Family: "route", Type: "ERROR", N: 1}}, Replies: []aggregate.Kept{message("ERROR", correlate.Failed, &ended[2])}}
	refused.Replies[0].Message.Err = ended[2].Err
	deleted := spool.Story{Exchanges: ended[3:4], Ended: true, Whole: true, Runs: []spool.Run{{Family: "route", Type: "ERROR", N: 1}}, Replies: []aggregate.Kept{message("ERROR", correlate.Acked, &ended[3])}}
	listener := func(comm string, pid uint32) spool.Listener {
		return spool.Listener{Proc: capture.Proc{PID: pid, Comm: comm}, Socket: capture.Socket{PortID: pid, Inode: uint64(pid) + 70000}, NetNS: 4026531840, N: 1}
	}
	for i, typ := range []string{"RTM_DELLINK", "RTM_DELADDR"} {
		k := message(typ, correlate.OutcomeNone, nil)
		k.Event = &correlate.Event{Message: k.Message, Cause: correlate.Cause{Proc: ended[3].Proc}, Delivered: 4 - 3*i, Lost: 1 - i}
		h := spool.Heard{Kept: k, Got: []spool.Listener{listener("zebra", 2044)}}
		if i == 0 {
			h.Got = append(h.Got, listener("networkd", 811), listener("dhcpcd", 90), listener("snmpd", 91))
			h.Lost = []spool.Listener{listener("bird", 12)}
		}
		deleted.Events = append(deleted.Events, h)
	}
	return map[uint64]spool.Shared{1: rest}, map[uint64]spool.Story{2: dump, 3: refused, 4: deleted}
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
	h.press("q", "x", "End", "Up")
	h.wants("interrupted by ip[4711] RTM_NEWROUTE")
}
