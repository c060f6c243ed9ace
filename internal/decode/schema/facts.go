// SPDX-License-Identifier: Apache-2.0

package schema

// Object is a value of several parts in the order in which they are written: what
// Type.Facts returns, beside bool, uint64, int64, float64, string, []string, []uint64 and []any
// of all these.
type Object []Member

// Member is one part of an Object.
type Member struct {
	Name  string
	Value any
}

// With adds a part.
func (o Object) With(name string, v any) Object { return append(o, Member{name, v}) }
