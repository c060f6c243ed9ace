// SPDX-License-Identifier: Apache-2.0

package rtnames

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// under writes files below a directory that stands for /.
func under(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func list(n *capture.LocalNames) []string {
	var all []string
	n.Each(func(file string, id uint32, name string) { all = append(all, fmt.Sprintf("%s %d %s", file, id, name)) })
	return all
}

func TestRead(t *testing.T) {
	const etc, share, lib = "etc/iproute2/", "usr/share/iproute2/", "usr/lib/iproute2/"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
		said  string // of the one problem; "": none
	}{
		{name: "nothing is there"},
		{"numbers and comments", map[string]string{etc + "rt_tables": "# a\n\n \t# b\n10 ten\n\t0x0B\televen # the eleventh\n010 again\n-1 below\n 4294967295 beyond\n"},
			[]string{"rt_tables 10 again", "rt_tables 11 eleven"}, ""},
		{"beyond a byte", map[string]string{etc + "rt_protos": "255 last\n256 none\n", etc + "group": "70000 many\n"},
			[]string{"group 70000 many", "rt_protos 255 last"}, ""},
		{"no newline at the end, CRLF", map[string]string{etc + "rt_realms": "1 a\r\n2 b"}, []string{"rt_realms 1 a", "rt_realms 2 b"}, ""},
		{"of two places /etc", map[string]string{etc + "rt_scopes": "1 a\n", share + "rt_scopes": "1 b\n2 c\n"}, []string{"rt_scopes 1 a"}, ""},
		{"what the distribution installed", map[string]string{share + "rt_dsfield": "0x28 AF11\n", lib + "rt_dsfield": "0x28 old\n"}, []string{"rt_dsfield 40 AF11"}, ""},
		{"of 6.5", map[string]string{lib + "rt_addrprotos": "9 x\n"}, []string{"rt_addrprotos 9 x"}, ""},
		{"an empty file stands for the other, too", map[string]string{etc + "rt_protos": "", share + "rt_protos": "77 x\n"}, nil, ""},
		{"directories", map[string]string{
			etc + "rt_tables": "1 file\n2 file\n3 file\n", share + "rt_tables.d/a.conf": "2 usr\n", share + "rt_tables.d/over.conf": "3 hidden\n",
			etc + "rt_tables.d/over.conf": "4 etc\n", etc + "rt_tables.d/z.conf": "2 z\n", etc + "rt_tables.d/README": "5 x\n",
			etc + "rt_tables.d/.conf": "6 x\n", etc + "rt_tables.d/.hidden.conf": "7 x\n",
		}, []string{"rt_tables 1 file", "rt_tables 2 z", "rt_tables 3 file", "rt_tables 4 etc"}, ""},
		{"no directory of realms is looked for", map[string]string{etc + "rt_realms.d/a.conf": "1 a\n"}, nil, ""},
		{"bits", map[string]string{etc + "protodown_reasons.d/frr.conf": "0 mlag\n31 last\n32 none\n"}, []string{"protodown_reasons 0 mlag", "protodown_reasons 31 last"}, ""},
		{"up to the first malformed line", map[string]string{etc + "rt_protos": "1 a\nx b\n2 c\n"}, []string{"rt_protos 1 a"}, "rt_protos: line 2 is"},
		{"a number alone", map[string]string{etc + "rt_protos": "1 a\n2\n"}, []string{"rt_protos 1 a"}, "line 2 is"},
		{"a line without end", map[string]string{etc + "rt_protos": "1 a\n" + strings.Repeat("9", 1<<20)}, []string{"rt_protos 1 a"}, "line 2 is"},
		{"names of a terminal's", map[string]string{etc + "rt_protos": "1 \x1b[31mred\n2 \xff\n"}, []string{"rt_protos 1 \x1b[31mred", "rt_protos 2 \xff"}, ""},
		{"a long name", map[string]string{etc + "rt_protos": "1 " + strings.Repeat("x", 65) + "\n2 " + strings.Repeat("y", 64) + "\n"},
			[]string{"rt_protos 2 " + strings.Repeat("y", 64)}, ""},
		{"bytes", map[string]string{etc + "rt_protos": "\x00\x01\x02"}, nil, "line 1 is"},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			names, problems := Read(under(t, c.files))
			if diff := cmp.Diff(c.want, list(names)); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			if (names == nil) != (len(c.want) == 0) {
				t.Errorf("%v of %d names", names, len(c.want))
			}
			if got := strings.Join(problems, "; "); c.said == "" && got != "" || !strings.Contains(got, c.said) {
				t.Errorf("problems: %q, want %q", got, c.said)
			}
		})
	}
}

// What is read is bounded, and no kind of file makes nltop wait.
func TestBounds(t *testing.T) {
	var b strings.Builder
	for i := range 3 * capture.MaxLocalNames {
		fmt.Fprintf(&b, "%d n%d\n", i, i)
	}
	names, problems := Read(under(t, map[string]string{"etc/iproute2/rt_tables": b.String(), "etc/iproute2/rt_protos": "7 x\n"}))
	if names.Len() != capture.MaxLocalNames || len(problems) != 1 || !strings.Contains(problems[0], "more names than") {
		t.Errorf("%d names, %q", names.Len(), problems)
	}
	root := under(t, map[string]string{"etc/iproute2/rt_tables/x": "1 a\n"})
	if err := unix.Mkfifo(filepath.Join(root, "etc/iproute2/rt_protos"), 0o600); err != nil {
		t.Fatal(err)
	}
	if names, problems = Read(root); names != nil || len(problems) != 2 || !strings.Contains(problems[1], "no regular file") {
		t.Errorf("%v, %q", list(names), problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("1 a\n0x2 b # c\n")
	f.Add("-1 a\n99999999999999999999 b\n")
	f.Fuzz(func(t *testing.T, text string) {
		names, _ := Read(under(t, map[string]string{"etc/iproute2/rt_protos": text}))
		names.Each(func(file string, id uint32, name string) {
			if file != "rt_protos" || id > 255 || name == "" || len(name) > capture.MaxLocalName || strings.ContainsAny(name, " \t\n") {
				t.Errorf("%s %d %q", file, id, name)
			}
		})
	})
}
