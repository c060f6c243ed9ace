// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"io"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/literal"
	"github.com/nltop/nltop/internal/words"
)

// Literal writes each message as a literal for a test case, with a comment that
// says what it is. Reports are left out: they have no bytes.
type Literal struct {
	w      io.Writer
	format literal.Format
}

// NewLiteral returns a Literal that writes to w.
func NewLiteral(w io.Writer, f literal.Format) *Literal { return &Literal{w, f} }

// Observe writes a message.
func (l *Literal) Observe(o *correlate.Observation) error {
	if o.Message == nil {
		return nil
	}
	_, err := io.WriteString(l.w, LiteralText(l.format, o))
	return err
}

// LiteralText returns a message as a literal, with an empty line behind it.
func LiteralText(f literal.Format, o *correlate.Observation) string {
	m := o.Message
	note := fmt.Sprintf("%s %s %s, %d bytes", o.Frame.Dir, m.FamilyText(), m.TypeText(), len(m.Data))
	if o.Account.Known() {
		note += " " + words.Process(o.Account)
	}
	if parts := redactedParts(m); parts != "" {
		note += "; " + parts
	}
	return literal.Write(f, note, m.Data) + "\n"
}
