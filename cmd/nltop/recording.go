// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/compressed"
	"github.com/nltop/nltop/internal/pcapng"
)

// oneFile is a file of a recording while it is written. The recorder's lock is held.
type oneFile struct {
	file *target
	out  *output
	pack *compressed.Writer // nil: it is not packed
	w    *pcapng.Writer
	name string // as it is told
	// again is for what is written over once more; nil: that cannot be done.
	again *os.File

	frames uint64
	made   int64 // bytes that were written to it
	size   int64 // bytes that are in the file
	held   int64 // bytes that pack got since it was flushed
	// before is what the source had counted when the file began.
	before capture.Stats
}

// beginFile writes the header into a file that was opened as name, and ends it if that
// fails.
func beginFile(ctx context.Context, file *target, name string, format compressed.Format, head pcapng.Options) (*oneFile, error) {
	f := &oneFile{file: file, out: newOutput(ctx, file.File), name: name}
	if name == "-" {
		f.name = "standard output"
	}
	var err error
	if format != compressed.None {
		f.pack, err = compressed.NewWriter((*reached)(f), format)
	}
	if f.again = overwritable(file); f.again != nil && f.pack == nil {
		head.Patch = func(b []byte, at int64) (int, error) { return f.again.WriteAt(b, at) }
	}
	if err == nil {
		f.w, err = pcapng.NewWriter(f, head)
	}
	if err != nil {
		f.out.end()
		_ = file.finish(err)
		return nil, fmt.Errorf("begin recording: %w", err)
	}
	return f, nil
}

// overwritable is a file as one that may be written over; nil: it may not.
func overwritable(file *target) *os.File {
	if st, err := file.Stat(); err != nil || !st.Mode().IsRegular() || file.File == os.Stdout {
		return nil
	}
	return file.File
}

// keepOpen is called before end, for a file that may be written over behind that. letGo
// ends it.
func (f *oneFile) keepOpen() {
	if f.again == nil {
		return
	}
	fd, err := unix.FcntlInt(f.again.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		f.again = os.NewFile(uintptr(fd), f.name)
	}
}

func (f *oneFile) letGo() {
	if f.again != nil {
		_ = f.again.Close()
	}
}

// Write implements io.Writer, for whole blocks.
func (f *oneFile) Write(b []byte) (int, error) {
	f.made += int64(len(b))
	if f.pack == nil {
		return (*reached)(f).Write(b)
	}
	f.held += int64(len(b))
	return f.pack.Write(b)
}

// reached is a file for the bytes that get there.
type reached oneFile

func (f *reached) Write(b []byte) (int, error) {
	n, err := f.out.Write(b)
	if err == nil {
		f.size += int64(n)
		return n, nil
	}
	// The end of what is not packed is a whole block, also on a full disk.
	if f.pack == nil && !f.out.blocks && f.file.File != os.Stdout {
		f.size += int64(pcapng.WholeBlocks(b[:n]))
		_ = f.file.Truncate(f.size)
	} else {
		f.size += int64(n)
	}
	if at := (*os.PathError)(nil); errors.As(err, &at) {
		err = at.Err // the file may have another name while it is written
	}
	return n, &os.PathError{Op: "write", Path: f.name, Err: err}
}

// flush makes everything readable that was written so far.
func (f *oneFile) flush() error {
	if err := f.w.Flush(); err != nil || f.pack == nil || f.held == 0 {
		return err
	}
	f.held = 0
	return f.pack.Flush()
}

// fits says whether there is room for a frame in a file that is to have limit bytes at
// most, of which it needs end for its end.
func (f *oneFile) fits(fr *capture.Frame, limit, end int64) bool {
	// A block is its payload, and what an option or two can hold beside it.
	const beside = 16 << 10
	need := int64(len(fr.Data)) + beside + end
	waits := f.held + int64(f.w.Pending())
	// What does not pack well gets longer, by a few bytes of 64 KiB.
	if f.size+waits+waits/1024+need <= limit {
		return true
	}
	if f.pack == nil || waits < 64<<10 || f.flush() != nil {
		return false // an error comes again
	}
	return f.size+need <= limit
}

// end writes what stands behind the last frame, and closes the file. tables is nil for
// none; why is what the recording lacks something for.
func (f *oneFile) end(stats capture.Stats, tables *capture.Tables, why error) error {
	err := f.w.WriteStats(stats)
	if err == nil && tables != nil {
		err = f.w.WriteTables(tables)
	}
	err = distinct(err, f.w.Close())
	if f.pack != nil {
		err = distinct(err, f.pack.Close())
	}
	f.out.end()
	return distinct(err, f.file.finish(distinct(why, err)))
}
