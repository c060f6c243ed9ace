// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Arrow is the direction as one character.
func Arrow(d capture.Dir, ascii bool) string {
	signs := [...][2]string{
		capture.DirUnknown: {"?", "?"}, capture.DirRequest: {"→", ">"}, capture.DirReply: {"←", "<"},
		capture.DirEvent: {"«", "*"}, capture.DirPeer: {"↔", "="},
	}
	if int(d) >= len(signs) {
		d = capture.DirUnknown
	}
	if ascii {
		return signs[d][1]
	}
	return signs[d][0]
}

// Group names the multicast group that a datagram went to, or gives its number
// where name, which may be nil, does not know it.
func Group(f *capture.Frame, name func(protocol uint16, group uint32) string) string {
	if name != nil {
		if s := name(f.Protocol, f.Group); s != "" {
			return decode.Quote(s)
		}
	}
	return "group " + strconv.FormatUint(uint64(f.Group), 10)
}

// Groups names the groups that a socket joined, without the prefix that all of
// NETLINK_ROUTE's have.
func Groups(protocol uint16, groups []uint32, name func(protocol uint16, group uint32) string) string {
	var names []string
	for _, g := range groups {
		s := ""
		if name != nil {
			s = name(protocol, g)
		}
		if s == "" {
			s = strconv.FormatUint(uint64(g), 10)
		}
		names = append(names, decode.Quote(strings.TrimPrefix(s, "RTNLGRP_")))
	}
	return strings.Join(names, ",")
}

// Errno is an errno by name, by number where it has none.
func Errno(errno int32) string {
	if name := decode.ErrnoName(errno); name != "" {
		return name
	}
	return "errno " + strconv.Itoa(int(errno))
}

// ErrorName is the error of a reply by name: an errno, or one of the family's
// own.
func ErrorName(e *decode.ErrorInfo) string {
	if e.Name != "" {
		return e.Name
	}
	return Errno(e.Errno)
}

// Listeners counts those of an event, as far as a source sees them: at the system call
// those that read it. "": it sees none but itself.
func Listeners(sees capture.Sees, n int) string {
	switch {
	case sees.Has(capture.SeesListeners):
		return Plural(n, "listener", "listeners")
	case sees.Has(capture.SeesProcesses):
		return Plural(n, "reader", "readers")
	}
	return ""
}
