// SPDX-License-Identifier: Apache-2.0

// Package contents says what a recording holds and what it hides: who made it, what its
// source saw, which processes and families are in it, when it was, what was lost, where it
// is damaged.
//
// It takes of messages no more apart than their headers, and keeps no message. It opens no
// files.
package contents

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/pcapng"
)

// Contents is the account of a file, as JSON has it (docs/json.md).
type Contents struct {
	File   string `json:"file"`
	Format string `json:"format"`
	Size   int64  `json:"size"` // bytes that were read, as they unpack
	// Compression is "gzip", "zstd" or "", PackedSize what the file takes then, in bytes;
	// 0: it is no regular file.
	Compression string    `json:"compression"`
	PackedSize  int64     `json:"packed_size"`
	Sections    int       `json:"sections"`
	Made        []Section `json:"made"` // how, each way once
	Sources     []Source  `json:"sources"`
	// Hides is what was overwritten, a sentence each; Redacted in how many messages keys were,
	// as the file tells.
	Hides     []string `json:"hides"`
	Redacted  uint64   `json:"redacted"`
	Datagrams uint64   `json:"datagrams"`
	Bytes     uint64   `json:"bytes"`
	Messages  uint64   `json:"messages"`
	Cut       uint64   `json:"cut"`       // datagrams of which there is a part only
	Truncated uint64   `json:"truncated"` // and those of which their readers got a part only
	Problems  uint64   `json:"problems"`  // messages whose headers contradict their datagrams
	Preamble  uint64   `json:"preamble"`  // answers of nlctrl that are no traffic
	Unknown   uint64   `json:"unknown_blocks"`
	Reports   []Row    `json:"reports"`
	Span
	Protocols  []Row     `json:"protocols"`
	Families   []Row     `json:"families"`
	Directions []Row     `json:"directions"`
	Processes  []Process `json:"processes"`
	NetNS      []NetNS   `json:"netns"`
	// Others are the messages of processes, families and so on for which there was no
	// room: 0 but in files that are made to have many.
	Others uint64 `json:"others,omitempty"`
	// Undelivered are the messages that did not reach their socket, by what became of them,
	// where the source saw that; Lost are those that the recording lacks.
	Undelivered []Row    `json:"undelivered"`
	Lost        []Loss   `json:"lost"`
	LostReports uint64   `json:"lost_reports"`
	Damage      []Damage `json:"damage"` // the first of it
	Damaged     uint64   `json:"damaged"`
	// Interrupted: the file was not read to its end.
	Interrupted bool `json:"interrupted"`
}

// Section says how a section of pcapng, or a file, was made; "" is not known.
type Section struct {
	Application  string   `json:"application"`
	Version      string   `json:"version"` // of nltop
	OS           string   `json:"os"`
	Hardware     string   `json:"hardware"`
	Distribution string   `json:"distribution"`
	Command      string   `json:"command"`
	Filter       string   `json:"filter"`
	Snap         int      `json:"snap"`
	ByteOrder    string   `json:"byte_order"`
	Interfaces   []string `json:"interfaces"`
	Secrets      string   `json:"secrets"` // what became of keys: "withheld", "kept"
	Held         *Held    `json:"held"`    // null: it was written as it came
	held         string   // in words
}

// Held is what a flight recorder says: why and when it wrote what it held in memory.
type Held struct {
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
	Again   uint64    `json:"again"`
	From    time.Time `json:"from"` // of the oldest that was held
	Evicted uint64    `json:"evicted"`
}

// Source is one that was recorded.
type Source struct {
	Name       string   `json:"name"`
	Scope      string   `json:"scope"`
	Sees       []string `json:"sees"`
	Lacks      []string `json:"lacks"` // of the facts that this nltop knows of
	Blind      []string `json:"blind"` // what it said itself that it could not see
	Notes      []string `json:"notes"`
	Pseudonyms string   `json:"pseudonyms"`  // the key's fingerprint, where names and addresses are some
	RMemMax    uint64   `json:"rmem_max"`    // net.core.rmem_max in bytes; 0: unknown
	LocalNames int      `json:"local_names"` // iproute2's names of numbers
}

// Row is a number of messages, or of reports.
type Row struct {
	Name     string `json:"name"`
	Messages uint64 `json:"messages"`
}

// Process is one with messages: who sent a request, whose socket got the others.
type Process struct {
	PID      uint32 `json:"pid"`
	Name     string `json:"name"`
	Messages uint64 `json:"messages"`
	proc     capture.Proc
}

// NetNS is a network namespace; 0: unknown.
type NetNS struct {
	Inode    uint64 `json:"inode"`
	Name     string `json:"name"`
	Messages uint64 `json:"messages"`
}

// Moment is a time, null in JSON in a year that RFC 3339 has not: a file may say any.
type Moment struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (m Moment) MarshalJSON() ([]byte, error) {
	if y := m.Year(); y < 0 || y > 9999 {
		return []byte("null"), nil
	}
	return m.Time.MarshalJSON()
}

// Span is when the datagrams and reports were.
type Span struct {
	First    *Moment       `json:"first"` // the earliest; null: nothing has a time
	Last     *Moment       `json:"last"`
	Duration time.Duration `json:"duration_ns"`
	// Backwards is how many are earlier than one before them, and Back by how much at most.
	Backwards uint64        `json:"backwards"`
	Back      time.Duration `json:"back_max_ns"`
	Timeless  uint64        `json:"timeless"`
}

// Loss is what was not recorded, or not read.
type Loss struct {
	Reason string `json:"reason"`
	Count  uint64 `json:"count"`
}

// Damage is where the file is not what it should be.
type Damage struct {
	Offset  int64  `json:"offset"` // of the block or record, in bytes
	Problem string `json:"problem"`
}

// Read reads a file to its end, or until ctx is done. What was read before an error is
// told, too: damage is no error here, and stands in the Contents.
func Read(ctx context.Context, r *pcapng.Reader, d *decode.Decoder) (*Contents, error) {
	c := newCounter(d)
	r.OnPreamble(func(f *capture.Frame) error {
		c.learn(f)
		return nil
	})
	err := r.Run(ctx, c.frame)
	out := c.contents(r)
	out.Interrupted = ctx.Err() != nil
	var damaged *pcapng.Error
	if errors.As(err, &damaged) {
		err = nil
	}
	return out, err
}

// contents is what was counted, with what the reader knows.
func (c *counter) contents(r *pcapng.Reader) *Contents {
	a, info, stats := r.Account(), r.Info(), r.Stats()
	out := &Contents{
		Format: r.Meta().Format, Size: a.Bytes, Compression: a.Packed, Sections: a.Sections,
		Datagrams: stats.Frames, Bytes: stats.Bytes, Cut: stats.Cut, Truncated: stats.Truncated,
		Messages: c.messages, Problems: c.problems, Preamble: a.Preamble, Unknown: a.Unknown, Others: c.others,
		Span: c.span, LostReports: stats.LostReports, Damaged: a.Damaged,
		Protocols: c.protocols.rows(), Families: c.families.rows(), Directions: c.directions.rows(), Reports: c.reports.rows(),
		Undelivered: c.undelivered.rows(),
		Redacted:    r.Redacted(), Made: []Section{}, Sources: []Source{}, Lost: []Loss{}, Damage: []Damage{},
		Processes: []Process{}, NetNS: []NetNS{},
	}
	for i := range a.Made {
		out.Made = append(out.Made, madeBy(&a.Made[i]))
	}
	for i := range info.Recorded {
		out.Sources = append(out.Sources, sourceOf(&info.Recorded[i]))
	}
	out.Hides = out.hidden()
	for _, l := range stats.Lost {
		if l.Count > 0 {
			out.Lost = append(out.Lost, Loss{l.Reason, l.Count})
		}
	}
	for _, e := range a.Damage {
		out.Damage = append(out.Damage, Damage{e.Offset, e.Err.Error()})
	}
	for _, p := range c.processes.of {
		out.Processes = append(out.Processes, *p)
	}
	slices.SortFunc(out.Processes, func(a, b Process) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.PID, b.PID), cmp.Compare(a.proc.Life, b.proc.Life), cmp.Compare(a.Name, b.Name))
	})
	for _, n := range c.netns.of {
		out.NetNS = append(out.NetNS, *n)
	}
	slices.SortFunc(out.NetNS, func(a, b NetNS) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Inode, b.Inode), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func madeBy(m *pcapng.Meta) Section {
	s := Section{
		Application: m.Application, Version: m.Version, OS: m.OS, Hardware: m.Hardware, Distribution: m.Distribution,
		Command: m.Command, Filter: m.Filter, Snap: m.Source.Snap, ByteOrder: "little-endian", Interfaces: m.Interfaces,
	}
	if m.BigEndian {
		s.ByteOrder = "big-endian"
	}
	switch m.Secrets {
	case pcapng.SecretsWithheld:
		s.Secrets = withheld
	case pcapng.SecretsKept:
		s.Secrets = kept
	}
	if h := m.Held; h != nil {
		s.Held = &Held{h.Reason, h.At.UTC(), h.Again, h.From.UTC(), h.Evicted}
		s.held = h.String()
	}
	if s.Interfaces == nil {
		s.Interfaces = []string{}
	}
	return s
}

func sourceOf(i *capture.Info) Source {
	s := Source{
		Name: i.Name, Scope: i.Scope, Sees: []string{}, Lacks: []string{}, Blind: append([]string{}, i.Blind...),
		Notes: append([]string{}, i.Notes...), RMemMax: i.RMemMax, Pseudonyms: i.Pseudonyms, LocalNames: i.Names.Len(),
	}
	for _, f := range capture.Facts() {
		name := plain(f.Name)
		if i.Sees.Has(f.Sees) {
			s.Sees = append(s.Sees, name)
			continue
		}
		if flag := f.Sees.Flag(); flag != "" && capture.Describe(i.Name).Sees.Has(f.Sees) {
			name += " (" + flag + ")"
		}
		s.Lacks = append(s.Lacks, name)
	}
	return s
}
