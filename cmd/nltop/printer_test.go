// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// What flushes and warns meanwhile has ended when a printer is closed: nobody
// writes between its last lines, nor asks a source that is closed.
func TestPrinterClosesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock waits for nobody
		asked := 0
		p := &printer{buf: bufio.NewWriter(io.Discard)}
		p.begin(t.Context(), func() capture.Stats { asked++; return capture.Stats{} }, io.Discard)
		time.Sleep(100 * flushDelay)
		synctest.Wait()
		if asked == 0 {
			t.Error("nobody looks for losses")
		}
		if err := p.close(); err != nil {
			t.Fatal(err)
		}
		asked = 0
		time.Sleep(100 * flushDelay)
		synctest.Wait()
		if asked > 0 {
			t.Errorf("asked for losses %d times behind close", asked)
		}
	})
}
