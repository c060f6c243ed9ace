// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

func TestBoth(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"", "seq == 1", "seq == 1"}, {"seq == 1", "", "seq == 1"}, {"", "", ""}, {"seq == 1", "seq == 1", "seq == 1"},
		{"seq == 1", "error != 0", "seq == 1 && error != 0"},
		{"seq == 1 || seq == 2", "error != 0", "(seq == 1 || seq == 2) && error != 0"},
		{"let x = seq; x == 1", "error != 0", "(let x = seq; x == 1) && error != 0"},
		{"seq == 1", "error == 0 ? true : false", "seq == 1 && (error == 0 ? true : false)"},
	} {
		got := Both(tt.a, tt.b)
		if got != tt.want {
			t.Errorf("%q and %q: %q, want %q", tt.a, tt.b, got, tt.want)
		}
		if got != "" {
			if _, err := Compile(got); err != nil {
				t.Errorf("%s: %v", got, err)
			}
		}
	}
}

func TestClauses(t *testing.T) {
	for _, tt := range []struct {
		name string
		got  Clause
		yes  string
	}{
		{"text", Is("proc.name", `a"b\c`), `proc.name == "a\"b\\c"`},
		{"number", Is("seq", 7), `seq == 7`},
		{"not UTF-8", Is("proc.name", "\xff"), ``},
		{"too long", Is("proc.name", string(make([]byte, 1000))), ``},
		{"list", Contains("flags", "NLM_F_ACK"), `"NLM_F_ACK" in flags`},
		{"several", All(Is("seq", 7), Clause{}, Is("error", 2)), `seq == 7 && error == 2`},
		{"one", All(Clause{}, Is("error", 2)), `error == 2`},
		{"none", All(), ``},
	} {
		if tt.got.Yes != tt.yes || (tt.got.No == "") != (tt.yes == "") {
			t.Errorf("%s: %q and %q, want %q", tt.name, tt.got.Yes, tt.got.No, tt.yes)
		}
	}
}

// clauseChecker asks the clauses of a message all at once: to compile each takes minutes.
type clauseChecker struct {
	t       *testing.T
	opts    Options
	clauses []Clause
	asked   int
	seen    map[string]bool // kinds of messages with the names of their attributes
	nothing map[string]bool // attributes with a name of which a clause says nothing
}

func (c *clauseChecker) add(clause Clause) {
	if clause.Yes != "" {
		c.clauses = append(c.clauses, clause)
	}
}

// unseen notes what attributes messages of a kind have, and says whether one is new.
func (c *clauseChecker) unseen(kind string, nodes []decode.Node) bool {
	fresh := false
	for i := range nodes {
		what := kind + " " + nodes[i].Name
		fresh = !c.seen[what] || fresh
		c.seen[what] = true
		fresh = c.unseen(kind, nodes[i].Children) || fresh
	}
	return fresh
}

// unaskable are named parts of messages that attr() does not reach, and why.
var unaskable = map[string]string{
	"msg": "what an error quotes", "selector": "of struct nla_bitfield32, which is asked as a whole",
	"value": "of struct nla_bitfield32", "ACTION@DEVPATH": "of a uevent its keys are asked", "prefix": "of udev's header",
	"magic": "of udev's header", "header_size": "of udev's header", "properties_off": "of udev's header",
	"properties_len": "of udev's header", "filter_subsystem_hash": "of udev's header", "filter_devtype_hash": "of udev's header",
	"filter_tag_bloom_hi": "of udev's header", "filter_tag_bloom_lo": "of udev's header",
}

func (c *clauseChecker) nodes(x *correlate.Observation, nodes []decode.Node) {
	for i := range nodes {
		n := &nodes[i]
		clause := Attribute(x, n)
		if n.Name != "" && clause.Yes == "" && unaskable[n.Name] == "" {
			c.nothing[x.Message.Type+" "+n.Name] = true
		}
		if !c.opts.Attrs[n.Name] && !ueventKeys[n.Name] {
			continue // a key of audit's records: anybody's choice, and may look like a mistyped name
		}
		c.add(clause)
		if n.Name != "msg" || x.Message.Err == nil {
			c.nodes(x, n.Children)
		}
	}
}

// match compiles and asks one expression.
func (c *clauseChecker) match(x *correlate.Observation, expr string) (bool, error) {
	f, err := c.opts.Compile(expr)
	if err != nil {
		return false, err
	}
	return f.Match(x), f.LastError()
}

// check asks what was added, in one expression, and which it is if that is wrong.
func (c *clauseChecker) check(x *correlate.Observation, where string) {
	c.t.Helper()
	for part := range slices.Chunk(c.clauses, 60) {
		var yes, no []string
		for _, clause := range part {
			yes, no = append(yes, clause.Yes), append(no, clause.No)
		}
		pass, err := c.match(x, strings.Join(yes, " && "))
		wrong, err2 := c.match(x, strings.Join(no, " || "))
		c.asked += len(part)
		if pass && !wrong && err == nil && err2 == nil {
			continue
		}
		for _, clause := range part {
			if ok, err := c.match(x, clause.Yes); !ok || err != nil {
				c.t.Errorf("%s: the message does not pass its own %s: %v", where, clause.Yes, err)
			}
			if ok, err := c.match(x, clause.No); ok || err != nil {
				c.t.Errorf("%s: the message passes %s, or fails: %v", where, clause.No, err)
			}
		}
	}
}

// Every kind of message of the recordings of the lab passes the clause of each of its
// attributes and fields, and fails the opposite.
func TestClausesOfLab(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../decode/families/testdata/lab/*.6.12.pcapng.gz")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	c := &clauseChecker{t: t, opts: Known(families.All()), seen: map[string]bool{}, nothing: map[string]bool{}}
	fields := []string{"family", "type", "about", "type_id", "cmd", "flags", "seq", "portid", "len", "netns", "proc.pid", "proc.comm", "proc.name", "error_name", "dir", "outcome"}
	for _, path := range files {
		r, err := pcapng.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		dec, tracker, many := decode.New(families.All(), decode.Options{}), correlate.New(), map[string]int{}
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range tracker.Frame(rec.Frame, dec.Frame(rec.Frame, nil), nil) {
				if x.Message == nil {
					continue
				}
				kind := x.Type + " " + x.Frame.Dir.String()
				if many[kind]++; many[kind] > 20 {
					continue // of a dump
				}
				body := x.Message.Body()
				fresh := c.unseen(kind, append([]decode.Node{{}}, body.Fields...))
				if fresh = c.unseen(kind, body.Attrs) || fresh; !fresh {
					continue
				}
				c.clauses = c.clauses[:0]
				c.nodes(&x, body.Fields)
				c.nodes(&x, body.Attrs)
				for _, f := range fields {
					c.add(Of(&x, f))
				}
				c.check(&x, filepath.Base(path)+" "+x.Type)
			}
		}
		_ = r.Close()
	}
	if c.asked < 10000 {
		t.Errorf("only %d clauses were asked", c.asked)
	}
	if len(c.nothing) > 0 {
		t.Errorf("of these attributes a clause says nothing: %v", c.nothing)
	}
}
