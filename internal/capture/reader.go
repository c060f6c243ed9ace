// SPDX-License-Identifier: Apache-2.0

package capture

import "time"

// ReaderWatcher is a Source that watches how sockets are read.
type ReaderWatcher interface {
	// Readers returns the sockets that were used since the source was opened, span
	// ago; nil where it cannot tell.
	Readers() (rows []Reader, span time.Duration, err error)
}

// Reader is how a socket was read since the source was opened.
type Reader struct {
	Inode     uint64
	Reads     uint64        // calls of recvmsg that took something
	Stall     time.Duration // longest that something waited in the queue until it was read
	Last      time.Time     // of the newest read; zero: none
	HighWater uint32        // most bytes in the queue
}
