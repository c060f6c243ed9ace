// SPDX-License-Identifier: Apache-2.0

package ui

// pageView is a page of text that is made anew with every snapshot.
type pageView struct {
	textPage
	name  string
	build func(p *textPage)
}

func newPageView(a *app, name string, build func(p *textPage)) *pageView {
	v := &pageView{name: name, build: build}
	v.of(a)
	return v
}

func (v *pageView) crumb() string { return v.name }

func (v *pageView) refresh() {
	v.begin()
	v.build(&v.textPage)
}

// restyled has the lines made anew.
func (v *pageView) restyled() { v.lines = nil }
