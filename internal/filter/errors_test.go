// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"errors"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Each case is the text of the error as the user sees it.
func TestCompileErrors(t *testing.T) {
	opts := Known([]*schema.Family{testFamily()})
	for _, want := range []string{
		`unknown name "famly": did you mean "family"?
  famly == "route"
  ^`,
		`unknown name "EEXIST": a text is written in quotes
  error_name == EEXIST
                ^`,
		`unknown name "flag": did you mean "flags"?
  "NLM_F_ACK" in flag
                 ^`,
		`== does not go with a number and a text
  seq == "x"
      ^`,
		`> does not go with a text and a number
  dir == "reply" && family > 3
                           ^`,
		`"=" is no comparison: did you mean "=="?
  family = "route"
         ^`,
		`the expression ends too early
  family ==
           ^`,
		`the expression ends too early
  (family == "route"
                    ^`,
		`unexpected ")"
  family == "route")
                   ^`,
		`the expression is a number, not a condition: compare it with something
  seq
  ^`,
		`the expression is a number, not a condition: compare it with something
  seq + 1
      ^`,
		`an attribute is no condition: compare it, or ask with has(…) whether it is there
  attr("RTA_OIF")
  ^`,
		`an attribute is no condition: compare it, or ask with has(…) whether it is there
  error == 0 && !attr("RTA_OIF")
                 ^`,
		`no attribute is called "RTA_OFI": did you mean "RTA_OIF"?
  attr("RTA_OFI") == 3
       ^`,
		`no attribute is called "RTA_SOMETHING_ELSE"
  has("RTA_SOMETHING_ELSE")
      ^`,
		`type is never "RTM_NEWROUT": did you mean "RTM_NEWROUTE"?
  type == "RTM_NEWROUT"
          ^`,
		`dir is never "requst": did you mean "request"?
  dir in ["reply", "requst"]
                   ^`,
		`dir is never "in": it is one of event, peer, reply, request, unknown
  dir != "in"
         ^`,
		`protocol is never "route": did you mean "NETLINK_ROUTE"?
  protocol == "route"
              ^`,
		`flags is never "NLM_F_AKC": did you mean "NLM_F_ACK"?
  "NLM_F_AKC" in flags
  ^`,
		`error_name is never "EEXISTS": did you mean "EEXIST"?
  error_name == "EEXISTS"
                ^`,
		`a process has no "pdi": did you mean "pid"?
  proc.pdi == 3
       ^`,
		`a text has no "x"
  family.x == 3
         ^`,
		`attr takes a text, not a number
  attr(3) == 1
       ^`,
		`not enough arguments to call attr
  attr() == 1
  ^`,
		`the regular expression is wrong: missing closing ]: ` + "`[`" + `
  proc.comm matches "["
            ^`,
		`unknown name "now": compare time with date(…), so that a recording gives the same as the live run
  time > now()
         ^`,
		`unknown name "$env"
  $env.family == "route"
  ^`,
		`"problem" has a meaning already
  let problem = "x"; problem == "x"
      ^`,
		`cannot redeclare family
  let family = "x"; family == "x"
      ^`,
		// Tabs stay tabs, wide runes take two columns, combining ones none.
		`unknown name "famly": did you mean "family"?
  	proc.comm	== "x" &&	famly == "route"
  	         	         	^`,
		`unknown name "famly": did you mean "family"?
  proc.comm == "世界" && famly == "x"
                         ^`,
		"unknown name \"famly\": did you mean \"family\"?\n" +
			"  proc.comm == \"e\u0301\" && famly == \"x\"\n" +
			"                      ^",
		// The caret stands under the line in question.
		`unknown name "famly": did you mean "family"?
  proc.comm == "zebra" &&
    famly == "route" &&
    ^
  error != 0`,
	} {
		lines := strings.Split(want, "\n")[1:]
		var src []string
		for _, l := range lines {
			if trimmed := strings.TrimLeft(l, " \t"); trimmed != "^" {
				src = append(src, strings.TrimPrefix(l, "  "))
			}
		}
		_, err := opts.Compile(strings.Join(src, "\n"))
		if err == nil {
			t.Errorf("no error, want\n%s", want)
			continue
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("error is a %T", err)
		}
		if err.Error() != want {
			t.Errorf("got\n%s\nwant\n%s", err, want)
		}
	}
}

// What would move the cursor of a terminal is not printed.
func TestErrorIsPrintable(t *testing.T) {
	_, err := Compile("famly == \"\x1b[2J\x07\xff\" && \r")
	if err == nil {
		t.Fatal("no error")
	}
	for _, r := range err.Error() {
		if r < ' ' && r != '\n' {
			t.Errorf("%q contains %q", err, r)
		}
	}
}

func TestCompileAccepts(t *testing.T) {
	opts := Known([]*schema.Family{testFamily()})
	for _, src := range []string{
		`type == "NLMSG_ERROR"`, `type in ["RTM_NEWROUTE", "NFNL_MSG_BATCH_BEGIN"]`, `type startsWith "RTM_"`,
		`attr("DEVPATH") contains "net"`, `attr("ID_MODEL") == "x"`, `attr("POWER_SUPPLY_NAME") == "x"`,
		`attr("nfgen_family") == 2 || attr("NLMSGERR_ATTR_MSG") contains "x" || has("HOP_OIF")`,
		`verdict == "" || outcome == ""`, `"0x800" in flags`, `"family == route" == family`,
	} {
		if _, err := opts.Compile(src); err != nil {
			t.Errorf("%v", err)
		}
	}
	if _, err := Compile(`type == "VND_SOMETHING" && attr("VND_A_SOMETHING") == 1`); err != nil {
		t.Errorf("without knowledge of names: %v", err)
	}
}

// Resources of a compilation are bounded.
func TestCompileBounds(t *testing.T) {
	for name, src := range map[string]string{
		"long":        strings.Repeat(" ", maxSource) + "true",
		"many nodes":  "true" + strings.Repeat(" && true", maxNodes/2),
		"parentheses": strings.Repeat("(", maxSource/2) + "true",
		"negations":   strings.Repeat("!", maxSource-4) + "true",
	} {
		if _, err := Compile(src); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Compile(strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000)); err != nil {
		t.Error(err)
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"famly", "family", 1}, {"RTA_OFI", "RTA_OIF", 1},
		{"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abcdefgh", "x", 5}, {"ca", "abc", 3},
	} {
		for _, p := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := distance(p[0], p[1], 5); got != tt.want {
				t.Errorf("distance(%q, %q) = %d, want %d", p[0], p[1], got, tt.want)
			}
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		`family == "route" && type == "RTM_NEWROUTE" && proc.comm == "zebra" && error != 0 && attr("RTA_OIF") == 3`,
		`any(attrs("RTA_OIF"), # in [1, 2.5, "x", nil]) or 1 < attr("A") < 3`,
		`let x = attr("A") ?? 3; x matches "[a-z]" ? x not in 1..5 : !has("B")`,
		`if flags == [] { true } else { problem contains "世" }`,
		"famly\t== \"\xff\"\n&& (", `proc?.pid in [1,2] | len()`, `len(len) == len`, `problem()`, `::len(flags) > 0`,
		`attrs("A")?.[0].x["y"][1:2] == {"a": #}`, `reduce(attrs("A"), #acc + #) ** 2 % 3 == 1`, `attr(attr("A"))`, `b"\x00" == 'x'`,
	} {
		f.Add(src)
	}
	request, failed := exchange(f)
	f.Fuzz(func(t *testing.T, src string) {
		c, err := Compile(src)
		if err != nil {
			if text := err.Error(); text == "" || strings.ContainsAny(text, "\x1b\x07\r") {
				t.Errorf("error %q", text)
			}
			return
		}
		for _, x := range []int{0, 1} {
			o := &request
			if x == 1 {
				o = &failed
			}
			if before := c.Errors(); c.Match(o) && c.Errors() != before {
				t.Error("passes although it failed")
			} else if c.Match(o) && !passes(c.Pushdown(), o.Frame) {
				t.Errorf("%+v leaves out what matches", c.Pushdown())
			}
		}
	})
}

// TestKnownEverywhere: a name may stand in any layout that a message can have.
func TestKnownEverywhere(t *testing.T) {
	attr := func(name string) *schema.Set {
		return &schema.Set{Name: "X", Attrs: []schema.Attr{{ID: 1, Name: name}}}
	}
	length := &schema.Set{Name: "X", Attrs: []schema.Attr{{ID: 1, Name: "X", Type: schema.Type{
		ByLen: map[int]*schema.Type{4: {Kind: schema.Nest, Set: attr("X_BY_LENGTH")}}}}}}
	f := &schema.Family{Name: "x", Messages: []schema.Message{{
		Name: "X_GET", Set: length,
		Dump:     &schema.Variant{Set: attr("X_DUMPED")},
		Variants: &schema.Variants{Width: 1, Cases: map[uint64]schema.Variant{2: {Name: "X_GET_TWO", Set: attr("X_TWO")}}},
	}}}
	for _, src := range []string{
		`attr("X_BY_LENGTH") == 1`, `attr("X_DUMPED") == 1`, `attr("X_TWO") == 1`, `type == "X_GET_TWO"`,
		`attr("NLMSGERR_ATTR_OFFS") == 1`,
	} {
		if _, err := Known([]*schema.Family{f}).Compile(src); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
	if _, err := Known([]*schema.Family{f}).Compile(`attr("X_THREE") == 1`); err == nil {
		t.Error("a name that is nowhere is known")
	}
}
