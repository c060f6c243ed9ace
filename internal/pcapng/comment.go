// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"fmt"
	"strconv"

	"github.com/nltop/nltop/internal/capture"
)

// preambleComment is that of the packets that name families.
const preambleComment = "nltop: families of this machine, not traffic"

// comment is what stands beside a packet for people and for programs that know no more
// of nltop: key=value, in one order, with one space between (docs/recordings.md). Keys
// are never renamed; new ones stand at the end.
type comment []byte

// appendComment appends whose row the packet is, what it is, where, what came of it, and
// who caused it. A key without a value is left out.
func appendComment(b []byte, o *capture.Origin, preamble bool) []byte {
	if preamble {
		return append(b, preambleComment...)
	}
	c := comment(b)
	who := o.Account()
	switch {
	case who.Known():
		c = c.number("pid", int64(who.PID)).text("name", who.ProcessName())
		if who.Outside {
			c = c.text("outside", "yes")
		}
	case o.Socket.PortID != 0:
		c = c.number("port", int64(o.Socket.PortID))
	}
	c = c.text("dir", o.Dir.String())
	if o.Group != 0 {
		c = c.number("group", int64(o.Group))
	}
	if o.NetNS != 0 {
		c = c.text("netns", strconv.FormatUint(o.NetNS, 10))
	}
	if o.Verdict > capture.VerdictDelivered {
		c = c.text("verdict", o.Verdict.String())
	}
	if o.Errno != 0 {
		c = c.number("errno", int64(o.Errno))
	}
	if o.Dir != capture.DirRequest && o.Proc.Known() && o.Proc != who {
		outside := ""
		if o.Proc.Outside {
			outside = " outside"
		}
		c = c.text("cause", o.Proc.ProcessName()+"["+strconv.FormatUint(uint64(o.Proc.PID), 10)+outside+"]")
	}
	return c
}

func (c comment) key(name string) comment {
	if n := len(c); n > 0 {
		c = append(c, ' ')
	}
	return append(append(c, name...), '=')
}

func (c comment) number(name string, n int64) comment {
	return strconv.AppendInt(c.key(name), n, 10)
}

// text writes a value as it is, or as a Go string where that would not be one word of
// printable ASCII: a process chooses its comm.
func (c comment) text(name, value string) comment {
	if value == "" {
		return c
	}
	for i := range len(value) {
		switch b := value[i]; {
		case b <= ' ', b >= 0x7f, b == '"', b == '\\':
			return fmt.Appendf(c.key(name), "%+q", value)
		}
	}
	return append(c.key(name), value...)
}
