// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// ss sends its filter as a program (INET_DIAG_REQ_BYTECODE, inet_diag_bc_run in
// net/ipv4/inet_diag.c): steps of which each goes on `yes` bytes further on where its
// condition holds, else `no` bytes. An end at the last byte takes the socket, one four
// bytes behind it does not. What is read here is what ss makes of an expression, and
// no more: of the words it makes the same program again.

const (
	ssMaxSteps = 64   // of a program
	ssMaxTries = 2048 // to take one apart
)

// struct inet_diag_bc_op { unsigned char code, yes; unsigned short no; }, as offsets.
type ssStep struct {
	at, yes, no int
	jump        bool
	not         string // the words for that the condition does not hold; "": "not" before it
	text        string
	families    ssFamilies
}

// ssFamilies are the address families that addresses in a filter are of.
type ssFamilies uint8

const (
	ssInet ssFamilies = 1 << iota
	ssInet6
)

// ssExpr is an expression; op is "and", "or", "not", or "" for a single condition.
type ssExpr struct {
	op        string
	text, not string
}

// ssProgram is a program on its way into words.
type ssProgram struct {
	steps []ssStep
	tried map[[3]int]*ssExpr // nil: it is no expression
	tries int
}

// ssFilter puts a program into ss's words. false: ss made it of no expression.
func ssFilter(t *telling, n *decode.Node) (string, ssFamilies, bool) {
	p := ssProgram{tried: map[[3]int]*ssExpr{}}
	var order binary.ByteOrder = binary.LittleEndian
	if t.m.Frame.BigEndian {
		order = binary.BigEndian
	}
	var families ssFamilies
	end := len(n.Raw)
	for at := 0; at < end; {
		s, ok := ssStepAt(n.Raw, at, order)
		if !ok || len(p.steps) == ssMaxSteps {
			return "", 0, false
		}
		p.steps = append(p.steps, s)
		families |= s.families
		at = s.yes
	}
	if e := p.expr(0, len(p.steps), end, end+4); e != nil {
		return e.text, families, true
	}
	return "", 0, false
}

// ssStepAt reads the step at an offset, of those that ss makes.
func ssStepAt(b []byte, at int, order binary.ByteOrder) (ssStep, bool) {
	if len(b)-at < 4 {
		return ssStep{}, false
	}
	s := ssStep{at: at, yes: at + int(b[at+1]), no: at + int(order.Uint16(b[at+2:]))}
	if s.yes < at+4 || s.yes > len(b) {
		return s, false
	}
	arg, ok := b[at+4:s.yes], false
	switch code := b[at]; code {
	case 1: // INET_DIAG_BC_JMP
		s.jump, ok = true, len(arg) == 0
	case 2, 3, 4, 5: // INET_DIAG_BC_S_GE, S_LE, D_GE, D_LE: the port is the `no` of a second step
		if ok = len(arg) == 4; ok {
			x := [...][3]string{{"sport", ">=", "<"}, {"sport", "<=", ">"}, {"dport", ">=", "<"}, {"dport", "<=", ">"}}[code-2]
			port := " :" + strconv.Itoa(int(order.Uint16(arg[2:])))
			s.text, s.not = x[0]+" "+x[1]+port, x[0]+" "+x[2]+port
		}
	case 6: // INET_DIAG_BC_AUTO
		s.text, ok = "autobound", len(arg) == 0
	case 7, 8: // INET_DIAG_BC_S_COND, D_COND
		ok = s.host(arg, code == 7, order)
	case 10: // INET_DIAG_BC_MARK_COND
		if ok = len(arg) == 8; ok {
			mark := hexNumber(uint64(order.Uint32(arg))) + "/" + hexNumber(uint64(order.Uint32(arg[4:])))
			s.text, s.not = "fwmark = "+mark, "fwmark != "+mark
		}
	}
	return s, ok
}

// host reads struct inet_diag_hostcond { __u8 family, prefix_len; int port; __be32
// addr[]; }; the port -1 is any.
func (s *ssStep) host(b []byte, src bool, order binary.ByteOrder) bool {
	if len(b) < 12 {
		return false
	}
	side := "dst"
	if src {
		side = "src"
	}
	family, bits, port := b[0], int(b[1]), int32(order.Uint32(b[4:]))
	switch {
	case family == unix.AF_UNSPEC && bits == 0 && len(b) == 12 && zero(b[8:]):
		if port < 0 {
			s.text = side + " *"
			return port == -1
		}
		s.text = side[:1] + "port = :" + strconv.Itoa(int(port))
		s.not = side[:1] + "port != :" + strconv.Itoa(int(port))
		return true
	case port < -1 || family == unix.AF_INET && (len(b) != 12 || bits > 32) || family == unix.AF_INET6 && (len(b) != 24 || bits > 128),
		family != unix.AF_INET && family != unix.AF_INET6:
		return false
	}
	a, _ := netip.AddrFromSlice(b[8:])
	word := a.String()
	if bits != a.BitLen() {
		word += "/" + strconv.Itoa(bits)
	}
	s.families = ssInet
	if family == unix.AF_INET6 {
		s.families, word = ssInet6, "["+word+"]"
	}
	if port >= 0 {
		word += ":" + strconv.Itoa(int(port))
	}
	s.text = side + " " + word
	return true
}

// expr puts the steps first to last (which it has not) into words: they go on at ok
// where the expression holds, else at fail. nil: they are no expression.
func (p *ssProgram) expr(first, last, ok, fail int) *ssExpr {
	key := [3]int{first, last, fail}
	if e, known := p.tried[key]; known {
		return e
	}
	if p.tries++; p.tries > ssMaxTries {
		return nil
	}
	p.tried[key] = nil // of itself it is no part
	e := p.take(first, last, ok, fail)
	p.tried[key] = e
	return e
}

func (p *ssProgram) take(first, last, ok, fail int) *ssExpr {
	if last == first {
		return nil
	}
	if last-first == 1 {
		if s := &p.steps[first]; !s.jump && s.yes == ok && s.no == fail {
			return &ssExpr{"", s.text, s.not}
		}
		return nil
	}
	// A or B is A, a jump behind B, over which A jumps, and B. "A or not B" is also "not ( not A and B )":
	// what people write stands first.
	for i := first + 1; i < last-1; i++ {
		if s := &p.steps[i]; s.jump && s.no == ok {
			if a := p.expr(first, i, s.at, s.yes); a != nil {
				if b := p.expr(i+1, last, ok, fail); b != nil {
					return joined("or", a, b)
				}
			}
		}
	}
	// not A is A and a jump behind it to where it fails, over which A jumps.
	if s := &p.steps[last-1]; s.jump && s.no == fail {
		if a := p.expr(first, last-1, s.at, s.yes); a != nil {
			return a.negate()
		}
	}
	// A and B is A, which fails where B fails, and B.
	for i := last - 1; i > first; i-- {
		if b := p.expr(i, last, ok, fail); b != nil && b.op != "and" {
			if a := p.expr(first, i, p.steps[i].at, fail); a != nil {
				return joined("and", a, b)
			}
		}
	}
	return nil
}

func (e *ssExpr) negate() *ssExpr {
	if e.op == "" && e.not != "" {
		return &ssExpr{op: "", text: e.not}
	}
	return &ssExpr{op: "not", text: "not " + e.within("not")}
}

// joined joins two expressions. ss reads "and" and "or" from the left, as one: who
// mixes them needs parentheses.
func joined(op string, a, b *ssExpr) *ssExpr {
	right := b.text
	if b.op == "and" || b.op == "or" {
		right = b.within("")
	}
	return &ssExpr{op: op, text: a.within(op) + " " + op + " " + right}
}

// within is an expression as a part of one of another kind.
func (e *ssExpr) within(op string) string {
	if e.op != op && (e.op == "and" || e.op == "or") {
		return "( " + e.text + " )"
	}
	return e.text
}
