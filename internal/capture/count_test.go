// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"reflect"
	"testing"
)

// Every field of a tally is added, and taken away again but for the longest of a time.
func TestTally(t *testing.T) {
	for _, name := range tallied(reflect.TypeFor[Tally](), nil) {
		var one Tally
		set := func(x *Tally, to int) {
			v := reflect.ValueOf(x).Elem().FieldByIndex(name)
			v.Set(reflect.ValueOf(to).Convert(v.Type()))
		}
		get := func(x Tally) int {
			return int(reflect.ValueOf(x).FieldByIndex(name).Convert(reflect.TypeFor[int]()).Int())
		}
		set(&one, 3)
		sum, left := 6, 0
		field := reflect.TypeFor[Tally]().FieldByIndex(name)
		if field.Name == "Max" {
			sum, left = 3, 3
		}
		two := one
		if two.Add(&one); get(two) != sum {
			t.Errorf("%s %v: 3 and 3 are %d, want %d", field.Name, name, get(two), sum)
		}
		if one.Sub(&Tally{}); get(one) != 3 {
			t.Errorf("%s %v: 3 less nothing is %d", field.Name, name, get(one))
		}
		same := one
		if one.Sub(&same); get(one) != left {
			t.Errorf("%s %v: 3 less 3 is %d, want %d", field.Name, name, get(one), left)
		}
	}
}

// tallied are the numbers in a struct, those of structs in it included.
func tallied(st reflect.Type, at []int) (all [][]int) {
	for i := range st.NumField() {
		index := append(at[:len(at):len(at)], i)
		if f := st.Field(i).Type; f.Kind() == reflect.Struct {
			all = append(all, tallied(f, index)...)
		} else {
			all = append(all, index)
		}
	}
	return all
}
