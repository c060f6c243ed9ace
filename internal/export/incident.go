// SPDX-License-Identifier: Apache-2.0

package export

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/words"
)

// Incident writes that a socket begins to lose messages, or what it lost.
func (t *Text) Incident(in *incident.Incident, l incident.Limits) error {
	t.line.reset()
	when := in.End
	if in.Open {
		when = in.Begin
	}
	t.line.word(styleDim, t.when(when))
	t.line.padded(styleProcess, OwnerOf(in), processWidth)
	t.line.word(styleBad, "!")
	for i, s := range IncidentLines(in, l, t.o.Group) {
		switch {
		case i == 0:
			t.line.word(styleBad, s)
			if in.Number > 0 {
				t.line.word(styleDim, "incident "+strconv.Itoa(in.Number))
			}
			t.line.end()
		default:
			t.line.buf = append(t.line.buf, "    "...)
			t.line.word(styleNone, s)
			t.line.end()
		}
	}
	return t.flush()
}

// OwnerOf names who lost the messages, or at least the port.
func OwnerOf(in *incident.Incident) string {
	if p := in.Socket.Owner; p.Known() {
		return words.Process(p)
	}
	return "port " + strconv.FormatUint(uint64(in.Socket.PortID), 10)
}

// IncidentLines tells an incident: a line that sums it up, and the details. They
// are safe for a terminal.
func IncidentLines(in *incident.Incident, l incident.Limits, group func(uint16, uint32) string) []string {
	proto := capture.ShortName(in.Protocol)
	if in.Open {
		return []string{"loses messages: the receive buffer of its " + proto + " socket is full (" + fill(in) + ")"}
	}
	lost := words.Plural(int(in.Lost), "message", "messages")
	if in.Lost == 0 && in.Dumps > 0 {
		lost = "parts of dumps"
	}
	sum := "lost " + lost + " on its " + proto + " socket"
	if d := in.End.Sub(in.Begin); d > 0 {
		sum += " in " + words.Duration(d)
	}
	lines := []string{sum + " (" + fill(in) + ")"}
	if s := ranked(len(in.What), in.Others+in.LostUnseen, func(i int) (string, uint64) {
		w := &in.What[i]
		name := decode.Quote(w.Type)
		if w.Group != 0 {
			name += " to " + words.Group(&capture.Frame{Origin: &capture.Origin{Protocol: in.Protocol, Group: w.Group}}, group)
		}
		return name, w.Lost
	}); s != "" {
		lines = append(lines, "what: "+s)
	}
	if s := ranked(len(in.Senders), in.OtherSenders+in.LostUnseen, func(i int) (string, uint64) {
		return sender(&in.Senders[i]), in.Senders[i].Lost
	}); s != "" {
		lines = append(lines, "sent by: "+s)
	}
	if n := in.NobufsRaised + in.NobufsRead; n > 0 {
		lines = append(lines, "ENOBUFS: raised "+strconv.FormatUint(in.NobufsRaised, 10)+", read "+strconv.FormatUint(in.NobufsRead, 10))
	}
	if in.LostUnseen > 0 {
		lines = append(lines, strconv.FormatUint(in.LostUnseen, 10)+" of them are known from sk_drops alone")
	}
	for _, s := range in.Advice(l) {
		lines = append(lines, "advice: "+s)
	}
	if in.Estimated != "" {
		lines = append(lines, "estimated: "+in.Estimated)
	}
	return lines
}

// sender names who sent what was lost: "ip[12]@net/node-1", "ip@net/node-1 (40
// children of 7)".
func sender(s *incident.Sender) string {
	name := words.Process(s.Proc) + words.Where(s.Proc)
	if n := strconv.Itoa(s.Processes); s.Processes > 1 && s.Proc.PPID != 0 {
		name += " (" + n + " children of " + strconv.FormatUint(uint64(s.Proc.PPID), 10) + ")"
	} else if s.Processes > 1 {
		name += " (" + n + " processes)"
	}
	if s.Inferred {
		name += " (inferred)"
	}
	return name + requests(s)
}

// requests says what a sender had asked for: " (RTM_NEWROUTE)", " (30 RTM_NEWROUTE, 12
// others)", and with which command, the first of the most; "": nobody knows.
func requests(s *incident.Sender) string {
	rest, list := s.Lost, ""
	for i, q := range s.Requests {
		rest -= q.Lost
		if i > 0 {
			list += ", "
		}
		list += strconv.FormatUint(q.Lost, 10) + " " + decode.Quote(q.Type)
	}
	switch {
	case list == "":
		return ""
	case rest > 0:
		list += ", " + strconv.FormatUint(rest, 10) + " others"
	case len(s.Requests) == 1:
		list = decode.Quote(s.Requests[0].Type)
	}
	if first := s.Requests[0].First; first != nil {
		if said := briefCommand(first); said != "" {
			list += ", first by " + said
		}
	}
	return " (" + list + ")"
}

// fill says how full the queue was, and for how long nobody had read it.
func fill(in *incident.Incident) string {
	s := "queue " + words.Size(uint64(in.RMem))
	if in.Socket.RcvBuf > 0 {
		s += " of " + words.Size(uint64(in.Socket.RcvBuf))
	}
	if in.Idle > 0 {
		s += ", not read for " + words.Duration(in.Idle)
	}
	return s
}

func ranked(n int, rest uint64, at func(int) (string, uint64)) string {
	var b strings.Builder
	for i := range n {
		name, lost := at(i)
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatUint(lost, 10) + " " + name)
	}
	if rest > 0 && n > 0 {
		b.WriteString(", " + strconv.FormatUint(rest, 10) + " others")
	}
	return b.String()
}

// Incident writes an object of kind "incident".
func (j *JSON) Incident(in *incident.Incident, l incident.Limits) error {
	j.buf = appendTime(append(j.buf[:0], '{'), "time", in.Begin)
	j.text("kind", "incident")
	j.number("number", uint64(in.Number))
	j.text("protocol", capture.ProtocolName(in.Protocol))
	j.number("netns", in.NetNS)
	j.socket(&in.Socket, &in.Queue, true)
	j.flag("open", in.Open)
	j.buf = appendTime(append(j.buf, ','), "end", in.End)
	j.always("lost", in.Lost)
	j.number("lost_unseen", in.LostUnseen)
	j.number("dump_parts", in.Dumps)
	j.number("lost_bytes", in.Bytes)
	j.always("enobufs_raised", in.NobufsRaised)
	j.always("enobufs_read", in.NobufsRead)
	j.buf = append(j.buf, `,"what":[`...)
	for i, w := range in.What {
		j.comma(i)
		j.buf = appendUint(append(j.buf, `{"lost":`...), w.Lost)
		j.orNull("family", w.Family)
		j.orNull("type", w.Type)
		j.multicast(&capture.Frame{Origin: &capture.Origin{Protocol: in.Protocol, Group: w.Group}})
		j.buf = append(j.buf, '}')
	}
	j.buf = append(j.buf, `],"senders":[`...)
	for i := range in.Senders {
		s := &in.Senders[i]
		j.comma(i)
		j.buf = appendUint(append(j.buf, `{"lost":`...), s.Lost)
		if s.Proc.Known() {
			j.buf = append(j.buf, `,"proc":`...)
			j.proc(&s.Proc)
		}
		if s.Processes > 1 {
			j.number("processes", uint64(s.Processes))
		}
		j.flag("inferred", s.Inferred)
		for n, q := range s.Requests {
			if n == 0 {
				j.buf = append(j.buf, `,"requests":[`...)
			}
			j.comma(n)
			j.buf = appendUint(append(j.buf, `{"lost":`...), q.Lost)
			j.text("family", q.Family)
			j.text("type", q.Type)
			if q.First != nil {
				if said := briefCommand(q.First); said != "" {
					j.text("says", said)
				}
			}
			j.buf = append(j.buf, '}')
		}
		if len(s.Requests) > 0 {
			j.buf = append(j.buf, ']')
		}
		j.buf = append(j.buf, '}')
	}
	j.buf = append(j.buf, ']')
	j.number("others", in.Others)
	j.number("other_senders", in.OtherSenders)
	j.number("queue_max", uint64(in.RMem))
	j.nanoseconds("idle_ns", in.Idle)
	j.number("need", in.Need)
	j.number("so_rcvbuf", in.RcvBuf())
	j.flag("stalled", in.Stalled())
	j.number("echoes", in.Echoes)
	j.number("answers", in.Answers)
	j.number("holds", in.Holds)
	if advice := in.Advice(l); len(advice) > 0 {
		j.buf = append(j.buf, `,"advice":`...)
		j.buf = appendStrings(j.buf, advice)
	}
	if in.Estimated != "" {
		j.text("estimated", in.Estimated)
	}
	return j.flush()
}

func (j *JSON) comma(i int) {
	if i > 0 {
		j.buf = append(j.buf, ',')
	}
}
