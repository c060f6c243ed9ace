// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// routeQueries are dumps of all that the lab holds. Where a message has an
// ifindex or a mask behind its family, zeros ask for everything.
func routeQueries() []query {
	family := func(af byte, size int) []byte {
		b := make([]byte, size)
		b[0] = af
		return b
	}
	attr := func(b []byte, id uint16, v uint32) []byte {
		return append(b, nltest.Native.Attr(id, nltest.Native.U32(v))...)
	}
	stats := family(0, 12)
	binary.NativeEndian.PutUint32(stats[8:], 0x1f)
	proxies := family(unix.AF_INET, 12)
	proxies[10] = 0x8 // NTF_PROXY
	const (
		extMask   = 29 // IFLA_EXT_MASK
		vf        = 1  // RTEXT_FILTER_VF
		skipStats = 8  // RTEXT_FILTER_SKIP_STATS
		brvlanMst = 2 | 1<<4 | 1<<5 | 1<<6 | 1<<7
	)
	return []query{
		{"links", unix.RTM_GETLINK, attr(family(unix.AF_UNSPEC, 16), extMask, vf)},
		{"links without statistics", unix.RTM_GETLINK, attr(family(unix.AF_UNSPEC, 16), extMask, skipStats)},
		{"bridge links", unix.RTM_GETLINK, attr(family(unix.AF_BRIDGE, 16), extMask, brvlanMst)},
		{"inet6 links", unix.RTM_GETLINK, family(unix.AF_INET6, 16)},
		{"addresses", unix.RTM_GETADDR, family(unix.AF_UNSPEC, 8)},
		{"multicast addresses", unix.RTM_GETMULTICAST, family(unix.AF_INET6, 8)},
		{"anycast addresses", unix.RTM_GETANYCAST, family(unix.AF_INET6, 8)},
		{"IPv4 routes", unix.RTM_GETROUTE, family(unix.AF_INET, 12)},
		{"IPv6 routes", unix.RTM_GETROUTE, family(unix.AF_INET6, 12)},
		{"MPLS routes", unix.RTM_GETROUTE, family(unix.AF_MPLS, 12)},
		{"neighbours", unix.RTM_GETNEIGH, family(unix.AF_UNSPEC, 12)},
		{"proxies", unix.RTM_GETNEIGH, proxies},
		{"fdb", unix.RTM_GETNEIGH, family(unix.AF_BRIDGE, 12)},
		{"neighbour tables", unix.RTM_GETNEIGHTBL, family(unix.AF_UNSPEC, 4)},
		{"IPv4 rules", unix.RTM_GETRULE, family(unix.AF_INET, 12)},
		{"IPv6 rules", unix.RTM_GETRULE, family(unix.AF_INET6, 12)},
		{"nexthops", unix.RTM_GETNEXTHOP, family(unix.AF_UNSPEC, 8)},
		{"nexthop buckets", unix.RTM_GETNEXTHOPBUCKET, family(unix.AF_UNSPEC, 8)},
		{"IPv4 netconf", unix.RTM_GETNETCONF, family(unix.AF_INET, 4)},
		{"IPv6 netconf", unix.RTM_GETNETCONF, family(unix.AF_INET6, 4)},
		{"address labels", unix.RTM_GETADDRLABEL, family(unix.AF_INET6, 12)},
		{"statistics", unix.RTM_GETSTATS, stats},
		{"mdb", unix.RTM_GETMDB, family(unix.AF_BRIDGE, 8)},
		{"vlans", unix.RTM_GETVLAN, attr(family(unix.AF_BRIDGE, 8), 1, 1)}, // BRIDGE_VLANDB_DUMPF_STATS
		{"vlan options", unix.RTM_GETVLAN, attr(family(unix.AF_BRIDGE, 8), 1, 2)},
		{"qdiscs", unix.RTM_GETQDISC, family(unix.AF_UNSPEC, 20)},
		{"netns ids", unix.RTM_GETNSID, family(unix.AF_UNSPEC, 4)},
	}
}

// tally counts attributes: all, those that have a name, those whose payload
// has a type.
type tally struct {
	attrs, named, typed int
	nameless, untyped   map[string]int
}

func (c *tally) add(path string, nodes []decode.Node) {
	for i := range nodes {
		n := &nodes[i]
		at := path + "/" + n.Label()
		if n.Attr && !n.Elem {
			c.attrs++
			if n.Name != "" {
				c.named++
			} else {
				c.nameless[at]++
			}
			if n.Value != nil || n.Nested && !n.Guess || n.Hidden {
				c.typed++
			} else {
				c.untyped[at]++
			}
		}
		c.add(at, n.Children)
	}
}

// TestRouteLive sets up every kind of device, route, neighbour and rule that
// this kernel knows, decodes all messages about it, and compares with what the
// tools print.
func TestRouteLive(t *testing.T) {
	l := enterLab(t)
	l.run("testdata/route/lab.txt")
	for _, r := range l.refuse {
		t.Logf("refused: %s", r)
	}
	if l.done < 40 {
		t.Errorf("only %d commands succeeded", l.done)
	}
	d := decode.New(families.All(), decode.Options{})
	// Links come up and addresses arrive in their own time: a difference between the
	// dumps and the tools is one when it is there again and the kernel told of no
	// change meanwhile.
	changed := listen(t)
	dumps := l.dumps(d)
	seen, wrong := compare(t, dumps)
	for before := []string(nil); len(wrong) > 0 && (changed() || !slices.Equal(wrong, before)); {
		before = wrong
		dumps = l.dumps(d)
		seen, wrong = compare(t, dumps)
		slices.Sort(wrong)
	}
	for _, w := range wrong {
		t.Error(w)
	}
	t.Logf("%d values are what the tools print", seen)
	if seen < 400 {
		t.Errorf("only %d values were compared", seen)
	}
	l.refuse = nil
	l.run("testdata/route/after.txt")
	for _, r := range l.refuse {
		t.Logf("refused: %s", r)
	}
	measure(t, l, d)
	if *captureDir != "" {
		l.writeFixtures(t, *captureDir, d, dumps)
	}
}

// listen returns a function that says whether the kernel told of a change since it
// was called last.
func listen(t *testing.T) (changed func() bool) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	for _, group := range []int{
		unix.RTNLGRP_LINK, unix.RTNLGRP_NEIGH, unix.RTNLGRP_TC, unix.RTNLGRP_MDB, unix.RTNLGRP_NEXTHOP,
		unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV4_RULE,
		unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV6_ROUTE, unix.RTNLGRP_IPV6_RULE, unix.RTNLGRP_MPLS_ROUTE,
	} {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, group); err != nil {
			t.Logf("group %d: %v", group, err)
		}
	}
	return func() (any bool) {
		for buf := make([]byte, 64<<10); ; any = true {
			if _, _, err := unix.Recvfrom(fd, buf, unix.MSG_DONTWAIT); errors.Is(err, unix.EAGAIN) {
				return any
			}
		}
	}
}

// dumps asks for everything and sorts the answers by query.
func (l *lab) dumps(d *decode.Decoder) map[string][]*decode.Message {
	l.t.Helper()
	answers := map[string][]*decode.Message{}
	for _, q := range routeQueries() {
		for _, f := range l.dump(q) {
			for _, m := range d.Frame(f, nil) {
				if m.Frame.Dir == capture.DirReply && strings.HasPrefix(m.Type, "RTM_") {
					answers[q.name] = append(answers[q.name], &m)
				}
			}
		}
	}
	return answers
}

// measure decodes every frame of the lab.
func measure(t *testing.T, l *lab, d *decode.Decoder) {
	c := tally{nameless: map[string]int{}, untyped: map[string]int{}}
	messages, types := 0, map[string]int{}
	for _, f := range l.frames {
		for _, m := range d.Frame(f, nil) {
			messages++
			types[m.Type]++
			b := m.Body()
			if m.Type == "" || len(b.Rest) > 0 {
				t.Errorf("type %d: named %q, %d bytes left over", m.Header.Type, m.Type, len(b.Rest))
			}
			if b.Problem != "" {
				t.Errorf("%s: %s\n%x", m.Type, b.Problem, m.Data)
			}
			c.add(m.Type, b.Attrs)
		}
	}
	t.Logf("%d messages of %d types, %d attributes: %.2f %% named, %.2f %% typed", messages, len(types), c.attrs,
		percent(c.named, c.attrs), percent(c.typed, c.attrs))
	for path, n := range c.nameless {
		t.Logf("no name: %s, %d times", path, n)
	}
	for path, n := range c.untyped {
		t.Logf("no type: %s, %d times", path, n)
	}
	if c.attrs < 1000 || percent(c.named, c.attrs) < 99 || percent(c.typed, c.attrs) < 98 {
		t.Errorf("of %d attributes, %d have a name and %d a type; at least 1000, 99 %% and 98 %% wanted", c.attrs, c.named, c.typed)
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

// at follows a path of names through fields and attributes; nil: there is no
// such node.
func at(b *decode.Body, path ...string) *decode.Node {
	nodes := slices.Concat(b.Fields, b.Attrs)
	var n *decode.Node
	for _, name := range path {
		i := slices.IndexFunc(nodes, func(n decode.Node) bool { return n.Name == name || n.Elem && n.Label() == name })
		if i < 0 {
			return nil
		}
		n = &nodes[i]
		nodes = n.Children
	}
	return n
}

// short drops the prefix of an enumerator and folds its case, the way tools
// print it: IF_OPER_UP is up.
func short(name, prefix string) string {
	return strings.ToLower(strings.TrimPrefix(name, prefix))
}
