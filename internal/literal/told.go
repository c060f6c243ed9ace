// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Messages that a tool has taken apart: their header stands in words, and only their
// payload in bytes. Both together are the message again.

// told reads what strace, libnl's nl_msg_dump and Go's libraries print; nil: the text is
// nothing of that kind.
func told(text string) ([]Datagram, error) {
	switch {
	case reStraceHeader.MatchString(text):
		return straced(text)
	case strings.Contains(text, "[NETLINK HEADER]"):
		return libnl(text)
	case isGo(text):
		return goMessages(text)
	case reDecoded.MatchString(text):
		return nil, errors.New("a library has decoded this message: have it print its bytes in hex")
	}
	return nil, nil
}

// reDecoded is a message without bytes: of the crates netlink-packet-*, of pyroute2, of
// genetlink of Go alone.
var reDecoded = regexp.MustCompile(`NetlinkHeader \{|'attrs': \[|\{Header:\{Command:`)

// header is struct nlmsghdr in words.
type header struct {
	length   uint32
	typ      uint16
	name     string // of typ; "": it is a number
	flags    uint16
	seq, pid uint32
}

// append puts a message behind those of a datagram.
func (d *Datagram) append(h *header, payload []byte) {
	for len(d.Data)%4 != 0 {
		d.Data = append(d.Data, 0)
	}
	if h.name != "" {
		d.Types = append(d.Types, TypeName{Off: len(d.Data), Name: h.name})
	}
	o := binary.LittleEndian
	d.Data = o.AppendUint32(d.Data, h.length)
	d.Data = o.AppendUint16(d.Data, h.typ)
	d.Data = o.AppendUint16(d.Data, h.flags)
	d.Data = o.AppendUint32(d.Data, h.seq)
	d.Data = o.AppendUint32(d.Data, h.pid)
	d.Data = append(d.Data, payload...)
}

// whole says what is wrong where the payload is not as long as the header says.
func (h *header) whole(payload int, how string) error {
	want := int64(h.length) - headerLen
	if int64(payload) == want || int64(payload) > want && int64(payload) <= (want+3)&^3 {
		return nil
	}
	return fmt.Errorf("a message of %d bytes has %d of its payload's %d in the text (%s)", h.length, payload, want, how)
}

// straceAll is what makes strace print everything.
const straceAll = "strace -s 65536 -e write=all -e read=all prints all bytes"

var (
	reStraceHeader = regexp.MustCompile(`\{(?:nlmsg_)?len=(\d+), (?:nlmsg_)?type=([^,{}]+), (?:nlmsg_)?flags=([^,{}]+), (?:nlmsg_)?seq=(\d+), (?:nlmsg_)?pid=(-?\d+)\}`)
	reStraceNumber = regexp.MustCompile(`^(0x[0-9a-f]+|\d+)(?: /\*.*\*/)?$`)
	reStraceError  = regexp.MustCompile(`^\{error=(-?)(\w+)`)
)

// straced reads lines of strace: each is a datagram. The lines of -e write=FD below
// one have it once more, byte by byte.
func straced(text string) ([]Datagram, error) {
	var out []Datagram
	var failed error // of the last line, until its dump is seen
	var dumped []byte
	lines := strings.Split(text, "\n")
	lines = append(lines, "")
	call := 0 // line of the last call; 0: there was none
	for i, l := range lines {
		if m := reStrace.FindStringSubmatch(l); m != nil && call > 0 {
			b, err := hexLine(m[2], 16)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			dumped = append(dumped, b...)
			continue
		}
		heads := reStraceHeader.FindAllStringSubmatchIndex(l, -1)
		if heads == nil && i+1 < len(lines) {
			continue
		}
		if call > 0 {
			if err := settle(&out[len(out)-1], dumped, failed); err != nil {
				return nil, fmt.Errorf("line %d: %w", call, err)
			}
		}
		if heads == nil {
			break
		}
		d := Datagram{}
		if m := reCall.FindStringSubmatch(l); m != nil {
			d.Way = calls[m[1]]
		}
		failed = d.strace(l, heads)
		out, dumped, call = append(out, d), nil, i+1
	}
	return out, nil
}

// settle decides between what a line of strace says and its dump, which knows the
// numbers behind the names.
func settle(d *Datagram, dumped []byte, failed error) error {
	complete := dumped != nil && fits(dumped)
	switch {
	case complete && (failed != nil || len(dumped) >= len(d.Data)):
		d.Data = dumped
	case failed != nil:
		return failed
	case len(dumped) >= 6 && string(dumped[:4]) == string(d.Data[:4]):
		copy(d.Data[4:6], dumped[4:6])
	default:
		return nil
	}
	for i := range d.Types {
		if t := &d.Types[i]; t.Off+6 <= len(dumped) {
			t.N = binary.LittleEndian.Uint16(dumped[t.Off+4:])
		}
	}
	return nil
}

// strace reads the messages of one line; heads are where their headers are.
func (d *Datagram) strace(l string, heads [][]int) error {
	for i, m := range heads {
		h, err := straceHeader(l, m)
		if err != nil {
			return err
		}
		end := len(l)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		payload, quoted, err := stracePayload(l[m[1]:end], l[m[1]:], d)
		if err == nil {
			err = h.whole(len(payload), straceAll)
		}
		if err != nil {
			if h.name != "" {
				d.Types = []TypeName{{Name: h.name}} // of the dump, which may have all
			}
			return err
		}
		d.append(h, payload)
		if quoted {
			break // what follows is the header that an error quotes
		}
	}
	return nil
}

func straceHeader(l string, m []int) (*header, error) {
	part := func(i int) string { return l[m[2*i]:m[2*i+1]] }
	h := &header{}
	n, err := strconv.ParseUint(part(1), 10, 32)
	seq, err2 := strconv.ParseUint(part(4), 10, 32)
	pid, err3 := strconv.ParseInt(part(5), 10, 64)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, fmt.Errorf("read nlmsghdr: %w", err)
	}
	h.length, h.seq, h.pid = uint32(n), uint32(seq), uint32(pid)
	if t := reStraceNumber.FindStringSubmatch(part(2)); t != nil {
		n, err := strconv.ParseUint(t[1], 0, 16)
		if err != nil {
			return nil, fmt.Errorf("read nlmsg_type: %w", err)
		}
		h.typ = uint16(n)
	} else {
		h.name = part(2)
	}
	h.flags, err = flagBits(part(3), "NLM_F_", straceFlags)
	return h, err
}

// The flags of a nlmsghdr by name (linux/netlink.h).
var straceFlags = map[string]uint16{
	"REQUEST": 1, "MULTI": 2, "ACK": 4, "ECHO": 8, "DUMP_INTR": 16, "DUMP_FILTERED": 32,
	"ROOT": 0x100, "MATCH": 0x200, "ATOMIC": 0x400, "DUMP": 0x300,
	"REPLACE": 0x100, "EXCL": 0x200, "CREATE": 0x400, "APPEND": 0x800,
	"NONREC": 0x100, "BULK": 0x200, "CAPPED": 0x100, "ACK_TLVS": 0x200,
}

// goFlags are those of Go's netlink packages.
var goFlags = map[string]uint16{
	"request": 1, "multi": 2, "acknowledge": 4, "echo": 8, "dumpinterrupted": 16, "dumpfiltered": 32,
}

func flagBits(s, prefix string, names map[string]uint16) (bits uint16, err error) {
	for _, w := range strings.Split(s, "|") {
		w, _, _ = strings.Cut(strings.TrimSpace(w), " ")
		if n, err := strconv.ParseUint(w, 0, 16); err == nil {
			bits |= uint16(n)
			continue
		}
		n, ok := names[strings.TrimPrefix(w, prefix)]
		if !ok {
			return 0, fmt.Errorf("unknown flag %q of a nlmsghdr", excerpt(w))
		}
		bits |= n
	}
	return bits, nil
}

// stracePayload reads what stands behind a header: a string, a number (NLMSG_DONE), an
// error with the header that it quotes, or nothing. quoted: the next header is the
// payload's.
func stracePayload(s, rest string, d *Datagram) (payload []byte, quoted bool, err error) {
	s = strings.TrimLeft(s, ", ")
	switch {
	case s == "" || s[0] == ']' || s[0] == '}':
		return nil, false, nil
	case s[0] == '"':
		b, end, err := unescape(s, 1, '"')
		if err != nil || end >= len(s) {
			return nil, false, fmt.Errorf("a string without its end in strace's line")
		}
		if strings.HasPrefix(s[end+1:], "...") {
			return nil, false, errCut("strace's string", "strace -s 65536")
		}
		return b, false, nil
	}
	if m := reStraceError.FindStringSubmatch(s); m != nil {
		return straceError(m, rest, d)
	}
	word, _, _ := strings.Cut(strings.TrimRight(strings.SplitN(s, "]", 2)[0], "}"), " ")
	if n, err := strconv.ParseInt(strings.TrimRight(word, ",}"), 0, 32); err == nil {
		return binary.LittleEndian.AppendUint32(nil, uint32(n)), false, nil
	}
	return nil, false, fmt.Errorf("strace has decoded the payload: %s", straceAll)
}

// straceError makes an NLMSG_ERROR of its errno and the header that it quotes.
func straceError(m []string, rest string, d *Datagram) ([]byte, bool, error) {
	errno, err := strconv.ParseInt(m[2], 0, 32)
	if err != nil {
		n, ok := errnoNumber(m[2])
		if !ok {
			return nil, false, fmt.Errorf("unknown errno %q: %s", excerpt(m[2]), straceAll)
		}
		errno = int64(n)
	}
	if m[1] != "" {
		errno = -errno
	}
	at := reStraceHeader.FindStringSubmatchIndex(rest)
	if at == nil {
		return nil, false, fmt.Errorf("an error without the header it quotes: %s", straceAll)
	}
	h, err := straceHeader(rest, at)
	if err != nil {
		return nil, false, err
	}
	q := Datagram{Data: binary.LittleEndian.AppendUint32(nil, uint32(errno))}
	q.append(h, nil)
	for _, t := range q.Types {
		t.Off += (len(d.Data)+3)&^3 + headerLen
		d.Types = append(d.Types, t)
	}
	return q.Data, true, nil
}

// errnoNumber is the number behind the name of an errno.
func errnoNumber(name string) (int64, bool) {
	for n := range int64(4096) {
		if unix.ErrnoName(syscall.Errno(n)) == name {
			return n, true
		}
	}
	return 0, false
}
