// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"math"
	"sync"

	"github.com/nltop/nltop/internal/capture"
)

// maxIfNames bounds the memory of what the traffic tells about interfaces.
const maxIfNames = 1 << 14

type ifKey struct {
	netns uint64
	index int32
}

// ifNames remembers the names of interfaces from RTM_NEWLINK and
// NL80211_CMD_NEW_INTERFACE. A deleted
// interface keeps its name: what follows its deletion still refers to it. Only
// the goroutine of Frame writes, so it may read without the lock.
type ifNames struct {
	mu    sync.RWMutex
	byKey map[ifKey]*ifName
	ring  []ifKey // in the order of arrival, the oldest at next once it is full
	next  int

	learns func() // see OnLearn
}

// ifName is a name that an interface has had.
type ifName struct {
	name   string
	since  uint64  // the ID of the frame that told it
	before *ifName // the one that it had then, at most maxNamesEach
}

// maxNamesEach bounds the names of one interface, the newest included.
const maxNamesEach = 8

// IfName returns the name of an interface as far as the traffic or
// Options.IfName told it, or "".
func (d *Decoder) IfName(netns uint64, index int32) string {
	return d.ifNameAt(netns, index, math.MaxUint64, true)
}

// ifNameAt returns the name that an interface had when a frame came; early: where
// the traffic told none until then, the first that it told afterwards.
func (d *Decoder) ifNameAt(netns uint64, index int32, frame uint64, early bool) string {
	d.names.mu.RLock()
	known := d.names.byKey[ifKey{netns, index}]
	n := known
	for n != nil && n.since > frame {
		known, n = n, n.before
	}
	d.names.mu.RUnlock()
	if n == nil && early {
		n = known
	}
	switch {
	case n != nil:
		return n.name
	case d.opts.IfName != nil:
		return d.opts.IfName(netns, index)
	}
	return ""
}

// put adds what a frame tells. What is before an ifName is never written again but
// under the lock.
func (n *ifNames) put(k ifKey, name []byte, frame uint64) {
	last := n.byKey[k]
	if last != nil && last.name == string(name) {
		return
	}
	if n.learns != nil {
		n.learns() // which reads names
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if last == nil {
		if len(n.ring) < maxIfNames {
			n.ring = append(n.ring, k)
		} else {
			delete(n.byKey, n.ring[n.next])
			n.ring[n.next] = k
			n.next = (n.next + 1) % maxIfNames
		}
	}
	n.byKey[k] = &ifName{name: string(name), since: frame, before: last}
	for i := 1; last != nil; i, last = i+1, last.before {
		if i == maxNamesEach-1 {
			last.before = nil
		}
	}
}

// What learnLink reads of include/uapi/linux/rtnetlink.h and if_link.h.
const (
	rtmNewLink   = 16 // RTM_NEWLINK
	ifinfomsgLen = 16 // sizeof(struct ifinfomsg); ifi_index is at 4
	iflaIfname   = 3  // IFLA_IFNAME
	ifNameSize   = 16 // IFNAMSIZ, NUL included
)

// learn takes from a message of the kernel what names later ones.
func (d *Decoder) learn(m *Message, o order) {
	switch {
	case m.Frame.Dir == capture.DirPeer:
	case m.Frame.Protocol == capture.NETLINK_ROUTE && m.Header.Type == rtmNewLink:
		d.learnLink(m, o)
	case m.Frame.Protocol == capture.NETLINK_GENERIC && m.Header.Type == genlIDCtrl:
		d.learnGenl(m, o)
	case m.Cmd == cmdNewInterface && m.Family == "nl80211":
		d.learnRadio(m, o)
	}
}

func (d *Decoder) learnLink(m *Message, o order) {
	const attrs = HeaderLen + ifinfomsgLen
	if len(m.Data) < attrs {
		return
	}
	k := ifKey{m.Frame.NetNS, int32(o.u32(m.Data[HeaderLen+4:]))}
	// The kernel puts IFLA_IFNAME first (rtnl_fill_ifinfo, br_fill_ifinfo).
	for off := attrs; off < len(m.Data); {
		a, ok := o.attrAt(m.Data, off, len(m.Data))
		if !ok {
			return
		}
		if a.id == iflaIfname && a.size == 0 {
			if name := cString(m.Data[a.lo:a.hi]); len(name) > 0 && len(name) < ifNameSize {
				d.names.put(k, name, m.Frame.ID)
			}
			return
		}
		off = a.next
	}
}

// What learnRadio reads of include/uapi/linux/nl80211.h.
const (
	cmdNewInterface = 7 // NL80211_CMD_NEW_INTERFACE
	radioIfindex    = 3 // NL80211_ATTR_IFINDEX
	radioIfname     = 4 // NL80211_ATTR_IFNAME
)

// learnRadio: nl80211 tells both first (nl80211_send_iface), a P2P device has neither.
func (d *Decoder) learnRadio(m *Message, o order) {
	k := ifKey{netns: m.Frame.NetNS}
	for off := HeaderLen + genlHdrLen; off < len(m.Data); {
		a, ok := o.attrAt(m.Data, off, len(m.Data))
		if !ok {
			return
		}
		switch {
		case a.id == radioIfindex && a.size == 0 && a.hi-a.lo == 4:
			k.index = int32(o.u32(m.Data[a.lo:]))
		case a.id == radioIfname && a.size == 0:
			if name := cString(m.Data[a.lo:a.hi]); k.index != 0 && len(name) > 0 && len(name) < ifNameSize {
				d.names.put(k, name, m.Frame.ID)
			}
			return
		}
		off = a.next
	}
}
