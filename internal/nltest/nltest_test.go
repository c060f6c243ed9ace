// SPDX-License-Identifier: Apache-2.0

package nltest

import (
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each row is what the kernel's macros make: lengths without padding, padding of
// zeros.
func TestBytes(t *testing.T) {
	for _, tt := range []struct {
		name string
		got  []byte
		want string
	}{
		{"a bare header", Message(1, 2, 3, 4), "10000000 0100 0200 03000000 04000000"},
		{"of another byte order", BE.Message(1, 2, 3, 4), "00000010 0001 0002 00000003 00000004"},
		{"a payload in parts", Message(1, 0, 0, 0, []byte{1, 2}, []byte{3}), "13000000 0100 0000 00000000 00000000 010203"},
		{"an attribute of a whole word", Attr(1, U32(5)), "0800 0100 05000000"},
		{"an attribute with padding", Attr(1, Str("ab"), []byte{9, 9}), "0900 0100 6162 00 0909 000000"},
		{"an empty attribute", Attr(7), "0400 0700"},
		{"a nest", Nest(18, Attr(1, Str("vxlan"))), "1000 1280 0a00 0100 76786c616e00 0000"},
		{"a nest, big-endian", BE.Nest(18, BE.Attr(1, BE.U16(5))), "000c 8012 0006 0001 0005 0000"},
		{"a generic message", Genl(0x25, 1, 2, 3, 4, 5, Attr(1)), "18000000 2500 0100 02000000 03000000 04 05 0000 0400 0100"},
		{"a name of an id", NewFamily(0x25, "nbd"), "24000000 1000 0000 01000000 00000000 01 02 0000 0600 0100 2500 0000 0800 0200 6e626400"},
		{"an error", Error(17, 7, 9, Message(16, 5, 7, 0, U32(1))),
			"24000000 0200 0001 07000000 09000000 efffffff 14000000 1000 0500 07000000 00000000"},
		{"numbers", Cat(U16(1), U32(2), U64(3), BE.U16(1), BE.U32(2), BE.U64(3)),
			"0100 02000000 0300000000000000 0001 00000002 0000000000000003"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := hex.EncodeToString(tt.got), strings.ReplaceAll(tt.want, " ", ""); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// Whoever works out nlmsg_len or nla_len, or puts nlmsg_type, builds messages.
var reBuilds = regexp.MustCompile(`uint(16|32)\((4|16|20|unix\.\w+_HDRLEN|\w*[hH](ea)?de?rLen) ?\+ ?(4 ?\* ?)?len\(|PutUint16\(\w+\[4:\], `)

// mayBuild are files that do, with why.
var mayBuild = map[string]string{}

// TestNobodyElseBuilds: tests take their messages from here.
func TestNobodyElseBuilds(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil || !strings.HasSuffix(rel, "_test.go") || mayBuild[filepath.ToSlash(rel)] != "" {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if reBuilds.MatchString(line) {
				t.Errorf("%s:%d builds a message or attribute: take nltest's, or say in mayBuild why not:\n%s", rel, i+1, line)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("only %d files of tests were read", files)
	}
}
