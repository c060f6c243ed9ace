// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// nextBlock reads one block.
func (r *Reader) nextBlock() (Record, bool, error) {
	if _, err := r.br.Peek(1); err != nil {
		return Record{}, false, r.end(err)
	}
	if r.skipTo.Load() != 0 && r.skips() {
		return Record{}, false, nil
	}
	start := r.off
	blockType, total, err := r.blockHeader()
	if err != nil {
		return r.tear(blockType, err, nil)
	}
	head := r.off - start // 8, or 12 after a section header's magic
	known := leastLen(blockType) > 0 && blockType != blockCustom
	bodyLen := int64(total) - 4 - head
	r.at = start
	if total > maxSought && r.covers() {
		return r.tear(blockType, &Error{start, stray(fmt.Sprintf("block of %d bytes has others in it", total))}, nil)
	}
	if total > maxBlock {
		return r.longBlock(known, blockType, start, total, bodyLen, head)
	}
	// The trailing length is read together with the body.
	body, err := r.fill(int(bodyLen)+4, head, "block")
	if err != nil {
		return r.tear(blockType, err, r.buf)
	}
	if got := r.bo.Uint32(body[bodyLen:]); got != total {
		differ := stray(fmt.Sprintf("block lengths differ: %d at its start, %d at its end", total, got))
		if !r.endsHere() {
			return r.tear(blockType, &Error{start, differ}, body)
		}
		r.damage(differ)
	}
	if !known {
		r.unknown()
		return Record{}, false, nil
	}
	return r.block(blockType, body[:bodyLen], start)
}

// longBlock skips a block that is longer than one can be. A section or an interface
// begins nevertheless: what follows refers to it.
func (r *Reader) longBlock(known bool, blockType uint32, start int64, total uint32, bodyLen, head int64) (Record, bool, error) {
	if !known {
		r.unknown()
		if err := r.discard(bodyLen, head, "block"); err != nil {
			return Record{}, false, err
		}
		return Record{}, false, r.trailer(start, total)
	}
	r.damage(fmt.Errorf("block of %d bytes is skipped, the longest that is read has %d", total, maxBlock))
	var body []byte
	if blockType == blockSHB || blockType == blockIDB {
		var err error
		if body, err = r.fill(maxRead, head, "block"); err != nil {
			return Record{}, false, err
		}
		body, bodyLen, head = slices.Clone(body), bodyLen-maxRead, head+maxRead
	}
	if err := r.discard(bodyLen, head, "block"); err != nil {
		return Record{}, false, err
	}
	if err := r.trailer(start, total); err != nil {
		return Record{}, false, err
	}
	if body != nil {
		return r.block(blockType, body, start)
	}
	return r.skip(lostLong)
}

// blockHeader reads type and length, and the byte-order magic of a section
// header, which says how to read the length.
func (r *Reader) blockHeader() (blockType, total uint32, err error) {
	start := r.off
	h, err := r.fill(8, 0, "block header")
	if err != nil {
		return 0, 0, err
	}
	least := uint32(12)
	var length [4]byte
	copy(length[:], h[4:])
	if r.bo == nil || binary.LittleEndian.Uint32(h) == blockSHB {
		// A palindrome: the same in both byte orders.
		magic, err := r.fill(4, 8, "section header")
		if err != nil {
			return 0, 0, err
		}
		bo := orderOf(magic)
		if bo == nil {
			return 0, 0, &Error{start, stray(fmt.Sprintf("section header has the byte-order magic %x", magic))}
		}
		r.bo, blockType, least = bo, blockSHB, 28
	} else {
		blockType = r.bo.Uint32(h)
	}
	total = r.bo.Uint32(length[:])
	if total < least || total%4 != 0 {
		return blockType, 0, &Error{start, stray(fmt.Sprintf("block of type 0x%08x has the impossible length %d", blockType, total))}
	}
	return blockType, total, nil
}

func (r *Reader) trailer(start int64, total uint32) error {
	b, err := r.fill(4, r.off-start, "block")
	if err != nil {
		return err
	}
	if got := r.bo.Uint32(b); got != total {
		return &Error{start, fmt.Errorf("block lengths differ: %d at its start, %d at its end", total, got)}
	}
	return nil
}
