// SPDX-License-Identifier: Apache-2.0

// Package schema holds the types that describe a Netlink family: its messages,
// fixed headers, attribute sets, enums and sub-messages. They are shaped like
// the kernel's YNL specs (Documentation/userspace-api/netlink), so that a
// built-in table and a loaded spec are the same thing.
//
// A schema is data. Nothing here reads a byte of a message: the walker in
// package decode does, and it is the only one. Tables are built once, before
// the first message, and never changed afterwards, so they need no locks.
package schema

import (
	"maps"
	"regexp"
	"slices"
)

// Kind is what the payload of an attribute or the bytes of a field are.
type Kind uint8

const (
	// Binary is shown as hex. It is the zero Kind: a table that says nothing
	// about a type never invents one.
	Binary   Kind = iota
	Unused        // the kernel never sends it; a payload is shown as hex
	Pad           // alignment padding: kept, not shown unless asked
	Flag          // presence is the value; the payload is empty
	U8            // U8 … S64 are fixed widths; a payload of another length is a problem
	U16           //
	U32           //
	U64           //
	S8            //
	S16           //
	S32           //
	S64           //
	Uint          // 4 or 8 bytes, by length (NLA_UINT)
	Sint          // 4 or 8 bytes, by length (NLA_SINT)
	String        // up to the first NUL or the end
	IPAddr        // 4 bytes: IPv4, 16 bytes: IPv6, by length; network byte order
	HWAddr        // link-layer address: MAC, or an IP address for IP tunnels, by length
	Nest          // attributes of Type.Set
	Array         // nested attributes whose nla_type is an index: Type.Elem each (YNL indexed-array)
	Packed        // Type.Elem after Type.Elem without attribute headers, to the end (C array)
	Struct        // Type.Struct
	Sub           // what it is depends on another value: Type.Sub
	Bits32        // struct nla_bitfield32 { u32 value; u32 selector; }, names by Type.Enum
	Messages      // whole Netlink messages (nlmsghdr) one behind the other
	Custom        // Type.Format renders bytes that no other kind describes
	// Records is structs one behind the other, each Type.Struct followed by
	// attributes of Type.Set, to the end of the payload. The first member of
	// the struct is a u16 in host byte order: the length of the record in
	// bytes, struct and attributes included. The next record begins at the
	// next multiple of four. (RTA_MULTIPATH: struct rtnexthop.)
	Records
	// Opaque is bytes that have no parts by design: packets, keys, cookies,
	// firmware. Its value is the bytes in hex. Binary is for what a table does
	// not know.
	Opaque
	// KeyValues is text of words KEY=VALUE (audit records). Type.Set may have
	// attributes by the name of a key; a value that is a number is then shown
	// by the attribute's Enum and Hint. Type.Phrase finds what is said in words.
	KeyValues
)

// Hint says how people write a number.
type Hint uint8

const (
	Plain   Hint = iota
	Hex          // marks, masks, handles
	IfIndex      // interface index; the name is added where it is known
	Seconds
	Millis  // milliseconds
	Micros  // microseconds
	Nanos   // nanoseconds
	Jiffies // USER_HZ ticks, 1/100 s
	Bytes   // a number of bytes
	BitRate // bytes per second
	Octal   // file modes
	Fd      // file descriptor of the sender
	PID     // process ID
	NSID    // netns id, -1: none
	Errno   // errno, positive or negative
	MHz
	KHz
	DBm      // power in dBm
	MBm      // power in 1/100 dBm
	Rate100k // 100 kbit/s
	KBit     // kbit/s
	TU       // 802.11 time units, 1024 us
	Realms   // of routing: the source's in the upper 16 bits, the destination's in the lower
)

// Type is the type of an attribute, of a struct's field, or of an array's
// element.
type Type struct {
	Kind   Kind
	Big    bool // numbers in network byte order
	Little bool // numbers in little-endian order on every machine
	Hint   Hint
	Len    int         // Binary, String, Pad, IPAddr, HWAddr in a struct: length in bytes; 0: all that is left
	Enum   *Enum       // numbers: names of values or bits
	Names  *Enum       // numbers that stay numbers: the names that tools print, beside them
	Set    *Set        // Nest
	Elem   *Type       // Array, Packed
	Struct *StructType // Struct, and the fixed part before Set where Kind is Nest
	Sub    *SubMessage // Sub
	// Prefix names the attribute or header field that holds the prefix length
	// of an IPAddr ("rtm_dst_len"), found as SubMessage.Selector is.
	Prefix string
	// Family names the attribute or header field ("family", or "sel.family" for
	// a member of a struct among the fields) that holds the address family of
	// an IPAddr of 16 bytes with room for either: an IPv4 address is in the
	// first four. Where it is nowhere or another family's, 12 zeros tell an IPv4
	// address.
	Family string
	// Phrase matches words of a KeyValues text that have no keys, from where one
	// of them begins; its named groups are the keys of what it captures. A value
	// whose attribute is Packed is a list of words.
	Phrase *regexp.Regexp
	// Format renders what the kinds above cannot (Custom). It must accept any
	// bytes; ok is false where they do not fit, and hex is shown instead.
	Format func(b []byte, big bool) (text string, ok bool)
	// Local says which names the machine that was captured has for the number; nil: those
	// of Enum.Local, if any.
	Local *Local
	// Facts gives programs what Format says in words, part by part: of every Custom
	// that says more than one thing (see Object). It returns nil where Format has no
	// text, or where the text is a single fact.
	Facts func(b []byte, big bool) any
	// Secret says whether its bytes may leave the machine, and why not.
	Secret Secrecy
	// ByLen has other types for payloads of exactly so many bytes, where length
	// is all that tells them apart.
	ByLen map[int]*Type
}

// For returns the type that a payload of n bytes has.
func (t *Type) For(n int) *Type {
	if t.ByLen != nil {
		if other := t.ByLen[n]; other != nil {
			return other
		}
	}
	return t
}

// Local is a file of iproute2 that has names for a number.
type Local struct {
	File  string // "rt_tables"
	Shift int    // bits that the number is to be shifted to the left
	Pair  bool   // two numbers of 16 bits, the first in the upper half; its 0 says nothing
	Bits  bool   // the names are those of bits
	// Usual are names that say the same as an enumerator, beside its last word.
	Usual map[string]string
}

// Enum names the values of a number, or its bits.
type Enum struct {
	Name   string // "rtm_type"; for messages to people, not looked up
	Flags  bool   // entries are bit masks; what no entry covers is shown in hex
	Mask   uint64 // enums only: compare value&Mask; 0: all bits
	Values []Value
	Local  *Local // what the machine that was captured calls them
	byVal  map[uint64]string
}

// Value is one enumerator under its UAPI name.
type Value struct {
	N    uint64
	Name string
}

// Lookup returns the name of an exact value. Build must have run.
func (e *Enum) Lookup(v uint64) (string, bool) {
	if e.Mask != 0 {
		v &= e.Mask
	}
	if e.byVal != nil {
		s, ok := e.byVal[v]
		return s, ok
	}
	for _, x := range e.Values {
		if x.N == v {
			return x.Name, true
		}
	}
	return "", false
}

// Indexed makes the index of values ahead of Family.Build and returns e: for
// enums that several families share, so that building one family never writes
// what another one reads.
func (e *Enum) Indexed() *Enum {
	e.build()
	return e
}

// build makes the index; the first name of a value wins.
func (e *Enum) build() {
	if e.byVal != nil {
		return
	}
	m := make(map[uint64]string, len(e.Values))
	for _, x := range e.Values {
		if _, dup := m[x.N]; !dup {
			m[x.N] = x.Name
		}
	}
	e.byVal = m
}

// Set is an attribute set: what the attribute IDs of one nest mean.
type Set struct {
	Name  string // UAPI prefix: "IFLA", "IFLA_VXLAN"
	Attrs []Attr
	// Max is the highest ID the cited header defines; IDs above it come from
	// newer kernels.
	Max   uint16
	index []int32 // ID → position in Attrs + 1, small IDs
	extra map[uint16]int
}

// Attr is one attribute of a set.
type Attr struct {
	ID   uint16
	Name string // UAPI name
	Type Type
	// Multi: it may be there several times, each one counts. Of others nla_parse
	// keeps the last.
	Multi bool
	// Strict: a request without NLA_F_NESTED is refused here (nla_parse_nested).
	Strict bool
	// Note says why an entry has no type: "unused", "kernel-internal", ….
	Note string
}

// denseMax bounds the array index of a set; IDs above it go to a map.
const denseMax = 1 << 10

// Lookup returns the attribute with this ID, or nil.
func (s *Set) Lookup(id uint16) *Attr {
	if s == nil {
		return nil
	}
	if int(id) < len(s.index) {
		if i := s.index[id]; i > 0 {
			return &s.Attrs[i-1]
		}
		return nil
	}
	if i, ok := s.extra[id]; ok {
		return &s.Attrs[i]
	}
	return nil
}

// ByName returns the attribute with this UAPI name, or nil.
func (s *Set) ByName(name string) *Attr {
	if s == nil {
		return nil
	}
	for i := range s.Attrs {
		if s.Attrs[i].Name == name {
			return &s.Attrs[i]
		}
	}
	return nil
}

func (s *Set) build() {
	top := 0
	for i := range s.Attrs {
		if id := int(s.Attrs[i].ID); id < denseMax && id >= top {
			top = id + 1
		}
	}
	s.index = make([]int32, top)
	s.extra = nil
	for i := range s.Attrs {
		a := &s.Attrs[i]
		if s.Max < a.ID {
			s.Max = a.ID
		}
		if int(a.ID) < top {
			if s.index[a.ID] == 0 {
				s.index[a.ID] = int32(i) + 1
			}
			continue
		}
		if s.extra == nil {
			s.extra = make(map[uint16]int)
		}
		if _, dup := s.extra[a.ID]; !dup {
			s.extra[a.ID] = i
		}
	}
}

// StructType is a C struct, packed: padding is spelled out as Pad fields.
type StructType struct {
	Name   string // "ifinfomsg"
	Fields []Field
	// MinLen is the length that a sender must give at least; the kernel has
	// grown some structs. 0: the whole.
	MinLen int
}

// Field is one member of a struct.
type Field struct {
	Name string // C name: "ifi_index"
	Type Type
}

// SubMessage is a payload whose layout another value selects.
type SubMessage struct {
	// Selector is the UAPI name of an attribute, or of a field of the fixed
	// header. It is looked up in the same nest first, then outward; an
	// attribute may follow the payload that it selects.
	Selector string
	// Also are other names of the selector, looked for where Selector is not
	// found: what lies outward may be called otherwise in each of the sets
	// that nest the payload.
	Also []string
	// Cases maps the selector's value to a type. Strings are used as they are,
	// named numbers by name, others in decimal.
	Cases   map[string]Type
	Default Type // no case, or no selector

	byCase map[string]*Type
}

// Case returns the type for a selector's value, or nil. Build must have run.
// key may share its bytes with a message: the lookup keeps nothing of it.
func (s *SubMessage) Case(key []byte) *Type { return s.byCase[string(key)] }

// Named is Case for a key that is a string already.
func (s *SubMessage) Named(key string) *Type { return s.byCase[key] }

func (s *SubMessage) build() {
	s.byCase = make(map[string]*Type, len(s.Cases))
	for key, t := range s.Cases {
		s.byCase[key] = &t
	}
}

// Dirs says in which directions a message definition holds.
type Dirs uint8

const (
	ToKernel   Dirs = 1 << iota // requests
	FromKernel                  // replies, and events that have no definition of their own
	Events                      // what a multicast group brings, where that is another message
	AnyDir     Dirs = 0         // requests and replies
)

// Message is one message type, or one command of a generic-netlink or
// nfnetlink family, in one or both directions. Where a number means different
// things each way (ethtool), there are two definitions.
type Message struct {
	ID     uint16 // nlmsg_type; generic netlink: cmd; nfnetlink: low byte of nlmsg_type
	Name   string // UAPI name: "RTM_NEWLINK"
	Dirs   Dirs
	Header *StructType // fixed header behind nlmsghdr/genlmsghdr/nfgenmsg; nil: the family's
	// NoHeader: this message has none although the family has one.
	NoHeader bool
	Set      *Set // nil: the family's
	// Body describes a payload that is not header and attributes (uevent text,
	// audit records); nil otherwise.
	Body *Type
	// Variants are the layouts of a message that a number at the beginning of
	// its payload selects (NETLINK_SOCK_DIAG: the address family). Header, Set
	// and Body hold where no case does.
	Variants *Variants
	// Dump is the layout of a request with NLM_F_DUMP where that differs: it
	// may come without the header. nil: as the others.
	Dump *Variant
	// Lead is what leads this message in place of the family's.
	Lead []string
	// Late says what comes behind the ACK of such a request, from a thread of the
	// kernel that waits for it.
	Late Late
	// Probe says which errors of such a request are the answer "no" to a question; nil:
	// none.
	Probe *Probe
	// Effect is what it does to the system. Told is that of an event of the same name,
	// where it differs; Undecided: it does not.
	Effect, Told Effect
	// Thing is what the message tells the state of; nil: of nothing that later ones are
	// compared with. Gone: it tells that the thing is no more.
	Thing *Thing
	Gone  bool
	// Legacy are layouts that old programs send in place of the right one in a
	// request with NLM_F_DUMP, of a message without a multiplexer's header.
	Legacy []Legacy

	leads []*LeadItem
}

// Late is what comes behind an ACK.
type Late uint8

const (
	LateNothing Late = iota
	LateReply        // one message
	LateList         // messages, NLMSG_DONE behind the last, although nobody asked for a dump
)

// Legacy is one of them. It holds where the payload does not fit the right layout and
// fits this one.
type Legacy struct {
	Variant
	// Family: only where the first byte, the address family, is this; 0: any.
	Family uint8
	// Lens are the lengths in bytes of the payloads that have this one. nil: see above.
	Lens []int
	// Right are the lengths in bytes of the payloads that have the right layout; all
	// others have this one. nil: see above.
	Right []int
	// Zero are the bytes of the payload, from and up to, that must be zero where the
	// right layout does not fit: else it is that one, broken.
	Zero [2]int
	Note string // for people
}

// Variants selects a layout by a number in host byte order in the payload of a
// message, behind the headers of nlmsghdr and of a multiplexer.
type Variants struct {
	Off, Width int // of the number, in bytes; Width is 1, 2 or 4
	Cases      map[uint64]Variant
}

// Variant is one layout of a message.
type Variant struct {
	Name   string // where the same number is another message; "": Message.Name
	Header *StructType
	Set    *Set
	Body   *Type
}

// Layouts returns every layout that the message can have: its own, its variants
// by their number, that of a dump request.
func (m *Message) Layouts() []Variant {
	all := []Variant{{Name: m.Name, Header: m.Header, Set: m.Set, Body: m.Body}}
	if m.Variants != nil {
		for _, n := range slices.Sorted(maps.Keys(m.Variants.Cases)) {
			all = append(all, m.Variants.Cases[n])
		}
	}
	if m.Dump != nil {
		all = append(all, *m.Dump)
	}
	for i := range m.Legacy {
		all = append(all, m.Legacy[i].Variant)
	}
	return all
}

// Group is a multicast group.
type Group struct {
	ID   uint32 // number, not mask; 0: assigned by the kernel at registration (generic netlink)
	Name string // "RTNLGRP_LINK", "config"
}

// Origin says where the knowledge of a family comes from.
type Origin uint8

const (
	None    Origin = iota // known by number or name only
	BuiltIn               // tables in package families
	Spec                  // a YNL file
	Policy                // the running kernel's CTRL_CMD_GETPOLICY
)

// String returns the word that `nltop families` prints.
func (o Origin) String() string {
	return [...]string{"none", "built-in", "spec", "policy"}[o&3]
}

// Family is a Netlink family: a protocol of its own, an nfnetlink subsystem, or
// a generic-netlink family.
type Family struct {
	Name     string // the name people use: "route", "ctnetlink", "ethtool"
	Protocol uint16 // NETLINK_*
	// Subsys is the nfnetlink subsystem (high byte of nlmsg_type); NETLINK_NETFILTER only.
	Subsys uint16
	// GenlID is a fixed generic-netlink id (GENL_ID_CTRL); 0: assigned at registration.
	GenlID  uint16
	Version uint8
	Origin  Origin
	// Merged is the second source of knowledge, where Merge has joined two.
	Merged   Origin
	Header   *StructType // default for messages
	Set      *Set        // default for messages
	Messages []Message
	Groups   []Group
	// Lead lists what tells one message of the family from another, most telling
	// first; the one-line view prints the first that are there. See LeadItem for
	// how an item is written.
	Lead []string
	// Errnos names the errors of the family's own, positive, that no errno has.
	Errnos *Enum

	to, from, events *messageIndex // nil until Build has run
	leads            []*LeadItem
}

// Carried says whether the family is one of those that share a protocol
// (NETLINK_GENERIC, NETLINK_NETFILTER).
func (f *Family) Carried() bool { return f.Protocol == 16 || f.Protocol == 12 && f.Subsys != 0 }

// Built says whether Build has run.
func (f *Family) Built() bool { return f.to != nil }

// Message returns the definition for an ID. toKernel picks the direction; if
// that has none, that of an event or the other direction is returned, since the
// type numbers of most families hold both ways.
func (f *Family) Message(id uint16, toKernel bool) *Message {
	if f == nil {
		return nil
	}
	order := [...]*messageIndex{f.from, f.events, f.to}
	if toKernel {
		order = [...]*messageIndex{f.to, f.from, f.events}
	}
	for _, x := range order {
		if m := x.lookup(id); m != nil {
			return m
		}
	}
	return nil
}

// Event is Message for what a multicast group brings: a few families number
// their events anew, beside their answers.
func (f *Family) Event(id uint16) *Message {
	if f == nil {
		return nil
	}
	if m := f.events.lookup(id); m != nil {
		return m
	}
	return f.Message(id, false)
}

// Build makes the indexes of a family and of all that it refers to. It may be
// called again, and tolerates sets that contain themselves.
func (f *Family) Build() {
	f.to, f.from, f.events = newMessageIndex(f.Messages), newMessageIndex(f.Messages), nil
	f.leads = parseLeads(f.Lead)
	for i := range f.Messages {
		m := &f.Messages[i]
		m.leads = parseLeads(m.Lead)
		if m.Dirs == AnyDir || m.Dirs&ToKernel != 0 {
			f.to.add(m)
		}
		if m.Dirs == AnyDir || m.Dirs&FromKernel != 0 {
			f.from.add(m)
		}
		if m.Dirs&Events != 0 {
			if f.events == nil {
				f.events = newMessageIndex(f.Messages)
			}
			f.events.add(m)
		}
	}
	Walk(Visitor{
		Set:  func(_ *Place, s *Set) { s.build() },
		Enum: func(_ *Place, e *Enum) { e.build() },
		Sub:  func(_ *Place, s *SubMessage) { s.build() },
	}, f)
}
