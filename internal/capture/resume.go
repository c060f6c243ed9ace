// SPDX-License-Identifier: Apache-2.0

package capture

// Place is one in the input of a source from which it can be read again.
type Place struct {
	Frames uint64 // that the source has emitted before it
	Offset int64  // in bytes
	// Read emits the next n frames, reports included, as they were emitted first, but
	// what was worked out from the frames before them. It is safe beside the source and
	// beside itself, as long as the source is open.
	Read func(n uint64, emit func(*Frame) error) error
}

// Resumer is a Source whose input can be read again from places in it.
type Resumer interface {
	Source
	// Resumes has note called with places, in order, from the goroutine that reads: at
	// least one each so many bytes or frames, whichever come first, and one in front of
	// all. A place is noted before the frames behind it are emitted. It returns false
	// where the input cannot be read twice, and must be called before Run.
	Resumes(bytes int64, frames uint64, note func(Place)) bool
}
