// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/hex"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

func appendUint(b []byte, v uint64) []byte { return strconv.AppendUint(b, v, 10) }

// key appends a comma and a key. Keys are constants of this package.
func (j *JSON) key(key string) {
	j.buf = append(j.buf, ',', '"')
	j.buf = append(j.buf, key...)
	j.buf = append(j.buf, '"', ':')
}

func (j *JSON) text(key, s string) {
	j.key(key)
	j.buf = appendString(j.buf, s)
}

// number appends a number unless it is zero, which says unknown.
func (j *JSON) number(key string, v uint64) {
	if v != 0 {
		j.key(key)
		j.buf = appendUint(j.buf, v)
	}
}

func (j *JSON) flag(key string, v bool) {
	if v {
		j.key(key)
		j.buf = append(j.buf, "true"...)
	}
}

func (j *JSON) hex(key string, b []byte) {
	j.key(key)
	j.buf = appendHex(j.buf, b)
}

func (j *JSON) orNull(key, s string) {
	j.key(key)
	j.buf = appendStringOrNull(j.buf, s)
}

func appendHex(b, raw []byte) []byte {
	b = append(b, '"')
	b = hex.AppendEncode(b, raw)
	return append(b, '"')
}

func appendStringOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendString(b, s)
}

const hexDigits = "0123456789abcdef"

// appendString appends a JSON string of ASCII and of characters that print:
// JSON is looked at in terminals too. Bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.IsGraphic(r) && (r != utf8.RuneError || n > 1) {
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		b = appendRune(b, r)
		i += n
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\t':
		return append(b, '\\', 't')
	}
	return appendRune(b, rune(c))
}

// appendRune appends \uXXXX, twice for what is beyond the basic plane.
func appendRune(b []byte, r rune) []byte {
	if r > 0xffff {
		hi, lo := utf16.EncodeRune(r)
		return appendRune(appendRune(b, hi), lo)
	}
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

func appendStrings(b []byte, s []string) []byte {
	b = append(b, '[')
	for i := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s[i])
	}
	return append(b, ']')
}

// scalar appends a value that is no node of several; it is false for unknown bytes.
func (j *JSON) scalar(n *decode.Node) bool {
	if facts := n.Facts(); facts != nil {
		j.buf = appendFact(j.buf, facts)
		return true
	}
	switch v := n.Value.(type) {
	case string:
		j.buf = appendString(j.buf, v)
	case []string:
		j.buf = appendStrings(j.buf, v)
	case bool:
		j.buf = strconv.AppendBool(j.buf, v)
	case uint64:
		j.buf = appendUint(j.buf, v)
	case int64:
		j.buf = strconv.AppendInt(j.buf, v, 10)
	default:
		return false
	}
	return true
}

// lossy says whether a string had to be changed to be JSON.
func lossy(n *decode.Node) bool {
	s, ok := n.Value.(string)
	return ok && !utf8.ValidString(s) && n.Facts() == nil
}

// fields appends an object of the members of a struct, and as "attrs" the
// attributes behind it. Bytes that are no member are left to "rest".
func (j *JSON) fields(nodes []decode.Node) {
	j.buf = append(j.buf, '{')
	first, attrs := true, len(nodes)
	var seen map[string]int
	for i := range nodes {
		n := &nodes[i]
		if n.Attr {
			attrs = i
			break
		}
		if n.Hidden && zeros(n.Raw) {
			continue
		}
		if !first {
			j.buf = append(j.buf, ',')
		}
		first = false
		j.buf = appendString(j.buf, fieldName(n))
		if n.Word {
			if seen == nil {
				seen = map[string]int{"attrs": 1}
				for k := range nodes[:i] {
					seen[fieldName(&nodes[k])]++
				}
			}
			j.again(seen, fieldName(n))
		}
		j.buf = append(j.buf, ':')
		j.value(n)
		j.beside(n, seen, "_local", n.Local)
		j.beside(n, seen, "_name", n.NumberName())
	}
	if attrs < len(nodes) {
		if !first {
			j.buf = append(j.buf, ',')
		}
		j.buf = append(j.buf, `"attrs":`...)
		j.attrs(nodes[attrs:], false)
	}
	j.buf = append(j.buf, '}')
}

// beside writes what a number is called, as a member behind that of the number; "" is
// nothing.
func (j *JSON) beside(n *decode.Node, seen map[string]int, suffix, name string) {
	if name == "" {
		return
	}
	j.buf = append(j.buf, ',')
	j.buf = appendString(j.buf, fieldName(n)+suffix)
	if seen != nil {
		j.again(seen, fieldName(n)+suffix)
	}
	j.buf = append(j.buf, ':')
	j.buf = appendString(j.buf, name)
}

// zeros says whether padding is what it should be, and so tells nothing.
func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// again appends to the key that was just written how often it was there before. No
// object has one name twice: tables see to it (TestOneName of package families), text
// does not, an audit record may say pid=1 pid=2.
func (j *JSON) again(seen map[string]int, key string) {
	seen[key]++
	for n := seen[key]; n > 1; {
		if seen[key+"."+strconv.Itoa(n)] == 0 {
			j.buf = append(j.buf[:len(j.buf)-1], '.')
			j.buf = append(strconv.AppendInt(j.buf, int64(n), 10), '"')
			seen[key+"."+strconv.Itoa(n)]++
			return
		}
		n++
	}
}

// fieldName is the key of a member; bytes that are none are "rest".
func fieldName(n *decode.Node) string {
	if n.Name == "" {
		return "rest"
	}
	return n.Name
}

// value appends a value where only the value has room: a member of a struct or
// an element of an array. What is not known is {"raw": hex}.
func (j *JSON) value(n *decode.Node) {
	switch {
	case n.Redacted:
		j.buf = appendString(append(j.buf, `{"redacted":`...), n.Secret().String())
		j.number("len", uint64(len(n.Raw)))
		if n.Problem != "" {
			j.text("problem", n.Problem)
		}
		j.buf = append(j.buf, '}')
	case n.Nested:
		j.parts(n)
	case lossy(n) || !j.scalar(n):
		j.buf = append(j.buf, `{"raw":`...)
		j.buf = appendHex(j.buf, n.Raw)
		if n.Problem != "" {
			j.text("problem", n.Problem)
		}
		j.buf = append(j.buf, '}')
	}
}

// parts appends what a nested node holds: an array of values, or an object.
func (j *JSON) parts(n *decode.Node) {
	if !arrayKind(n) {
		j.fields(n.Children)
		return
	}
	j.buf = append(j.buf, '[')
	for i := range n.Children {
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.value(&n.Children[i])
	}
	j.buf = append(j.buf, ']')
}

// arrayKind says whether the parts of a node are elements without attribute
// headers.
func arrayKind(n *decode.Node) bool {
	switch n.Kind() {
	case schema.Packed, schema.Records, schema.Messages:
		return true
	}
	return false
}

// attrs appends an array of attributes. guessed: a node around them has shown
// their bytes already.
func (j *JSON) attrs(nodes []decode.Node, guessed bool) {
	j.buf = append(j.buf, '[')
	first := true
	for i := range nodes {
		n := &nodes[i]
		if n.Hidden && !n.Attr && zeros(n.Raw) {
			continue
		}
		if !first {
			j.buf = append(j.buf, ',')
		}
		first = false
		j.attr(n, guessed)
	}
	j.buf = append(j.buf, ']')
}

func (j *JSON) attr(n *decode.Node, guessed bool) {
	switch {
	case !n.Attr && n.Redacted:
		j.buf = appendString(append(j.buf, `{"redacted":`...), n.Secret().String())
		j.number("len", uint64(len(n.Raw)))
	case !n.Attr:
		j.buf = append(j.buf, `{"raw":`...)
		j.buf = appendHex(j.buf, n.Raw)
	case n.Elem:
		j.buf = appendUint(append(j.buf, `{"index":`...), uint64(n.ID))
	default:
		j.buf = appendUint(append(j.buf, `{"id":`...), uint64(n.ID))
		if n.Name != "" {
			j.text("name", n.Name)
		}
	}
	if n.Attr {
		j.payload(n, guessed)
		if n.Local != "" {
			j.text("local", n.Local)
		}
		j.flag("overridden", n.Overridden)
		j.flag("unflagged", n.Unflagged)
		j.flag("refused", n.Refused)
		j.flag("net_byteorder", n.Flags&flagNetByteOrder != 0)
		if _, text := n.Value.(string); text {
			j.number("len", uint64(len(n.Raw)))
		}
	}
	if n.Problem != "" {
		j.text("problem", n.Problem)
	}
	j.buf = append(j.buf, '}')
}

// payload appends value, attrs or raw of an attribute.
func (j *JSON) payload(n *decode.Node, guessed bool) {
	switch {
	case n.Redacted:
		j.redacted(n.Secret().String(), len(n.Raw))
	case n.Guess && n.Nested:
		// The bytes themselves once, at the outermost guess of which all can be told.
		told := guessed || !holdsRedacted(n)
		if !guessed && told {
			j.hex("raw", n.Raw)
		}
		j.flag("guess", true)
		j.key("attrs")
		j.attrs(n.Children, told)
	case n.Guess:
		j.guess(n)
	case n.Policy:
		j.policy(n, guessed)
	case n.Nested && (n.Kind() == schema.Nest || n.Kind() == schema.Array):
		j.nest(n)
	case n.Nested:
		j.key("value")
		j.parts(n)
	default:
		mark := len(j.buf)
		j.key("value")
		if !j.scalar(n) {
			j.buf = j.buf[:mark]
			j.hex("raw", n.Raw)
		} else if lossy(n) {
			j.hex("raw", n.Raw)
		} else if name := n.NumberName(); name != "" {
			j.text("value_name", name)
		}
	}
}

// guess appends bytes that may be text or a number. A guess is no value.
func (j *JSON) guess(n *decode.Node) {
	j.hex("raw", n.Raw)
	if v := n.Guessed(); v != nil {
		j.flag("guess", true)
		g := decode.Node{Value: v}
		j.key("guess_value")
		j.scalar(&g)
	}
}

// policy appends what an attribute is of which only the kernel's policy tells:
// its bytes, since it has no name, and beside them type and value.
func (j *JSON) policy(n *decode.Node, above bool) {
	shown := above || n.Nested && !holdsRedacted(n)
	if !n.Nested || shown && !above {
		j.hex("raw", n.Raw)
	}
	j.key("policy")
	j.buf = append(j.buf, `{"type":"`...)
	j.buf = append(j.buf, n.Kind().String()...)
	j.buf = append(j.buf, '"')
	if !n.Nested {
		mark := len(j.buf)
		j.key("value")
		if !j.scalar(n) {
			j.buf = j.buf[:mark]
		}
	}
	j.buf = append(j.buf, '}')
	switch {
	case n.Kind() == schema.Nest || n.Kind() == schema.Array:
		j.key("attrs")
		j.attrs(n.Children, shown)
	case n.Nested:
		j.key("value")
		j.parts(n)
	}
}

// nest appends the attributes of a nest, and in front of them as "value" the
// struct that some have.
func (j *JSON) nest(n *decode.Node) {
	attrs := 0
	for attrs < len(n.Children) && !n.Children[attrs].Attr && n.Children[attrs].Problem == "" {
		attrs++
	}
	if attrs > 0 && (n.Children[0].Name != "" || n.Children[0].Hidden) {
		j.key("value")
		j.fields(n.Children[:attrs])
	} else {
		attrs = 0
	}
	j.key("attrs")
	j.attrs(n.Children[attrs:], false)
}
