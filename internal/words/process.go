// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Process names a process as every line does: name[pid], or name/thread[pid] where a
// thread acted that is called otherwise; name[pid outside] of one that is not in the PID
// namespace of the capture, whose pid is that of the initial one.
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
	id := strconv.FormatUint(uint64(p.PID), 10)
	if p.Outside {
		id += " outside"
	}
	return name + "[" + id + "]"
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
		s := "started by " + Process(capture.Proc{PID: q.PID, Comm: q.Name, Outside: q.Outside})
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
