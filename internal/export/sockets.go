// SPDX-License-Identifier: Apache-2.0

package export

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/words"
)

// SocketTable prints sockets; group names their multicast groups. What happened on
// them has columns of its own where anybody watched, of a recording also the time
// when they were so. NEW is "2+3" where sk_drops counted three that nobody saw.
func SocketTable(w io.Writer, ss []sockets.Socket, group func(uint16, uint32) string) error {
	then := slices.ContainsFunc(ss, func(s sockets.Socket) bool { return !s.Seen.IsZero() })
	live := slices.ContainsFunc(ss, func(s sockets.Socket) bool { return s.Live != nil })
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := "DROPS\tQUEUE\tRCVBUF\tASKED\tFULL\tPROTOCOL\tPORTID\tNETNS\tPROCESS\t"
	if then {
		head = strings.Replace(head, "QUEUE", "SEEN\tQUEUE", 1)
	}
	if live {
		head = "NEW\t" + head + "HIGH\tREADS/s\tSTALL\tLAST READ\tRECEIVED\t"
	}
	asked := slices.ContainsFunc(ss, func(s sockets.Socket) bool { return s.Options != nil })
	if asked {
		head += "OPTIONS\t"
	}
	fmt.Fprintln(tw, head+"GROUPS")
	for i := range ss {
		s := &ss[i]
		cells := []string{strconv.FormatUint(uint64(s.Drops), 10), bytesOr(s.RMem, true), bytesOr(s.RcvBuf, s.RcvBuf != 0), bytesOr(s.Asked, s.Asked != 0), percentFull(s),
			capture.ShortName(s.Protocol), strconv.FormatUint(uint64(s.PortID), 10),
			netnsText(s), ownerText(s)}
		if then {
			at := "-"
			if !s.Seen.IsZero() {
				at = s.Seen.Format("2006-01-02 15:04:05")
			}
			cells = slices.Insert(cells, 1, at)
		}
		if live {
			drops, rest := liveCells(s)
			cells = append(append([]string{drops}, cells...), rest...)
		}
		if asked {
			cells = append(cells, optionsText(s))
		}
		fmt.Fprintln(tw, strings.Join(append(cells, groupsText(s, group)), "\t"))
	}
	return tw.Flush()
}

func optionsText(s *sockets.Socket) string {
	if s.Options == nil {
		return "-"
	}
	return s.Options.String()
}

// liveCells are NEW, and HIGH to RECEIVED; "-" is what nobody measured.
func liveCells(s *sockets.Socket) (drops string, rest []string) {
	l := s.Live
	if l == nil {
		return "-", []string{"-", "-", "-", "-", "-"}
	}
	received, reads, stall, last := "-", "-", "-", "-"
	if !l.Sampled {
		received = strconv.FormatUint(l.Received, 10)
	}
	if l.Reads > 0 {
		reads = strconv.FormatFloat(l.ReadRate(), 'f', 1, 64)
	}
	if l.Stall > 0 {
		stall = words.Duration(l.Stall)
	}
	if !l.LastRead.IsZero() {
		last = l.LastRead.Format("15:04:05.000")
	}
	drops = strconv.FormatUint(l.Drops, 10)
	if l.Unseen > 0 {
		drops += "+" + strconv.FormatUint(l.Unseen, 10)
	}
	return drops, []string{bytesOr(l.HighWater, l.HighWater > 0), reads, stall, last, received}
}

func bytesOr(n uint32, known bool) string {
	if !known {
		return "-"
	}
	return words.Size(uint64(n))
}

func percentFull(s *sockets.Socket) string {
	if s.RcvBuf == 0 {
		return "-"
	}
	return strconv.FormatUint(uint64(s.RMem)*100/uint64(s.RcvBuf), 10) + "%"
}

func netnsText(s *sockets.Socket) string {
	switch {
	case s.NetNSName != "":
		return decode.Quote(s.NetNSName)
	case s.NetNS != 0:
		return strconv.FormatUint(s.NetNS, 10)
	}
	return "-"
}

func ownerText(s *sockets.Socket) string {
	switch {
	case s.Kernel:
		return "(kernel)"
	case s.Closed:
		return words.Process(s.Owner) + words.Where(s.Owner) + " (closed)"
	case len(s.SharedWith) > 0:
		return fmt.Sprintf("%s +%d", words.Process(s.Owner), len(s.SharedWith))
	}
	return words.Process(s.Owner) + words.Where(s.Owner)
}

// groupsText names the groups, and the options that matter for losses.
func groupsText(s *sockets.Socket, group func(uint16, uint32) string) string {
	text := words.Groups(s.Protocol, s.Groups, group)
	if s.GroupsCut {
		text += ",…"
	}
	for _, flag := range s.Flags {
		if strings.Contains(flag, "NO_ENOBUFS") {
			text += " NO_ENOBUFS"
		}
	}
	return cmp.Or(strings.TrimSpace(text), "-")
}

// SocketGroups prints a line for each group. NEW and GONE are since the first look; "-"
// where there was one alone. It is as wide as StatTable.
func SocketGroups(w io.Writer, groups []sockets.Group, width int) error {
	rows := make([]*sockets.Group, len(groups))
	for i := range groups {
		rows[i] = &groups[i]
	}
	return writeColumns(w, groupColumns, &struct{}{}, rows, width)
}

var groupColumns = []column[struct{}, sockets.Group]{
	{"SOCKETS", 0, func(_ *struct{}, g *sockets.Group) string { return strconv.Itoa(g.Sockets) }},
	{"NEW", 0, func(_ *struct{}, g *sockets.Group) string { return watched(g, strconv.Itoa(g.New)) }},
	{"GONE", 0, func(_ *struct{}, g *sockets.Group) string { return watched(g, strconv.Itoa(g.Gone)) }},
	{"GROWTH", 2, func(_ *struct{}, g *sockets.Group) string {
		return watched(g, fmt.Sprintf("%+.1f/s", float64(g.Growth())/max(g.For.Seconds(), 1e-9)))
	}},
	{"QUEUE", 1, func(_ *struct{}, g *sockets.Group) string { return words.Size(g.RMem) }},
	{"DROPS", 3, func(_ *struct{}, g *sockets.Group) string { return strconv.FormatUint(g.Drops, 10) }},
	{"PROTOCOLS", 4, func(_ *struct{}, g *sockets.Group) string { return protocolsText(g) }},
	{"DESCRIPTORS", 5, func(_ *struct{}, g *sockets.Group) string { return cmp.Or(g.Descriptors(), "-") }},
	{"PROCESS", 0, func(_ *struct{}, g *sockets.Group) string { return groupText(g) }},
}

func watched(g *sockets.Group, text string) string {
	if !g.Watched() {
		return "-"
	}
	return text
}

// protocolsText names the protocols, those with most sockets first: "ROUTE 118, GENERIC 2".
func protocolsText(g *sockets.Group) string {
	numbers := slices.SortedFunc(maps.Keys(g.Protocols), func(a, b uint16) int {
		return cmp.Or(cmp.Compare(g.Protocols[b], g.Protocols[a]), cmp.Compare(a, b))
	})
	var names []string
	for _, p := range numbers {
		name := capture.ShortName(p)
		if n := g.Protocols[p]; len(numbers) > 1 {
			name += " " + strconv.Itoa(n)
		}
		names = append(names, name)
	}
	return cmp.Or(strings.Join(names, ", "), "-")
}

func groupText(g *sockets.Group) string {
	switch {
	case g.Kernel:
		return "(kernel)"
	case g.Processes > 1:
		return fmt.Sprintf("%s (%d processes)", words.Process(g.Owner), g.Processes)
	}
	return words.Process(g.Owner) + words.Where(g.Owner)
}
