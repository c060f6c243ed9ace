// SPDX-License-Identifier: Apache-2.0

package families

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// INET_DIAG_REQ_BYTECODE is the filter of ss as a program (inet_diag_bc_run in
// net/ipv4/inet_diag.c): struct inet_diag_bc_op { unsigned char code, yes;
// unsigned short no; }, an operand behind some. Where the condition holds the
// program goes on `yes` bytes further on, else `no` bytes. An end exactly at
// the last byte accepts the socket, one beyond it refuses.
//
// Since jumps lead forward only, the program is a graph without cycles, and
// each place in it stands for one expression. Those are put together from the
// end, each place once, so hostile programs cost no more than their length;
// text is bounded too, and a program that is not what a filter compiles to is
// listed step by step.

const (
	inetDiagMaxText = 4096
	inetDiagMaxOps  = 512
)

// bcExpr is a condition, or two expressions joined by "and" or "or".
type bcExpr struct {
	op          string // "" is a leaf
	text        string // of a leaf
	left, right *bcExpr
	size        int
}

var bcAccept, bcReject = &bcExpr{text: "true", size: 4}, &bcExpr{text: "false", size: 5}

type bcStep struct {
	text    string // "" jumps always: as if false
	always  bool   // true whatever the socket
	yes, no int    // absolute
}

func inetDiagBytecode(b []byte, big bool) (string, bool) {
	if len(b) == 0 {
		return "true", true
	}
	steps := map[int]*bcStep{}
	order := []int{}
	for off := 0; off < len(b); {
		s, ok := inetDiagStep(b, off, big)
		if !ok || len(order) == inetDiagMaxOps {
			return "", false
		}
		steps[off] = s
		order = append(order, off)
		// The next step follows where this one goes when it holds; a jump has
		// its `yes` for that alone.
		off = s.yes
	}
	memo := map[int]*bcExpr{}
	for i := len(order) - 1; i >= 0; i-- {
		off := order[i]
		s := steps[off]
		yes, no := bcAt(memo, s.yes, len(b)), bcAt(memo, s.no, len(b))
		if yes == nil || no == nil {
			return bcListing(order, steps, len(b))
		}
		switch {
		case s.always:
			memo[off] = yes
		case s.text == "":
			memo[off] = no
		default:
			memo[off] = bcChoose(&bcExpr{text: s.text, size: len(s.text)}, yes, no)
		}
		if memo[off].size > inetDiagMaxText {
			return bcListing(order, steps, len(b))
		}
	}
	var w strings.Builder
	memo[0].write(&w, "")
	return w.String(), true
}

func bcAt(memo map[int]*bcExpr, off, end int) *bcExpr {
	switch {
	case off == end:
		return bcAccept
	case off > end:
		return bcReject
	}
	return memo[off]
}

// inetDiagStep reads the step at off; it is false where the kernel would
// refuse the program.
func inetDiagStep(b []byte, off int, big bool) (*bcStep, bool) {
	if off+4 > len(b) {
		return nil, false
	}
	o := sockDiagOrder(big)
	s := &bcStep{yes: off + int(b[off+1]), no: off + int(o.Uint16(b[off+2:]))}
	arg := b[off+4:]
	need := func(n int) bool { return len(arg) >= n }
	ok := true
	switch code := b[off]; code {
	case 0: // INET_DIAG_BC_NOP
		s.always = true
	case 1: // INET_DIAG_BC_JMP
	case 2, 3, 4, 5, 11, 12:
		// The port is in the `no` of a struct inet_diag_bc_op of its own.
		if ok = need(4); ok {
			s.text = [...]string{2: "sport >= ", 3: "sport <= ", 4: "dport >= ", 5: "dport <= ", 11: "sport == ", 12: "dport == "}[code] +
				strconv.Itoa(int(o.Uint16(arg[2:])))
		}
	case 6:
		s.text = "autobound"
	case 7, 8:
		s.text, ok = inetDiagHostcond(arg, code == 7, big)
	case 9:
		if ok = need(4); ok {
			s.text = fmt.Sprintf("dev == %d", o.Uint32(arg))
		}
	case 10:
		if ok = need(8); ok {
			s.text = fmt.Sprintf("fwmark == 0x%x/0x%x", o.Uint32(arg), o.Uint32(arg[4:]))
		}
	case 13:
		if ok = need(8); ok {
			s.text = fmt.Sprintf("cgroup == 0x%x", o.Uint64(arg))
		}
	default:
		ok = false
	}
	return s, ok && s.yes >= off+4 && s.no >= off+4
}

// inetDiagHostcond: struct inet_diag_hostcond { __u8 family, prefix_len; int
// port; __be32 addr[]; }; port -1 is any.
func inetDiagHostcond(b []byte, src, big bool) (string, bool) {
	if len(b) < 8 {
		return "", false
	}
	side := "dst"
	if src {
		side = "src"
	}
	port := int32(sockDiagOrder(big).Uint32(b[4:]))
	var addr netip.Addr
	switch {
	case b[0] == 2 && len(b) >= 12:
		addr = netip.AddrFrom4([4]byte(b[8:]))
	case b[0] == 10 && len(b) >= 24:
		addr = netip.AddrFrom16([16]byte(b[8:]))
	case b[0] != 0:
		return "", false
	}
	text := ""
	switch {
	case !addr.IsValid() && port < 0:
		return side + " *", true
	case !addr.IsValid():
		return side[:1] + "port == " + strconv.Itoa(int(port)), true
	case int(b[1]) == addr.BitLen():
		text = addr.String()
	default:
		text = addr.String() + "/" + strconv.Itoa(int(b[1]))
	}
	if port >= 0 {
		if addr.Is6() {
			text = "[" + text + "]"
		}
		text += ":" + strconv.Itoa(int(port))
	}
	return side + " " + text, true
}

// bcChoose is "c ? yes : no" with as few words as possible. Expressions of the
// same place in the program are the same pointer.
func bcChoose(c, yes, no *bcExpr) *bcExpr {
	switch {
	case yes == no:
		return yes
	case yes == bcAccept && no == bcReject:
		return c
	case yes == bcReject && no == bcAccept:
		return bcNot(c)
	case no == bcReject:
		return bcJoin("and", c, yes)
	case yes == bcReject:
		return bcJoin("and", bcNot(c), no)
	case yes == bcAccept:
		return bcJoin("or", c, no)
	case no == bcAccept:
		return bcJoin("or", bcNot(c), yes)
	case no.op == "and" && no.right == yes: // c ? Y : B and Y
		return bcJoin("and", bcJoin("or", c, no.left), yes)
	case yes.op == "and" && yes.right == no:
		return bcJoin("and", bcJoin("or", bcNot(c), yes.left), no)
	case no.op == "or" && no.right == yes:
		return bcJoin("or", bcJoin("and", bcNot(c), no.left), yes)
	case yes.op == "or" && yes.right == no:
		return bcJoin("or", bcJoin("and", c, yes.left), no)
	case yes.op != "" && yes.op == no.op && yes.right == no.right:
		return bcJoin(yes.op, bcChoose(c, yes.left, no.left), yes.right)
	}
	return bcJoin("or", bcJoin("and", c, yes), bcJoin("and", bcNot(c), no))
}

func bcJoin(op string, l, r *bcExpr) *bcExpr {
	return &bcExpr{op: op, left: l, right: r, size: l.size + r.size + 6}
}

func bcNot(c *bcExpr) *bcExpr {
	if rest, ok := strings.CutPrefix(c.text, "not "); ok {
		return &bcExpr{text: rest, size: len(rest)}
	}
	if l, r, ok := strings.Cut(c.text, " <= "); ok {
		return &bcExpr{text: l + " > " + r, size: c.size}
	}
	if l, r, ok := strings.Cut(c.text, " >= "); ok {
		return &bcExpr{text: l + " < " + r, size: c.size}
	}
	return &bcExpr{text: "not " + c.text, size: c.size + 4}
}

// write puts parentheses around an "or" inside an "and", and the other way
// round, as people do.
func (e *bcExpr) write(w *strings.Builder, outer string) {
	if e.op == "" {
		w.WriteString(e.text)
		return
	}
	wrap := outer != "" && outer != e.op
	if wrap {
		w.WriteByte('(')
	}
	e.left.write(w, e.op)
	w.WriteString(" " + e.op + " ")
	e.right.write(w, e.op)
	if wrap {
		w.WriteByte(')')
	}
}

// bcListing writes a program step by step.
func bcListing(order []int, steps map[int]*bcStep, end int) (string, bool) {
	to := func(off int) string {
		switch {
		case off == end:
			return "accept"
		case off > end:
			return "reject"
		}
		return strconv.Itoa(off)
	}
	var w strings.Builder
	for i, off := range order {
		s := steps[off]
		if i > 0 {
			w.WriteString("; ")
		}
		switch {
		case s.always:
			fmt.Fprintf(&w, "%d: goto %s", off, to(s.yes))
		case s.text == "":
			fmt.Fprintf(&w, "%d: goto %s", off, to(s.no))
		default:
			fmt.Fprintf(&w, "%d: %s ? %s : %s", off, s.text, to(s.yes), to(s.no))
		}
	}
	return w.String(), true
}
