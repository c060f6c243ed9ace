// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// GenericFamily is a generic-netlink family as the traffic or the kernel named
// it.
type GenericFamily struct {
	ID      uint16
	Name    string
	Version uint8
	HdrSize int // bytes of the family's own header behind genlmsghdr
	Groups  []schema.Group
	Table   *schema.Family // with Origin None where there are no tables
}

// genlTable maps generic-netlink ids to families. Ids are assigned when a
// module registers its family, and reused after it is gone. One goroutine
// writes; readers need no lock.
type genlTable struct {
	byID   [genlMaxID + 1]atomic.Pointer[genlEntry]
	tables map[string]*schema.Family // by name; not changed after New
	groups atomic.Pointer[map[uint32]string]
	learns func() // see OnLearn
}

// genlEntry is not changed once it is in the table.
type genlEntry struct {
	id      uint16
	name    string
	version uint8
	hdrSize int
	groups  []schema.Group
	policy  *schema.Family // made of the kernel's policies; nil: none
	family  *schema.Family
	// gone: it was unregistered, and its id is not another's yet. A module may announce
	// behind that what it takes down (mac80211_hwsim its radios).
	gone bool
}

// Generic-netlink ids that are fixed besides GENL_ID_CTRL.
const (
	genlIDVFSDquot = 17 // GENL_ID_VFS_DQUOT
	genlIDPmcraid  = 18 // GENL_ID_PMCRAID
)

// start enters the ids that need not be learned.
func (t *genlTable) start() {
	for name, f := range t.tables {
		if f.GenlID != 0 {
			t.put(&genlEntry{id: f.GenlID, name: name, version: f.Version, groups: f.Groups})
		}
	}
	for id, name := range map[uint16]string{genlIDCtrl: "nlctrl", genlIDVFSDquot: "VFS_DQUOT", genlIDPmcraid: "pmcraid"} {
		if t.get(id) == nil {
			t.put(&genlEntry{id: id, name: name})
		}
	}
	t.regroup()
}

func (t *genlTable) get(id uint16) *genlEntry {
	if int(id) < len(t.byID) {
		return t.byID[id].Load()
	}
	return nil
}

// put enters a family under its id and takes it away from any other id: names
// are unique in a kernel, so the older id was released unseen.
func (t *genlTable) put(e *genlEntry) {
	if t.learns != nil {
		t.learns()
	}
	switch e.family = t.tables[e.name]; {
	case e.family != nil:
	case e.policy != nil:
		e.family = e.policy
	default:
		e.family = bareGeneric(e)
	}
	for i := range t.byID {
		if old := t.byID[i].Load(); old != nil && old.name == e.name && old.id != e.id {
			t.byID[i].Store(nil)
		}
	}
	t.byID[e.id].Store(e)
}

// bareGeneric is a family of which only the registration is known.
func bareGeneric(e *genlEntry) *schema.Family {
	f := &schema.Family{Name: e.name, Protocol: capture.NETLINK_GENERIC, Version: e.version, Groups: e.groups}
	if e.hdrSize > 0 {
		f.Header = &schema.StructType{Name: "user header", MinLen: e.hdrSize, Fields: []schema.Field{
			{Name: "user_header", Type: schema.Type{Kind: schema.Binary, Len: e.hdrSize}},
		}}
	}
	f.Build()
	return f
}

// regroup indexes the multicast groups of all families.
func (t *genlTable) regroup() {
	byNum := make(map[uint32]string)
	for i := range t.byID {
		e := t.byID[i].Load()
		if e == nil {
			continue
		}
		for _, g := range e.groups {
			if g.ID != 0 {
				byNum[g.ID] = g.Name
			}
		}
	}
	t.groups.Store(&byNum)
}

func (t *genlTable) groupName(id uint32) string {
	if m := t.groups.Load(); m != nil {
		return (*m)[id]
	}
	return ""
}

// LearnFamily tells the decoder what a generic-netlink id stands for, as the
// kernel (CTRL_CMD_GETFAMILY) or the head of a file says. It belongs to the
// goroutine that calls Frame.
func (d *Decoder) LearnFamily(id uint16, name string, version uint8, groups []schema.Group) {
	if id < minUserType || id > genlMaxID || name == "" {
		return
	}
	e := &genlEntry{id: id, name: name, version: version, groups: slices.Clone(groups)}
	if old := d.genl.get(id); old != nil && old.name == name {
		e.hdrSize, e.policy = old.hdrSize, old.policy
	}
	d.genl.put(e)
	d.genl.regroup()
}

// GenericFamilies returns what is known of generic-netlink ids, by id.
func (d *Decoder) GenericFamilies() []GenericFamily {
	var all []GenericFamily
	for i := range d.genl.byID {
		if e := d.genl.byID[i].Load(); e != nil && !e.gone {
			all = append(all, GenericFamily{ID: e.id, Name: e.name, Version: e.version,
				HdrSize: e.hdrSize, Groups: slices.Clone(e.groups), Table: e.family})
		}
	}
	return all
}

// CTRL_CMD_* that tell about registrations. The answers to CTRL_CMD_GETFAMILY
// are CTRL_CMD_NEWFAMILY too (ctrl_build_family_msg).
const (
	ctrlNewFamily = 1
	ctrlDelFamily = 2
	ctrlNewGroup  = 7
	ctrlDelGroup  = 8
)

// ctrlMsg is what learnGenl takes from a message of nlctrl.
type ctrlMsg struct {
	id      uint16
	name    []byte
	version uint8
	hdrSize int
	groups  []schema.Group
}

// learnGenl applies a registration that the kernel announced or answered with.
func (d *Decoder) learnGenl(m *Message, o order) {
	switch m.Cmd {
	case ctrlNewFamily, ctrlDelFamily, ctrlNewGroup, ctrlDelGroup:
	case ctrlGetPolicy:
		d.learnPolicy(m, o)
		return
	default:
		return
	}
	c := readCtrl(m.Data, o)
	if c.id < minUserType || c.id > genlMaxID || len(c.name) == 0 {
		return
	}
	old := d.genl.get(c.id)
	switch m.Cmd {
	case ctrlNewFamily:
		if old != nil && !old.gone && old.same(&c) {
			return
		}
		e := &genlEntry{id: c.id, name: string(c.name), version: c.version, hdrSize: c.hdrSize, groups: c.groups}
		switch {
		case old == nil && d.policies.byID[c.id] != nil:
			d.policies.fresh[c.id] = true // a policy seen before its name
		case old != nil && old.name == e.name:
			e.policy = old.policy
		default:
			delete(d.policies.byID, c.id)
		}
		d.genl.put(e)
	case ctrlDelFamily:
		if old == nil || old.name != string(c.name) {
			old = &genlEntry{id: c.id, name: string(c.name)}
		}
		gone := *old
		gone.gone, gone.groups = true, nil
		d.genl.put(&gone)
		delete(d.policies.byID, c.id)
	default:
		if old == nil || old.name != string(c.name) {
			old = &genlEntry{id: c.id, name: string(c.name)}
		}
		d.genl.put(old.regrouped(c.groups, m.Cmd == ctrlNewGroup))
	}
	d.genl.regroup()
}

func (e *genlEntry) same(c *ctrlMsg) bool {
	return e.name == string(c.name) && e.version == c.version && e.hdrSize == c.hdrSize && slices.Equal(e.groups, c.groups)
}

// regrouped returns a copy of e with groups added or removed.
func (e *genlEntry) regrouped(groups []schema.Group, add bool) *genlEntry {
	n := *e
	n.groups = slices.DeleteFunc(slices.Clone(e.groups), func(g schema.Group) bool {
		return slices.ContainsFunc(groups, func(x schema.Group) bool { return x.ID == g.ID })
	})
	if add {
		n.groups = append(n.groups, groups...)
	}
	return &n
}

// readCtrl reads the attributes CTRL_ATTR_FAMILY_ID (1), _FAMILY_NAME (2),
// _VERSION (3), _HDRSIZE (4) and _MCAST_GROUPS (7).
func readCtrl(data []byte, o order) (c ctrlMsg) {
	for off := HeaderLen + genlHdrLen; off < len(data); {
		a, ok := o.attrAt(data, off, len(data))
		if !ok {
			break
		}
		off = a.next
		b := data[a.lo:a.hi]
		switch {
		case a.id == 1 && len(b) == 2:
			c.id = o.u16(b)
		case a.id == 2:
			c.name = cString(b)
		case a.id == 3 && len(b) == 4:
			c.version = uint8(o.u32(b))
		case a.id == 4 && len(b) == 4:
			c.hdrSize = int(min(o.u32(b), genlMaxHdr))
		case a.id == 7:
			c.groups = readGroups(data[:a.hi], a.lo, o)
		}
	}
	return c
}

// genlMaxHdr bounds what a hostile file may claim of a family's header.
const genlMaxHdr = 1 << 12

// readGroups reads CTRL_ATTR_MCAST_GROUPS: an array of nests of
// CTRL_ATTR_MCAST_GRP_NAME (1) and _ID (2).
func readGroups(data []byte, off int, o order) (groups []schema.Group) {
	for off < len(data) {
		elem, ok := o.attrAt(data, off, len(data))
		if !ok {
			break
		}
		off = elem.next
		var g schema.Group
		for in := elem.lo; in < elem.hi; {
			a, ok := o.attrAt(data, in, elem.hi)
			if !ok {
				break
			}
			in = a.next
			switch b := data[a.lo:a.hi]; {
			case a.id == 1:
				g.Name = string(cString(b))
			case a.id == 2 && len(b) == 4:
				g.ID = o.u32(b)
			}
		}
		if g.ID != 0 && g.Name != "" {
			groups = append(groups, g)
		}
	}
	return groups
}

// cString returns b up to its first NUL.
func cString(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}
