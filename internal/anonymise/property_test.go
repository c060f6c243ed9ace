// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

const lab = "../decode/families/testdata/lab"

// recordings are those of the lab, of each kind the newest; with NLTOP_ALL_LAB all of them.
func recordings(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(lab, "*.pcapng.gz"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recordings in %s: %v", lab, err)
	}
	if os.Getenv("NLTOP_ALL_LAB") != "" {
		return paths
	}
	return slices.DeleteFunc(paths, func(p string) bool {
		newer := strings.Replace(p, ".6.1.pcapng", ".6.12.pcapng", 1)
		return newer != p && slices.Contains(paths, newer)
	})
}

func frames(t testing.TB, path string) []*capture.Frame {
	t.Helper()
	r, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var fs []*capture.Frame
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return fs
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		fs = append(fs, rec.Frame)
	}
}

func newTest(t testing.TB, key string) *Anonymiser {
	t.Helper()
	a, err := New(decode.New(families.All(), decode.Options{}), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestLab: of every frame of the lab, what decoding finds is the same but for the values,
// of which equal ones have become equal and others others; and of what told whose the
// recording is, nothing is in the file that is made of it: no bytes, and nothing of how
// they are written.
func TestLab(t *testing.T) {
	values := 0
	tables := families.All()
	for _, path := range recordings(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			a, err := New(decode.New(tables, decode.Options{}), []byte("a key for tests"))
			if err != nil {
				t.Fatal(err)
			}
			c := comparison{a: a, was: decode.New(tables, decode.Options{}), now: decode.New(tables, decode.Options{}),
				told: told{a, map[string]string{}, map[string]string{}, map[string]bool{}}}
			var out bytes.Buffer
			w, err := pcapng.NewWriter(&out, pcapng.Options{Version: "test", Info: capture.Info{Name: capture.SourceFentry, Pseudonyms: a.Fingerprint()}})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range frames(t, path) {
				g, err := c.frame(f)
				if err != nil {
					t.Fatalf("frame %d: %v", f.ID, err)
				}
				if err := w.WriteFrame(g); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			c.told.search(t, out.Bytes())
			c.told.consistent(t)
			values += len(c.told.bytes)
		})
	}
	if values < 300 {
		t.Errorf("only %d values were looked for", values)
	}
}

// comparison is of frames before and after.
type comparison struct {
	a        *Anonymiser
	was, now *decode.Decoder
	told     told
	x, y     []decode.Message
	p, q     decode.Scratch
}

func (c *comparison) frame(f *capture.Frame) (*capture.Frame, error) {
	data := bytes.Clone(f.Data)
	g := c.a.Frame(f)
	if !bytes.Equal(f.Data, data) {
		return nil, errors.New("the original was written to")
	}
	if err := sameFrame(f, g); err != nil {
		return nil, err
	}
	c.told.process(&f.Proc)
	c.x, c.y = c.was.Frame(f, c.x[:0]), c.now.Frame(g, c.y[:0])
	if len(c.x) != len(c.y) {
		return nil, fmt.Errorf("%d messages, %d before", len(c.y), len(c.x))
	}
	for i := range c.x {
		if err := c.message(&c.x[i], &c.y[i]); err != nil {
			return nil, fmt.Errorf("%s %s: %w\nwas %x\nnow %x", c.x[i].Family, c.x[i].Type, err, c.x[i].Data, c.y[i].Data)
		}
	}
	return g, nil
}

// sameFrame compares what stays of a frame.
func sameFrame(f, g *capture.Frame) error {
	switch {
	case len(f.Data) != len(g.Data):
		return fmt.Errorf("%d bytes, %d before", len(g.Data), len(f.Data))
	case f.ID != g.ID, f.Of != g.Of, f.Cast != g.Cast, f.Cause != g.Cause, f.OrigLen != g.OrigLen, !f.Time.Equal(g.Time),
		f.Elapsed != g.Elapsed, f.Queue != g.Queue, f.Taken != g.Taken, f.TrueSize != g.TrueSize:
		return errors.New("its numbers differ")
	}
	// Of the origin and of processes everything stays but texts and users.
	x, y := *f.Origin, *g.Origin
	for _, o := range []*capture.Origin{&x, &y} {
		o.Names = nil
		blank(reflect.ValueOf(o).Elem())
	}
	if x != y {
		return fmt.Errorf("the origin is\n%+v, and was\n%+v", y, x)
	}
	return nil
}

// blank empties what may differ: texts, and the numbers of users.
func blank(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case f.Kind() == reflect.Struct:
			blank(f)
		case f.Kind() == reflect.String && v.Type().Field(i).Name != "Source":
			f.SetString(strings.Repeat("x", min(f.Len(), 1)))
		case f.Type() == reflect.TypeOf(capture.ID(0)):
			f.SetUint(min(f.Uint(), 1))
		}
	}
}

func (c *comparison) message(x, y *decode.Message) error {
	switch {
	case x.Family != y.Family, x.Type != y.Type, x.Header != y.Header, x.Cmd != y.Cmd, x.NoHeader != y.NoHeader, x.Offset != y.Offset:
		return fmt.Errorf("it is %s %s %+v now", y.Family, y.Type, y.Header)
	case (x.Problem == nil) != (y.Problem == nil):
		return fmt.Errorf("problem %v, before %v", y.Problem, x.Problem)
	case (x.Err == nil) != (y.Err == nil), x.Err != nil && (x.Err.Errno != y.Err.Errno || x.Err.Attr != y.Err.Attr || x.Err.Policy != y.Err.Policy ||
		x.Err.RequestType != y.Err.RequestType || x.Err.Offset != y.Err.Offset):
		return fmt.Errorf("error %+v, before %+v", y.Err, x.Err)
	}
	p, q := x.BodyIn(&c.p), y.BodyIn(&c.q)
	if q.Problem != "" && p.Problem == "" {
		return fmt.Errorf("problem %s", q.Problem)
	}
	if len(p.Rest) != len(q.Rest) {
		return fmt.Errorf("%d bytes rest, before %d", len(q.Rest), len(p.Rest))
	}
	if err := errors.Join(sameNodes(p.Fields, q.Fields), sameNodes(p.Attrs, q.Attrs)); err != nil {
		return err
	}
	if x.Family != "nlctrl" && !x.NoHeader {
		c.told.nodes(p.Fields, q.Fields, within{})
		c.told.nodes(p.Attrs, q.Attrs, within{})
	}
	return nil
}

func sameNodes(p, q []decode.Node) error {
	if len(p) != len(q) {
		return fmt.Errorf("%d nodes, before %d", len(q), len(p))
	}
	for i := range p {
		x, y := &p[i], &q[i]
		switch {
		case !alikeNode(x, y):
			return fmt.Errorf("%s is %s now: %v, before %v; %s, before %s", x.Label(), y.Label(), y.Value, x.Value, y.Problem, x.Problem)
		case x.Attr && x.Flags != y.Flags, x.Overridden != y.Overridden, x.Unflagged != y.Unflagged:
			return fmt.Errorf("%s: flags %x, before %x", x.Label(), y.Flags, x.Flags)
		case reflect.TypeOf(x.Value) != reflect.TypeOf(y.Value):
			return fmt.Errorf("%s is %T %v, before %T %v", x.Label(), y.Value, y.Value, x.Value, x.Value)
		}
		if err := sameNodes(x.Children, y.Children); err != nil {
			return fmt.Errorf("%s > %w", x.Label(), err)
		}
	}
	return nil
}
