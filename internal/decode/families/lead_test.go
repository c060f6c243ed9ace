// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/nltest"
)

// oneLine is the one-line form of a message behind its type.
func oneLine(t *testing.T, m *decode.Message) string {
	t.Helper()
	var out bytes.Buffer
	if err := export.NewText(&out, export.TextOptions{UTC: true, Bare: true, Attrs: true}).WriteMessage(m); err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(strings.TrimSpace(out.String()), m.Type)
	return strings.TrimSpace(line)
}

// TestLeads: of two messages that do different things, the lines differ in what decides.
func TestLeads(t *testing.T) {
	link := func(flags, change uint32) []byte {
		return nltest.Cat(make([]byte, 4), nltest.U32(3), nltest.U32(flags), nltest.U32(change))
	}
	rtm := func(dstLen, table, protocol, typ byte) []byte {
		return nltest.Cat([]byte{2, dstLen, 0, 0, table, protocol, 0, typ}, nltest.U32(0))
	}
	hop := func(index uint32, last byte) []byte {
		return nltest.Cat(nltest.U16(16), []byte{0, 0}, nltest.U32(index), nltest.Attr(5, []byte{192, 0, 2, last}))
	}
	rule := func(flags uint32) []byte {
		return nltest.Cat([]byte{2, 0, 24, 0, 100, 0, 0, 1}, nltest.U32(flags), nltest.Attr(2, []byte{192, 0, 2, 0}))
	}
	status := func(mask, enabled, backlog uint32) []byte {
		return nltest.Cat(nltest.U32(mask), nltest.U32(enabled), nltest.U32(2), nltest.U32(77), nltest.U32(0), nltest.U32(backlog), make([]byte, 20))
	}
	class := func(rate uint64) []byte {
		return nltest.Cat(make([]byte, 4), nltest.U32(5), nltest.U32(0x10002), nltest.U32(0x10000), make([]byte, 4), nltest.Attr(1, []byte("htb\x00")),
			nltest.Attr(2, nltest.Attr(6, nltest.U64(rate))))
	}
	verdict := func(queue byte) []byte {
		return nltest.Cat([]byte{0, 0, 0, queue}, nltest.Attr(2, []byte{0, 0, 0, 1, 1, 0, 0, 0}))
	}
	for _, c := range []struct {
		name    string
		proto   uint16
		typ     uint16
		flags   uint16
		payload []byte
		want    string
	}{
		{"link up", 0, 16, 5, link(1, 1), "ACK ifi_index=3 ifi_flags=+IFF_UP"},
		{"link down", 0, 16, 5, link(0, 1), "ACK ifi_index=3 ifi_flags=-IFF_UP"},
		{"link promisc on, up off", 0, 16, 5, link(0x100, 0x101), "ACK ifi_index=3 ifi_flags=-IFF_UP+IFF_PROMISC"},
		{"default, two hops", 0, 24, 5, nltest.Cat(rtm(0, 100, 3, 1), nltest.Attr(9, hop(3, 1), hop(4, 2))),
			"ACK default RTA_MULTIPATH=[{RTA_GATEWAY=192.0.2.1 rtnh_ifindex=3} {RTA_GATEWAY=192.0.2.2 rtnh_ifindex=4}] rtm_table=100 rtm_protocol=RTPROT_BOOT rtm_family=AF_INET"},
		{"default, five hops", 0, 24, 5, nltest.Cat(rtm(0, 254, 3, 1), nltest.Attr(9, hop(3, 1), hop(4, 2), hop(5, 3), hop(6, 4), hop(7, 5))),
			"ACK default RTA_MULTIPATH=[{RTA_GATEWAY=192.0.2.1 rtnh_ifindex=3} {RTA_GATEWAY=192.0.2.2 rtnh_ifindex=4} {RTA_GATEWAY=192.0.2.3 rtnh_ifindex=5} +2] " +
				"rtm_table=RT_TABLE_MAIN rtm_protocol=RTPROT_BOOT rtm_family=AF_INET"},
		{"one hop", 0, 24, 5, nltest.Cat(rtm(24, 254, 3, 1), nltest.Attr(1, []byte{10, 0, 0, 0}), nltest.Attr(5, []byte{192, 0, 2, 1})),
			"ACK RTA_DST=10.0.0.0/24 RTA_GATEWAY=192.0.2.1 rtm_table=RT_TABLE_MAIN rtm_protocol=RTPROT_BOOT rtm_family=AF_INET"},
		{"blackhole", 0, 24, 5, nltest.Cat(rtm(24, 254, 3, 6), nltest.Attr(1, []byte{10, 0, 0, 0})),
			"ACK rtm_type=RTN_BLACKHOLE RTA_DST=10.0.0.0/24 rtm_table=RT_TABLE_MAIN rtm_protocol=RTPROT_BOOT rtm_family=AF_INET"},
		{"rule", 0, 32, 5, rule(0), "ACK FRA_SRC=192.0.2.0/24 table=100 action=FR_ACT_TO_TBL family=AF_INET"},
		{"rule not", 0, 32, 5, rule(2), "ACK not FRA_SRC=192.0.2.0/24 table=100 action=FR_ACT_TO_TBL family=AF_INET"},
		{"addresses of IPv4", 0, 22, 0x301, []byte{2, 0, 0, 0, 0, 0, 0, 0}, "DUMP ifa_family=AF_INET"},
		{"addresses of IPv6", 0, 22, 0x301, []byte{10, 0, 0, 0, 0, 0, 0, 0}, "DUMP ifa_family=AF_INET6"},
		{"audit: enabled", 9, 1001, 5, status(1, 1, 64), "ACK enabled=1"},
		{"audit: backlog", 9, 1001, 5, status(0x10, 1, 8192), "ACK backlog_limit=8192"},
		{"class of 35 Gbit/s", 0, 40, 0x605, class(4375000000), "ACK|EXCL|CREATE TCA_KIND=htb tcm_ifindex=5 tcm_handle=1:2 tcm_parent=1: TCA_HTB_RATE64=35 Gbit/s"},
		{"class of 40 Gbit/s", 0, 40, 0x605, class(5000000000), "ACK|EXCL|CREATE TCA_KIND=htb tcm_ifindex=5 tcm_handle=1:2 tcm_parent=1: TCA_HTB_RATE64=40 Gbit/s"},
		{"class of 32 bits", 0, 40, 0x605, nltest.Cat(make([]byte, 20), nltest.Attr(1, []byte("htb\x00")),
			nltest.Attr(2, nltest.Attr(1, nltest.Cat(make([]byte, 8), nltest.U32(math.MaxUint32), make([]byte, 32))))),
			"ACK|EXCL|CREATE TCA_KIND=htb tcm_ifindex=0 tcm_handle=none tcm_parent=none TCA_HTB_PARMS={rate={rate=34.4 Gbit/s or more}}"},
		{"verdict, queue 1", 12, 3<<8 | 1, 1, verdict(1), "res_id=1 NFQA_VERDICT_HDR={verdict=NF_ACCEPT id=16777216}"},
		{"verdict, queue 2", 12, 3<<8 | 1, 1, verdict(2), "res_id=2 NFQA_VERDICT_HDR={verdict=NF_ACCEPT id=16777216}"},
		{"nine attributes", 0, 16, 5, nltest.Cat(link(0, 0), nltest.Attr(4, nltest.U32(1)), nltest.Attr(5, nltest.U32(2)), nltest.Attr(8, nltest.U32(3)),
			nltest.Attr(13, nltest.U32(4)), nltest.Attr(17, []byte{1}), nltest.Attr(27, nltest.U32(5)), nltest.Attr(40, nltest.U32(6)), nltest.Attr(41, nltest.U32(7)), nltest.Attr(31, nltest.U32(8))),
			"ACK ifi_index=3 IFLA_MTU=1 B IFLA_TXQLEN=4 IFLA_GROUP=5 IFLA_LINKMODE=IF_LINK_MODE_DORMANT IFLA_LINK=2 IFLA_COST=03000000 +3"},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			data := nltest.Message(c.typ, c.flags, 1, 0, c.payload)
			f := &capture.Frame{Origin: &capture.Origin{Protocol: c.proto, Dir: capture.DirRequest, NetNS: 1}, Data: data, OrigLen: len(data)}
			m := decode.New(families.All(), decode.Options{}).Frame(f, nil)[0]
			if got := oneLine(t, &m); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestLeadsOfLab: lines of what tools sent in the lab.
func TestLeadsOfLab(t *testing.T) {
	for _, c := range []struct{ script, typ, want string }{
		{"xfrm", "XFRM_MSG_NEWSA", "ACK id={daddr=192.0.2.2 spi=0x100 proto=IPPROTO_ESP} saddr=192.0.2.1 mode=XFRM_MODE_TUNNEL reqid=7"},
		{"xfrm", "XFRM_MSG_NEWPOLICY", "ACK dir=XFRM_POLICY_OUT sel={daddr=10.2.0.0/24 saddr=10.1.0.0/16"},
		{"xfrm", "XFRM_MSG_GETSA", "daddr=192.0.2.3 spi=0x102 proto=IPPROTO_AH"},
		{"audit", "AUDIT_SET", "ACK enabled=1"},
		{"route", "RTM_SETLINK", "ACK ifi_index=13 (br0) ifi_family=AF_BRIDGE IFLA_BRIDGE_VLAN_INFO={flags=0 vid=10}"},
		{"route", "RTM_NEWNEXTHOP", "ACK|EXCL|CREATE NHA_ID=10 NHA_GROUP=[{id=1 weight=1} {id=4 weight=2}]"},
	} {
		for _, r := range recordings(t, c.script) {
			found := slices.ContainsFunc(r.messages, func(m decode.Message) bool {
				return m.Type == c.typ && m.Frame.Dir == capture.DirRequest && strings.HasPrefix(oneLine(t, &m), c.want)
			})
			if !found {
				for i := range r.messages {
					if m := &r.messages[i]; m.Type == c.typ && m.Frame.Dir == capture.DirRequest {
						t.Logf("%s: %s", r.kernel, oneLine(t, m))
					}
				}
				t.Errorf("%s: no %s with %s", r.kernel, c.typ, c.want)
			}
		}
	}
}

// leadless are families without a list of what leads their lines, and why.
var leadless = map[string]string{
	"pmcraid": "its one attribute is a record of the driver's",
}

// TestFamiliesHaveLeads: every family says what leads its lines.
func TestFamiliesHaveLeads(t *testing.T) {
	for _, f := range families.All() {
		if why := leadless[f.Name]; (len(f.Lead) == 0) != (why != "") {
			t.Errorf("%s: Lead %v, excuse %q", f.Name, f.Lead, why)
		}
	}
}

// reKeyMaterial are names of attributes that hold keys and passwords.
var reKeyMaterial = regexp.MustCompile(`PRIVATE_KEY|PRESHARED|PASSWORD|ATTR_SECRET$|SOPASS|RSS_HKEY|_PMK$|_PMKID$|_KEK$|_KCK$|_KEY_DATA$|CIPHER_KEY|NONCE|SA_ATTR_KEY$|NODE_KEY$|KEYS_KEY|KEY_(ATTR_)?BYTES|ERP_RRK|AUTH_DATA|^XFRMA_ALG_`)

// TestNoKeysInLines: keys stand in no line that a list fills up with all there is.
func TestNoKeysInLines(t *testing.T) {
	seen := 0
	for _, f := range families.All() {
		lists := map[string]*schema.Message{"": nil}
		for i := range f.Messages {
			lists[f.Messages[i].Name] = &f.Messages[i]
		}
		for name := range namesOf(f) {
			if !reKeyMaterial.MatchString(name) {
				continue
			}
			for _, m := range lists {
				if slices.ContainsFunc(f.Leads(m), func(x *schema.LeadItem) bool { return x.Rest }) {
					seen++
					if !f.Unled(m, name) {
						t.Errorf("%s: %s stands in lines: Lead needs -%s", f.Name, name, name)
						break
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no key looked at")
	}
}

// alike are what requests with the same line may differ in, and why: a field or
// attribute, or all of a message.
var alike = map[string]string{
	"version": "of genlmsghdr: of the program, not of the request",
}

var reMore = regexp.MustCompile(` \+\d+( problem:.*)?$`)

// TestRequestsDiffer: requests of the recordings and fixtures that ask for different
// things have different lines, or lines that say that there is more.
func TestRequestsDiffer(t *testing.T) {
	groups := map[string][]map[string]string{}
	add := func(m *decode.Message) {
		if m.NoHeader || m.Family == "" || m.Header.Type < 16 || m.Frame.Dir != capture.DirRequest || m.Family == "nftables" || m.Family == "audit" {
			return
		}
		line := m.Family + " " + m.Type
		for _, n := range m.Lead(8) {
			line += " " + export.NodeText(&n)
		}
		values, b := map[string]string{}, m.Body()
		flatten(b.Fields, values)
		flatten(b.Attrs, values)
		groups[line] = append(groups[line], values)
	}
	for _, r := range recordingsOf(t) {
		for i := range r.messages {
			add(&r.messages[i])
		}
	}
	for _, fam := range families.All() {
		for _, file := range fixtureFiles(t, fam.Name) {
			d := decode.New(families.All(), decode.Options{})
			for _, f := range readFixture(t, file).Frames(fam.Protocol) {
				ms := d.Frame(f, nil)
				for i := range ms {
					add(&ms[i])
				}
			}
		}
	}
	for line, all := range groups {
		if reMore.MatchString(line) {
			continue
		}
		for _, other := range all[1:] {
			if d := differ(all[0], other); len(d) > 0 {
				t.Errorf("%s\n  also differs in %v", line, d)
				break
			}
		}
	}
	if len(groups) < 1000 {
		t.Errorf("%d different requests", len(groups))
	}
}

// flatten adds leaves by name; what is zero and what is not there are one.
func flatten(nodes []decode.Node, values map[string]string) {
	for i := range nodes {
		n := &nodes[i]
		if flatten(n.Children, values); len(n.Children) > 0 || n.Hidden || n.Overridden {
			continue
		}
		if raw := bytes.TrimRight(n.Raw, "\x00"); len(raw) > 0 {
			values[n.Name] += fmt.Sprintf("%x ", raw)
		}
	}
}

// differ returns the names whose values differ and should not.
func differ(a, b map[string]string) []string {
	var names []string
	for n := range b {
		if a[n] != b[n] && alike[n] == "" {
			names = append(names, n)
		}
	}
	for n := range a {
		if b[n] == "" && alike[n] == "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}
