// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

func (r *rule) counter(a []decode.Node) {
	r.word(fmt.Sprintf("counter packets %d bytes %d", val(a, "NFTA_COUNTER_PACKETS"), val(a, "NFTA_COUNTER_BYTES")))
}

func (r *rule) limit(a []decode.Node) { r.word("limit " + limitText(a)) }

// bytesText writes a number of bytes with the unit that divides it.
func bytesText(n uint64) (uint64, string) {
	units := [...]string{"bytes", "kbytes", "mbytes", "gbytes"}
	i := 0
	for n != 0 && n%1024 == 0 && i < len(units)-1 {
		n /= 1024
		i++
	}
	return n, units[i]
}

// defaultBurst is what nft sends where nobody says a burst, and does not print.
const defaultBurst = 5

func limitText(a []decode.Node) string {
	s := "rate "
	if val(a, "NFTA_LIMIT_FLAGS")&1 != 0 {
		s += "over "
	}
	unit := val(a, "NFTA_LIMIT_UNIT")
	per := map[uint64]string{1: "second", 60: "minute", 3600: "hour", 86400: "day", 604800: "week"}[unit]
	if per == "" {
		per = fmt.Sprintf("[%d s]", unit)
	}
	rate, burst := val(a, "NFTA_LIMIT_RATE"), val(a, "NFTA_LIMIT_BURST")
	if val(a, "NFTA_LIMIT_TYPE") == 1 {
		n, u := bytesText(rate)
		s += fmt.Sprintf("%d %s/%s", n, u, per)
		if burst != 0 && burst != defaultBurst {
			n, u = bytesText(burst)
			s += fmt.Sprintf(" burst %d %s", n, u)
		}
		return s
	}
	s += fmt.Sprintf("%d/%s", rate, per)
	if burst != 0 && burst != defaultBurst {
		s += fmt.Sprintf(" burst %d packets", burst)
	}
	return s
}

func (r *rule) connlimit(a []decode.Node) { r.word("ct count " + connlimitText(a)) }

func connlimitText(a []decode.Node) string {
	over := ""
	if val(a, "NFTA_CONNLIMIT_FLAGS")&1 != 0 {
		over = "over "
	}
	return over + strconv.FormatUint(val(a, "NFTA_CONNLIMIT_COUNT"), 10)
}

func (r *rule) quota(a []decode.Node) { r.word("quota " + quotaText(a)) }

func quotaText(a []decode.Node) string {
	s := ""
	if val(a, "NFTA_QUOTA_FLAGS")&1 != 0 {
		s = "over "
	}
	n, u := bytesText(val(a, "NFTA_QUOTA_BYTES"))
	s += fmt.Sprintf("%d %s", n, u)
	if used := val(a, "NFTA_QUOTA_CONSUMED"); used != 0 {
		n, u = bytesText(used)
		s += fmt.Sprintf(" used %d %s", n, u)
	}
	return s
}

func (r *rule) last(a []decode.Node) {
	if val(a, "NFTA_LAST_SET") == 0 && r.lines.exact {
		r.word("last") // not every nft reads the words that it prints
		return
	}
	if val(a, "NFTA_LAST_SET") == 0 {
		r.word("last used never")
		return
	}
	r.word("last used " + duration(val(a, "NFTA_LAST_MSECS")))
}

var logLevels = [...]string{"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"}

func (r *rule) log(a []decode.Node) {
	s := "log"
	if p := str(a, "NFTA_LOG_PREFIX"); p != "" {
		s += " prefix " + strconv.QuoteToGraphic(p)
	}
	if n, ok := num(a, "NFTA_LOG_GROUP"); ok {
		s += fmt.Sprintf(" group %d", n)
		if v := val(a, "NFTA_LOG_SNAPLEN"); v != 0 {
			s += fmt.Sprintf(" snaplen %d", v)
		}
		if v := val(a, "NFTA_LOG_QTHRESHOLD"); v != 0 {
			s += fmt.Sprintf(" queue-threshold %d", v)
		}
	} else if n, ok := num(a, "NFTA_LOG_LEVEL"); ok && n != 4 {
		if n < uint64(len(logLevels)) {
			s += " level " + logLevels[n]
		} else {
			s += fmt.Sprintf(" level [%d]", n)
		}
	}
	if f := val(a, "NFTA_LOG_FLAGS"); f&0x2f == 0x2f {
		s += " flags all"
	} else {
		switch f & 3 {
		case 1:
			s += " flags tcp sequence"
		case 2:
			s += " flags tcp options"
		case 3:
			s += " flags tcp sequence,options"
		}
		for _, x := range []struct {
			bit  uint64
			name string
		}{{4, "ip options"}, {8, "skuid"}, {0x20, "ether"}} {
			if f&x.bit != 0 {
				s += " flags " + x.name
			}
		}
	}
	r.word(s)
}

func (r *rule) queue(a []decode.Node) {
	s := "queue"
	var flags []string
	f := val(a, "NFTA_QUEUE_FLAGS")
	if f&1 != 0 {
		flags = append(flags, "bypass")
	}
	if f&2 != 0 {
		flags = append(flags, "fanout")
	}
	if flags != nil {
		s += " flags " + strings.Join(flags, ",")
	}
	if _, ok := num(a, "NFTA_QUEUE_SREG_QNUM"); ok {
		r.word(s + " to " + r.source(a, "NFTA_QUEUE_SREG_QNUM", &slot{typ: lookupType("hostinteger"), host: true}))
		return
	}
	n, total := val(a, "NFTA_QUEUE_NUM"), val(a, "NFTA_QUEUE_TOTAL")
	s += fmt.Sprintf(" to %d", n)
	if total > 1 {
		s += fmt.Sprintf("-%d", n+total-1)
	}
	r.word(s)
}

func (r *rule) reject(a []decode.Node) {
	code := val(a, "NFTA_REJECT_ICMP_CODE")
	names, with := icmpCodes, "icmp"
	switch val(a, "NFTA_REJECT_TYPE") {
	case 1:
		r.word("reject with tcp reset")
		return
	case 2:
		if code == 1 && r.family == 1 {
			r.word("reject")
			return
		}
		names, with = icmpxCodes, "icmpx"
	default:
		if r.family == 10 || r.deps[baseNet].proto == "ip6" {
			names, with = icmpv6Codes, "icmpv6"
		}
		if r.family == 1 || r.family == 7 {
			r.imply(&slot{layer: baseTransport + 1, proto: with})
		}
		if code == 3 && with == "icmp" && r.family == 2 || code == 4 && with == "icmpv6" && r.family == 10 {
			r.word("reject")
			return
		}
	}
	text := names[code]
	if text == "" {
		text = strconv.FormatUint(code, 10)
	}
	r.word("reject with " + with + " " + text)
}

func (r *rule) synproxy(a []decode.Node) { r.word("synproxy " + synproxyText(a)) }

func synproxyText(a []decode.Node) string {
	var s []string
	flags := val(a, "NFTA_SYNPROXY_FLAGS")
	if flags&1 != 0 {
		s = append(s, fmt.Sprintf("mss %d", val(a, "NFTA_SYNPROXY_MSS")))
	}
	if flags&2 != 0 {
		s = append(s, fmt.Sprintf("wscale %d", val(a, "NFTA_SYNPROXY_WSCALE")))
	}
	if flags&8 != 0 {
		s = append(s, "timestamp")
	}
	if flags&4 != 0 {
		s = append(s, "sack-perm")
	}
	return strings.Join(s, " ")
}

// natFlags are NF_NAT_RANGE_* that a rule names.
func natFlags(f uint64) string {
	var s []string
	for _, x := range []struct {
		bit  uint64
		name string
	}{{4, "random"}, {16, "fully-random"}, {8, "persistent"}} {
		if f&x.bit != 0 {
			s = append(s, x.name)
		}
	}
	if s == nil {
		return ""
	}
	return " " + strings.Join(s, ",")
}

// target writes an address and port, or ranges of them.
func (r *rule) target(a []decode.Node, addrMin, addrMax, portMin, portMax string, family uint64) string {
	addr, port := lookupType("ipv4_addr"), &slot{typ: lookupType("inet_service")}
	if family == 10 {
		addr = lookupType("ipv6_addr")
	}
	one := func(attr string, s *slot) string {
		if _, ok := num(a, attr); !ok {
			return ""
		}
		return r.source(a, attr, s)
	}
	mapped := false
	if v := r.reg(a, addrMin); v != nil && !v.imm {
		mapped = true
	}
	to := one(addrMin, &slot{typ: addr})
	if mapped {
		return to
	}
	if to != "" {
		lo, end := r.reg(a, addrMin), r.reg(a, addrMax)
		if hi := one(addrMax, &slot{typ: addr}); hi != "" && hi != to {
			if p := prefixOf(lo.value, end.value); lo.imm && end.imm && p != "" {
				to = p
			} else {
				to += "-" + hi
			}
		}
	}
	p := one(portMin, port)
	if p == "" {
		return to
	}
	if hi := one(portMax, port); hi != "" && hi != p {
		p += "-" + hi
	}
	if family == 10 && to != "" {
		to = "[" + strings.ReplaceAll(to, "-", "]-[") + "]"
	}
	return to + ":" + p
}

func (r *rule) nat(a []decode.Node) {
	s := [...]string{"snat", "dnat"}[val(a, "NFTA_NAT_TYPE")&1]
	family := val(a, "NFTA_NAT_FAMILY")
	flags := val(a, "NFTA_NAT_FLAGS")
	// nft names the family where that of the table does not tell it, and where an
	// address is looked up together with more.
	if v := r.reg(a, "NFTA_NAT_REG_ADDR_MIN"); r.family == 1 || r.family == 7 || v != nil && v.many {
		s += map[uint64]string{2: " ip", 10: " ip6"}[family]
	}
	if flags&0x40 != 0 { // NF_NAT_RANGE_NETMAP
		s += " prefix"
	}
	to := r.target(a, "NFTA_NAT_REG_ADDR_MIN", "NFTA_NAT_REG_ADDR_MAX", "NFTA_NAT_REG_PROTO_MIN", "NFTA_NAT_REG_PROTO_MAX", family)
	if to != "" {
		to = " to " + to
	}
	r.word(s + to + natFlags(flags))
}

func (r *rule) masq(a []decode.Node) {
	to := r.target(a, "", "", "NFTA_MASQ_REG_PROTO_MIN", "NFTA_MASQ_REG_PROTO_MAX", 2)
	if to != "" {
		to = " to " + to
	}
	r.word("masquerade" + to + natFlags(val(a, "NFTA_MASQ_FLAGS")))
}

func (r *rule) redir(a []decode.Node) {
	to := r.target(a, "", "", "NFTA_REDIR_REG_PROTO_MIN", "NFTA_REDIR_REG_PROTO_MAX", 2)
	if to != "" {
		to = " to " + to
	}
	r.word("redirect" + to + natFlags(val(a, "NFTA_REDIR_FLAGS")))
}

func (r *rule) tproxy(a []decode.Node) {
	family := val(a, "NFTA_TPROXY_FAMILY")
	s := "tproxy"
	if r.family == 1 {
		s += map[uint64]string{2: " ip", 10: " ip6"}[family]
	}
	r.word(s + " to " + r.target(a, "NFTA_TPROXY_REG_ADDR", "", "NFTA_TPROXY_REG_PORT", "", family))
}

func (r *rule) dup(a []decode.Node) {
	dev := &slot{typ: lookupType("iface_index"), host: true}
	if _, ok := num(a, "NFTA_DUP_SREG_ADDR"); !ok {
		r.word("dup to " + r.source(a, "NFTA_DUP_SREG_DEV", dev))
		return
	}
	addr := lookupType("ipv4_addr")
	if v := r.reg(a, "NFTA_DUP_SREG_ADDR"); v != nil && len(v.value) == 16 {
		addr = lookupType("ipv6_addr")
	}
	s := "dup to " + r.source(a, "NFTA_DUP_SREG_ADDR", &slot{typ: addr})
	if _, ok := num(a, "NFTA_DUP_SREG_DEV"); ok {
		s += " device " + r.source(a, "NFTA_DUP_SREG_DEV", dev)
	}
	r.word(s)
}

func (r *rule) fwd(a []decode.Node) {
	s := "fwd"
	if family, ok := num(a, "NFTA_FWD_NFPROTO"); ok {
		addr := "ipv4_addr"
		if family == 10 {
			s, addr = s+" ip6", "ipv6_addr"
		} else {
			s += " ip"
		}
		s += " to " + r.source(a, "NFTA_FWD_SREG_ADDR", &slot{typ: lookupType(addr)}) + " device"
	} else {
		s += " to"
	}
	r.word(s + " " + r.source(a, "NFTA_FWD_SREG_DEV", &slot{typ: lookupType("iface_index"), host: true}))
}

// xt writes an extension of xtables: its name, and what of its struct is not
// zero.
func (r *rule) xt(a []decode.Node, prefix string) {
	s := "xt " + strings.ToLower(strings.TrimPrefix(prefix, "NFTA_")) + " " + strconv.QuoteToASCII(str(a, prefix+"_NAME"))
	if rev := val(a, prefix+"_REV"); rev != 0 {
		s += fmt.Sprintf(" rev %d", rev)
	}
	if info := find(a, prefix+"_INFO"); info != nil {
		if !info.Nested {
			s += " " + raw(info.Raw)
		} else if parts := xtParts(info.Children, 0); parts != "" {
			s += " {" + parts + " }"
		}
	}
	if r.lines.exact {
		s = "[" + s + "]" // nft cannot read it
	}
	r.word(s)
}

func xtParts(nodes []decode.Node, depth int) string {
	if depth > maxNested {
		return " [nested too deep]"
	}
	s, last := "", -1
	for i := range nodes {
		if !allZero(nodes[i].Raw) {
			last = i
		}
	}
	for i := range nodes[:last+1] {
		n := &nodes[i]
		if n.Hidden || !n.Elem && allZero(n.Raw) {
			continue
		}
		v := ""
		switch x := n.Value.(type) {
		case string:
			v = decode.Quote(x)
			if x == "" {
				continue
			}
		case []string:
			v = strings.Join(x, "|")
		case uint64:
			v = strconv.FormatUint(x, 10)
		case int64:
			v = strconv.FormatInt(x, 10)
		}
		if n.Text != "" {
			v = n.Text
		}
		if n.Kind() == schema.Opaque {
			v = trimmed(n.Raw)
		}
		if n.Nested {
			v = "{" + xtParts(n.Children, depth+1) + " }"
		} else if v == "" {
			v = raw(n.Raw)
		}
		if n.Elem || n.Name == "" {
			s += " " + v
		} else {
			s += " " + n.Name + " " + v
		}
	}
	return s
}

// trimmed writes bytes without the zeros at their end, and says how many.
func trimmed(b []byte) string {
	n := len(b)
	for n > 0 && b[n-1] == 0 {
		n--
	}
	if len(b)-n < 8 {
		return raw(b)
	}
	return raw(b[:n]) + fmt.Sprintf("[+%d zeros]", len(b)-n)
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
