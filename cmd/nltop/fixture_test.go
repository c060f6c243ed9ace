// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/fixture"
)

// RTM_GETLINK with IFLA_EXT_MASK; NBD_CMD_STATUS with NBD_ATTR_INDEX 3.
const (
	getLinkHex   = "280000001200010001000000000000000000000000000000000000000000000008001d0001000000"
	nbdStatusHex = "1c00000025000000010000000000000005010000" + "0800010003000000"
)

// TestDecodeFixture: what `nltop decode -o fixture` writes is accepted as it is
// by the test of fixtures, and written again by its -update.
func TestDecodeFixture(t *testing.T) {
	for _, tt := range []struct {
		name     string
		flags    []string
		text     string
		protocol uint16
		want     []string // lines of the fixture
	}{
		{"a request", nil, getLinkHex, capture.NETLINK_ROUTE,
			[]string{"-- request --", "request RTM_GETLINK NLM_F_REQUEST", "\tIFLA_EXT_MASK [RTEXT_FILTER_VF]"}},
		{"as an event", []string{"--dir", "event"}, getLinkHex, capture.NETLINK_ROUTE, []string{"-- event --", "event RTM_GETLINK NLM_F_REQUEST"}},
		{"two datagrams", nil, getLinkHex + "\n\n" + getLinkHex, capture.NETLINK_ROUTE, []string{"", "08001d0001000000"}},
		{"a generic family", []string{"-p", "generic:nbd", "--dir", "reply"}, nbdStatusHex, capture.NETLINK_GENERIC,
			[]string{"reply CTRL_CMD_NEWFAMILY ", "\tCTRL_ATTR_FAMILY_NAME nbd", "\tNBD_ATTR_INDEX 3"}},
		{"a generic family that nobody has tables for", []string{"-p", "generic:lamp"}, nbdStatusHex, capture.NETLINK_GENERIC,
			[]string{"\tCTRL_ATTR_FAMILY_NAME lamp"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := decodeText(t, tt.flags, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range tt.want {
				if !slices.Contains(strings.Split(string(text), "\n"), line) {
					t.Errorf("no line %q in\n%s", line, text)
				}
			}
			path := filepath.Join(t.TempDir(), "f.txtar")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			check := func(update bool) error {
				return fixture.Check(path, decode.New(families.All(), decode.Options{}), tt.protocol, update)
			}
			if err := check(false); err != nil {
				t.Errorf("%v in\n%s", err, text)
			}
			if err := check(true); err != nil {
				t.Error(err)
			}
			if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, text) {
				t.Errorf("-update makes of it, %v:\n%s", err, again)
			}
		})
	}
}

// TestDecodeFixtureSays: the comment has the command line.
func TestDecodeFixtureSays(t *testing.T) {
	args := os.Args
	defer func() { os.Args = args }()
	os.Args = []string{"/usr/bin/nltop", "decode", "-o", "fixture", "with space", "\n# show IFLA_MTU\n-- tree --"}
	text, err := decodeText(t, nil, getLinkHex)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(text, []byte("# nltop decode -o fixture 'with space' ")) {
		t.Errorf("it begins with\n%.100s", text)
	}
	if f, err := fixture.Parse(text); err != nil || f.Show() != "" || len(f.Parts) != 1 || strings.Count(f.Comment, "\n") != 1 {
		t.Errorf("%v, %+v", err, f)
	}
}

// TestDecodeFixtureRefuses: what the format has no place for is an error, and
// nothing is written.
func TestDecodeFixtureRefuses(t *testing.T) {
	big := "0000002800120001000000010000000000000000000000000000000000000000" + "0008001d00000001"
	for _, tt := range []struct {
		name  string
		flags []string
		text  string
		says  string
	}{
		{"big-endian", []string{"--big-endian"}, big, "big-endian"},
		{"specs", []string{"--specs", "specs"}, getLinkHex, "--specs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := decodeText(t, tt.flags, tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.says) || len(text) > 0 {
				t.Errorf("%v, and\n%s", err, text)
			}
		})
	}
}

// decodeText runs nltop decode -o fixture on a file with the text.
func decodeText(t *testing.T, flags []string, text string) ([]byte, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "message.hex")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, usage bytes.Buffer
	c := newDecode()
	c.SetOut(&out)
	c.SetErr(&usage)
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetArgs(append([]string{"-o", "fixture", file}, flags...))
	err := c.Execute()
	return out.Bytes(), err
}

// TestFormatsComplete: the shell offers every format, and each is one.
func TestFormatsComplete(t *testing.T) {
	for _, command := range []string{"decode", "trace"} {
		var out bytes.Buffer
		root := newRoot()
		root.SetOut(&out)
		root.SetErr(&bytes.Buffer{})
		root.SetArgs([]string{"__complete", command, "-o", ""})
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		for _, format := range messageFormats {
			if !slices.Contains(strings.Split(out.String(), "\n"), format) {
				t.Errorf("%s -o: %s is not offered among\n%s", command, format, out.String())
			}
		}
	}
	for _, format := range messageFormats {
		if text, err := decodeText(t, []string{"-o", format}, getLinkHex); err != nil || len(text) == 0 {
			t.Errorf("-o %s: %v, %d bytes", format, err, len(text))
		}
	}
	if _, err := decodeText(t, []string{"-o", "toml"}, getLinkHex); err == nil || err.Error() != "-o toml: text, json, go, c, hex or fixture" {
		t.Errorf("-o toml: %v", err)
	}
}
