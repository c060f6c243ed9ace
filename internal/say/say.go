// SPDX-License-Identifier: Apache-2.0

// Package say puts a message into the words of the tool that a person would use
// for it: a request becomes the command that asks for it ("ip route add default
// via 10.0.0.1"), word by word, so that whoever prints it can quote each word as
// its reader needs.
//
// Nothing is left out in silence: what a command cannot say of a message is
// listed with its name (Said.Left). Nothing is made up: a message that no tool
// has words for is not said at all. The package knows decoded messages only; it
// pairs none, keeps none and runs nothing.
package say

import (
	"maps"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nft"
)

// Command is one command line.
type Command struct {
	// Words are unquoted. The first is the tool.
	Words []string
	// Input is what it reads on its standard input, line by line, without newlines.
	Input []string
}

// Said is a message in words.
type Said struct {
	// Commands are what does the same, in this order. Of most requests it is one.
	Commands []Command
	// Reads: it asks for something, and changes nothing.
	Reads bool
	// Left is what the commands do not say. A request is said whole where it is empty.
	Left []Left
	// Folded: another message of the same transaction says it, as the rule of
	// nftables that uses an anonymous set does.
	Folded bool
	// Note is what whoever runs the commands should know; "": nothing.
	Note string
	// Iptables: it is of nftables, and the command is one of iptables, which sent it.
	Iptables bool
	// Said is what nftables has to say besides: the object in nft's words, also
	// of answers and events, and the transaction that it belongs to.
	nft.Said
}

// Left is a field or an attribute that has no words.
type Left struct {
	Node *decode.Node
	// In is the path of the nests that it is in: "IFLA_LINKINFO > IFLA_INFO_DATA"; "" for none.
	In string
}

// Name is the attribute's UAPI name, else its number.
func (l *Left) Name() string {
	if l.Node.Name != "" {
		return l.Node.Name
	}
	if l.Node.Attr {
		return "attribute " + decimal(uint64(l.Node.ID))
	}
	return "bytes at " + decimal(uint64(l.Node.Off))
}

// Whole says that the commands say all of the message.
func (s *Said) Whole() bool { return s.Folded || len(s.Commands) > 0 && len(s.Left) == 0 }

// Text is the commands as people type them, one behind the other; "": there are none.
func (s *Said) Text() string {
	switch len(s.Commands) {
	case 0:
		return ""
	case 1:
		return s.Commands[0].String()
	}
	all := make([]string, len(s.Commands))
	for i, c := range s.Commands {
		all[i] = c.String()
	}
	return strings.Join(all, "; ")
}

// Speaker says the messages of one stream, in their order: a rule of nftables
// refers to sets that came before it. It belongs to one goroutine. The zero
// value is ready.
type Speaker struct{ nft nft.Lines }

// Say says a message, of which body is the payload (Body or Values): what nothing can
// be said of has neither commands nor a line.
func (s *Speaker) Say(m *decode.Message, body *decode.Body) Said {
	said := s.FromStream(m)
	said.Add(m, body)
	return said
}

// FromStream says what only the messages before it tell: of nftables all, of others
// nothing. It is for those who say the rest later and elsewhere (Add).
func (s *Speaker) FromStream(m *decode.Message) Said {
	said := Said{Said: s.nft.Say(m)}
	s.nftables(m, &said)
	return said
}

// Add says what a message tells by itself.
func (s *Said) Add(m *decode.Message, body *decode.Body) {
	request, _ := Request(m, body)
	if len(s.Commands) == 0 {
		s.Commands, s.Left = request.Commands, request.Left
	}
	s.Reads = s.Reads || request.Reads
}

// Hear takes a message of which nothing is to be said, in its place: later ones may
// refer to what it tells.
func (s *Speaker) Hear(m *decode.Message) { s.nft.Learn(m) }

// BatchOf returns the transaction of nftables that a message belongs to.
func (s *Speaker) BatchOf(m *decode.Message) (nft.Batch, bool) { return s.nft.BatchOf(m) }

// teller puts one type of message into words. It returns false where it finds
// nothing that can be said.
type teller func(*telling) bool

// tools has the tellers of requests, by family and type.
var tools = map[string]map[string]teller{
	"route": both(both(ipRoute, tcRoute), dcb),
	"xfrm":  ipXfrm,
	"ipset": ipset,

	"ctnetlink":     conntrack,
	"ctnetlink_exp": conntrackExpect,

	"wireguard": wireguard,
	"ethtool":   ethtool,
	"macsec":    ipMacsec,
	"mptcp_pm":  ipMPTCP,
	"l2tp":      ipL2TP,
	"fou":       ipFOU,
	"TIPCv2":    tipc,
	"rdma":      rdma,
	"devlink":   devlink,
	"sock_diag": ss,
	"audit":     audit,
	"nl80211":   iw,
	"vdpa":      vdpa,
	"IPVS":      ipvs,

	"cttimeout": nfctTimeout,
	"cthelper":  nfctHelper,
	"nfacct":    nfacct,
	"batadv":    batctl,

	"ila":         ipILA,
	"tcp_metrics": ipTCPMetrics,
	"SEG6":        ipSR,
	"IOAM6":       ipIOAM,
}

// both puts the tellers of two tools for one family together.
func both(a, b map[string]teller) map[string]teller {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// maxMessage is the length of the longest request that is said. Tools send no longer
// ones but to nftables, which package nft bounds; a file may hold anything.
const maxMessage = 256 << 10

// Request says a request, of which body is the payload. ok is false where it is none, or where no tool has
// words for it: whoever reads one that is malformed needs the tree.
func Request(m *decode.Message, body *decode.Body) (s Said, ok bool) {
	if m.Frame == nil || m.Frame.Dir != capture.DirRequest || m.NoHeader || m.Problem != nil || len(m.Data) > maxMessage {
		return s, false
	}
	tell := tools[m.Family][m.Type]
	if tell == nil {
		return s, false
	}
	t := telling{m: m, body: *body}
	if m.Frame.Protocol == unix.NETLINK_GENERIC {
		t.fields().options([]option{{"cmd", "", silent}, {"version", "", silent}}) // that is its type
	}
	if t.body.Problem != "" || !tell(&t) || t.failed {
		s.Reads = t.reads
		return s, false
	}
	t.flush()
	s.Commands, s.Left, s.Reads = t.commands, t.left(), t.reads
	return s, len(s.Commands) > 0
}
