// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// Process is who a cell belongs to. The zero Process is unknown.
type Process struct {
	PID  uint32 `json:"pid"`
	Comm string `json:"comm"` // the process's name (capture.Proc.ProcessName)
	// Life tells processes apart that had the PID one after the other.
	Life    uint64 `json:"-"`
	Outside bool   `json:"outside,omitempty"` // as capture.Proc.Outside
}

// Known says whether the source could name a process.
func (p Process) Known() bool { return p.PID != 0 || p.Comm != "" }

// Proc is as much of the process as p has, to be named.
func (p Process) Proc() capture.Proc {
	return capture.Proc{PID: p.PID, Comm: p.Comm, Outside: p.Outside}
}

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
// protocol's name. The numbers are 0 where the names are known.
type Type struct {
	Family   string `json:"family"`
	FamilyID uint16 `json:"family_id"` // generic-netlink id that nobody has told
	Name     string `json:"type"`
	ID       uint16 `json:"type_id"`
	Cmd      int16  `json:"cmd"` // genlmsghdr.cmd + 1, or 0
}

// SocketEvents is the Type.Name of what is counted for a socket and not for a
// message: ENOBUFS, and drops of datagrams whose bytes nobody saw.
const SocketEvents = "(socket)"

// noHeader is the Type.Name of bytes without an nlmsghdr that no table names.
const noHeader = "no header"

// FamilyLabel and Label return the names, or the numbers that stand for them,
// as decode.Message's FamilyText and TypeText do.
func (t Type) FamilyLabel() string {
	if t.FamilyID != 0 {
		return fmt.Sprintf("%s:0x%x", t.Family, t.FamilyID)
	}
	return t.Family
}

// Label is described at FamilyLabel.
func (t Type) Label() string {
	switch {
	case t.Name != "":
		return t.Name
	case t.Cmd > 0:
		return "cmd " + strconv.Itoa(int(t.Cmd)-1)
	default:
		return fmt.Sprintf("type 0x%x", t.ID)
	}
}

// Where is where a process runs. "" is the host, no unit, no name.
type Where struct {
	Pod       string `json:"pod,omitempty"`
	Container string `json:"container,omitempty"`
	Unit      string `json:"unit,omitempty"`
	NetNSName string `json:"netns_name,omitempty"` // of the socket's namespace
}

// ContainerLabel is "namespace/pod/container" in a pod.
func (w *Where) ContainerLabel() string {
	if w.Pod == "" || w.Container == "" {
		return w.Container
	}
	return w.Pod + "/" + w.Container
}

// Key is the finest grain of counting.
type Key struct {
	Process
	Where
	Socket
	Type
}

// protocolFamily names the family of messages that nobody could name.
var protocolFamily = func() (names [capture.MaxProtocol]string) {
	for i := range names {
		name := capture.ProtocolName(uint16(i))
		if short := capture.ShortName(uint16(i)); short[0] > '9' {
			name = strings.ToLower(short)
		}
		names[i] = name
	}
	names[capture.NETLINK_KOBJECT_UEVENT] = "uevent"
	return names
}()

// keyOf does not allocate: labels of what has no name are made when a tree is.
func keyOf(x *correlate.Observation) Key {
	f := x.Frame
	k := Key{
		Process: Process{x.Account.PID, x.Account.ProcessName(), x.Account.Life, x.Account.Outside},
		Where:   Where{x.Account.Pod, x.Account.Container, x.Account.Unit, f.NetNSName},
		Socket:  Socket{Protocol: f.Protocol, Inode: f.Socket.Inode, NetNS: f.NetNS},
		Type:    typeOf(x.Family, x.Type, f.Protocol, x.Message),
	}
	if k.Inode == 0 {
		k.PortID = f.Socket.PortID
	}
	return k
}

// typeOf is the type of a message with these names, of which m may be nil.
func typeOf(family, name string, protocol uint16, m *decode.Message) Type {
	k := Type{Family: family, Name: name}
	if k.Family == "" {
		k.Family = protocolFamily[protocol%capture.MaxProtocol]
		if m != nil && protocol == capture.NETLINK_GENERIC {
			k.FamilyID = m.Header.Type
		}
	}
	switch {
	case k.Name != "":
	case m == nil:
		k.Name = SocketEvents
	case m.NoHeader:
		k.Name = noHeader
	case m.HasCmd:
		k.Cmd = int16(m.Cmd) + 1
	default:
		k.ID = m.Header.Type
	}
	return k
}
