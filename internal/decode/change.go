// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Answer is what can be said of a question.
type Answer = schema.Answer

const (
	Unknown = schema.Unknown
	No      = schema.No
	Yes     = schema.Yes
)

// Modifies says whether a message is a change of the system: of a request, whether it
// changes something where it succeeds; of an event, whether it tells of something that has
// changed. Answers, and what one process sends another, are none.
//
// It is decided in the tables (schema.Effect), else by the rules of the protocol.
func (m *Message) Modifies() Answer {
	if m.Frame == nil {
		return Unknown
	}
	switch m.Frame.Dir {
	case capture.DirRequest:
		return m.requestModifies()
	case capture.DirEvent:
		return m.eventModifies()
	case capture.DirReply, capture.DirPeer:
		return No
	}
	return Unknown
}

func (m *Message) requestModifies() Answer {
	p := m.Frame.Protocol
	switch {
	case p == capture.NETLINK_KOBJECT_UEVENT:
		return No // uevent_net_rcv_skb passes it on
	case m.NoHeader:
		return Unknown
	case isControl(p, m.Header.Type), m.framesBatch():
		return No
	case m.def != nil && m.def.Effect != schema.Undecided:
		return m.def.Modifies(false)
	case p == capture.NETLINK_GENERIC && m.Header.Flags&flagDump == flagDump:
		return No // genl_family_rcv_msg: nothing but the command's dumpit
	case p == capture.NETLINK_ROUTE && m.Header.Type >= rtmBase:
		return (&schema.Message{Effect: schema.RtnlEffect(m.Header.Type)}).Modifies(false)
	}
	return Unknown
}

func (m *Message) eventModifies() Answer {
	switch {
	case m.Frame.Protocol == capture.NETLINK_KOBJECT_UEVENT:
		if bytes.HasPrefix(m.Data, []byte(udevPrefix)) {
			return No // udevd passes one on
		}
		return Yes // a device came, went or changed
	case m.NoHeader:
		return Unknown
	case isControl(m.Frame.Protocol, m.Header.Type):
		return No
	case m.def != nil:
		return m.def.Modifies(true)
	}
	return Unknown
}

// Passes says of a request that it hands something on, or is about its own socket alone
// (schema.Passes, schema.Own).
func (m *Message) Passes() bool {
	return m.def != nil && (m.def.Effect == schema.Passes || m.def.Effect == schema.Own)
}

// framesBatch says whether a message only stands around others: the begin and the end of a
// batch of nfnetlink.
func (m *Message) framesBatch() bool {
	return m.Frame.Protocol == capture.NETLINK_NETFILTER && (m.Header.Type == nfnlBatchBeg || m.Header.Type == nfnlBatchEnd)
}

// rtmBase is RTM_BASE of linux/rtnetlink.h: below it are no types of rtnetlink.
const rtmBase = 16
