// SPDX-License-Identifier: Apache-2.0

package export

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Arrow is the direction as one character.
func Arrow(d capture.Dir, ascii bool) string {
	signs := [...][2]string{
		capture.DirUnknown: {"?", "?"}, capture.DirRequest: {"→", ">"}, capture.DirReply: {"←", "<"},
		capture.DirEvent: {"«", "*"}, capture.DirPeer: {"↔", "="},
	}
	if int(d) >= len(signs) {
		d = capture.DirUnknown
	}
	if ascii {
		return signs[d][1]
	}
	return signs[d][0]
}

// Process names a process as every line does: name[pid], or name/thread[pid] where a
// thread acted that is called otherwise.
func Process(p capture.Proc) string {
	if !p.Known() {
		return "?"
	}
	name := decode.Quote(p.ProcessName())
	if p.Name != "" && p.Comm != "" && p.Comm != p.Name {
		name += "/" + decode.Quote(p.Comm)
	}
	if p.PID == 0 {
		return name
	}
	return name + "[" + strconv.FormatUint(uint64(p.PID), 10) + "]"
}

// Identity says who a process is, as far as it is known: "/usr/sbin/ip: ip link show,
// uid 0, login 1000, started by bash[7] (bash -i)".
func Identity(p *capture.Proc) string {
	var parts []string
	who := decode.Quote(p.Exe)
	switch line := p.CmdLine.String(); {
	case line != "" && who != "":
		who += ": " + line
	case line != "":
		who = line
	}
	if who != "" {
		parts = append(parts, who)
	}
	if s := p.UID.String(); s != "" {
		parts = append(parts, "uid "+s)
	}
	if s := p.LoginUID.String(); s != "" {
		parts = append(parts, "login "+s)
	}
	if q := &p.Parent; q.PID != 0 && q.Name != "" {
		s := "started by " + Process(capture.Proc{PID: q.PID, Comm: q.Name})
		if line := q.CmdLine.String(); line != "" {
			s += " (" + line + ")"
		}
		if q.Late {
			s += lateNote
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return ""
	}
	if p.Late {
		parts[0] += lateNote
	}
	return strings.Join(parts, ", ")
}

// lateNote marks what was read from /proc when the process may have become another.
const lateNote = " (read late)"

// Where names the pod or container that a process runs in, behind the process:
// "@net/node-1"; "" for those of the host.
func Where(p capture.Proc) string {
	switch {
	case p.Pod != "" && p.Container != "":
		return "@" + decode.Quote(p.Pod) + "/" + decode.Quote(p.Container)
	case p.Container != "":
		return "@" + decode.Quote(p.Container)
	}
	return ""
}

// Group names the multicast group that a datagram went to, or gives its number
// where name, which may be nil, does not know it.
func Group(f *capture.Frame, name func(protocol uint16, group uint32) string) string {
	if name != nil {
		if s := name(f.Protocol, f.Group); s != "" {
			return decode.Quote(s)
		}
	}
	return "group " + strconv.FormatUint(uint64(f.Group), 10)
}

// Groups names the groups that a socket joined, without the prefix that all of
// NETLINK_ROUTE's have.
func Groups(protocol uint16, groups []uint32, name func(protocol uint16, group uint32) string) string {
	var names []string
	for _, g := range groups {
		s := ""
		if name != nil {
			s = name(protocol, g)
		}
		if s == "" {
			s = strconv.FormatUint(uint64(g), 10)
		}
		names = append(names, decode.Quote(strings.TrimPrefix(s, "RTNLGRP_")))
	}
	return strings.Join(names, ",")
}

// Errno is an errno by name, by number where it has none.
func Errno(errno int32) string {
	if name := decode.ErrnoName(errno); name != "" {
		return name
	}
	return "errno " + strconv.Itoa(int(errno))
}

// ErrorName is the error of a reply by name: an errno, or one of the family's
// own.
func ErrorName(e *decode.ErrorInfo) string {
	if e.Name != "" {
		return e.Name
	}
	return Errno(e.Errno)
}

// durations are the units of Duration, and from what on they are used: a figure
// that would be rounded up to 1000 takes the next unit, and so do 100 seconds
// and 100 minutes.
var durations = [...]struct {
	from, unit time.Duration
	name       string
}{
	{100 * time.Minute, time.Hour, " h"},
	{100 * time.Second, time.Minute, " m"},
	{999500 * time.Microsecond, time.Second, " s"},
	{999500 * time.Nanosecond, time.Millisecond, " ms"},
	{time.Microsecond, time.Microsecond, " us"},
}

// Duration writes a latency in three digits and a unit.
func Duration(d time.Duration) string {
	abs := math.Abs(float64(d))
	for _, u := range durations {
		if abs < float64(u.from) {
			continue
		}
		v, prec := abs/float64(u.unit), 0
		switch {
		case v < 9.995:
			prec = 2
		case v < 99.95:
			prec = 1
		}
		return strconv.FormatFloat(math.Copysign(v, float64(d)), 'f', prec, 64) + u.name
	}
	return strconv.FormatInt(int64(d), 10) + " ns"
}
