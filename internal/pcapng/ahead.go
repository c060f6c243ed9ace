// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/nltop/nltop/internal/capture"
)

// portion is what is read ahead at once.
type portion struct {
	records []Record
	size    int64 // bytes of the file
	err     error // behind the records
}

const (
	portionRecords = 256
	portionBytes   = 1 << 20
	// aheadBytes bounds the portions that wait, beside the one that is being read.
	aheadBytes = 4 << 20
)

// runAhead parses a regular file on one processor while emit, which decodes
// its messages, keeps another busy.
func (r *Reader) runAhead(ctx context.Context, emit func(*capture.Frame) error) error {
	done := make(chan struct{})
	ahead, q := make(chan portion, 4), &queue{room: make(chan struct{}, 1)}
	defer func() {
		close(done)
		for range ahead { // its goroutine is gone when Run returns
		}
	}()
	go r.readAhead(ahead, q, done)
	for b := range ahead {
		for i := range b.records {
			if ctx.Err() != nil {
				return nil
			}
			rec := b.records[i]
			b.records[i] = Record{}
			if err := r.hand(&rec, emit); err != nil {
				return err
			}
		}
		if b.err != nil && b.err != io.EOF {
			return b.err
		}
		q.take(b.size)
	}
	return nil
}

// queue counts the bytes of the portions that wait.
type queue struct {
	bytes atomic.Int64
	room  chan struct{} // a portion was taken since somebody looked
}

func (q *queue) take(n int64) {
	q.bytes.Add(-n)
	select {
	case q.room <- struct{}{}:
	default:
	}
}

// readAhead reads portions until the end or an error.
func (r *Reader) readAhead(out chan<- portion, q *queue, done <-chan struct{}) {
	defer close(out)
	for {
		for q.bytes.Load() > aheadBytes {
			select {
			case <-q.room:
			case <-done:
				return
			}
		}
		b := portion{records: make([]Record, 0, portionRecords/4)}
		for start := r.off; len(b.records) < portionRecords && b.size < portionBytes; b.size = r.off - start {
			var rec Record
			if rec, b.err = r.Next(); b.err != nil {
				break
			}
			b.records = append(b.records, rec)
		}
		q.bytes.Add(b.size)
		select {
		case out <- b:
		case <-done:
			return
		}
		if b.err != nil {
			return
		}
	}
}
