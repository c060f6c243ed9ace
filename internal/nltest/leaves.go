// SPDX-License-Identifier: Apache-2.0

package nltest

import "reflect"

// Whole returns x, a struct of numbers, text, truths and structs of those, with every
// field that is zero set to something.
func Whole[T any](x T) T {
	set(reflect.ValueOf(&x).Elem(), "")
	return x
}

// Without returns copies of x by the name of the field that is zero in each ("PID",
// "Parent.PID").
func Without[T any](x T) map[string]T {
	all := map[string]T{}
	for name, at := range leaves(reflect.TypeFor[T](), nil, "") {
		y := x
		reflect.ValueOf(&y).Elem().FieldByIndex(at).SetZero()
		all[name] = y
	}
	return all
}

func leaves(t reflect.Type, at []int, prefix string) map[string][]int {
	all := map[string][]int{}
	for i := range t.NumField() {
		f, index := t.Field(i), append(at[:len(at):len(at)], i)
		switch {
		case f.Type.Kind() != reflect.Struct:
			all[prefix+f.Name] = index
		case f.Anonymous:
			for name, in := range leaves(f.Type, index, prefix) {
				all[name] = in
			}
		default:
			for name, in := range leaves(f.Type, index, prefix+f.Name+".") {
				all[name] = in
			}
		}
	}
	return all
}

// set gives a value other than zero to what has none yet; a text is the name of its field.
func set(v reflect.Value, name string) {
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			set(v.Field(i), v.Type().Field(i).Name)
		}
	case !v.IsZero():
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.String:
		v.SetString(name)
	default:
		v.Set(reflect.ValueOf(7).Convert(v.Type()))
	}
}
