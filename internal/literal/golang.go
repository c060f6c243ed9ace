// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A message of mdlayher/netlink (also by NLDEBUG) or of package syscall, as Go prints it.
// Each has length, type, flags, sequence number, port and payload.
var (
	// %+v, and %v, which has no names.
	reGo = regexp.MustCompile(`\{(?:Header:)?\{(?:Len(?:gth)?:)?(\d+) (?:Type:)?(\S+) (?:Flags:)?(\S+) (?:Seq(?:uence)?:)?(\d+) (?:P(?:ID|id):)?(\d+)\} (?:Data:)?\[([^\]]*)\]`)
	// %#v, and how a source writes it.
	reGoSource = regexp.MustCompile(`Header:\s*[\w.]+\{\s*Len(?:gth)?:\s*(\w+),\s*Type:\s*(\w+),\s*Flags:\s*(\w+),\s*Seq(?:uence)?:\s*(\w+),\s*P(?:ID|id):\s*(\w+),?\s*\},\s*Data:\s*\[\](?:uint8|byte)(?:\(nil\)|\{([^}]*)\})`)
	// go-spew, whose payload is a dump.
	reGoSpew = regexp.MustCompile(`Header: \([\w.]+\) \{\s*Len(?:gth)?: \(\w+\) (\d+),\s*Type: \([\w.]+\) (\S+?),\s*Flags: \([\w.]+\) (\S+?),\s*Seq(?:uence)?: \(\w+\) (\d+),\s*P(?:ID|id): \(\w+\) (\d+),?\s*\},\s*Data: \(\[\]uint8\) (?:<nil>|\(len=\d+(?: cap=\d+)?\) \{((?:\s*[0-9a-f]{8}  .*)*)|\{\})`)
)

var reGoType = regexp.MustCompile(`^(?:unknown\()?(\d+|0x[0-9a-f]+)\)?$`)

// goTypes are the types that mdlayher/netlink has words for.
var goTypes = map[string]uint16{"noop": 1, "error": 2, "done": 3, "overrun": 4}

// isGo says whether a text has one.
func isGo(text string) bool {
	return reGo.MatchString(text) || reGoSource.MatchString(text) || reGoSpew.MatchString(text)
}

func goMessages(text string) ([]Datagram, error) {
	var out []Datagram
	for i, l := range strings.Split(text, "\n") {
		found := reGo.FindAllStringSubmatch(l, -1)
		if found == nil {
			continue
		}
		d := Datagram{}
		switch {
		case strings.Contains(l, "send:"), strings.Contains(l, "send msgs:"):
			d.Way = WaySent
		case strings.Contains(l, "recv:"):
			d.Way = WayReceived
		}
		for _, m := range found {
			if err := d.goMessage(m); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		out = append(out, d)
	}
	for _, m := range reGoSource.FindAllStringSubmatch(text, -1) {
		d := Datagram{}
		if err := d.goMessage(m); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	for _, m := range reGoSpew.FindAllStringSubmatch(text, -1) {
		d := Datagram{}
		payload, err := goDump(m[6])
		if err != nil {
			return nil, err
		}
		m[6] = strings.Trim(fmt.Sprint(payload), "[]")
		if err := d.goMessage(m); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// goDump reads the dump of go-spew, which is that of encoding/hex.
func goDump(text string) ([]byte, error) {
	var out []byte
	for _, l := range strings.Split(text, "\n") {
		_, row, ok := strings.Cut(strings.TrimSpace(l), "  ")
		if !ok {
			continue
		}
		b, err := hexLine(row, 16)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
	return out, nil
}

func (d *Datagram) goMessage(m []string) error {
	h, err := words(m[1], m[4], m[5])
	if err != nil {
		return err
	}
	if t := reGoType.FindStringSubmatch(m[2]); t != nil {
		n, err := strconv.ParseUint(t[1], 0, 16)
		if err != nil {
			return fmt.Errorf("read type: %w", err)
		}
		h.typ = uint16(n)
	} else if n, ok := goTypes[m[2]]; ok {
		h.typ = n
	} else {
		h.name = m[2]
	}
	if h.flags, err = flagBits(m[3], "", goFlags); err != nil {
		return err
	}
	var payload []byte
	if strings.HasPrefix(strings.TrimSpace(m[6]), "0x") || strings.Contains(m[6], ",") {
		payload, err = list(m[6])
	} else if list, werr := listWords(m[6]); werr == nil {
		for _, w := range list {
			n, perr := strconv.ParseUint(w.text, 10, 8)
			if perr != nil || w.n != 1 {
				return fmt.Errorf("%q is no byte", excerpt(w.text))
			}
			payload = append(payload, byte(n))
		}
	}
	if err != nil {
		return err
	}
	if h.length == 0 { // before the library has filled it in
		h.length = uint32(headerLen + len(payload))
	}
	if err := h.whole(len(payload), "print all of Data"); err != nil {
		return err
	}
	d.append(h, payload)
	return nil
}

// words reads length, sequence number and port of a header.
func words(length, seq, pid string) (*header, error) {
	n, err := strconv.ParseUint(length, 0, 32)
	s, err2 := strconv.ParseUint(seq, 0, 32)
	p, err3 := strconv.ParseUint(pid, 0, 32)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	return &header{length: uint32(n), seq: uint32(s), pid: uint32(p)}, nil
}
