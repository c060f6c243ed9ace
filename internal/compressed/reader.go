// SPDX-License-Identifier: Apache-2.0

package compressed

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// MaxWindow bounds what a zstd frame can make a Reader keep: how far back it may refer,
// in bytes. "zstd -19" asks for 8 MiB, "--ultra -20" for 32.
const MaxWindow = 32 << 20

// Reader unpacks a stream. It takes bounded memory, whatever the stream holds, and reads
// ahead no more than 64 KiB. It is not safe for concurrent use.
type Reader struct {
	format Format
	src    source
	gzip   *gzip.Reader // one of these two
	zstd   *zstd.Decoder
	err    error // once there is one
}

// source keeps the error of the stream below apart from those of unpacking, which may
// stand in its place.
type source struct {
	io.Reader
	err error // but for io.EOF
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// NewReader unpacks src, which is packed as f says. Errors of src come back as they are.
func NewReader(src io.Reader, f Format) (*Reader, error) {
	r := &Reader{format: f, src: source{Reader: src}}
	var err error
	switch f {
	case Gzip:
		r.gzip, err = gzip.NewReader(&r.src)
	case Zstd:
		// One processor: nothing is read or unpacked before somebody asks for it.
		r.zstd, err = zstd.NewReader(&r.src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(MaxWindow))
	default:
		err = errors.New("no format to unpack")
	}
	if err != nil {
		return nil, r.explain(err)
	}
	return r, nil
}

// Format is how the stream is packed.
func (r *Reader) Format() Format { return r.format }

// Read implements io.Reader. A stream whose end is missing ends with an error that is
// ErrCut and io.ErrUnexpectedEOF.
func (r *Reader) Read(b []byte) (n int, err error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.gzip != nil {
		n, err = r.gzip.Read(b)
	} else {
		n, err = r.zstd.Read(b)
	}
	if err != nil {
		r.err = r.explain(err)
	}
	return n, r.err
}

// Close gives the memory back. It does not close the stream below.
func (r *Reader) Close() error {
	if r.err == nil {
		r.err = errors.New("reader is closed")
	}
	if r.gzip != nil {
		return r.gzip.Close()
	}
	r.zstd.Close()
	return nil
}

func (r *Reader) explain(err error) error {
	switch {
	case r.src.err != nil:
		return r.src.err
	case err == io.EOF && (r.gzip != nil || r.zstd != nil):
		return io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s %w: %w", r.format, ErrCut, io.ErrUnexpectedEOF)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("zstd asks for more than %d MiB of memory: unpack it with \"zstd -d --long=31\" first", MaxWindow>>20)
	default:
		return fmt.Errorf("%s is damaged: %w", r.format, err)
	}
}
