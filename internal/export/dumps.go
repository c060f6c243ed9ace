// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/repeat"
	"github.com/nltop/nltop/internal/say"
	"github.com/nltop/nltop/internal/words"
)

// DumpRow is the object of nltop stat --dumps -o json.
type DumpRow struct {
	Proc      *aggregate.Process `json:"proc"`
	Processes int                `json:"processes"`
	PortID    uint32             `json:"portid,omitempty"`
	NetNS     uint64             `json:"netns,omitempty"`
	Protocol  string             `json:"protocol,omitempty"`
	Family    string             `json:"family,omitempty"`
	Type      string             `json:"type,omitempty"`
	Dump      bool               `json:"dump"`
	// Says is the question in words, as nltop trace has it.
	Says string `json:"says,omitempty"`
	repeat.Counts
	First    *time.Time    `json:"first,omitempty"`
	Last     *time.Time    `json:"last,omitempty"`
	Interval time.Duration `json:"interval_p50_ns,omitempty"`
	Low      time.Duration `json:"interval_p10_ns,omitempty"`
	High     time.Duration `json:"interval_p90_ns,omitempty"`
	// Questions: the row is the sum of so many that found no room.
	Questions uint64 `json:"questions,omitempty"`
}

// DumpRows are the objects of rows, and of what found no room.
func DumpRows(rows []repeat.Row, rest repeat.Rest) []DumpRow {
	var out []DumpRow
	for i := range rows {
		r := &rows[i]
		d := DumpRow{
			Processes: r.Processes, PortID: r.PortID, NetNS: r.NetNS, Protocol: capture.ProtocolName(r.Protocol),
			Family: r.Family, Type: r.Type, Dump: r.Dump, Says: question(r.Request), Counts: r.Counts,
			First: when(r.First), Last: when(r.Last), Interval: r.Interval, Low: r.Low, High: r.High,
		}
		if r.Proc.Known() {
			d.Proc = &aggregate.Process{PID: r.Proc.PID, Comm: r.Proc.ProcessName(), Outside: r.Proc.Outside}
		}
		out = append(out, d)
	}
	if rest.Questions > 0 {
		out = append(out, DumpRow{Questions: rest.Questions, Counts: rest.Counts})
	}
	return out
}

// when is nil for a time that JSON cannot say (RFC 3339).
func when(t time.Time) *time.Time {
	if year := t.UTC().Year(); t.IsZero() || year < 0 || year > 9999 {
		return nil
	}
	t = t.UTC()
	return &t
}

// DumpLines says of each row in one line who asked what, how often and at what cost;
// span is how long it was watched.
func DumpLines(w io.Writer, rows []repeat.Row, rest repeat.Rest, span time.Duration) error {
	var b bytes.Buffer
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(&b, "%s %s %s%s\n", repeater(r), verb(r), subject(r), counts(&r.Counts, r, span))
	}
	if rest.Questions > 0 {
		fmt.Fprintf(&b, "%s more, which found no room%s\n", words.Plural(int(rest.Questions), "question", "questions"), counts(&rest.Counts, nil, span))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func repeater(r *repeat.Row) string {
	switch {
	case !r.Proc.Known() && r.PortID == 0:
		return "somebody"
	case !r.Proc.Known():
		return "port " + strconv.FormatUint(uint64(r.PortID), 10)
	case r.Processes > 1:
		return fmt.Sprintf("%d processes %s", r.Processes, words.Process(r.Proc))
	}
	return words.Process(r.Proc)
}

func verb(r *repeat.Row) string {
	v := "asks"
	if r.Dump {
		v = "dumps"
	}
	if r.Processes > 1 {
		return strings.TrimSuffix(v, "s")
	}
	return v
}

// counts are the figures of a line; r is nil for the rest.
func counts(c *repeat.Counts, r *repeat.Row, span time.Duration) string {
	var b strings.Builder
	switch {
	case c.Times == 1:
		b.WriteString(" once")
	case r != nil && r.Interval > 0:
		fmt.Fprintf(&b, " every %s", words.Duration(r.Interval))
		if r.High > r.Low+r.Low/8 {
			fmt.Fprintf(&b, " (%s to %s)", words.Duration(r.Low), words.Duration(r.High))
		}
		fmt.Fprintf(&b, ": %d times in %s", c.Times, words.Duration(span))
	default:
		fmt.Fprintf(&b, ": %d times in %s", c.Times, words.Duration(span))
	}
	if c.Compared > 0 {
		fmt.Fprintf(&b, ", %s", sameText(c))
	}
	for _, x := range []struct {
		n    uint64
		what string
	}{{c.Interrupted, "interrupted"}, {c.Abandoned, "abandoned"}, {c.Lost, "lost"}, {c.Restarted, "begun anew"}, {c.Failed, "failed"}} {
		if x.n > 0 {
			fmt.Fprintf(&b, ", %d %s", x.n, x.what)
		}
	}
	each := func(n uint64) uint64 { return (n + c.Times/2) / max(c.Times, 1) }
	if c.Times > 1 {
		b.WriteString("; each ")
	} else {
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s, %s", words.Plural(int(each(c.Replies)), "reply", "replies"), words.Size(each(c.Bytes)))
	if c.Took.Count > 0 {
		fmt.Fprintf(&b, ", %s", words.Duration(c.Took.Mean()))
	}
	return b.String()
}

// sameText says how many of the answers were equal to the one before.
func sameText(c *repeat.Counts) string {
	switch {
	case c.Same == 0:
		return "never the same"
	case c.Compared < c.Times-1:
		return fmt.Sprintf("%d of %d the same", c.Same, c.Compared)
	}
	return fmt.Sprintf("%d the same", c.Same)
}

// nouns are what people call the objects of the questions that are asked most.
var nouns = map[string]string{
	"RTM_GETLINK": "links", "RTM_GETADDR": "addresses", "RTM_GETROUTE": "routes", "RTM_GETNEIGH": "neighbours",
	"RTM_GETRULE": "rules", "RTM_GETNEXTHOP": "next hops", "RTM_GETQDISC": "qdiscs",
	"XFRM_MSG_GETSA": "SAs", "XFRM_MSG_GETPOLICY": "policies",
	"IPCTNL_MSG_CT_GET": "connections", "CTRL_CMD_GETFAMILY": "generic families",
}

// addressFamilies are the address families that questions are asked for.
var addressFamilies = map[byte]string{
	unix.AF_UNSPEC: "", unix.AF_PACKET: "", unix.AF_INET: "IPv4 ", unix.AF_INET6: "IPv6 ", unix.AF_BRIDGE: "bridge ",
}

// maxQuestion is how many columns of a question stand in a line.
const maxQuestion = 100

// subject is what is asked for: "all IPv4 routes", "RTM_GETLINK (ip link show dev d0)".
func subject(r *repeat.Row) string {
	noun := nouns[r.Type]
	if r.Request == nil {
		return decode.Quote(cmp.Or(noun, r.Type)) + " (a long filter)"
	}
	if family, all := unfiltered(r.Request); all && noun != "" && r.Dump {
		return "all " + family + noun
	}
	name := decode.Quote(r.Type)
	if said := question(r.Request); said != "" {
		return name + " (" + runewidth.Truncate(said, maxQuestion, "…") + ")"
	}
	return name
}

// unfiltered says of a dump whether it asks for all there is, of an address family or of
// any.
func unfiltered(m *decode.Message) (family string, all bool) {
	body := m.Values()
	for i := range body.Fields {
		switch f := &body.Fields[i]; {
		case strings.HasSuffix(f.Name, "family"):
			known := len(f.Raw) == 1
			if known {
				family, known = addressFamilies[f.Raw[0]]
			}
			if !known {
				return "", false
			}
		case f.Name == "cmd" || f.Name == "version" || f.Hidden:
		case len(bytes.Trim(f.Raw, "\x00")) > 0:
			return "", false
		}
	}
	for i := range body.Attrs {
		if body.Attrs[i].Name != "IFLA_EXT_MASK" { // how much of each is told
			return "", false
		}
	}
	return family, len(body.Rest) == 0
}

// question is what is asked for in words, or what tells it from others.
func question(m *decode.Message) string {
	if m == nil {
		return ""
	}
	var speaker say.Speaker
	body := m.Body()
	said := speaker.Say(m, &body)
	parts := []string{said.Text()}
	switch {
	case said.Line != "":
		return said.Line
	case parts[0] == "":
		parts = nil
		for lead := m.Lead(leads); len(lead) > 0; lead = lead[1:] {
			parts = append(parts, NodeText(&lead[0]))
		}
	default:
		for i := range said.Left[:min(len(said.Left), leads)] {
			parts = append(parts, UnsaidText(said.Left[i].Node))
		}
	}
	return strings.Join(parts, " ")
}
