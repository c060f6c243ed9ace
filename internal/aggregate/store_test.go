// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// rowOf returns the row of a family and a type.
func rowOf(t *testing.T, tab *Table, family, typ string) RowID {
	t.Helper()
	s := tab.Snapshot(epoch)
	for _, f := range s.Tree(Query{Group: GroupFamily}) {
		for _, r := range f.Children {
			if f.Label == family && r.Label == typ {
				return r.ID
			}
		}
	}
	t.Fatalf("no row of %s, %s", family, typ)
	return RowID{}
}

func seqs(ks []Kept) (out []uint64) {
	for _, k := range ks {
		out = append(out, k.Seq)
	}
	return out
}

func TestMessages(t *testing.T) {
	tab := New(Options{MaxPerCell: 4})
	for i := range 10 {
		for _, typ := range []string{"RTM_NEWLINK", "RTM_NEWADDR"} {
			x := sample(7, "ip", "route", typ, capture.DirEvent, 20+i, epoch)
			x.Message.Data[0] = byte(i)
			tab.Observe(x)
		}
	}
	id := rowOf(t, tab, "route", "RTM_NEWADDR")
	got := tab.Messages(id, 0)
	if len(got) != 4 {
		t.Fatalf("kept %d, want 4", len(got))
	}
	for i, k := range got {
		if k.Type != "RTM_NEWADDR" || len(k.Message.Data) != 26+i || k.Message.Data[0] != byte(6+i) || k.Seq != uint64(14+2*i) {
			t.Errorf("message %d: seq %d, %s, %x", i, k.Seq, k.Type, k.Message.Data)
		}
		if k.Message.Frame != k.Frame || &k.Frame.Data[0] != &k.Message.Data[0] || k.Message.Offset != 0 || k.Frame.OrigLen != len(k.Frame.Data) {
			t.Errorf("message %d is not the one of its frame", i)
		}
	}
	if got := tab.Messages(id, 2); len(got) != 2 || got[1].Seq != 20 {
		t.Errorf("the last two are %v", seqs(got))
	}
	id.Depth, id.Key.Type.Name = 1, ""
	if got := tab.Messages(id, 0); len(got) != 8 {
		t.Errorf("family holds %v", seqs(got))
	}
	if got := tab.Messages(RowID{}, 0); len(got) != 0 {
		t.Errorf("the overflow holds %v", seqs(got))
	}
}

// What is handed out stays as it is while the table goes on.
func TestMessagesAreCopies(t *testing.T) {
	tab := New(Options{MaxPerCell: 1})
	req := &correlate.Exchange{}
	x := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirReply, 20, epoch)
	x.Exchange = req
	x.Message.Data[3] = 1
	tab.Observe(x)
	id := rowOf(t, tab, "route", "RTM_NEWLINK")
	before := tab.Messages(id, 0)[0]
	req.Replies = 9
	x.Message.Data[3] = 2
	tab.Observe(x)
	after := tab.Messages(id, 0)[0]
	if before.Message.Data[3] != 1 || before.Frame.Data[3] != 1 || before.Exchange.Replies != 0 {
		t.Errorf("changed to %x, %d replies", before.Message.Data, before.Exchange.Replies)
	}
	if after.Message.Data[3] != 2 || after.Exchange.Replies != 9 {
		t.Errorf("now %x, %d replies", after.Message.Data, after.Exchange.Replies)
	}
}

// A rare type keeps its last messages while another floods, by number or by
// bytes, from one process or through many.
func TestRareTypeSurvivesFlood(t *testing.T) {
	for _, tt := range []struct {
		name      string
		processes uint32
		size      int
	}{
		{"one process", 1, 100},
		{"many processes", 100_000, 100},
		{"many processes, large messages", 3000, 60_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tab := New(Options{MaxMessages: 1000, MaxMessageBytes: 4 << 20})
			for range 30 {
				tab.Observe(sample(5, "zebra", "route", "RTM_DELROUTE", capture.DirEvent, 80, epoch))
			}
			// The rare one stays in use, or its cell would be folded.
			for i := range uint32(100_000) {
				if i%5000 == 0 {
					x := sample(5, "zebra", "route", "RTM_DELROUTE", capture.DirEvent, 80, epoch.Add(time.Duration(i)))
					x.Frame.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictNone; o.Kind = capture.KindCompletion })
					x.Message = nil
					x.Frame.Data = nil
					tab.Observe(x)
				}
				if tt.size > 1000 && i >= 20_000 {
					break
				}
				tab.Observe(sample(10+i%tt.processes, "ip", "route", "RTM_NEWROUTE", capture.DirRequest, tt.size, epoch))
			}
			if got := tab.Messages(rowOf(t, tab, "route", "RTM_DELROUTE"), 0); len(got) != 30 {
				t.Errorf("%d of 30 are left", len(got))
			}
			flood := tab.Messages(rowOf(t, tab, "route", "RTM_NEWROUTE"), 0)
			if len(flood) == 0 || flood[len(flood)-1].Seq != tab.store.seq {
				t.Errorf("the newest of the flood is gone; %d are kept", len(flood))
			}
		})
	}
}

// A message that is larger than the bound is kept alone, not for ever.
func TestHugeMessage(t *testing.T) {
	tab := New(Options{MaxMessageBytes: 100_000})
	for range 3 {
		tab.Observe(sample(5, "nft", "nftables", "NFT_MSG_NEWRULE", capture.DirRequest, 480_000, epoch))
	}
	if tab.store.used != 1 {
		t.Errorf("kept %d", tab.store.used)
	}
	for range 3 {
		tab.Observe(sample(5, "nft", "nftables", "NFT_MSG_NEWRULE", capture.DirRequest, 80, epoch))
	}
	if tab.store.used != 3 || tab.store.bytes > 100_000 {
		t.Errorf("kept %d of %d bytes", tab.store.used, tab.store.bytes)
	}
}
