// SPDX-License-Identifier: Apache-2.0

package ui

import "github.com/nltop/nltop/internal/live"

// pageView is a page of text that is made anew with every snapshot.
type pageView struct {
	app   *app
	name  string
	cur   cursor
	lines []textLine
	build func(*app) []textLine
}

func newPageView(a *app, name string, build func(*app) []textLine) *pageView {
	return &pageView{app: a, name: name, build: build}
}

func (v *pageView) cursor() *cursor     { return &v.cur }
func (v *pageView) moved()              {}
func (v *pageView) detail() [][]segment { return nil }
func (v *pageView) ask() live.Ask       { return live.Ask{} }
func (v *pageView) crumb() string       { return v.name }
func (v *pageView) bindings() []binding { return nil }

func (v *pageView) refresh() {
	if !v.app.paused || v.lines == nil {
		v.lines = v.build(v.app)
	}
}

func (v *pageView) draw(g *grid, r rect) { drawPage(v.app, g, r, &v.cur, v.lines, 30) }
