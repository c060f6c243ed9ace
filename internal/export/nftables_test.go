// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// transaction is what nft sends for "add rule ip t c tcp dport 22 accept", and
// the kernel's refusal of the rule.
func transaction() []*capture.Frame {
	be := func(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
	nfgen := func(family byte, res uint16) []byte { return []byte{family, 0, byte(res >> 8), byte(res)} }
	expr := func(name string, attrs ...[]byte) []byte {
		return nltest.Nest(1, nltest.Attr(1, nltest.Str(name)), nltest.Nest(2, attrs...))
	}
	data := func(b ...byte) []byte { return nltest.Attr(1, b) }
	rule := nltest.Message(10<<8|6, 0xc05, 8, 0, nfgen(2, 0), nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("c")), nltest.Nest(4,
		expr("meta", nltest.Attr(2, be(16)), nltest.Attr(1, be(1))),
		expr("cmp", nltest.Attr(1, be(1)), nltest.Attr(2, be(0)), nltest.Nest(3, data(6))),
		expr("payload", nltest.Attr(1, be(1)), nltest.Attr(2, be(2)), nltest.Attr(3, be(2)), nltest.Attr(4, be(2))),
		expr("cmp", nltest.Attr(1, be(1)), nltest.Attr(2, be(0)), nltest.Nest(3, data(0, 22))),
		expr("immediate", nltest.Attr(1, be(0)), nltest.Nest(2, nltest.Nest(2, nltest.Attr(1, be(1)))))),
		nltest.Attr(7, []byte{0, 5, 'e', 0x1b, '[', 'm', 0}))
	chain := nltest.Message(10<<8|3, 0xc01, 7, 0, nfgen(2, 0), nltest.Attr(1, nltest.Str("t")), nltest.Attr(3, nltest.Str("c")))
	batch := bytes.Join([][]byte{nltest.Message(16, 1, 6, 0, nfgen(0, 10), nltest.Attr(1, be(41))), chain, rule, nltest.Message(17, 1, 9, 0, nfgen(0, 10))}, nil)
	fail := nltest.Message(2, 0x100, 8, 77, nltest.U32(^uint32(1)), rule[:16])
	return []*capture.Frame{
		{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Protocol: capture.NETLINK_NETFILTER,
				Socket: capture.Socket{PortID: 77, Inode: 5},
			},
			ID: 1, Data: batch, OrigLen: len(batch),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Protocol: capture.NETLINK_NETFILTER,
				Socket: capture.Socket{PortID: 77, Inode: 5},
			},
			ID: 2, Data: fail, OrigLen: len(fail),
		},
	}
}

func write(t *testing.T, observe func(*correlate.Observation) error) {
	t.Helper()
	d, tr := decode.New(families.All(), decode.Options{}), correlate.New()
	for _, f := range transaction() {
		for _, o := range tr.Frame(f, d.Frame(f, nil), nil) {
			if err := observe(&o); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTransactionText(t *testing.T) {
	for _, verbose := range []int{0, 1} {
		var out strings.Builder
		write(t, NewText(&out, TextOptions{UTC: true, Verbose: verbose}).Observe)
		for _, want := range []string{
			"NFNL_MSG_BATCH_BEGIN transaction of 2 for generation 41: 1 add chain, 1 add rule\n",
			"1/2 add chain ip t c",
			`2/2 add rule ip t c tcp dport 22 accept comment "e\x1b[m"`,
			"ENOENT message 2/2 of its transaction",
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("verbose %d: no %q in\n%s", verbose, want, out.String())
			}
		}
		if strings.ContainsRune(out.String(), 0x1b) {
			t.Error("an escape got through")
		}
		if tree := strings.Contains(out.String(), "NFTA_PAYLOAD_BASE"); tree != (verbose > 0) {
			t.Errorf("verbose %d: tree %v", verbose, tree)
		}
	}
}

func TestTransactionJSON(t *testing.T) {
	var out bytes.Buffer
	write(t, NewJSON(&out, nil).Observe)
	type batch struct{ GenID, Index, Of, Added, Deleted int }
	want := []struct {
		line  string
		batch *batch
	}{
		{"", &batch{GenID: 41, Of: 2, Added: 2}},
		{"add chain ip t c", &batch{GenID: 41, Index: 1, Of: 2}},
		{`add rule ip t c tcp dport 22 accept comment "e\x1b[m"`, &batch{GenID: 41, Index: 2, Of: 2}},
		{"", &batch{GenID: 41, Of: 2, Added: 2}},
		{"", nil},
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d", len(lines), len(want))
	}
	for i, l := range lines {
		var got struct {
			Line  string
			Batch *batch
		}
		if err := json.Unmarshal([]byte(l), &got); err != nil {
			t.Fatal(err)
		}
		if got.Line != want[i].line || (got.Batch == nil) != (want[i].batch == nil) || got.Batch != nil && *got.Batch != *want[i].batch {
			t.Errorf("%d: %+v %+v, want %+v", i, got, got.Batch, want[i])
		}
	}
}
