package nft_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nft"
)

func TestZZ(t *testing.T) {
	var l nft.Lines
	b, _ := os.ReadFile("/tmp/nftlab/h2.bin")
	d := decode.New(families.All(), decode.Options{})
	out, _ := os.Create("/tmp/nftlab/zz.out")
	for _, m := range d.Frame(&capture.Frame{Protocol: 12, Dir: capture.DirRequest, Data: b, OrigLen: len(b)}, nil) {
		if s, ok := l.Line(&m); ok {
			fmt.Fprintln(out, s)
		}
		if m.Index == 0 {
			bb, _ := l.BatchOf(&m)
			fmt.Println(bb.String())
		}
	}
}
