// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"io"
	"os"
	"time"
)

// maxBack bounds how many blocks LastTime looks at.
const maxBack = 4096

// LastTime is about the time of the last frame of a pcapng file: that of the last block
// that has one, as the interfaces at the head of the file count it. False: the file is no
// regular one, no pcapng, packed, damaged at its end, or it has no such block there.
func LastTime(path string) (time.Time, bool) {
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return time.Time{}, false
	}
	f, err := os.Open(path)
	if err != nil {
		return time.Time{}, false
	}
	defer func() { _ = f.Close() }()
	r, err := NewReader(f)
	if err != nil || r.meta.Format != "pcapng" || r.packed != nil {
		return time.Time{}, false
	}
	st, err := f.Stat()
	if err != nil {
		return time.Time{}, false
	}
	return r.lastTime(f, st.Size())
}

// lastTime goes back from the end: a block has its length at both ends.
func (r *Reader) lastTime(f io.ReaderAt, end int64) (time.Time, bool) {
	var b [20]byte // type, length, interface, timestamp
	for range maxBack {
		if _, err := f.ReadAt(b[:4], max(end-4, 0)); err != nil || end < 4 {
			break
		}
		size := int64(r.bo.Uint32(b[:]))
		start := end - size
		if size < 12 || start < 0 {
			break
		}
		if _, err := f.ReadAt(b[:min(size, 20)], start); err != nil || int64(r.bo.Uint32(b[4:])) != size {
			break
		}
		kind, i := r.bo.Uint32(b[:]), r.bo.Uint32(b[8:])
		ts := uint64(r.bo.Uint32(b[12:]))<<32 | uint64(r.bo.Uint32(b[16:]))
		if (kind == blockEPB || kind == blockISB) && size >= 24 && ts != 0 && int64(i) < int64(len(r.ifaces)) {
			return r.ifaces[i].time(ts), true
		}
		end = start
	}
	return time.Time{}, false
}
