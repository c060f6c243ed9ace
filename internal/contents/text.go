// SPDX-License-Identifier: Apache-2.0

package contents

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// facts are the lines of the text, in their order. Each says one thing: a fact that is
// new is a line here. Each text of value begins a line of its own; none: there is nothing
// to be said.
var facts = []struct {
	label string
	value func(c *Contents) []string
}{
	{"file", (*Contents).file},
	{"made by", (*Contents).madeBy},
	{"command", each(func(s *Section) string { return s.Command })},
	{"held", each(func(s *Section) string { return s.held })},
	{"filter", (*Contents).filter},
	{"snap", (*Contents).snap},
	{"interfaces", (*Contents).interfaces},
	{"source", ofSources(func(s *Source) []string { return []string{s.Name + after(", ", s.Scope)} })},
	{"sees", ofSources(func(s *Source) []string { return list(s.Sees) })},
	{"sees not", ofSources(func(s *Source) []string { return list(s.Lacks) })},
	{"is blind to", ofSources(func(s *Source) []string { return list(s.Blind) })},
	{"notes", ofSources(func(s *Source) []string { return list(s.Notes) })},
	{"machine", (*Contents).machine},
	{"hides", (*Contents).hides},
	{"time", (*Contents).time},
	{"holds", (*Contents).holds},
	{"reports", func(c *Contents) []string { return list(rowWords(c.Reports)) }},
	{"directions", func(c *Contents) []string { return list(rowWords(c.Directions)) }},
	{"protocols", func(c *Contents) []string { return list(rowWords(c.Protocols)) }},
	{"families", func(c *Contents) []string { return list(rowWords(c.Families)) }},
	{"processes", (*Contents).processes},
	{"netns", (*Contents).netns},
	{"undelivered", func(c *Contents) []string { return list(rowWords(c.Undelivered)) }},
	{"lost", (*Contents).lost},
	{"damage", (*Contents).damage},
}

// Bounds of the text.
const (
	width    = 100 // columns
	label    = 13  // columns of a label
	maxNames = 12  // rows of a list that may be long
)

// Text writes the account for people, as a block of lines that begins with the name.
func (c *Contents) Text(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, c.File)
	for i := range facts {
		for k, text := range facts[i].value(c) {
			head := facts[i].label
			if k > 0 {
				head = ""
			}
			wrap(b, head, capture.Printable(text))
		}
	}
	return b.Flush()
}

// wrap writes a text behind its label, in as many lines as it takes.
func wrap(b *bufio.Writer, head, text string) {
	line := fmt.Sprintf("  %-*s", label, head)
	used := 0
	for word := range strings.SplitSeq(text, " ") {
		n := utf8.RuneCountInString(word)
		if used > 0 && label+2+used+1+n > width {
			fmt.Fprintln(b, strings.TrimRight(line, " "))
			line, used = strings.Repeat(" ", label+2), 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	fmt.Fprintln(b, strings.TrimRight(line, " "))
}

// each is a fact of sections: those that differ.
func each(of func(s *Section) string) func(c *Contents) []string {
	return func(c *Contents) []string {
		var out []string
		for i := range c.Made {
			if text := of(&c.Made[i]); text != "" && (len(out) == 0 || out[len(out)-1] != text) {
				out = append(out, text)
			}
		}
		return out
	}
}

// ofSources is a fact of sources, with the name of each where there are several.
func ofSources(of func(s *Source) []string) func(c *Contents) []string {
	return func(c *Contents) []string {
		var out []string
		for i := range c.Sources {
			for _, text := range of(&c.Sources[i]) {
				if len(c.Sources) > 1 && !strings.HasPrefix(text, c.Sources[i].Name+", ") && text != c.Sources[i].Name {
					text = c.Sources[i].Name + ": " + text
				}
				out = append(out, text)
			}
		}
		return out
	}
}

func list(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}
	return []string{strings.Join(texts, "; ")}
}

func after(sep, text string) string {
	if text == "" {
		return ""
	}
	return sep + text
}

// plain is a name of docs without its marks.
func plain(s string) string { return strings.ReplaceAll(s, "`", "") }

func (c *Contents) file() []string {
	text := c.Format
	if len(c.Made) > 0 {
		text += ", " + c.Made[len(c.Made)-1].ByteOrder
	}
	text += ", " + words.Size(uint64(c.Size))
	if c.Compression != "" {
		text += ", packed by " + c.Compression
		if c.PackedSize > 0 {
			text += " to " + words.Size(uint64(c.PackedSize))
		}
	}
	if c.Sections > 0 {
		text += ", " + words.Plural(c.Sections, "section", "sections")
	}
	if c.Unknown > 0 {
		text += ", " + words.Plural(int(c.Unknown), "block", "blocks") + " of others"
	}
	if c.Interrupted {
		text += ", not read to its end"
	}
	return []string{text}
}

func (c *Contents) madeBy() []string {
	texts := each(func(s *Section) string {
		text := s.Application
		if s.OS != "" {
			text += " on " + s.OS
		}
		return strings.TrimSpace(text + after(", ", s.Hardware) + after(", ", s.Distribution))
	})(c)
	if texts == nil {
		return []string{"nobody says"}
	}
	return texts
}

func (c *Contents) filter() []string {
	return each(func(s *Section) string {
		if s.Filter == "" && s.Version != "" {
			return "none"
		}
		return s.Filter
	})(c)
}

func (c *Contents) snap() []string {
	return each(func(s *Section) string {
		if s.Snap == 0 {
			return "whole datagrams"
		}
		return fmt.Sprintf("the first %d bytes of each datagram", s.Snap)
	})(c)
}

// interfaces are those that have another name than the source.
func (c *Contents) interfaces() []string {
	return each(func(s *Section) string {
		if len(s.Interfaces) == 1 && slices.ContainsFunc(c.Sources, func(o Source) bool { return o.Name == s.Interfaces[0] }) {
			return ""
		}
		return strings.Join(s.Interfaces, ", ")
	})(c)
}

// machine is what else is known of the one that was recorded.
func (c *Contents) machine() []string {
	var out []string
	for i := range c.Sources {
		s := &c.Sources[i]
		var parts []string
		if s.RMemMax > 0 {
			parts = append(parts, fmt.Sprintf("net.core.rmem_max %d", s.RMemMax))
		}
		if s.LocalNames > 0 {
			parts = append(parts, words.Plural(s.LocalNames, "name", "names")+" of tables, protocols and the like")
		}
		out = append(out, list(parts)...)
	}
	return out
}

// What became of keys (Section.Secrets).
const (
	withheld = "withheld"
	kept     = "kept"
)

func (c *Contents) some(secrets string) bool {
	return slices.ContainsFunc(c.Made, func(s Section) bool { return s.Secrets == secrets })
}

// hidden are the sentences of Hides.
func (c *Contents) hidden() []string {
	out := []string{}
	if c.some(withheld) {
		text := "keys and passwords"
		if c.Redacted > 0 {
			text += ", overwritten in " + count(c.Redacted, "message", "messages")
		} else {
			text += "; it tells of none that were overwritten"
		}
		out = append(out, text)
	}
	for i := range c.Sources {
		text := "addresses and names: they are pseudonyms (key " + c.Sources[i].Pseudonyms + ")"
		if c.Sources[i].Pseudonyms != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// hides is Hides, and what is not hidden.
func (c *Contents) hides() []string {
	out := slices.Clone(c.Hides)
	if c.some(kept) {
		out = append(out, "NOT KEYS AND PASSWORDS: they are in the file (--secrets)")
	}
	if c.some("") {
		out = append(out, "not keys and passwords: who wrote the file left them as they were captured, if there are any")
	}
	if slices.ContainsFunc(c.Sources, func(s Source) bool { return s.Pseudonyms == "" }) {
		out = append(out, "not addresses and names: they are as they were captured")
	}
	return out
}

func (c *Contents) time() []string {
	if c.First == nil {
		return []string{"nothing has a time"}
	}
	const form = "2006-01-02 15:04:05.000000"
	text := c.First.Format(form) + " to " + c.Last.Format(form) + " UTC (" + words.Duration(c.Duration) + "), "
	if c.Backwards == 0 {
		text += "in order"
	} else {
		text += fmt.Sprintf("%d earlier than one before, by %s at most", c.Backwards, words.Duration(c.Back))
	}
	if c.Timeless > 0 {
		text += fmt.Sprintf(", %d without a time", c.Timeless)
	}
	return []string{text}
}

func (c *Contents) holds() []string {
	text := fmt.Sprintf("%s (%s) of %s", count(c.Datagrams, "datagram", "datagrams"), words.Size(c.Bytes), count(c.Messages, "message", "messages"))
	for _, x := range []struct {
		n    uint64
		what string
	}{
		{c.Cut, "cut by the capture"}, {c.Truncated, "cut by a reader's short buffer"}, {c.Problems, "malformed"},
		{c.Preamble, "answers of nlctrl beside them, to name families"},
	} {
		if x.n > 0 {
			text += fmt.Sprintf(", %d %s", x.n, x.what)
		}
	}
	return []string{text}
}

func count(n uint64, one, many string) string {
	if n == 1 {
		many = one
	}
	return strconv.FormatUint(n, 10) + " " + many
}

// rowWords names the largest rows, and says how many more there are.
func rowWords(rows []Row) []string {
	return firsts(len(rows), func(i int) string { return rows[i].Name + " " + strconv.FormatUint(rows[i].Messages, 10) })
}

func firsts(n int, text func(i int) string) []string {
	var out []string
	for i := range min(n, maxNames) {
		out = append(out, text(i))
	}
	if n > maxNames {
		out = append(out, fmt.Sprintf("and %d more", n-maxNames))
	}
	return out
}

func (c *Contents) processes() []string {
	names := firsts(len(c.Processes), func(i int) string {
		p := &c.Processes[i]
		return words.Process(p.proc) + " " + strconv.FormatUint(p.Messages, 10)
	})
	if len(names) == 0 {
		return []string{"none is known"}
	}
	text := strconv.Itoa(len(c.Processes))
	if c.Others > 0 {
		text = "more than " + text
	}
	return []string{text + ": " + strings.Join(names, "; ")}
}

func (c *Contents) netns() []string {
	return list(firsts(len(c.NetNS), func(i int) string {
		n := &c.NetNS[i]
		text := strconv.FormatUint(n.Inode, 10)
		if n.Inode == 0 {
			text = "unknown"
		}
		if n.Name != "" {
			text += " (" + decode.Quote(n.Name) + ")"
		}
		return text + " " + strconv.FormatUint(n.Messages, 10)
	}))
}

func (c *Contents) lost() []string {
	var texts []string
	for _, l := range c.Lost {
		texts = append(texts, fmt.Sprintf("%d: %s", l.Count, capture.Printable(l.Reason)))
	}
	if c.LostReports > 0 {
		texts = append(texts, fmt.Sprintf("%d reports", c.LostReports))
	}
	if texts == nil {
		return []string{"nothing"}
	}
	return list(texts)
}

func (c *Contents) damage() []string {
	if c.Damaged == 0 {
		return []string{"none"}
	}
	var out []string
	for _, d := range c.Damage {
		of := ""
		if c.Compression != "" {
			of = " of what it unpacks to"
		}
		out = append(out, fmt.Sprintf("at byte %d%s: %s", d.Offset, of, capture.Printable(d.Problem)))
	}
	if more := c.Damaged - uint64(len(c.Damage)); more > 0 {
		out = append(out, fmt.Sprintf("and %d times more", more))
	}
	return out
}
