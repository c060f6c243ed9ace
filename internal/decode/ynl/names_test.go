// SPDX-License-Identifier: Apache-2.0

package ynl_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
)

var (
	reComment = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	reEnum    = regexp.MustCompile(`(?s)\benum\b[^{};]*\{(.*?)\}`)
	reDefine  = regexp.MustCompile(`(?m)^#define\s+(\w+)\s+\(?(0[xX][0-9a-fA-F]+|\d+)\)?\s*$`)
	reShift   = regexp.MustCompile(`^\(?\s*1(?:U|UL|ULL)?\s*<<\s*(\w+)\s*\)?$`)
)

// uapiNames reads the enumerators and the numeric macros of the installed
// headers.
func uapiNames(t *testing.T) map[string]uint64 {
	t.Helper()
	names := map[string]uint64{}
	files, err := filepath.Glob("/usr/include/linux/*.h")
	if err != nil || len(files) == 0 {
		t.Skip("no UAPI headers (package linux-libc-dev)")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		src := strings.ReplaceAll(reComment.ReplaceAllString(string(data), ""), "\\\n", " ")
		for _, d := range reDefine.FindAllStringSubmatch(src, -1) {
			if v, err := strconv.ParseUint(d[2], 0, 64); err == nil {
				names[d[1]] = v
			}
		}
		for _, e := range reEnum.FindAllStringSubmatch(src, -1) {
			readEnum(names, e[1])
		}
	}
	return names
}

func readEnum(names map[string]uint64, body string) {
	next, known := uint64(0), true
	for _, item := range strings.Split(body, ",") {
		var code []string
		for _, line := range strings.Split(item, "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				code = append(code, line)
			}
		}
		name, expr, given := strings.Cut(strings.Join(code, " "), "=")
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if given {
			next, known = value(names, strings.TrimSpace(expr))
		}
		if known {
			names[name] = next
			next++
		}
	}
}

func value(names map[string]uint64, expr string) (uint64, bool) {
	if m := reShift.FindStringSubmatch(expr); m != nil {
		n, ok := value(names, m[1])
		return 1 << (n & 63), ok
	}
	if v, err := strconv.ParseUint(expr, 0, 64); err == nil {
		return v, true
	}
	v, ok := names[expr]
	return v, ok
}

// notInHeaders are computed names that no header has, with why. A * at the end
// stands for anything.
var notInHeaders = map[string]string{}

// wrong are names to which specs of 6.12 give the wrong number.
var wrong = map[string]string{
	"NL_POLICY_TYPE_ATTR_PAD":  "nlctrl.yaml has pad and mask the other way round",
	"NL_POLICY_TYPE_ATTR_MASK": "nlctrl.yaml has pad and mask the other way round",
}

func excused(name string) bool {
	for pattern := range notInHeaders {
		if p, ok := strings.CutSuffix(pattern, "*"); name == pattern || ok && strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// TestNames holds the computed names against the headers: a name that a header
// has must have its number, and one that it lacks must be newer than the
// header.
func TestNames(t *testing.T) {
	uapi := uapiNames(t)
	right := 0
	for _, f := range kernelFamilies(t) {
		if f.Protocol != 16 {
			continue // no C is generated of raw specs: they have no UAPI names
		}
		c := namesChecker{t: t, uapi: uapi}
		cmds := map[string]uint64{}
		for _, m := range f.Messages {
			if m.Name == strings.ToUpper(m.Name) {
				cmds[m.Name] = uint64(m.ID)
			}
		}
		c.check(f.Name+" commands", cmds)
		schema.Walk(schema.Visitor{
			Set: func(at *schema.Place, s *schema.Set) {
				ids := map[string]uint64{}
				for i := range s.Attrs {
					ids[s.Attrs[i].Name] = uint64(s.Attrs[i].ID)
				}
				c.check(at.String()+" "+s.Name, ids)
			},
			Enum: func(at *schema.Place, e *schema.Enum) {
				names := map[string]uint64{}
				for _, v := range e.Values {
					names[v.Name] = v.N
				}
				c.check(at.String()+" "+e.Name, names)
			},
		}, f)
		right += c.right
	}
	if right < 900 {
		t.Errorf("only %d names are in the headers", right)
	}
}

type namesChecker struct {
	t     *testing.T
	uapi  map[string]uint64
	right int
}

// check holds one enum against the headers.
func (c *namesChecker) check(where string, names map[string]uint64) {
	newest := uint64(0)
	for name, n := range names {
		if _, ok := c.uapi[name]; ok {
			newest = max(newest, n)
		}
	}
	for name, n := range names {
		have, ok := c.uapi[name]
		switch {
		case ok && have != n && n != 1<<(have&63) && wrong[name] == "":
			c.t.Errorf("%s: %s is %d, the header says %d", where, name, n, have)
		case ok:
			c.right++
		case n <= newest && newest > 0 && !excused(name):
			c.t.Errorf("%s: no header has %s (%d)", where, name, n)
		}
	}
}
