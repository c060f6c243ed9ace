// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// withKeys are the recordings of the lab that have keys in them, and how many at least.
var withKeys = map[string]int{"wireguard": 3, "xfrm": 3, "macsec": 2, "nl80211": 1}

// keyed makes a recording of one of the lab, as an older nltop would have: with keys like
// no other bytes, with an error behind each request that quotes it whole, and without the
// command lines, which have them, too. It returns the keys.
func keyed(t *testing.T, name, path string) *nltest.Keys {
	t.Helper()
	in, err := pcapng.Open("../../internal/decode/families/testdata/lab/" + name + ".6.12.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := pcapng.NewWriter(out, pcapng.Options{Version: "old", Info: capture.Info{Name: capture.SourceFentry, Sees: capture.AllSees}})
	if err != nil {
		t.Fatal(err)
	}
	dec := decode.New(families.All(), decode.Options{})
	in.OnPreamble(func(f *capture.Frame) error {
		dec.Frame(f, nil)
		return w.WritePreamble([]*capture.Frame{f})
	})
	keys := map[string][]byte{}
	id := uint64(0)
	err = in.Run(context.Background(), func(f *capture.Frame) error {
		o := *f.Origin
		for _, p := range []*capture.Proc{&o.Proc, &o.Socket.Owner} {
			p.CmdLine, p.Parent.CmdLine = "", ""
		}
		f.Origin = &o
		id++
		f.ID, f.Cause, f.Of = id, 0, 0
		for _, m := range dec.Frame(f, nil) {
			b := m.Body()
			replace(slices.Concat(b.Fields, b.Attrs), keys)
		}
		if f.Kind != capture.KindDatagram {
			return nil
		}
		if err := w.WriteFrame(f); err != nil || f.Dir != capture.DirRequest {
			return err
		}
		refused := o
		refused.Dir = capture.DirReply
		id++
		data := nltest.Message(2, 0, 9, 9, []byte{0xea, 0xff, 0xff, 0xff}, f.Data)
		return w.WriteFrame(&capture.Frame{Origin: &refused, ID: id, Time: f.Time, Data: data, OrigLen: len(data)})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	k := nltest.NewKeys(keys)
	if n := len(k.Names()); n < withKeys[name] {
		t.Fatalf("%s has %d keys", name, n)
	}
	return k
}

// replace puts other keys in place of what tables say is withheld, the same one for the same.
func replace(nodes []decode.Node, keys map[string][]byte) {
	for i := range nodes {
		n := &nodes[i]
		if len(n.Children) == 0 && n.Secret().Withheld() && len(bytes.Trim(n.Raw, "\x00")) > 4 {
			random := sha256.Sum256(n.Raw)
			for k := 0; k < len(n.Raw); {
				k += copy(n.Raw[k:], random[:])
				random = sha256.Sum256(random[:])
			}
			keys[fmt.Sprintf("%s %x", n.Name, n.Raw)] = bytes.Clone(n.Raw)
		}
		replace(n.Children, keys)
	}
}

// TestNoKeysOut looks for the keys of recordings in everything that nltop writes of them,
// and finds them there with --secrets.
func TestNoKeysOut(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	stdout, told := os.Stdout, stderr
	os.Stdout, stderr = out, &messages{out: newOutput(context.Background(), out)}
	defer func() { os.Stdout, stderr = stdout, told }()
	said := func(args ...string) []byte {
		t.Helper()
		if err := out.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Seek(0, 0); err != nil {
			t.Fatal(err)
		}
		if s := status(tryNltop(args...)); s != 0 {
			t.Errorf("%v: status %d", args, s)
		}
		b, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name := range withKeys {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
			keys := keyed(t, name, a)
			file := func(path string) []byte {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			check := func(what string, out []byte, told bool) {
				t.Helper()
				found := keys.In(out)
				if told {
					for _, k := range keys.Names() {
						if found[k] == "" {
							t.Errorf("%s: --secrets does not tell %s", what, k)
						}
					}
					return
				}
				for k, form := range found {
					t.Errorf("%s tells %s as %s", what, k, form)
				}
			}
			said("record", "-r", a, "-w", b)
			said("record", "--secrets", "-r", a, "-w", c)
			check("record", file(b), false)
			check("record --secrets", file(c), true)
			commands := [][]string{
				{"trace", "-vv", "-x"}, {"trace", "-o", "json"}, {"trace", "-e", "-o", "json"}, {"trace", "--attrs"},
				{"trace", "-o", "sh"}, {"trace", "-o", "go"}, {"trace", "-o", "hex"},
			}
			if name == "nl80211" {
				commands = commands[:2] // it is long
			}
			for _, args := range commands {
				check(fmt.Sprint(args), said(append(args, "-r", a)...), false)
			}
			check("trace --secrets", said("trace", "-vv", "-x", "--secrets", "-r", c), true)
			for path, want := range map[string]pcapng.Secrets{a: pcapng.SecretsUnknown, b: pcapng.SecretsWithheld, c: pcapng.SecretsKept} {
				r, err := pcapng.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := r.Run(context.Background(), func(*capture.Frame) error { return nil }); err != nil {
					t.Fatal(err)
				}
				if got := r.Meta().Secrets; got != want || (r.Redacted() > 0) != (want == pcapng.SecretsWithheld) {
					t.Errorf("%s says %d of its keys, %d messages; want %d", path, got, r.Redacted(), want)
				}
				_ = r.Close()
			}
		})
	}
}
