// SPDX-License-Identifier: Apache-2.0

package nft_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// labDir has the recordings of scripts/lab.
const labDir = "../decode/families/testdata/lab"

// kernels are those on which the lab recorded a script.
func kernels(t testing.TB, script string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(labDir, script+".*.pcapng.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording of %s.sh (scripts/lab makes them): %v", script, err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), script+"."), ".pcapng.gz")
	}
	return files
}

func recording(t testing.TB, name string) []decode.Message {
	t.Helper()
	r, err := pcapng.Open(filepath.Join(labDir, name+".pcapng.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	var msgs []decode.Message
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		msgs = d.Frame(f, msgs)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return msgs
}
