// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
)

type familiesFlags struct {
	specs  specFlags
	read   string
	format string
}

func newFamilies() *cobra.Command {
	var f familiesFlags
	c := &cobra.Command{
		Use:   "families [flags] [NAME]",
		Short: "List what nltop knows of Netlink families",
		Long: `List the Netlink families: protocol, id, name, where the knowledge of it comes
from (built-in, spec, policy, none), messages, attributes, multicast groups. The
ids of generic-netlink families are those of the running kernel, or of the
machine that a file was recorded on.

With a name, print the operations and the attributes of one family.`,
		Example: `  nltop families
  nltop families ethtool
  nltop families -r bug.pcapng -o json | jq -r 'select(.source == "none").name'
  nltop families --specs linux/Documentation/netlink/specs dpll`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	fs := c.Flags()
	fs.StringVarP(&f.read, "read", "r", "", "take ids and policies from this pcap or pcapng file; - is standard input")
	fs.StringVarP(&f.format, "output", "o", "text", "text or json")
	f.specs.register(fs)
	return c
}

func (f *familiesFlags) run(args []string) error {
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("-o %s: text or json", f.format)}
	}
	if err := f.specs.check(); err != nil {
		return err
	}
	d := decode.New(f.specs.tables(), decode.Options{})
	if err := f.learn(d); err != nil {
		return err
	}
	rows := familyRows(d)
	out := bufio.NewWriter(os.Stdout)
	var err error
	switch {
	case len(args) == 0 && f.format == "json":
		err = writeRows(out, rows)
	case len(args) == 0:
		err = tableOf(out, rows)
	default:
		err = f.one(out, rows, args[0])
	}
	err = distinct(err, out.Flush())
	if brokenPipe(err) {
		return nil
	}
	return err
}

// learn tells the decoder the generic families of the file or of this kernel,
// and of those that nobody knows what the kernel's policy says.
func (f *familiesFlags) learn(d *decode.Decoder) error {
	if f.read != "" {
		r, err := pcapng.Open(f.read)
		if err != nil {
			return err
		}
		defer r.Close()
		each := func(fr *capture.Frame) error { d.Frame(fr, nil); return nil }
		r.OnPreamble(each)
		err = r.Run(context.Background(), each)
		var damaged *pcapng.Error
		if errors.As(err, &damaged) { // what could be read has taught
			fmt.Fprintf(stderr, "nltop: warning: %v\n", err)
			return nil
		}
		return err
	}
	fs, err := pipeline.KernelFamilies()
	if err != nil {
		fmt.Fprintf(stderr, "nltop: note: the ids of generic families are not known: %v\n", err)
		return nil
	}
	for _, fr := range fs {
		d.Frame(fr, nil)
	}
	for _, g := range d.GenericFamilies() {
		if g.Table.Origin != schema.None {
			continue
		}
		if fs, err := pipeline.KernelPolicy(g.ID); err == nil {
			for _, fr := range fs {
				d.Frame(fr, nil)
			}
		}
	}
	return nil
}

// familyRow is a line of the list.
type familyRow struct {
	Protocol   string     `json:"protocol"`
	ProtocolID uint16     `json:"protocol_id"`
	ID         *uint16    `json:"id"` // generic netlink: null where it is not registered; nfnetlink: the subsystem
	Name       string     `json:"name"`
	Source     string     `json:"source"`
	Also       string     `json:"also,omitempty"` // a second source
	Version    uint8      `json:"version,omitempty"`
	Messages   int        `json:"messages"`
	Attributes int        `json:"attributes"`
	Groups     []groupRow `json:"groups"`

	family *schema.Family
}

type groupRow struct {
	ID   uint32 `json:"id,omitempty"` // 0: assigned when the family registers
	Name string `json:"name"`
}

// familyRows joins the tables with what is registered, by protocol, id, name.
func familyRows(d *decode.Decoder) []familyRow {
	registered := map[string]decode.GenericFamily{}
	for _, g := range d.GenericFamilies() {
		registered[g.Name] = g
	}
	all := d.Families()
	rows := make([]familyRow, 0, len(all))
	for _, f := range all {
		r := familyRow{
			Protocol: capture.ProtocolName(f.Protocol), ProtocolID: f.Protocol, Name: f.Name, Source: f.Origin.String(),
			Version: f.Version, Messages: len(f.Messages), Attributes: countAttributes(f), Groups: []groupRow{}, family: f,
		}
		if f.Merged != schema.None {
			r.Also = f.Merged.String()
		}
		groups := f.Groups
		switch g, live := registered[f.Name]; {
		case f.Protocol == capture.NETLINK_GENERIC && live:
			r.ID, r.Version = &g.ID, g.Version
			if len(g.Groups) > 0 {
				groups = g.Groups
			}
		case f.Subsys != 0:
			r.ID = &f.Subsys
		case f.GenlID != 0:
			r.ID = &f.GenlID
		}
		for _, g := range groups {
			r.Groups = append(r.Groups, groupRow{g.ID, g.Name})
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b familyRow) int {
		return cmp.Or(cmp.Compare(a.ProtocolID, b.ProtocolID), cmp.Compare(a.order(), b.order()), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// order puts what is not registered last.
func (r *familyRow) order() int {
	if r.ID == nil {
		return 1 << 16
	}
	return int(*r.ID)
}

func (r *familyRow) source() string {
	if r.Also != "" {
		return r.Source + "+" + r.Also
	}
	return r.Source
}

func (r *familyRow) id() string {
	if r.ID == nil {
		return "-"
	}
	return strconv.Itoa(int(*r.ID))
}

// writeRows writes rows as JSON, one object per line.
func writeRows[T any](w io.Writer, rows []T) error {
	for i := range rows {
		b, err := json.Marshal(&rows[i])
		if err != nil {
			return err
		}
		if _, err := w.Write(append(printableJSON(b), '\n')); err != nil {
			return err
		}
	}
	return nil
}

// printableJSON escapes what package json does not, and a terminal would act upon: C1
// controls, marks of writing direction. The text is the same.
func printableJSON(b []byte) []byte {
	clean := true
	for _, r := range string(b) {
		clean = clean && strconv.IsGraphic(r)
	}
	if clean {
		return b
	}
	var out []byte
	for _, r := range string(b) {
		switch hi, lo := utf16.EncodeRune(r); {
		case strconv.IsGraphic(r):
			out = utf8.AppendRune(out, r)
		case hi != utf8.RuneError:
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

func tableOf(w io.Writer, rows []familyRow) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "PROTOCOL\tID\tNAME\tSOURCE\tMESSAGES\tATTRIBUTES\tGROUPS")
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", r.Protocol, r.id(), decode.Quote(r.Name), r.source(),
			r.Messages, r.Attributes, groupWords(r.Groups, 3))
	}
	return tw.Flush()
}

// groupWords writes the first groups, and how many more there are; 0 is all.
func groupWords(groups []groupRow, most int) string {
	var b strings.Builder
	for i, g := range groups {
		if most > 0 && i == most {
			fmt.Fprintf(&b, ", %d more", len(groups)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(decode.Quote(g.Name))
		if g.ID != 0 {
			fmt.Fprintf(&b, " (%d)", g.ID)
		}
	}
	if b.Len() == 0 {
		return "-"
	}
	return b.String()
}

// one prints the families of a name.
func (f *familiesFlags) one(w io.Writer, rows []familyRow, name string) error {
	found := 0
	for i := range rows {
		if !strings.EqualFold(rows[i].Name, name) {
			continue
		}
		found++
		var err error
		if f.format == "json" {
			err = json.NewEncoder(w).Encode(detailsOf(&rows[i]))
		} else {
			err = describe(w, &rows[i])
		}
		if err != nil {
			return err
		}
	}
	if found == 0 {
		return fmt.Errorf("no family %s here (nltop families lists them)", decode.Quote(name))
	}
	return nil
}
