// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// TestDemoFile reads the built-in recording whole and finds in it what the demo
// is to show.
func TestDemoFile(t *testing.T) {
	r, err := openDemo()
	if err != nil {
		t.Fatal(err)
	}
	var preamble, overruns, events, failed int
	comms := map[string]bool{}
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		f := rec.Frame
		comms[f.Account().Comm] = true
		switch {
		case rec.Preamble:
			preamble++
		case f.Verdict == capture.VerdictOverrun:
			overruns++
		case f.Verdict == capture.VerdictFailed:
			failed++
		case f.Dir == capture.DirEvent:
			events++
		}
	}
	t.Logf("%d preamble, %d overruns, %d events, %d failed", preamble, overruns, events, failed)
	if preamble == 0 || overruns == 0 || events == 0 || !comms["ip"] || !comms["nft"] {
		t.Errorf("the recording lacks something: %v", comms)
	}
	if len(demoFile) > 256<<10 {
		t.Errorf("the recording has %d bytes; nltop should stay small", len(demoFile))
	}
}
