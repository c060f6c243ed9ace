// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nft"
)

// What iptables-nft sends is said as commands of iptables: rules with extensions of
// xtables, which nft cannot read, and what else nft would send in another way.

// iptRequest is a request of nftables in the words of iptables.
type iptRequest struct {
	tool, table string
	words       []string // without -t; none: iptables does it by itself
	own         bool     // only iptables sends such a one
}

// command is the request by itself.
func (r *iptRequest) command() Command {
	words := []string{r.tool}
	if r.table != "filter" {
		words = append(words, "-t", r.table)
	}
	return Command{Words: append(words, r.words...)}
}

// iptTools are the tools by nfgen_family.
var iptTools = map[uint64]string{unix.NFPROTO_IPV4: "iptables", unix.NFPROTO_IPV6: "ip6tables"}

// iptTables are the chains that iptables itself makes, by table: others of these
// names are somebody else's.
var iptTables = map[string]string{"filter": "INPUT FORWARD OUTPUT", "nat": "PREROUTING INPUT OUTPUT POSTROUTING",
	"mangle": "PREROUTING INPUT FORWARD OUTPUT POSTROUTING", "raw": "PREROUTING OUTPUT", "security": "INPUT FORWARD OUTPUT"}

// iptBuiltin says whether a table of iptables has a chain by itself.
func iptBuiltin(table, chain string) bool {
	for name := range strings.FieldsSeq(iptTables[table]) {
		if name == chain {
			return true
		}
	}
	return false
}

// iptables puts a request of nftables into words of iptables. false: it has none.
func iptables(m *decode.Message, body *decode.Body) (r iptRequest, ok bool) {
	if body.Problem != "" || len(body.Rest) > 0 || len(m.Data) > maxMessage {
		return r, false
	}
	t := &telling{m: m, body: *body}
	family := t.fields().num("nfgen_family")
	what := strings.NewReplacer("NFT_MSG_NEW", "", "NFT_MSG_DEL", "").Replace(m.Type)
	r.tool, r.table = iptTools[family], text0(t.attrs().peek("NFTA_"+what+"_TABLE"))
	if what == "TABLE" {
		r.table = text0(t.attrs().peek("NFTA_TABLE_NAME"))
	}
	say := iptRequests[m.Type]
	if r.tool == "" || iptTables[r.table] == "" || say == nil {
		return r, false
	}
	return r, say(t, &r)
}

// Iptables says a request that only iptables sends as its command; "" where it is
// none, or has no words.
func Iptables(m *decode.Message) string {
	if !nft.Is(m) || m.Frame.Dir != capture.DirRequest || m.Problem != nil {
		return ""
	}
	body := m.Values()
	r, ok := iptables(m, &body)
	if !ok || !r.own {
		return ""
	}
	c := r.command()
	return c.String()
}

// text0 is the text of a node that may be missing.
func text0(n *decode.Node) string {
	if n == nil {
		return ""
	}
	return text(n)
}

var iptRequests map[string]func(*telling, *iptRequest) bool

func init() {
	iptRequests = map[string]func(*telling, *iptRequest) bool{
		"NFT_MSG_NEWTABLE": func(t *telling, _ *iptRequest) bool {
			return t.only("NFTA_TABLE_NAME NFTA_TABLE_FLAGS") && t.attrs().num("NFTA_TABLE_FLAGS") == 0
		},
		"NFT_MSG_NEWCHAIN": iptNewChain,
		"NFT_MSG_DELCHAIN": func(t *telling, r *iptRequest) bool {
			name := text0(t.attrs().peek("NFTA_CHAIN_NAME"))
			r.words, r.own = []string{"-X", name}, t.attrs().has("NFTA_CHAIN_USE")
			return t.only("NFTA_CHAIN_TABLE NFTA_CHAIN_NAME NFTA_CHAIN_HANDLE NFTA_CHAIN_USE") && iptChainName(name) && !iptBuiltin(r.table, name)
		},
		"NFT_MSG_NEWRULE": iptNewRule, "NFT_MSG_DELRULE": iptDelRule,
	}
}

// only says whether a request has no other attributes than these.
func (t *telling) only(names string) bool {
	all := strings.Fields(names)
	for i := range t.body.Attrs {
		n := &t.body.Attrs[i]
		if n.Hidden {
			continue
		}
		known := false
		for _, name := range all {
			known = known || name == n.Name
		}
		if !known || n.Overridden {
			return false
		}
	}
	return true
}

// iptNewChain says a chain that somebody makes, and the policy of one of iptables' own,
// which it makes by itself.
func iptNewChain(t *telling, r *iptRequest) bool {
	a := t.attrs()
	name := text0(a.peek("NFTA_CHAIN_NAME"))
	if !iptChainName(name) {
		return false
	}
	if !iptBuiltin(r.table, name) {
		r.words = []string{"-N", name}
		r.own = !t.flag(unix.NLM_F_CREATE) // which nft sets
		return t.only("NFTA_CHAIN_TABLE NFTA_CHAIN_NAME NFTA_CHAIN_FLAGS") && a.num("NFTA_CHAIN_FLAGS") == 0
	}
	counters := a.peek("NFTA_CHAIN_COUNTERS") // iptables sends zeros
	r.own = counters != nil
	if counters != nil {
		for i := range counters.Children {
			if c := &counters.Children[i]; !c.Hidden && !zero(c.Raw) {
				return false
			}
		}
	}
	policy := a.peek("NFTA_CHAIN_POLICY")
	if policy != nil && !(policy.Num == 1 && t.flag(unix.NLM_F_CREATE)) {
		r.words = []string{"-P", name, map[bool]string{true: "ACCEPT", false: "DROP"}[policy.Num == 1]}
	}
	return t.only("NFTA_CHAIN_TABLE NFTA_CHAIN_NAME NFTA_CHAIN_HOOK NFTA_CHAIN_POLICY NFTA_CHAIN_TYPE NFTA_CHAIN_FLAGS NFTA_CHAIN_COUNTERS") &&
		(policy == nil || policy.Num < 2)
}

// iptNewRule says -A, or -I at the beginning of a chain. A place within it is the
// handle of a rule, of which iptables wants the number.
func iptNewRule(t *telling, r *iptRequest) bool {
	verb := "-I"
	switch {
	case t.flag(unix.NLM_F_REPLACE):
		return false
	case t.flag(unix.NLM_F_APPEND):
		verb = "-A"
	}
	if !t.only("NFTA_RULE_TABLE NFTA_RULE_CHAIN NFTA_RULE_EXPRESSIONS NFTA_RULE_COMPAT") {
		return false
	}
	return t.iptRule(r, verb, true)
}

// iptDelRule says -D with the rule itself, which iptables sends with its handle: what
// a person types, and what finds it again. A chain or a table that is emptied is -F.
func iptDelRule(t *telling, r *iptRequest) bool {
	a := t.attrs()
	if !a.has("NFTA_RULE_HANDLE") {
		r.words = []string{"-F"}
		if c := a.peek("NFTA_RULE_CHAIN"); c != nil {
			r.words = append(r.words, text(c))
			return t.only("NFTA_RULE_TABLE NFTA_RULE_CHAIN") && iptChainName(text(c))
		}
		return t.only("NFTA_RULE_TABLE")
	}
	return t.only("NFTA_RULE_TABLE NFTA_RULE_CHAIN NFTA_RULE_HANDLE NFTA_RULE_EXPRESSIONS NFTA_RULE_COMPAT NFTA_RULE_POSITION") && t.iptRule(r, "-D", false)
}

func (t *telling) iptRule(r *iptRequest, verb string, counts bool) bool {
	chain, list := text0(t.attrs().peek("NFTA_RULE_CHAIN")), t.attrs().peek("NFTA_RULE_EXPRESSIONS")
	if !iptChainName(chain) || list == nil {
		return false
	}
	rule := iptRule{t: t, v6: r.tool == "ip6tables"}
	if !rule.expressions(list) {
		return false
	}
	r.words = append([]string{verb, chain}, rule.words(counts)...)
	r.own = rule.extensions || t.attrs().has("NFTA_RULE_COMPAT")
	return true
}

// iptTargetNames are names that iptables takes for targets, so that no chain has them
// that is jumped to.
var iptTargetNames = wordSet(`ACCEPT DROP QUEUE RETURN AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DNPT DSCP
	ECN HL HMARK IDLETIMER LED LOG MARK MASQUERADE MIRROR NETMAP NFLOG NFQUEUE NOTRACK RATEEST REDIRECT REJECT SAME SECMARK SET SNAT
	SNPT SYNPROXY TARPIT TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG ERROR standard`)

func wordSet(s string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		all[w] = true
	}
	return all
}

// iptChainName says whether iptables takes a name for that of a chain. It looks for a
// library of the name first, so that none with a slash may reach it.
func iptChainName(s string) bool {
	if s == "" || len(s) > 28 || iptTargetNames[s] || s[0] == '-' || s[0] == '!' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("_-.:+@=#~%,", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// restored puts a whole transaction into one command of iptables: what is one request
// as that command, several as lines of iptables-restore, which sends them as one
// transaction again. false: it is not of iptables, or not all of it has words.
func (s *Speaker) restored(m *decode.Message, b *nft.Batch) (c Command, ok bool) {
	var requests []iptRequest
	own, first := false, iptRequest{}
	for x := range m.Siblings() {
		in, ok := s.nft.BatchOf(x)
		if !ok || in.Number != b.Number || in.Index == 0 {
			continue
		}
		r, ok := iptables(x, s.nft.Body(x))
		if first.tool == "" {
			first = r
		}
		if !ok || r.tool != first.tool || r.table != first.table {
			return c, false
		}
		own = own || r.own
		if len(r.words) > 0 {
			requests = append(requests, r)
		}
	}
	switch {
	case !own || len(requests) == 0:
		return c, false
	case len(requests) == 1:
		return requests[0].command(), true
	}
	c = Command{Words: []string{first.tool + "-restore", "--noflush"}, Input: []string{"*" + first.table}}
	for i := range requests {
		line, ok := restoreLine(requests[i].words)
		if !ok {
			return Command{}, false
		}
		c.Input = append(c.Input, line)
	}
	c.Input = append(c.Input, "COMMIT")
	return c, true
}

// restoreLine writes words as a line of iptables-restore, which knows double quotes
// and a backslash within them (xshared.c, add_param_to_argv). false: it is longer than
// iptables reads.
func restoreLine(words []string) (string, bool) {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if w == "" || len(w) > 1000 || strings.ContainsAny(w, "\n\x00") {
			return "", false
		}
		if bare(w) {
			b.WriteString(w)
			continue
		}
		b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w) + `"`)
	}
	return b.String(), b.Len() < 10000
}
