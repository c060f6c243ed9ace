// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// NLM_F_* below 0x100 mean the same in every message; above, the meaning
// depends on what the message does (include/uapi/linux/netlink.h).
var (
	commonFlags = []string{"NLM_F_REQUEST", "NLM_F_MULTI", "NLM_F_ACK", "NLM_F_ECHO", "NLM_F_DUMP_INTR", "NLM_F_DUMP_FILTERED"}
	getFlags    = []string{"NLM_F_ROOT", "NLM_F_MATCH", "NLM_F_ATOMIC"}
	newFlags    = []string{"NLM_F_REPLACE", "NLM_F_EXCL", "NLM_F_CREATE", "NLM_F_APPEND"}
	delFlags    = []string{"NLM_F_NONREC", "NLM_F_BULK"}
	ackFlags    = []string{"NLM_F_CAPPED", "NLM_F_ACK_TLVS"}
)

const (
	flagDump = 0x300 // NLM_F_DUMP: NLM_F_ROOT | NLM_F_MATCH
	highBits = 8     // NLM_F_ROOT and its namesakes begin here
)

// verb is what a message does to the object it is about.
type verb uint8

const (
	verbUnknown verb = iota
	verbGet
	verbNew
	verbDel
	verbAck
)

// FlagNames returns the names of Header.Flags, what has none last, in hex.
//
// The bits from 0x100 on are named by what the message does: an NLMSG_ERROR or
// NLMSG_DONE has the flags of an ACK; the two low bits of a NETLINK_ROUTE type
// say new, delete, get or set; other protocols are judged by the words of the
// type's name (ETHTOOL_MSG_RINGS_GET, NFT_MSG_NEWRULE). Where the name says
// nothing, only NLM_F_DUMP on a request is certain: netlink_rcv_skb's callers
// test for both of its bits, and NLM_F_REPLACE with NLM_F_EXCL contradicts
// itself. Other bits stay in hex then.
func (m *Message) FlagNames() []string { return m.AppendFlags(make([]string, 0, 4)) }

// AppendFlags is FlagNames for a caller who reuses the slice.
func (m *Message) AppendFlags(dst []string) []string {
	flags := m.Header.Flags
	dst, flags = takeBits(dst, flags, 0, commonFlags)
	if flags == 0 {
		return dst
	}
	switch m.verb() {
	case verbAck:
		dst, flags = takeBits(dst, flags, highBits, ackFlags)
	case verbNew:
		dst, flags = takeBits(dst, flags, highBits, newFlags)
	case verbDel:
		dst, flags = takeBits(dst, flags, highBits, delFlags)
	case verbGet:
		if flags&flagDump == flagDump {
			dst, flags = append(dst, "NLM_F_DUMP"), flags&^flagDump
		}
		dst, flags = takeBits(dst, flags, highBits, getFlags)
	default:
		if flags&flagDump == flagDump && m.Header.Flags&flagRequest != 0 {
			dst, flags = append(dst, "NLM_F_DUMP"), flags&^flagDump
		}
	}
	if flags != 0 {
		dst = append(dst, "0x"+strconv.FormatUint(uint64(flags), 16))
	}
	return dst
}

// takeBits appends the names of the bits from shift on and clears them.
func takeBits(dst []string, flags uint16, shift int, names []string) ([]string, uint16) {
	for i, name := range names {
		if bit := uint16(1) << (shift + i); flags&bit != 0 {
			dst = append(dst, name)
			flags &^= bit
		}
	}
	return dst, flags
}

func (m *Message) verb() verb {
	typ := m.Header.Type
	switch p := m.Frame.Protocol; {
	case isControl(p, typ):
		if typ == typeError || typ == typeDone {
			return verbAck
		}
		return verbUnknown
	case p == capture.NETLINK_ROUTE && typ >= minUserType:
		// RTM_NEW*, DEL*, GET*, SET*: rtnetlink_rcv_msg, kind = type & 3.
		return [...]verb{verbNew, verbDel, verbGet, verbNew}[typ&3]
	case p == capture.NETLINK_SOCK_DIAG && m.Type == "":
		return verbGet // all but SOCK_DESTROY are dumps or lookups
	}
	return verbOf(m.Type)
}

// verbOf judges by the words of a UAPI name; the first that says something
// wins, so MPTCP_PM_CMD_DEL_ADDR deletes.
func verbOf(name string) verb {
	for name != "" {
		word := name
		if i := strings.IndexByte(name, '_'); i >= 0 {
			word, name = name[:i], name[i+1:]
		} else {
			name = ""
		}
		switch word {
		case "GET", "DUMP", "LIST":
			return verbGet
		case "NEW", "SET", "ADD", "CREATE":
			return verbNew
		case "DEL", "DELETE", "DESTROY", "FLUSH", "REMOVE":
			return verbDel
		case "DELAY", "NEWS":
			continue
		}
		switch { // GETFAMILY, NEWRULE, DELSETELEM
		case strings.HasPrefix(word, "GET"):
			return verbGet
		case strings.HasPrefix(word, "NEW"):
			return verbNew
		case strings.HasPrefix(word, "DEL"), strings.HasPrefix(word, "DESTROY"):
			return verbDel
		}
	}
	return verbUnknown
}

// IsDump says whether a request asks for all there is of a kind (NLM_F_DUMP), and not for
// something to be replaced, whose flags have the same bits.
func (m *Message) IsDump() bool {
	if m.Header.Flags&flagDump != flagDump || m.Header.Flags&unix.NLM_F_REQUEST == 0 {
		return false
	}
	v := m.verb()
	return v == verbGet || v == verbUnknown
}

// Asks says whether a request only asks: it is a dump, or gets something.
func (m *Message) Asks() bool {
	return !m.NoHeader && m.Header.Flags&unix.NLM_F_REQUEST != 0 && (m.IsDump() || m.verb() == verbGet)
}
