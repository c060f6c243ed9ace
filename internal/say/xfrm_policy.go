// SPDX-License-Identifier: Apache-2.0

package say

import "github.com/nltop/nltop/internal/decode"

// policyOptions are what tells a policy besides its selector.
var policyOptions = []option{
	{"XFRMA_SEC_CTX", "ctx", asXfrmContext},
	{"XFRMA_MARK", "mark", asXfrmMark},
	{"XFRMA_POLICY_TYPE", "ptype", func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := map[uint64]string{0: "main", 1: "sub"}[fieldsOf(n).num("type")]
		return []string{s}, ok
	}},
	{"XFRMA_IF_ID", "if_id", asHex},
}

// newPolicy says XFRM_MSG_NEWPOLICY and XFRM_MSG_UPDPOLICY.
func newPolicy(verb string) teller {
	return func(t *telling) bool {
		f, a := t.fields(), t.attrs()
		t.say("ip", "xfrm", "policy", verb)
		if !t.selector(f.in("sel")) {
			return false
		}
		f.options([]option{{"dir", "dir", asOneOf(xfrmDirs)}, {"index", "index", unless(asHex, 0)}})
		a.options(policyOptions)
		f.options([]option{
			{"action", "action", unless(asOneOf(map[uint64]string{1: "block"}), 0)},
			{"priority", "priority", unless(asNumber, 0)},
			{"flags", "flag", unless(func(_ *telling, n *decode.Node) ([]string, bool) {
				if words, ok := asBits("localok", "icmp")(nil, n); ok {
					return words, true
				}
				return asHex(nil, n)
			}, 0)}})
		a.options([]option{{"XFRMA_OFFLOAD_DEV", "offload", asXfrmOffload}})
		t.limits(f)
		a.options([]option{{"XFRMA_TMPL", "", asTemplates}})
		return true
	}
}

func delPolicy(t *telling) bool {
	f := t.fields()
	t.say("ip", "xfrm", "policy", "delete")
	if index := f.num("index"); index != 0 {
		f.take("sel") // the kernel reads no selector beside an index
		t.say("index", hexNumber(index))
	} else if !t.selector(f.in("sel")) {
		return false
	}
	f.options([]option{{"dir", "dir", asOneOf(xfrmDirs)}})
	t.attrs().options(policyOptions)
	return true
}

func flushPolicy(t *telling) bool {
	t.say("ip", "xfrm", "policy", "flush")
	t.attrs().options(policyOptions[2:3])
	return true
}

// setSPD says XFRM_MSG_NEWSPDINFO, whose flags the kernel does not read.
func setSPD(t *telling) bool {
	t.say("ip", "xfrm", "policy", "set")
	t.fields().take("flags")
	words := len(t.words)
	bits := func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		return []string{decimal(f.num("lbits")), decimal(f.num("rbits"))}, true
	}
	t.attrs().options([]option{{"XFRMA_SPD_IPV4_HTHRESH", "hthresh4", bits}, {"XFRMA_SPD_IPV6_HTHRESH", "hthresh6", bits}})
	return len(t.words) > words
}

// setDefaultPolicy says XFRM_MSG_SETDEFAULT.
func setDefaultPolicy(t *telling) bool {
	t.say("ip", "xfrm", "policy", "setdefault")
	words := len(t.words)
	is := unless(asOneOf(map[uint64]string{1: "block", 2: "accept"}), 0)
	t.fields().options([]option{{"in", "in", is}, {"fwd", "fwd", is}, {"out", "out", is}})
	return len(t.words) > words
}
