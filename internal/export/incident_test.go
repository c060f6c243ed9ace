// SPDX-License-Identifier: Apache-2.0

package export

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/incident"
)

func TestIncidentInOneLine(t *testing.T) {
	at := time.Unix(1767319445, 0)
	in := incident.Incident{Protocol: capture.NETLINK_ROUTE, Begin: at, End: at, Lost: 1, RMem: 7680,
		Socket: capture.Socket{RcvBuf: 8192}, Idle: 1530 * time.Millisecond}
	more, dump, open := in, in, in
	more.Lost, more.End = 46, at.Add(6860*time.Millisecond)
	dump.Lost, dump.Dumps = 0, 1
	open.Open = true
	for want, in := range map[string]*incident.Incident{
		"lost 1 message on its ROUTE socket (queue 7680 B of 8192 B, not read for 1.53 s)":                             &in,
		"lost 46 messages on its ROUTE socket in 6.86 s (queue 7680 B of 8192 B, not read for 1.53 s)":                 &more,
		"lost parts of dumps on its ROUTE socket (queue 7680 B of 8192 B, not read for 1.53 s)":                        &dump,
		"loses messages: the receive buffer of its ROUTE socket is full (queue 7680 B of 8192 B, not read for 1.53 s)": &open,
	} {
		if got := IncidentLines(in, incident.Limits{}, nil)[0]; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestSender(t *testing.T) {
	ip := capture.Proc{Comm: "ip", PPID: 7, Pod: "net/node-1", Container: "bird"}
	one, alone := ip, ip
	one.PID, alone.PPID = 12, 0
	for want, s := range map[string]incident.Sender{
		"ip[12]@net/node-1/bird":                       {Proc: one, Processes: 1},
		"ip@net/node-1/bird (40 children of 7)":        {Proc: ip, Processes: 40},
		"ip@net/node-1/bird (40 processes) (inferred)": {Proc: alone, Processes: 40, Inferred: true},
		"(interrupt)": {Proc: capture.Proc{Comm: "(interrupt)"}, Processes: 1},
	} {
		if got := sender(&s); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
