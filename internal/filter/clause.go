// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// Clause is a condition about one thing, and its opposite, as expressions. The zero value
// says nothing.
type Clause struct{ Yes, No string }

// longest is how many bytes of a value are compared; of longer ones a clause asks only
// whether they are there.
const longest = 200

// Is compares a name of the language with a string, a bool, or a number. What the language
// cannot write (text that is not UTF-8) makes an empty clause.
func Is(name string, value any) Clause {
	text, ok := literal(value)
	if !ok {
		return Clause{}
	}
	return Clause{name + " == " + text, name + " != " + text}
}

// Family says of which family a message is: of one that nobody could tell, which is called
// like its protocol, of which protocol.
func Family(name string) Clause {
	if guessFamily(name) != "" {
		if p, err := capture.ParseProtocol(name); err == nil {
			return Is("protocol", capture.ProtocolName(p))
		}
	}
	return Is("family", name)
}

// Contains says that a list has a value.
func Contains(list string, value any) Clause {
	text, ok := literal(value)
	if !ok {
		return Clause{}
	}
	return Clause{text + " in " + list, text + " not in " + list}
}

// Has says that there is such an attribute.
func Has(attr string) Clause {
	yes := "has(" + strconv.Quote(attr) + ")"
	return Clause{yes, "not " + yes}
}

// All joins clauses; empty ones are left out.
func All(clauses ...Clause) Clause {
	var parts []string
	var only Clause
	for _, c := range clauses {
		if c.Yes != "" {
			parts, only = append(parts, c.Yes), c
		}
	}
	if len(parts) < 2 {
		return only
	}
	yes := strings.Join(parts, " && ")
	return Clause{yes, "not (" + yes + ")"}
}

// Both is the expression that passes what both pass; "" passes everything.
func Both(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return alone(a) + " && " + alone(b)
}

// alone puts an expression into parentheses where something in it may bind less tightly
// than &&.
func alone(expr string) string {
	for _, s := range []string{"||", " or ", "?", ";"} {
		if strings.Contains(expr, s) {
			return "(" + expr + ")"
		}
	}
	return expr
}

// literal writes a value as the language does.
func literal(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return strconv.Quote(v), utf8.ValidString(v) && len(v) <= longest
	case bool, int, int32, int64, uint8, uint16, uint32:
		return fmt.Sprint(v), true
	case uint64:
		if v > math.MaxInt64 { // no number of the language, but a float is near enough to be equal
			text := strconv.FormatFloat(float64(v), 'e', -1, 64)
			return text, uint64(float64(v)) == v
		}
		return fmt.Sprint(v), true
	}
	return "", false
}

// Of is what an expression says of an observation by one of the names of the language,
// such as "proc.pid"; an empty clause: nothing, or it is no text and no number.
func Of(x *correlate.Observation, name string) Clause {
	e := environment{Proc: new(process), Cause: new(process), Trigger: new(trigger)}
	e.fill(x, &asked{flags: true, cause: true, cmdline: true, identity: true})
	v := reflect.ValueOf(&e)
	for part := range strings.SplitSeq(name, ".") {
		if v = tagged(reflect.Indirect(v), part); !v.IsValid() {
			return Clause{}
		}
	}
	switch {
	case v.Kind() == reflect.Slice:
		var all []Clause
		for i := range v.Len() {
			all = append(all, Contains(name, v.Index(i).Interface()))
		}
		return All(all...)
	case v.IsZero():
		return Clause{}
	case name == "family":
		return Family(e.Family)
	}
	return Is(name, v.Interface())
}

// tagged is the field that a user writes as name.
func tagged(v reflect.Value, name string) reflect.Value {
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if tag := v.Type().Field(i).Tag.Get("expr"); strings.TrimPrefix(tag, "·") == name {
				return v.Field(i)
			}
		}
	}
	return reflect.Value{}
}

// Attribute is what an expression says of a node of the message of an observation. Of a
// node that has no name, or that is of a message that an error quotes, it can say nothing;
// of one that is redacted, or too long, only that it is there.
func Attribute(x *correlate.Observation, n *decode.Node) Clause {
	found, ok := lookup(x, n.Name)
	if n.Name == "" || !ok {
		return Clause{}
	}
	value, ok := comparison(n)
	if !ok {
		return Has(n.Name)
	}
	is := Is("attr("+strconv.Quote(n.Name)+")", value)
	if !equal(valueOf(&found), valueOf(n)) {
		is = Contains("attrs("+strconv.Quote(n.Name)+")", value)
		if all, _ := attrs(x, n.Name); !in(valueOf(n), all) {
			return Clause{}
		}
	}
	if is.Yes == "" {
		return Has(n.Name)
	}
	return is
}

// comparison is what a node is compared with.
func comparison(n *decode.Node) (any, bool) {
	if n.Redacted || n.Nested {
		return nil, false
	}
	switch v := n.Value.(type) {
	case nil:
		return fmt.Sprintf("%x", n.Raw), len(n.Raw) > 0
	case []string:
		return n.Num, numeric(n.Kind())
	default:
		return v, true
	}
}
