// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestID(t *testing.T) {
	for _, tt := range []struct {
		name       string
		id         ID
		raw        uint32
		known, has bool
		text       string
	}{
		{"unknown", ID(0), unsetID, false, false, ""},
		{"root", IDOf(0), 0, true, true, "0"},
		{"a user", IDOf(1000), 1000, true, true, "1000"},
		{"the last", IDOf(4294967294), 4294967294, true, true, "4294967294"},
		{"known to be unset", IDOf(4294967295), 4294967295, true, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, known := tt.id.Raw()
			v, has := tt.id.Value()
			if known != tt.known || known != tt.id.Known() || known && raw != tt.raw {
				t.Errorf("Raw() = %d, %v", raw, known)
			}
			if has != tt.has || has && v != tt.raw {
				t.Errorf("Value() = %d, %v", v, has)
			}
			if s := tt.id.String(); s != tt.text {
				t.Errorf("String() = %q", s)
			}
		})
	}
	if IDOf(0) == ID(0) {
		t.Error("root is not told apart from unknown")
	}
}

func TestCmdLine(t *testing.T) {
	long := strings.Repeat("x", MaxCmdLine)
	for _, tt := range []struct {
		name string
		read string
		size uint64
		args []string
		text string
	}{
		{"unknown", "", 0, nil, ""},
		{"plain", "ip\x00route\x00add\x0010.0.0.0/8\x00", 0, []string{"ip", "route", "add", "10.0.0.0/8"}, "ip route add 10.0.0.0/8"},
		{"empty argument", "a\x00\x00b\x00", 0, []string{"a", "", "b"}, "a '' b"},
		{"nothing but an empty name", "\x00", 0, []string{""}, "''"},
		{"empty last argument", "a\x00\x00", 0, []string{"a"}, "a"},
		{"empty last argument of two", "a\x00b\x00\x00", 0, []string{"a", "b", ""}, "a b ''"},
		{"spaces", "sh\x00-c\x00ip link; true\x00", 0, []string{"sh", "-c", "ip link; true"}, "sh -c 'ip link; true'"},
		{"a quote", "it's\x00", 0, []string{"it's"}, `'it'\''s'`},
		{"a newline", "a\nb'\\\x00", 0, []string{"a\nb'\\"}, `$'a\nb\'\\'`},
		{"an escape sequence", "\x1b[2J\x00", 0, []string{"\x1b[2J"}, `$'\x1b[2J'`},
		{"not UTF-8", "\xff1\x00", 0, []string{"\xff1"}, `$'\xff1'`},
		{"other letters", "größe\x00\u65e5\x00", 0, []string{"größe", "\u65e5"}, "größe \u65e5"},
		{"from right to left", "a\u202eb\x00", 0, []string{"a\u202eb"}, `$'a\xe2\x80\xaeb'`},
		{"replacement character", "\uFFFD\x00", 0, []string{"\uFFFD"}, "\uFFFD"},
		{"a title", "sshd: me", 0, []string{"sshd: me"}, "'sshd: me'"},
		{"a title with padding", "nginx: x\x00\x00\x00\x00", 0, []string{"nginx: x"}, "'nginx: x'"},
		{"cut", "a\x00bc", 10, []string{"a", "bc"}, "a bc…"},
		{"cut between arguments", "a\x00bc\x00", 10, []string{"a", "bc"}, "a bc…"},
		{"cut in a character", "a\x00b\xe2\x80", 10, []string{"a", "b\xe2\x80"}, "a b…"},
		{"as long as may be", long[:MaxCmdLine-1] + "\x00", MaxCmdLine, []string{long[:MaxCmdLine-1]}, long[:MaxCmdLine-1]},
		{"longer", long, MaxCmdLine + 1, []string{long}, long + "…"},
		{"read too much of", long + "yz\x00", 0, []string{long}, long + "…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			size := tt.size
			if size == 0 {
				size = uint64(len(tt.read))
			}
			c := NewCmdLine([]byte(tt.read), size)
			if !slices.Equal(c.Args(), tt.args) {
				t.Errorf("Args() = %q", c.Args())
			}
			if c.String() != tt.text {
				t.Errorf("String() = %s, want %s", c.String(), tt.text)
			}
			if c.Cut() != strings.HasSuffix(tt.text, "…") {
				t.Errorf("Cut() = %v", c.Cut())
			}
		})
	}
}

// A shell reads the line as the arguments that it was made of.
func TestCmdLineInShell(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	args := []string{"a b", "it's", "\n\t\\", "\xff\xfe0", "", "$HOME `id`", "größe", "\x1b[31m", "\u202e1", "*", "~"}
	c := NewCmdLine([]byte(strings.Join(args, "\x00")+"\x00"), 0)
	out, err := exec.Command(bash, "-c", `printf '%s\0' `+c.String()).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, args) {
		t.Errorf("%s\nis %q\nwant %q", c, got, args)
	}
}

// Whatever a process is called, it stays one line of text.
func FuzzCmdLine(f *testing.F) {
	f.Add([]byte("ip\x00link\x00"), uint64(8))
	f.Add([]byte("\n\xe2\x80"), uint64(300))
	f.Fuzz(func(t *testing.T, read []byte, size uint64) {
		c := NewCmdLine(read, size)
		if len(c) > MaxCmdLine+1 {
			t.Errorf("%d bytes", len(c))
		}
		for _, r := range c.String() {
			if r == utf8.RuneError && !strings.Contains(string(c), "\uFFFD") || !unicode.IsPrint(r) {
				t.Errorf("%q has %q", c.String(), r)
			}
		}
	})
}

// However a command line comes in, what is known to be a secret in it does not, and what
// is proved to be one later is told no more.
func TestCmdLineSecrets(t *testing.T) {
	const line = "ip\x00macsec\x00add\x00m\x00tx\x00sa\x000\x00on\x00key\x0001\x0011223344\x00"
	const want = "ip macsec add m tx sa 0 on key 01 '<redacted>'"
	if c := NewCmdLine([]byte(line), uint64(len(line))); c.String() != want || strings.Contains(string(c), "11223344") {
		t.Errorf("%s", c)
	}
	if c := RecordedCmdLine([]byte(line)); c.String() != want || strings.Contains(string(c), "11223344") {
		t.Errorf("%s", c)
	}
	long := strings.Repeat("--psk\x00x\x00", 40) // becomes longer
	if c := NewCmdLine([]byte(long), uint64(len(long))); len(c) > MaxCmdLine || !c.Cut() {
		t.Errorf("%d bytes, cut %v", len(c), c.Cut())
	}
	plain := NewCmdLine([]byte("tool\x00first-of-two\x00eth0\x00"), 23)
	o := &Origin{Proc: Proc{Identity: Identity{Parent: Parent{CmdLine: plain}}}}
	if !o.Prove([]byte("first-of-two")) {
		t.Error("it is not found in the parent's command line")
	}
	if got, want := plain.String(), "tool '<redacted>' eth0"; got != want {
		t.Errorf("%s", got)
	}
	if args := plain.Args(); args[1] != "<redacted>" {
		t.Errorf("%q", args)
	}
}
