// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/compressed"
	"github.com/nltop/nltop/internal/pcapng"
)

// What is said of a pipe whose reader has gone is what the pipe took.
func TestAccountOfPipe(t *testing.T) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, unix.SIGPIPE)
	defer signal.Stop(asked)
	const read = 100_000
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	gone := make(chan error, 1)
	go func() {
		_, err := io.CopyN(io.Discard, r, read)
		gone <- errors.Join(err, r.Close())
	}()
	f, err := beginFile(t.Context(), &target{File: w}, "p", compressed.None, pcapng.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := (*reached)(f).Write(make([]byte, 10*read))
	if !errors.Is(err, unix.EPIPE) || <-gone != nil {
		t.Fatal(err)
	}
	held, err := unix.FcntlInt(w.Fd(), unix.F_GETPIPE_SZ, 0)
	if err != nil {
		t.Fatal(err)
	}
	if f.size < read || f.size > read+int64(held) || n == 0 || f.size < int64(n) {
		t.Errorf("%d bytes, of which the last write has %d; %d were read, and the pipe holds %d", f.size, n, read, held)
	}
}
