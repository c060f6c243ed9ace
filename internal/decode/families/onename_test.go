// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/export"
)

// TestOneName: the headers in front of a message's attributes make one JSON object,
// so no two of their members have one name.
func TestOneName(t *testing.T) {
	genl := map[string]bool{"cmd": true, "version": true, "reserved": true}
	nfgen := map[string]bool{"nfgen_family": true, "version": true, "res_id": true}
	for _, f := range families.All() {
		for i := range f.Messages {
			m := &f.Messages[i]
			for _, l := range m.Layouts() {
				st := l.Header
				if st == nil && !m.NoHeader {
					st = f.Header
				}
				if st == nil {
					continue
				}
				for _, fd := range st.Fields {
					if fd.Name == "attrs" || fd.Name == "rest" ||
						f.Protocol == capture.NETLINK_GENERIC && genl[fd.Name] && fd.Type.Kind != schema.Pad ||
						f.Protocol == capture.NETLINK_NETFILTER && nfgen[fd.Name] {
						t.Errorf("%s: member %s of %s is in front of it already", f.Name, fd.Name, m.Name)
					}
				}
			}
		}
	}
}

// TestOneNameInJSON: no object of what is written for all fixtures and recordings
// has one name twice.
func TestOneNameInJSON(t *testing.T) {
	objects := 0
	var out bytes.Buffer
	check := func(where string, m *decode.Message) {
		out.Reset()
		if err := export.NewJSON(&out, nil).WriteMessage(m); err != nil {
			t.Fatal(err)
		}
		n, err := uniqueNames(json.NewDecoder(&out))
		if err != nil {
			t.Errorf("%s: %s: %v", where, m.Type, err)
		}
		objects += n
	}
	for _, r := range recordings(t, "") {
		for i := range r.messages {
			check(r.name+"."+r.kernel, &r.messages[i])
		}
	}
	for _, fam := range families.All() {
		files, _ := filepath.Glob(filepath.Join("testdata", fam.Name, "*.txtar"))
		for _, file := range files {
			for _, m := range fixtureMessages(t, file, fam.Protocol) {
				check(file, &m)
			}
		}
	}
	if objects < 10000 {
		t.Errorf("only %d objects", objects)
	}
}

// TestOneNameOfText: text may say a name twice, and words without one.
func TestOneNameOfText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`pid=1 pid=2 pid.2=3 pid=4`, `{"pid":1,"pid.2":2,"pid.2.2":"3","pid.3":4}`},
		{`tty pid=1 is here pid=x`, `{"rest":"tty","pid":1,"rest.2":"is here","pid.2":"x"}`},
		{`msg='res=1 res=2'`, `{"msg":{"res":1,"res.2":2}}`},
	} {
		v := vector{proto: 9, dir: capture.DirReply, hex: "00000000140500000100000000000000" + asHex(c.text)}
		var out bytes.Buffer
		if err := export.NewJSON(&out, nil).WriteMessage(decodeVector(t, &v)); err != nil {
			t.Fatal(err)
		}
		var got struct{ Header json.RawMessage }
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, string(got.Header)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
	}
}

// fixtureMessages are the messages of a fixture.
func fixtureMessages(t *testing.T, file string, protocol uint16) []decode.Message {
	t.Helper()
	d := decode.New(families.All(), decode.Options{})
	var all []decode.Message
	for _, f := range readFixture(t, file).Frames(protocol) {
		all = d.Frame(f, all)
	}
	return all
}

// uniqueNames reads one JSON value and counts its objects; two equal names in one
// are an error.
func uniqueNames(d *json.Decoder) (objects int, err error) {
	var open []map[string]bool // nil: an array
	key := false
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return objects, nil
		}
		if err != nil {
			return objects, err
		}
		var in map[string]bool
		if len(open) > 0 {
			in = open[len(open)-1]
		}
		switch tok {
		case json.Delim('{'):
			objects++
			open, key = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open, key = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			key = len(open) > 0 && open[len(open)-1] != nil
			continue
		}
		if in == nil {
			continue
		}
		if name, ok := tok.(string); key && ok {
			if in[name] {
				return objects, fmt.Errorf("%q is twice in one object", name)
			}
			in[name] = true
		}
		key = !key
	}
}
