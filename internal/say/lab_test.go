// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/say"
)

func TestTry(t *testing.T) {
	files, _ := filepath.Glob("../decode/families/testdata/lab/*6.12*.pcapng.gz")
	if f := os.Getenv("TRY"); f != "" {
		files, _ = filepath.Glob(f)
	}
	for _, f := range files {
		open := pcapng.OpenGzip
		if filepath.Ext(f) != ".gz" {
			open = pcapng.Open
		}
		r, err := open(f)
		if err != nil {
			t.Fatal(err)
		}
		d := decode.New(families.All(), decode.Options{})
		var msgs []decode.Message
		r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
		if err := r.Run(context.Background(), func(f *capture.Frame) error {
			msgs = d.Frame(f, msgs[:0])
			for i := range msgs {
				m := &msgs[i]
				if f.Dir != capture.DirRequest || m.Family != "route" {
					continue
				}
				s, ok := say.Request(m)
				fmt.Printf("%v %s %s\n     # %s\n", ok, m.Type, s.Commands, f.Proc.CmdLine.Args())
				for _, l := range s.Left {
					fmt.Printf("     left %s %s %x\n", l.In, l.Node.Name, l.Node.Raw)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}
