// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
)

// Sizes of a cell, and the colours of a terminal that leaves them to itself.
const (
	cellWidth, cellHeight = 8, 17
	baseline              = 13
	paper, ink            = "#16181d", "#d5d8de"
)

// svg is what the simulated screen shows, as a picture. Each run of cells that look alike
// is told its width, so that columns stand whatever font there is.
func (h *harness) svg(title string) string {
	h.t.Helper()
	cells, w, height := h.sim.GetContents()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">`+"\n",
		w*cellWidth, height*cellHeight)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>text{font:13px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre;fill:%s}"+
		".b{font-weight:bold}.d{opacity:.6}.u{text-decoration:underline}</style>\n", escaped(title), ink)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="%s"/>`+"\n", paper)
	for y := range height {
		for x := 0; x < w; {
			from, style, text := x, cells[y*w+x].Style, ""
			for x < w && cells[y*w+x].Style == style {
				s := string(cells[y*w+x].Runes)
				text += s
				x += max(uniseg.StringWidth(s), 1)
			}
			svgRun(&b, from, y, x-from, text, style)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// svgRun writes cells of one style.
func svgRun(b *strings.Builder, x, y, n int, text string, style tcell.Style) {
	fg, bg, attr := style.Decompose()
	front, back := colour(fg, ink), colour(bg, paper)
	if attr&tcell.AttrReverse != 0 {
		front, back = back, front
	}
	if back != paper {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, x*cellWidth, y*cellHeight, n*cellWidth, cellHeight, back)
	}
	underlined := attr&tcell.AttrUnderline != 0
	if !underlined {
		kept := strings.TrimLeft(text, " ")
		x += len(text) - len(kept)
		n -= len(text) - len(kept)
		text = strings.TrimRight(kept, " ")
		n -= len(kept) - len(text)
	}
	if text != "" {
		var classes []string
		for _, c := range []struct {
			is   bool
			name string
		}{{attr&tcell.AttrBold != 0, "b"}, {attr&tcell.AttrDim != 0, "d"}, {underlined, "u"}} {
			if c.is {
				classes = append(classes, c.name)
			}
		}
		fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs"`, x*cellWidth, y*cellHeight+baseline, n*cellWidth)
		if len(classes) > 0 {
			fmt.Fprintf(b, ` class="%s"`, strings.Join(classes, " "))
		}
		if front != ink {
			fmt.Fprintf(b, ` style="fill:%s"`, front)
		}
		fmt.Fprintf(b, ">%s</text>\n", escaped(text))
	}
}

// colour writes one for SVG; otherwise where the terminal is to choose.
func colour(c tcell.Color, otherwise string) string {
	if rgb := c.Hex(); c != tcell.ColorDefault && rgb >= 0 {
		return fmt.Sprintf("#%06x", rgb)
	}
	return otherwise
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
