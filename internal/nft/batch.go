// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"fmt"
	"iter"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Batch is what is known of the transaction that a message belongs to: the
// messages from NFNL_MSG_BATCH_BEGIN to _END of one datagram.
type Batch struct {
	GenID    uint32 // the generation that it was made for; 0: none was named
	HasGenID bool
	Number   int // of the batch in its datagram, from 0
	Index    int // of the message, from 1; 0: BEGIN or END itself
	Of       int // messages between BEGIN and END
	Complete bool
	Added    int // NEW messages
	Deleted  int // DEL and DESTROY messages
	// Kinds counts by what a message does to which object, in order of
	// appearance: "add rule".
	Kinds []Count
}

// Count is how often something is in a batch.
type Count struct {
	What string
	N    int
}

const beginType, endType = "NFNL_MSG_BATCH_BEGIN", "NFNL_MSG_BATCH_END"

// InBatch says whether a message may belong to a batch: cheap, for all others.
func InBatch(m *decode.Message) bool {
	return m.Frame != nil && m.Frame.Protocol == capture.NETLINK_NETFILTER && m.Frame.Dir == capture.DirRequest && !m.NoHeader
}

// Frames says whether a message only begins or ends a transaction.
func Frames(m *decode.Message) bool {
	return InBatch(m) && (m.Type == "NFNL_MSG_BATCH_BEGIN" || m.Type == "NFNL_MSG_BATCH_END")
}

// BatchOf returns the transaction of a message; ok is false outside of one.
func (l *Lines) BatchOf(m *decode.Message) (Batch, bool) {
	if !InBatch(m) {
		return Batch{}, false
	}
	if l.batchFrame != m.Frame {
		l.batchFrame = m.Frame
		l.batches, l.batchIndex = batches(m.Siblings())
	}
	if m.Index >= len(l.batchIndex) || l.batchIndex[m.Index].batch < 0 {
		return Batch{}, false
	}
	at := l.batchIndex[m.Index]
	b := l.batches[at.batch]
	b.Index, b.Number = int(at.index), int(at.batch)
	return b, true
}

// Sum is the first transaction of messages, which are those of a datagram; ok is false where
// they have none.
func Sum(all iter.Seq[*decode.Message]) (b Batch, ok bool) {
	list, _ := batches(all)
	if len(list) == 0 {
		return b, false
	}
	return list[0], true
}

// BatchOf is Lines.BatchOf for one message alone.
func BatchOf(m *decode.Message) (Batch, bool) {
	var l Lines
	return l.BatchOf(m)
}

// inBatch says which batch a message is in, and where.
type inBatch struct{ batch, index int32 }

// batches finds the transactions of a datagram.
func batches(all iter.Seq[*decode.Message]) ([]Batch, []inBatch) {
	var out []Batch
	var at []inBatch
	open, i := int32(-1), -1
	for m := range all {
		i++
		at = append(at, inBatch{batch: open})
		switch m.Type {
		case beginType:
			b := Batch{}
			if n, ok := m.Lookup("NFNL_BATCH_GENID"); ok {
				b.GenID, b.HasGenID = uint32(n.Num), true
				if v, ok := n.Value.(uint64); ok {
					b.GenID = uint32(v)
				}
			}
			out = append(out, b)
			open = int32(len(out) - 1)
			at[i].batch = open
			continue
		case endType:
			if open >= 0 {
				out[open].Complete = true
			}
			open = -1
			continue
		}
		if open < 0 {
			continue
		}
		b := &out[open]
		b.Of++
		at[i].index = int32(b.Of)
		b.count(m)
	}
	return out, at
}

// maxKinds bounds Batch.Kinds: more than nftables has.
const maxKinds = 128

// count adds a message.
func (b *Batch) count(m *decode.Message) {
	t := strings.TrimPrefix(m.Type, "NFT_MSG_")
	what := ""
	for _, p := range []struct{ prefix, verb string }{{"NEW", "add "}, {"DELETE", "delete "}, {"DEL", "delete "}, {"DESTROY", "destroy "}} {
		rest, ok := strings.CutPrefix(t, p.prefix)
		if !ok {
			continue
		}
		if p.verb == "add " {
			b.Added++
		} else {
			b.Deleted++
		}
		what = p.verb + map[string]string{"SETELEM": "elements", "OBJ": "object"}[rest]
		if strings.HasSuffix(what, " ") {
			what += strings.ToLower(rest)
		}
		break
	}
	if what == "" {
		what = m.TypeText()
	}
	for i := range b.Kinds {
		if b.Kinds[i].What == what {
			b.Kinds[i].N++
			return
		}
	}
	if len(b.Kinds) == maxKinds {
		b.Kinds = append(b.Kinds, Count{"of other kinds", 0})
	}
	if len(b.Kinds) > maxKinds {
		b.Kinds[maxKinds].N++
		return
	}
	b.Kinds = append(b.Kinds, Count{what, 1})
}

// String writes a batch: "transaction of 5 for generation 7: 2 add rule, 1 add
// set"; of a message within, its number first.
func (b *Batch) String() string {
	s := fmt.Sprintf("transaction of %d", b.Of)
	if b.Index > 0 {
		return fmt.Sprintf("%d/%d", b.Index, b.Of)
	}
	if b.HasGenID {
		s += fmt.Sprintf(" for generation %d", b.GenID)
	}
	if !b.Complete {
		s += ", without end"
	}
	parts := make([]string, len(b.Kinds))
	for i, k := range b.Kinds {
		parts[i] = fmt.Sprintf("%d %s", k.N, k.What)
	}
	if len(parts) > 0 {
		s += ": " + strings.Join(parts, ", ")
	}
	return s
}
