// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
)

// maxSpecimen bounds the messages that are damaged, in bytes: the work grows
// with the square.
const maxSpecimen = 3000

// specimen is a message to be damaged, and a decoder that knows its family.
type specimen struct {
	key string
	decode.Message
	d *decode.Decoder
}

// specimens are one message of each family, type, direction and set of
// attributes at the top that fixtures and recordings have.
func specimens(t *testing.T) []specimen {
	t.Helper()
	found := map[string]decode.Message{}
	add := func(m *decode.Message) {
		if m.NoHeader || len(m.Data) > maxSpecimen || m.Problem != nil || len(m.Data) != int(m.Header.Len) || m.Family == "" {
			return
		}
		key := fmt.Sprintf("%s %s %s", m.FamilyText(), m.TypeText(), m.Frame.Dir)
		if old, ok := found[key]; !ok || len(m.Data) > len(old.Data) {
			found[key] = *m
		}
	}
	for _, fam := range families.All() {
		for _, file := range fixtureFiles(t, fam.Name) {
			d := decode.New(families.All(), decode.Options{})
			for _, f := range readFixture(t, file).Frames(fam.Protocol) {
				ms := d.Frame(f, nil)
				for i := range ms {
					add(&ms[i])
				}
			}
		}
	}
	for _, r := range recordings(t, "") {
		for i := range r.messages {
			add(&r.messages[i])
		}
	}
	var out []specimen
	for _, key := range slices.SortedFunc(maps.Keys(found), cmp.Compare[string]) {
		out = append(out, newSpecimen(key, found[key]))
	}
	return out
}

// newSpecimen teaches a decoder what the message's own had learned by then.
func newSpecimen(key string, m decode.Message) specimen {
	s := specimen{key, m, decode.New(all, decode.Options{})}
	if m.Frame.Protocol == capture.NETLINK_GENERIC && m.Family != "" && m.Header.Type != 16 {
		s.d.LearnFamily(m.Header.Type, m.Family, 0, nil)
	}
	return s
}

// damaged decodes the message after somebody changed its bytes.
func (s *specimen) damaged(data []byte, orig int) decode.Message {
	f := *s.Frame
	f.Data, f.OrigLen = data, orig
	return s.d.Frame(&f, nil)[0]
}

var all = families.All()

// TestMalformedCut: a message that was cut anywhere says so, and what was whole
// before the cut is decoded as it was.
func TestMalformedCut(t *testing.T) {
	for _, m := range specimens(t) {
		key := m.key
		whole := m.Body()
		step := 1
		if len(m.Data) > 600 {
			step = 1 + len(m.Data)/300
		}
		for n := decode.HeaderLen; n < len(m.Data); n += step {
			cut := m.damaged(bytes.Clone(m.Data[:n]), len(m.Data))
			b := cut.Body()
			if b.Problem == "" {
				t.Fatalf("%s cut at %d of %d bytes: no problem", key, n, len(m.Data))
			}
			before := 0
			for i := range whole.Attrs {
				if a := &whole.Attrs[i]; a.Attr && a.Off+len(a.Raw) <= n {
					before++
				}
			}
			if have := len(b.Attrs); have < before {
				t.Fatalf("%s cut at %d of %d bytes: %d attributes, %d were whole", key, n, len(m.Data), have, before)
			}
		}
	}
}

// TestMalformedLengths: a length that cannot be is a problem, and the nests
// around it go on behind it.
func TestMalformedLengths(t *testing.T) {
	for _, m := range specimens(t) {
		key := m.key
		b := m.Body()
		if b.Problem != "" {
			continue // a fixture of something malformed
		}
		o := order(m.Frame)
		tops := len(b.Attrs)
		var visit func(nodes []decode.Node, top int)
		visit = func(nodes []decode.Node, top int) {
			for i := range nodes {
				n := &nodes[i]
				at := top
				if at < 0 {
					at = i
				}
				if n.Attr {
					for _, l := range []uint16{0, 3, 0xffff} {
						data := bytes.Clone(m.Data)
						o.PutUint16(data[n.Head():], l)
						bad := m.damaged(data, len(data))
						got := bad.Body()
						if got.Problem == "" && len(got.Rest) == 0 {
							t.Fatalf("%s: %s at %d with length %d: no problem", key, n.Label(), n.Head(), l)
						}
						if want := tops; top >= 0 && len(got.Attrs) < want {
							t.Fatalf("%s: %s at %d, inside of %s, with length %d: %d attributes at the top, want %d",
								key, n.Label(), n.Head(), b.Attrs[at].Label(), l, len(got.Attrs), want)
						}
					}
				}
				if n.Nested && !n.Guess {
					visit(n.Children, at)
				}
			}
		}
		visit(b.Attrs, -1)
	}
}

func order(f *capture.Frame) binary.ByteOrder {
	if f.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// TestMalformedDeep: nests a thousand deep end with a problem, whatever set
// they are in, and cost no more than their bytes.
func TestMalformedDeep(t *testing.T) {
	for _, f := range all {
		if f.Protocol == capture.NETLINK_KOBJECT_UEVENT {
			continue
		}
		d := decode.New(all, decode.Options{})
		if f.Protocol == capture.NETLINK_GENERIC {
			d.LearnFamily(learned, f.Name, 0, nil)
		}
		for i := range f.Messages {
			def := &f.Messages[i]
			ids := []uint16{1}
			if def.Set != nil {
				ids = nil
				for j := range def.Set.Attrs {
					ids = append(ids, def.Set.Attrs[j].ID)
				}
			}
			for _, id := range ids[:min(len(ids), 8)] {
				deep(t, d, f, def.ID, id)
			}
		}
	}
}

// nests are a thousand in one another, by their type.
var nests = map[uint16][]byte{}

// learned is the ID of the generic family that deep sends.
const learned = 0x30

func deep(t *testing.T, d *decode.Decoder, f *schema.Family, typ, id uint16) {
	t.Helper()
	if nests[id] == nil {
		for range 1000 {
			nests[id] = nltest.Nest(id, nests[id])
		}
	}
	payload := append(make([]byte, 64), nests[id]...)
	switch f.Protocol {
	case capture.NETLINK_GENERIC:
		payload[0] = byte(typ)
		typ = learned
	case capture.NETLINK_NETFILTER:
		typ |= f.Subsys << 8
	}
	for _, skip := range []int{0, 4, 8, 12, 16, 20, 28, 36, 44, 60} {
		data := nltest.Message(typ, 0, 0, 0, payload[skip:])
		for _, m := range d.Frame(&capture.Frame{Origin: &capture.Origin{Protocol: f.Protocol}, Data: data, OrigLen: len(data)}, nil) {
			b := m.Body()
			if n := count(b.Fields) + count(b.Attrs); n > len(data) {
				t.Fatalf("%s %d: %d nodes of %d bytes", f.Name, typ, n, len(data))
			}
		}
	}
}

func count(nodes []decode.Node) int {
	n := len(nodes)
	for i := range nodes {
		n += count(nodes[i].Children)
	}
	return n
}

// TestSpecimens: most families have something to damage.
func TestSpecimens(t *testing.T) {
	if n := len(specimens(t)); n < 50 {
		t.Errorf("only %d kinds of message in fixtures and recordings", n)
	}
	if _, err := os.Stat(labDir); err != nil {
		t.Error(err)
	}
}
