// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A reader of UAPI headers: enums and numeric #defines, which is all that the
// tables need. It is no C compiler: conditionals are taken as if every branch
// held, and a value that it cannot work out is left out and not guessed.

// item is one enumerator or #define.
type item struct {
	name  string
	value uint64
	ok    bool // the value is known
}

// block is one enum.
type block struct {
	tag   string
	items []item
}

type header struct {
	enums   []block
	defines []item
	values  map[string]uint64
}

var (
	reComment  = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	reContinue = regexp.MustCompile(`\\\n`)
	reDefine   = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)(\([^)\n]*\))?[ \t]*([^\n]*)$`)
	reLine     = regexp.MustCompile(`(?m)^[ \t]*#[^\n]*$`)
	reEnum     = regexp.MustCompile(`\benum\s*(\w*)\s*\{([^{}]*)\}`)
	reSuffix   = regexp.MustCompile(`\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b`)
	reCast     = regexp.MustCompile(`\(\s*(?:__force\s+)?(?:__be16|__be32|__be64|__u8|__u16|__u32|__u64|int|unsigned int)\s*\)`)
)

// parseHeader reads the enums and defines of a C header. Values of other
// headers are not at hand; outer adds some.
func parseHeader(src string, outer map[string]uint64) *header {
	src = reContinue.ReplaceAllString(reComment.ReplaceAllString(src, " "), " ")
	h := &header{values: map[string]uint64{}}
	for k, v := range outer {
		h.values[k] = v
	}
	for _, m := range reEnum.FindAllStringSubmatch(reLine.ReplaceAllString(src, ""), -1) {
		h.enums = append(h.enums, h.parseEnum(m[1], m[2]))
	}
	for _, m := range reDefine.FindAllStringSubmatch(src, -1) {
		name, args, expr := m[1], m[2], strings.TrimSpace(m[3])
		if args != "" || expr == "" || expr == name {
			continue
		}
		it := item{name: name}
		it.value, it.ok = h.eval(expr)
		if it.ok {
			h.values[name] = it.value
		}
		h.defines = append(h.defines, it)
	}
	return h
}

func (h *header) parseEnum(tag, body string) block {
	b := block{tag: tag}
	next, known := uint64(0), true
	for _, part := range strings.Split(body, ",") {
		name, expr, given := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if given {
			next, known = h.eval(strings.TrimSpace(expr))
		}
		b.items = append(b.items, item{name: name, value: next, ok: known})
		if known {
			h.values[name] = next
		}
		next++
	}
	return b
}

// eval works out a C constant expression. Go's syntax is close enough once the
// suffixes, casts and the complement are translated; precedence differs only
// for expressions that no header has without parentheses.
func (h *header) eval(expr string) (uint64, bool) {
	expr = reSuffix.ReplaceAllString(expr, "$1")
	expr = reCast.ReplaceAllString(expr, "")
	expr = strings.ReplaceAll(expr, "~", "^")
	e, err := parser.ParseExpr(expr)
	if err != nil {
		return 0, false
	}
	return h.number(e)
}

func (h *header) number(e ast.Expr) (uint64, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		v, err := strconv.ParseUint(e.Value, 0, 64)
		return v, err == nil && e.Kind == token.INT
	case *ast.Ident:
		v, ok := h.values[e.Name]
		return v, ok
	case *ast.ParenExpr:
		return h.number(e.X)
	case *ast.UnaryExpr:
		v, ok := h.number(e.X)
		switch e.Op {
		case token.SUB:
			return -v, ok
		case token.XOR:
			return ^v, ok
		}
	case *ast.CallExpr:
		return h.call(e)
	case *ast.BinaryExpr:
		x, ok1 := h.number(e.X)
		y, ok2 := h.number(e.Y)
		return binaryOp(e.Op, x, y, ok1 && ok2)
	}
	return 0, false
}

func binaryOp(op token.Token, x, y uint64, ok bool) (uint64, bool) {
	switch op {
	case token.SHL:
		return x << y, ok
	case token.SHR:
		return x >> y, ok
	case token.OR:
		return x | y, ok
	case token.AND:
		return x & y, ok
	case token.ADD:
		return x + y, ok
	case token.SUB:
		return x - y, ok
	case token.MUL:
		return x * y, ok
	}
	return 0, false
}

// call knows the macros that headers wrap around numbers. The byte swaps stay
// what they are written as: tables name them as read in network byte order.
func (h *header) call(e *ast.CallExpr) (uint64, bool) {
	f, ok := e.Fun.(*ast.Ident)
	if !ok || len(e.Args) != 1 {
		return 0, false
	}
	v, known := h.number(e.Args[0])
	switch f.Name {
	case "BIT", "_BITUL", "_BITULL":
		return 1 << v, known
	case "__cpu_to_be16", "__cpu_to_be32", "__constant_htons":
		return v, known
	}
	return 0, false
}

// block finds the enum that begins with this enumerator.
func (h *header) block(first string) *block {
	for i := range h.enums {
		if items := h.enums[i].items; len(items) > 0 && items[0].name == first {
			return &h.enums[i]
		}
	}
	return nil
}

// readHeader reads a header below dir; nil: it is not there.
func readHeader(t *testing.T, dir, name string) *header {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return parseHeader(string(src), nil)
}

// headersVersion is LINUX_VERSION_CODE of installed headers as 6.1 → 601; 0 is
// unknown.
func headersVersion(t *testing.T, dir string) int {
	t.Helper()
	h := readHeader(t, dir, "linux/version.h")
	if h == nil {
		return 0
	}
	code := h.values["LINUX_VERSION_CODE"]
	return int(code>>16)*100 + int(code>>8&0xff)
}

// TestParseHeader shows the reader what the installed headers hold of each
// kind, so that a form it misreads is seen here and not as a missing name.
func TestParseHeader(t *testing.T) {
	h := parseHeader(`
/* enum gone { NOT_ME }; */
enum {
	A_UNSPEC,	/* first, with a comma */
#define A_UNSPEC A_UNSPEC
	A_TWO = 2, // line comment
	A_THREE,
	A_ALIAS = A_THREE,
	A_AFTER,
	__A_MAX,
};
#define A_MAX (__A_MAX - 1)
enum a_tag { B_BIT = (1 << 3), B_LAST = 0x7fUL };
#define FLAG_A		0x0001	/* why */
#define FLAG_B		(1U << 31)
#define FLAG_BOTH	(FLAG_A | \
			 FLAG_B)
#define WIRE		__cpu_to_be16(0x2000)
#define CAST		((__be16)0x0001)
#define NEGATIVE	-1
#define MACRO(x)	((x) + 1)
#define UNKNOWN		(SOMEWHERE_ELSE + 1)
#define GUARD
`, nil)
	want := map[string]uint64{
		"A_UNSPEC": 0, "A_TWO": 2, "A_THREE": 3, "A_ALIAS": 3, "A_AFTER": 4, "A_MAX": 4,
		"B_BIT": 8, "B_LAST": 0x7f, "FLAG_A": 1, "FLAG_B": 1 << 31, "FLAG_BOTH": 1<<31 | 1,
		"WIRE": 0x2000, "CAST": 1, "NEGATIVE": 1<<64 - 1,
	}
	for name, v := range want {
		if got, ok := h.values[name]; !ok || got != v {
			t.Errorf("%s: got %d, %t, want %d", name, got, ok, v)
		}
	}
	for _, name := range []string{"NOT_ME", "MACRO", "UNKNOWN", "GUARD"} {
		if v, ok := h.values[name]; ok {
			t.Errorf("%s has the value %d", name, v)
		}
	}
	if len(h.enums) != 2 || h.enums[1].tag != "a_tag" || h.block("A_UNSPEC") == nil {
		t.Errorf("enums: %s", fmt.Sprint(h.enums))
	}
}
