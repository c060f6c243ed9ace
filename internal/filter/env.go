// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"reflect"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// environment is what an expression sees: the names of the JSON output, in the
// order of docs/filter.md. Numbers are int, which the library compares without
// conversion. Names that begin with a dot cannot be written by a user.
type environment struct {
	Time       time.Time `expr:"time"`
	Source     string    `expr:"source"`
	Dir        string    `expr:"dir"`
	Protocol   string    `expr:"protocol"`
	ProtocolID int       `expr:"protocol_id"`
	Family     string    `expr:"family"`
	Type       string    `expr:"type"`
	About      string    `expr:"about"`
	NlmsgType  string    `expr:"nlmsg_type"`
	TypeID     int       `expr:"type_id"`
	Cmd        int       `expr:"cmd"`
	Flags      []string  `expr:"flags"`
	Seq        int       `expr:"seq"`
	PortID     int       `expr:"portid"`
	Len        int       `expr:"·len"` // len is also a function
	NetNS      int       `expr:"netns"`
	NetNSName  string    `expr:"netns_name"`
	Proc       *process  `expr:"proc"` // pointers, or asking for a field would copy all
	Cause      *process  `expr:"cause"`
	Trigger    *trigger  `expr:"trigger"`
	Group      int       `expr:"group"`
	Error      int       `expr:"error"`
	ErrorName  string    `expr:"error_name"`
	Verdict    string    `expr:"verdict"`
	Latency    float64   `expr:"latency"`
	Outcome    string    `expr:"outcome"`
	Frame      int       `expr:"frame"`
	Kind       string    `expr:"kind"`
	Self       bool      `expr:"self"`
	Inferred   bool      `expr:"inferred"`
	CauseType  string    `expr:"cause_type"`
	Kernel     float64   `expr:"kernel"`
	Replies    int       `expr:"replies"`
	Rounds     int       `expr:"rounds"`
	Deliveries int       `expr:"deliveries"`
	Listeners  int       `expr:"listeners"`
	Lost       int       `expr:"lost"`
	LockWait   float64   `expr:"lock_wait"`
	LockHold   float64   `expr:"lock_hold"`

	X *correlate.Observation `expr:"·x"`
}

// trigger is what sent an event that no request caused.
type trigger struct {
	Kind   string `expr:"kind"`
	Number int    `expr:"number"`
	Name   string `expr:"name"`
}

// process is proc and cause.
type process struct {
	PID     int    `expr:"pid"`
	TID     int    `expr:"tid"`
	PPID    int    `expr:"ppid"`
	Outside bool   `expr:"outside"`
	Comm    string `expr:"comm"`
	Cgroup  string `expr:"cgroup"`

	Name     string `expr:"name"`
	Exe      string `expr:"exe"`
	CmdLine  string `expr:"cmdline"`
	UID      int    `expr:"uid"`
	LoginUID int    `expr:"loginuid"`
	Parent   parent `expr:"parent"`

	Unit      string `expr:"unit"`
	Container string `expr:"container"`
	Pod       string `expr:"pod"`
}

// parent is that of a process.
type parent struct {
	PID     int    `expr:"pid"`
	Name    string `expr:"name"`
	CmdLine string `expr:"cmdline"`
}

// of sets every field that is asked for.
func (q *process) of(p *capture.Proc, asks *asked) {
	q.PID, q.TID, q.PPID, q.Comm, q.Name, q.Cgroup = int(p.PID), int(p.TID), int(p.PPID), p.Comm, p.ProcessName(), p.Cgroup
	q.Outside = p.Outside
	if p.Outside { // its IDs are others' here, and the kernel's part of the filter says so, too
		q.PID, q.TID, q.PPID = 0, 0, 0
	}
	q.Unit, q.Container, q.Pod = p.Unit, p.Container, p.Pod
	if asks.identity {
		q.Exe, q.UID, q.LoginUID = p.Exe, idOf(p.UID), idOf(p.LoginUID)
		q.Parent.PID, q.Parent.Name = int(p.Parent.PID), p.Parent.Name
		if p.Parent.Outside {
			q.Parent.PID = 0
		}
	}
	if asks.cmdline { // to quote one takes an allocation
		q.CmdLine, q.Parent.CmdLine = p.CmdLine.String(), p.Parent.CmdLine.String()
	}
}

// idOf is -1 for a user ID that is unknown, or unset.
func idOf(id capture.ID) int {
	if v, ok := id.Value(); ok {
		return int(v)
	}
	return -1
}

// lazy are the names whose values are worked out only when asked for. They
// are rewritten to calls.
var lazy = map[string]string{"problem": "·problem", "change": "·change"}

// fill sets every field that is asked for. Nothing here decodes a message; the names of
// flags cost an allocation, who caused a message a look at two processes: both are left
// out where nobody asks for them.
func (e *environment) fill(x *correlate.Observation, asks *asked) {
	f := x.Frame
	if f == nil {
		f = &capture.Frame{Origin: &capture.Origin{}}
	}
	e.X = x
	e.Time, e.Source, e.Dir = f.Time, f.Source, f.Dir.String()
	e.Protocol, e.ProtocolID = capture.ProtocolName(f.Protocol), int(f.Protocol)
	e.Family, e.About, e.Type = x.Family, x.Type, x.Type
	e.NetNS, e.NetNSName, e.Group, e.Frame = int(f.NetNS), f.NetNSName, int(f.Group), int(f.ID)
	whose := &x.Account
	if f.Verdict == capture.VerdictUnheard { // nobody's: who caused it decides, as in the kernel
		whose = &f.Proc
	}
	e.Proc.of(whose, asks)
	e.Error, e.ErrorName = int(x.Errno), decode.ErrnoName(x.Errno)
	e.Verdict, e.Outcome, e.Latency = f.Verdict.String(), x.Outcome.String(), x.Latency.Seconds()
	e.PortID = int(f.Socket.PortID)
	e.exchange(x, f, asks)
	e.message(said(x), f, asks.flags)
}

// said is the message that an observation is about: at the end of an exchange its
// request, of an event its first delivery, as in the JSON output.
func said(x *correlate.Observation) *decode.Message {
	switch {
	case x.End == correlate.EndExchange && x.Exchange != nil:
		return x.Exchange.Request
	case x.End == correlate.EndEvent && x.Event != nil:
		return x.Event.Message
	}
	return x.Message
}

// exchange sets what the whole of an exchange or event tells, as far as it is
// known by now.
func (e *environment) exchange(x *correlate.Observation, f *capture.Frame, asks *asked) {
	e.Kind, e.Self, e.Inferred, e.CauseType = kindOf(x, f), x.Self, false, ""
	e.Deliveries = 0
	e.Kernel, e.Replies, e.Rounds, e.Listeners, e.Lost = 0, 0, 0, 0, 0
	e.LockWait, e.LockHold = f.Lock.Wait.Seconds(), f.Lock.Hold.Seconds()
	if r := x.Exchange; r != nil {
		e.Kernel, e.Replies, e.Rounds = r.Kernel.Seconds(), r.Replies, r.Rounds
		e.Deliveries, e.Listeners, e.Lost = r.Deliveries, r.Listeners, r.Lost
		if x.End == correlate.EndExchange {
			e.LockWait, e.LockHold = r.Lock.Wait.Seconds(), r.Lock.Hold.Seconds()
		}
	}
	if v := x.Event; v != nil {
		e.Deliveries, e.Listeners, e.Lost = v.Delivered+v.Lost, v.Delivered+v.Lost, v.Lost
	}
	if !asks.cause {
		return
	}
	cause := x.CausedBy()
	t := &cause.Trigger
	e.Trigger.Kind, e.Trigger.Number, e.Trigger.Name = t.Kind.String(), int(t.Number), t.Name
	e.Cause.of(&cause.Proc, asks)
	if e.Inferred = cause.Inferred; cause.Exchange != nil {
		e.CauseType = cause.Exchange.Request.Type
	}
}

// kindOf is "message", or what an object of the JSON output without a message
// has as its kind.
func kindOf(x *correlate.Observation, f *capture.Frame) string {
	switch {
	case x.End == correlate.EndExchange:
		return "exchange"
	case x.End == correlate.EndEvent:
		return "event"
	case f.Kind != capture.KindDatagram && f.Kind != capture.KindExtack:
		return f.Kind.Name()
	case x.Message == nil:
		return "datagram"
	}
	return "message"
}

// message sets what only a message has.
func (e *environment) message(m *decode.Message, f *capture.Frame, flags bool) {
	if m == nil {
		e.NlmsgType, e.TypeID, e.Cmd, e.Flags, e.Seq, e.Len = "", 0, -1, nil, 0, f.OrigLen
		return
	}
	e.Type, e.NlmsgType, e.TypeID, e.Cmd = m.Type, m.Type, int(m.Header.Type), -1
	if m.HasCmd {
		e.Cmd = int(m.Cmd)
	}
	e.Seq, e.Len = int(m.Header.Seq), int(m.Header.Len)
	if m.NoHeader {
		e.Len = len(m.Data)
	}
	if e.PortID == 0 {
		e.PortID = int(m.Header.PID)
	}
	e.Flags = nil
	if flags {
		e.Flags = m.FlagNames()
	}
}

// about returns the message whose attributes an expression asks for. An ACK,
// an error, the end of a dump and a completion stand for the request that they
// answer: it holds the attributes that say what failed.
func about(x *correlate.Observation) (own, request *decode.Message) {
	own = said(x)
	if x.Exchange == nil || x.End != correlate.EndNone {
		return own, nil
	}
	if own == nil || own.Err != nil || own.Type == "NLMSG_DONE" {
		request = x.Exchange.Request
	}
	return own, request
}

func lookup(x *correlate.Observation, name string) (decode.Node, bool) {
	own, request := about(x)
	if own != nil {
		if n, ok := own.Lookup(name); ok {
			return n, true
		}
	}
	if request != nil {
		return request.Lookup(name)
	}
	return decode.Node{}, false
}

// problem is the first malformation anywhere in the message.
func problem(x *correlate.Observation) string {
	m := said(x)
	if m == nil {
		return ""
	}
	if p := m.Problem; p != nil {
		return p.Error()
	}
	return m.Values().Problem
}

// function is one that expressions may call, or that they are rewritten to.
type function struct {
	name string
	typ  reflect.Type
	call func(args ...any) (any, error)
}

func typeOf[F any]() reflect.Type { return reflect.TypeFor[F]() }

// functions: the first three are the user's. They have no message to look at
// until they are rewritten to those that begin with a dot.
var functions = []function{
	{"attr", typeOf[func(string) any](), unbound},
	{"attrs", typeOf[func(string) []any](), unbound},
	{"has", typeOf[func(string) bool](), unbound},

	{"·attr", typeOf[func(*correlate.Observation, string) any](), func(a ...any) (any, error) {
		v, err := attr(a...)
		return plain(v), err
	}},
	{"·value", typeOf[func(*correlate.Observation, string) any](), attr},
	{"·attrs", typeOf[func(*correlate.Observation, string) []any](), attrs},
	{"·plains", typeOf[func(*correlate.Observation, string) []any](), func(a ...any) (any, error) {
		vs, err := attrs(a...)
		list, _ := vs.([]any)
		for i := range list {
			list[i] = plain(list[i])
		}
		return list, err
	}},
	{"·has", typeOf[func(*correlate.Observation, string) bool](), func(a ...any) (any, error) {
		x, name, err := arguments(a)
		if err != nil {
			return false, err
		}
		_, ok := lookup(x, name)
		return ok, nil
	}},
	{"·problem", typeOf[func(*correlate.Observation) string](), func(a ...any) (any, error) {
		return problem(a[0].(*correlate.Observation)), nil
	}},
	{"·change", typeOf[func(*correlate.Observation) bool](), func(a ...any) (any, error) {
		return a[0].(*correlate.Observation).Change() == decode.Yes, nil
	}},
	{"·plain", typeOf[func(any) any](), func(a ...any) (any, error) { return plain(a[0]), nil }},

	compares("·==", equal),
	compares("·!=", func(a, b any) bool { return !equal(a, b) }),
	compares("·<", func(a, b any) bool { return less(a, b) }),
	compares("·>", func(a, b any) bool { return less(b, a) }),
	compares("·<=", func(a, b any) bool { return less(a, b) || sameOrder(a, b) }),
	compares("·>=", func(a, b any) bool { return less(b, a) || sameOrder(a, b) }),
	compares("·in", in),
	compares("·contains", contains),
	compares("·startsWith", startsWith),
	compares("·endsWith", endsWith),
	{"·matches", typeOf[func(any, any) bool](), func(a ...any) (any, error) { return matches(a[0], a[1]) }},
}
