// SPDX-License-Identifier: Apache-2.0

package families

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
)

// reOneFact is text that is a single fact: a word, or a number with its unit. A word has
// no space, no comma and no bar: with those a program would have to take it apart.
var reOneFact = regexp.MustCompile(`^(?:[^\s,|;]*|-?[\d.]+ (?:ms|us|ticks|°C))$`)

// ownWords are formats whose text is not nltop's, but of the message or of a language that
// has tools of its own. What is in them is no list of facts that nltop knows.
var ownWords = map[string]string{
	"nl80211SSIDText": "the name of a network, as iw escapes it", "unixDiagName": "a path", "devlinkFmsgValue": "what a driver says, quoted",
	"tcEmMetaValue": "text or a number of the request", "inetDiagBytecode": "a filter in the language of ss",
	"sockaddrText": "a path, where it is no word", "auditSaddr": "a path, where it is no word",
}

// customs calls f for every format of the tables.
func customs(f func(at string, t *schema.Type)) {
	schema.Walk(schema.Visitor{Type: func(at *schema.Place, t *schema.Type) {
		if t.Kind == schema.Custom && t.Format != nil {
			f(at.String(), t)
		}
	}}, All()...)
}

// samples are bytes of many lengths: of every value, of few bits, and of structures whose
// first bytes count or name something.
func samples(f func(b []byte)) {
	for seed := range 40 {
		b := make([]byte, 320)
		for i := range b {
			switch seed % 4 {
			case 0:
				b[i] = byte(i*seed*7 + i>>3 + seed*31)
			case 1:
				b[i] = byte((i*2654435761+seed*40503)>>7) & byte(seed) // few bits
			case 2:
				b[i] = byte(seed>>2) * byte(i%(seed+2)/max(seed, 1)) // mostly zero
			case 3:
				b[i] = "0123456789abcdef"[(i*7+seed)%16] // hex digits, for text
			}
		}
		for n := 0; n <= len(b); n += 1 + n/24 {
			f(b[:n:n])
		}
		for _, first := range []byte{1, 2, 3, 10, 16, 17, 27, 40, 0x45, 0x60, 0x80, 0x88, 0xc0} {
			b[0] = first
			for _, n := range []int{4, 8, 12, 16, 28, 64, 128, 256} {
				f(b[:n:n])
			}
		}
	}
}

// TestFacts: a value that says several things is no prose in JSON. Every format gives
// facts, or nothing but single facts as text, whatever the bytes.
func TestFacts(t *testing.T) {
	seen, structured := map[string]bool{}, 0
	customs(func(at string, typ *schema.Type) {
		name := funcName(typ.Format)
		tried := fmt.Sprint(name, typ.Facts != nil)
		if seen[tried] {
			return
		}
		seen[name], seen[tried] = true, true
		if typ.Facts != nil {
			structured++
		}
		bad := 0
		samples(func(b []byte) {
			for _, big := range []bool{false, true} {
				text, ok := typ.Format(b, big)
				var facts any
				if typ.Facts != nil && ok {
					facts = typ.Facts(b, big)
				}
				if ok && facts == nil && !reOneFact.MatchString(text) && ownWords[name] == "" && bad < 2 {
					bad++
					t.Errorf("%s: %s says several things in words: %q", at, name, text)
				}
				if err := soundFact(facts); facts != nil && err != nil && bad < 2 {
					bad++
					t.Errorf("%s: %s: %v in %v", at, name, err, facts)
				}
			}
		})
	})
	if structured < 40 {
		t.Errorf("only %d values have facts", structured)
	}
	for name := range ownWords {
		if !seen[name] {
			t.Errorf("no table has the format %s", name)
		}
	}
}

// freeText are members whose text is that of the message.
var freeText = map[string]bool{"value": true, "text": true, "country": true, "environment": true, "field": true, "op": true}

// soundFact says what is wrong with a structured value: a type that JSON output cannot
// write, one name twice, or prose once more.
func soundFact(v any) error {
	switch v := v.(type) {
	case nil, bool, uint64, int64, float64, []uint64:
	case string:
		if !reOneFact.MatchString(v) {
			return fmt.Errorf("%q is prose", v)
		}
	case []string:
		for _, s := range v {
			if err := soundFact(s); err != nil {
				return err
			}
		}
	case []any:
		for _, x := range v {
			if err := soundFact(x); err != nil {
				return err
			}
		}
	case schema.Object:
		names := map[string]bool{}
		for _, m := range v {
			if names[m.Name] {
				return fmt.Errorf("%q twice", m.Name)
			}
			names[m.Name] = true
			if _, text := m.Value.(string); text && freeText[m.Name] {
				continue
			}
			if err := soundFact(m.Value); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("a %s", reflect.TypeOf(v))
	}
	return nil
}

// funcName is the last part of a function's name; of one made by a function, that one's.
func funcName(f any) string {
	name := runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
	name = name[strings.LastIndex(name, "/")+1:]
	return strings.Split(strings.TrimPrefix(name, "families."), ".")[0]
}
