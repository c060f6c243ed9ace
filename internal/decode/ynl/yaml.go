// SPDX-License-Identifier: Apache-2.0

package ynl

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// parseDocument parses YAML into nodes, which know their place. An error of
// the parser becomes an *Error.
func parseDocument(file string, data []byte) (node *yaml.Node, err error) {
	defer func() {
		// The parser is not ours, and a file from anywhere must not end nltop.
		if p := recover(); p != nil {
			node, err = nil, &Error{File: file, Err: fmt.Errorf("YAML parser: %v", p)}
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		e := &Error{File: file, Err: err}
		var le *yaml.LoadError
		if errors.As(err, &le) {
			mark, what := le.Mark, le.Message
			if mark.Line == 0 {
				mark = le.ContextMark
			}
			if le.ContextMsg != "" {
				what = le.ContextMsg + ": " + what
			}
			e.Line, e.Column, e.Err = mark.Line, mark.Column, errors.New(what)
		}
		return nil, e
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, &Error{File: file, Line: 1, Column: 1, Err: errors.New("no document")}
	}
	return doc.Content[0], nil
}

// maxVisits bounds how many nodes of a file are looked at. Without it a few
// lines of aliases to lists of aliases would keep nltop busy for hours. The
// largest published spec takes 15,000.
const maxVisits = 1 << 19

// maxNotes bounds what one file may have to say.
const maxNotes = 50

// reader turns the nodes of one file into a spec.
type reader struct {
	file   string
	notes  []Note
	visits int
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) error {
	return &Error{File: r.file, Line: n.Line, Column: n.Column, Err: fmt.Errorf(format, args...)}
}

func (r *reader) note(n *yaml.Node, format string, args ...any) {
	if len(r.notes) < maxNotes {
		r.notes = append(r.notes, Note{File: r.file, Line: n.Line, Column: n.Column, Text: fmt.Sprintf(format, args...)})
	}
}

// real follows an alias and counts the visit.
func (r *reader) real(n *yaml.Node) (*yaml.Node, error) {
	const chain = 16
	for i := 0; n.Kind == yaml.AliasNode && n.Alias != nil; i++ {
		if i == chain {
			return nil, r.fail(n, "alias of an alias of an alias …")
		}
		n = n.Alias
	}
	if r.visits++; r.visits > maxVisits {
		return nil, r.fail(n, "the file is too large, its aliases counted")
	}
	return n, nil
}

// fields calls fn for each key of a mapping. fn says whether it knows the key.
func (r *reader) fields(n *yaml.Node, what string, fn func(key string, v *yaml.Node) (known bool, err error)) error {
	m, err := r.real(n)
	if err != nil {
		return err
	}
	if m.Kind != yaml.MappingNode {
		return r.fail(n, "%s: a mapping is wanted", what)
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := m.Content[i]
		if key.Kind != yaml.ScalarNode {
			return r.fail(key, "%s: a key that is no word", what)
		}
		known, err := fn(key.Value, m.Content[i+1])
		if err != nil {
			return err
		}
		if !known {
			r.note(key, "%s: key %q is not known and is ignored", what, clip(key.Value))
		}
	}
	return nil
}

// each calls fn for each element of a sequence; nothing at all is an empty one.
func (r *reader) each(n *yaml.Node, what string, fn func(v *yaml.Node) error) error {
	s, err := r.real(n)
	if err != nil {
		return err
	}
	if s.Kind == yaml.ScalarNode && s.Tag == "!!null" {
		return nil
	}
	if s.Kind != yaml.SequenceNode {
		return r.fail(n, "%s: a list is wanted", what)
	}
	for _, v := range s.Content {
		if err := fn(v); err != nil {
			return err
		}
	}
	return nil
}

// text reads a scalar as it stands; null is "".
func (r *reader) text(n *yaml.Node, what string, to *string) error {
	s, err := r.real(n)
	if err != nil {
		return err
	}
	if s.Kind != yaml.ScalarNode {
		return r.fail(n, "%s: a word is wanted", what)
	}
	*to = s.Value
	if s.Tag == "!!null" {
		*to = ""
	}
	const longest = 256
	if len(*to) > longest {
		return r.fail(n, "%s: longer than %d bytes", what, longest)
	}
	return nil
}

func (r *reader) boolean(n *yaml.Node, what string, to *bool) error {
	var s string
	if err := r.text(n, what, &s); err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "true", "yes", "on":
		*to = true
	case "false", "no", "off", "":
		*to = false
	default:
		return r.fail(n, "%s: true or false is wanted, not %q", what, clip(s))
	}
	return nil
}

// number reads an integer, also a negative one, as its 64 bits.
func (r *reader) number(n *yaml.Node, what string, to *uint64) error {
	var s string
	if err := r.text(n, what, &s); err != nil {
		return err
	}
	v, ok := parseNumber(s)
	if !ok {
		return r.fail(n, "%s: a number is wanted, not %q", what, clip(s))
	}
	*to = v
	return nil
}

func parseNumber(s string) (uint64, bool) {
	s = strings.ReplaceAll(s, "_", "")
	if v, err := strconv.ParseUint(s, 0, 64); err == nil {
		return v, true
	}
	v, err := strconv.ParseInt(s, 0, 64)
	return uint64(v), err == nil
}

// id reads a number of 16 bits: an attribute's or a message's.
func (r *reader) id(n *yaml.Node, what string, to *optional) error {
	var v uint64
	if err := r.number(n, what, &v); err != nil {
		return err
	}
	if v > math.MaxUint16 {
		return r.fail(n, "%s: %d does not fit 16 bits", what, v)
	}
	*to = optional{int(v), true}
	return nil
}

// optional is a number that may be missing.
type optional struct {
	n   int
	set bool
}

// clip shortens what a file says for a message about it.
func clip(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
