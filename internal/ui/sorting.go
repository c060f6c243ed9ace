// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"strings"
)

// reversed stands behind the column that rows are sorted by where settings keep that, or
// alone, where it is the order at the start.
const reversed = "reversed"

// sortText is what settings keep of an order; "": that at the start.
func sortText(head string, reverse bool) string {
	switch {
	case !reverse:
		return head
	case head == "":
		return reversed
	}
	return head + ", " + reversed
}

// sortOf is the inverse of sortText.
func sortOf(text string) (head string, reverse bool) {
	if text == reversed {
		return "", true
	}
	return strings.CutSuffix(text, ", "+reversed)
}

// keptOrder is the order that settings keep for a page: its column; nil: that at the start.
func keptOrder[T any](a *app, page string, all []*column[T]) (by *column[T], reverse bool) {
	head, reverse := sortOf(a.kept.Sort[page])
	at := slices.IndexFunc(all, func(c *column[T]) bool { return c.head == head && c.compare != nil })
	if at < 0 {
		return nil, reverse && head == ""
	}
	return all[at], reverse
}

// keepOrder keeps the order of a page.
func keepOrder[T any](a *app, page string, by *column[T], reverse bool) {
	head := ""
	if by != nil {
		head = by.head
	}
	a.kept.SetSort(page, sortText(head, reverse))
}

// ParseColumns says which columns of home a text means, as they are kept: their names, in
// any case, or one of the sets of them. HomeColumns are all.
func ParseColumns(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if at := slices.IndexFunc(sets[:], func(s string) bool { return strings.EqualFold(s, text) }); at >= 0 {
		return sets[at], nil
	}
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		name, err := homeColumn(name, columnNames(allTreeColumns()))
		if err != nil {
			return "", err
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", "), nil
}

// HomeColumns are the names that ParseColumns takes.
func HomeColumns() []string { return append(slices.Clone(sets[:]), columnNames(allTreeColumns())...) }

// ParseSort says which column of home a text means; SortColumns are all.
func ParseSort(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	return homeColumn(text, SortColumns())
}

// SortColumns are the columns that rows of home can be sorted by.
func SortColumns() []string {
	var names []string
	for _, c := range sortColumns() {
		names = append(names, c.head)
	}
	return names
}

// sortColumns are those of home that can be sorted by.
func sortColumns() []*rowColumn {
	return slices.DeleteFunc(append([]*rowColumn{nameColumn}, allTreeColumns()...), func(c *rowColumn) bool { return c.compare == nil })
}

func homeColumn(name string, all []string) (string, error) {
	name = strings.TrimSpace(name)
	if at := slices.IndexFunc(all, func(s string) bool { return strings.EqualFold(s, name) }); at >= 0 {
		return all[at], nil
	}
	return "", fmt.Errorf("%q is none of %s", name, strings.Join(all, ", "))
}
