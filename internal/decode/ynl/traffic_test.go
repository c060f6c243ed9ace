// SPDX-License-Identifier: Apache-2.0

package ynl_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/fixture"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/pcapng"
)

// familiesData has the traffic that the built-in tables are tested with:
// recordings of the lab, and fixtures of NETLINK_ROUTE.
const familiesData = "../families/testdata"

// traffic is the frames of one recording; head are those that only teach.
type traffic struct {
	name         string
	head, frames []*capture.Frame
}

func allTraffic(t *testing.T) []traffic {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(familiesData, "lab", "*.pcapng.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings of the lab: %v", err)
	}
	var all []traffic
	for _, file := range files {
		all = append(all, readRecording(t, file))
	}
	fixtures, err := filepath.Glob(filepath.Join(familiesData, "route", "*.txtar"))
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures of route: %v", err)
	}
	for _, file := range fixtures {
		all = append(all, readFixture(t, file))
	}
	return all
}

func readRecording(t *testing.T, file string) traffic {
	t.Helper()
	r, err := pcapng.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	tr := traffic{name: filepath.Base(file)}
	r.OnPreamble(func(f *capture.Frame) error { tr.head = append(tr.head, f); return nil })
	err = r.Run(context.Background(), func(f *capture.Frame) error { tr.frames = append(tr.frames, f); return nil })
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return tr
}

func readFixture(t *testing.T, file string) traffic {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fixture.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return traffic{name: filepath.Base(file), frames: f.Frames(capture.NETLINK_ROUTE)}
}

// decodeAll decodes the traffic with the given tables alone.
func (tr *traffic) decodeAll(tables []*schema.Family) []decode.Message {
	d := decode.New(tables, decode.Options{})
	for _, f := range tr.head {
		d.Frame(f, nil)
	}
	var ms []decode.Message
	for _, f := range tr.frames {
		ms = d.Frame(f, ms)
	}
	return ms
}

// TestTraffic decodes the same messages with the specs alone and with the
// built-in tables: where both know a name or a value, they must agree.
func TestTraffic(t *testing.T) {
	specs, builtin := kernelFamilies(t), families.All()
	known := map[string]bool{}
	for _, f := range specs {
		known[f.Name] = true
	}
	c := comparison{t: t, seen: map[string]bool{}, rows: map[string]*row{}}
	for _, tr := range allTraffic(t) {
		a, b := tr.decodeAll(builtin), tr.decodeAll(specs)
		if len(a) != len(b) {
			t.Fatalf("%s: %d and %d messages", tr.name, len(a), len(b))
		}
		for i := range a {
			if known[b[i].Family] && b[i].Header.Type >= 16 && a[i].Type != "" {
				c.message(tr.name, &a[i], &b[i])
			}
		}
	}
	for family, r := range c.rows {
		t.Logf("%-12s %5d messages, %6d attributes and fields, %6d of them named by the spec, %6d values equal", family,
			r.messages, r.all, r.named, r.equal)
		if r.other > 0 {
			t.Errorf("%s: %d values and names differ, %d are equal", family, r.other, r.equal)
		}
		if r.all > 100 && r.named*2 < r.all {
			t.Errorf("%s: the specs name %d of %d attributes", family, r.named, r.all)
		}
	}
	if c.rows["route"] == nil || c.rows["nlctrl"] == nil {
		t.Error("no traffic of route and nlctrl was compared")
	}
}

// specWrong are places where the specs of 6.12 contradict the headers or the
// kernel, by the last name of the path; * stands for any end.
var specWrong = map[string]string{
	"CTRL_CMD_NEWFAMILY":        "the spec has no operation of this number, so no name",
	"IFLA_BRIDGE_VLAN_INFO":     "the spec knows IFLA_AF_SPEC of AF_UNSPEC only",
	"DEVCONF_RTR_SOLICITS":      "the spec takes signed numbers for unsigned ones",
	"DEVCONF_ACCEPT_DAD":        "the spec takes signed numbers for unsigned ones",
	"DEVCONF_USE_TEMPADDR":      "the spec takes signed numbers for unsigned ones",
	"prio":                      "the spec forgets the byte order",
	"IFLA_BR_VLAN_PROTOCOL":     "the spec forgets the byte order",
	"IFLA_GRE_*":                "the spec forgets the byte order",
	"IFLA_GENEVE_PORT":          "the spec forgets the byte order",
	"IFLA_IPTUN_ENCAP_*":        "the spec forgets the byte order",
	"IFLA_BR_NF_CALL_IP6TABLES": "the spec writes IP6_TABLES",
	"ICMP6_MIB_*":               "the spec forgets the first counter",
	"IPSTATS_MIB_*":             "the spec forgets the first counter",
	"NFT_MSG_NEWGEN":            "the spec has no operation of this number, so no name",
	"NFTA_CHAIN_FLAGS":          "the spec forgets NFTA_CHAIN_PAD",
	"NFTA_CHAIN_ID":             "the spec forgets NFTA_CHAIN_PAD",
	"NFTA_SET_ELEM_KEY_END":     "the spec forgets NFTA_SET_ELEM_PAD",
	"NFTA_SET_ELEM_OBJREF":      "the spec forgets NFTA_SET_ELEM_PAD",
	"NFTA_DATA_VALUE":           "in what the spec takes for expressions",
	"NFTA_SET_ID":               "the spec forgets the byte order",
	"NFTA_SET_ELEM_LIST_SET_ID": "the spec forgets the byte order",
	"NFTA_SET_TIMEOUT":          "the spec forgets the byte order",
	"NFTA_COUNTER_*":            "the spec forgets the byte order",
	"NFTA_LOOKUP_*":             "the spec numbers them otherwise",
	"NFTA_BITWISE_OP":           "the older name of the same number",
	"IFLA_VLAN_QOS_MAPPING":     "the spec writes QOSMAPPING",
	"IFLA_VLAN_FLAGS":           "the spec writes FLAG",
	"RTA_DST":                   "the spec knows addresses, but no MPLS labels",
	"NL_POLICY_TYPE_ATTR_MASK":  "the spec has pad and mask the other way round",
	"NL_POLICY_TYPE_ATTR_PAD":   "the spec has pad and mask the other way round",
	"MPTCP_EVENT_*":             "the spec has events as an enum and not as operations",
	"MPTCP_ATTR_*":              "of events, see MPTCP_EVENT_*",
	"MPTCP_PM_ATTR_ADDR":        "the spec has the other UAPI name of the number, MPTCP_PM_ENDPOINT_ADDR",
	"NFTA_SET_ELEM_*":           "the spec forgets NFTA_SET_ELEM_PAD and the byte order",
	"NFTA_SET_FIELD_LEN":        "the spec has one nest too few",
	"NFTA_VERDICT_*":            "in what the spec takes for expressions",
	"NFTA_DATA_VERDICT":         "in what the spec takes for expressions",
	"icmpv6_*":                  "the spec has one struct for ICMP and ICMPv6",
	"OVS_FLOW_ATTR_UFID":        "the spec writes it as a UUID, the tables as plain hex",
	"RTM_NEWSTATS":              "the spec has its own name for a reply",
	"limit_v1":                  "the spec repeats the name limit in tc_sfq_qopt_v1",
	"TCA_OPTIONS":               "the spec has no empty options of classes",
	"TCA_STATS_APP":             "the spec knows the struct of one kernel only",
	"TCA_XSTATS":                "the spec knows the struct of one kernel only",
	"TCA_FLOWER_KEY_*":          "the spec takes host order for network order, and the reverse (cls_flower.c, fl_set_key_vlan)",
}

type row struct{ messages, all, named, equal, other int }

type comparison struct {
	t    *testing.T
	seen map[string]bool // complaints
	rows map[string]*row
}

// complain reports a difference once, unless it is known for the spec's fault.
func (c *comparison) complain(family, path, format string, args ...any) {
	name := path[strings.LastIndex(path, " ")+1:]
	for known := range specWrong {
		if p, ok := strings.CutSuffix(known, "*"); name == known || ok && strings.HasPrefix(name, p) {
			return
		}
	}
	c.rows[family].other++
	if c.seen[name] {
		return
	}
	c.seen[name] = true
	c.t.Logf(path+": "+format, args...)
}

func (c *comparison) message(where string, a, b *decode.Message) {
	r := c.rows[b.Family]
	if r == nil {
		r = &row{}
		c.rows[b.Family] = r
	}
	r.messages++
	if b.Type == "" {
		return // the spec does not know the message
	}
	if !sameName(a.Type, b.Type) {
		c.complain(b.Family, a.Type, "%s to the spec (%s)", b.Type, where)
	}
	x, y := a.Body(), b.Body()
	c.nodes(r, b.Family, a.Type, x.Fields, y.Fields)
	c.nodes(r, b.Family, a.Type, x.Attrs, y.Attrs)
}

func (c *comparison) nodes(r *row, family, path string, a, b []decode.Node) {
	if len(a) != len(b) {
		// One of them sees a struct's reserved members, or its end, otherwise.
		b = byPlace(a, b)
	}
	for i := range a {
		if i >= len(b) || b[i].Off != a[i].Off || len(b[i].Raw) != len(a[i].Raw) {
			continue
		}
		c.node(r, family, path+" > "+a[i].Label(), &a[i], &b[i])
	}
}

// byPlace finds for each node of a the one of b that lies in the same bytes.
func byPlace(a, b []decode.Node) []decode.Node {
	out := make([]decode.Node, len(a))
	for i := range a {
		out[i].Off = -1
		if j := slices.IndexFunc(b, func(n decode.Node) bool { return n.Off == a[i].Off && len(n.Raw) == len(a[i].Raw) }); j >= 0 {
			out[i] = b[j]
		}
	}
	return out
}

func (c *comparison) node(r *row, family, path string, a, b *decode.Node) {
	if a.Hidden || b.Hidden || a.Guess {
		return
	}
	r.all++
	if b.Name == "" && !b.Elem {
		return
	}
	r.named++
	if a.Name != "" && b.Name != "" && !sameName(a.Name, b.Name) {
		c.complain(family, path, "%s to the spec", b.Name)
	}
	if a.Problem == "" && b.Problem != "" {
		c.complain(family, path, "problem with the spec alone: %s", b.Problem)
	}
	switch {
	case a.Nested && b.Nested:
		c.nodes(r, family, path, a.Children, b.Children)
	case a.Nested || b.Nested, a.Value == nil, b.Value == nil:
		// One knows more than the other.
	case !sameValue(a, b):
		c.complain(family, path, "%v (%d) to the tables, %v (%d) to the spec", a.Value, a.Num, b.Value, b.Num)
	default:
		r.equal++
	}
}

// sameName: a spec's own name is the end of the UAPI name, more or less.
func sameName(uapi, spec string) bool {
	if uapi == spec {
		return true
	}
	flat := func(s string) string { return strings.NewReplacer("_", "", "-", "").Replace(strings.ToUpper(s)) }
	return strings.ToUpper(spec) != spec && strings.HasSuffix(flat(uapi), flat(spec))
}

// sameValue compares what two tables make of the same bytes.
func sameValue(a, b *decode.Node) bool {
	switch x := a.Value.(type) {
	case bool:
		return a.Value == b.Value
	case uint64, int64:
		return a.Num == b.Num
	case []string:
		return a.Num == b.Num
	case string:
		if a.Num != 0 || b.Num != 0 {
			return a.Num == b.Num || a.Num == 0
		}
		y, ok := b.Value.(string)
		return !ok || x == y || sameName(x, y)
	}
	return true
}
