// SPDX-License-Identifier: Apache-2.0

package ui

// cursor is a place in a list of rows of which a window is shown.
type cursor struct {
	at, top int
	rows    int // length of the list
	page    int // rows in the window
	// window: there is no row to be on, and at is the first one that is shown.
	window bool
	// unit is how many are scrolled together; 0: one.
	unit int
}

// fit keeps the cursor in a list of so many rows, and in its window.
func (c *cursor) fit(rows, page int) {
	c.rows, c.page = rows, max(page, 1)
	c.at = max(min(c.at, rows-1), 0)
	c.top = max(min(c.top, c.at), c.at-c.page+1, 0)
	c.top = max(min(c.top, rows-c.page), 0)
}

func (c *cursor) move(by int) {
	c.at += by
	c.fit(c.rows, c.page)
}

// scroll moves the window, and the cursor no more than it has to.
func (c *cursor) scroll(by int) {
	if c.window {
		c.move(by)
		return
	}
	c.top = max(min(c.top+by*max(c.unit, 1), c.rows-c.page), 0)
	c.at = max(min(c.at, c.top+c.page-1, c.rows-1), c.top, 0)
}

func (c *cursor) last() bool { return c.at >= c.rows-1 }

// row returns the list index of a line of the window; ok is false below the
// end of the list.
func (c *cursor) row(line int) (i int, ok bool) {
	i = c.top + line
	return i, line >= 0 && i < c.rows
}
