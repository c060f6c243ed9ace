// SPDX-License-Identifier: Apache-2.0

// Command beside compares decoders on the same recordings: of the attributes
// that are there, how many do nltop, tshark and strace give a name, and how
// many a value that is more than hex? It prints a table in Markdown, a row for
// each family. scripts/decoders runs it; docs/decoding.md holds what it said.
//
// The attributes and where they lie are those that nltop finds. tshark is asked
// for all its fields with their positions (PDML), strace for the arguments of a
// process that sends the very datagrams, to a port that nobody has.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/coverage"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "--send":
		err = send(os.Args[2])
	case len(os.Args) > 2 && os.Args[1] == "--coverage":
		err = decoded(os.Args[2:])
	default:
		err = run(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "beside:", err)
		os.Exit(1)
	}
}

// row is how much of a family is decoded.
type row struct {
	messages, attrs int
	named, typed    [3]int // nltop, tshark, strace
}

const (
	nltop = iota
	tshark
	strace
)

func run(files []string) error {
	if len(files) == 0 {
		return errors.New("usage: beside [--coverage] RECORDING.pcapng.gz")
	}
	rows := map[string]*row{}
	for _, f := range files {
		if err := compare(f, rows); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	fmt.Println("| Family | Messages | Attributes | nltop named | typed | tshark named | typed | strace named | typed |")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, name := range slices.SortedFunc(maps.Keys(rows), cmp.Compare[string]) {
		r := rows[name]
		if r.attrs == 0 {
			continue // a family without attributes (audit, connector, …)
		}
		fmt.Printf("| %s | %d | %d |", name, r.messages, r.attrs)
		for i := range r.named {
			fmt.Printf(" %s | %s |", percent(r.named[i], r.attrs), percent(r.typed[i], r.attrs))
		}
		fmt.Println()
	}
	return nil
}

// percent writes a share of a whole; a dash where there is none.
func percent(n, of int) string {
	if of == 0 {
		return "–"
	}
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64)
}

// decoded prints how much of recordings nltop decodes, by family and kernel,
// which the name of a recording says: NAME.KERNEL.pcapng.gz.
func decoded(files []string) error {
	kernels := map[string]*coverage.Tally{}
	for _, file := range files {
		_, kernel, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".pcapng.gz"), ".")
		c := kernels[kernel]
		if c == nil {
			c = &coverage.Tally{}
			kernels[kernel] = c
		}
		plain, frames, err := unpack(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := os.Remove(plain); err != nil {
			return err
		}
		dec := decode.New(families.All(), decode.Options{})
		for _, f := range frames {
			ms := dec.Frame(f, nil)
			for i := range ms {
				c.Add(&ms[i])
			}
		}
	}
	fmt.Println("| Family | Kernel | Messages | Attributes | named | typed | Fields | typed | Opaque bytes | Left as hex |")
	fmt.Println("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	var lines []string
	for kernel, c := range kernels {
		for _, r := range c.Rows() {
			lines = append(lines, fmt.Sprintf("| %s | %s | %d | %d | %s | %s | %d | %s | %d | %d |", r.Family, kernel, r.Messages, r.Attrs,
				percent(r.Named, r.Attrs), percent(r.Typed, r.Attrs), r.Fields, percent(r.FieldsOK, r.Fields), r.OpaqueLen, r.HexLen))
		}
	}
	slices.Sort(lines)
	fmt.Println(strings.Join(lines, "\n"))
	return nil
}

// spot is an attribute in a packet: of which packet, and where its nlattr and
// its payload begin and end, in bytes from the cooked header.
type spot struct {
	packet       int
	head, lo, hi int
	family       string
}

func compare(file string, rows map[string]*row) error {
	plain, frames, err := unpack(file)
	if err != nil {
		return err
	}
	defer os.Remove(plain)
	dec := decode.New(families.All(), decode.Options{})
	var spots []spot
	byFrame := make([]string, len(frames)) // the family of its first message
	for i, f := range frames {
		for _, m := range dec.Frame(f, nil) {
			r := rows[m.FamilyText()]
			if r == nil {
				r = &row{}
				rows[m.FamilyText()] = r
			}
			r.messages++
			if byFrame[i] == "" {
				byFrame[i] = m.FamilyText()
			}
			b := m.Values()
			for _, nodes := range [][]decode.Node{b.Fields, b.Attrs} {
				spots = visit(spots, r, nodes, spot{packet: i, head: 16 + m.Offset, family: m.FamilyText()})
			}
		}
	}
	if err := askTshark(plain, spots, rows); err != nil {
		return err
	}
	return askStrace(plain, byFrame, rows)
}

// visit counts the attributes of a nest and notes where they are. base.head is
// where the message begins.
func visit(spots []spot, r *row, nodes []decode.Node, base spot) []spot {
	for i := range nodes {
		n := &nodes[i]
		if coverage.Skipped(n) {
			continue
		}
		if n.Attr {
			p := base
			p.head, p.lo, p.hi = base.head+n.Head(), base.head+n.Off, base.head+n.Off+len(n.Raw)
			spots = append(spots, p)
			r.attrs++
			if coverage.Named(n) {
				r.named[nltop]++
			}
			if coverage.Typed(n) {
				r.typed[nltop]++
			}
		}
		spots = visit(spots, r, n.Children, base)
	}
	return spots
}

// unpack writes the datagrams of a recording as a plain file, one packet each,
// and returns them; those that name generic families come first.
func unpack(file string) (plain string, frames []*capture.Frame, err error) {
	r, err := pcapng.Open(file)
	if err != nil {
		return "", nil, err
	}
	defer r.Close()
	keep := func(f *capture.Frame) error {
		if f.Kind == capture.KindDatagram && len(f.Data) > 0 && len(f.Data) < 60000 {
			frames = append(frames, f)
		}
		return nil
	}
	r.OnPreamble(keep)
	if err := r.Run(context.Background(), keep); err != nil {
		return "", nil, err
	}
	out, err := os.CreateTemp("", "beside-*.pcapng")
	if err != nil {
		return "", nil, err
	}
	defer out.Close()
	w, err := pcapng.NewWriter(out, pcapng.Options{})
	if err != nil {
		return "", nil, err
	}
	for _, f := range frames {
		if err := w.WriteFrame(f); err != nil {
			return "", nil, err
		}
	}
	return out.Name(), frames, w.Close()
}

// field is one of PDML.
type field struct {
	Name   string  `xml:"name,attr"`
	Show   string  `xml:"showname,attr"`
	Pos    int     `xml:"pos,attr"`
	Size   int     `xml:"size,attr"`
	Fields []field `xml:"field"`
}

// reName is a type that tshark has a name for: "Type: 0x0003, Device name (3)".
var reName = regexp.MustCompile(`^Type: 0x[0-9a-f]+, (.+) \(\d+\)$`)

func askTshark(file string, spots []spot, rows map[string]*row) error {
	cmd := exec.Command("tshark", "-r", file, "-T", "pdml")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start tshark: %w", err)
	}
	d := xml.NewDecoder(bufio.NewReader(out))
	packet := -1
	named, values := map[[2]int]bool{}, map[[2]int]bool{}
	var visit func(fs []field)
	visit = func(fs []field) {
		for i := range fs {
			f := &fs[i]
			switch {
			case f.Name == "netlink.attr_type":
				if m := reName.FindStringSubmatch(f.Show); m != nil && !strings.HasPrefix(m[1], "Unknown") {
					named[[2]int{packet, f.Pos - 2}] = true
				}
			case f.Name == "netlink.attr_len":
				// An attribute inside of another is a value of that.
				values[[2]int{packet, f.Pos}] = true
			case f.Name == "" || f.Name == "netlink.attr_data" || strings.HasPrefix(f.Name, "data") ||
				strings.HasPrefix(f.Name, "netlink.attr_") || strings.HasPrefix(f.Name, "_ws"):
			default:
				values[[2]int{packet, f.Pos}] = true
			}
			visit(f.Fields)
		}
	}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read PDML: %w", err)
		}
		el, ok := tok.(xml.StartElement)
		switch {
		case ok && el.Name.Local == "packet":
			packet++
		case ok && el.Name.Local == "proto":
			var p struct {
				Name   string  `xml:"name,attr"`
				Fields []field `xml:"field"`
			}
			if err := d.DecodeElement(&p, &el); err != nil {
				return fmt.Errorf("read PDML: %w", err)
			}
			if p.Name != "geninfo" && p.Name != "frame" && p.Name != "pkt_comment" {
				visit(p.Fields)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("tshark: %w", err)
	}
	for _, p := range spots {
		r := rows[p.family]
		if !named[[2]int{p.packet, p.head}] {
			continue
		}
		r.named[tshark]++
		typed := p.lo == p.hi
		for at := p.lo; at < p.hi && !typed; at++ {
			typed = values[[2]int{p.packet, at}]
		}
		if typed {
			r.typed[tshark]++
		}
	}
	return nil
}

// askStrace counts in the lines of strace: `{nla_len=8, nla_type=IFLA_MTU}, 1500`.
func askStrace(file string, byFrame []string, rows map[string]*row) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.CreateTemp("", "beside-*.strace")
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd := exec.Command("strace", "-f", "-v", "-s", "100000", "-e", "trace=sendto", "-o", log.Name(), self, "--send", file)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("strace: %w: %s", err, stderr.String())
	}
	sc := bufio.NewScanner(log)
	sc.Buffer(nil, 64<<20)
	i := 0
	for sc.Scan() {
		text := sc.Text()
		if !strings.Contains(text, "sendto(") {
			continue
		}
		if i >= len(byFrame) {
			return errors.New("strace saw more datagrams than were sent")
		}
		if r := rows[byFrame[i]]; r != nil {
			countStrace(r, text)
		}
		i++
	}
	if i != len(byFrame) {
		return fmt.Errorf("strace saw %d of %d datagrams", i, len(byFrame))
	}
	return sc.Err()
}

var (
	reAttr  = regexp.MustCompile(`nla_type=([^}]*)\}`)
	reBytes = regexp.MustCompile(`^, (?:"(?:[^"\\]|\\.)*\\[0-7x][^"]*"|\[?"?\\)`)
)

func countStrace(r *row, line string) {
	for _, at := range reAttr.FindAllStringSubmatchIndex(line, -1) {
		// strace writes the flags of a type in front of it: NLA_F_NESTED|0x2.
		name := line[at[2]:at[3]]
		if i := strings.LastIndexByte(name, '|'); i >= 0 {
			name = name[i+1:]
		}
		if !strings.Contains(name, "_") || strings.Contains(name, "???") || strings.HasPrefix(name, "0x") {
			continue
		}
		r.named[strace]++
		if rest := line[at[1]:]; !reBytes.MatchString(rest) {
			r.typed[strace]++
		}
	}
}

// nobody is a port ID that no socket has: the kernel refuses the datagram
// (ECONNREFUSED) and looks at none of it.
const nobody = 0x7ffffff0

// send sends the datagrams of a file, so that strace sees them.
func send(file string) error {
	r, err := pcapng.Open(file)
	if err != nil {
		return err
	}
	defer r.Close()
	sockets := map[uint16]int{}
	return r.Run(context.Background(), func(f *capture.Frame) error {
		fd, ok := sockets[f.Protocol]
		if !ok {
			if fd, err = syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, int(f.Protocol)); err != nil {
				fd = -1 // a protocol that this kernel has not: strace sees bytes
			}
			sockets[f.Protocol] = fd
		}
		_ = syscall.Sendto(fd, f.Data, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK, Pid: nobody})
		return nil
	})
}
