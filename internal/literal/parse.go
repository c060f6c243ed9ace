// SPDX-License-Identifier: Apache-2.0

// Package literal reads and writes messages as people pass them around: hex
// dumps of several tools, strings with escapes, arrays of many languages,
// base64, what strace or a library printed of a message; Go and C literals for
// a test case.
//
// It reads bytes and decodes nothing (package decode does). Of Netlink it knows
// the cooked header that Wireshark puts in front of a packet, and struct
// nlmsghdr: where a text can be read in two ways, that one counts in which the
// lengths of messages fit, and where none does the text is refused.
package literal

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Datagram is bytes that somebody wrote down.
type Datagram struct {
	Data []byte
	// Protocol is the NETLINK_* number of a cooked header that stood in front;
	// valid where Cooked.
	Protocol uint16
	Cooked   bool
	// Types are nlmsg_type of messages in Data that the text has as a name; in
	// Data they are 0.
	Types []TypeName
	// Way says whether a program sent or received it, where the text does.
	Way Way
}

// TypeName is an nlmsg_type by name: "RTM_NEWADDR", "nlctrl", as strace writes
// them.
type TypeName struct {
	Off  int // of the nlmsghdr in Data, in bytes
	Name string
	N    uint16 // its number, where the text has that too, and so has Data
}

// Way is a direction.
type Way uint8

const (
	WayUnknown Way = iota
	WaySent
	WayReceived
)

// Parse reads the datagrams of a text. It takes plain hex with any separators,
// the dumps of xxd, hexdump, od, tcpdump -x, Wireshark, gdb, dmesg and strace (an
// offset that begins anew begins a datagram, and so does an empty line between
// lines of plain hex), strings with the escapes of C or Python, lists of numbers,
// base64, and messages whose header strace, libnl or a Go library parsed. A cooked
// header (LINKTYPE_NETLINK) is taken off.
func Parse(text string) ([]Datagram, error) {
	text = strings.ReplaceAll(text, "\r", "")
	text = reRemark.ReplaceAllString(strings.TrimPrefix(text, "\ufeff"), "")
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("no bytes in the input")
	}
	if out, err := told(text); out != nil || err != nil {
		return out, err
	}
	chunks, err := bytesOf(text)
	if err != nil {
		return nil, err
	}
	out := make([]Datagram, 0, len(chunks))
	for _, c := range chunks {
		if len(c) > 0 {
			out = append(out, uncook(c))
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no bytes in the input")
	}
	return out, nil
}

// bytesOf reads a text of nothing but bytes.
func bytesOf(text string) ([][]byte, error) {
	switch {
	case reQuoted.MatchString(text):
		return quoted(text)
	case isList(text):
		return numbers(text)
	}
	chunks, err := dump(text)
	if err != nil {
		if b, ok := base64Text(text); ok {
			return [][]byte{b}, nil
		}
	}
	return chunks, err
}

// The cooked header of LINKTYPE_NETLINK is 16 bytes, big-endian: packet type,
// ARPHRD_NETLINK, 10 bytes of address, protocol.
const (
	cookedLen     = 16
	arphrdNetlink = 824
)

func uncook(b []byte) Datagram {
	be16 := func(i int) uint16 { return uint16(b[i])<<8 | uint16(b[i+1]) }
	// No message begins so: its length would be above 64 MiB, its type 0x3803
	// in a file of another machine at most.
	if len(b) >= cookedLen && be16(2) == arphrdNetlink && b[0] == 0 && b[1] <= 7 {
		return Datagram{Data: b[cookedLen:], Protocol: be16(14), Cooked: true}
	}
	return Datagram{Data: b}
}

// reRemark is a line that Write puts above hex.
var reRemark = regexp.MustCompile(`(?m)^#[^\n]*$`)

// headerLen is the length of struct nlmsghdr in bytes.
const headerLen = 16

// fits says whether bytes look like a datagram of Netlink: a uevent, or messages
// whose lengths reach from one to the next and to the end.
func fits(b []byte) bool { return fitsIn(b, binary.LittleEndian) || fitsIn(b, binary.BigEndian) }

func fitsIn(b []byte, o binary.ByteOrder) bool {
	b = uncook(b).Data
	return reUevent.Match(b) || strings.HasPrefix(string(b), "libudev\x00") || walks(b, o)
}

var reUevent = regexp.MustCompile(`^[a-z]{3,16}@/`)

func walks(b []byte, o binary.ByteOrder) bool {
	if len(b) < headerLen {
		return false
	}
	if int64(o.Uint32(b))+headerLen == int64(len(b)) { // the kernel's audit records
		return true
	}
	for len(b) >= headerLen {
		n := int64(o.Uint32(b))
		if n < headerLen || n > int64(len(b)) {
			return n == 0 && len(strings.Trim(string(b), "\x00")) == 0
		}
		b = b[min((n+3)&^3, int64(len(b))):]
	}
	return len(strings.Trim(string(b), "\x00")) == 0
}

// likeliest returns the first of several readings that fits, as a message of a
// little-endian machine before one of another, or else the first of all: a message may
// be broken.
func likeliest(readings ...[]byte) []byte {
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, b := range readings {
			if b != nil && fitsIn(b, o) {
				return b
			}
		}
	}
	return readings[0]
}

// base64Text reads base64 that holds a datagram: any word is base64 of something.
func base64Text(text string) ([]byte, bool) {
	s := strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(s); err == nil && fits(b) {
			return b, true
		}
	}
	return nil, false
}

// errCut is the error of a text that lacks bytes. what is where, how says how to get
// them all.
func errCut(what, how string) error {
	return fmt.Errorf("%s: the text leaves bytes out (%s prints all)", what, how)
}

func excerpt(s string) string {
	if len(s) > 12 {
		s = s[:12] + "…"
	}
	return s
}
