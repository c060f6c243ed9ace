// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Text of words (schema.KeyValues), as the audit system writes it:
//
//	audit(1364481363.243:24287): arch=c000003e syscall=2 comm="cat" name=2F746D70
//	pid=1 uid=0 msg='op=login acct="root" res=success'
//
// A word KEY=VALUE becomes a node with the key as its name; words without a key
// are a node of text, unless Type.Phrase knows what they say. A value in double quotes is what they enclose, one in
// single quotes is words again. What a key's value means is what the attribute
// of that name in Type.Set says, or the attribute "*" for all others: numbers
// are read from their digits, and a string with the hint Hex was written in
// hex digits unless it is quoted. A Sub looks for its selector among the words
// in front of it.

// anyKey is the attribute for keys that have none of their own.
const anyKey = "*"

// stampPrefix begins the time and the serial number of a record.
const stampPrefix = "audit("

func (w *walker) keyValues(n *Node, t *schema.Type, depth int) {
	n.Nested = true
	lo, hi := n.Off, n.Off+len(n.Raw)
	text := w.data[lo:hi]
	text = bytes.TrimRight(text, "\x00\n ")
	hi = lo + len(text)
	if bytes.HasPrefix(text, []byte(stampPrefix)) {
		stamp, end := w.stamp(lo, hi)
		n.Children = append(n.Children, stamp)
		lo = end
	}
	for lo < hi {
		if isWordSpace(w.data[lo]) {
			lo++
			continue
		}
		if w.enough() {
			n.Children = append(n.Children, w.untaken(lo, hi))
			break
		}
		if end := w.phrase(n, t, lo, hi); end > lo {
			lo = end
			continue
		}
		word, end := w.word(lo, hi, t, n.Children, depth)
		if last := len(n.Children) - 1; word.Name == "" && last >= 0 && n.Children[last].Name == "" {
			from := n.Children[last].Off
			n.Children[last].Raw = w.data[from:end:end]
		} else {
			n.Children = append(n.Children, word)
		}
		lo = end
	}
	for i := range n.Children {
		c := &n.Children[i]
		c.Word = true
		if c.Problem != "" {
			w.unread(c)
		}
		if c.Name == "" && c.Problem == "" {
			c.Value = string(c.Raw)
		}
	}
}

// phrase appends what the words at lo say where the type knows them, and
// returns where they end.
func (w *walker) phrase(n *Node, t *schema.Type, lo, hi int) int {
	if t.Phrase == nil {
		return lo
	}
	m := t.Phrase.FindSubmatchIndex(w.data[lo:hi])
	if m == nil || m[0] != 0 {
		return lo
	}
	for i, name := range t.Phrase.SubexpNames() {
		if name == "" || m[2*i] < 0 {
			continue
		}
		from, to := lo+m[2*i], lo+m[2*i+1]
		said := Node{Name: name, Off: from, Raw: w.data[from:to:to]}
		w.wordValue(&said, t, n.Children, false)
		n.Children = append(n.Children, said)
	}
	return lo + m[1]
}

// isWordSpace: auditd puts 0x1d between a record and what it adds to it.
func isWordSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == 0 || c == 0x1d }

// stamp reads "audit(SECONDS.MILLIS:SERIAL):" and returns where it ends.
func (w *walker) stamp(lo, hi int) (Node, int) {
	from := lo + len(stampPrefix)
	length := bytes.IndexByte(w.data[from:hi], ')')
	if length < 0 {
		n := Node{Name: "audit", Off: from, Raw: w.data[from:hi:hi]}
		w.fault(&n, "a time stamp without its end")
		return n, hi
	}
	to := from + length
	n := Node{Name: "audit", Off: from, Raw: w.data[from:to:to]}
	end := to + 1
	if end < hi && w.data[end] == ':' {
		end++
	}
	sec, rest, ok := strings.Cut(string(n.Raw), ".")
	milli, serial, ok2 := strings.Cut(rest, ":")
	s, err := strconv.ParseInt(sec, 10, 64)
	ms, err2 := strconv.ParseUint(milli, 10, 32)
	no, err3 := strconv.ParseUint(serial, 10, 64)
	if !ok || !ok2 || err != nil || err2 != nil || err3 != nil || len(milli) != 3 {
		n.Value = string(n.Raw)
		w.fault(&n, "not SECONDS.MILLISECONDS:SERIAL")
		return n, end
	}
	colon := to - len(serial)
	n.Nested = true
	when := Node{Name: "time", Off: from, Raw: w.data[from : colon-1 : colon-1], Value: sec + "." + milli}
	if !w.plain {
		when.Text = time.Unix(s, int64(ms)*int64(time.Millisecond)).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	n.Children = []Node{when, {Name: "serial", Off: colon, Raw: w.data[colon:to:to], Value: no, Num: no}}
	return n, end
}

// word reads the word at lo and returns where the next one may begin. before
// are the words in front of it.
func (w *walker) word(lo, hi int, t *schema.Type, before []Node, depth int) (Node, int) {
	key := lo
	for key < hi && isKeyByte(w.data[key]) {
		key++
	}
	if key == lo || key >= hi || w.data[key] != '=' {
		end := wordEnd(w.data, lo, hi)
		return Node{Off: lo, Raw: w.data[lo:end:end]}, end // keyValues sets its value
	}
	n := Node{Name: string(w.data[lo:key])}
	from := key + 1
	if from < hi && (w.data[from] == '"' || w.data[from] == '\'') {
		return w.quotedWord(n, from, hi, t, before, depth)
	}
	end := wordEnd(w.data, from, hi)
	if from+len(stampPrefix) <= hi && string(w.data[from:from+len(stampPrefix)]) == stampPrefix {
		if stamp, to := w.stamp(from, hi); stamp.Nested {
			return stamp, to
		}
	}
	n.Off, n.Raw = from, w.data[from:end:end]
	w.wordValue(&n, t, before, false)
	return n, end
}

func (w *walker) quotedWord(n Node, from, hi int, t *schema.Type, before []Node, depth int) (Node, int) {
	quote := w.data[from]
	from++
	length := closingQuote(w.data[from:hi], quote)
	end := from + length
	if length < 0 {
		end = hi
	}
	n.Off, n.Raw = from, w.data[from:end:end]
	if quote == '\'' && depth < maxDepth {
		w.keyValues(&n, t, depth+1)
	} else {
		w.wordValue(&n, t, before, true)
	}
	if length < 0 {
		w.fault(&n, "a quotation without its end")
		return n, hi
	}
	return n, end + 1
}

// closingQuote finds the end of a quotation. A program may put an apostrophe
// into the words of a message, so one ends it only where a word ends.
func closingQuote(b []byte, quote byte) int {
	for i, c := range b {
		if c == quote && (i+1 == len(b) || isWordSpace(b[i+1]) || quote == '"' && (b[i+1] == ',' || b[i+1] == '\'')) {
			return i
		}
	}
	return -1
}

func isKeyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == '-' || c == '.' || c == '[' || c == ']'
}

func wordEnd(b []byte, lo, hi int) int {
	for lo < hi && !isWordSpace(b[lo]) {
		lo++
	}
	return lo
}

// wordValue gives a word's value the meaning of its key.
func (w *walker) wordValue(n *Node, t *schema.Type, before []Node, quoted bool) {
	n.Value = string(n.Raw)
	a := t.Set.ByName(n.Name)
	if a == nil {
		a = t.Set.ByName(anyKey)
	}
	if a == nil {
		return
	}
	typ := &a.Type
	if typ.Kind == schema.Sub {
		typ = selected(typ.Sub, before)
	}
	n.typ = typ
	if typ.FilledFor(n.Raw) {
		w.redact(n)
		return
	}
	switch typ.Kind {
	case schema.Packed:
		w.wordList(n, typ)
	case schema.String:
		if typ.Hint == schema.Hex && !quoted {
			if b, err := hex.DecodeString(string(n.Raw)); err == nil && len(b) > 0 {
				// The arguments of a process title are divided by NULs.
				n.Value = strings.ReplaceAll(strings.TrimRight(string(b), "\x00"), "\x00", " ")
			}
		}
	case schema.Custom:
		if text, ok := typ.Format(n.Raw, w.ord == bigEndian); ok {
			n.Value, n.big = text, w.ord == bigEndian
		}
	case schema.U8, schema.U16, schema.U32, schema.U64, schema.S8, schema.S16, schema.S32, schema.S64:
		w.wordNumber(n, typ)
	}
}

// wordList splits a value into its words.
func (w *walker) wordList(n *Node, t *schema.Type) {
	n.Nested, n.Value = true, nil
	for lo, hi := n.Off, n.Off+len(n.Raw); lo < hi; {
		if isWordSpace(w.data[lo]) {
			lo++
			continue
		}
		end := wordEnd(w.data, lo, hi)
		n.Children = append(n.Children, Node{ID: uint16(len(n.Children)), Elem: true, Off: lo,
			Raw: w.data[lo:end:end], Value: string(w.data[lo:end]), typ: t.Elem})
		lo = end
	}
}

// selected is the type that the words in front of a word decide.
func selected(sub *schema.SubMessage, before []Node) *schema.Type {
	for i := len(before) - 1; i >= 0; i-- {
		if before[i].Name != sub.Selector {
			continue
		}
		if name, ok := before[i].Value.(string); ok {
			if t := sub.Named(name); t != nil {
				return t
			}
		}
		break
	}
	return &sub.Default
}

// wordNumber reads digits: of base 16 or 8 where the hint says so, or the
// prefix. What is no number ("unset", "(null)") stays text.
func (w *walker) wordNumber(n *Node, t *schema.Type) {
	base, digits := 10, string(n.Raw)
	switch t.Hint {
	case schema.Hex:
		base = 16
	case schema.Octal:
		base = 8
	}
	if rest, ok := strings.CutPrefix(digits, "0x"); ok {
		base, digits = 16, rest
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if rest, ok := strings.CutPrefix(digits, "-"); ok {
		v, err = strconv.ParseUint(rest, base, 63)
		v = -v
	}
	if err != nil {
		return
	}
	n.Num = v
	width := t.Width()
	if e := t.Enum; e != nil {
		if e.Flags {
			n.Value = flagNames(e, truncate(v, width))
			return
		}
		if name, ok := enumName(e, v, width); ok {
			n.Value = name
			return
		}
	}
	if signed(t.Kind) || digits[0] == '-' {
		n.Value = int64(v)
	} else {
		n.Value = v
	}
	// A system call that succeeds returns a number that is no errno.
	if !w.plain && (t.Hint != schema.Errno || int64(v) < 0) {
		n.Text = w.numberText(v, t, width)
	}
}

// keyValuesBody returns the type of a payload that is words, or nil.
func (m *Message) keyValuesBody() *schema.Type {
	if m.def == nil || m.def.Body == nil || m.def.Body.Kind != schema.KeyValues || m.headerBroken() || m.NoHeader {
		return nil
	}
	return m.def.Body
}

// lookupWord finds the first word of that key.
func (m *Message) lookupWord(name string) (Node, bool) {
	b := m.Body()
	return findNode(b.Fields, name)
}

func findNode(nodes []Node, name string) (Node, bool) {
	for i := range nodes {
		if nodes[i].Name == name {
			return nodes[i], true
		}
		if n, ok := findNode(nodes[i].Children, name); ok {
			return n, ok
		}
	}
	return Node{}, false
}
