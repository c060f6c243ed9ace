// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Process is who a cell belongs to. The zero Process is unknown.
type Process struct {
	PID  uint32 `json:"pid"`
	Comm string `json:"comm"`
}

// Known says whether the source could name a process.
func (p Process) Known() bool { return p.PID != 0 || p.Comm != "" }

// Socket identifies a Netlink socket: by inode where the source knows it, else
// by port ID. One of the two is 0, so that a socket is one cell although its
// port ID is assigned late (netlink_autobind).
type Socket struct {
	Protocol uint16 `json:"protocol"`
	PortID   uint32 `json:"portid"`
	Inode    uint64 `json:"inode"`
	NetNS    uint64 `json:"netns"`
}

// Type is what a message is. Family is never "": where it is unknown it is the
// protocol's name ("generic"). ID and Cmd are 0 where Name is known.
type Type struct {
	Family string `json:"family"`
	Name   string `json:"type"`
	ID     uint16 `json:"type_id"`
	Cmd    int16  `json:"cmd"` // genlmsghdr.cmd + 1, or 0
}

// SocketEvents is the Type.Name of what is counted for a socket and not for a
// message: ENOBUFS, and drops of datagrams whose bytes nobody saw.
const SocketEvents = "(socket)"

// Label returns the UAPI name of the type, or its number.
func (t Type) Label() string {
	switch {
	case t.Name != "":
		return t.Name
	case t.Cmd > 0:
		return "cmd " + strconv.Itoa(int(t.Cmd)-1)
	default:
		return fmt.Sprintf("type 0x%04x", t.ID)
	}
}

// Key is the finest grain of counting.
type Key struct {
	Process
	Socket
	Type
}

// protocolFamily names the family of messages that nobody could name.
var protocolFamily = func() (names [capture.MaxProtocol]string) {
	for i := range names {
		name := capture.ProtocolName(uint16(i))
		if short := strings.TrimPrefix(name, "NETLINK_"); short[0] > '9' {
			name = strings.ToLower(short)
		}
		names[i] = name
	}
	return names
}()

// keyOf does not allocate: labels of what has no name are made when a tree is.
func keyOf(x *correlate.Observation) Key {
	f := x.Frame
	k := Key{
		Process: Process{x.Account.PID, x.Account.Comm},
		Socket:  Socket{Protocol: f.Protocol, Inode: f.Socket.Inode, NetNS: f.NetNS},
		Type:    Type{Family: x.Family, Name: x.Type},
	}
	if k.Inode == 0 {
		k.PortID = f.Socket.PortID
	}
	if k.Family == "" {
		k.Family = protocolFamily[f.Protocol%capture.MaxProtocol]
	}
	switch {
	case k.Name != "":
	case x.Message == nil:
		k.Name = SocketEvents
	default:
		k.ID = x.Message.Header.Type
		if x.Message.HasCmd {
			k.Cmd = int16(x.Message.Cmd) + 1
		}
	}
	return k
}
