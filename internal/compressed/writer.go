// SPDX-License-Identifier: Apache-2.0

package compressed

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Writer packs a stream. It is not safe for concurrent use. The first error of the
// stream below is final, and comes back as it is.
type Writer struct {
	dst    sink
	packer packer
}

type packer interface {
	io.WriteCloser
	Flush() error
}

// sink keeps the error of the stream below.
type sink struct {
	io.Writer
	err error
}

func (s *sink) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.Writer.Write(b)
	s.err = err
	return n, err
}

// windowBytes is how far back zstd looks, which bounds its memory. The blocks of a
// recording are alike, and near.
const windowBytes = 1 << 20

// NewWriter packs what is written to it as f says, and writes that to dst.
func NewWriter(dst io.Writer, f Format) (*Writer, error) {
	w := &Writer{dst: sink{Writer: dst}}
	var err error
	switch f {
	case Gzip:
		// Traffic is packed while it is captured: speed is worth more than a tenth of
		// the size.
		w.packer, err = gzip.NewWriterLevel(&w.dst, gzip.BestSpeed)
	case Zstd:
		w.packer, err = zstd.NewWriter(&w.dst, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(windowBytes), zstd.WithLowerEncoderMem(true))
	default:
		err = errors.New("no format to pack with")
	}
	if err != nil {
		return nil, fmt.Errorf("pack with %s: %w", f, err)
	}
	return w, nil
}

// Write implements io.Writer. The bytes may stay in memory until Flush or Close.
func (w *Writer) Write(b []byte) (int, error) {
	n, err := w.packer.Write(b)
	return n, w.why(err)
}

// Flush writes what was held back: a reader gets everything up to here, also if nothing
// comes behind it any more.
func (w *Writer) Flush() error { return w.why(w.packer.Flush()) }

// Close writes what was held back, and the end of the stream. It does not close the
// stream below.
func (w *Writer) Close() error { return w.why(w.packer.Close()) }

func (w *Writer) why(err error) error {
	if w.dst.err != nil {
		return w.dst.err
	}
	return err
}
