// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// figures are JSON lines without what may differ: texts of people and machines, and
// attributes.
func figures(t *testing.T, text string) []string {
	t.Helper()
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		b, err := json.Marshal(withoutWhose("", v))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	return lines
}

// stays are the texts that are no names.
var stays = strings.Fields("time source dir protocol family type kind flags outcome verdict error_name cause trigger group name raw_type")

func withoutWhose(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			switch k {
			case "attrs", "header", "says", "cmdline", "uid", "loginuid", "text", "value", "left", "cause_says", "advice", "login_uid":
				delete(v, k)
			default:
				v[k] = withoutWhose(k, x)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutWhose(key, v[i])
		}
	case string:
		if !slices.Contains(stays, key) {
			return ""
		}
	}
	return v
}

// TestScrubAnonymised: a recording with pseudonyms tells the same figures, is the same
// with the same key, says that it is one, and does not change any more what it is about
// when it is written again.
func TestScrubAnonymised(t *testing.T) {
	bin, dir := nltop(t), t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte("0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	ok := func(args ...string) (stdout, stderr string) {
		t.Helper()
		stdout, stderr, code := run(t, bin, args...)
		if code != 0 {
			t.Fatalf("nltop %s: %d\n%s", strings.Join(args, " "), code, stderr)
		}
		return stdout, stderr
	}
	for _, source := range []string{"fentry", "syscall", "nlmon", "listen"} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			a := unpacked(t, filepath.Join("testdata/84eb856", source+".pcapng.gz"))
			b, again := a+".b", a+".again"
			_, said := ok("scrub", "--anonymise", "--key", key, a, b)
			if !strings.Contains(said, "pseudonyms (key ") {
				t.Errorf("scrub says nothing of pseudonyms: %s", said)
			}
			ok("scrub", "-q", "--anonymise", "--key", key, a, again)
			sameBytes(t, b, again)
			_, said = ok("trace", "-r", b)
			if !strings.Contains(said, "names and addresses are pseudonyms (key ") {
				t.Errorf("the file says nothing of pseudonyms: %s", said)
			}
			for _, args := range [][]string{{"stat", "-o", "json"}, {"trace", "-q", "-o", "json"}, {"trace", "-q", "-e", "-o", "json"}, {"stat", "-o", "json", "--by", "netns"}} {
				was, _ := ok(append(args, "-r", a)...)
				now, _ := ok(append(args, "-r", b)...)
				p, q := figures(t, was), figures(t, now)
				slices.Sort(p)
				slices.Sort(q)
				if !slices.Equal(p, q) {
					for i := range p {
						if i >= len(q) || p[i] != q[i] {
							t.Errorf("%v: %d and %d lines; the first that differs is\n%s\nand was\n%s", args, len(q), len(p), q[min(i, len(q)-1)], p[i])
							break
						}
					}
				}
			}
			other := a + ".other"
			ok("scrub", "-q", "--anonymise", a, other)
			x, _ := os.ReadFile(b)
			y, _ := os.ReadFile(other)
			if bytes.Equal(x, y) {
				t.Error("without a key the pseudonyms are those of another run")
			}
			twice := a + ".twice"
			ok("trace", "-q", "-r", b, "-w", twice)
			if _, said = ok("trace", "-r", twice); !strings.Contains(said, "names and addresses are pseudonyms (key ") {
				t.Error("a copy of the file does not say so any more")
			}
		})
	}
}

func sameBytes(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%s and %s differ", a, b)
	}
}

// linkNames are the names of links in a recording, in their order.
func linkNames(t *testing.T, text string) []string {
	t.Helper()
	var names []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var m struct {
			Attrs []struct {
				Name  string
				Value any
			}
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		for _, a := range m.Attrs {
			if name, ok := a.Value.(string); ok && a.Name == "IFLA_IFNAME" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// TestAnonymisedAsks: what is asked of a recording under the pseudonym of a link has as
// many answers as under its name, and -f asks about the names.
func TestAnonymisedAsks(t *testing.T) {
	bin := nltop(t)
	a := unpacked(t, "testdata/84eb856/fentry.pcapng.gz")
	b := a + ".b"
	out := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := run(t, bin, args...)
		if code != 0 {
			t.Fatalf("nltop %s: %d\n%s", strings.Join(args, " "), code, stderr)
		}
		return stdout
	}
	out("scrub", "-q", "--anonymise", a, b)
	was, now := linkNames(t, out("trace", "-q", "-o", "json", "-r", a)), linkNames(t, out("trace", "-q", "-o", "json", "-r", b))
	if len(was) < 2 || len(was) != len(now) {
		t.Fatalf("links %v and %v", was, now)
	}
	asked := 0
	for i, name := range was {
		if (name == now[i]) != (name == "lo") {
			t.Errorf("link %s is %s", name, now[i])
		}
		p, q := strings.Count(out("who", name, "-r", a), "\n"), strings.Count(out("who", now[i], "-r", b), "\n")
		if p != q {
			t.Errorf("who %s has %d lines, who %s %d", name, p, now[i], q)
		}
		asked += p
		expr := `attr("IFLA_IFNAME") == "` + name + `" || proc.comm == "ip"`
		plain := strings.Count(out("trace", "-q", "-r", a, "-f", expr), "\n")
		anonymous := out("trace", "-q", "-r", a, "-f", expr, "--anonymise")
		if n := strings.Count(anonymous, "\n"); n != plain {
			t.Errorf("-f %s has %d lines, with --anonymise %d", expr, plain, n)
		}
		if len(name) > 2 && strings.Contains(anonymous, name) {
			t.Errorf("%s is shown", name)
		}
	}
	if asked < 5 {
		t.Errorf("only %d answers", asked)
	}
}

// TestAnonymiseRefused: mistakes are told.
func TestAnonymiseRefused(t *testing.T) {
	bin, dir := nltop(t), t.TempDir()
	short, a := filepath.Join(dir, "short"), unpacked(t, "testdata/84eb856/listen.pcapng.gz")
	if err := os.WriteFile(short, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a key alone", []string{"trace", "-r", a, "--key", short}, "--key goes with --anonymise"},
		{"a short key", []string{"trace", "-r", a, "--anonymise", "--key", short}, "16 to 1048576 bytes wanted"},
		{"no key", []string{"trace", "-r", a, "--anonymise", "--key", short + "x"}, "no such file"},
		{"onto itself", []string{"scrub", "--anonymise", a, a}, "is the file that"},
		{"with --secrets", []string{"trace", "-r", a, "--anonymise", "--secrets"}, "exclude each other"},
		{"with --keep", []string{"record", "--anonymise", "--keep", "1MB", "-w", dir}, "exclude each other"},
		{"one name", []string{"scrub", "--anonymise", a}, "accepts 2 arg"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, stderr, code := run(t, bin, tt.args...)
			if code == 0 || !strings.Contains(stderr, tt.want) {
				t.Errorf("%d: %s", code, stderr)
			}
		})
	}
}

// TestScrubKeys: scrub withholds the keys that are in an old recording; what has been
// withheld is so, and known as such, when names become pseudonyms afterwards, and is
// withheld too where both happens at once.
func TestScrubKeys(t *testing.T) {
	bin := nltop(t)
	a := unpacked(t, "../decode/families/testdata/lab/wireguard.6.12.pcapng.gz")
	var keys [][]byte
	b, c, d := a+".b", a+".c", a+".d"
	must(t, bin, "scrub", "-q", a, b)
	must(t, bin, "scrub", "-q", "--anonymise", b, c)
	must(t, bin, "scrub", "-q", "--anonymise", a, d)
	raw, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range privateKeyHead.FindAllIndex(raw, -1) {
		if key := raw[at[1] : at[1]+32]; !bytes.Equal(key, make([]byte, 32)) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		t.Fatal("no key in the recording")
	}
	withheld := strings.Count(must(t, bin, "trace", "-q", "-o", "json", "-r", a), `"redacted"`)
	for _, path := range []string{b, c, d} {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if bytes.Contains(file, key) {
				t.Errorf("%s has the key %x", filepath.Base(path), key)
			}
		}
		if n := strings.Count(must(t, bin, "trace", "-q", "-o", "json", "-r", path), `"redacted"`); n != withheld || n == 0 {
			t.Errorf("%s: %d values withheld, in the original %d", filepath.Base(path), n, withheld)
		}
	}
}

// privateKeyHead is the head of the attribute WGDEVICE_A_PRIVATE_KEY.
var privateKeyHead = regexp.MustCompile(`\x24\x00\x03\x00`)
