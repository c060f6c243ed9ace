// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/sockets"
)

// socketsPage lists every Netlink socket, those in trouble first.
func socketsPage(a *app) []textLine {
	t := &a.theme
	list, missing := a.src.Sockets()
	lines := []textLine{
		{text: fmt.Sprintf("Netlink sockets: %d", len(list)), style: t.title},
		{text: "     DROPS     QUEUE    RCVBUF  PROTOCOL      PORTID  OWNER  GROUPS", style: t.dim},
	}
	for i := range list {
		s := &list[i]
		st := t.text
		switch {
		case s.Drops > 0:
			st = t.bad
		case s.RcvBuf > 0 && s.RMem > s.RcvBuf/2:
			st = t.warn
		}
		lines = append(lines, textLine{text: socketLine(s, a.opt.GroupName), style: st})
	}
	if len(list) == 0 {
		lines = append(lines, textLine{text: "  none is known", style: t.dim})
	}
	for _, m := range missing {
		lines = append(lines, textLine{text: "  not seen: " + m, style: t.dim})
	}
	return lines
}

func socketLine(s *sockets.Socket, group func(uint16, uint32) string) string {
	rcvbuf := "?"
	if s.RcvBuf > 0 {
		rcvbuf = incident.Size(uint64(s.RcvBuf))
	}
	line := fmt.Sprintf("%10d %9s %9s  %-10s %10d  %s%s", s.Drops, incident.Size(uint64(s.RMem)), rcvbuf,
		strings.TrimPrefix(capture.ProtocolName(s.Protocol), "NETLINK_"), s.PortID, export.Process(s.Owner), export.Where(s.Owner))
	if s.NetNSName != "" && s.NetNSName != "host" {
		line += "  netns " + decode.Quote(s.NetNSName)
	}
	return line + "  " + export.Groups(s.Protocol, s.Groups, group)
}
