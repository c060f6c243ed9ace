// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// head writes verb, object, family, table and name.
func (m *message) head(what, table, object string) string {
	s := m.verb() + what + " " + familyName(m.family)
	if table != "" {
		s += " " + name(table)
	}
	if object != "" {
		s += " " + name(object)
	}
	return s
}

// handle writes the handle as nft -a does.
func (m *message) handle(attr string) string {
	h, ok := num(m.attrs, attr)
	switch {
	case !ok:
		return ""
	case m.Frame.Dir == capture.DirRequest:
		return fmt.Sprintf(" handle %d", h)
	}
	return fmt.Sprintf(" # handle %d", h)
}

// deletes says whether a request deletes: one that does not say what, deletes
// all that there is, which nft calls flush.
func (m *message) deletes() bool {
	return m.Frame.Dir == capture.DirRequest && strings.HasPrefix(m.Type, "NFT_MSG_DEL")
}

func tableLine(_ *Lines, m *message) string {
	a := m.attrs
	s := m.head("table", "", str(a, "NFTA_TABLE_NAME"))
	if m.deletes() && find(a, "NFTA_TABLE_NAME") == nil && find(a, "NFTA_TABLE_HANDLE") == nil {
		s = "flush ruleset"
		if m.family != 0 {
			s += " " + familyName(m.family)
		}
		return s
	}
	var flags []string
	f := val(a, "NFTA_TABLE_FLAGS")
	for i, n := range []string{"dormant", "owner", "persist"} {
		if f&(1<<i) != 0 {
			flags = append(flags, n)
		}
	}
	parts := ""
	if flags != nil {
		parts = " flags " + strings.Join(flags, ",") + ";"
	}
	if c := comment(a, "NFTA_TABLE_USERDATA", 0); c != "" {
		parts += c + ";"
	}
	if parts != "" {
		s += " {" + parts + " }"
	}
	return s + m.handle("NFTA_TABLE_HANDLE")
}

// hookNames are NF_INET_* and the bridge's; netdev has its own.
var hookNames = [...]string{"prerouting", "input", "forward", "output", "postrouting", "ingress"}

func hookName(family, n uint64) string {
	switch {
	case family == 5 && n < 2:
		return [...]string{"ingress", "egress"}[n]
	case family == 3 && n < 3:
		return [...]string{"input", "output", "forward"}[n]
	case family != 3 && family != 5 && n < uint64(len(hookNames)):
		return hookNames[n]
	}
	return fmt.Sprintf("[hook %d]", n)
}

// devices writes a list of NFTA_DEVICE_NAME.
func devices(a []decode.Node) string {
	var out []string
	for i := range a {
		if s, ok := a[i].Value.(string); ok {
			if a[i].Name == "NFTA_DEVICE_PREFIX" {
				s += "*"
			}
			out = append(out, quoted(s))
		}
	}
	return strings.Join(out, ", ")
}

func chainLine(l *Lines, m *message) string {
	a := m.attrs
	if l.exact && m.verb() == "add " && find(a, "NFTA_CHAIN_HANDLE") != nil {
		return renameLine(l, m)
	}
	s := m.head("chain", str(a, "NFTA_CHAIN_TABLE"), str(a, "NFTA_CHAIN_NAME"))
	if id, ok := num(a, "NFTA_CHAIN_ID"); ok && str(a, "NFTA_CHAIN_NAME") == "" {
		s += fmt.Sprintf(" [chain id %d]", id)
	}
	parts := ""
	if h := find(a, "NFTA_CHAIN_HOOK"); h != nil {
		if t := str(a, "NFTA_CHAIN_TYPE"); t != "" {
			parts += " type " + name(t)
		}
		if n, ok := num(h.Children, "NFTA_HOOK_HOOKNUM"); ok {
			parts += " hook " + hookName(m.family, n)
		}
		if d := str(h.Children, "NFTA_HOOK_DEV"); d != "" {
			parts += " device " + quoted(d)
		} else if d := find(h.Children, "NFTA_HOOK_DEVS"); d != nil {
			parts += " devices = { " + devices(d.Children) + " }"
		}
		if n, ok := num(h.Children, "NFTA_HOOK_PRIORITY"); ok {
			parts += fmt.Sprintf(" priority %d", int32(n))
		}
		parts += ";"
	}
	if p, ok := num(a, "NFTA_CHAIN_POLICY"); ok {
		switch p {
		case 0:
			parts += " policy drop;"
		case 1:
			parts += " policy accept;"
		default:
			parts += fmt.Sprintf(" policy [%d];", p)
		}
	}
	if val(a, "NFTA_CHAIN_FLAGS")&2 != 0 {
		parts += " flags offload;"
	}
	if c := comment(a, "NFTA_CHAIN_USERDATA", 0); c != "" {
		parts += c + ";"
	}
	if parts != "" {
		s += " {" + parts + " }"
	}
	return s + m.handle("NFTA_CHAIN_HANDLE")
}

// renameLine writes a chain that gets another name: nft takes the old one, and the
// request has its handle.
func renameLine(l *Lines, m *message) string {
	old, table := l.chains[l.chainKey(m.family, m.attrs)], str(m.attrs, "NFTA_CHAIN_TABLE")
	if !identifier(old) || find(m.attrs, "NFTA_CHAIN_HOOK") != nil || find(m.attrs, "NFTA_CHAIN_POLICY") != nil {
		return "[a chain that the traffic did not tell]"
	}
	return "rename chain " + familyName(m.family) + " " + name(table) + " " + name(old) + " " + name(str(m.attrs, "NFTA_CHAIN_NAME"))
}

func setLine(l *Lines, m *message) string {
	a := m.attrs
	info := newSet(a)
	what := "set"
	if info.flags&(setMap|setObject) != 0 {
		what = "map"
	}
	s := m.head(what, str(a, "NFTA_SET_TABLE"), str(a, "NFTA_SET_NAME"))
	parts := ""
	if len(info.key) > 0 {
		parts += " type " + strings.Join(info.key, " . ")
		switch {
		case info.flags&setObject != 0:
			parts += " : " + objectName(info.objType)
		case len(info.data) > 0:
			parts += " : "
			if info.dataSpan() {
				parts += "interval "
			}
			parts += strings.Join(info.data, " . ")
		}
		parts += ";"
	}
	var flags []string
	for _, x := range []struct {
		bit  uint64
		name string
	}{{setConstant, "constant"}, {setEval, "dynamic"}, {setInterval, "interval"}, {setTimeout, "timeout"}} {
		if info.flags&x.bit != 0 {
			flags = append(flags, x.name)
		}
	}
	if flags != nil {
		parts += " flags " + strings.Join(flags, ",") + ";"
	}
	if m.exact && info.merge {
		parts += " auto-merge;"
	}
	if ms := val(a, "NFTA_SET_TIMEOUT"); ms != 0 {
		parts += " timeout " + duration(ms) + ";"
	}
	if ms := val(a, "NFTA_SET_GC_INTERVAL"); ms != 0 {
		parts += " gc-interval " + duration(ms) + ";"
	}
	if d := find(a, "NFTA_SET_DESC"); d != nil {
		if n := val(d.Children, "NFTA_SET_DESC_SIZE"); n != 0 && info.flags&setAnonymous == 0 {
			parts += fmt.Sprintf(" size %d;", n)
		}
	}
	if val(a, "NFTA_SET_POLICY") == 1 {
		parts += " policy memory;"
	}
	if x := newRule(l, m.family, "").nested(a, "NFTA_SET_EXPR", "NFTA_SET_EXPRESSIONS"); x != "" {
		parts += x + ";"
	}
	if c := comment(a, "NFTA_SET_USERDATA", 7); c != "" {
		parts += c + ";"
	}
	if parts != "" {
		s += " {" + parts + " }"
	}
	return s + m.handle("NFTA_SET_HANDLE")
}

func elemLine(l *Lines, m *message) string {
	a := m.attrs
	table, set := str(a, "NFTA_SET_ELEM_LIST_TABLE"), str(a, "NFTA_SET_ELEM_LIST_SET")
	s := m.head("element", table, set)
	e := find(a, "NFTA_SET_ELEM_LIST_ELEMENTS")
	if e == nil && m.deletes() {
		return "flush set" + strings.TrimPrefix(s, "delete element")
	}
	if e == nil {
		return s
	}
	info := l.set(m.family, table, set, val(a, "NFTA_SET_ELEM_LIST_SET_ID"))
	if info == nil {
		info = guessSet(e.Children)
	}
	r := newRule(l, m.family, table)
	if m.Frame.Dir == capture.DirEvent && info.flags&setInterval != 0 && len(info.key) == 1 && len(e.Children) == 1 {
		return s + " { " + l.edge(s, info, e.Children[0].Children, r) + " }"
	}
	return s + " { " + info.elements(e.Children, r) + " }"
}

// guessSet stands for a set of which nothing is known but its elements.
func guessSet(elems []decode.Node) *setInfo {
	s := &setInfo{}
	for i := range elems {
		if val(elems[i].Children, "NFTA_SET_ELEM_FLAGS")&elemEnd != 0 {
			s.flags |= setInterval
		}
	}
	if s.flags&setInterval != 0 {
		s.key = []string{"hexinteger"}
	}
	return s
}

func objLine(l *Lines, m *message) string {
	a := m.attrs
	n := val(a, "NFTA_OBJ_TYPE")
	kind := strings.TrimPrefix(objectName(n), "meta ")
	if n == 0 {
		kind = "object" // of any type
	}
	s := m.head(kind, str(a, "NFTA_OBJ_TABLE"), str(a, "NFTA_OBJ_NAME"))
	d := find(a, "NFTA_OBJ_DATA")
	text := ""
	if d != nil && len(d.Children) > 0 { // a request to reset has it empty
		text = objText(n, d)
	}
	if l.exact {
		return s + objInput(n, d, text, comment(a, "NFTA_OBJ_USERDATA", 0)) + m.handle("NFTA_OBJ_HANDLE")
	}
	text = strings.TrimSpace(text + comment(a, "NFTA_OBJ_USERDATA", 0))
	if text != "" {
		s += " { " + text + " }"
	}
	return s + m.handle("NFTA_OBJ_HANDLE")
}

// objInput writes what objText does as nft reads it: every part of a block ends with a
// semicolon. Empty in a request to delete.
func objInput(n uint64, d *decode.Node, text, comment string) string {
	switch {
	case text == "" && comment == "":
		return ""
	case text == "":
	case n == 7 && d != nil: // nft before 1.0.8 reads the timeouts as seconds alone
		c := d.Children
		text = "protocol " + proto(c, "NFTA_CT_TIMEOUT_L4PROTO") + "; l3proto " + familyName(val(c, "NFTA_CT_TIMEOUT_L3PROTO")) + ";"
		if t := find(c, "NFTA_CT_TIMEOUT_DATA"); t != nil {
			text += " policy = { " + timeoutSeconds(t.Children) + " };"
		}
	case n == 10:
		text = strings.Replace(strings.Replace(text, " wscale", "; wscale", 1), " timestamp", "; timestamp", 1) + ";"
	default:
		text += ";"
	}
	if comment != "" {
		text += comment + ";"
	}
	return " { " + strings.TrimSpace(text) + " }"
}

// timeoutSeconds writes a policy of timeouts in seconds.
func timeoutSeconds(a []decode.Node) string {
	var out []string
	for i := range a {
		n, ok := num(a[i:i+1], a[i].Name)
		_, state, named := strings.Cut(strings.TrimPrefix(a[i].Name, "CTA_TIMEOUT_"), "_")
		if !ok || !named {
			return "[timeout without a name]"
		}
		out = append(out, strings.ToLower(state)+" : "+strconv.FormatUint(n, 10))
	}
	return strings.Join(out, ", ")
}

func objText(n uint64, d *decode.Node) string {
	c := d.Children
	switch n {
	case 1:
		return fmt.Sprintf("packets %d bytes %d", val(c, "NFTA_COUNTER_PACKETS"), val(c, "NFTA_COUNTER_BYTES"))
	case 2:
		return quotaText(c)
	case 3:
		return "type " + quoted(str(c, "NFTA_CT_HELPER_NAME")) + " protocol " + proto(c, "NFTA_CT_HELPER_L4PROTO") + "; l3proto " + familyName(val(c, "NFTA_CT_HELPER_L3PROTO"))
	case 4:
		return limitText(c)
	case 5:
		return connlimitText(c)
	case 7:
		s := "protocol " + proto(c, "NFTA_CT_TIMEOUT_L4PROTO") + "; l3proto " + familyName(val(c, "NFTA_CT_TIMEOUT_L3PROTO"))
		if t := find(c, "NFTA_CT_TIMEOUT_DATA"); t != nil {
			s += "; policy = { " + timeouts(t.Children) + " }"
		}
		return s
	case 8:
		return quoted(str(c, "NFTA_SECMARK_CTX"))
	case 9:
		s := "protocol " + proto(c, "NFTA_CT_EXPECT_L4PROTO") + fmt.Sprintf("; dport %d; size %d; l3proto ", val(c, "NFTA_CT_EXPECT_DPORT"), val(c, "NFTA_CT_EXPECT_SIZE")) + familyName(val(c, "NFTA_CT_EXPECT_L3PROTO"))
		if t := find(c, "NFTA_CT_EXPECT_TIMEOUT"); t != nil {
			s += "; timeout " + duration(hostNum(t))
		}
		return s
	case 10:
		return synproxyText(c)
	}
	return strings.TrimSpace("[" + strings.TrimSpace(xtParts(c, 0)) + "]")
}

// timeouts writes a policy of timeouts: states and how long each lasts.
func timeouts(a []decode.Node) string {
	var out []string
	for i := range a {
		n, ok := num(a[i:i+1], a[i].Name)
		_, state, named := strings.Cut(strings.TrimPrefix(a[i].Name, "CTA_TIMEOUT_"), "_")
		if !ok || !named {
			out = append(out, strings.TrimSpace("["+strings.TrimSpace(xtParts(a[i:i+1], 0))+"]"))
			continue
		}
		out = append(out, strings.ToLower(state)+" : "+duration(n*1000))
	}
	return strings.Join(out, ", ")
}

func proto(a []decode.Node, attr string) string {
	n := val(a, attr)
	if s := protocols[n]; s != "" {
		return s
	}
	return strconv.FormatUint(n, 10)
}

func flowLine(_ *Lines, m *message) string {
	a := m.attrs
	s := m.head("flowtable", str(a, "NFTA_FLOWTABLE_TABLE"), str(a, "NFTA_FLOWTABLE_NAME"))
	parts := ""
	if h := find(a, "NFTA_FLOWTABLE_HOOK"); h != nil {
		parts += fmt.Sprintf(" hook ingress priority %d;", int32(val(h.Children, "NFTA_FLOWTABLE_HOOK_PRIORITY")))
		if d := find(h.Children, "NFTA_FLOWTABLE_HOOK_DEVS"); d != nil {
			parts += " devices = { " + devices(d.Children) + " };"
		}
	}
	f := val(a, "NFTA_FLOWTABLE_FLAGS")
	if f&1 != 0 {
		parts += " flags offload;"
	}
	if f&2 != 0 {
		parts += " counter;"
	}
	if parts != "" {
		s += " {" + parts + " }"
	}
	return s + m.handle("NFTA_FLOWTABLE_HANDLE")
}

func genLine(_ *Lines, m *message) string {
	a := m.attrs
	s := fmt.Sprintf("generation %d", val(a, "NFTA_GEN_ID"))
	if p := str(a, "NFTA_GEN_PROC_NAME"); p != "" {
		s += fmt.Sprintf(" by %s[%d]", name(p), val(a, "NFTA_GEN_PROC_PID"))
	}
	return s
}

func traceLine(_ *Lines, m *message) string {
	a := m.attrs
	s := fmt.Sprintf("trace id %08x %s %s %s", val(a, "NFTA_TRACE_ID"), familyName(m.family), name(str(a, "NFTA_TRACE_TABLE")), name(str(a, "NFTA_TRACE_CHAIN")))
	switch val(a, "NFTA_TRACE_TYPE") {
	case 1:
		s += " policy"
		if p, ok := num(a, "NFTA_TRACE_POLICY"); ok {
			s += " " + map[bool]string{true: "accept", false: "drop"}[p == 1]
		}
	case 2:
		s += " return"
	case 3:
		s += " rule"
		if h, ok := num(a, "NFTA_TRACE_RULE_HANDLE"); ok { // it is missing at a chain's end
			s += fmt.Sprintf(" handle %d", h)
		}
	}
	if v := find(a, "NFTA_TRACE_VERDICT"); v != nil {
		if t, ok := verdict(v.Children); ok {
			s += " (verdict " + t + ")"
		}
	}
	return s
}
