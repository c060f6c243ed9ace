// SPDX-License-Identifier: Apache-2.0

// Package nft writes a decoded nftables message as one line near nft's own
// syntax: "add rule ip filter input tcp dport { 22, 80 } counter packets 0
// bytes 0 accept". Registers are followed from the expression that loads one to
// the one that uses it, so a load at offset 2 of a TCP header is "tcp dport"
// and the bytes it is compared with are a port.
//
// What it does not understand it writes in brackets and leaves nothing out.
// Statement writes a request as input of nft, or not at all.
// Every text in a line is safe for a terminal. The package also says what is
// in a batch. It decodes nothing itself: it reads the nodes of package decode.
package nft

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Lines writes messages of one stream. It remembers the last datagram, so that
// the rules of a batch find the anonymous sets that came with them, and the
// types of the sets that it saw. It belongs to one goroutine.
type Lines struct {
	frame *capture.Frame
	batch map[setKey]*setInfo
	known map[setKey]*setInfo

	begun  edge                     // of the last event about an interval
	chains map[setKey]string        // names of chains by handle, which stands in id
	elems  int                      // of known
	ifName func(index int32) string // of the message under way
	budget int                      // expressions that its line may still have
	exact  bool                     // it is to be nft's input

	batchFrame *capture.Frame
	batches    []Batch
	batchIndex []inBatch

	// What Body decoded last, and the room for it and for the others of a datagram.
	data         []byte
	of           *capture.Frame
	body         decode.Body
	room, others decode.Scratch
}

// setKey names a set: by its number within a transaction, by its name outside.
type setKey struct {
	family      uint64
	table, name string
	id          uint64
	netns       uint64
}

// maxExprs bounds the expressions of one line. The kernel takes 128 in a rule.
const maxExprs = 4096

// maxKnown bounds how many sets are remembered, and maxKnownElems how many elements of them.
const (
	maxKnown      = 4096
	maxKnownElems = 1 << 17
)

// Line writes one message; ok is false for one that is not of nftables, or
// that no line can be made of.
func Line(m *decode.Message) (string, bool) {
	var l Lines
	return l.Line(m)
}

// Line writes one message, knowing those before it.
func (l *Lines) Line(m *decode.Message) (string, bool) {
	if !Is(m) {
		return "", false
	}
	w := messages[m.Type]
	if w == nil {
		return "", false
	}
	body := l.Body(m)
	l.Learn(m)
	l.ifName, l.budget = m.IfName, maxExprs
	family, _ := num(body.Fields, "nfgen_family")
	s := w(l, &message{Message: m, attrs: body.Attrs, family: family, event: m.Frame.Dir != capture.DirRequest, exact: l.exact})
	return s, s != ""
}

// Body decodes a message, once while it is the last one. What it returns is overwritten
// when another one's turn comes.
func (l *Lines) Body(m *decode.Message) *decode.Body {
	if l.of != m.Frame || len(m.Data) == 0 || len(l.data) != len(m.Data) || &l.data[0] != &m.Data[0] {
		l.body = m.BodyIn(&l.room)
		l.of, l.data = m.Frame, m.Data
	}
	return &l.body
}

// Said is what Lines has to say of a message.
type Said struct {
	Line    string // "": nothing
	Batch   Batch
	InBatch bool
}

// Learn takes a message that nothing is to be said of: later ones may need the types
// of its set, or the name of its chain.
func (l *Lines) Learn(m *decode.Message) {
	if !Is(m) {
		return
	}
	l.enter(m)
	if m.Type == "NFT_MSG_NEWCHAIN" && m.Frame.Dir != capture.DirRequest {
		body := l.Body(m)
		family, _ := num(body.Fields, "nfgen_family")
		l.learnChain(family, body.Attrs)
	}
}

// Say writes one message and names its transaction, knowing those before it.
func (l *Lines) Say(m *decode.Message) (t Said) {
	t.Line, _ = l.Line(m)
	t.Batch, t.InBatch = l.BatchOf(m)
	return t
}

// Is says whether a message is one of nftables that a line can be made of.
func Is(m *decode.Message) bool {
	return m.Frame != nil && m.Frame.Protocol == capture.NETLINK_NETFILTER && m.Family == "nftables" && messages[m.Type] != nil
}

// message is one under the writer.
type message struct {
	*decode.Message
	attrs  []decode.Node
	family uint64
	event  bool
	exact  bool // Lines.exact
}

var families = map[uint64]string{0: "unspec", 1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"}

func familyName(n uint64) string {
	if s := families[n]; s != "" {
		return s
	}
	return fmt.Sprintf("[family %d]", n)
}

// verb says what a message does: that of nft's command, or nothing for what the
// kernel tells of its own accord in a dump.
func (m *message) verb() string {
	switch t := strings.TrimPrefix(m.Type, "NFT_MSG_"); {
	case strings.HasPrefix(t, "NEW"):
		if m.Frame.Dir == capture.DirReply {
			return ""
		}
		const nlmReplace, nlmCreate, nlmAppend = 0x100, 0x400, 0x800
		f := m.Header.Flags
		const nlmExcl = 0x200
		if m.exact && f&nlmExcl != 0 && t != "NEWRULE" {
			return "create "
		}
		if t == "NEWRULE" && m.Frame.Dir == capture.DirRequest {
			switch {
			case f&nlmReplace != 0:
				return "replace "
			case f&nlmAppend == 0:
				return "insert "
			}
		}
		// Older kernels tell neither flag of an event.
		if t == "NEWRULE" && m.Frame.Dir == capture.DirEvent && f&(nlmCreate|nlmAppend) == nlmCreate {
			return "insert "
		}
		return "add "
	case strings.HasPrefix(t, "DELETE"), strings.HasPrefix(t, "DEL"):
		return "delete "
	case strings.HasPrefix(t, "DESTROY"):
		return "destroy "
	case strings.HasSuffix(t, "_RESET"):
		return "reset "
	case strings.HasPrefix(t, "GET"):
		return "get "
	}
	return ""
}

var messages map[string]func(l *Lines, m *message) string

func init() {
	messages = map[string]func(l *Lines, m *message) string{"NFT_MSG_NEWGEN": genLine, "NFT_MSG_TRACE": traceLine}
	for what, w := range map[string]func(l *Lines, m *message) string{
		"TABLE": tableLine, "CHAIN": chainLine, "RULE": ruleLine, "SET": setLine, "SETELEM": elemLine, "OBJ": objLine, "FLOWTABLE": flowLine,
	} {
		for _, verb := range []string{"NEW", "DEL", "DESTROY", "GET"} {
			messages["NFT_MSG_"+verb+what] = w
		}
		messages["NFT_MSG_GET"+what+"_RESET"] = w
	}
}

func ruleLine(l *Lines, m *message) string {
	a := m.attrs
	table := str(a, "NFTA_RULE_TABLE")
	head := m.verb() + "rule " + familyName(m.family)
	if table != "" {
		head += " " + name(table)
	}
	if c := str(a, "NFTA_RULE_CHAIN"); c != "" {
		head += " " + name(c)
	} else if id, ok := num(a, "NFTA_RULE_CHAIN_ID"); ok {
		head += fmt.Sprintf(" [chain id %d]", id)
	}
	if m.verb() == "" {
		head = strings.TrimPrefix(head, "rule ")
	}
	if m.deletes() && table != "" && find(a, "NFTA_RULE_HANDLE") == nil && find(a, "NFTA_RULE_ID") == nil {
		what := "flush table"
		if find(a, "NFTA_RULE_CHAIN") != nil || find(a, "NFTA_RULE_CHAIN_ID") != nil {
			what = "flush chain"
		}
		head = what + strings.TrimPrefix(head, "delete rule")
	}
	if h, ok := num(a, "NFTA_RULE_POSITION"); ok && h != 0 && m.Frame.Dir == capture.DirRequest {
		head += fmt.Sprintf(" position %d", h)
	} else if id, ok := num(a, "NFTA_RULE_POSITION_ID"); ok {
		head += fmt.Sprintf(" [position id %d]", id)
	}
	h, hasHandle := num(a, "NFTA_RULE_HANDLE")
	if hasHandle && m.Frame.Dir == capture.DirRequest {
		head += fmt.Sprintf(" handle %d", h)
		hasHandle = false
	}
	if l.exact && m.deletes() {
		return head // the kernel reads no more of it, and iptables sends all of the rule
	}
	if text := l.rule(m); text != "" {
		head += " " + text
	}
	head += comment(a, "NFTA_RULE_USERDATA", 0)
	if hasHandle {
		head += fmt.Sprintf(" # handle %d", h)
	}
	return head
}

// rule writes the expressions of a rule.
func (l *Lines) rule(m *message) string {
	e := find(m.attrs, "NFTA_RULE_EXPRESSIONS")
	if e == nil {
		return ""
	}
	return newRule(l, m.family, str(m.attrs, "NFTA_RULE_TABLE")).expressions(e.Children)
}

// enter learns the sets of a message's datagram.
func (l *Lines) enter(m *decode.Message) {
	if l.frame == m.Frame {
		return
	}
	l.frame, l.batch = m.Frame, map[setKey]*setInfo{}
	if l.known == nil {
		l.known = map[setKey]*setInfo{}
	}
	for s := range m.Siblings() {
		rule := s.Type == "NFT_MSG_NEWRULE" && m.Frame.Dir == capture.DirRequest
		switch {
		case s.Type == "NFT_MSG_NEWSETELEM":
			body := s.Body() // the nodes of its elements are kept
			family, _ := num(body.Fields, "nfgen_family")
			l.learnElems(family, body.Attrs)
			continue
		case s.Type != "NFT_MSG_NEWSET" && (!rule || len(l.batch) == 0):
			continue
		}
		body := s.ValuesIn(&l.others)
		family, _ := num(body.Fields, "nfgen_family")
		if rule {
			l.uses(family, str(body.Attrs, "NFTA_RULE_TABLE"), find(body.Attrs, "NFTA_RULE_EXPRESSIONS"))
			continue
		}
		l.learn(family, body.Attrs)
	}
}

func (l *Lines) learn(family uint64, a []decode.Node) {
	info := newSet(a)
	k := setKey{family: family, table: str(a, "NFTA_SET_TABLE"), name: str(a, "NFTA_SET_NAME"), netns: l.frame.NetNS}
	if id, ok := num(a, "NFTA_SET_ID"); ok {
		l.batch[setKey{family: family, table: k.table, id: id}] = info
	}
	if strings.Contains(k.name, "%") {
		return // the kernel will make a name of it
	}
	if len(l.known) >= maxKnown {
		clear(l.known)
	}
	l.known[k] = info
}

// learnChain keeps the name that the kernel told of a chain's handle.
func (l *Lines) learnChain(family uint64, a []decode.Node) {
	if l.chains == nil || len(l.chains) >= maxKnown {
		l.chains = map[setKey]string{}
	}
	l.chains[l.chainKey(family, a)] = str(a, "NFTA_CHAIN_NAME")
}

func (l *Lines) chainKey(family uint64, a []decode.Node) setKey {
	return setKey{family: family, table: str(a, "NFTA_CHAIN_TABLE"), id: val(a, "NFTA_CHAIN_HANDLE"), netns: l.frame.NetNS}
}

func (l *Lines) learnElems(family uint64, a []decode.Node) {
	e := find(a, "NFTA_SET_ELEM_LIST_ELEMENTS")
	if e == nil {
		return
	}
	info := l.set(family, str(a, "NFTA_SET_ELEM_LIST_TABLE"), str(a, "NFTA_SET_ELEM_LIST_SET"), val(a, "NFTA_SET_ELEM_LIST_SET_ID"))
	if info == nil || info.flags&setAnonymous == 0 {
		return
	}
	if len(info.elems) > 1<<16 {
		info.cut = true
		return
	}
	if l.elems += len(e.Children); l.elems > maxKnownElems {
		clear(l.known)
		l.elems = len(e.Children)
	}
	info.add(e.Children)
}

// uses marks the sets of this transaction that a rule names.
func (l *Lines) uses(family uint64, table string, exprs *decode.Node) {
	if exprs == nil {
		return
	}
	for i := range exprs.Children {
		d := find(exprs.Children[i].Children, "NFTA_EXPR_DATA")
		if d == nil {
			continue
		}
		for _, attr := range []string{"NFTA_LOOKUP_SET_ID", "NFTA_OBJREF_SET_ID"} {
			if s := l.batch[setKey{family: family, table: table, id: val(d.Children, attr)}]; s != nil {
				s.used = true
			}
		}
	}
}

// set finds a set by its number in the transaction, or by name.
func (l *Lines) set(family uint64, table, name string, id uint64) *setInfo {
	if id != 0 {
		if s := l.batch[setKey{family: family, table: table, id: id}]; s != nil {
			return s
		}
	}
	return l.known[setKey{family: family, table: table, name: name, netns: l.frame.NetNS}]
}

// quoted writes a string in quotes.
func quoted(s string) string { return strconv.QuoteToGraphic(s) }
