// SPDX-License-Identifier: Apache-2.0

package ui

// listPart says how a row stands in a list.
type listPart struct {
	of   int // the row that it is below; negative: of none
	more int // rows that unfold below it
}

func (v *listView[T]) isUnfolded(x *T) bool {
	return v.list.below != nil && (v.unfolds || v.folds[v.list.id(x)])
}

// unfold shows what is below the row under the cursor.
func (v *listView[T]) unfold() {
	x := v.current()
	if x == nil || v.parts[v.cur.at].more == 0 || v.isUnfolded(x) {
		return
	}
	if v.folds == nil {
		v.folds = make(map[any]bool)
	}
	v.folds[v.list.id(x)] = true
	v.pin()
	v.arrange()
}

// fold hides it, from wherever below the row the cursor is.
func (v *listView[T]) fold() {
	if v.cur.at >= len(v.parts) {
		return
	}
	at := v.cur.at
	if of := v.parts[at].of; of >= 0 {
		at = of
	}
	if v.unfolds { // all but this one are
		v.unfolds, v.folds = false, make(map[any]bool)
		for i, x := range v.rows {
			if v.parts[i].more > 0 {
				v.folds[v.list.id(x)] = true
			}
		}
	}
	delete(v.folds, v.list.id(v.rows[at]))
	v.cur.at = at
	v.pin()
	v.arrange()
}

func (v *listView[T]) toggle() {
	if x := v.current(); x != nil && v.isUnfolded(x) {
		v.fold()
		return
	}
	v.unfold()
}

func (v *listView[T]) toggleAll() {
	v.unfolds = !v.unfolds
	clear(v.folds)
	if at := v.cur.at; at < len(v.parts) && v.parts[at].of >= 0 {
		v.cur.at = v.parts[at].of
	}
	v.pin()
	v.arrange()
}

// folding are the keys of a list whose rows unfold.
func (v *listView[T]) folding() []binding {
	if v.list.below == nil {
		return nil
	}
	return []binding{
		{"Space", "unfold the row, or fold it", "unfold", v.toggle},
		{"Right", "unfold the row", "", v.unfold},
		{"Left", "fold it, from wherever below it", "", v.fold},
		{"e", "unfold all, or fold them", "", v.toggleAll},
	}
}
