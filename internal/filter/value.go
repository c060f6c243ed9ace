// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// value is an attribute in all its faces: RT_TABLE_MAIN is also 254, interface
// 3 also "eth0", 10.0.0.0 also "10.0.0.0/8". Comparisons try them all; all
// else gets the plain one.
type value struct {
	v      any // bool, uint64, int64, string, []string; never nil
	num    uint64
	hasNum bool   // num is the number behind v
	text   string // as nltop prints it; "": like v
}

// valueOf makes a value of a node. Bytes without a known type are their hex, as
// in the JSON output.
func valueOf(n *decode.Node) any {
	if n.Redacted {
		return "redacted" // it is there, and nobody can tell what it was
	}
	if n.Value == nil {
		if n.Nested {
			return true // it is there, and there is no more to say of it
		}
		return fmt.Sprintf("%x", n.Raw)
	}
	v := &value{v: n.Value, text: n.Text}
	switch n.Value.(type) {
	case string, []string:
		v.num, v.hasNum = n.Num, numeric(n.Kind())
	}
	return v
}

// numeric says whether a kind is a number, so that a name stands for one.
func numeric(k schema.Kind) bool {
	switch k {
	case schema.U8, schema.U16, schema.U32, schema.U64, schema.S8, schema.S16, schema.S32, schema.S64,
		schema.Uint, schema.Sint, schema.Bits32:
		return true
	}
	return false
}

// plain returns what arithmetic and the functions of the language take. An
// unsigned number that is too large for int becomes a float.
func plain(a any) any {
	v, ok := a.(*value)
	if !ok {
		return a
	}
	switch n := v.v.(type) {
	case uint64:
		if n > math.MaxInt64 {
			return float64(n)
		}
		return int(n)
	case int64:
		return int(n)
	}
	return v.v
}

var errUnbound = errors.New("attributes cannot be looked up here")

// unbound stands for a function that is always rewritten: a call of it that is
// left over, as a value without arguments, is refused at compile time.
func unbound(...any) (any, error) { return nil, errUnbound }

func arguments(a []any) (*correlate.Observation, string, error) {
	if len(a) == 2 {
		x, _ := a[0].(*correlate.Observation)
		if name, ok := a[1].(string); ok && x != nil {
			return x, name, nil
		}
	}
	return nil, "", errors.New("the name of an attribute is no string")
}

// attr returns a *value, or another value without further faces, or nil.
func attr(a ...any) (any, error) {
	x, name, err := arguments(a)
	if err != nil {
		return nil, err
	}
	n, ok := lookup(x, name)
	if !ok {
		return nil, nil
	}
	return valueOf(&n), nil
}

// attrs returns all values of a name, in the order of the bytes.
func attrs(a ...any) (any, error) {
	x, name, err := arguments(a)
	if err != nil {
		return nil, err
	}
	list := []any{}
	own, request := about(x)
	for _, m := range []*decode.Message{own, request} {
		// Lookup is much cheaper than Body, and most messages have none.
		if m == nil {
			continue
		}
		if _, ok := m.Lookup(name); !ok {
			continue
		}
		b := m.Body()
		list = collect(collect(list, b.Fields, name), b.Attrs, name)
		if len(list) > 0 {
			break
		}
	}
	return list, nil
}

func collect(list []any, nodes []decode.Node, name string) []any {
	for i := range nodes {
		n := &nodes[i]
		if n.Name == name {
			list = append(list, valueOf(n))
		}
		list = collect(list, n.Children, name)
	}
	return list
}

// number is any Go number, exactly: an integer as sign and magnitude, or a
// float.
type number struct {
	neg   bool
	mag   uint64
	f     float64
	float bool
}

func numberOf(a any) (number, bool) {
	switch n := a.(type) {
	case int:
		return signed(int64(n)), true
	case int64:
		return signed(n), true
	case uint64:
		return number{mag: n}, true
	case float64:
		return number{f: n, float: true}, true
	case *value:
		if n.hasNum {
			return number{mag: n.num}, true
		}
		switch v := n.v.(type) {
		case uint64:
			return number{mag: v}, true
		case int64:
			return signed(v), true
		}
		return number{}, false
	case nil, bool, string, []any, []string:
		return number{}, false
	}
	switch v := reflect.ValueOf(a); {
	case v.CanInt():
		return signed(v.Int()), true
	case v.CanUint():
		return number{mag: v.Uint()}, true
	case v.CanFloat():
		return number{f: v.Float(), float: true}, true
	}
	return number{}, false
}

func signed(n int64) number {
	if n < 0 {
		return number{neg: true, mag: -uint64(n)}
	}
	return number{mag: uint64(n)}
}

// compare returns -1, 0 or 1; ok is false where one is NaN.
func (n number) compare(m number) (c int, ok bool) {
	if n.float || m.float {
		a, b := n.asFloat(), m.asFloat()
		switch {
		case a < b:
			return -1, true
		case a > b:
			return 1, true
		}
		return 0, a == b
	}
	switch {
	case n.neg != m.neg:
		c = 1
	case n.mag == m.mag:
		return 0, true
	case n.mag < m.mag:
		c = -1
	default:
		c = 1
	}
	if n.neg {
		c = -c
	}
	return c, true
}

func (n number) asFloat() float64 {
	switch {
	case n.float:
		return n.f
	case n.neg:
		return -float64(n.mag)
	}
	return float64(n.mag)
}

// equal compares all faces. What cannot be compared is not equal; nil is equal
// to nil only.
func equal(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if x, ok := numberOf(a); ok {
		if y, ok := numberOf(b); ok {
			c, ok := x.compare(y)
			return ok && c == 0
		}
	}
	if s, ok := b.(string); ok {
		return isText(a, s)
	}
	if s, ok := a.(string); ok {
		return isText(b, s)
	}
	a, b = plain(a), plain(b)
	switch x := a.(type) {
	case bool:
		y, ok := b.(bool)
		return ok && x == y
	case string:
		y, ok := b.(string)
		return ok && x == y
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	}
	return equalLists(a, b)
}

// isText says whether a is this text: as its name or text, as nltop prints it,
// or as the name that is printed in parentheses behind a number.
func isText(a any, s string) bool {
	v, ok := a.(*value)
	if !ok {
		t, ok := a.(string)
		return ok && t == s
	}
	if t, ok := v.v.(string); ok && t == s {
		return true
	}
	if v.text == "" {
		return false
	}
	if v.text == s {
		return true
	}
	_, name, ok := strings.Cut(v.text, " (")
	return ok && strings.TrimSuffix(name, ")") == s
}

func equalLists(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if x.Kind() != reflect.Slice || y.Kind() != reflect.Slice || x.Len() != y.Len() {
		return false
	}
	for i := range x.Len() {
		if !equal(x.Index(i).Interface(), y.Index(i).Interface()) {
			return false
		}
	}
	return true
}

// less orders numbers, texts and times; all else is not less.
func less(a, b any) bool {
	c, ok := order(a, b)
	return ok && c < 0
}

func sameOrder(a, b any) bool {
	c, ok := order(a, b)
	return ok && c == 0
}

func order(a, b any) (int, bool) {
	if x, ok := numberOf(a); ok {
		if y, ok := numberOf(b); ok {
			return x.compare(y)
		}
	}
	switch x := plain(a).(type) {
	case string:
		if y, ok := plain(b).(string); ok {
			return strings.Compare(x, y), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	}
	return 0, false
}

// in says whether one of a list is equal, or a map has the key.
func in(a, list any) bool {
	list = plain(list)
	switch l := list.(type) {
	case nil:
		return false
	case []any:
		for _, e := range l {
			if equal(a, e) {
				return true
			}
		}
		return false
	}
	switch l := reflect.ValueOf(list); l.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range l.Len() {
			if equal(a, l.Index(i).Interface()) {
				return true
			}
		}
	case reflect.Map:
		for _, k := range l.MapKeys() {
			if equal(a, k.Interface()) {
				return true
			}
		}
	}
	return false
}

// texts calls do with both as text, and is false where one is none.
func texts(a, b any, do func(s, t string) bool) bool {
	s, ok := plain(a).(string)
	t, ok2 := plain(b).(string)
	return ok && ok2 && do(s, t)
}

func contains(a, b any) bool   { return texts(a, b, strings.Contains) }
func startsWith(a, b any) bool { return texts(a, b, strings.HasPrefix) }
func endsWith(a, b any) bool   { return texts(a, b, strings.HasSuffix) }

// matches takes a regular expression, compiled where it is constant.
func matches(a, re any) (bool, error) {
	s, ok := plain(a).(string)
	if !ok {
		return false, nil
	}
	switch re := plain(re).(type) {
	case *regexp.Regexp:
		return re.MatchString(s), nil
	case string:
		return regexp.MatchString(re, s)
	}
	return false, nil
}

func compares(name string, f func(a, b any) bool) function {
	return function{name, typeOf[func(any, any) bool](), func(a ...any) (any, error) { return f(a[0], a[1]), nil }}
}

// describe names the type of a result.
func describe(a any) string {
	switch a.(type) {
	case nil:
		return "nothing"
	case string:
		return "a text"
	case []any, []string:
		return "a list"
	}
	if _, ok := numberOf(a); ok {
		return "a number"
	}
	return fmt.Sprintf("a %T", a)
}
