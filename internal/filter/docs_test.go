// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

func readDocs(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/filter.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var codeBlock = regexp.MustCompile("(?ms)^```expr\n(.*?)\n```$")

// Every example compiles, with all checks of names, and evaluates.
func TestDocsExamples(t *testing.T) {
	request, failed := exchange(t)
	opts := Known(families.All())
	blocks := codeBlock.FindAllStringSubmatch(readDocs(t), -1)
	if len(blocks) < 10 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, b := range blocks {
		f, err := opts.Compile(b[1])
		if err != nil {
			t.Error(err)
			continue
		}
		f.Match(&request)
		f.Match(&failed)
		if f.Errors() != 0 {
			t.Error(f.LastError())
		}
	}
}

// The table of names is the environment, no more and no less.
func TestDocsNames(t *testing.T) {
	var got []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (?:text|number|list|time|process|trigger|true or false) \\|").FindAllStringSubmatch(readDocs(t), -1) {
		got = append(got, m[1])
	}
	want := slices.DeleteFunc(userNames(), func(s string) bool { return s == "attr" || s == "attrs" || s == "has" })
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("documented: %s\nthe names are: %s", strings.Join(got, " "), strings.Join(want, " "))
	}
	for _, name := range fieldNames(process{}) {
		if !strings.Contains(readDocs(t), "`"+name+"`") {
			t.Errorf("%s of a process is not documented", name)
		}
	}
	for _, name := range fieldNames(trigger{}) {
		if !strings.Contains(readDocs(t), "`"+name+"`") {
			t.Errorf("%s of a trigger is not documented", name)
		}
	}
	for name, words := range vocabulary() {
		if name == "protocol" || name == "flags" || name == "error_name" {
			continue
		}
		for w := range words {
			if !strings.Contains(readDocs(t), "`"+w+"`") {
				t.Errorf("%s of %s is not documented", w, name)
			}
		}
	}
}

// The error that the page shows is what nltop says.
func TestDocsError(t *testing.T) {
	_, err := Compile(`famly == "route"`)
	if err == nil || !strings.Contains(readDocs(t), "```\n"+err.Error()+"\n```") {
		t.Errorf("the page does not show %v", err)
	}
}

// What the page says of values holds for the tables that nltop has.
func TestDocsValues(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	// struct rtmsg { family, dst_len, src_len, tos, table, protocol, scope, type; flags }
	rtmsg := []byte{2, 8, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0}
	b := nltest.Message(24, 5, 1, 1, rtmsg, nltest.Attr(1, []byte{10, 0, 0, 0}), nltest.Attr(4, nltest.U32(3)), nltest.Attr(15, nltest.U32(254)))
	f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest}, Data: b, OrigLen: len(b)}
	ms := d.Frame(f, nil)
	x := correlate.Observation{Frame: f, Message: &ms[0], Family: ms[0].Family, Type: ms[0].Type}
	for _, src := range []string{
		`attr("RTA_DST") == "10.0.0.0/8" && attr("RTA_DST") == "10.0.0.0"`,
		`attr("RTA_TABLE") == "RT_TABLE_MAIN" && attr("RTA_TABLE") == 254 && attr("rtm_table") == 254`,
		`type == "RTM_NEWROUTE" && family == "route" && attr("RTA_OIF") == 3`,
	} {
		if !ask(t, src, &x) {
			t.Errorf("%s does not match", src)
		}
	}
}
